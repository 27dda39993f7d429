"""Means of runs, their errors and differences, and how such numbers are printed.

Training seeds are averaged first; errors and intervals are over splits. These overlap, so that the
intervals are too narrow if anything.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

__all__ = [
    "METRICS",
    "SEEN_METRICS",
    "Interval",
    "confidence_interval",
    "format_fewer_splits",
    "format_interval",
    "format_number",
    "format_numbers",
    "half_width",
    "mean_over_seeds",
    "paired",
    "summarise",
]

METRICS = {"unseen_auprc": "AUPRC", "unseen_hit": "Hit@1%"}
"""Metrics on unseen genes: columns of the rows of `comparison.compare`, and the paper's names."""
SEEN_METRICS = {"seen_auprc": "AUPRC", "seen_hit": "Hit@1%"}
"""The same on seen genes."""


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


class Interval(NamedTuple):
    """A mean, and the ends of its 95% confidence interval."""

    mean: float
    low: float
    high: float


def confidence_interval(values: "pd.Series[float]") -> Interval:
    """Mean of values, one per split, with its 95% interval by Student's t.

    It has no end for a single value.
    """
    n, mean = len(values), values.mean()
    half = half_width(values.sem(), n - 1) if n > 1 else np.inf
    return Interval(mean, mean - half, mean + half)


def half_width(error: Any, freedom: Any) -> Any:
    """Half of the 95% interval by Student's t.

    Parameters
    ----------
    error : float or Series
        Standard error.
    freedom : float or Series
        Its degrees of freedom.
    """
    return stats.t.ppf(0.975, freedom) * error


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
        difference (mean over the splits that both have), low and high (`confidence_interval`), wins
        (splits on which the method is ahead), n_splits, and verdict: "better" or "worse" where the
        interval excludes 0, else "no difference shown".
    """
    long = rows.melt(["dataset", "method", "seed", "split"], list(metrics), var_name="metric")
    by_split = mean_over_seeds(long, ["dataset", "metric", "method"]).unstack("method")
    difference = (by_split[method] - by_split[against]).dropna()
    lines = []
    for (dataset, metric), values in difference.groupby(["dataset", "metric"], sort=False):
        mean, low, high = confidence_interval(values)
        verdict = "better" if low > 0 else "worse" if high < 0 else "no difference shown"
        lines.append(
            {
                "dataset": dataset,
                "metric": METRICS.get(str(metric), str(metric)),
                "method": method,
                "against": against,
                "difference": mean,
                "low": low,
                "high": high,
                "wins": int((values > 0).sum()),
                "n_splits": len(values),
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
        Of the mean; the ends have a sign.
    """
    return "-" if np.isnan(mean) else f"{mean:{form}} [{low:+.3f}, {high:+.3f}]"


def format_fewer_splits(n_splits: "pd.Series[float]") -> list[str]:
    """What is put behind a number of fewer splits than others have: theirs, else nothing."""
    most = n_splits.max()
    return [f", {n:.0f} split{'s' * (n > 1)}" if n < most else "" for n in n_splits]
