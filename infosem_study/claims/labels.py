"""What labels as a prior are worth: the abstract, Section 5.2, Appendix E."""

from functools import partial

from infosem_study.claims.claim import SECTIONS, Claim
from infosem_study.claims.evidence import COLUMNS, compare, rank
from infosem_study.claims.kinds import (
    fewer_cells,
    gains,
    higher_recall,
    improvements,
    network_of,
    top,
)
from infosem_study.claims.seen_genes import SAME_SHARES, contrast_on_seen
from infosem_study.pages.cell_subsampling import PAPER_ON
from infosem_study.studies import SUBSAMPLING_PERCENTS
from infosem_study.verdicts import claim_id

__all__ = ["claims"]


# fmt: off
def claims() -> list[Claim]:
    """In the order of the page."""
    model, less = "InfoSEM-BC", "InfoSEM-B"
    # Of what labels add, less than half is left where each TF keeps its share alone.
    from_pairs = {(model, "none"): 0.5, (less, "none"): 0.5, (model, SAME_SHARES): -1.0}
    return [
        *improvements(model, less, headline=True),
        *improvements(model, "DeepSEM", headline=True),
        *gains(model, less, 11.1, 31, 66),
        *(claim
          for source in ("Table 1", "Table 5")
          for k in (1, 2)
          for claim in top([model], k, source, model)),
        *(Claim(claim_id("seen", model, "top 2", metric, "Table 4"),
                f"Seen genes: {model} is in the top 2 by {metric}, {network_of('Table 4')}",
                "Table 4", SECTIONS["Table 4"], partial(rank, [model], 2, "Table 4", metric))
          for metric in COLUMNS),
        Claim("seen-infosem-bc-not-from-shares",
              f"Seen genes: less than half of what labels add to {less} is left without the right "
              "pairs", "Abstract, Section 5.2", SECTIONS["controls"],
              partial(contrast_on_seen, from_pairs)),
        fewer_cells(model),
        Claim("cells-infosem-bc-above-infosem-b",
              f"{model} is slightly better than {less}, over all numbers of cells",
              "Appendix E.3, Figure 6", SECTIONS["Figure 6"],
              partial(compare, [f"{model}, {percent}%" for percent in SUBSAMPLING_PERCENTS],
                      [f"{less}, {percent}%" for percent in SUBSAMPLING_PERCENTS],
                      frame="cells", how="mean", only=[PAPER_ON])),
        *higher_recall(model, less),
    ]
