"""Means of runs, their errors and differences, and how such numbers are printed.

Training seeds are averaged first; errors and intervals are over splits. All intervals of the book
are made here: see `estimate` for what they are, and `combine` for means over data sets.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from infosem_study.methods import METHODS

__all__ = [
    "METRICS",
    "NO_DIFFERENCE",
    "SEEN_METRICS",
    "Estimate",
    "bootstrap",
    "combine",
    "estimate",
    "format_end",
    "format_fewer_splits",
    "format_interval",
    "format_number",
    "format_numbers",
    "from_error",
    "mean_over_seeds",
    "paired",
    "seeds_of",
    "summarise",
]

METRICS = {"unseen_auprc": "AUPRC", "unseen_hit": "Hit@1%"}
"""Metrics on unseen genes: columns of the rows of `comparison.compare`, and the paper's names."""
SEEN_METRICS = {"seen_auprc": "AUPRC", "seen_hit": "Hit@1%"}
"""The same on seen genes."""
NO_DIFFERENCE = "no difference shown"
"""The verdict on two methods whose interval holds 0, which is not that they are equal."""

_FEWEST_DRAWN = 8


# --- means and differences ------------------------------------------------------------------------


def mean_over_seeds(long: pd.DataFrame, groups: Sequence[str]) -> pd.Series:
    """Mean over training seeds of the column value, per group and split.

    Parameters
    ----------
    long : DataFrame
        With the columns split, value and `groups`.
    groups : sequence of str
    """
    return long.groupby([*groups, "split"], sort=False)["value"].mean()


def summarise(rows: pd.DataFrame, metrics: Sequence[str] = tuple(METRICS)) -> pd.DataFrame:
    """Mean over splits with its standard error, of means over training seeds.

    Parameters
    ----------
    rows : DataFrame
        One row per data set, method, training seed and split (`comparison.compare`).
    metrics : sequence of str
        Columns of `rows`.

    Returns
    -------
    DataFrame
        One row per data set, method and metric: mean, sem (over splits), seed_sd (standard
        deviation over training seeds of the mean over splits), n_splits, n_seeds.
    """
    long = rows.melt(["dataset", "method", "seed", "split"], list(metrics), var_name="metric")
    groups = ["dataset", "method", "metric"]
    over_splits = mean_over_seeds(long, groups).groupby(groups, sort=False)
    by_seed = long.groupby([*groups, "seed"], sort=False)["value"].mean()
    over_seeds = by_seed.groupby(groups, sort=False)
    return pd.DataFrame(
        {
            "mean": over_splits.mean(),
            "sem": over_splits.sem(),
            "seed_sd": over_seeds.std(),
            "n_splits": over_splits.size(),
            "n_seeds": over_seeds.size(),
        }
    ).reset_index()


def seeds_of(rows: pd.DataFrame) -> str:
    """How many training seeds a number rests on, as text: "5", or "3 to 5" by method.

    Parameters
    ----------
    rows : DataFrame
        With the columns method and seed. Methods that the registry knows to have none, or that are
        draws of a null, are not counted; if there are only such, the text is "-".
    """
    trained = rows[[name not in METHODS or METHODS[name].deep for name in rows["method"]]]
    numbers = trained.groupby("method")["seed"].nunique()
    return " to ".join(map(str, sorted({numbers.min(), numbers.max()}))) if len(numbers) else "-"


class Estimate(NamedTuple):
    """A mean with its 95% interval, from values by split (or by TF, where it says so).

    Attributes
    ----------
    mean, low, high : float
        The ends are infinite where there is no interval: of a single value, or of none, whose mean
        is NaN.
    sem : float
        Standard error of the mean; NaN where there is none.
    n : int
        How many values; of a mean over data sets the fewest that one of them has.
    freedom : float
        Degrees of freedom of the standard error.
    """

    mean: float
    low: float
    high: float
    sem: float
    n: int
    freedom: float

    @property
    def smallest(self) -> float:
        """The smallest difference from zero that could have been shown: half of the interval."""
        return (self.high - self.low) / 2


