"""The figures of this page: a tidy frame in, a matplotlib Figure out."""

from itertools import product
from math import inf, nan

import pandas as pd
from matplotlib.figure import Figure

from infosem_study.figures import (
    BAND,
    DOTTED,
    NULL,
    OURS,
    PAPER,
    dot_panels,
    heights_of,
    legend,
    log_log,
    name_rows,
    panels,
)
from infosem_study.nulls import LEVEL
from infosem_study.pages.audit.luck import mean_over_splits
from infosem_study.pages.audit.within_tfs import MEASURES

__all__ = [
    "controls_figure",
    "designs_figure",
    "nulls_figure",
    "placed_figure",
    "shortcuts_figure",
    "within_figure",
]

# Colour, marker and label of what is taken away.
_CONTROLS = {
    "none": ("#0072B2", "o", "as it is"),
    "expression shuffled": ("#D55E00", "s", "expression of other genes"),
    "embeddings permuted": ("#009E73", "^", "text of other genes"),
    "no expression": ("#CC79A7", "D", "no expression"),
    "labels shuffled within TFs": ("#E69F00", "v", "labels of other targets"),
    "labels shuffled": ("#666666", "X", "labels of other pairs"),
}


def nulls_figure(nulls: pd.DataFrame, network: str) -> Figure:
    """What luck alone gets, one row per metric, one column per data set.

    Thick, the middle 95% of draws of the mean over splits; thin, that of a single split, on
    average. Points are medians, the dotted line is the share of positives.

    Parameters
    ----------
    nulls : DataFrame
        From `luck.nulls`.
    network : str
        The one that is shown.
    """
    own = nulls[nulls["network"] == network]
    datasets, metrics = own["dataset"].unique(), ["AUPRC", "Hit@1%"]
    heights = heights_of(kind for kind in own["kind"].unique() if kind != "one constant")
    figure, axes = dot_panels(
        len(metrics), datasets, heights, 1.8 + 2.0 * len(datasets), 1 + 1.6 * len(metrics)
    )
    for axis, (metric, dataset) in zip(axes.flat, product(metrics, datasets), strict=True):
        panel = own[(own["dataset"] == dataset) & (own["measure"] == metric)]
        means = mean_over_splits(panel).set_index("kind")
        whole = means.loc[heights.index]
        single = panel[panel["n_splits"] == 1].groupby("kind")[["low", "high"]].mean()
        single = single.loc[heights.index]
        axis.hlines(heights, single["low"], single["high"], color=OURS, linewidth=1,
                    label="one split, 95% of draws")  # fmt: skip
        axis.hlines(heights, whole["low"], whole["high"], color=OURS, linewidth=5, alpha=0.5,
                    label="mean over splits, 95%")  # fmt: skip
        axis.plot(whole["median"], heights, "o", color=OURS, markersize=4, label="median")
        axis.axvline(means.loc["one constant", "mean"], **DOTTED, label="share of positives")
        axis.set_xlabel(metric)
    legend(figure, axes[0, 0])
    return figure


def placed_figure(placed: pd.DataFrame, network: str) -> Figure:
    """Every method's AUPRC within its TF permutation null, one panel per data set.

    All are means over splits. Bars hold 95% of the permutations, a stroke is their mean. Filled
    points have a false discovery rate below 0.05.

    Parameters
    ----------
    placed : DataFrame
        From `permutation.placed`.
    network : str
        The one that is shown.
    """
    own = placed[placed["network"] == network]
    datasets, heights = own["dataset"].unique(), heights_of(own["method"].unique())
    figure, axes = dot_panels(
        1, datasets, heights, 2.4 + 2.1 * len(datasets), 0.9 + 0.25 * len(heights)
    )
    for axis, dataset in zip(axes.flat, datasets, strict=True):
        panel = own[own["dataset"] == dataset]
        y = heights[panel["method"]]
        axis.hlines(y, panel["low"], panel["high"], color="#bbbbbb", linewidth=6,
                    label="null: mean and 95% of permutations")  # fmt: skip
        axis.plot(panel["null_mean"], y, "|", color=NULL, markersize=8)
        shown = panel["q"] < LEVEL
        for chosen, face, label in (
            (shown, PAPER, "false discovery rate below 0.05"),
            (~shown, "white", "not distinguished from the null"),
        ):
            axis.plot(panel.loc[chosen, "auprc"], heights[panel.loc[chosen, "method"]], "o",
                      color=PAPER, markerfacecolor=face, markersize=5, label=label)  # fmt: skip
        axis.set_xlabel("AUPRC")
    legend(figure, axes[0, 0])
    return figure


