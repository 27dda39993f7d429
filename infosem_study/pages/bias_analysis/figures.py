"""The figures of the page: Figures 3 and 5 of the paper."""

from itertools import product
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from infosem_study.figures import (
    DASHED,
    DOTTED,
    NULL,
    OURS,
    constants_band,
    dot_panels,
    heights_of,
    legend,
    name_rows,
    ours_and_paper,
    panels,
)
from infosem_study.nulls import UNINFORMED

__all__ = [
    "coefficients_figure",
    "downsampling_figure",
    "probabilities_figure",
    "seen_unseen_figure",
]


def seen_unseen_figure(compared: pd.DataFrame, bands: pd.DataFrame) -> Figure:
    """AUPRC of methods on seen and on unseen genes, ours beside the paper's (Figure 3 (a)).

    A row per test, a column per data set; the two panels of a data set share their axis. Error
    bars are standard errors over splits. The dotted line is the mean of random scores, the grey
    band holds 95% of random orders of the TFs, the dashed line is their mean. Methods that learn
    from labels stand above the others.

    Parameters
    ----------
    compared : DataFrame
        From `seen_beside_unseen`.
    bands : DataFrame
        From `nulls.bands`.
    """
    datasets, metrics = compared["dataset"].unique(), compared["metric"].unique()
    points = compared[~compared["method"].isin(UNINFORMED)]
    by_method = points.drop_duplicates("method").set_index("method")["labels"]
    heights = heights_of(by_method.index)
    heights[by_method] += 0.6  # a gap between the methods with labels and those without
    figure, axes = dot_panels(
        len(metrics), datasets, heights, 2.4 + 2.0 * len(datasets),
        1.1 + (0.5 + 0.27 * len(heights)) * len(metrics), sharex="col",
    )  # fmt: skip
    for axis, (metric, dataset) in zip(axes.flat, product(metrics, datasets), strict=True):
        panel = compared[(compared["dataset"] == dataset) & (compared["metric"] == metric)]
        ours_and_paper(axis, panel[panel["method"].isin(heights.index)], heights)
        test: Literal["seen", "unseen"] = "unseen" if "unseen" in metric else "seen"
        constants_band(axis, bands, dataset, "AUPRC", test=test)
        noise = panel.loc[panel["method"] == "Random", "mean"].dropna()
        if len(noise):
            axis.axvline(noise.item(), **DOTTED, label="random scores")
    if by_method.nunique() > 1:
        border = (heights[by_method].min() + heights[~by_method].max()) / 2
        for axis in axes.flat:
            axis.axhline(border, color="#bbbbbb", linewidth=0.6)
        for text, group in (("labels", by_method), ("no labels", ~by_method)):
            for axis in axes[:, -1]:
                axis.annotate(text, (1.03, heights[group].mean()), fontsize=9, color=NULL,
                              xycoords=("axes fraction", "data"), rotation=270,
                              va="center")  # fmt: skip
    for axis in axes[-1]:
        axis.set_xlabel("AUPRC")
    name_rows(axes, [metric.removeprefix("AUPRC, ") for metric in metrics])
    legend(figure, axes[0, 0])
    return figure


