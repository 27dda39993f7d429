"""Several trainings of one network: what they agree on, and which edges all of them find."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import cpu_count
from numpy.typing import NDArray
from psutil import virtual_memory
from scipy import sparse, stats
from tqdm import tqdm

from infosem.data import Dataset
from infosem.errors import InfosemError, require
from infosem.files import UNREADABLE, AnyPath, read_npz, save_npz
from infosem.infer import DEFAULT_METHOD, best_pairs, check_device, check_seed, ready
from infosem.training import Fit, Settings, fit
from infosem.worker import Worker, resampled

__all__ = ["SEEDS", "SHAKY", "Ensemble", "Run", "SeedsDisagree", "infer_ensemble", "seeds_of"]

SEEDS = 5
"""How many trainings there are by default. A thousand genes take a core 20 to 40 seconds each;
DeepSEM's authors average ten."""

_LIBRARIES = 700 * 2**20  # bytes of a process that has torch and numba loaded

SHAKY = 0.8
"""Two seeds whose |A| correlate less (Spearman) have not found the same network."""

_TERMS = ("objective", "reconstruction", "kl", "prior")


class SeedsDisagree(UserWarning):
    """The network depends on the seed more than it should."""


@dataclass(frozen=True, eq=False)
class Run:
    """One training.

    Attributes
    ----------
    seed : int
    resample : int or None
        Number of the bootstrap sample of the cells, None for the cells themselves.
    effects : float32 array, (n_tfs, n_genes)
        A in the rows of the TFs, signed.
    history : dict of str to list of float
        Epoch means of the objective and its terms.
    seconds : float
    """

    seed: int
    resample: int | None
    effects: NDArray[np.float32]
    history: dict[str, list[float]]
    seconds: float


