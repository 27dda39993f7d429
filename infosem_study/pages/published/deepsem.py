"""How far our DeepSEM finds the network that DeepSEM's authors published.

A derived table (see `derived`), made from the scores of runs in the ledger.
"""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import stats

from infosem.metrics import auprc, hit_at
from infosem.training import Settings
from infosem_study import published
from infosem_study.derived import derive
from infosem_study.execution import scores_of
from infosem_study.figures import NULL, OURS, dot_panels, heights_of, legend
from infosem_study.jobs import Job, results_of
from infosem_study.methods import METHODS
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store
from infosem_study.variants import all_genes, load

__all__ = ["RATES", "agreement", "agreement_figure", "format_agreement", "released"]

RATES = {"decaying": 0.95, "constant": 1.0}
"""Of learning of the networks: the factor after each epoch."""

_COLUMNS = {"quantity": str, "value": float}
_QUANTITIES = ("pairs", "Spearman", "EPR", "AUPRC", "share of positives")
_PUBLISHED = published.fingerprint("deepsem-hESC-released-output.tsv.gz")[:12]
"""Stands where the key of a run of ours would, for the published network."""


def released(
    store: Store,
    *,
    datasets: Sequence[str],
    splits: Sequence[int] = (0,),
    seeds: Sequence[int] = (0, 1),
    runner: Runner = HERE,
) -> pd.DataFrame:
    """Runs of DeepSEM with the settings of the published one, and with a rate that stays.

    Parameters
    ----------
    store, datasets, splits, runner
        As for `comparison.compare`. Of the data sets hESC counts, of which a network was published;
        all its genes are kept, as there. Of the splits the first counts.
    seeds : sequence of int
        Of training.

    Returns
    -------
    DataFrame
        As from `comparison.compare`, with a column rate, one of `RATES`; empty without hESC.
    """
    # As their command had it. That does not depend on what this book makes its presets.
    command = Settings(alpha=0.1, beta=0.01, epochs=150, mask_zeros=True)
    jobs = [
        Job(
            METHODS["DeepSEM"].with_settings(**{**command.recorded(), "decay": decay}),
            all_genes("hESC"), "cell-type-specific", seed, tuple(splits[:1]),
        )
        for decay, seed in product(RATES.values(), seeds if "hESC" in datasets else ())
    ]  # fmt: skip
    runner.run(jobs, store)
    rates = [rate for rate, _ in product(RATES, seeds)]
    return pd.DataFrame(results_of(store, jobs)).assign(rate=rates[: len(jobs)])


def agreement(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """How runs of DeepSEM agree with the published network, and with each other.

    Parameters
    ----------
    store : Store
        In whose folder the table is kept.
    rows : DataFrame
        From `released`.
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        One row for the published network, per run, and per two runs that differ in the seed alone:
        rate (see `RATES`) and seed, as text, "" where there is none; against, "published", "another
        seed" or ""; key; pairs; Spearman, the rank correlation of the scores of the pairs with
        those that `against` tells; EPR (precision among as many pairs as there are edges, divided
        by the share of positives), AUPRC and share of positives, on the network of the data set.
        NaN where there is none. The pairs are those that were published.
    """
    (network,), (dataset,) = rows["network"].unique(), rows["dataset"].unique()
    runs: list[dict[str, Any]] = []

    def add(rate: str, seed: str, key: str, other: str = "", against: str = "") -> None:
        name = f"DeepSEM, {rate} rate, seed {seed}" if rate else "DeepSEM, as published"
        joined = hashlib.sha256(f"{key} {other}".encode()).hexdigest()[:12]
        runs.append(
            {
                "network": network,
                "dataset": dataset,
                "method": name,
                "split": 0,
                "key": joined if against == "another seed" else key,
                "rate": rate,
                "seed": seed,
                "against": against,
                "members": (key, other),
            }
        )

    add("", "", _PUBLISHED)
    for rate, of_rate in rows.groupby("rate", sort=False):
        keys = of_rate.set_index("seed")["key"]
        for seed, key in keys.items():
            add(str(rate), str(seed), key, _PUBLISHED, "published")
        for one, two in combinations(keys.index, 2):
            add(str(rate), f"{one} and {two}", keys[one], keys[two], "another seed")

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        return pd.DataFrame(_compared(keeping, run).items(), columns=[*_COLUMNS])

    with store.keeping_scores() as keeping:
        long = derive(store, "agreement", _COLUMNS, runs, compute, runner=runner)
    values = long.pivot(index="method", columns="quantity", values="value")
    table = pd.DataFrame(runs).join(values.reindex(columns=_QUANTITIES), on="method")
    return table[["rate", "seed", "against", "key", *_QUANTITIES]]


def _compared(store: Store, run: Mapping[str, Any]) -> dict[str, float]:
    """The quantities of `agreement` that there are of a run."""
    dataset = load(run["dataset"], run["network"], embedding=None)
    output = published.deepsem_output()
    pairs = published.places(dataset, output)
    labels = dataset.network[pairs]
    rankings = [
        output["weight"].abs() if key == _PUBLISHED
        else scores_of(store, {"key": key, "split": run["split"]})[2][pairs]
        for key in filter(None, run["members"])
    ]  # fmt: skip
    found = {"pairs": float(len(labels))}
    if len(rankings) == 2:
        found["Spearman"] = float(stats.spearmanr(*rankings).statistic)
    if run["against"] != "another seed":
        base = float(labels.mean())
        found["EPR"] = hit_at(labels, rankings[0], base) / base
        found["AUPRC"] = auprc(labels, rankings[0])
        found["share of positives"] = base
    return found


def format_agreement(table: pd.DataFrame) -> pd.DataFrame:
    """`agreement`, as a table to read."""
    lines = {}
    for line in table.to_dict("records"):
        ours = f"{line['rate']} rate, seed{'s' * ('and' in line['seed'])} {line['seed']}"
        who = ours if line["rate"] else "as published"
        lines[who] = ["-" if np.isnan(line[name]) else f"{line[name]:.3f}"
                      for name in _QUANTITIES[1:]]  # fmt: skip
        lines[who].insert(0, {"published": "the published", "": "-"}.get(
            line["against"], line["against"]))  # fmt: skip
    columns = ["compared with", *_QUANTITIES[1:]]
    return pd.DataFrame.from_dict(lines, orient="index", columns=columns)


def agreement_figure(table: pd.DataFrame) -> Figure:
    """Rank correlations of abs(A): of each run with the published network, and of two runs.

    Parameters
    ----------
    table : DataFrame
        From `agreement`.
    """
    heights = heights_of(f"{rate} rate" for rate in table["rate"].unique() if rate)
    figure, axes = dot_panels(1, [""], heights, 6.5, 1.9)
    styles = {
        "published": ("o", OURS, OURS, 0.12, "a run with the published network"),
        "another seed": ("D", NULL, "white", -0.12, "two runs with each other"),
    }
    for against, (marker, colour, face, shift, label) in styles.items():
        points = table[table["against"] == against]
        if len(points):
            y = heights[points["rate"] + " rate"] + shift
            axes[0, 0].plot(points["Spearman"], y, marker, color=colour, markerfacecolor=face,
                            markersize=6, label=label)  # fmt: skip
    axes[0, 0].set_xlim(min(0.5, table["Spearman"].min() - 0.05), 1)
    axes[0, 0].set_xlabel("rank correlation of |A| over the pairs")
    legend(figure, axes[0, 0])
    return figure
