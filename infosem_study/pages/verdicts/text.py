"""What the prior from text is worth: the abstract, Section 5.2, Figures 4 and 6."""

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
from infosem_study.pages.verdicts.evidence import (
    METRICS,
    SUPERVISED,
    Evidence,
    differences,
    line_of,
)
from infosem_study.pages.verdicts.judges import Finding, above_all, format_mean, never
from infosem_study.pages.verdicts.survival import Better
from infosem_study.verdicts import claim_id, format_where

__all__ = ["claims"]


# fmt: off
def claims() -> list[PaperClaim]:
    """In the order of the page."""
    content, better = "content matters", Better("InfoSEM-B")
    figure4 = (
        ("text-above-deepsem", "Text helps: better than DeepSEM",
         better._replace(against=("DeepSEM",)), ""),
        ("one-hot-not-above-deepsem", "One-hot vectors do not help: not better than DeepSEM",
         None, ""),
        ("random-not-above-deepsem", "Random vectors do not help: not better than DeepSEM",
         None, ""),
        ("text-above-one-hot", "Text is better than one-hot vectors", better, content),
        ("text-above-random", "Text is better than random vectors", better, content),
    )
    return [
        *gains("InfoSEM-B", "existing models", 38.5, 25, 52),
        *improvements("InfoSEM-B", "DeepSEM"),
        *(
            claim
            for source in ("Table 1", "Table 5")
            for claim in (
                top(("InfoSEM-B", "InfoSEM-BC"), 2, source, ["AUPRC"], 4,
                    "InfoSEM-B and InfoSEM-BC are the two best on all data sets"),
                top(["InfoSEM-B"], 2, source, [*METRICS], 3,
                    "InfoSEM-B is in the top 2 by both metrics on three data sets"),
                PaperClaim(claim_id("InfoSEM-B above supervised", source),
                           f"InfoSEM-B surpasses supervised methods, {network_of(source)}",
                           f"Section 1, {source}", SECTIONS[source],
                           partial(above_all, ["InfoSEM-B"], SUPERVISED, source),
                           Better("InfoSEM-B", SUPERVISED, (source,))),
            )
        ),
        *(PaperClaim(known, text, "Section 5.2, Figure 4", SECTIONS["Figure 4"],
                     partial(_figure4, known), audit, point)
          for known, text, audit, point in figure4),
        PaperClaim("genept", "Text of another kind helps, too (GenePT)",
                   "Section 5.2, Figure 4", SECTIONS["Figure 4"],
                   partial(never, "its vectors are a download of 574 MB")),
        fewer_cells("InfoSEM-B"),
        higher_recall("InfoSEM-B", "DeepSEM"),
    ]


# fmt: on
def _figure4(claim: str, evidence: Evidence) -> Finding:
    """The claim with that id of `embedding_sensitivity.verdicts`."""
    row = line_of(evidence.embeddings, id=claim)
    pair = (row["claim"].method, row["claim"].against)
    found = differences(evidence.of("embeddings"), "unseen_auprc", [pair])
    return Finding(row["verdict"], format_where(row["holds"]), format_mean(found))
