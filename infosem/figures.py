"""Tidy frame in, matplotlib Figure out. Colours are those of Okabe and Ito, safe for all eyes."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

__all__ = ["beside_paper_figure", "scaling_figure"]

_OURS, _PAPER, _NULL = "#0072B2", "#D55E00", "#666666"


def beside_paper_figure(compared: pd.DataFrame) -> Figure:
    """Our means beside the paper's, one panel a metric and data set.

    Error bars are standard errors over splits. The dashed line is the mean of a random constant
    per TF, which has no information: what does not lie right of it has shown nothing.

    Parameters
    ----------
    compared : DataFrame
        From `tables.beside_paper`.
    """
    compared = compared.dropna(subset="mean")  # what was not run has no place here
    datasets, metrics = compared["dataset"].unique(), compared["metric"].unique()
    methods = list(compared["method"].unique())
    figure, axes = plt.subplots(
        len(metrics), len(datasets), sharey=True, squeeze=False, layout="constrained",
        figsize=(2 + 2.1 * len(datasets), 0.6 + (0.6 + 0.25 * len(methods)) * len(metrics)),
    )  # fmt: skip
    heights = pd.Series(np.arange(len(methods))[::-1], index=methods)
    for row, metric in zip(axes, metrics, strict=True):
        for axis, dataset in zip(row, datasets, strict=True):
            panel = compared[(compared["metric"] == metric) & (compared["dataset"] == dataset)]
            y = heights[panel["method"]].to_numpy(dtype=float)
            axis.errorbar(panel["mean"], y + 0.13, xerr=panel["sem"], fmt="o", color=_OURS,
                          markersize=5, label="this book")  # fmt: skip
            axis.errorbar(panel["paper"], y - 0.13, xerr=panel["paper_sem"], fmt="D",
                          color=_PAPER, markerfacecolor="white", markersize=5,
                          label="paper")  # fmt: skip
            null = panel.loc[panel["method"] == "Random TF constant", "mean"]
            if len(null):
                axis.axvline(null.item(), color=_NULL, linestyle="--", linewidth=1,
                             label="random constant per TF")  # fmt: skip
            axis.set_yticks(heights, methods)
            axis.set_title(dataset if metric == metrics[0] else "", fontsize=10)
            axis.set_xlabel(metric)
            axis.spines[["top", "right"]].set_visible(False)
            axis.grid(axis="x", color="#dddddd", linewidth=0.5)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False)
    plt.close(figure)  # else a notebook shows it twice
    return figure


# Colour and marker of each method; the literal model and the peers in other hues than ours.
_METHODS = {
    "DeepSEM": ("#0072B2", "o"),
    "InfoSEM-B": ("#56B4E9", "s"),
    "InfoSEM-BC": ("#009E73", "^"),
    "literal DeepSEM": ("#D55E00", "D"),
    "RegDiffusion": ("#E69F00", "v"),
    "GRNBoost2": ("#CC79A7", "P"),
}


def scaling_figure(medians: pd.DataFrame, part: str) -> Figure:
    """Seconds an epoch, seconds a network and peak memory against the size of the data.

    Both axes are logarithmic. Points are medians, bars the range over the runs. Open markers are
    extrapolated from a part of a run. A method without epochs is missing from the first panel.

    Parameters
    ----------
    medians : DataFrame
        From `tables.speed_medians`.
    part : {"genes", "cells"}
    """
    medians = medians[medians["part"] == part]
    panels = (
        ("unit_seconds", "time of an epoch (s)", 1.0),
        ("network_seconds", "time of a network (s)", 1.0),
        ("peak_mib", "peak memory (GiB)", 1024.0),
    )
    figure, axes = plt.subplots(1, len(panels), layout="constrained", figsize=(10, 3.6))
    for axis, (column, label, scale) in zip(axes, panels, strict=True):
        for method, points in medians.groupby("method", sort=False):
            if column == "unit_seconds" and points["unit"].iloc[0] != "epoch":
                continue
            colour, marker = _METHODS.get(str(method), (_NULL, "x"))
            points = points.sort_values(part)
            middle = points[column] / scale
            reach = [middle - points[f"{column}_low"] / scale,
                     points[f"{column}_high"] / scale - middle]  # fmt: skip
            is_open = column == "network_seconds" and points["extrapolated"].any()
            axis.errorbar(points[part], middle, yerr=reach, color=colour, marker=marker,
                          markersize=5, linewidth=1, capsize=2,
                          markerfacecolor="white" if is_open else colour,
                          label=method)  # fmt: skip
        sizes = sorted(medians[part].unique())
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xticks(sizes, [str(size) for size in sizes])
        axis.set_xticks([], minor=True)
        axis.set_xlabel(part)
        axis.set_ylabel(label)
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(color="#dddddd", linewidth=0.5)
    handles, labels = axes[-1].get_legend_handles_labels()
    # Without their error bars, so that the legend shows the markers.
    figure.legend([handle[0] for handle in handles], labels, loc="outside upper center",
                  ncols=len(labels), frameon=False)  # fmt: skip
    plt.close(figure)
    return figure
