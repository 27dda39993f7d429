"""What the figures of several pages share, and the figure of Table 1.

A figure takes a tidy frame and returns a matplotlib Figure. Those of a page are in its module.
Colours are those of Okabe and Ito, safe for all eyes.
"""

from collections.abc import Collection, Iterable
from itertools import product
from typing import Any, Literal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from infosem_study.nulls import CONSTANT

__all__ = [
    "BAND",
    "DASHED",
    "DOTTED",
    "METHOD_STYLES",
    "NULL",
    "OURS",
    "PAPER",
    "beside_paper_figure",
    "constants_band",
    "dot_panels",
    "heights_of",
    "legend",
    "log_log",
    "name_rows",
    "ours_and_paper",
    "panels",
]

OURS, PAPER, NULL = "#0072B2", "#D55E00", "#666666"
"""Colours of our numbers, of the paper's and of what has no information."""
DOTTED: dict[str, Any] = {"color": NULL, "linestyle": ":", "linewidth": 1.2, "zorder": 1}
"""Style of a line at what has no information, above the grid and below the points."""
DASHED: dict[str, Any] = DOTTED | {"linestyle": "--"}
"""Style of a second such line."""
BAND: dict[str, Any] = {"color": "#e6e6e6", "linewidth": 0, "zorder": 0}
"""Style of a range of what has no information, below all else."""
METHOD_STYLES = {
    "DeepSEM": ("#0072B2", "o"),
    "InfoSEM-B": ("#56B4E9", "s"),
    "InfoSEM-BC": ("#009E73", "^"),
    "literal DeepSEM": ("#D55E00", "D"),
    "RegDiffusion": ("#E69F00", "v"),
    "GRNBoost2": ("#CC79A7", "P"),
    "rustscenic": ("#CC79A7", "X"),
    "InfoSEM-B, TFs only": ("#009E73", "s"),
    "Pearson correlation": ("#D55E00", "D"),
    "Partial correlation": ("#E69F00", "v"),
}
"""Colour and marker of a method; the literal model and the peers in other hues than ours."""


def panels(
    n_rows: int, n_columns: int, width: float, height: float,
    *, grid: Literal["both", "x", "y"] = "both", **options: Any,
) -> tuple[Figure, NDArray[Any]]:  # fmt: skip
    """A figure and its panels, on a light grid.

    Parameters
    ----------
    n_rows, n_columns : int
    width, height : float
        In inches.
    grid : {"both", "x", "y"}
        Which of its lines are shown.
    **options
        As of `matplotlib.pyplot.subplots`.

    Returns
    -------
    Figure
    ndarray of Axes, shape (n_rows, n_columns)
    """
    figure, axes = plt.subplots(
        n_rows, n_columns, squeeze=False, layout="constrained", figsize=(width, height), **options
    )
    plt.close(figure)  # else a notebook shows it twice
    for axis in axes.flat:
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(axis=grid, color="#dddddd", linewidth=0.5)
        axis.set_axisbelow(True)
    return figure, axes


def heights_of(names: Iterable[str]) -> pd.Series:
    """Where each name stands beside a panel, from the top down: by name."""
    names = list(names)
    return pd.Series(np.arange(len(names))[::-1] * 1.0, index=names)


def dot_panels(
    n_rows: int, columns: Collection[str], heights: pd.Series, width: float, height: float,
    **options: Any,
) -> tuple[Figure, NDArray[Any]]:  # fmt: skip
    """`panels` for dots beside names, with a title above each column.

    Parameters
    ----------
    n_rows : int
    columns : collection of str
        Their titles.
    heights : Series
        From `heights_of`.
    width, height, **options
        As for `panels`.
    """
    options.setdefault("grid", "x")
    figure, axes = panels(n_rows, len(columns), width, height, sharey=True, **options)
    for axis, title in zip(axes[0], columns, strict=True):
        axis.set_title(title, fontsize=10)
    # Set for one panel, for all: they share the axis, but not the strokes at its names.
    axes[0, 0].set_yticks(heights, heights.index)
    axes[0, 0].set_ylim(heights.min() - 0.5, heights.max() + 0.5)
    for axis in axes.flat:
        axis.tick_params(axis="y", length=0)
    return figure, axes


def name_rows(axes: NDArray[Any], names: Iterable[str]) -> None:
    """A name to the left of each row of panels."""
    for axis, name in zip(axes[:, 0], names, strict=True):
        axis.set_ylabel(name, fontsize=11, fontweight="bold")


