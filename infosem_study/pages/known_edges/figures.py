"""The figures of this page: a tidy frame in, a matplotlib Figure out."""

import pandas as pd
from matplotlib.figure import Figure

from infosem_study.figures import DOTTED, NULL, OURS, dot_panels, heights_of, legend, panels
from infosem_study.pages.known_edges.differences import MEAN
from infosem_study.pages.known_edges.measures import MEASURES
from infosem_study.verdicts import SHOWN

__all__ = ["differences_figure", "percents_figure"]

_MARKERS = "osD^vP"


def differences_figure(found: pd.DataFrame, measure: str) -> Figure:
    """How far one score is ahead of the others, one panel per data set.

    Bars are 95% intervals over TFs; filled where they lie above 0.

    Parameters
    ----------
    found : DataFrame
        From `differences.differences`.
    measure : str
        One of `MEASURES`.
    """
    own = found[found["measure"] == measure]
    datasets, heights = own["dataset"].unique(), heights_of(own["against"].unique())
    titles = [f"{MEAN} of data sets" if name == MEAN else name for name in datasets]
    figure, axes = dot_panels(
        1, titles, heights, 2.8 + 1.7 * len(datasets), 1.1 + 0.25 * len(heights)
    )
    for axis, dataset in zip(axes.flat, datasets, strict=True):
        panel = own[own["dataset"] == dataset]
        y = heights[panel["against"]].to_numpy()
        axis.hlines(y, panel["low"], panel["high"], color=OURS, linewidth=1.5)
        shown = (panel["outcome"] == SHOWN).to_numpy()
        for chosen, face, label in (
            (shown, OURS, "ahead: the interval lies above 0"),
            (~shown, "white", "not shown to be ahead"),
        ):
            axis.plot(panel["mean"][chosen], y[chosen], "o", color=OURS, markerfacecolor=face,
                      markersize=5, label=label)  # fmt: skip
        axis.axvline(0, **DOTTED)
    figure.supxlabel(f"difference, {MEASURES[measure]}", fontsize=10)
    legend(figure, *axes.flat)
    return figure


def percents_figure(found: pd.DataFrame, measure: str) -> Figure:
    """What a part of the edges gives, one panel per data set.

    Parameters
    ----------
    found : DataFrame
        From `differences.by_percent`.
    measure : str
        One of `MEASURES`.
    """
    own = found[(found["measure"] == measure) & (found["dataset"] != MEAN)]
    datasets = own["dataset"].unique()
    figure, axes = panels(1, len(datasets), 1.2 + 2.2 * len(datasets), 2.9, sharey=True)
    colours = (OURS, "#D55E00", NULL)
    for axis, dataset in zip(axes.flat, datasets, strict=True):
        panel = own[own["dataset"] == dataset]
        for (who, line), colour, marker in zip(
            panel.groupby("who", sort=False), colours, _MARKERS, strict=False
        ):
            percent, mean, low, high = line[["percent", "mean", "low", "high"]].to_numpy().T
            axis.errorbar(percent, mean, yerr=[mean - low, high - mean], marker=marker,
                          color=colour, markersize=5, linewidth=1.2, label=who)  # fmt: skip
        axis.axhline(0, **DOTTED)
        axis.set_title(dataset, fontsize=10)
        axis.set_xlabel("% of the edges")
    axes[0, 0].set_ylabel(f"gain {MEASURES[measure]}")
    legend(figure, *axes.flat)
    return figure
