"""Tidy frame in, matplotlib Figure out. Colours are those of Okabe and Ito, safe for all eyes."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

__all__ = ["beside_paper_figure"]

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
