"""What is left without one of its inputs: where a method's score comes from."""

import pandas as pd

from infosem_study.methods import METHODS
from infosem_study.statistics import estimate, format_numbers, mean_over_seeds

__all__ = ["describe_controls", "format_left_of_gain", "left_by_test", "left_of_gain"]


def left_of_gain(rows: pd.DataFrame, test: str = "unseen") -> pd.DataFrame:
    """What a method's AUPRC beyond the share of positives is, and becomes without one input.

    Parameters
    ----------
    rows : DataFrame
        From `studies.controls`.
    test : {"unseen", "seen"}

    Returns
    -------
    DataFrame
        One row per data set, method and control: gain, the mean over splits of AUPRC minus the
        share of positives, with sem, its standard error; lost, the mean by which it is below the
        method's own on the same splits, with low and high (`statistics.estimate`); and
        n_splits. Where control is "none", lost is 0, and low and high are those of the gain.
    """
    gains = rows.assign(value=rows[f"{test}_auprc"] - rows[f"{test}_base"])
    by_split = mean_over_seeds(gains, ["dataset", "method", "control"])
    lines = []
    for (dataset, method), part in by_split.groupby(["dataset", "method"], sort=False):
        own = part.xs("none", level="control").droplevel(["dataset", "method"])
        for control, values in part.groupby("control", sort=False):
            gain = values.droplevel(["dataset", "method", "control"])
            tested = gain if control == "none" else (own - gain).dropna()
            found = estimate(tested)
            lines.append(
                {
                    "dataset": dataset,
                    "method": method,
                    "control": control,
                    "gain": gain.mean(),
                    "sem": gain.sem(),
                    "lost": 0.0 if control == "none" else found.mean,
                    "low": found.low,
                    "high": found.high,
                    "n_splits": len(tested),
                }
            )
    return pd.DataFrame(lines)


def left_by_test(rows: pd.DataFrame) -> pd.DataFrame:
    """`left_of_gain` of every method, on the test that it can pass.

    Parameters
    ----------
    rows : DataFrame
        From `studies.controls`.

    Returns
    -------
    DataFrame
        As from `left_of_gain`, with a column test: "unseen" for methods without labels, then "seen"
        for those with labels, some of which can tell nothing of unseen genes.
    """
    with_labels = rows["method"].isin([name for name, method in METHODS.items() if method.labels])
    parts = {"unseen": rows[~with_labels], "seen": rows[with_labels]}
    return pd.concat(
        [left_of_gain(part, test).assign(test=test) for test, part in parts.items() if len(part)],
        ignore_index=True,
    )


def format_left_of_gain(left: pd.DataFrame) -> pd.DataFrame:
    """`left_of_gain` to read: gain with its standard error, and "*" where the control takes some.

    That is where the interval of what is lost lies above 0; for the method as it is, where that of
    the gain does.

    Parameters
    ----------
    left : DataFrame
        From `left_of_gain` or `left_by_test`.

    Returns
    -------
    DataFrame
        One row per method and control, one column per data set.
    """
    numbers = format_numbers(left["gain"], left["sem"])
    text = [number + "*" * (low > 0) for number, low in zip(numbers, left["low"], strict=True)]
    table = left.assign(text=text).pivot(
        index=["method", "control"], columns="dataset", values="text"
    )
    order = [*dict.fromkeys(zip(left["method"], left["control"], strict=True))]
    table = table.loc[order, [*dict.fromkeys(left["dataset"])]].fillna("-")
    return table.rename_axis(columns=None).reset_index().rename(columns={"control": "taken away"})


def describe_controls(left: pd.DataFrame) -> str:
    """In how many cases with a gain each control takes some of it, in words."""
    index = ["dataset", "method"]
    has = left[(left["control"] == "none") & (left["low"] > 0)].set_index(index)
    lines = [
        f"{len(has)} of {(left['control'] == 'none').sum()} pairs of method and data set have a "
        "gain whose interval lies above 0."
    ]
    for control, part in left[left["control"] != "none"].groupby("control", sort=False):
        of_gains = part.set_index(index)
        of_gains = of_gains.loc[of_gains.index.intersection(has.index)]
        own = has.loc[of_gains.index, "gain"]
        share = f"{of_gains['gain'].sum() / own.sum():.0%}" if len(own) else "-"
        lines.append(
            f"{control}: takes some of the gain in {(of_gains['low'] > 0).sum()} of "
            f"{len(of_gains)} of them; of their summed gain {share} is left."
        )
    return "\n".join(lines)
