"""Statistics of runs: means over splits, paired differences, and how a number is printed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

__all__ = [
    "METRICS",
    "SEEN_METRICS",
    "beyond_constant",
    "format_number",
    "format_numbers",
    "mean_over_seeds",
    "paired",
    "summarise",
]

METRICS = {"unseen_auprc": "AUPRC", "unseen_hit": "Hit@1%"}
SEEN_METRICS = {"seen_auprc": "AUPRC", "seen_hit": "Hit@1%"}


def summarise(rows: pd.DataFrame, metrics: Sequence[str] = tuple(METRICS)) -> pd.DataFrame:
    """Mean over splits with its standard error, of means over training seeds.

    Parameters
    ----------
    rows : DataFrame
        One row a data set, method, training seed and split (`comparison.compare`).
    metrics : sequence of str
        Columns of `rows`.

    Returns
    -------
    DataFrame
        One row a data set, method and metric: mean, sem (over splits), seed_sd (standard deviation
        over training seeds of the mean over splits), n_splits, n_seeds.
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


def paired(
    rows: pd.DataFrame, method: str, against: str, metrics: Sequence[str] = tuple(METRICS)
) -> pd.DataFrame:
    """Difference of two methods on the same splits, training seeds averaged.

    Returns
    -------
    DataFrame
        One row a data set and metric: method, against, difference (mean over splits), low and high
        (95% confidence interval of the mean by Student's t), wins (splits on which the method is
        ahead), n_splits, and verdict: "better" or "worse" where the interval excludes 0, else
        "no difference shown". The splits overlap, so that the interval is too narrow if anything.
    """
    long = rows.melt(["dataset", "method", "seed", "split"], list(metrics), var_name="metric")
    by_split = mean_over_seeds(long, ["dataset", "metric", "method"]).unstack("method")
    difference = (by_split[method] - by_split[against]).dropna()  # the splits that both have
    lines = []
    for (dataset, metric), values in difference.groupby(["dataset", "metric"], sort=False):
        n, mean = len(values), values.mean()
        half = stats.t.ppf(0.975, n - 1) * values.sem() if n > 1 else np.inf
        verdict = "better" if mean > half else "worse" if mean < -half else "no difference shown"
        lines.append(
            {
                "dataset": dataset,
                "metric": METRICS.get(str(metric), str(metric)),
                "method": method,
                "against": against,
                "difference": mean,
                "low": mean - half,
                "high": mean + half,
                "wins": int((values > 0).sum()),
                "n_splits": n,
                "verdict": verdict,
            }
        )
    return pd.DataFrame(lines)


def beyond_constant(rows: pd.DataFrame) -> pd.DataFrame:
    """Place each method among random constants per TF.

    One draw of the constants is one order of the TFs, shared by all splits; its mean over the
    splits is one value of the null distribution. The splits cannot tell how lucky it was, the draws
    can.

    Returns
    -------
    DataFrame
        One row a method that uses expression or labels, data set and metric: splits (how many it
        has), its mean over them (training seeds averaged), the null's mean and largest value, p =
        (1 + number of draws that reach the method's mean) / (1 + number of draws), and verdict,
        "better" where p < 0.05.
    """
    long = rows.melt(["dataset", "method", "seed", "split"], list(METRICS), var_name="metric")
    long = long.replace({"metric": METRICS})
    is_null = long["method"] == "Random TF constant"
    draws = long[is_null].set_index(["dataset", "metric", "split"]).sort_index()
    tested = long[~is_null & (long["method"] != "Random")]
    lines = []
    for (method, dataset, metric), part in tested.groupby(
        ["method", "dataset", "metric"], sort=False
    ):
        mean = part["value"].mean()
        on_its_splits = draws.loc[[(dataset, metric, split) for split in part["split"].unique()]]
        null = on_its_splits.groupby("seed")["value"].mean().to_numpy()
        p = (1 + int((null >= mean).sum())) / (1 + len(null))
        lines.append(
            {
                "method": method,
                "dataset": dataset,
                "metric": metric,
                "splits": part["split"].nunique(),
                "mean": round(mean, 3),
                "mean of the constants": round(null.mean(), 3),
                "best of the constants": round(null.max(), 3),
                "p": round(p, 3),
                "verdict": "better" if p < 0.05 else "no difference shown",
            }
        )
    return pd.DataFrame(lines)


def mean_over_seeds(long: pd.DataFrame, groups: list[str]) -> pd.Series:
    return long.groupby([*groups, "split"], sort=False)["value"].mean()


def format_numbers(means: pd.Series, sems: pd.Series, missing: str) -> list[str]:
    return [format_number(mean, sem, missing) for mean, sem in zip(means, sems, strict=True)]


def format_number(mean: float, sem: float, missing: str) -> str:
    if np.isnan(mean):
        return missing
    return f"{mean:.3f}" if np.isnan(sem) else f"{mean:.3f} ({sem:.3f})"
