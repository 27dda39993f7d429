"""A claim of the paper, and the kinds of claims that are made of text and of labels alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

from infosem_study.pages.verdicts import recall
from infosem_study.pages.verdicts.evidence import METRICS, NETWORKS, TABLES, Evidence
from infosem_study.pages.verdicts.judges import Finding, figure6, improvement, percentage, ranked
from infosem_study.pages.verdicts.survival import Audit, Better, cells_matter
from infosem_study.verdicts import Claim, claim_id

__all__ = [
    "SECTIONS",
    "Judge",
    "PaperClaim",
    "fewer_cells",
    "gains",
    "higher_recall",
    "improvements",
    "network_of",
    "top",
]

Judge = Callable[[Evidence], Finding]

SECTIONS = {
    "Table 1": "table1#auprc",
    "Table 1, Hit@1%": "table1#hit-1",
    "Table 1, verdicts": "table1#verdicts",
    "percentages": "table1#the-percentages-of-the-abstract",
    "Table 3": "appendix#table-3-unseen-pairs-of-seen-genes-cell-type-specific",
    "Table 4": "appendix#table-4-unseen-pairs-of-seen-genes-non-specific",
    "Table 5": "appendix#table-5-unseen-genes-non-specific",
    "Table 5, verdicts": "appendix#does-the-prior-help-here",
    "Table 6": "appendix#table-6-recall-at-a-threshold-of-0-5-unseen-genes-non-specific",
    "Figure 3 (b)": "bias_analysis#what-one-hot-lr-knows-of-a-tf-figure-3-b",
    "seen genes": "bias_analysis#verdicts",
    "Figure 4": "embedding_sensitivity#verdicts",
    "Figure 6": "cell_subsampling#verdicts",
    "controls": "audit#what-is-left-without-one-of-its-inputs",
    "Appendix B": "protocol#the-data-appendix-b",
    "Appendix C": "appendix#appendix-c-settings",
}
"""Where the book shows what is judged: the page, and its section."""


@dataclass(frozen=True)
class PaperClaim(Claim):
    """With what is known of it before it is judged.

    Attributes
    ----------
    stands_in : str
        Where the paper makes it.
    section : str
        Where the book shows it, one of the values of `SECTIONS`.
    judge : Judge
        What becomes of it, by the evidence.
    audit : Audit, optional
        What the audit asks of it.
    point : str
        Of the three main points of the paper, the part that it speaks to; see `shown.describe`.
    """

    stands_in: str
    section: str
    judge: Judge
    audit: Audit | None = None
    point: str = ""


def network_of(source: str) -> str:
    """The kind of networks that one of the paper's tables is about."""
    return NETWORKS[TABLES[source][0]]


def gains(method: str, against: str, said: float, *by: float) -> list[PaperClaim]:
    """The percentages of the abstract, and those of Section 5.2 on both kinds of networks."""
    rival = {"existing models": "DeepSEM"}.get(against, against)
    named = against + f" ({rival})" * (rival != against)
    known = claim_id(method, "over", against)
    return [
        PaperClaim(claim_id(known, "percent"), f"{method} improves on {named} by {said:g}%",
                   "Abstract, Sections 1, 6", SECTIONS["percentages"], partial(percentage, known),
                   Better(method, (rival,), ("Table 1", "Table 5"))),
        *(PaperClaim(claim_id(method, "over DeepSEM percent", source),
                     f"{method} improves on DeepSEM by {percent:g}%, {network_of(source)}",
                     "Section 5.2", SECTIONS["percentages"],
                     partial(percentage, claim_id(method, "over DeepSEM", network_of(source))),
                     Better(method, ("DeepSEM",), (source,)))
          for source, percent in zip(("Table 1", "Table 5"), by, strict=True)),
    ]  # fmt: skip


def improvements(method: str, against: str) -> list[PaperClaim]:
    """That a method is better by each metric, on both kinds of networks."""
    return [
        PaperClaim(claim_id(method, "above", against, metric, source),
                   f"{method} improves upon {against} by {metric}, {network_of(source)}",
                   f"Section 5.2, {source}", SECTIONS[f"{source}, verdicts"],
                   partial(improvement, method, against, source, metric),
                   Better(method, (against,), (source,), metric), f"{method} over {against}")
        for source, metric in product(("Table 1", "Table 5"), METRICS)
    ]  # fmt: skip


def top(
    methods: Sequence[str], k: int, source: str, metrics: Sequence[str], n: int, text: str
) -> PaperClaim:
    """That all methods are among the k best by all metrics, on n data sets."""
    return PaperClaim(
        claim_id(*methods, "top", k, *metrics, source), f"{text}, {network_of(source)}",
        f"Section 5.2, {source}", SECTIONS[source],
        partial(ranked, methods, k, source, metrics, n, all, all),
        Better(methods[0], (), (source,), metrics[0]),
    )  # fmt: skip


def fewer_cells(method: str) -> PaperClaim:
    """That a fifth of the cells is enough for a method."""
    known = claim_id(method, "20 not below DeepSEM 100")
    return PaperClaim(
        claim_id("cells", known), f"{method} with 20% of the cells is as good as DeepSEM with all",
        "Section 5.2, Appendix E.3, Figure 6", SECTIONS["Figure 6"], partial(figure6, known),
        cells_matter,
    )  # fmt: skip


def higher_recall(method: str, against: str) -> PaperClaim:
    """That a method has a higher recall than another."""
    return PaperClaim(
        claim_id("recall", method, "above", against),
        f"{method} has a higher recall than {against}", "Table 6", SECTIONS["Table 6"],
        partial(recall.higher_than, method, against), partial(recall.beyond, method, against),
    )  # fmt: skip