@dataclass(frozen=True, eq=False)
class Ensemble:
    """What `infer_ensemble` returns.

    Attributes
    ----------
    dataset : Dataset
        That of the training, with genes and cells in the order of their names.
    method : str
    settings : Settings
    runs : tuple of Run
        One for each seed.
    resamples : tuple of Run
        One for each bootstrap sample; they count in the column `bootstraps` of the edges only.
    notes : tuple of str
        What is to be told of the data and of the training.
    """

    dataset: Dataset
    method: str
    settings: Settings
    runs: tuple[Run, ...]
    resamples: tuple[Run, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def genes(self) -> NDArray[np.str_]:
        """Names of the columns of `weights`, sorted."""
        return self.dataset.genes

    @property
    def tf_names(self) -> NDArray[np.str_]:
        """Names of the rows of `weights`, sorted."""
        return self.dataset.tf_names

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """Mean of |A| over the seeds, (n_tfs, n_genes); higher is more likely an edge."""
        total = np.zeros(self.dataset.network.shape)
        for run in self.runs:
            total += np.abs(run.effects)
        return total / len(self.runs)

    @cached_property
    def correlation(self) -> NDArray[np.float64]:
        """Pearson's correlation of TF and gene over the cells, (n_tfs, n_genes); 0 if constant."""
        x, tfs = self.dataset.expression, self.dataset.tfs
        mean = np.asarray(x.mean(axis=1)).ravel()
        square = np.asarray((x * x).mean(axis=1)).ravel()
        product = x[tfs] @ x.T / x.shape[1]
        covariance = product.toarray() if sparse.issparse(product) else product
        covariance = covariance - np.outer(mean[tfs], mean)
        variance = square - mean**2
        varies = variance > 1e-12 * square
        scale = np.zeros_like(variance)
        scale[varies] = variance[varies] ** -0.5
        found: NDArray[np.float64] = np.clip(scale[tfs, None] * covariance * scale, -1, 1)
        return found

    @property
    def n_pairs(self) -> int:
        """How many pairs of a TF and another gene there are."""
        return self.weights.size - len(self.tf_names)

    @property
    def n_best(self) -> int:
        """How many pairs are called the best: one in a hundred, as in Hit@1%, but at least 100."""
        return min(self.n_pairs, max(100, self.n_pairs // 100))

    @property
    def n_edges(self) -> int:
        """How many edges are written unless it is said: ten a gene, or all pairs."""
        return min(self.n_pairs, 10 * self.dataset.n_genes)

    @property
    def has_known(self) -> bool:
        """Whether there are known edges to compare with."""
        return bool(self.dataset.network.any())

    @cached_property
    def agreement(self) -> NDArray[np.float64]:
        """Spearman's correlation of |A| between the seeds, (n_seeds, n_seeds)."""
        ranks = np.array([stats.rankdata(self._pairs(np.abs(run.effects))) for run in self.runs])
        with np.errstate(invalid="ignore"):  # of a network without any difference
            found = np.corrcoef(ranks) if len(ranks) > 1 else np.ones((1, 1))
        return np.nan_to_num(found)

    def _pairs(self, matrix: NDArray[Any]) -> NDArray[Any]:
        """The entries of a TF x gene matrix that are pairs, as one row."""
        own = np.zeros(matrix.shape, dtype=bool)
        own[np.arange(len(own)), self.dataset.tfs] = True
        pairs: NDArray[Any] = matrix[~own]
        return pairs

    @property
    def agreement_with_correlation(self) -> float:
        """Spearman's correlation of the weights with the absolute correlation of TF and gene."""
        pairs = self._pairs(self.weights), self._pairs(np.abs(self.correlation))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", stats.ConstantInputWarning)
            return float(np.nan_to_num(stats.spearmanr(*pairs).statistic))

    def _times_best(self, runs: Sequence[Run]) -> NDArray[np.integer]:
        """In how many runs each pair is among the best `n_best`."""
        times = np.zeros(self.weights.shape, dtype=np.int64)
        for run in runs:
            times[best_pairs(np.abs(run.effects), self.dataset.tfs, self.n_best)] += 1
        return times

    def top(self, n: int | None = None) -> pd.DataFrame:
        """The best n pairs, by default `n_edges`, best first.

        Returns
        -------
        DataFrame
            Its columns are

            source, target : str
                The TF, and the gene that it may regulate.
            weight : float
                Mean of |A| over the seeds.
            rank : int
                From 1.
            sign : int
                Of the mean of A. A starts above 0, so that it is 1 for many pairs of no effect;
                `correlation` tells more.
            sign_agreement : float
                Share of the seeds in which A has that sign.
            correlation : float
                Pearson's, of TF and target over the cells.
            seeds : int
                In how many seeds the pair is among the best `n_best`.
            bootstraps : int
                In how many resamples of the cells, if there are any.
            known : bool
                Whether the data set's network has it, if that has any edge.
        """
        row, column = best_pairs(self.weights, self.dataset.tfs, n or self.n_edges)
        effects = np.array([run.effects[row, column] for run in self.runs], dtype=float)
        sign = np.where(effects.mean(axis=0) < 0, -1, 1)
        columns = {
            "source": self.tf_names[row],
            "target": self.genes[column],
            "weight": self.weights[row, column],
            "rank": np.arange(1, len(row) + 1),
            "sign": sign,
            "sign_agreement": (np.where(effects < 0, -1, 1) == sign).mean(axis=0),
            "correlation": self.correlation[row, column],
            "seeds": self._times_best(self.runs)[row, column],
        }
        if self.resamples:
            columns["bootstraps"] = self._times_best(self.resamples)[row, column]
        if self.has_known:
            columns["known"] = self.dataset.network[row, column]
        return pd.DataFrame(columns)


def seeds_of(seeds: int | Iterable[int], first: int = 0) -> tuple[int, ...]:
    """The seeds themselves, or the first so many from `first`."""
    if isinstance(seeds, int | np.integer) and not isinstance(seeds, bool):
        require(0 < seeds <= 1000, "seeds", f"{seeds} are no ensemble", "give 1 to 1000")
        check_seed(first)
        chosen = tuple(range(first, first + int(seeds)))
    else:
        try:
            chosen = tuple(seeds)  # type: ignore[arg-type]
        except TypeError as error:
            raise InfosemError(
                f"seeds: {seeds!r} are none; give how many, or a list of them"
            ) from error
    for seed in chosen:
        check_seed(seed)
    require(chosen, "seeds", "there is none", "give one or more")
    require(len(set(chosen)) == len(chosen), "seeds", "one is named twice", "name each once")
    return chosen


def infer_ensemble(
    dataset: Dataset,
    method: str = DEFAULT_METHOD,
    *,
    seeds: int | Iterable[int] = SEEDS,
    bootstraps: int = 0,
    embedding: str | None = None,
    jobs: int | None = None,
    threads: int | None = None,
    device: str = "cpu",
    folder: AnyPath | None = None,
    notes: Iterable[str] = (),
    progress: bool = False,
    preset: str = "released",
    **settings: Any,
) -> Ensemble:
    """Infer the network of a data set by several trainings.

    The order of genes and cells in the data set changes nothing, as both are put into the order of
    their names first; nor does the number of processes. That of threads changes the last digits.

    Parameters
    ----------
    dataset, method, embedding, device, preset, **settings
        As in `infer`. InfoSEM-BC takes the known edges of the data set.
    seeds : int or iterable of int
        How many trainings, or their seeds.
    bootstraps : int
        So many trainings more, each of as many cells drawn from them with replacement: how often
        an edge is found in these tells how far it hangs on single cells.
    jobs : int, optional
        Trainings at a time, each in a process of its own; 1 trains in this one. By default one for
        each physical core that is free, if the memory holds so many.
    threads : int, optional
        Of each training; by default the cores that are left to it.
    folder : path, optional
        Where trainings are kept as they finish. What is there of these data, settings, seeds and
        this version is not trained again: the call that was stopped goes on.
    notes : iterable of str
        What is to be told of the data, for the report.
    progress : bool
        Show a progress bar with the time that is left.

    Raises
    ------
    InfosemError
        For what cannot be used, before anything is trained; and where a training fails. What has
        finished is then kept, as it is on Ctrl-C.

    Warns
    -----
    SeedsDisagree
        Where two seeds' |A| correlate less than `SHAKY`.
    """
    chosen_seeds = seeds_of(seeds)
    check_device(device)
    for name, number, least in (("bootstraps", bootstraps, 0), ("jobs", jobs, 1),
                                ("threads", threads, 1)):  # fmt: skip
        good = isinstance(number, int | np.integer) and number >= least
        require(number is None or good, name, f"{number!r}", f"give a whole number from {least}")
    if isinstance(dataset, Dataset):
        dataset = _in_order(dataset)
    chosen, inputs = ready(dataset, method, embedding, None, preset, settings)
    expression = dataset.expression
    shared = {"settings": chosen, "tfs": dataset.tfs, "device": device, **inputs}
    wanted: list[tuple[int, int | None]] = [(seed, None) for seed in chosen_seeds]
    wanted += [(b, b) for b in range(bootstraps)]
    store = None
    if folder is not None:
        used = None
        if method != "DeepSEM":
            used = embedding or next(iter(dataset.embeddings))
        store = _Store(Path(folder), dataset, method, chosen, dataset.fingerprint(used))
    found = {task: run for task in wanted if store and (run := store.read(*task))}
    todo = [task for task in wanted if task not in found]

    def keep(task: tuple[int, int | None], fitted: Fit) -> None:
        effects = fitted.adjacency
        if chosen.regulators == "all":
            effects = effects[dataset.tfs]
        run = Run(*task, effects.astype(np.float32), fitted.history, fitted.seconds)
        if store is not None:
            store.write(run)
        found[task] = run

    if todo:
        free = _free_cores()
        if jobs is None:
            jobs = min(free, _room_for(dataset, chosen)) if device == "cpu" else 1
        jobs = min(jobs, len(todo))
        threads = threads or max(1, free // jobs)
        title = f"{len(todo)} of {len(wanted)} trainings"
        with tqdm(
            total=len(todo) * chosen.epochs, disable=not progress, unit="epoch", desc=title
        ) as bar:
            if jobs == 1:
                for seed, resample in todo:
                    cells = resampled(expression, resample)
                    fitted = fit(cells, seed=seed, threads=threads, progress=bar.update, **shared)
                    keep((seed, resample), fitted)
            else:
                shared["expression"] = expression
                _side_by_side(todo, jobs, threads, shared, keep, bar.update)
    ensemble = Ensemble(
        dataset=dataset,
        method=method,
        settings=chosen,
        runs=tuple(found[seed, None] for seed in chosen_seeds),
        resamples=tuple(found[b, b] for b in range(bootstraps)),
        notes=tuple(notes),
    )
    lowest = ensemble.agreement.min()
    if lowest < SHAKY:
        told = (
            f"the seeds disagree: |A| of two of them correlates by {lowest:.2f} only (Spearman; "
            f"{SHAKY} and more is usual). These cells do not decide the ranking: take none of it "
            "for found, or give more cells"
        )
        warnings.warn(told, SeedsDisagree, stacklevel=2)
        ensemble = replace(ensemble, notes=(*ensemble.notes, told))
    return ensemble


def _in_order(dataset: Dataset) -> Dataset:
    """The same data set with genes and cells in the order of their names.

    Initial values and noise are drawn by position: without this, another order would give a network
    as different as another seed does.
    """
    dataset = dataset.take_genes(np.argsort(dataset.genes))
    cells = np.argsort(dataset.cells)
    expression = dataset.expression[:, cells]
    if not sparse.issparse(expression):
        expression = np.ascontiguousarray(expression)
    return replace(dataset, expression=expression, cells=dataset.cells[cells])


def _free_cores() -> int:
    """Physical cores that this process may use, less those that others keep busy."""
    cores: int = cpu_count(only_physical_cores=True)
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    return max(1, cores - round(busy))


def _room_for(dataset: Dataset, settings: Settings) -> int:
    """How many trainings at a time the memory that is available holds, at least one.

    Each has the libraries, its own copy of the cells, and of A some eight: its gradient, its mean
    square, its inverse and what they are worked out in.
    """
    rows = dataset.n_genes if settings.regulators == "all" else dataset.n_tfs
    width = 8 if settings.precision == "float64" else 4
    cells: Any = dataset.expression
    held = cells.data.nbytes + cells.indices.nbytes if sparse.issparse(cells) else cells.nbytes
    needed = _LIBRARIES + 2 * held + 8 * width * rows * dataset.n_genes
    return max(1, int(virtual_memory().available // needed))


def _side_by_side(
    todo: Sequence[tuple[int, int | None]],
    jobs: int,
    threads: int,
    shared: dict[str, Any],
    keep: Callable[[tuple[int, int | None], Fit], None],
    step: Callable[[], object],
) -> None:
    """Train in processes, each looked after by a thread; the first error ends all of them."""
    left, lock, workers = deque(todo), threading.Lock(), list[Worker]()

    def locked_step() -> None:
        with lock:
            step()

    def look_after() -> None:
        worker = Worker(threads, shared)
        workers.append(worker)
        try:
            while left:
                task = left.popleft()
                fitted = worker.fit(*task, locked_step)
                with lock:
                    keep(task, fitted)
        except IndexError:  # another has taken the last
            pass
        finally:
            worker.end()

    with ThreadPoolExecutor(jobs) as pool:
        try:
            for future in as_completed([pool.submit(look_after) for _ in range(jobs)]):
                future.result()
        finally:
            left.clear()
            for worker in workers:
                worker.end()


class _Store:
    """A folder of finished trainings."""

    def __init__(
        self, folder: Path, dataset: Dataset, method: str, settings: Settings, fingerprint: str
    ) -> None:
        self.folder, self.shape = folder, dataset.network.shape
        self.identity = [fingerprint, method, settings.recorded(), version("infosem")]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InfosemError(
                f"{folder}: cannot be made ({error.strerror}); name a folder that can be written"
            ) from error

    def _path(self, seed: int, resample: int | None) -> Path:
        content = json.dumps([*self.identity, seed, resample], sort_keys=True)
        digest = hashlib.sha256(content.encode()).hexdigest()[:16]
        kind = f"seed-{seed}" if resample is None else f"bootstrap-{resample}"
        return self.folder / f"{kind}-{digest}.npz"

    def read(self, seed: int, resample: int | None) -> Run | None:
        """A training that has finished; None where there is none, or a damaged one."""
        try:
            names = "effects", "history", "seconds"
            effects, history, seconds = read_npz(self._path(seed, resample), *names)
        except UNREADABLE:
            return None
        if effects.shape != self.shape or not np.isfinite(effects).all():
            return None
        terms = dict(zip(_TERMS, history.tolist(), strict=True))
        return Run(seed, resample, effects, terms, float(seconds))

    def write(self, run: Run) -> None:
        path = self._path(run.seed, run.resample)
        history = np.array([run.history[name] for name in _TERMS])
        try:
            save_npz(path, effects=run.effects, history=history, seconds=np.array(run.seconds))
        except OSError as error:
            raise InfosemError(
                f"{path}: cannot be written ({error.strerror or error}); make room, and call "
                "again: what has finished is kept"
            ) from error
