"""Ensembles of training seeds: the mean score of several runs, beside the runs one by one.

As DeepSEM's authors do, who average |A| over ten runs. The ledger holds single runs only: what an
ensemble reaches is a derived table (see `derived`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from infosem.errors import InfosemError
from infosem.metrics import evaluate
from infosem_study.derived import derive
from infosem_study.execution import scores_of
from infosem_study.scheduling import HERE, Runner
from infosem_study.statistics import (
    METRICS,
    estimate,
    format_interval,
    format_numbers,
    summarise,
)
from infosem_study.store import Store
from infosem_study.tables import format_paired

__all__ = ["compared", "describe_compared", "ensembles", "format_compared", "format_differences"]

_COLUMNS = dict.fromkeys(
    ("train_auprc", "seen_auprc", "seen_hit", "seen_base", "unseen_auprc", "unseen_hit",
     "unseen_base"),
    float,
)  # fmt: skip
_WHERE = ["network", "dataset", "method"]


def ensembles(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """Metrics of the mean score of all training seeds, computing and storing what is not stored.

    Scores are taken from where the store keeps them, or the runs are done again (see
    `execution.scores_of`).

    Parameters
    ----------
    store : Store
        In whose folder the files are.
    rows : DataFrame
        From `comparison.compare`, with several seeds; a method with one seed on a split is left out
        there.
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        One row per network, data set, method and split: these, with n_seeds, seed (the first), the
        metrics of `metrics.evaluate`, and key, which is that of no run but made of the keys of the
        members.

    Raises
    ------
    InfosemError
        If no method has several seeds, a file is broken, or something is missing and cannot be
        made.
    """
    runs: list[dict[str, Any]] = []
    about: dict[str, dict[str, Any]] = {}  # of an ensemble, by key
    for where, part in rows.groupby([*_WHERE, "split"], sort=False):
        members = part.sort_values("seed")
        if len(members) > 1:
            run = dict(zip([*_WHERE, "split"], where, strict=True))
            keys = [*members["key"]]
            joined = hashlib.sha256(" ".join(keys).encode()).hexdigest()[:12]
            # Of the same method there may be several: of other seeds, or trained otherwise.
            stored = f"{_labelled(str(run['method']), len(keys))} ({joined})"
            runs.append({**run, "method": stored, "key": joined, "members": keys})
            about[joined] = {
                "method": run["method"],
                "n_seeds": len(keys),
                "seed": members["seed"].iloc[0],
            }
    if not runs:
        raise InfosemError("rows: no method has several training seeds; give `compare` more seeds")

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        return pd.DataFrame([_evaluated(keeping, run["members"], run["split"])])

    with store.keeping_scores() as keeping:
        parts = [
            derive(
                store, "ensembles", _COLUMNS, [run for run in runs if run["network"] == network],
                compute, runner=runner,
            ).assign(network=network)
            for network in dict.fromkeys(run["network"] for run in runs)
        ]  # fmt: skip
    found = pd.concat(parts, ignore_index=True).drop(columns="method")
    columns = pd.DataFrame.from_dict(about, orient="index")
    return found.merge(columns, how="left", left_on="key", right_index=True)


def _labelled(method: str, n_seeds: int) -> str:
    """What an ensemble is called where it is shown."""
    return f"{method}, ensemble of {n_seeds}"


def _evaluated(store: Store, keys: Sequence[str], split: int) -> dict[str, float]:
    """Metrics of the mean scores of stored runs on one split."""
    taken = [scores_of(store, {"key": key, "split": split}) for key in keys]
    dataset, drawn, _ = taken[0]
    return evaluate(np.mean([scores for *_, scores in taken], axis=0), dataset.network, drawn)


# --- beside single runs ---------------------------------------------------------------------------


def compared(
    rows: pd.DataFrame, found: pd.DataFrame, metrics: Mapping[str, str] = METRICS
) -> pd.DataFrame:
    """Single runs beside their ensembles.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`, with several seeds.
    found : DataFrame
        From `ensembles` of these rows.
    metrics : mapping of str to str
        Columns of both, and what they are called.

    Returns
    -------
    DataFrame
        One row per metric, data set and method: first (the mean over splits of the first seed),
        lowest and highest (of the seeds), single (their mean), sem (over splits) and seed_sd;
        ensemble and ensemble_sem; gain (ensemble - single), with low and high, its 95% interval
        (`statistics.estimate`); n_seeds and n_splits.
    """
    lines: list[dict[str, Any]] = []
    for (metric, label), (where, part) in (
        (metric, group) for metric in metrics.items() for group in rows.groupby(_WHERE, sort=False)
    ):
        network, dataset, method = map(str, where)
        by_seed = part.pivot(index="split", columns="seed", values=metric)
        together = found[
            (found["network"] == network)
            & (found["dataset"] == dataset)
            & (found["method"] == method)
            & (found["n_seeds"] == by_seed.shape[1])
        ].set_index("split")[metric]
        if not len(together):
            continue
        by_seed = by_seed.loc[together.index]
        (single,) = summarise(part, [metric]).itertuples()
        gain = estimate(together - by_seed.mean(axis=1))
        means = by_seed.mean()
        lines.append(
            {
                "network": network,
                "dataset": dataset,
                "metric": label,
                "method": method,
                "first": means.iloc[0],
                "lowest": means.min(),
                "highest": means.max(),
                "single": single.mean,
                "sem": single.sem,
                "seed_sd": single.seed_sd,
                "ensemble": together.mean(),
                "ensemble_sem": together.sem(),
                "gain": gain.mean,
                "low": gain.low,
                "high": gain.high,
                "n_seeds": by_seed.shape[1],
                "n_splits": len(together),
            }
        )
    return pd.DataFrame(lines)


def format_compared(table: pd.DataFrame) -> pd.DataFrame:
    """`compared`, as a table to read."""
    extremes = zip(table["lowest"], table["highest"], strict=True)
    return pd.DataFrame(
        {
            "metric": table["metric"],
            "data set": table["dataset"],
            "method": table["method"],
            "seeds": table["n_seeds"],
            "splits": table["n_splits"],
            "first seed": table["first"].map("{:.3f}".format),
            "mean of seeds (s.e.)": format_numbers(table["single"], table["sem"]),
            "lowest to highest": [f"{low:.3f} to {high:.3f}" for low, high in extremes],
            "sd over seeds": table["seed_sd"].map("{:.3f}".format),
            "ensemble (s.e.)": format_numbers(table["ensemble"], table["ensemble_sem"]),
            "ensemble - mean of seeds": list(
                map(format_interval, table["gain"], table["low"], table["high"])
            ),
        }
    )


def format_differences(rows: pd.DataFrame, found: pd.DataFrame, against: str) -> pd.DataFrame:
    """Differences to one method: between ensembles, and as the first seed alone would have it.

    Parameters
    ----------
    rows, found : DataFrame
        As for `compared`.
    against : str
        One of the methods.

    Returns
    -------
    DataFrame
        As from `tables.format_paired`, method by method, with what is compared in its name; empty
        if there is no other method. The first seed is the smallest.
    """
    first = rows[rows["seed"] == rows["seed"].min()]
    n_seeds = rows.groupby("method", sort=False)["seed"].nunique()
    together = found[found["n_seeds"] == found["method"].map(n_seeds)]
    one_seed = {name: f"{name}, one seed" for name in n_seeds.index}
    all_seeds = {name: _labelled(str(name), n) for name, n in n_seeds.items()}
    parts = []
    for name in n_seeds.index.drop(against):
        if {name, against} <= set(together["method"]):
            parts.append(format_paired(together, name, against).replace(all_seeds))
        parts.append(format_paired(first, name, against).replace(one_seed))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def describe_compared(table: pd.DataFrame) -> str:
    """`compared`, in words: what a seed is worth, and what an ensemble adds, by metric."""
    lines = []
    for metric, part in table.groupby("metric", sort=False):
        apart, sem = part["highest"] - part["lowest"], part["sem"]
        above, below = (part["low"] > 0).sum(), (part["high"] < 0).sum()
        lines.append(
            f"{metric}: the best and the worst seed lie {apart.min():.3f} to {apart.max():.3f} "
            f"apart; the standard error over splits is {sem.min():.3f} to {sem.max():.3f}. The "
            f"ensemble minus the mean of its seeds is {part['gain'].mean():+.3f} on average, from "
            f"{part['gain'].min():+.3f} to {part['gain'].max():+.3f}; the 95% interval lies above "
            f"0 in {above}, below 0 in {below} of {len(part)} cases."
        )
    return "\n".join(lines)