def log_log(axis: Axes, sizes: pd.Series) -> None:
    """Logarithmic axes, with ticks at these sizes only."""
    ticks = sorted(sizes.unique())
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xticks(ticks, [str(tick) for tick in ticks])
    axis.set_xticks([], minor=True)


def ours_and_paper(axis: Axes, panel: pd.DataFrame, heights: pd.Series) -> None:
    """Two dots for each method, with their standard errors.

    Parameters
    ----------
    axis : Axes
    panel : DataFrame
        Lines of `tables.beside_paper`: one per method.
    heights : Series
        From `heights_of` the methods.
    """
    y = heights[panel["method"]].to_numpy()
    axis.errorbar(panel["mean"], y + 0.14, xerr=panel["sem"], fmt="o", color=OURS, markersize=5,
                  label="this book")  # fmt: skip
    axis.errorbar(panel["paper"], y - 0.14, xerr=panel["paper_sem"], fmt="D", color=PAPER,
                  markerfacecolor="white", markersize=4.5, label="paper")  # fmt: skip


def constants_band(
    axis: Axes, bands: pd.DataFrame, dataset: str, metric: str,
    *, test: Literal["seen", "unseen"] = "unseen", upright: bool = True,
) -> None:  # fmt: skip
    """The 95% band of random orders of the TFs, and their mean as a dashed line.

    Parameters
    ----------
    axis : Axes
    bands : DataFrame
        From `nulls.bands`, on one network. Nothing is drawn of what it lacks.
    dataset, metric, test : str
        Which of its lines.
    upright : bool
        Whether the metric is on the horizontal axis.
    """
    same = (bands["dataset"] == dataset) & (bands["metric"] == metric) & (bands["test"] == test)
    for mean, low, high in bands.loc[same, ["mean", "low", "high"]].to_numpy():
        span, line = (axis.axvspan, axis.axvline) if upright else (axis.axhspan, axis.axhline)
        span(low, high, **BAND, label="random orders of the TFs, 95%")
        line(mean, **DASHED, label="mean of these orders")


def legend(figure: Figure, *axes: Axes) -> None:
    """A legend above all panels, of what one of them shows, or several."""
    found: dict[str, tuple[Any, str]] = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            found.setdefault(label, (handle, label))

    # Bands and lines are of use only beside the points or steps that come first.
    def late(entry: tuple[Any, str]) -> int:
        return 2 * isinstance(entry[0], Line2D | LineCollection) + isinstance(entry[0], Patch)

    handles, labels = zip(*sorted(found.values(), key=late), strict=True)
    # An entry is about 2.3 inches wide.
    ncols = min(len(labels), max(1, int(figure.get_figwidth() / 2.3)))
    figure.legend(handles, labels, loc="outside upper center", ncols=ncols, frameon=False)


def beside_paper_figure(
    compared: pd.DataFrame, bands: pd.DataFrame, test: Literal["seen", "unseen"] = "unseen"
) -> Figure:
    """Our means beside the paper's, one panel per metric and data set.

    Error bars are standard errors over splits. The grey band holds 95% of random orders of the TFs,
    which have no information, and the dashed line is their mean: what does not lie right of the
    band could be luck.

    Parameters
    ----------
    compared : DataFrame
        From `tables.beside_paper`.
    bands : DataFrame
        From `nulls.bands`.
    test : {"seen", "unseen"}
        Whose pairs these are.
    """
    # What was not run has no place here, and the constants have a band.
    compared = compared[compared["mean"].notna() & (compared["method"] != CONSTANT)]
    datasets, metrics = compared["dataset"].unique(), compared["metric"].unique()
    heights = heights_of(compared["method"].unique())
    height = 0.6 + (0.6 + 0.25 * len(heights)) * len(metrics)
    figure, axes = dot_panels(len(metrics), datasets, heights, 2 + 2.1 * len(datasets), height)
    for axis, (metric, dataset) in zip(axes.flat, product(metrics, datasets), strict=True):
        panel = compared[(compared["metric"] == metric) & (compared["dataset"] == dataset)]
        ours_and_paper(axis, panel, heights)
        constants_band(axis, bands, dataset, metric, test=test)
        axis.set_xlabel(metric)
    legend(figure, axes[0, 0])
    return figure
