"""The rules of verdicts: what a claim is, where it holds, and when it counts as reproduced.

Every page judges its claims by these rules. A rule that is changed here changes on all of them.
What is compared, and on which data sets the paper makes a claim, the pages know.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from infosem_study.statistics import Interval

__all__ = [
    "ABOUT",
    "FEWEST_SPLITS",
    "HALF",
    "NOT_CLAIMED",
    "NOT_REPRODUCED",
    "NOT_RUN",
    "PARTLY",
    "REPRODUCED",
    "SAME_COUNT",
    "STRONG",
    "UNDECIDED",
    "VERDICTS",
    "WITHIN",
    "Claim",
    "Comparison",
    "NotRun",
    "Rule",
    "above",
    "below",
    "claim_id",
    "format_cases",
    "format_verdict",
    "format_where",
    "judge_numbers",
    "judge_size",
    "mostly",
    "near",
    "not_above",
    "not_below",
    "outcomes",
    "strong",
    "tally",
]

REPRODUCED, PARTLY, NOT_REPRODUCED = "reproduced", "partly", "not reproduced"
UNDECIDED, NOT_RUN, NOT_CLAIMED = "undecided", "not run", "not claimed"
VERDICTS = (REPRODUCED, PARTLY, NOT_REPRODUCED, UNDECIDED, NOT_RUN, NOT_CLAIMED)
"""All of them. "not claimed" is a claim on none of the data sets at hand."""

WITHIN = 1.96
"""Standard errors of a difference: two numbers that lie nearer than these are the same."""
MOST, HALF = 0.9, 0.5
"""Shares of a table's numbers from which on it is reproduced, and from which on partly; and what is
more than half of a whole is most of it."""
STRONG = 0.8
"""The least rank correlation of a strong one; the paper has the word and no number."""
ABOUT = 0.05
"""How far an AUPRC may be from one that the paper gives with "about"."""
SAME_COUNT = 0.01
"""By which part a count may differ from the paper's."""
FEWEST_SPLITS = 2
"""With fewer a case has no interval, and shows nothing."""


# --- a claim --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """What is said, by the paper or by us.

    Attributes
    ----------
    id : str
        By which verdicts are looked up; see `claim_id`. It outlives changes of the text.
    text : str
        The sentence that the book prints.
    ours : bool
        Whether the paper does not say it, but says little without it.
    """

    id: str
    text: str
    ours: bool = field(default=False, kw_only=True)

    @property
    def sentence(self) -> str:
        """The text, marked where it is ours."""
        return "(ours) " * self.ours + self.text


def claim_id(*parts: object) -> str:
    """An id made of words and names: lower case, with hyphens for all but letters and digits."""
    return re.sub("[^a-z0-9]+", "-", " ".join(map(str, parts)).lower()).strip("-")


class NotRun(Exception):
    """There is nothing to judge a claim by."""


# --- in one case ----------------------------------------------------------------------------------

Rule = Callable[[Interval], bool]
"""Whether a claim holds, by the mean of a difference or part and its 95% interval."""


def above(found: Interval) -> bool:
    """Better: the interval lies above 0."""
    return bool(found.low > 0)


def below(found: Interval) -> bool:
    """Worse: the interval lies below 0."""
    return bool(found.high < 0)


def not_above(found: Interval) -> bool:
    """Not better, which is not shown: it only is not contradicted."""
    return not above(found)


def not_below(found: Interval) -> bool:
    """As good, or not worse, in the same sense."""
    return not below(found)


def strong(found: Interval) -> bool:
    """A rank correlation that is strong."""
    return found.mean >= STRONG


def mostly(found: Interval) -> bool:
    """A part that is more than half."""
    return found.mean > HALF


def near(difference: Any, error: Any) -> Any:
    """Whether numbers are the same within errors: of a difference with its standard error."""
    return abs(difference) < WITHIN * error


@dataclass(frozen=True)
class Comparison(Claim):
    """That one method is better than another, or what else the rule says of their difference."""

    method: str
    against: str
    rule: Rule = above


def outcomes(table: pd.DataFrame, rule: Rule) -> list[bool]:
    """Whether a rule holds, for each line of `statistics.paired`."""
    intervals = table[["difference", "low", "high"]].itertuples(index=False, name=None)
    return [rule(Interval(*found)) for found in intervals]


# --- in all cases ---------------------------------------------------------------------------------


def tally(holds: Mapping[Any, bool], n_claimed: int | None = None) -> str:
    """The verdict on a claim, by whether it holds in each case.

    Parameters
    ----------
    holds : mapping to bool
        By case, most often a data set, of those in which the paper makes the claim.
    n_claimed : int, optional
        In how many of them it is said to hold, by default all.

    Raises
    ------
    NotRun
        If there is no case.
    """
    if not holds:
        raise NotRun
    n_held = sum(map(bool, holds.values()))
    if n_held >= (len(holds) if n_claimed is None else n_claimed):
        return REPRODUCED
    return PARTLY if n_held else NOT_REPRODUCED


def judge_numbers(same: "pd.Series[bool]") -> str:
    """The verdict on a table, by which of its numbers are the same.

    Raises
    ------
    NotRun
        If there are none.
    """
    if not len(same):
        raise NotRun
    share = same.mean()
    return REPRODUCED if share >= MOST else PARTLY if share >= HALF else NOT_REPRODUCED


def judge_size(found: Interval, said: float) -> str:
    """The verdict on a gain or fall of a certain size, by the interval of ours.

    It is reproduced where the interval lies above 0 and holds the paper's number, partly where it
    lies above 0 only, undecided where it holds both.
    """
    same = found.low <= said <= found.high
    if above(found):
        return REPRODUCED if same else PARTLY
    return UNDECIDED if same else NOT_REPRODUCED


# --- to read --------------------------------------------------------------------------------------


def format_verdict(verdict: str, *, ours: bool) -> str:
    """A verdict in words: claims of ours hold or do not, as there is nothing to reproduce."""
    words = {REPRODUCED: "holds", NOT_REPRODUCED: "does not hold"} if ours else {}
    return words.get(verdict, verdict)


def format_cases(cases: Iterable[Any], none: str = "none") -> str:
    """Cases in a row, or that there are none."""
    return ", ".join(map(str, cases)) or none


def format_where(holds: Mapping[Any, bool]) -> str:
    """Where a claim holds, and where not: "on hESC; not on mDC"."""
    there = [case for case, good in holds.items() if good]
    elsewhere = [case for case, good in holds.items() if not good]
    if not there:
        return f"on none of {len(holds)}"
    return f"on {format_cases(there)}" + f"; not on {format_cases(elsewhere)}" * bool(elsewhere)
