"""One-hot LR and scGREAT on the pairs that scGREAT's authors published.

The pairs are no split of ours, so that the ledger has no such runs. What comes out is a derived
table (see `derived`) all the same, its key a hash over what identifies the run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from infosem.errors import InfosemError
from infosem_study import published
from infosem_study.baselines.one_hot_lr import one_hot_lr
from infosem_study.baselines.scgreat import scgreat
from infosem_study.derived import derive
from infosem_study.execution import one_thread
from infosem_study.figures import (
    DOTTED,
    OURS,
    PAPER,
    dot_panels,
    heights_of,
    legend,
    name_rows,
)
from infosem_study.ledger import key
from infosem_study.methods import METHODS
from infosem_study.scheduling import HERE, STORED_ONLY, Runner
from infosem_study.statistics import format_interval
from infosem_study.store import Store
from infosem_study.variants import all_genes, base_name, load

__all__ = ["AS_PUBLISHED", "format_differences", "format_rivals", "rivals", "rivals_figure"]

Scores = NDArray[np.float64]

AS_PUBLISHED = "scGREAT, as published"
"""The predictions of its authors, of hESC only."""
CELLS = ("hESC", "mESC")
"""Of which they published the pairs."""
MEASURES = ("AUROC", "AUPRC", "within TFs")

_NETWORK = "cell-type-specific"
_METHODS: dict[str, Callable[..., Scores]] = {"One-hot LR": one_hot_lr, "scGREAT": scgreat}
_COLUMNS = {"quantity": str, "value": float}
_N_RESAMPLES = 2000


def rivals(
    store: Store, *, cells: Sequence[str] = CELLS, slow: bool = False, runner: Runner = HERE
) -> pd.DataFrame:
    """What methods reach on the published test pairs.

    Ours train on the published training pairs. The validation pairs choose One-hot LR's penalty and
    scGREAT's epoch, and nothing else. Every TF and target of the test is in the training pairs.

    Parameters
    ----------
    store : Store
        In whose folder the table is kept.
    cells : sequence of str
        Some of `CELLS`.
    slow : bool
        Train scGREAT on hESC, too, where that is not stored: half an hour.
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        One row per data set and method, scGREAT of ours only where it is stored: dataset, method,
        key; pairs, of them the share of positives; `MEASURES` (*within TFs* is the mean over TFs of
        (AP - share) / (1 - share)); and, NaN where there are no published predictions, for each
        measure "<measure> gain", by how much it is above theirs, with "<measure> low" and
        "<measure> high", its 95% interval. This is from 2,000 draws, with replacement, of the TFs
        of the test; no model is trained anew for it.
    """
    if wrong := [cell for cell in cells if cell not in CELLS]:
        raise InfosemError(f"cells: {wrong} have no published pairs; choose from {list(CELLS)}")
    runs, slow_runs = [], []
    for cell in cells:
        runs += [_run(cell, AS_PUBLISHED)] if cell == "hESC" else []
        runs.append(_run(cell, "One-hot LR"))
        slow_runs += [_run(cell, "scGREAT")] if cell == "hESC" else []
    long = derive(store, "rivals", _COLUMNS, runs, _judged, runner=runner)
    try:
        at_hand = runner if slow else STORED_ONLY
        more = [derive(store, "rivals", _COLUMNS, [run], _judged, runner=at_hand)
                for run in slow_runs]  # fmt: skip
    except InfosemError:
        if slow:
            raise
        more = []
    long = pd.concat([long, *more], ignore_index=True)
    names = ["dataset", "method", "key"]
    order = pd.MultiIndex.from_frame(long[names].drop_duplicates())
    values = long.pivot(index=names, columns="quantity", values="value").reindex(order)
    table = values[[*dict.fromkeys(long["quantity"])]].rename_axis(columns=None).reset_index()
    return table.assign(dataset=table["dataset"].map(base_name))


def _run(cell: str, method: str) -> dict[str, Any]:
    """A run, as `derive` wants it, with what it is made with."""
    files = [f"scgreat/{cell}-{name}.csv.gz" for name in (*published.PARTS, "target")]
    settings: dict[str, Any] = {}
    version = 1
    if method == AS_PUBLISHED:
        files.append(f"scgreat/{cell}-predictions.csv.gz")
    else:
        settings, version = dict(METHODS[method].settings), METHODS[method].version
        if METHODS[method].embeddings:
            settings["embedding"] = "BioBERT"
    where = {"network": _NETWORK, "dataset": all_genes(cell), "method": method}
    identity = {
        **where,
        "version": version,
        "settings": settings,
        "fingerprint": published.fingerprint(*files),
        "protocol": {"pairs": "scGREAT's"},
        "seed": 0,
    }
    return {**where, "split": 0, "key": key(identity), "settings": settings}


def _judged(run: Mapping[str, Any]) -> pd.DataFrame:
    """What a run reaches on the test pairs, and how much more than the published predictions."""
    cell, method, settings = base_name(run["dataset"]), run["method"], run["settings"]
    train, validation, test = (published.scgreat_pairs(cell, part) for part in published.PARTS)
    theirs = None
    if cell == "hESC":
        predicted = published.scgreat_predictions(cell)
        if not predicted[["tf", "target", "label"]].equals(test):
            raise InfosemError(f"scGREAT, {cell}: the predictions are not those of the test pairs")
        theirs = predicted["score"].to_numpy()
    if method == AS_PUBLISHED:
        return _table(test, theirs)
    dataset = load(run["dataset"], run["network"], embedding=settings.get("embedding"))
    dataset = replace(dataset, network=np.zeros_like(dataset.network))  # it may not be looked at
    edges, judges = (published.edges_of(dataset, pairs) for pairs in (train, validation))
    with one_thread():
        scores = _METHODS[method](dataset, edges, seed=0, validation=judges, **settings)
    return _table(test, scores[published.places(dataset, test)], theirs)


def _table(test: pd.DataFrame, scores: Any, theirs: Any = None) -> pd.DataFrame:
    """The quantities of `rivals`, of the scores of test pairs."""
    every = np.ones(len(test))
    found = {"pairs": float(len(test)), "share of positives": float(test["label"].mean())}
    own = _measures(test, scores)
    found |= {name: measure(every) for name, measure in own.items()}
    if theirs is not None:
        others = _measures(test, theirs)
        numbers, tfs = pd.factorize(test["tf"])
        rng = np.random.default_rng(list(b"rivals"))
        times = rng.multinomial(len(tfs), np.full(len(tfs), 1 / len(tfs)), _N_RESAMPLES)
        for name in MEASURES:
            gains = [own[name](drawn) - others[name](drawn) for drawn in times[:, numbers]]
            low, high = np.quantile(gains, [0.025, 0.975])
            found[f"{name} gain"] = found[name] - others[name](every)
            found |= {f"{name} low": float(low), f"{name} high": float(high)}
    return pd.DataFrame(found.items(), columns=[*_COLUMNS])


def _measures(test: pd.DataFrame, scores: Any) -> dict[str, Callable[[Any], float]]:
    """Each measure as a function of how often a pair counts, which is as often as its TF."""
    labels = test["label"].to_numpy()
    gains, first = [], []
    for _, pairs in test.reset_index(drop=True).groupby("tf").groups.items():
        share = labels[pairs].mean()
        if 0 < share < 1:
            precision = average_precision_score(labels[pairs], scores[pairs])
            gains.append((precision - share) / (1 - share))
            first.append(pairs[0])

    def within(times: Any) -> float:
        return float(np.average(gains, weights=times[first]))

    def pooled(measure: Callable[..., float]) -> Callable[[Any], float]:
        return lambda times: float(measure(labels, scores, sample_weight=times))

    return {
        "AUROC": pooled(roc_auc_score),
        "AUPRC": pooled(average_precision_score),
        "within TFs": within,
    }


def format_rivals(table: pd.DataFrame) -> pd.DataFrame:
    """`rivals`, as a table to read: the measures beside the share of positives."""
    text = table[["dataset", "method"]].assign(pairs=table["pairs"].map("{:.0f}".format))
    for name in ("share of positives", *MEASURES):
        text[name] = table[name].map("{:.3f}".format)
    if "scGREAT" not in set(table["method"]) and "hESC" in set(table["dataset"]):
        not_run = {"dataset": "hESC", "method": "scGREAT", **dict.fromkeys(MEASURES, "not run")}
        text = pd.concat([text, pd.DataFrame([not_run])], ignore_index=True).fillna("-")
    return text


def format_differences(table: pd.DataFrame) -> pd.DataFrame:
    """Gains over the published predictions, with their 95% intervals, as a table to read."""
    columns = [f"{name} {end}" for name in MEASURES for end in ("gain", "low", "high")]
    own = table.reindex(columns=["dataset", "method", *columns]).dropna()
    text = own[["dataset", "method"]].copy()
    for name in MEASURES:
        ends = (own[f"{name} {end}"] for end in ("gain", "low", "high"))
        text[name] = [format_interval(*values) for values in zip(*ends, strict=True)]
    return text.reset_index(drop=True)


def rivals_figure(table: pd.DataFrame) -> Figure:
    """AUROC, AUPRC and the gain within TFs of each method, a row per data set.

    Bars are the 95% intervals of the differences to the published predictions, where there are any.
    Dotted is chance, for AUPRC the share of positives.

    Parameters
    ----------
    table : DataFrame
        From `rivals`.
    """
    datasets = table["dataset"].unique()
    names = [
        name for name in (AS_PUBLISHED, "scGREAT", "One-hot LR") if (table["method"] == name).any()
    ]
    heights = heights_of(names)
    figure, axes = dot_panels(
        len(datasets), ["AUROC", "AUPRC", "gain within TFs"], heights, 8.5,
        0.8 + (0.5 + 0.28 * len(heights)) * len(datasets), sharex="col",
    )  # fmt: skip
    for row, dataset in zip(axes, datasets, strict=True):
        own = table[table["dataset"] == dataset]
        chance = (0.5, own["share of positives"].iloc[0], 0.0)
        for axis, name, level in zip(row, MEASURES, chance, strict=True):
            theirs = own["method"] == AS_PUBLISHED
            points = own[theirs]
            axis.plot(points[name], heights[points["method"]], "D", color=PAPER,
                      label="its authors' predictions")  # fmt: skip
            points = own[~theirs]
            ends = points.reindex(columns=[f"{name} {end}" for end in ("low", "gain", "high")])
            axis.errorbar(points[name], heights[points["method"]],
                          xerr=ends.diff(axis=1).iloc[:, 1:].to_numpy().T, fmt="o", color=OURS,
                          label="trained here; interval of the difference")  # fmt: skip
            axis.axvline(level, **DOTTED, label="chance")
    name_rows(axes, datasets)
    legend(figure, axes[0, 0])
    return figure
