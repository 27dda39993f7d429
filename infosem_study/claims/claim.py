"""What a claim is, what is found of it, and where the book shows it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from infosem_study.statistics import Estimate, combine
from infosem_study.verdicts import GAIN, Side

__all__ = ["SECTIONS", "Claim", "Found", "Gain", "Judge", "format_seeds"]

SECTIONS = {
    "Table 1": "table1#auprc",
    "Table 1, Hit@1%": "table1#hit-1",
    "Table 1, verdicts": "table1#verdicts",
    "percentages": "table1#the-percentages-of-the-abstract",
    "constants": "table1#does-it-beat-knowing-nothing",
    "Table 3": "appendix#table-3-unseen-pairs-of-seen-genes-cell-type-specific",
    "Table 4": "appendix#table-4-unseen-pairs-of-seen-genes-non-specific",
    "Table 5": "appendix#table-5-unseen-genes-non-specific",
    "Table 5, verdicts": "appendix#does-the-prior-help-here",
    "constants, non-specific": "appendix#does-a-method-beat-a-random-order-of-the-tfs",
    "Table 6": "appendix#table-6-recall-at-a-threshold-of-0-5-unseen-genes-non-specific",
    "Figure 3 (b)": "bias_analysis#what-one-hot-lr-knows-of-a-tf-figure-3-b",
    "seen genes": "bias_analysis#verdicts",
    "Figure 4": "embedding_sensitivity#verdicts",
    "Figure 6": "cell_subsampling#verdicts",
    "controls": "audit#what-is-left-without-one-of-its-inputs",
    "within TFs": "audit#a-score-that-shortcuts-cannot-win",
    "known edges": "known_edges#the-answer",
    "Appendix B": "protocol#the-data-appendix-b",
    "Appendix C": "appendix#appendix-c-settings",
}
"""Where the book shows what is judged: the page, and its section."""


@dataclass(frozen=True)
class Found:
    """What a claim is judged by.

    Attributes
    ----------
    cases : mapping of str to Estimate
        By data set, or data set and network.
    papers : mapping of str to float
        The paper's numbers of the same, as far as it prints them.
    seeds : str
        How many training seeds these rest on.
    note : str
        What else there is to know.
    of_all : Estimate, optional
        Ours over all cases, where it is not their mean.
    said : float, optional
        The paper's, where it is not the mean of `papers`.
    """

    cases: Mapping[str, Estimate]
    papers: Mapping[str, float] = field(default_factory=dict)
    seeds: str = "-"
    note: str = ""
    of_all: Estimate | None = None
    said: float | None = None

    @property
    def whole(self) -> Estimate:
        """The one number that the claim is judged by."""
        return combine(self.cases.values()) if self.of_all is None else self.of_all

    @property
    def paper(self) -> float:
        """The paper's number of the same."""
        if self.said is not None:
            return self.said
        known = [self.papers.get(case, np.nan) for case in self.cases]
        return float(np.mean(known)) if known else np.nan


Judge = Callable[[Any], Found]
"""By an `evidence.Evidence`, which is made of these."""


class Gain(NamedTuple):
    """That methods are better than others on unseen genes, of which the audit asks where.

    Attributes
    ----------
    methods, rivals : tuple of str
        Without rivals, of chance.
    networks : tuple of str
    """

    methods: Sequence[str]
    rivals: Sequence[str] = ()
    networks: Sequence[str] = ("cell-type-specific",)


@dataclass(frozen=True)
class Claim:
    """What is said, by the paper or by us, with what is known of it before it is judged.

    Attributes
    ----------
    id : str
        By which it is looked up (see `verdicts.claim_id`). It outlives changes of the text.
    text : str
        The sentence that the book prints.
    stands_in : str
        Where the paper makes it; "" where it is ours.
    section : str
        Where the book shows it, one of the values of `SECTIONS`.
    find : Judge
        What is found of it, by the evidence.
    side : Side
        Where the claim says that this lies. With a bound of 0 it is an effect, and the paper's
        number counts as its size.
    form : str
        How its numbers are printed; differences have a sign.
    gain : Gain, optional
        Of a gain on unseen genes, whose difference within TFs stands beside it.
    headline : bool
        Whether it is one of the main claims, which alone are counted.
    detail_of : str
        The id of the main claim that it is the same as, by another metric or on other networks.
    """

    id: str
    text: str
    stands_in: str
    section: str
    find: Judge
    side: Side = GAIN
    form: str = "+.3f"
    gain: Gain | None = None
    headline: bool = field(default=False, kw_only=True)
    detail_of: str = field(default="", kw_only=True)

    @property
    def sentence(self) -> str:
        """The text, marked where it is ours."""
        return self.text if self.stands_in else f"(ours) {self.text}"


def format_seeds(seeds: str) -> str:
    """How many training seeds a number rests on, in words; "" where there is no training."""
    return "" if seeds == "-" else f"{seeds} seed{'s' * (seeds != '1')}"
