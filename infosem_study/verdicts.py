"""The rule of verdicts: what becomes of a claim, by the interval of one comparison.

A claim says where a number lies: a difference above 0, a fall of at most .02, a share of more than
one half. `judge` has these outcomes:

- *shown*: the 95% interval lies where the claim says;
- *contradicted*: it lies wholly elsewhere;
- *smaller*: it shows no effect, and excludes one as large as the paper's, whose number is taken as
  exact;
- *undecided*: none of these, with half of the interval: the smallest difference that could have
  been shown;
- *cannot be tested*: by construction, or for want of data or runs.

That a method is as good as another, or no better, is shown within a margin that the claim states,
and never by the lack of evidence. Whether the paper's number lies in the interval is another
question, and answered beside it.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy import stats

from infosem_study.statistics import Estimate

__all__ = [
    "AS_GOOD",
    "CANNOT_BE_TESTED",
    "CONTRADICTED",
    "GAIN",
    "MOST",
    "NOT_RUN",
    "OUTCOMES",
    "SAME_COUNT",
    "SAME_NUMBER",
    "SHOWN",
    "SMALLER",
    "STRONG",
    "UNDECIDED",
    "CannotBeTested",
    "Side",
    "above",
    "below",
    "between",
    "claim_id",
    "format_cases",
    "judge",
    "p_value",
    "reason",
    "same_shares",
]

SHOWN, CONTRADICTED = "shown", "contradicted"
SMALLER, UNDECIDED = "smaller", "undecided"
CANNOT_BE_TESTED = "cannot be tested"
OUTCOMES = (SHOWN, CONTRADICTED, SMALLER, UNDECIDED, CANNOT_BE_TESTED)
"""All of them, in the order in which they are told."""
NOT_RUN = "its runs are not in the ledger"

AS_GOOD = {"AUPRC": 0.02, "Hit@1%": 0.05}
"""How much lower what is as good may be at most, and how much higher what is no better."""
STRONG = 0.8
"""The least rank correlation of a strong one; the paper has the word and no number."""
SAME_NUMBER = 0.2
"""By which part of the paper's number ours may differ at most, and be the same."""
SAME_COUNT = 0.01
"""The same of a count, which has no error."""
MOST = 0.9
"""The share of a table's numbers that must be the same for the table to be."""


class CannotBeTested(Exception):
    """There is nothing to judge a claim by; the message says why."""


# --- the rule -------------------------------------------------------------------------------------


class Side(NamedTuple):
    """Where a claim says that a number lies: between `least` and `most`, without these."""

    least: float = -np.inf
    most: float = np.inf


GAIN = Side(least=0.0)
"""That one method is better than another."""


def above(bound: float = 0.0) -> Side:
    """A difference that is better, or a share of more than `bound`."""
    return Side(least=bound)


def below(bound: float = 0.0) -> Side:
    """The other direction."""
    return Side(most=bound)


def between(middle: float, margin: float) -> Side:
    """About `middle`, by at most `margin`."""
    return Side(middle - margin, middle + margin)


def judge(found: Estimate, side: Side, said: float = np.nan) -> str:
    """What becomes of a claim: one of `OUTCOMES`.

    Parameters
    ----------
    found : Estimate
        Of one comparison. Without a mean the claim cannot be tested; a single split has no
        interval, and leaves it undecided.
    side : Side
        Where the claim says that it lies.
    said : float
        The paper's own number; NaN where it has none. It has a say where an effect is claimed, that
        is where the bound is 0, and the number lies on the claimed side of it: a gain of d > 0 is
        smaller where the interval holds 0 and ends below d, a fall likewise.
    """
    if np.isnan(found.mean):
        return CANNOT_BE_TESTED
    if side.least < found.low and found.high < side.most:
        return SHOWN
    if found.high < side.least or found.low > side.most:
        return CONTRADICTED
    excludes_gain = side.least == 0 < said and found.low <= 0 and found.high < said
    excludes_fall = side.most == 0 > said and found.high >= 0 and found.low > said
    if excludes_gain or excludes_fall:
        return SMALLER
    return UNDECIDED