def estimate(values: Iterable[float]) -> Estimate:
    """Mean of values, one per split, with its 95% interval by Student's t.

    Splits of a data set overlap: they hold the same TFs, and often the same training run. The
    interval is one for these TFs. For others, as a new cell type would have, the correction of
    Nadeau and Bengio makes it about twice as wide; the audit looks at that.

    Parameters
    ----------
    values : iterable of float
        NaN where there is no value.

    References
    ----------
    C. Nadeau, Y. Bengio, Inference for the Generalization Error, Machine Learning 52 (2003).
    """
    known = np.array([*values], dtype=float)
    known = known[~np.isnan(known)]
    n = len(known)
    if not n:
        return from_error(np.nan, np.nan, 0, 0)
    error = float(known.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
    return from_error(float(known.mean()), error, n, n - 1)


def from_error(mean: float, sem: float, n: int, freedom: float) -> Estimate:
    """The same where the standard error is known already, as from a jackknife."""
    if np.isnan(mean) or np.isnan(sem) or freedom <= 0:
        return Estimate(mean, -np.inf, np.inf, np.nan, n, 0)
    half = _quantile(freedom) * sem
    return Estimate(mean, mean - half, mean + half, sem, n, freedom)


@cache
def _quantile(freedom: float) -> float:
    return float(stats.t.ppf(0.975, freedom))


def combine(estimates: Iterable[Estimate], weights: Sequence[float] | None = None) -> Estimate:
    """A weighted sum of estimates that do not depend on each other, as those of data sets.

    The squares of their errors add up, with the degrees of freedom by Welch and Satterthwaite.

    Parameters
    ----------
    estimates : iterable of Estimate
    weights : sequence of float, optional
        By default all the same, and 1 together: the mean.
    """
    parts = [*estimates]
    if not parts:
        return from_error(np.nan, np.nan, 0, 0)
    scale = np.full(len(parts), 1 / len(parts)) if weights is None else np.array(weights)
    mean = float(scale @ np.array([part.mean for part in parts]))
    errors = scale * np.array([part.sem for part in parts])
    variance, n = float(np.square(errors).sum()), min(part.n for part in parts)
    if not variance > 0:  # all are exact, or one has no error at all
        return from_error(mean, variance, n, min(part.freedom for part in parts))
    # Relative to the largest, whose fourth power may be too small for a float.
    share = np.square(errors) / variance
    inverse = float(np.sum(np.square(share) / np.array([part.freedom for part in parts])))
    return from_error(mean, float(np.sqrt(variance)), n, 1 / inverse if inverse else np.inf)


def bootstrap(parts: Iterable[ArrayLike], n_draws: int = 4000) -> Estimate:
    """Mean over parts, such as data sets, of means over their values, such as those of TFs.

    The values of each part are drawn anew with replacement. Student's interval supposes a mean that
    is about normal, which that of few and skewed values is not; the quantiles of drawn means are as
    skewed as they are. As they are too narrow where values are few, they are taken further out, by
    what Student's interval is wider than a normal one (Hesterberg's expanded percentiles).

    A drawn mean cannot lie beyond the values: where a part has fewer than `_FEWEST_DRAWN`, the
    interval is Student's. The draws are always the same: where values are differences of two
    methods, both have them.

    Parameters
    ----------
    parts : iterable of array_like of float, (n,) each
        NaN where there is no value; parts without any are left out.
    n_draws : int

    Returns
    -------
    Estimate
        With the standard deviation of the drawn means as its standard error.

    References
    ----------
    T. C. Hesterberg, What Teachers Should Know About the Bootstrap, The American Statistician 69
    (2015), 371-386, Section 4.1.
    """
    arrays = [np.asarray(part, dtype=float) for part in parts]
    arrays = [part[~np.isnan(part)] for part in arrays]
    arrays = [part for part in arrays if len(part)]
    if not arrays:
        return from_error(np.nan, np.nan, 0, 0)
    students = combine(estimate(part) for part in arrays)
    n, freedom = students.n, students.freedom
    if n < _FEWEST_DRAWN or not 0 < freedom < np.inf or not students.sem > 0:
        return students
    rng = np.random.default_rng([*b"bootstrap"])
    drawn = np.mean(
        [part[rng.integers(len(part), size=(n_draws, len(part)))].mean(axis=1) for part in arrays],
        axis=0,
    )
    tail = float(stats.norm.cdf(-_quantile(freedom) * np.sqrt((freedom + 1) / freedom)))
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Estimate(students.mean, float(low), float(high), float(drawn.std()), n, freedom)


def paired(
    rows: pd.DataFrame, method: str, against: str, metrics: Sequence[str] = tuple(METRICS)
) -> pd.DataFrame:
    """Difference of two methods on the same splits.

    Parameters
    ----------
    rows : DataFrame
        As for `summarise`.
    method, against : str
    metrics : sequence of str
        Columns of `rows`.

    Returns
    -------
    DataFrame
        One row per data set and metric (by the paper's name, if it has one): method, against,
        difference (mean over the splits that both have), low, high and smallest (see `Estimate`),
        wins (splits on which the method is ahead), n_splits, seeds (`seeds_of`), and verdict:
        "better" or "worse" where the interval excludes 0, else "no difference shown".
    """
    long = rows.melt(["dataset", "method", "seed", "split"], list(metrics), var_name="metric")
    by_split = mean_over_seeds(long, ["dataset", "metric", "method"]).unstack("method")
    difference = (by_split[method] - by_split[against]).dropna()
    lines = []
    for (dataset, metric), values in difference.groupby(["dataset", "metric"], sort=False):
        found = estimate(values)
        verdict = "better" if found.low > 0 else "worse" if found.high < 0 else NO_DIFFERENCE
        both = rows[(rows["dataset"] == dataset) & rows["method"].isin([method, against])]
        lines.append(
            {
                "dataset": dataset,
                "metric": METRICS.get(str(metric), str(metric)),
                "method": method,
                "against": against,
                "difference": found.mean,
                "low": found.low,
                "high": found.high,
                "smallest": found.smallest,
                "wins": int((values > 0).sum()),
                "n_splits": found.n,
                "seeds": seeds_of(both),
                "verdict": verdict,
            }
        )
    return pd.DataFrame(lines)


# --- as text --------------------------------------------------------------------------------------


def format_number(
    value: float, error: float = np.nan, missing: str = "-", form: str = ".3f"
) -> str:
    """A number with its standard error in parentheses, where there is one.

    Parameters
    ----------
    value, error : float
        NaN where there is none.
    missing : str
        What stands where there is no number.
    form : str
        Of both; a sign is the number's only.
    """
    if np.isnan(value):
        return missing
    return format(value, form) + ("" if np.isnan(error) else f" ({error:{form.lstrip('+')}})")


def format_numbers(
    values: Iterable[float], errors: Iterable[float], missing: str = "-", form: str = ".3f"
) -> list[str]:
    """`format_number` of each of a column and its errors."""
    pairs = zip(values, errors, strict=True)
    return [format_number(value, error, missing, form) for value, error in pairs]


def format_interval(mean: float, low: float, high: float, form: str = "+.3f") -> str:
    """A mean with the ends of its interval in brackets, or "-" if it is NaN.

    Parameters
    ----------
    mean, low, high : float
    form : str
        Of the mean, and of the ends, which have a sign in any case. An end that is rounded to 0
        gets a digit more, as its side decides what is shown.
    """
    if np.isnan(mean):
        return "-"
    ends = f"+{form.lstrip('+')}"
    return f"{mean:{form}} [{format_end(low, ends)}, {format_end(high, ends)}]"


def format_end(value: float, form: str) -> str:
    """An end of an interval; with a digit more where it is rounded to 0, if that is not 0, too."""
    text, finer = format(value, form), ""
    if form.endswith("f") and not text.strip("+-0."):
        before, _, digits = form.removesuffix("f").partition(".")
        finer = format(value, f"{before}.{int(digits) + 1}f")
    return finer if finer.strip("+-0.") else text


def format_fewer_splits(n_splits: "pd.Series[float]") -> list[str]:
    """What is put behind a number of fewer splits than others have: theirs, else nothing."""
    most = n_splits.max()
    return [f", {n:.0f} split{'s' * (n > 1)}" if n < most else "" for n in n_splits]