def shortcuts_figure(shortcuts: pd.DataFrame, nulls: pd.DataFrame, network: str) -> Figure:
    """AUPRC of scores that look at one gene of a pair, one panel per data set.

    A line joins the two signs of a score; the filled point is what training edges choose. The grey
    band holds 95% of random orders of the TFs (means over splits).

    Parameters
    ----------
    shortcuts : DataFrame
        From `one_gene.shortcut_means`.
    nulls : DataFrame
        From `luck.nulls`.
    network : str
        The one that is shown.
    """
    own = shortcuts[shortcuts["network"] == network]
    names = own["role"] + ": " + own["feature"]
    own = own.assign(name=names.mask(own["role"] == "any", "any of these"))
    own = own.sort_values("role", key=lambda role: role.map(["TF", "target", "any"].index),
                          kind="stable")  # fmt: skip
    null = nulls[(nulls["network"] == network) & (nulls["measure"] == "AUPRC")]
    lucky = mean_over_splits(null[null["kind"] == "TF constant"]).set_index("dataset")
    datasets, heights = own["dataset"].unique(), heights_of(own["name"].unique())
    figure, axes = dot_panels(
        1, datasets, heights, 2.9 + 2.0 * len(datasets), 0.9 + 0.25 * len(heights)
    )
    for axis, dataset in zip(axes.flat, datasets, strict=True):
        low, high = lucky.loc[dataset, ["low", "high"]]
        axis.axvspan(low, high, **BAND, label="random orders of the TFs, 95%")
        panel = own[own["dataset"] == dataset].pivot(index="name", columns="sign", values="auprc")
        panel = panel.loc[heights.index]
        axis.hlines(heights, panel["-"], panel["+"], color=OURS, linewidth=1)
        for sign, marker, label in (("+", "$+$", "more is likelier"), ("-", "|", "less is")):
            axis.plot(panel[sign], heights, marker=marker, color=OURS, markersize=7,
                      linestyle="none", label=label)  # fmt: skip
        axis.plot(panel["by training edges"], heights, "o", color=PAPER, markersize=4.5,
                  label="chosen by training edges")  # fmt: skip
        axis.set_xlabel("AUPRC")
    legend(figure, axes[0, 0])
    return figure


def within_figure(summary: pd.DataFrame, network: str) -> Figure:
    """Pooled scores beside those within TFs and within targets, on one scale.

    One row per data set, one column per measure. 0 is chance, the dotted line, and 1 is perfect;
    error bars are 95% intervals.

    Parameters
    ----------
    summary : DataFrame
        From `within_tfs.within_summary`.
    network : str
        The one that is shown.
    """
    own = summary[summary["network"] == network]
    datasets, heights = own["dataset"].unique(), heights_of(own["method"].unique())
    figure, axes = dot_panels(
        len(datasets), MEASURES, heights, 10, 0.6 + (0.5 + 0.19 * len(heights)) * len(datasets),
        grid="both", sharex="row",
    )  # fmt: skip
    for axis, (dataset, measure) in zip(axes.flat, product(datasets, MEASURES), strict=True):
        panel = own[(own["dataset"] == dataset) & (own["measure"] == measure)]
        ends = panel[["low", "high"]].replace([-inf, inf], nan)  # of a single unit
        reach = [panel["mean"] - ends["low"], ends["high"] - panel["mean"]]
        axis.axvline(0, **DOTTED)
        axis.errorbar(panel["mean"], heights[panel["method"]], xerr=reach, fmt="o", color=OURS,
                      markersize=3.5, linewidth=1)  # fmt: skip
        axis.tick_params(axis="y", labelsize=8)
    for axis in axes[-1]:
        axis.set_xlabel("gain")
    name_rows(axes, datasets)
    return figure


def designs_figure(folds: pd.DataFrame) -> Figure:
    """Error of the mean AUPRC by the number of blocks, random or of one division.

    One panel per network and method. Both axes are logarithmic. Lines join the designs of a kind:
    solid for random blocks, dashed for folds of one division.

    Parameters
    ----------
    folds : DataFrame
        From `split_designs.folds`.
    """
    shown = [*dict.fromkeys(zip(folds["network"], folds["method"], strict=True))]
    figure, axes = panels(1, len(shown), 0.8 + 2.4 * len(shown), 3.2, sharey=True)
    colours = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
    for axis, (network, method) in zip(axes.flat, shown, strict=True):
        own = folds[(folds["network"] == network) & (folds["method"] == method)]
        for (dataset, part), colour in zip(own.groupby("dataset", sort=False), colours,
                                           strict=False):  # fmt: skip
            for design, style, marker in (("random", "-", "o"), ("folds", "--", "s")):
                line = part[part["design"] == design]
                axis.plot(line["n_blocks"], line["sd"], style, marker=marker, color=colour,
                          markerfacecolor="white" if design == "folds" else colour,
                          label=f"{dataset}, {design}")  # fmt: skip
        log_log(axis, own["n_blocks"])
        axis.set_xlabel("blocks")
        axis.set_title(f"{method}\n{network}", fontsize=9)
    axes[0, 0].set_ylabel("sd of the mean AUPRC")
    legend(figure, axes[0, 0])
    return figure


def controls_figure(left: pd.DataFrame, test: str) -> Figure:
    """What each method gains over the share of positives, and gains without one of its inputs.

    One panel per data set; error bars are standard errors over splits, the dotted line is chance.

    Parameters
    ----------
    left : DataFrame
        From `controls.left_by_test`.
    test : {"unseen", "seen"}
        The one that is shown.
    """
    left = left[left["test"] == test]
    datasets, heights = left["dataset"].unique(), heights_of(left["method"].unique())
    figure, axes = dot_panels(
        1, datasets, heights, 2.4 + 2.1 * len(datasets), 1.3 + 0.4 * len(heights)
    )
    shown = [name for name in _CONTROLS if name in set(left["control"])]
    for axis, dataset in zip(axes.flat, datasets, strict=True):
        panel = left[left["dataset"] == dataset]
        for place, control in enumerate(shown):
            color, marker, label = _CONTROLS[control]
            own = panel[panel["control"] == control]
            offset = 0.3 - 0.6 * place / max(1, len(shown) - 1)
            axis.errorbar(own["gain"], heights[own["method"]] + offset, xerr=own["sem"], fmt=marker,
                          color=color, markersize=4.5, linewidth=1, label=label)  # fmt: skip
        axis.axvline(0, **DOTTED)
        axis.set_xlabel("AUPRC - share of positives")
    legend(figure, axes[0, 0])
    return figure