def p_value(found: Estimate, side: Side) -> float:
    """The two-sided p of the outcome: below .05 where a claim is shown or contradicted, else above.

    Parameters
    ----------
    found, side
        As for `judge`.

    Returns
    -------
    float
        NaN where there is no interval, or one that is not of an error, as of counts. Each half of
        an interval has a width of its own, as drawn ones are skewed; one without degrees of freedom
        is taken as that of a normal distribution.
    """
    has_error = np.isfinite(found.low) and found.low < found.high and found.freedom != 0
    if not has_error:
        return np.nan
    normal = np.isnan(found.freedom)
    law = stats.norm if normal else stats.t(found.freedom)
    beyond = []  # each bound, one-sided: how sure is it that the number lies beyond?
    for bound, sign in ((side.least, 1), (side.most, -1)):
        if np.isfinite(bound):
            near = found.low if found.mean > bound else found.high
            distance = sign * (found.mean - bound) / abs(found.mean - near)
            beyond.append(float(law.sf(distance * law.ppf(0.975))))
    shown, contradicted = 2 * max(beyond), 2 * min(1 - p for p in beyond)
    return min(shown, contradicted, 1.0)


def reason(found: Estimate, side: Side, said: float = np.nan, form: str = "+.3f") -> str:
    """Why that is the outcome, in words.

    Parameters
    ----------
    found, side, said
        As for `judge`.
    form : str
        How numbers are printed.
    """
    outcome = judge(found, side, said)
    if outcome == CANNOT_BE_TESTED:
        return NOT_RUN
    if np.isinf(found.low):
        return "a single split has no interval"
    if found.low <= said <= found.high:
        size = f"; it holds the paper's {said:{form}}"
    elif not np.isnan(said):
        size = f"; the paper's {said:{form}} lies outside"
    else:
        size = ""
    if outcome == SHOWN:
        return f"the interval lies {_where(side)}{size}"
    if outcome == CONTRADICTED:
        return f"the interval lies nowhere {_where(side)}{size}"
    if outcome == SMALLER:
        return f"the interval excludes the paper's {said:{form}}, and shows no effect"
    told = f"the interval lies partly {_where(side)}{size}"
    if np.isnan(found.sem):  # of counts
        return told
    return f"{told}; a difference of {found.smallest:{form.lstrip('+')}} could have been shown"


def _where(side: Side) -> str:
    if np.isinf(side.most):
        return f"above {side.least:g}"
    if np.isinf(side.least):
        return f"below {side.most:g}"
    return f"between {side.least:g} and {side.most:g}"


def same_shares(estimates: Iterable[Estimate], sides: Iterable[Side]) -> Estimate:
    """Which share of numbers is the same as others, and which could be: for claims on tables.

    Parameters
    ----------
    estimates : iterable of Estimate
        One for each number.
    sides : iterable of Side
        Where it is the same.

    Returns
    -------
    Estimate
        Its low end is the share of numbers that are shown to be the same, its high end the share of
        those that are not shown to differ, and its mean the share of those whose mean is the same.
        There is no standard error.
    """
    pairs = [*zip(estimates, sides, strict=True)]
    if not pairs:
        raise CannotBeTested(NOT_RUN)
    outcomes = [judge(*pair) for pair in pairs]
    near = sum(side.least < found.mean < side.most for found, side in pairs)
    n = len(pairs)
    same, other = outcomes.count(SHOWN), outcomes.count(CONTRADICTED)
    return Estimate(near / n, same / n, 1 - other / n, np.nan, n, 0)


# --- to read --------------------------------------------------------------------------------------


def claim_id(*parts: object) -> str:
    """An id made of words and names: lower case, with hyphens for all but letters and digits."""
    return re.sub("[^a-z0-9]+", "-", " ".join(map(str, parts)).lower()).strip("-")


def format_cases(cases: Iterable[object], none: str = "none") -> str:
    """Cases in a row, or that there are none."""
    return ", ".join(map(str, cases)) or none
