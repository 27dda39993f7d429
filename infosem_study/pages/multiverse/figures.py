"""Specification curves, and which choices matter."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from infosem_study.figures import DASHED, DOTTED, NULL, OURS, PAPER, legend, panels
from infosem_study.pages.multiverse import design
from infosem_study.pages.multiverse.gains import CLAIMS, choices_of, paper_gain

__all__ = ["curve_figure", "datasets_figure", "importance_figure", "seeds_figure"]

_BEHIND = PAPER
_UNDECIDED = "#999999"
_TOO_WIDE = 5  # times the median interval, to be shown whole


def curve_figure(table: pd.DataFrame, measure: str = "AUPRC") -> Figure:
    """A specification curve: the gain of every reading, sorted, above what it chooses.

    Intervals more than five times as wide as the median one are cut off where the others end.

    Parameters
    ----------
    table : DataFrame
        From `gains.over_datasets`, or `gains.gains` of one data set: of one network and claim.
    measure : str
    """
    own = table[(table["measure"] == measure) & (table["against"] == "rival")]
    own = own.sort_values("difference", ignore_index=True)
    claim = str(own["claim"].iloc[0])
    rows = _levels(own, claim)
    figure, axes = panels(
        2, 1, 9, 3.4 + 0.155 * len(rows), grid="y", sharex=True,
        height_ratios=[3.2, 0.155 * len(rows)],
    )  # fmt: skip
    above, below = axes[:, 0]
    place = np.arange(len(own))
    colours = _points(above, own, counted=True)
    paper = paper_gain(own)
    if not np.isnan(paper):
        above.axhline(paper, **(DASHED | {"color": PAPER}), label=f"the paper's ({paper:+.3f})")
    width = own["high"] - own["low"]
    usual = own[width <= _TOO_WIDE * width.median()]
    if len(usual) < len(own) and len(usual):
        ends = [usual["low"].min(), own["difference"].min(), usual["high"].max()]
        low, high = np.nanmin([*ends, paper]), np.nanmax([*ends, own["difference"].max(), paper])
        above.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    model, rival = CLAIMS[claim]
    above.set_ylabel(f"{measure}, {model} - {rival}")
    legend(figure, above)
    for height, (_, is_at) in enumerate(reversed(rows)):
        at = place[is_at]
        below.scatter(at, np.full(len(at), height), marker="|", s=14, linewidths=0.9, c=colours[at])
    below.set_yticks(range(len(rows)), [name for name, _ in reversed(rows)], fontsize=7)
    below.set_xlabel("readings, by their gain")
    below.tick_params(left=False)
    below.set_ylim(-0.8, len(rows) - 0.2)
    return figure


def _points(axis: Axes, own: pd.DataFrame, *, counted: bool = False) -> NDArray[np.str_]:
    """Sorted gains with their intervals; the colour of each."""
    place = np.arange(len(own))
    colours = np.where(own["low"] > 0, OURS, np.where(own["high"] < 0, _BEHIND, _UNDECIDED))
    for colour, label in ((OURS, "ahead"), (_UNDECIDED, "undecided"), (_BEHIND, "behind")):
        part = colours == colour
        reach = [own["difference"] - own["low"], own["high"] - own["difference"]]
        reach = [np.where(np.isfinite(side), side, 0)[part] for side in reach]
        axis.errorbar(
            place[part], own.loc[part, "difference"], yerr=reach, fmt="o", markersize=2.5,
            elinewidth=0.6, color=colour, label=f"{label} ({part.sum()})" if counted else label,
        )  # fmt: skip
    axis.axhline(0, **DOTTED)
    return colours


def datasets_figure(
    table: pd.DataFrame, measures: Sequence[str] = ("AUPRC", "within TFs")
) -> Figure:
    """The sorted gains over the rival on each data set: a row for each measure.

    Parameters
    ----------
    table : DataFrame
        From `gains.gains`, of one network and claim.
    measures : sequence of str
    """
    table = table[table["against"] == "rival"]
    datasets = [*table["dataset"].unique()]
    figure, axes = panels(
        len(measures), len(datasets), 1 + 2.2 * len(datasets), 0.8 + 2 * len(measures),
        grid="y", sharey="row",
    )  # fmt: skip
    for row, measure in zip(axes, measures, strict=True):
        for axis, dataset in zip(row, datasets, strict=True):
            own = table[(table["measure"] == measure) & (table["dataset"] == dataset)]
            _points(axis, own.sort_values("difference", ignore_index=True))
            paper = paper_gain(own)
            if not np.isnan(paper):
                axis.axhline(paper, **(DASHED | {"color": PAPER}), label="the paper's")
            axis.set_xticks([])
        row[0].set_ylabel(f"{measure}, gain")
    for axis, dataset in zip(axes[0], datasets, strict=True):
        axis.set_title(dataset, fontsize=10)
    for axis in axes[-1]:
        axis.set_xlabel("readings, by their gain")
    legend(figure, *axes.flat)
    return figure


def _levels(own: pd.DataFrame, claim: str) -> list[tuple[str, NDArray[np.bool_]]]:
    """What each level is called, and which readings have it."""
    levels = design.configurations(int(own["config"].max()) + 1).loc[own["config"]]
    levels = levels.reset_index(drop=True)
    found = [("alpha: " + level, own["alpha"] == level) for level in design.alphas_in(own["alpha"])]
    found += [
        (f"{choice.name}: {level}", levels[choice.name] == level)
        for choice in choices_of(claim)
        for level in choice.levels
    ]
    return [(name, is_at.to_numpy()) for name, is_at in found]


def importance_figure(table: pd.DataFrame) -> Figure:
    """The share of the variance of gains between the levels of each choice.

    Parameters
    ----------
    table : DataFrame
        From `importance.importance`.
    """
    figure, axes = panels(1, 1, 6.4, 1.0 + 0.24 * len(table), grid="x")
    axis, height = axes[0, 0], np.arange(len(table))[::-1]
    reach = [
        (table["share"] - table["low"]).clip(lower=0),
        (table["high"] - table["share"]).clip(lower=0),
    ]
    axis.errorbar(table["share"], height, xerr=reach, fmt="o", color=OURS, markersize=5,
                  label="share, with 95% interval")  # fmt: skip
    axis.plot(table["chance"], height, "|", color=NULL, markersize=12, label="by chance")
    axis.set_yticks(height, table["choice"])
    axis.set_xlabel("share of the variance of the gain")
    legend(figure, axis)
    return figure


def seeds_figure(table: pd.DataFrame, measure: str = "AUPRC") -> Figure:
    """The gain of every reading with the second training seed against that with the first.

    Parameters
    ----------
    table : DataFrame
        From `gains.by_seed`: of one network, claim and dataset, and at least two seeds.
    measure : str
    """
    own = table[(table["measure"] == measure) & (table["against"] == "rival")]
    wide = own.pivot(index=["config", "alpha"], columns="seed")
    seeds = own["seed"].unique()[:2]
    first, second = (wide.xs(seed, axis=1, level="seed").dropna() for seed in seeds)
    second = second.loc[first.index]
    reach = [
        np.stack([part["difference"] - part["low"], part["high"] - part["difference"]])
        for part in (second, first)
    ]
    figure, axes = panels(1, 1, 4.6, 4.4, grid="both")
    axis = axes[0, 0]
    axis.errorbar(
        first["difference"], second["difference"], *reach, fmt="o", markersize=4, elinewidth=0.5,
        color=OURS, ecolor=_UNDECIDED, label="a reading, with 95% intervals",
    )  # fmt: skip
    ends = [*axis.get_xlim(), *axis.get_ylim()]
    same = [min(ends), max(ends)]
    axis.plot(same, same, **DASHED, label="no difference between seeds")
    axis.axhline(0, **DOTTED)
    axis.axvline(0, **DOTTED)
    model, rival = CLAIMS[str(own["claim"].iloc[0])]
    for label, seed in zip((axis.set_xlabel, axis.set_ylabel), seeds, strict=True):
        label(f"{measure}, {model} - {rival}, seed {seed}")
    legend(figure, axis)
    return figure
