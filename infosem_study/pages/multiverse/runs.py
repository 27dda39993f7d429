"""The trainings of readings, through the ledger, and what is measured of their scores."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.metrics import auprc, hit_at
from infosem.splits import Protocol, Split, make_split
from infosem_study.derived import derive
from infosem_study.execution import scores_of
from infosem_study.jobs import Job, results_of
from infosem_study.methods import Method
from infosem_study.pages.audit.block import Block
from infosem_study.pages.multiverse import design
from infosem_study.scheduling import HERE, Rehearsal, Runner
from infosem_study.store import Store
from infosem_study.variants import base_name

__all__ = ["MEASURES", "readings"]

MEASURES: dict[str, str] = {
    "auprc": "AUPRC",
    "hit": "Hit@1%",
    "within": "within TFs",
    "anywhere": "AUPRC, targets with an edge anywhere",
    "every": "AUPRC, every gene a target",
    "others": "AUPRC, no TF with itself",
}
"""What is measured of every run and split on its unseen genes: columns, and their names."""
_PROTOCOLS = {
    "anywhere": Protocol(targets="positive-anywhere"),
    "every": Protocol(targets="all"),
    "others": Protocol(self_pairs=False),
}
_COLUMNS: dict[str, type] = {"on": int, **dict.fromkeys(MEASURES, float), "fit": float}
# Every so many configurations have a control: text of other genes, labels of other targets.
_EVERY = 3


class _Part(NamedTuple):
    """A job, what it is in the multiverse, and on which splits it is looked at."""

    job: Job
    config: int
    claim: str
    what: str
    alpha: str
    on: tuple[int, ...]


def readings(
    store: Store,
    *,
    datasets: Sequence[str],
    network: str = "cell-type-specific",
    n: int = design.BLOCK,
    splits: Sequence[int] = tuple(range(10)),
    seeds: Sequence[int] = (0,),
    claims: Sequence[str] = ("text", "labels"),
    runner: Runner = HERE,
) -> pd.DataFrame:
    """What readings of the paper give, computing and storing what is not stored.

    Parameters
    ----------
    store : Store
    datasets : sequence of str
    network : str
    n : int
        The first n configurations of the design.
    splits, seeds : sequence of int
        Split seeds, and training seeds of all models.
    claims : sequence of str
        Of "text" (InfoSEM-B beside DeepSEM) and "labels" (InfoSEM-BC beside InfoSEM-B).
    runner : Runner

    Returns
    -------
    DataFrame
        One row per network, dataset, config, claim, what, alpha (the level), seed and split.
        "what" is "model", "rival" (DeepSEM, or InfoSEM-B in the same configuration) or "control"
        (text of other genes, labels of other targets of the same TF). Then `MEASURES` on the unseen
        genes; fit, the AUPRC on the training edges, NaN where the training diverged; key, and
        seconds, the wall time of the training.

    Raises
    ------
    InfosemError
        As `derived.derive`.
    """
    lines = []
    for dataset in datasets:
        on = "planted" if base_name(dataset) == "synthetic" else network
        for seed in seeds:
            parts = [
                part for part in _parts(dataset, on, n, tuple(splits), seed) if part.claim in claims
            ]
            jobs = {_name(part.job): part.job for part in parts}
            with store.keeping_scores() as keeping:
                runner.run(jobs.values(), keeping)
                if not isinstance(runner, Rehearsal):  # which has nothing to measure
                    lines += _measured(keeping, parts, tuple(splits), runner)
    return pd.DataFrame(lines)


def _name(job: Job) -> str:
    """What tells one training from another."""
    return repr(job.identity()) + (repr(job.splits) if job.method.labels else "")


def _parts(
    dataset: str, network: str, n: int, splits: tuple[int, ...], seed: int
) -> Iterator[_Part]:
    """All trainings of a data set and seed, a configuration after the other."""
    name, trained = base_name(dataset), design.alphas(network)

    def job(method: Method, on: tuple[int, ...] = splits) -> Job:
        return Job(method, dataset, network, seed, on)

    for config, row in enumerate(design.configurations(n).to_dict("records")):
        levels = {str(choice): str(level) for choice, level in row.items()}
        rival = job(design.rival(name, network, levels))
        for level, alpha in trained.items():
            yield _Part(rival, config, "text", "rival", level, splits)
            own = job(design.model(name, network, levels, alpha))
            yield _Part(own, config, "text", "model", level, splits)
            if config % _EVERY == 0:
                other = job(design.model(name, network, levels, alpha, permuted=True))
                yield _Part(other, config, "text", "control", level, splits)
        # InfoSEM-BC trains anew on every split: two of them, and one alpha, in turns.
        level = [*trained][config % len(trained)]
        alpha = trained[level]
        without = job(design.without_labels(name, network, levels, alpha))
        for i in dict.fromkeys((2 * config % len(splits), (2 * config + 1) % len(splits))):
            on = (splits[i],)
            yield _Part(without, config, "labels", "rival", level, on)
            known = job(design.with_labels(name, network, levels, alpha), on)
            yield _Part(known, config, "labels", "model", level, on)
            if config % _EVERY == 1:
                known = job(design.with_labels(name, network, levels, alpha, shuffled=True), on)
                yield _Part(known, config, "labels", "control", level, on)


def _measured(
    store: Store, parts: Sequence[_Part], splits: tuple[int, ...], runner: Runner
) -> list[dict[str, Any]]:
    """The lines of stored trainings."""
    stored = [results_of(store, [part.job])[0] for part in parts]
    keys = [result["key"] for result in stored]
    runs = {}
    for part, key in zip(parts, keys, strict=True):
        labels = part.job.method.labels
        where = {"network": part.job.network, "dataset": part.job.dataset}
        own = part.job.splits[0] if labels else -1  # of no split, but of all
        runs[key, own] = {**where, "key": key, "method": f"{part.job.method.name} {key}",
                          "split": own}  # fmt: skip

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        on = splits if run["split"] < 0 else (run["split"],)
        dataset, _, scores = scores_of(store, {**run, "split": on[0]})
        found = [measures(dataset, make_split(dataset, seed=split), scores) for split in on]
        return pd.DataFrame(found)[[*_COLUMNS]]

    free = [run for (_, own), run in runs.items() if own < 0]
    labelled = [run for (_, own), run in runs.items() if own >= 0]
    wanted: dict[str, Any] = {run["dataset"]: splits for run in free}
    tables = [
        derive(store, "multiverse", _COLUMNS, some, compute, only=which, runner=runner)
        for some, which in ((free, ("on", wanted)), (labelled, None))
        if some
    ]
    by_run = {
        (line["key"], line["on"]): line for table in tables for line in table.to_dict("records")
    }
    lines = []
    for part, result in zip(parts, stored, strict=True):
        for split in part.on:
            line = by_run[result["key"], split]
            lines.append(
                {
                    "network": part.job.network, "dataset": part.job.dataset,
                    "config": part.config, "claim": part.claim, "what": part.what,
                    "alpha": part.alpha, "seed": part.job.seed, "split": split,
                    "key": result["key"], "seconds": result["seconds"],
                    **{name: line[name] for name in (*MEASURES, "fit")},
                }
            )  # fmt: skip
    return lines


def measures(dataset: Dataset, split: Split, scores: NDArray[np.float64]) -> dict[str, float]:
    """What `readings` has of one run and split; fit is NaN where all scores are equal."""
    labels = dataset.network
    same = bool((scores == scores.flat[0]).all())
    found: dict[str, float] = {"on": split.seed}
    found["auprc"] = auprc(labels[split.unseen], scores[split.unseen])
    found["hit"] = hit_at(labels[split.unseen], scores[split.unseen])
    block = Block(dataset, split)
    found["within"] = block.gain_within_tfs(block.of(scores))
    for name, protocol in _PROTOCOLS.items():
        pairs = make_split(dataset, seed=split.seed, protocol=protocol).unseen
        found[name] = auprc(labels[pairs], scores[pairs])
    train = split.train
    found["fit"] = np.nan if same else auprc(labels[train], scores[train])
    return found
