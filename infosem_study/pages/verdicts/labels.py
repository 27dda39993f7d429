"""What labels as a prior are worth: the abstract, Section 5.2, Appendix E."""

from functools import partial

from infosem_study.pages.verdicts.claim import (
    SECTIONS,
    PaperClaim,
    fewer_cells,
    gains,
    higher_recall,
    improvements,
    network_of,
    top,
)
from infosem_study.pages.verdicts.evidence import METRICS, Evidence
from infosem_study.pages.verdicts.judges import Finding, figure6, format_each, ranked
from infosem_study.pages.verdicts.seen_genes import SAME_SHARES, gains_on_seen
from infosem_study.pages.verdicts.survival import Better
from infosem_study.verdicts import HALF, format_where, tally

__all__ = ["claims"]


# fmt: off
def claims() -> list[PaperClaim]:
    """In the order of the page."""
    return [
        *gains("InfoSEM-BC", "InfoSEM-B", 11.1, 31, 66),
        *improvements("InfoSEM-BC", "DeepSEM"),
        *improvements("InfoSEM-BC", "InfoSEM-B"),
        *(top(["InfoSEM-BC"], 1, source, [metric], n,
              f"InfoSEM-BC has the best {metric} on {number} data sets")
          for source in ("Table 1", "Table 5")
          for metric, n, number in (("AUPRC", 4, "all"), ("Hit@1%", 3, "three"))),
        top(["InfoSEM-BC"], 2, "Table 5", [*METRICS], 4,
            "InfoSEM-BC is in the top 2 by both metrics on all data sets"),
        PaperClaim("seen-infosem-bc-top-2-table-4",
                   f"Seen genes: InfoSEM-BC is in the top 2 on three data sets, "
                   f"{network_of('Table 4')}", "Table 4", SECTIONS["Table 4"],
                   partial(ranked, ["InfoSEM-BC"], 2, "Table 4", METRICS, 3, all, any)),
        PaperClaim("seen-infosem-bc-not-from-shares",
                   "Seen genes: what labels add to InfoSEM-BC is not shares of positives",
                   "Abstract, Section 5.2", SECTIONS["controls"], _not_from_shares),
        fewer_cells("InfoSEM-BC"),
        PaperClaim("cells-infosem-bc-above-infosem-b",
                   "InfoSEM-BC is slightly better than InfoSEM-B at any number of cells",
                   "Appendix E.3, Figure 6", SECTIONS["Figure 6"],
                   partial(figure6, "infosem-bc-above-infosem-b"),
                   Better("InfoSEM-BC", ("InfoSEM-B",))),
        higher_recall("InfoSEM-BC", "InfoSEM-B"),
    ]


# fmt: on
def _not_from_shares(evidence: Evidence) -> Finding:
    """What is left of a gain where a TF's labels are given to its other pairs.

    Of InfoSEM-BC's, beyond what InfoSEM-B has without labels. Labels that are all shuffled take
    that, too; what is left beyond what they leave is told.
    """
    (base, whole, shuffled, wrong), splits = gains_on_seen(
        evidence, ("InfoSEM-B", "none"), ("InfoSEM-BC", "none"), ("InfoSEM-BC", SAME_SHARES),
        ("InfoSEM-BC", "labels shuffled"),
    )  # fmt: skip
    left = (shuffled - base) / (whole - base)
    beyond_wrong = (shuffled - wrong) / (whole - wrong)
    holds = (left < HALF).to_dict()
    because = (
        f"less than half of the gain over InfoSEM-B is left without the pairs "
        f"{format_where(holds)}; of that over its own with all labels shuffled, "
        f"{format_each(beyond_wrong, '.0%')}; {splits}"
    )
    return Finding(tally(holds), because, f"left: {format_each(left, '.0%')}")