def coefficients_figure(coefs: pd.DataFrame, correlations: pd.DataFrame, split: int = 0) -> Figure:
    """One-hot LR's coefficients of TFs against their shares of positives (Figure 3 (b)).

    One panel per data set, a point per TF and split. One split is coloured, with the histogram of
    its shares at the side, the others are grey. Above stands the mean rank correlation over splits.

    Parameters
    ----------
    coefs : DataFrame
        From `coefficients`.
    correlations : DataFrame
        From `rank_correlations`.
    split : int
        The one that is coloured.
    """
    datasets = coefs["dataset"].unique()
    figure, axes = panels(
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
        axis.plot(panel.loc[chosen, "coefficient"], panel.loc[chosen, "share"], "o", color=OURS,
                  markersize=4.5, markeredgecolor="white", markeredgewidth=0.5,
                  label=f"a TF on split {split}")  # fmt: skip
        rho = correlations.loc[correlations["dataset"] == dataset, "rho"]
        axis.set_title(f"{dataset}: rank correlation {rho.mean():.3f}", fontsize=9, loc="left")
        axis.set_xlabel("coefficient (log-odds)")
        axis.set_ylim(-0.03, 1)
        side.hist(panel.loc[chosen, "share"], bins=bins, orientation="horizontal", color=OURS,
                  edgecolor="white", linewidth=0.5)  # fmt: skip
        side.set_xlabel("TFs")
        side.xaxis.set_major_locator(MaxNLocator(2, integer=True))
        side.tick_params(axis="y", length=0)
    axes[0, 0].set_ylabel("share of positives in training")
    legend(figure, axes[0, 0])
    return figure


# Thick and thin, so that one does not hide another.
_STEPS = {"One-hot LR": ("#0072B2", 2.2), "GENELink": ("#D55E00", 1.4), "scGREAT": ("#009E73", 1.0)}


def probabilities_figure(probs: pd.DataFrame, told: pd.DataFrame) -> Figure:
    """Histograms of the predicted probabilities of two TFs' seen test pairs (Figure 3 (c)).

    A row per data set, with its TF of many positives left of that of few, as in the paper. The
    dashed line is the share of positives among the TF's training pairs.

    Parameters
    ----------
    probs : DataFrame
        From `probabilities`.
    told : DataFrame
        From `predictions`.
    """
    datasets, methods = probs["dataset"].unique(), probs["method"].unique()
    figure, axes = panels(len(datasets), 2, 7.4, 0.9 + 1.7 * len(datasets), grid="y", sharex=True)
    bins = np.linspace(0, 1, 26)
    for row, dataset in zip(axes, datasets, strict=True):
        of_dataset = probs[probs["dataset"] == dataset]
        for axis, tf in zip(row, of_dataset["tf"].unique(), strict=True):
            panel = of_dataset[of_dataset["tf"] == tf]
            for method in methods:
                colour, width = _STEPS.get(method, (NULL, 1.0))
                values = panel.loc[panel["method"] == method, "probability"]
                if len(values):
                    counts, _ = np.histogram(values, bins)
                    axis.stairs(counts, bins, fill=True, color=colour, alpha=0.18)
                    axis.stairs(counts, bins, color=colour, linewidth=width, label=method)
            share = told.loc[(told["dataset"] == dataset) & (told["tf"] == tf), "share"].iloc[0]
            axis.axvline(share, **DASHED, label="share of positives in training")
            axis.set_title(f"{dataset}, {tf}: share {share:.2f}", fontsize=9)
            axis.set_xlim(-0.02, 1.02)
        row[0].set_ylabel("seen test pairs")
    for axis in axes[-1]:
        axis.set_xlabel("predicted probability")
    legend(figure, *axes.flat)
    return figure


def downsampling_figure(lifts: pd.DataFrame) -> Figure:
    """AUPRC of training on all negatives and on as many as positives (Figure 5).

    A row per test, a column per data set; the two panels of a data set share their axis. Error
    bars are standard errors over splits. Each dotted line is the share of positives on the splits
    of one method, as slow ones have fewer.

    Parameters
    ----------
    lifts : DataFrame
        From `downsampling`.
    """
    styles = {"all": ("o", OURS, OURS, 0.14), "downsampled": ("s", "#E69F00", "white", -0.14)}
    names = {"all": "all training negatives", "downsampled": "as many negatives as positives"}
    datasets, tests = lifts["dataset"].unique(), lifts["test"].unique()
    heights = heights_of(lifts["method"].unique())
    figure, axes = dot_panels(
        len(tests), datasets, heights, 2.2 + 2.0 * len(datasets),
        1.2 + (0.4 + 0.3 * len(heights)) * len(tests), sharex="col",
    )  # fmt: skip
    for axis, (test, dataset) in zip(axes.flat, product(tests, datasets), strict=True):
        panel = lifts[(lifts["dataset"] == dataset) & (lifts["test"] == test)]
        for training, (marker, colour, face, shift) in styles.items():
            points = panel[panel["training"] == training]
            axis.errorbar(points["auprc"], heights[points["method"]] + shift,
                          xerr=points["auprc_sem"], fmt=marker, color=colour, markersize=5,
                          markerfacecolor=face, label=names[training])  # fmt: skip
        y = heights[points["method"]]
        axis.vlines(points["base"], y - 0.45, y + 0.45, **DOTTED, label="share of positives")
    for axis in axes[-1]:
        axis.set_xlabel("AUPRC")
    name_rows(axes, [f"{test} genes" for test in tests])
    legend(figure, axes[0, 0])
    return figure
