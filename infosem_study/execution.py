"""One run: a job is computed on one thread, and the scores of stored runs are had back."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from infosem.data import Dataset
from infosem.errors import InfosemError
from infosem.files import UNREADABLE, read_npz, save_npz
from infosem.metrics import evaluate
from infosem.splits import Split, make_split
from infosem_study.environment import machine, peak_memory_mib, reset_peak_memory, versions
from infosem_study.jobs import Job, job_of
from infosem_study.ledger import Row, key
from infosem_study.store import Store
from infosem_study.variants import load

__all__ = ["SAME", "Run", "confirm", "execute", "one_thread", "scores_of", "seconds_to_have"]

Scores = NDArray[np.float64]

SAME = 5e-4
"""A run done again gives the stored numbers to within half a unit of the third digit."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: two runs side by side beat one on two threads, and bits stay put."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):  # NumPy's linear algebra has threads of its own
            yield
    finally:
        torch.set_num_threads(threads)


@dataclass(frozen=True, eq=False)
class Run:
    """What came out of a job.

    Attributes
    ----------
    row : dict
        For the ledger.
    scores : ndarray of float, (n_tfs, n_genes)
        Which the ledger does not keep.
    """

    row: Row
    scores: Scores


def execute(
    job: Job,
    fingerprint: str | None = None,
    scores: Path | None = None,
    recompute: bool = False,
) -> Run:
    """Run a job on one thread.

    Where `scores` holds those of the same training, which was judged on other pairs perhaps, they
    are judged again, and the row has the time and the memory of that training.

    Parameters
    ----------
    job : Job
    fingerprint : str, optional
        That the data set must have.
    scores : path, optional
        A folder in which scores are kept (see `scores_of`).
    recompute : bool
        Train also where they are.

    Raises
    ------
    InfosemError
        Where the data set has another fingerprint, and what the method raises.
    """
    dataset, splits = _inputs(job, fingerprint)
    train_edges = None
    if job.method.labels:
        (split,) = splits.values()
        train_edges = split.train_edges(dataset.network)
    # What a method may not see it does not get.
    blind = replace(dataset, network=np.zeros_like(dataset.network))
    identity = {**job.identity(), "fingerprint": dataset.fingerprint(job.embedding)}
    file = scores and scores / _file_of(job, identity)
    if file and file.is_file() and not recompute:
        found, seconds, peak = _read_scores(file)
    else:
        with one_thread():
            reset_peak_memory()
            started = perf_counter()
            found = job.method(blind, train_edges, seed=job.seed)
            seconds = perf_counter() - started
            peak = peak_memory_mib()
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            save_npz(file, scores=found, seconds=np.array(seconds), peak_mib=np.array(peak))
    row = {
        **identity,
        "splits": {
            str(seed): evaluate(found, dataset.network, split) for seed, split in splits.items()
        },
        "seconds": seconds,
        "peak_mib": peak,
        "machine": machine(),
        "versions": versions(),  # of this process, which may not be the one that stores the row
    }
    return Run(row, found)


def _inputs(job: Job, fingerprint: str | None) -> tuple[Dataset, dict[int, Split]]:
    """The data set of a job, which must have that fingerprint if one is given, and its splits."""
    dataset = load(job.dataset, job.network, embedding=job.embedding)
    own = dataset.fingerprint(job.embedding)
    if fingerprint not in (None, own):
        raise InfosemError(
            f"{job.dataset} ({job.network}): the data are not those of the stored rows "
            f"(fingerprint {own}, stored {fingerprint}); use the same data, "
            "another ledger, or recompute"
        )
    return dataset, {
        seed: make_split(dataset, seed=seed, protocol=job.protocol) for seed in job.splits
    }


def _file_of(job: Job, identity: Mapping[str, Any]) -> str:
    """Where the scores of a run are kept: one file for all splits, or for the one trained on.

    Which pairs a method without labels is judged on makes no other training.
    """
    if job.method.labels:
        return f"{key(identity)}-{job.splits[0]}.npz"
    return f"{key({**identity, 'protocol': {}})}.npz"


def _read_scores(file: Path) -> tuple[Scores, float, float]:
    """Scores that are kept, and the seconds and MiB that the training took."""
    try:
        scores, seconds, peak = read_npz(file, "scores", "seconds", "peak_mib")
    except UNREADABLE as error:
        todo = "delete it, and the run is done again"
        raise InfosemError(f"{file}: cannot be read ({error}); {todo}") from error
    return scores, float(seconds), float(peak)


def scores_of(store: Store, run: Mapping[str, Any]) -> tuple[Dataset, Split, Scores]:
    """The scores of a stored run, which the ledger does not keep.

    They are taken from the folder in which the store keeps scores, if they are there; else the run
    is done again.

    Parameters
    ----------
    store : Store
    run : mapping
        With the key and the split of one of its results, as of `jobs.results_of`.

    Returns
    -------
    Dataset
    Split
    ndarray of float, (n_tfs, n_genes)

    Raises
    ------
    InfosemError
        If there is no such run, its data are not at hand, or the metrics of the scores are not
        those of the ledger, to the third digit.
    """
    row = store.row(run)
    job = replace(job_of(row), splits=(int(run["split"]),))
    kept = store.scores and store.scores / _file_of(job, row)
    if kept and kept.is_file():  # without loading the data, which may be others now
        scores, _, _ = _read_scores(kept)
    else:
        scores = execute(job, scores=store.scores).scores
    return *confirm(store, run, scores), scores


def seconds_to_have(store: Store, runs: Iterable[Mapping[str, Any]]) -> float:
    """How long it takes one core to have the scores of runs, by earlier runs.

    Parameters
    ----------
    store : Store
    runs : iterable of mapping
        Each as for `scores_of`; one that the store has not counts as nothing.
    """
    trained = {}
    for run in runs:
        if store.has(str(run["key"]), int(run["split"])):
            row = store.row(run)
            file = _file_of(replace(job_of(row), splits=(int(run["split"]),)), row)
            if not (store.scores and (store.scores / file).is_file()):
                trained[file] = float(row["seconds"])  # of all splits that it serves
    return sum(trained.values())


def confirm(store: Store, run: Mapping[str, Any], scores: Scores) -> tuple[Dataset, Split]:
    """The data set and the split of a stored run, if its scores give the metrics of the ledger.

    Raises
    ------
    InfosemError
        If they do not, to the third digit, or the data are others; see `scores_of`.
    """
    row, split = store.row(run), int(run["split"])
    job = replace(job_of(row), splits=(split,))
    dataset, splits = _inputs(job, row["fingerprint"])
    now, stored = evaluate(scores, dataset.network, splits[split]), row["splits"][str(split)]
    off = max(abs(now[metric] - value) for metric, value in stored.items())
    if off >= SAME:
        raise InfosemError(
            f"{job}, split {split}: the run gives other metrics than the ledger has under "
            f"{run['key']}, up to {off:.3g} off; recompute both"
        )
    return dataset, splits[split]
