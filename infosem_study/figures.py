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
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from infosem_study.statistics import METRICS, summarise
from infosem_study.tables import summarise_percents

__all__ = [
    "DASHED",
    "DOTTED",
    "METHOD_STYLES",
    "NULL",
    "OURS",
    "PAPER",
    "beside_paper_figure",
    "coefficients_figure",
    "dot_panels",
    "downsampling_figure",
    "heights_of",
    "legend",
    "log_log",
    "methods_figure",
    "name_rows",
    "ours_and_paper",
    "panels",
    "prior_figure",
    "probabilities_figure",
    "seen_unseen_figure",
    "subsampling_figure",
]

OURS, PAPER, NULL = "#0072B2", "#D55E00", "#666666"
"""Colours of our numbers, of the paper's and of what has no information."""
DOTTED: dict[str, Any] = {"color": NULL, "linestyle": ":", "linewidth": 1.2, "zorder": 1}
"""Style of a line at what has no information, above the grid and below the points."""
DASHED: dict[str, Any] = DOTTED | {"linestyle": "--"}
"""Style of a second such line."""
METHOD_STYLES = {
    "DeepSEM": ("#0072B2", "o"),
    "InfoSEM-B": ("#56B4E9", "s"),
    "InfoSEM-BC": ("#009E73", "^"),
    "literal DeepSEM": ("#D55E00", "D"),
    "RegDiffusion": ("#E69F00", "v"),
    "GRNBoost2": ("#CC79A7", "P"),
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


def legend(figure: Figure, *axes: Axes) -> None:
    """A legend above all panels, of what one of them shows, or several."""
    found: dict[str, tuple[Any, str]] = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            found.setdefault(label, (handle, label))
    # Lines are of use only beside the points or steps that come first.
    handles, labels = zip(
        *sorted(found.values(), key=lambda entry: isinstance(entry[0], Line2D)), strict=True
    )
    # An entry is about 2.3 inches wide.
    ncols = min(len(labels), max(1, int(figure.get_figwidth() / 2.3)))
    figure.legend(handles, labels, loc="outside upper center", ncols=ncols, frameon=False)


def beside_paper_figure(compared: pd.DataFrame) -> Figure:
    """Our means beside the paper's, one panel per metric and data set.

    Error bars are standard errors over splits. The dashed line is the mean of a random constant
    per TF, which has no information: what does not lie right of it has shown nothing.

    Parameters
    ----------
    compared : DataFrame
        From `tables.beside_paper`.
    """
    compared = compared.dropna(subset="mean")  # what was not run has no place here
    datasets, metrics = compared["dataset"].unique(), compared["metric"].unique()
    heights = heights_of(compared["method"].unique())
    height = 0.6 + (0.6 + 0.25 * len(heights)) * len(metrics)
    figure, axes = dot_panels(len(metrics), datasets, heights, 2 + 2.1 * len(datasets), height)
    for axis, (metric, dataset) in zip(axes.flat, product(metrics, datasets), strict=True):
        panel = compared[(compared["metric"] == metric) & (compared["dataset"] == dataset)]
        ours_and_paper(axis, panel, heights)
        null = panel.loc[panel["method"] == "Random TF constant", "mean"]
        if len(null):
            axis.axvline(null.item(), **DASHED, label="random constant per TF")
        axis.set_xlabel(metric)
    legend(figure, axes[0, 0])
    return figure


# The same, as figures below call them.
_OURS = OURS
_PAPER = PAPER
_NULL = NULL
_DOTTED = DOTTED
_DASHED = DASHED
_panels = panels
_heights = heights_of
_dot_panels = dot_panels
_name_rows = name_rows
_log_log = log_log
_ours_and_paper = ours_and_paper
_legend = legend
_METHODS = METHOD_STYLES


def methods_figure(rows: pd.DataFrame, metric: str = "unseen_auprc") -> Figure:
    """Means of one metric over splits, one panel a data set, one line a method.

    Error bars are standard errors over splits. The dashed line is a random constant per TF, where
    there is one; the dotted line is the share of positives.

    Parameters
    ----------
    rows : DataFrame
        One row a data set, method, training seed and split (`comparison.compare`).
    metric : str
        A column of `rows`, of unseen genes.
    """
    summary = summarise(rows, [metric])
    datasets = rows["dataset"].unique()
    heights = _heights(name for name in rows["method"].unique() if name != "Random TF constant")
    figure, axes = _dot_panels(
        1, datasets, heights, 2.4 + 2.1 * len(datasets), 0.9 + 0.28 * len(heights)
    )
    for axis, dataset in zip(axes.flat, datasets, strict=True):
        panel = summary[summary["dataset"] == dataset].set_index("method")
        ours = panel.loc[[name for name in heights.index if name in panel.index]]
        axis.errorbar(ours["mean"], heights[ours.index], xerr=ours["sem"], fmt="o", color=_OURS,
                      markersize=5, label="mean and standard error over splits")  # fmt: skip
        if "Random TF constant" in panel.index:
            null = panel.loc["Random TF constant", "mean"]
            axis.axvline(null, **_DASHED, label="random constant per TF")
        base = rows.loc[rows["dataset"] == dataset].drop_duplicates("split")["unseen_base"].mean()
        axis.axvline(base, **_DOTTED, label="share of positives")
        axis.set_xlabel(METRICS[metric])
    _legend(figure, axes[0, 0])
    return figure


def prior_figure(effects: pd.DataFrame, n_tfs: int = 10) -> Figure:
    """What the prior mean of InfoSEM-B learned, one column a data set.

    Above, the TFs with the largest part in the prior mean as regulators. Below, how much of these
    parts lies along each principal component of the embedding, for regulators and for targets.

    Parameters
    ----------
    effects : DataFrame
        From `embedding_sensitivity.prior_effects`.
    n_tfs : int
    """
    datasets = effects["dataset"].unique()
    figure, axes = _panels(2, len(datasets), 0.8 + 2.3 * len(datasets), 5, height_ratios=[3, 2])
    for (axis, below), dataset in zip(axes.T, datasets, strict=True):
        own = effects[effects["dataset"] == dataset]
        tfs = own[own["kind"] == "TF"].set_index("name")["source"]
        largest = tfs.reindex(tfs.abs().sort_values(ascending=False, kind="stable").index)[:n_tfs]
        axis.barh(largest.index[::-1], 1000 * largest.to_numpy()[::-1], color=_OURS)
        axis.axvline(0, color=_NULL, linewidth=0.8)
        axis.set_title(dataset, fontsize=10)
        axis.set_xlabel("part of the prior mean (0.001)")
        axis.tick_params(axis="y", labelsize=8)
        components = own[own["kind"] == "component"]
        x = np.arange(1, len(components) + 1)
        below.bar(x - 0.2, 100 * components["source"], 0.4, color=_OURS, label="as regulators")
        below.bar(x + 0.2, 100 * components["target"], 0.4, color=_PAPER, label="as targets")
        below.set_xticks(x[::3])
        below.set_xlabel("principal component of the text")
    axes[1, 0].set_ylabel("share of the effects (%)")
    _legend(figure, axes[1, 0])
    return figure


def seen_unseen_figure(compared: pd.DataFrame) -> Figure:
    """AUPRC of methods on seen and on unseen genes, ours beside the paper's (Figure 3 (a)).

    A row a test, a column a data set; the two panels of a data set share their axis. Error bars are
    standard errors over splits. The dotted line is the mean of random scores, the dashed one that
    of a random constant per TF. Methods that learn from labels stand above the others.

    Parameters
    ----------
    compared : DataFrame
        From `bias_analysis.seen_beside_unseen`.
    """
    lines = {
        "Random": _DOTTED | {"label": "random scores"},
        "Random TF constant": _DASHED | {"label": "random constant per TF"},
    }
    datasets, metrics = compared["dataset"].unique(), compared["metric"].unique()
    points = compared[~compared["method"].isin(lines)]
    by_method = points.drop_duplicates("method").set_index("method")["labels"]
    heights = _heights(by_method.index)
    heights[by_method] += 0.6  # a gap between the methods with labels and those without
    figure, axes = _dot_panels(
        len(metrics), datasets, heights, 2.4 + 2.0 * len(datasets),
        1.1 + (0.5 + 0.27 * len(heights)) * len(metrics), sharex="col",
    )  # fmt: skip
    for axis, (metric, dataset) in zip(axes.flat, product(metrics, datasets), strict=True):
        panel = compared[(compared["dataset"] == dataset) & (compared["metric"] == metric)]
        _ours_and_paper(axis, panel[panel["method"].isin(heights.index)], heights)
        for method, style in lines.items():
            null = panel.loc[panel["method"] == method, "mean"].dropna()
            if len(null):
                axis.axvline(null.item(), **style)
    if by_method.nunique() > 1:
        border = (heights[by_method].min() + heights[~by_method].max()) / 2
        for axis in axes.flat:
            axis.axhline(border, color="#bbbbbb", linewidth=0.6)
        for text, group in (("labels", by_method), ("no labels", ~by_method)):
            for axis in axes[:, -1]:
                axis.annotate(text, (1.03, heights[group].mean()), fontsize=9, color=_NULL,
                              xycoords=("axes fraction", "data"), rotation=270,
                              va="center")  # fmt: skip
    for axis in axes[-1]:
        axis.set_xlabel("AUPRC")
    _name_rows(axes, [metric.removeprefix("AUPRC, ") for metric in metrics])
    _legend(figure, axes[0, 0])
    return figure


def coefficients_figure(coefs: pd.DataFrame, correlations: pd.DataFrame, split: int = 0) -> Figure:
    """One-hot LR's coefficients of TFs against their shares of positives (Figure 3 (b)).

    One panel a data set, a point a TF and split. One split is coloured, with the histogram of its
    shares at the side, the others are grey. Above stands the mean rank correlation over splits.

    Parameters
    ----------
    coefs : DataFrame
        From `bias_analysis.coefficients`.
    correlations : DataFrame
        From `bias_analysis.rank_correlations`.
    split : int
        The one that is coloured.
    """
    datasets = coefs["dataset"].unique()
    figure, axes = _panels(
        1, 2 * len(datasets), 0.8 + 2.5 * len(datasets), 3.3, sharey=True,
        width_ratios=[3, 1] * len(datasets),
    )  # fmt: skip
    figure.set_layout_engine("constrained", w_pad=0.02, wspace=0.02)
    bins = np.linspace(0, 1, 21)
    for axis, side, dataset in zip(axes[0, ::2], axes[0, 1::2], datasets, strict=True):
        panel = coefs[coefs["dataset"] == dataset]
        chosen = panel["split"] == split
        others = panel[~chosen]
        axis.plot(others["coefficient"], others["share"], ".", color="#bbbbbb", markersize=3,
                  label="a TF on the other splits")  # fmt: skip
        axis.plot(panel.loc[chosen, "coefficient"], panel.loc[chosen, "share"], "o", color=_OURS,
                  markersize=4.5, markeredgecolor="white", markeredgewidth=0.5,
                  label=f"a TF on split {split}")  # fmt: skip
        rho = correlations.loc[correlations["dataset"] == dataset, "rho"]
        axis.set_title(f"{dataset}: rank correlation {rho.mean():.3f}", fontsize=9, loc="left")
        axis.set_xlabel("coefficient (log-odds)")
        axis.set_ylim(-0.03, 1)
        side.hist(panel.loc[chosen, "share"], bins=bins, orientation="horizontal", color=_OURS,
                  edgecolor="white", linewidth=0.5)  # fmt: skip
        side.set_xlabel("TFs")
        side.xaxis.set_major_locator(MaxNLocator(2, integer=True))
        side.tick_params(axis="y", length=0)
    axes[0, 0].set_ylabel("share of positives in training")
    _legend(figure, axes[0, 0])
    return figure


# In the order of methods; thick and thin, so that one does not hide another.
_STEPS = (("#0072B2", 2.2), ("#D55E00", 1.4), ("#009E73", 1.0))


def probabilities_figure(probs: pd.DataFrame, told: pd.DataFrame) -> Figure:
    """Histograms of the predicted probabilities of two TFs' seen test pairs (Figure 3 (c)).

    A column a data set, with its TF of many positives above that of few. The dashed line is the
    share of positives among the TF's training pairs.

    Parameters
    ----------
    probs : DataFrame
        From `bias_analysis.probabilities`.
    told : DataFrame
        From `bias_analysis.predictions`.
    """
    datasets, methods = probs["dataset"].unique(), probs["method"].unique()
    figure, axes = _panels(2, len(datasets), 0.8 + 2.4 * len(datasets), 4.4, grid="y", sharex=True)
    bins = np.linspace(0, 1, 26)
    for column, dataset in zip(axes.T, datasets, strict=True):
        of_dataset = probs[probs["dataset"] == dataset]
        for axis, tf in zip(column, of_dataset["tf"].unique(), strict=True):
            panel = of_dataset[of_dataset["tf"] == tf]
            for method, (colour, width) in zip(methods, _STEPS, strict=False):
                values = panel.loc[panel["method"] == method, "probability"]
                if len(values):
                    counts, _ = np.histogram(values, bins)
                    axis.stairs(counts, bins, fill=True, color=colour, alpha=0.18)
                    axis.stairs(counts, bins, color=colour, linewidth=width, label=method)
            share = told.loc[(told["dataset"] == dataset) & (told["tf"] == tf), "share"].iloc[0]
            axis.axvline(share, **_DASHED, label="share of positives in training")
            axis.set_title(f"{dataset}, {tf}: share {share:.2f}", fontsize=9)
            axis.set_xlim(-0.02, 1.02)
        column[-1].set_xlabel("predicted probability")
    for axis in axes[:, 0]:
        axis.set_ylabel("seen test pairs")
    _legend(figure, axes[0, 0])
    return figure


def downsampling_figure(lifts: pd.DataFrame) -> Figure:
    """AUPRC beyond chance, trained on all negatives and on as many as positives (Figure 5).

    A row a test, a column a data set; the two panels of a data set share their axis. Error bars are
    standard errors over splits, the dotted line is chance.

    Parameters
    ----------
    lifts : DataFrame
        From `bias_analysis.downsampling`.
    """
    styles = {"all": ("o", _OURS, _OURS, 0.14), "downsampled": ("s", "#E69F00", "white", -0.14)}
    names = {"all": "all training negatives", "downsampled": "as many negatives as positives"}
    datasets, tests = lifts["dataset"].unique(), lifts["test"].unique()
    heights = _heights(lifts["method"].unique())
    figure, axes = _dot_panels(
        len(tests), datasets, heights, 2.2 + 2.0 * len(datasets),
        1.2 + (0.4 + 0.3 * len(heights)) * len(tests), sharex="col",
    )  # fmt: skip
    for axis, (test, dataset) in zip(axes.flat, product(tests, datasets), strict=True):
        panel = lifts[(lifts["dataset"] == dataset) & (lifts["test"] == test)]
        for training, (marker, colour, face, shift) in styles.items():
            points = panel[panel["training"] == training]
            axis.errorbar(points["mean"], heights[points["method"]] + shift,
                          xerr=points["sem"], fmt=marker, color=colour, markersize=5,
                          markerfacecolor=face, label=names[training])  # fmt: skip
        axis.axvline(0, **_DOTTED, label="share of positives")
    for axis in axes[-1]:
        axis.set_xlabel("AUPRC - share of positives")
    _name_rows(axes, [f"{test} genes" for test in tests])
    _legend(figure, axes[0, 0])
    return figure


def subsampling_figure(rows: pd.DataFrame, metric: str = "unseen_auprc") -> Figure:
    """One metric against the percentage of the cells, one panel a data set (Figure 6).

    Points are means over splits, and bars their standard errors, of means over draws of the cells.
    Open markers are of longer training. The dashed line is a random constant per TF, the dotted one
    the share of positives.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.
    metric : str
        A column of `rows`, of unseen genes.
    """
    summary = summarise_percents(rows, metric)
    datasets = rows["dataset"].unique()
    lines = [name for name in rows["method"].unique() if name != "Random TF constant"]
    usual = [name for name in lines if not name.endswith(" (longer)")]
    figure, axes = _panels(1, len(datasets), max(5.5, 1.2 + 2.6 * len(datasets)), 4)
    for axis, dataset in zip(axes.flat, datasets, strict=True):
        panel = summary[summary["dataset"] == dataset]
        for name in lines:
            short = name.removesuffix(" (longer)")
            colour, marker = _METHODS.get(short, (_NULL, "x"))
            points = panel[panel["method"] == name]
            if not len(points):  # run on other data sets only
                continue
            # Side by side, so that one bar does not hide another.
            shift = 1.8 * (usual.index(short) - (len(usual) - 1) / 2)
            axis.errorbar(points["percent"] + shift, points["mean"], yerr=points["sem"],
                          color=colour, marker=marker, markersize=5, linewidth=1.2,
                          markerfacecolor=colour if name == short else "white",
                          linestyle="-" if name == short else "none",
                          label=name.replace(" (longer)", ", trained longer"))  # fmt: skip
        null = panel.loc[panel["method"] == "Random TF constant", "mean"]
        if len(null):
            axis.axhline(null.item(), **_DASHED, label="random constant per TF")
        base = rows.loc[rows["dataset"] == dataset].drop_duplicates("split")["unseen_base"].mean()
        axis.axhline(base, **_DOTTED, label="share of positives")
        axis.set_xticks(sorted(rows["percent"].unique()))
        axis.set_title(dataset, fontsize=10)
        axis.set_xlabel("cells (%)")
    axes[0, 0].set_ylabel(f"{METRICS[metric]} on unseen genes")
    _legend(figure, *axes.flat)
    return figure
