"""What the paper leaves open: whether our data and pairs are its own, and what else moves Table 1.

The counts of the data sets are a derived table (see `derived`).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from infosem.data import NETWORKS, appendix_b
from infosem_study.comparison import compare
from infosem_study.derived import derive, runs_of
from infosem_study.execution import scores_of
from infosem_study.figures import (
    DOTTED,
    METHOD_STYLES,
    NULL,
    dot_panels,
    heights_of,
    legend,
    name_rows,
)
from infosem_study.reported import reported
from infosem_study.scheduling import HERE, Runner
from infosem_study.statistics import METRICS, format_interval, paired, summarise
from infosem_study.store import Store
from infosem_study.variants import all_genes

__all__ = [
    "SEED",
    "USUAL",
    "base_rates",
    "changes",
    "choices_figure",
    "counts",
    "describe_order",
    "format_counts",
    "format_differences",
    "format_verdicts",
    "order",
]

USUAL = "as in Table 1"
"""The choice of `studies.PROTOCOL_CHOICES` with which the others are compared: Table 1 with its
first training seed, which is meant where Table 1 is named here."""
SEED = "another training seed"
"""The one that is no choice, for scale."""
_COUNTS = {"quantity": str, "count": float}
_GENES: dict[str, Callable[[str], str]] = {"ours": str, "ours, all genes": all_genes}
_DEEP = ("DeepSEM", "InfoSEM-B")
_MEASURES = {
    **METRICS,
    "lift": "AUPRC beyond the share of positives",
    "unseen_base": "share of positives",
}


# --- the data -------------------------------------------------------------------------------------


def counts(store: Store, *, datasets: Sequence[str], runner: Runner = HERE) -> pd.DataFrame:
    """Appendix B of the paper beside the same counts of our data sets.

    Parameters
    ----------
    store : Store
        In whose folder the counts are kept, under the keys of the runs of Random.
    datasets : sequence of str
        As in `variants.load`, without variants.
    runner : Runner
        Whether and where to run.

    Returns
    -------
    DataFrame
        One row per network, data set and quantity (those of `appendix_b`): ours; ours, all genes
        (if none is dropped for want of text); paper (NaN where it has no such data set). The
        paper's TFs are its pairs divided by its genes.

    Raises
    ------
    InfosemError
        If a file of counts is broken, or the data are needed and not at hand.
    """
    lines = []
    names = [name_of(dataset) for dataset in datasets for name_of in _GENES.values()]
    for network in NETWORKS:
        rows = compare(
            store, datasets=names, network=network, methods=["Random"], splits=[0], runner=runner
        )
        runs = runs_of(rows[rows["seed"] == 0], ["Random"])
        found = derive(store, "counts", _COUNTS, runs, partial(_counted, store), runner=runner)
        ours = found.set_index(["dataset", "quantity"])["count"].to_dict()
        paper = _paper_counts(network)
        for dataset, quantity in product(datasets, found["quantity"].unique()):
            line = {"network": network, "dataset": dataset, "quantity": quantity}
            line |= {label: ours[name(dataset), quantity] for label, name in _GENES.items()}
            lines.append({**line, "paper": paper.get((dataset, quantity), np.nan)})
    return pd.DataFrame(lines)


def _counted(store: Store, run: Mapping[str, Any]) -> pd.DataFrame:
    dataset, _, _ = scores_of(store, run)  # which looks that it is the data of the run
    return pd.DataFrame(appendix_b(dataset).items(), columns=[*_COUNTS])


def _paper_counts(network: str) -> dict[tuple[str, str], float]:
    table = reported("Appendix B", network)
    found = dict(zip(zip(table["dataset"], table["quantity"], strict=True), table["value"],
                     strict=True))  # fmt: skip
    for dataset in table["dataset"].unique():
        pairs = found[dataset, "positive_links"] + found[dataset, "negative_links"]
        found[dataset, "tfs"] = pairs / found[dataset, "genes"]
    return found


def format_counts(table: pd.DataFrame, network: str) -> pd.DataFrame:
    """`counts` of one network as a table to read: quantities by data sets."""
    own = table[table["network"] == network]
    columns = {}
    for dataset, part in own.groupby("dataset", sort=False):
        for name in (*_GENES, "paper"):
            text = ["-" if np.isnan(value) else f"{value:.6g}" for value in part[name]]
            columns[dataset, name] = pd.Series(text, index=part["quantity"])
    wide = pd.DataFrame(columns)
    wide.index = pd.Index([name.replace("_", " ").replace("tf", "TF") for name in wide.index])
    return wide


# --- the test -------------------------------------------------------------------------------------


def base_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """What a score without information gets under each choice of pairs, beside the paper's Random.

    Parameters
    ----------
    rows : DataFrame
        From `studies.protocol_choices`.

    Returns
    -------
    DataFrame
        One row per data set and choice: share, that of positives in the test, and sd, its standard
        deviation over splits; the AUPRC of Random and of Random TF constant; paper, its AUPRC of
        Random; difference (share - paper); nearest, "yes" for the smallest of a data set.
    """
    reports = reported("Table 1").query("method == 'Random' and quantity == 'AUPRC'")
    paper = reports.set_index("dataset")["value"]
    lines = []
    chosen = rows[rows["method"] == "Random"]
    for (dataset, choice), part in chosen.groupby(["dataset", "choice"], sort=False):
        share = part.drop_duplicates("split")["unseen_base"]
        same = (rows["dataset"] == dataset) & (rows["choice"] == choice)
        constant = rows[same & (rows["method"] == "Random TF constant")]
        lines.append(
            {
                "dataset": dataset,
                "choice": choice,
                "share": share.mean(),
                "sd": share.std(),
                "Random": part["unseen_auprc"].mean(),
                "Random TF constant": constant["unseen_auprc"].mean(),
                "paper": paper.get(dataset, np.nan),
            }
        )
    table = pd.DataFrame(lines)
    table["difference"] = table["share"] - table["paper"]
    off = table["difference"].abs().round(6)
    nearest = off == off.groupby(table["dataset"]).transform("min")
    return table.assign(nearest=np.where(nearest, "yes", "")).round(3)


# --- what it changes ------------------------------------------------------------------------------


def changes(rows: pd.DataFrame) -> pd.DataFrame:
    """How far each choice moves each method from its place in Table 1.

    Parameters
    ----------
    rows : DataFrame
        From `studies.protocol_choices`.

    Returns
    -------
    DataFrame
        One row per choice, method, data set and metric (AUPRC, Hit@1%, AUPRC beyond the share of
        positives, and that share): usual and sem, the mean as in Table 1 and its standard error
        over splits; difference, low, high and n_splits as in `statistics.paired`; moves, whether
        the difference is larger than sem; shown, whether the interval excludes 0.
    """
    rows = rows.assign(lift=rows["unseen_auprc"] - rows["unseen_base"])
    parts = []
    for method, own in rows.groupby("method", sort=False):
        by_choice = own.assign(method=own["choice"])
        usual = summarise(by_choice[by_choice["choice"] == USUAL], tuple(_MEASURES))
        usual = usual.replace({"metric": METRICS})[["dataset", "metric", "mean", "sem"]]
        for choice in own["choice"].unique():
            if choice != USUAL:
                table = paired(by_choice, choice, USUAL, tuple(_MEASURES))
                table = table.assign(choice=choice, method=method)
                parts.append(table.merge(usual, on=["dataset", "metric"]))
    found = pd.concat(parts, ignore_index=True).rename(columns={"mean": "usual"})
    found["moves"] = found["difference"].abs() > found["sem"]
    found["shown"] = found["verdict"].isin(["better", "worse"])
    names = ["choice", "method", "dataset", "metric", "usual", "sem"]
    found = found[[*names, "difference", "low", "high", "n_splits", "moves", "shown"]]
    place = [*rows["choice"].unique()].index
    return found.replace({"metric": _MEASURES}).sort_values(
        "choice", key=lambda column: column.map(place), kind="stable", ignore_index=True
    )


def choices_figure(changed: pd.DataFrame) -> Figure:
    """How far each choice that the paper leaves open moves a method, a column per data set.

    Error bars are 95% intervals of the mean difference over splits. The band is as wide as the
    standard error over splits of DeepSEM in Table 1, to either side of the dotted line of no
    change. A grey stroke tells how far the share of positives moves, which is what a random score
    gets.

    Parameters
    ----------
    changed : DataFrame
        From `changes`.
    """
    datasets = changed["dataset"].unique()
    heights = heights_of(changed["choice"].unique())
    shifts = {"DeepSEM": 0.14, "InfoSEM-B": -0.14}
    figure, axes = dot_panels(
        len(METRICS), datasets, heights, 2.6 + 2.0 * len(datasets),
        1.2 + (0.4 + 0.3 * len(heights)) * len(METRICS), sharex="col",
    )  # fmt: skip
    for axis, (metric, dataset) in zip(axes.flat, product(METRICS.values(), datasets), strict=True):
        panel = changed[changed["dataset"] == dataset]
        for method, shift in shifts.items():
            colour, marker = METHOD_STYLES[method]
            points = panel[(panel["method"] == method) & (panel["metric"] == metric)]
            reach = (points["high"] - points["difference"]).replace(np.inf, np.nan)
            axis.errorbar(points["difference"], heights[points["choice"]] + shift, xerr=reach,
                          fmt=marker, color=colour, markersize=5, label=method)  # fmt: skip
        ours = panel[panel["method"] == "DeepSEM"]
        sem = ours.loc[ours["metric"] == metric, "sem"].iloc[0]
        axis.axvspan(-sem, sem, color="#eeeeee", zorder=0, label="standard error in Table 1")
        base = ours[ours["metric"] == "share of positives"]
        axis.plot(base["difference"], heights[base["choice"]], "|", color=NULL, markersize=14,
                  zorder=1, label="share of positives")  # fmt: skip
        axis.axvline(0, **DOTTED)
    for axis in axes[-1]:
        axis.set_xlabel("change")
    name_rows(axes, METRICS.values())
    legend(figure, axes[0, 0])
    return figure


def format_differences(table: pd.DataFrame) -> pd.DataFrame:
    """`changes`, or `order`, as a table to read: differences with their intervals by data sets.

    Of `changes`, those of DeepSEM and InfoSEM-B.
    """
    names = [name for name in ("choice", "method", "metric") if name in table]
    own = _judged(table) if "method" in table else table
    text = list(map(format_interval, own["difference"], own["low"], own["high"]))
    wide = own.assign(text=text).pivot(index=names, columns="dataset", values="text")
    wide = wide.loc[[*dict.fromkeys(own[names].itertuples(index=False, name=None))]]
    return wide[own["dataset"].unique()].fillna("-").reset_index().rename_axis(columns=None)


def _judged(changed: pd.DataFrame) -> pd.DataFrame:
    """What the verdict is on: DeepSEM and InfoSEM-B, and by which metrics.

    AUPRC beyond the share of positives is one of them only where a choice changes that share.
    """
    own = changed[changed["method"].isin(_DEEP)]
    moved = own[(own["metric"] == _MEASURES["unseen_base"]) & (own["difference"] != 0)]
    of_pairs = (own["metric"] == _MEASURES["lift"]) & own["choice"].isin(moved["choice"])
    return own[own["metric"].isin(METRICS.values()) | of_pairs]


def order(rows: pd.DataFrame) -> pd.DataFrame:
    """Whether InfoSEM-B is ahead of DeepSEM under each choice.

    Parameters
    ----------
    rows : DataFrame
        From `studies.protocol_choices`.

    Returns
    -------
    DataFrame
        One row per choice, metric and data set: difference (InfoSEM-B minus DeepSEM), low and high,
        as in `statistics.paired`; reversed, whether the sign is another than in Table 1; shown,
        whether that is so with 95% intervals that exclude 0 both here and there.
    """
    parts = []
    for choice, own in rows.groupby("choice", sort=False):
        if {*_DEEP} <= set(own["method"]):
            parts.append(paired(own, "InfoSEM-B", "DeepSEM").assign(choice=choice))
    table = pd.concat(parts, ignore_index=True)
    names = ["dataset", "metric"]
    usual = table[table["choice"] == USUAL].set_index(names)
    there = usual.loc[pd.MultiIndex.from_frame(table[names])].reset_index()
    table["reversed"] = table["difference"] * there["difference"] < 0
    clear = [frame["verdict"].isin(["better", "worse"]) for frame in (table, there)]
    table["shown"] = table["reversed"] & clear[0] & clear[1]
    columns = ["difference", "low", "high", "reversed", "shown"]
    return table[["choice", "metric", "dataset", *columns]]


def format_verdicts(changed: pd.DataFrame, ordered: pd.DataFrame) -> pd.DataFrame:
    """Which choices move the numbers, or which of DeepSEM and InfoSEM-B is ahead, and where.

    Parameters
    ----------
    changed : DataFrame
        From `changes`.
    ordered : DataFrame
        From `order`.

    Returns
    -------
    DataFrame
        One row per choice, one column per metric and method: the data sets on which the mean moves
        by more than the standard error over splits that it has in Table 1, with a star where the
        95% interval of the difference excludes 0; "-" where it was not run or does not apply. Under
        "order", those on which the order of the two means is another, with a star where intervals
        exclude 0 in Table 1 and under the choice.
    """
    judged = _judged(changed)
    columns: dict[tuple[str, str], pd.Series] = {}
    for metric, method in product(_MEASURES.values(), _DEEP):
        own = judged[(judged["metric"] == metric) & (judged["method"] == method)]
        if len(own):
            columns[metric, method] = _starred(own, "moves")
    for metric in METRICS.values():
        own = ordered[ordered["metric"] == metric]
        columns["order", metric] = _starred(own, "reversed")
    return pd.DataFrame(columns).loc[changed["choice"].unique()].fillna("-").rename_axis(index=None)


def _starred(own: pd.DataFrame, column: str) -> pd.Series:
    """By choice: the data sets where a column is true, with a star where "shown" is, too."""
    texts = {}
    for choice in own["choice"].unique():
        part = own[(own["choice"] == choice) & own[column]]
        pairs = zip(part["dataset"], part["shown"], strict=True)
        names = [f"{dataset}{'*' * shown}" for dataset, shown in pairs]
        texts[choice] = ", ".join(names) or "none"
    return pd.Series(texts)


def describe_order(ordered: pd.DataFrame) -> str:
    """In words: how often which of DeepSEM and InfoSEM-B is ahead depends on a choice.

    Parameters
    ----------
    ordered : DataFrame
        From `order`.
    """
    others = ordered[~ordered["choice"].isin([USUAL, SEED])]
    lines = [
        f"Of {len(others)} cases (a choice, a data set, a metric), the order of the means of "
        "InfoSEM-B and DeepSEM is another than with Table 1's choices in "
        f"{others['reversed'].sum()};",
        f"with 95% intervals of the difference that exclude 0 in both: {others['shown'].sum()}.",
    ]
    seed = ordered[ordered["choice"] == SEED]
    if len(seed):
        lines.append(
            f"Another training seed alone changes it in {seed['reversed'].sum()} of {len(seed)}."
        )
    return "\n".join(lines)
