"""The page of fewer cells: what is left of the methods with a part of them (Figure 6)."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from infosem_study import nulls
from infosem_study.figures import DOTTED, METHOD_STYLES, NULL, constants_band, legend, panels
from infosem_study.nulls import CONSTANT
from infosem_study.statistics import (
    METRICS,
    format_numbers,
    summarise,
)

__all__ = [
    "PAPER_ON",
    "beyond_constant",
    "by_percent",
    "format_by_percent",
    "format_costs",
    "subsampling_figure",
]

PAPER_ON = "hESC"
"""The data set of the paper's Figure 6."""
_LONGER = " (longer)"  # behind the name of a method, in the rows of `studies.subsampling`


def by_percent(rows: pd.DataFrame, metric: str = "unseen_auprc") -> pd.DataFrame:
    """`statistics.summarise`, for each percentage of the cells.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.
    metric : str
        A column of `rows`.

    Returns
    -------
    DataFrame
        As from `summarise`, with a column percent. Every draw of cells has a training seed of its
        own, so that seed_sd is the standard deviation over draws.
    """
    parts = [
        summarise(part, [metric]).assign(percent=percent)
        for percent, part in rows.groupby("percent")
    ]
    return pd.concat(parts, ignore_index=True)


def format_by_percent(rows: pd.DataFrame, metric: str = "unseen_auprc") -> pd.DataFrame:
    """One metric by percentage of the cells: mean over splits with its standard error.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.
    metric : str
        A column of `rows`.

    Returns
    -------
    DataFrame
        One row per data set and method, one column per percentage, and the largest standard
        deviation over draws of the mean over splits.
    """
    summary = by_percent(rows, metric)
    groups = summary.groupby(["dataset", "method"])
    text = format_numbers(summary["mean"], summary["sem"])
    table = summary.assign(text=text).pivot(
        index=["dataset", "method"], columns="percent", values="text"
    )
    table.columns = [f"{percent}%" for percent in table.columns]
    spread = groups["seed_sd"].max().reindex(table.index)
    table["largest sd over draws"] = ["-" if np.isnan(sd) else f"{sd:.3f}" for sd in spread]
    order = [*dict.fromkeys(zip(rows["dataset"], rows["method"], strict=True))]
    return table.reindex(order).fillna("-").reset_index()


def subsampling_figure(
    rows: pd.DataFrame, bands: pd.DataFrame, metric: str = "unseen_auprc"
) -> Figure:
    """One metric against the percentage of the cells, one panel per data set (Figure 6).

    Points are means over splits, and bars their standard errors, of means over draws of the cells.
    Open markers are of longer training. The grey band holds 95% of random orders of the TFs, the
    dashed line is their mean, the dotted one the share of positives.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.
    bands : DataFrame
        From `nulls.bands`.
    metric : str
        A column of `rows`, of unseen genes.
    """
    summary = by_percent(rows, metric)
    datasets = rows["dataset"].unique()
    lines = [name for name in rows["method"].unique() if name != CONSTANT]
    usual = [name for name in lines if not name.endswith(_LONGER)]
    figure, axes = panels(1, len(datasets), max(5.5, 1.2 + 2.6 * len(datasets)), 4)
    for axis, dataset in zip(axes.flat, datasets, strict=True):
        panel = summary[summary["dataset"] == dataset]
        for name in lines:
            short = name.removesuffix(_LONGER)
            colour, marker = METHOD_STYLES.get(short, (NULL, "x"))
            points = panel[panel["method"] == name]
            if not len(points):  # run on other data sets only
                continue
            # Side by side, so that one bar does not hide another.
            shift = 1.8 * (usual.index(short) - (len(usual) - 1) / 2)
            axis.errorbar(points["percent"] + shift, points["mean"], yerr=points["sem"],
                          color=colour, marker=marker, markersize=5, linewidth=1.2,
                          markerfacecolor=colour if name == short else "white",
                          linestyle="-" if name == short else "none",
                          label=name.replace(_LONGER, ", trained longer"))  # fmt: skip
        constants_band(axis, bands, dataset, METRICS[metric], upright=False)
        base = rows.loc[rows["dataset"] == dataset].drop_duplicates("split")["unseen_base"].mean()
        axis.axhline(base, **DOTTED, label="share of positives")
        axis.set_xticks(sorted(rows["percent"].unique()))
        axis.set_title(dataset, fontsize=10)
        axis.set_xlabel("cells (%)")
    axes[0, 0].set_ylabel(f"{METRICS[metric]} on unseen genes")
    legend(figure, *axes.flat)
    return figure


def beyond_constant(rows: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """`nulls.beyond_constant` of every method with every percentage of the cells.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.
    counts : DataFrame
        From `nulls.tf_counts` of these rows.

    Returns
    -------
    DataFrame
        As from `nulls.beyond_constant`, the methods being "DeepSEM, 20%" and so on.
    """
    labels = [
        method if method == CONSTANT else f"{method}, {percent}%"
        for method, percent in zip(rows["method"], rows["percent"], strict=True)
    ]
    return nulls.beyond_constant(rows.assign(method=labels), counts)


# --- costs ----------------------------------------------------------------------------------------


def format_costs(rows: pd.DataFrame) -> pd.DataFrame:
    """Median wall time of a run, by percentage of the cells.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.

    Returns
    -------
    DataFrame
        One row per data set and method: seconds per run for each percentage, the number of
        runs and minutes of all, on one core. Runs that only chose alpha are not counted.
    """
    runs = rows[rows["method"] != CONSTANT].drop_duplicates(["key", "seconds"])
    groups = runs.groupby(["dataset", "method"], sort=False)
    median = runs.pivot_table("seconds", ["dataset", "method"], "percent", "median", sort=False)
    table = pd.DataFrame(
        {
            f"{percent}%, s": ["-" if np.isnan(s) else f"{s:.1f}" for s in median[percent]]
            for percent in sorted(median.columns)
        },
        index=median.index,
    )
    minutes = (groups["seconds"].sum() / 60).map("{:.1f}".format)
    return table.assign(runs=groups.size(), **{"minutes in all": minutes}).reset_index()
