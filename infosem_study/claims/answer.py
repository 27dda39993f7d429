"""Does InfoSEM work? The answer of the front page: a paragraph and a picture, from the claims."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from infosem_study.claims.catalogue import Judged, by_chance
from infosem_study.claims.claim import Found
from infosem_study.figures import DOTTED, OURS, PAPER, dot_panels, heights_of, legend, name_rows
from infosem_study.statistics import format_interval
from infosem_study.verdicts import (
    CANNOT_BE_TESTED,
    CONTRADICTED,
    SHOWN,
    SMALLER,
    UNDECIDED,
    claim_id,
)

__all__ = ["answer", "answer_figure"]

_ABOVE_DEEPSEM = {
    method: claim_id(method, "above DeepSEM", "AUPRC", "Table 1")
    for method in ("InfoSEM-B", "InfoSEM-BC")
}
# What the paragraph says of a claim, by its outcome. {x} is our number with its interval.
_SENTENCES: Sequence[tuple[str, Mapping[str, str]]] = (
    (
        _ABOVE_DEEPSEM["InfoSEM-B"],
        {
            SHOWN: "Ranked over all pairs of unseen genes, text helps: InfoSEM-B scores {x} AUPRC "
            "above DeepSEM in the mean of four data sets (the paper has {paper}).",
            CONTRADICTED: "Ranked over all pairs of unseen genes, text makes the ranking worse: "
            "InfoSEM-B minus DeepSEM is {x} AUPRC (the paper has {paper}).",
            SMALLER: "Ranked over all pairs of unseen genes, text is not shown to help, and a gain "
            "as large as the paper's is excluded: InfoSEM-B minus DeepSEM is {x} AUPRC (the paper "
            "has {paper}).",
            UNDECIDED: "Ranked over all pairs of unseen genes, these data cannot tell whether text "
            "helps: InfoSEM-B minus DeepSEM is {x} AUPRC (the paper has {paper}).",
        },
    ),
    (
        "infosem-b-above-deepsem-within-tfs",
        {
            SHOWN: "Among the targets of a single TF text helps, too: the difference is {x} on a "
            "scale from 0 (chance) to 1.",
            CONTRADICTED: "Among the targets of a single TF text makes the ranking worse: the "
            "difference is {x} on a scale from 0 (chance) to 1. So text orders the TFs; it does "
            "not tell which genes are their targets.",
            UNDECIDED: "Whether text helps among the targets of a single TF is open: the "
            "difference is {x} on a scale from 0 (chance) to 1.",
        },
    ),
    (
        claim_id("InfoSEM-B above constant", "AUPRC", "Table 1"),
        {
            SHOWN: "InfoSEM-B scores above a random order of the TFs, by {x} AUPRC.",
            CONTRADICTED: "InfoSEM-B scores below a random order of the TFs: the difference is {x} "
            "AUPRC.",
            UNDECIDED: "InfoSEM-B is not shown to score above a random order of the TFs by AUPRC: "
            "the difference is {x}.",
        },
    ),
    (
        claim_id("InfoSEM-B above constant", "Hit@1%", "Table 1"),
        {
            SHOWN: "By Hit@1% it does: {x}.",
            CONTRADICTED: "By Hit@1% it scores below: {x}.",
            UNDECIDED: "By Hit@1% this is open: {x}.",
        },
    ),
    (
        claim_id("InfoSEM-BC", "above", "InfoSEM-B", "AUPRC", "Table 1"),
        {
            SHOWN: "Labels as a second prior help further on unseen genes, by {x} AUPRC (the paper "
            "has {paper}).",
            CONTRADICTED: "Labels as a second prior make it worse on unseen genes: InfoSEM-BC "
            "minus InfoSEM-B is {x} AUPRC (the paper has {paper}).",
            SMALLER: "Labels as a second prior are not shown to help further on unseen genes: "
            "InfoSEM-BC minus InfoSEM-B is {x} AUPRC (the paper has {paper}).",
            UNDECIDED: "Whether labels as a second prior help further on unseen genes is open: "
            "InfoSEM-BC minus InfoSEM-B is {x} AUPRC (the paper has {paper}).",
        },
    ),
    (
        "seen-names-are-enough",
        {
            SHOWN: "The paper's criticism of earlier benchmarks holds: on seen genes a logistic "
            "regression on names is as good as GENELink and scGREAT, which learn from labels and "
            "expression (the difference to their mean is {x} AUPRC).",
            CONTRADICTED: "The paper's criticism of earlier benchmarks does not hold: on seen "
            "genes a logistic regression on names is behind GENELink or scGREAT, which learn from "
            "labels and expression (the difference to their mean is {x} AUPRC).",
            UNDECIDED: "Whether a logistic regression on names is as good on seen genes as "
            "GENELink and scGREAT, which learn from labels and expression, is open (the "
            "difference to their mean is {x} AUPRC).",
        },
    ),
)
# The same in a few words, where several are told of together.
_SHORT = (
    "the gain of text over all pairs",
    "the difference among the targets of a single TF",
    "the difference to a random order of the TFs by AUPRC",
    "that by Hit@1%",
    "what labels add",
    "the one on seen genes",
)
# The first sentence, for who reads no other: by the outcome within TFs.
_FOR_YOUR_CELLS = {
    SHOWN: "Text helps to find the targets of a TF.",
    CONTRADICTED: "Text does not help to find the targets of a TF.",
    UNDECIDED: "Text is not shown to help to find the targets of a TF.",
}
_YOUR_CELLS = (
    "For your own cells, take each edge as a guess to test, and add known edges if you have them."
)


def answer(found: Sequence[Judged], readings: str = "") -> str:
    """Does InfoSEM work, in one paragraph and a line on how sure that is; as Markdown.

    Parameters
    ----------
    found : sequence of Judged
        From `catalogue.judged`.
    readings : str
        What other readings of the paper say, in sentences.

    Returns
    -------
    str
        Empty if none of its claims could be tested.
    """
    by_id = {one.claim.id: one for one in found}
    tested = {
        known: one
        for known, _ in _SENTENCES
        if (one := by_id.get(known)) and one.found and one.outcome != CANNOT_BE_TESTED
    }
    sentences = [
        words[one.outcome].format(x=_told(one.found), paper=f"{one.found.paper:+.3f}")
        for known, words in _SENTENCES
        if (one := tested.get(known)) and one.found
    ]
    if not sentences:
        return ""
    within = tested.get("infosem-b-above-deepsem-within-tfs")
    lost = {one.claim.id for one in by_chance(found)[1]} & set(tested)
    first = ""
    if within:  # which is said without its interval
        outcome = UNDECIDED if within.claim.id in lost else within.outcome
        first = f"{_FOR_YOUR_CELLS[outcome]} {_YOUR_CELLS} "
    pooled = tested.get(_ABOVE_DEEPSEM["InfoSEM-B"])
    return (
        f"**In short.** {first}{sentences[0]}\n\n{' '.join(sentences[1:])}\n\n"
        "**How sure?** Numbers are means over the cell-type-specific networks of BEELINE's "
        "four data sets, with 95% intervals. Those over splits hold for the TFs of these networks, "
        f"which are few; for other TFs they would be about twice as wide{_widened(pooled)}."
        f"{_corrected(lost)}"
        f"{' ' * bool(readings)}{readings}\n"
    )


def _widened(pooled: Judged | None) -> str:
    """What would be left of the gain of text, were its interval twice as wide."""
    if pooled is None or pooled.outcome != SHOWN or not pooled.found:
        return ""
    mean, low, _ = pooled.found.whole[:3]
    left = "would still" if 2 * low - mean > 0 else "would not"
    return f", and the gain of text {left} be shown"


def _corrected(lost: Collection[str]) -> str:
    """Which outcomes of the paragraph would not remain, were all claims taken together."""
    names = [short for (known, _), short in zip(_SENTENCES, _SHORT, strict=True) if known in lost]
    if not names:
        return ""
    told = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f" Corrected for the number of claims in this book, {told} would be undecided."


def _told(found: Found) -> str:
    mean, low, high = found.whole[:3]
    return format_interval(mean, low, high) if np.isfinite(low) else f"{mean:+.3f}"


def answer_figure(found: Sequence[Judged]) -> Figure:
    """InfoSEM minus DeepSEM on unseen genes, pooled and within TFs, beside the paper's difference.

    A row of panels for each model; bars are 95% intervals, over splits for pooled pairs and over
    TFs within TFs, where the paper has no numbers.

    Parameters
    ----------
    found : sequence of Judged
        From `catalogue.judged`, with the claims of both models.
    """
    by_id = {one.claim.id: one for one in found}
    shown = {model: by_id[known] for model, known in _ABOVE_DEEPSEM.items()}
    parts = [part for one in shown.values() for part in (one.found, one.within) if part]
    cases = dict.fromkeys(case for part in parts for case in part.cases)
    heights = heights_of([*cases, "mean"])
    titles = ("all pairs together", "targets of one TF at a time")
    figure, axes = dot_panels(2, titles, heights, 8, 4.2, sharex="col")
    for row, one in zip(axes, shown.values(), strict=True):
        for axis, part in zip(row, (one.found, one.within), strict=True):
            axis.locator_params(axis="x", nbins=6)
            axis.axvline(0, **DOTTED, label="no difference")
            if part is not None:
                _points(axis, part, heights)
    name_rows(axes, [f"{model}\nminus DeepSEM" for model in shown])
    axes[-1, 0].set_xlabel("difference in AUPRC")
    axes[-1, 1].set_xlabel("difference in gain within TFs")
    legend(figure, *axes.flat)
    return figure


def _points(axis: Axes, found: Found, heights: "pd.Series[float]") -> None:
    own = {**found.cases, "mean": found.whole}
    y = heights[[*own]].to_numpy()
    means = np.array([one.mean for one in own.values()])
    ends = np.array([(one.low, one.high) for one in own.values()]).T
    axis.errorbar(means, y + 0.12, xerr=np.abs(ends - means), fmt="o", color=OURS, markersize=5,
                  label="this book, 95% interval")  # fmt: skip
    papers = {case: value for case, value in found.papers.items() if case in found.cases}
    if papers:
        papers["mean"] = found.paper
        axis.plot([*papers.values()], heights[[*papers]] - 0.12, "D", color=PAPER,
                  markerfacecolor="white", markersize=4.5, label="paper")  # fmt: skip
