"""Running jobs, and getting back what was run.

A `Job` is one call of a method on one data set with one training seed, evaluated on some splits.
Jobs run side by side, in processes of this machine or on the workers of a cluster. Results go to
the ledger as soon as a job finishes; what is stored is not run again. Whatever is stopped goes on
when it is called again. Of a stored run, the job, the results and the scores can be had back.

Which jobs a study is made of is told in `study`.
"""

import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, TypeVar
from uuid import uuid4

import numpy as np
import torch
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from infosem.data import Dataset, load_beeline, simulate
from infosem.embeddings import attach
from infosem.embeddings.language_models import read_npz, save_npz
from infosem.errors import InfosemError
from infosem.metrics import evaluate
from infosem.splits import Protocol, Split, make_split
from infosem_study.ledger import Ledger, key, machine, peak_memory_mib, reset_peak_memory, versions
from infosem_study.methods import METHODS, Method

__all__ = [
    "ALL_GENES",
    "SAME",
    "Job",
    "Rehearsal",
    "base_name",
    "confirm",
    "execute",
    "job_of",
    "load",
    "one_thread",
    "results_of",
    "run",
    "scores_kept",
    "scores_of",
    "side_by_side",
    "stored_job",
]

Scores = NDArray[np.float64]

SAME = 5e-4
"""A run done again gives the stored numbers to within half a unit of the third digit."""

ALL_GENES = ":genes-all"
"""Behind the name of a data set: the variant with the genes that `load_beeline` drops."""

# Seconds: what a run takes around the method's own time, for data and scores, about; to reach a
# scheduler, and for the first worker to come (a batch system may start it).
_AROUND, _REACH, _FIRST_WORKER = 0.5, 5, 60


# --- a job and its data ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """One run of a method, and the splits on which it is evaluated.

    A method that uses labels is trained on the training edges of its one split; one that does not
    is trained once and evaluated on all of them.
    """

    method: Method
    dataset: str
    network: str
    seed: int
    splits: tuple[int, ...]
    protocol: Protocol = field(default_factory=Protocol)

    @property
    def embedding(self) -> str | None:
        """Name of the gene embedding that the method uses."""
        return self.method.settings.get("embedding")

    @property
    def data(self) -> tuple[str, str, str | None]:
        """What it runs on: data set, network and embedding."""
        return self.dataset, self.network, self.embedding

    @property
    def kind(self) -> tuple[str, str, str]:
        """What decides how long it takes: method, data set and network."""
        return self.method.name, self.dataset, self.network

    def identity(self) -> dict[str, Any]:
        """What identifies its rows in the ledger, besides the content of the data set."""
        return {
            "method": self.method.name,
            "version": self.method.version,
            "settings": dict(self.method.settings),
            "dataset": self.dataset,
            "network": self.network,
            "protocol": asdict(self.protocol),
            "seed": self.seed,
        }

    def __str__(self) -> str:
        return f"{self.method.name} on {self.dataset} ({self.network}), seed {self.seed}"


@lru_cache(maxsize=2)
def load(dataset: str, network: str, *, embedding: str | None) -> Dataset:
    """The data set of a job.

    Parameters
    ----------
    dataset : str
        "synthetic" or a BEELINE cell. A variant of it is named behind a colon: "hESC:shuffled-0"
        has the expression of every gene given to another, so that it tells nothing of embeddings
        and labels; "hESC:cells-20-0" has 20% of the cells. The last number is the draw.
        "hESC:genes-all" keeps the genes that `load_beeline` drops by default.
    network : str
        "planted" for the synthetic data, else a BEELINE network.
    embedding : str, optional
        The gene embedding to attach; it may have no public source.

    Raises
    ------
    InfosemError
        For a data set or variant that there is not, or where its data are not at hand.
    """
    name = base_name(dataset)
    genes = "all" if dataset.endswith(ALL_GENES) else "text"
    found = simulate() if name == "synthetic" else load_beeline(name, network, genes=genes)
    if dataset != name:
        found = _varied(found, dataset)
    return attach(found, embedding) if embedding and embedding not in found.embeddings else found


def base_name(dataset: str) -> str:
    """The name of a data set, without that of its variant (see `load`)."""
    return dataset.partition(":")[0]


def _varied(dataset: Dataset, name: str) -> Dataset:
    if name == base_name(name) + ALL_GENES:  # it was loaded so
        return replace(dataset, name=name)
    match = re.fullmatch(r"[^:]+:(?:(shuffled)|cells-(\d+))-(\d+)", name)
    if match is None or (match[2] and not 0 < int(match[2]) <= 100):
        raise InfosemError(
            f"data set {name!r}: unknown variant; use NAME:shuffled-DRAW, NAME:cells-PERCENT-DRAW "
            f"or NAME{ALL_GENES}"
        )
    rng = np.random.default_rng([*b"variant", int(match[3])])
    if match[1]:
        # Drawn on sorted names, so that the order of the genes does not matter.
        by_name, order = np.argsort(dataset.genes), np.empty(dataset.n_genes, dtype=np.int64)
        order[by_name] = by_name[rng.permutation(dataset.n_genes)]
        return replace(dataset, name=name, expression=dataset.expression[order])
    n_kept = round(dataset.n_cells * int(match[2]) / 100)
    kept = np.sort(rng.permutation(dataset.n_cells)[:n_kept])
    cells = dataset.cells[kept]
    return replace(dataset, name=name, expression=dataset.expression[:, kept], cells=cells)


# --- one run --------------------------------------------------------------------------------------


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


def execute(job: Job, fingerprint: str | None = None) -> dict[str, Any]:
    """Run a job on one thread and return its row for the ledger.

    Where $INFOSEM_SCORES names a folder, the scores are kept there (see `scores_of`).

    Raises
    ------
    InfosemError
        Where a fingerprint is given and the data set has another.
    """
    dataset, splits = _inputs(job, fingerprint)
    train_edges = None
    if job.method.labels:
        (split,) = splits.values()
        train_edges = split.train_edges(dataset.network)
    # What a method may not see it does not get.
    blind = replace(dataset, network=np.zeros_like(dataset.network))
    with one_thread():
        reset_peak_memory()
        started = perf_counter()
        scores = job.method(blind, train_edges, seed=job.seed)
        seconds = perf_counter() - started
        peak = peak_memory_mib()
    identity = {**job.identity(), "fingerprint": dataset.fingerprint(job.embedding)}
    if path := _scores_file(job, key(identity)):
        path.parent.mkdir(parents=True, exist_ok=True)
        save_npz(path, scores=scores)
    return {
        **identity,
        "splits": {
            str(seed): evaluate(scores, dataset.network, split) for seed, split in splits.items()
        },
        "seconds": seconds,
        "peak_mib": peak,
        "machine": machine(),
        "versions": versions(),  # of this process, which may not be the one that stores the row
    }


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


def _scores_file(job: Job, key_of_run: str) -> Path | None:
    """Where the scores of a run are kept: one file for all splits, or for the one trained on."""
    if not (folder := os.environ.get("INFOSEM_SCORES")):
        return None
    return Path(folder, f"{key_of_run}{f'-{job.splits[0]}' * job.method.labels}.npz")


# --- what was run ---------------------------------------------------------------------------------


def scores_of(ledger: Ledger, run: Mapping[str, Any]) -> tuple[Dataset, Split, Scores]:
    """The scores of a stored run, which the ledger does not keep.

    They are taken from the folder that $INFOSEM_SCORES names, if they are there; else the run is
    done again.

    Parameters
    ----------
    ledger : Ledger
    run : mapping
        With the key and the split of one of its results, as of `results_of`.

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
    job = stored_job(ledger, run)
    kept = _scores_file(job, run["key"])
    if kept is not None and kept.is_file():
        (scores,) = read_npz(kept, "scores")
    else:
        method, caught = job.method, list[Scores]()

        def catching(*inputs: Any, **settings: Any) -> Scores:
            caught.append(method.function(*inputs, **settings))
            return caught[-1]

        execute(replace(job, method=replace(method, function=catching)))
        (scores,) = caught
    return *confirm(ledger, run, scores), scores


@contextmanager
def scores_kept() -> Iterator[None]:
    """Where $INFOSEM_SCORES is not set, keep scores for the meantime.

    A run without labels is then done again once, not for every split and table.
    """
    if os.environ.get("INFOSEM_SCORES"):
        yield
        return
    with TemporaryDirectory() as folder:
        os.environ["INFOSEM_SCORES"] = folder
        try:
            yield
        finally:
            del os.environ["INFOSEM_SCORES"]


def stored_job(ledger: Ledger, run: Mapping[str, Any]) -> Job:
    """The job of a stored run, on one of its splits; `run` as for `scores_of`."""
    return replace(job_of(_row(ledger, run)), splits=(int(run["split"]),))


def confirm(ledger: Ledger, run: Mapping[str, Any], scores: Scores) -> tuple[Dataset, Split]:
    """The data set and the split of a stored run, if its scores give the metrics of the ledger.

    Raises
    ------
    InfosemError
        If they do not, to the third digit, or the data are others; see `scores_of`.
    """
    row, split = _row(ledger, run), int(run["split"])
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


def _row(ledger: Ledger, run: Mapping[str, Any]) -> dict[str, Any]:
    found = [row for row in ledger.rows(key=run["key"]) if str(run["split"]) in row["splits"]]
    if not found:
        raise InfosemError(
            f"{ledger.root}: no run {run['key']} on split {run['split']}; give rows of this ledger"
        )
    return found[0]


def job_of(row: Mapping[str, Any]) -> Job:
    """The job whose run a row of the ledger is."""
    return Job(
        METHODS[row["method"]].with_settings(**row["settings"]),
        row["dataset"],
        row["network"],
        row["seed"],
        tuple(int(split) for split in row["splits"]),
        Protocol(**row["protocol"]),
    )


def results_of(ledger: Ledger, jobs: Iterable[Job]) -> list[dict[str, Any]]:
    """The stored results of jobs: a line for each job and split, in order.

    Parameters
    ----------
    ledger : Ledger
    jobs : iterable of Job

    Returns
    -------
    list of dict
        With method, dataset, network, fingerprint, seed, seconds, peak_mib, split, its metrics
        (`metrics.evaluate`), embedding, alpha (None for methods without) and key.

    Raises
    ------
    InfosemError
        Naming a job that was not run.
    """
    stored = _Stored(ledger)
    return [stored.line(job, split) for job in jobs for split in job.splits]


class _Stored:
    """What a ledger holds, looked up by job and split.

    The content of the data set is part of a row's key. A job does not know it until its data are
    loaded, which takes time and may not be possible; so it is taken from the newest row of the
    data set and network. Rows of other data are as good as not there.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.root = ledger.root
        self.fingerprints: dict[tuple[str, str, str | None], str] = {}
        self.seconds: dict[tuple[str, str, str], float] = {}  # by Job.kind
        self.rows: dict[tuple[str, int], dict[str, Any]] = {}  # by key and split
        for row in sorted(ledger.rows(), key=itemgetter("date")):
            self.fingerprints[_data(row)] = row["fingerprint"]
            self.seconds[row["method"], row["dataset"], row["network"]] = row["seconds"]
            self.rows.update({(row["key"], int(split)): row for split in row["splits"]})

    def expected_seconds(self, kind: tuple[str, str, str]) -> float:
        """How long a `Job.kind` takes: as the last one did, else as the method on other data."""
        for data in (kind[1], base_name(kind[1])):
            if (kind[0], data, kind[2]) in self.seconds:
                return self.seconds[kind[0], data, kind[2]]
        others = [seconds for other, seconds in self.seconds.items() if other[0] == kind[0]]
        return float(np.mean(others)) if others else np.inf

    def has(self, job: Job, split: int) -> bool:
        return (self._key(job), split) in self.rows

    def line(self, job: Job, split: int) -> dict[str, Any]:
        if not self.has(job, split):
            raise InfosemError(
                f"{self.root}: no result of {job.method.name} on {job.dataset}, seed {job.seed}, "
                f"split {split}; run it with `infosem run`"
            )
        row = self.rows[self._key(job), split]
        fields = ("method", "dataset", "network", "fingerprint", "seed", "seconds", "peak_mib")
        return {
            **{name: row[name] for name in fields},
            "split": int(split),
            **row["splits"][str(split)],
            **{name: row["settings"].get(name) for name in ("embedding", "alpha")},
            "key": row["key"],
        }

    def _key(self, job: Job) -> str:
        fingerprint = self.fingerprints.get(job.data, "")
        return key({**job.identity(), "fingerprint": fingerprint})


def _data(row: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """`Job.data` of a stored row."""
    return row["dataset"], row["network"], row["settings"].get("embedding")


# --- running what is not stored -------------------------------------------------------------------


def run(
    jobs: Iterable[Job],
    ledger: Ledger,
    *,
    n_jobs: int | None = None,
    scheduler: str | None = None,
    recompute: bool = False,
) -> None:
    """Run the jobs that the ledger lacks (or all, to `recompute`), and store each as it ends.

    Only this process writes to the ledger. When it, or a process that works for it, is killed, no
    more than the runs under way are lost.

    Parameters
    ----------
    jobs : iterable of Job
    ledger : Ledger
    n_jobs : int, optional
        Processes of one thread each, by default one for each core that this process may use. 1
        runs in this process.
    scheduler : str, optional
        Address of a dask.distributed scheduler, such as "tcp://host:8786". The jobs are then run
        by its workers, not by processes of this machine. Scheduler and workers need infosem in
        the version of this process; the workers one thread each (``dask worker ADDRESS --nthreads
        1``) and, for the real data, an INFOSEM_DATA of their own. They share no file with this
        process. The run of a worker that died is done again by another.
    recompute : bool
        Run everything again.

    Raises
    ------
    InfosemError
        Where a job cannot be run, naming it; where the data are not those of the stored rows;
        where the scheduler cannot be reached or has no worker. What had finished is stored.
    """
    jobs = list(jobs)
    stored = _Stored(ledger)
    expected: dict[tuple[str, str, str | None], str] = {}
    if recompute:
        todo = jobs
    else:
        expected = stored.fingerprints
        missing = [[s for s in job.splits if not stored.has(job, s)] for job in jobs]
        todo = [replace(j, splits=tuple(m)) for j, m in zip(jobs, missing, strict=True) if m]
    if not todo:
        return
    # The longest first, so that none is left to run alone at the end; what is not known may be
    # long, too.
    times = {job.kind: stored.expected_seconds(job.kind) for job in todo}
    if isinstance(ledger, Rehearsal):
        ledger.pretend(todo, stored.fingerprints, times)
        return
    todo.sort(key=lambda job: -times[job.kind])
    calls = [(job, expected.get(job.data)) for job in todo]
    rows = _here(calls, n_jobs) if scheduler is None else _on_cluster(calls, n_jobs, scheduler)
    with closing(rows):
        for row in _shown(rows, todo, times):
            first = expected.setdefault(_data(row), row["fingerprint"])
            if row["fingerprint"] != first:  # two workers with a folder each
                raise InfosemError(
                    f"{row['dataset']} ({row['network']}): the data on {row['machine']} are not "
                    f"those of other runs (fingerprint {row['fingerprint']}, there {first}); give "
                    "all workers the same"
                )
            ledger.append(row)
    ledger.compact()  # rows in a fixed order, whatever the order in which they finished


class Rehearsal(Ledger):
    """A ledger in memory, with which `run` runs nothing: what it lacks counts as done.

    Called with it, a study tells what it would run. Which settings it chooses depends on results
    that may not be there; any will do.

    Parameters
    ----------
    ledger : Ledger
        What is known at first; it stays as it is.

    Attributes
    ----------
    seconds : list of float
        What each job takes that would have been run (of one core, by earlier runs); infinite where
        nothing is known of its method.
    """

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger.root)
        self.known = ledger.rows()
        self.seconds: list[float] = []

    def rows(self, **filters: Any) -> list[dict[str, Any]]:
        assert not filters  # no study has any
        return self.known

    def pretend(
        self,
        jobs: Iterable[Job],
        fingerprints: Mapping[tuple[str, str, str | None], str],
        times: Mapping[tuple[str, str, str], float],
    ) -> None:
        """Count jobs as run: given what the stored rows tell, by `Job.data` and `Job.kind`."""
        for job in jobs:
            self.seconds.append(_AROUND + times[job.kind])
            row = {
                **job.identity(),
                "fingerprint": fingerprints.get(job.data, ""),
                "splits": {str(split): {"train_auprc": 0.0} for split in job.splits},
                "seconds": times[job.kind],
                "peak_mib": 0.0,
                "date": "",  # before all that was run
            }
            self.known.append({**row, "key": key(row)})


def _shown(
    rows: Iterable[dict[str, Any]], jobs: list[Job], times: Mapping[tuple[str, str, str], float]
) -> Iterator[dict[str, Any]]:
    """The rows, with a bar as long as all jobs together take, in seconds of one core.

    By the number of jobs the time left could not be told: they take from milliseconds to minutes,
    and the longest come first. A job that nothing is known of counts as the mean of the others.
    """
    known = [seconds for seconds in times.values() if np.isfinite(seconds)]
    mean = float(np.mean(known)) if known else 1.0

    lengths = {  # in whole ms: their sum is exact
        kind: round(1000 * (_AROUND + (seconds if np.isfinite(seconds) else mean)))
        for kind, seconds in times.items()
    }
    total = sum(lengths[job.kind] for job in jobs)
    with tqdm(
        total=total,
        desc=f"0 of {len(jobs)} runs",
        bar_format="{desc}: {percentage:3.0f}% |{bar}| {elapsed}, left {remaining}{postfix}",
        smoothing=0,  # the pace since the start, which is that of this machine
        disable=None,
    ) as bar:
        if known:  # until the first has finished the pace is not known
            about = tqdm.format_interval(total / 1000)
            bar.set_postfix_str(f"{about} on one core by earlier runs")
        for n, row in enumerate(rows, start=1):
            yield row  # to be stored first
            bar.set_description_str(f"{n} of {len(jobs)} runs", refresh=False)
            bar.set_postfix_str("", refresh=False)
            bar.update(lengths[row["method"], row["dataset"], row["network"]])


# --- side by side ---------------------------------------------------------------------------------

_Call = tuple[Job, str | None]  # a job, and the fingerprint that its data must have
_Rows = Generator[dict[str, Any], None, None]
_Result = TypeVar("_Result")


def _here(calls: list[_Call], n_jobs: int | None) -> _Rows:
    """Rows as they finish, from processes of this machine."""
    return side_by_side(_named, calls, n_jobs)


def side_by_side(
    function: Callable[..., _Result], calls: Sequence[tuple[Any, ...]], n_jobs: int | None
) -> Generator[_Result, None, None]:
    """What a function returns, as the calls finish, from processes of this machine.

    Parameters
    ----------
    function : callable
    calls : sequence of tuple
        The positional arguments of each call, at least one.
    n_jobs : int, optional
        As for `run`.

    Raises
    ------
    InfosemError
        If a process is killed, and what the function raises.
    """
    if n_jobs is None:
        # A run of one thread has a core to itself. Two such runs side by side beat one after the
        # other on two threads. Cores are those of the CPU affinity and the container.
        n_jobs = cpu_count()
    if n_jobs < 1:
        raise InfosemError(f"n_jobs: {n_jobs} processes cannot run anything; give 1 or more")
    parallel = Parallel(
        n_jobs=min(n_jobs, len(calls)),
        return_as="generator_unordered",
        batch_size=1,  # joblib would keep quick rows back until some have gathered
    )
    try:
        scores = os.environ.get("INFOSEM_SCORES")
        yield from parallel(delayed(_called)(scores, function, *call) for call in calls)
    except BrokenProcessPool as error:
        raise InfosemError(
            "n_jobs: a process was killed, for lack of memory perhaps; what had finished is "
            f"stored: call again, with fewer than {n_jobs} processes"
        ) from error


def _called(scores: str | None, function: Callable[..., _Result], *call: Any) -> _Result:
    """Call it with the $INFOSEM_SCORES of now: a process may be older, or outlive `scores_kept`."""
    if scores is None:
        os.environ.pop("INFOSEM_SCORES", None)
    else:
        os.environ["INFOSEM_SCORES"] = scores
    return function(*call)


def _on_cluster(calls: list[_Call], n_jobs: int | None, scheduler: str) -> _Rows:
    """Rows as they finish, from the workers of a dask.distributed scheduler.

    Not by joblib's dask backend: it waits forever where a job kills every worker that tries it, or
    cannot be unpickled there (joblib 1.6), and as it holds on to finished rows, the death of a
    worker has those that it made computed once more.
    """
    if n_jobs is not None:
        raise InfosemError("n_jobs, scheduler: give one; a scheduler uses all of its workers")
    try:
        from distributed import CancelledError, Client, as_completed
    except ImportError as error:
        raise InfosemError(
            "scheduler: the package distributed is missing; `pip install distributed`"
        ) from error
    try:
        client = Client(scheduler, timeout=_REACH, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InfosemError(
            f"scheduler: none answers at {scheduler} within {_REACH} s ({error}); check the "
            "address, and start it with `dask scheduler`"
        ) from error
    with client:
        own, name = versions()["infosem"], uuid4().hex
        futures = [
            client.submit(_on_worker, *call, own, key=f"infosem-{name}-{i}", pure=False)
            for i, call in enumerate(calls)
        ]
        jobs = {future.key: job for future, (job, _) in zip(futures, calls, strict=True)}
        done = as_completed(futures, loop=client.loop, with_results=True, raise_errors=False)
        # What has come is let go, here and below: else it is computed again if its worker dies.
        del futures
        try:  # after submitting: some clusters start workers only when there is work
            client.wait_for_workers(1, timeout=_FIRST_WORKER)
        except TimeoutError as error:
            raise InfosemError(
                f"scheduler: {scheduler} has no worker after {_FIRST_WORKER} s; start one with "
                f"`dask worker {scheduler} --nthreads 1`"
            ) from error
        for future, result in done:
            if isinstance(result, dict):  # future.status is "lost" where its worker has died since
                future.release()
                yield result
                continue
            failure = result if isinstance(result, CancelledError) else result[1]
            if isinstance(failure, InfosemError) or hasattr(failure, "__notes__"):
                raise failure  # from the run itself: it names the job
            raise InfosemError(
                f"{jobs[future.key]}: could not be run by the workers of {scheduler} "
                f"({type(failure).__name__}: {failure}); see that they live, and that they and the "
                f"scheduler have infosem {own} and the packages that it needs. What had finished "
                "is stored"
            ) from failure


def _on_worker(job: Job, fingerprint: str | None, expected_version: str) -> dict[str, Any]:
    """A row, made on a dask worker that is fit for it."""
    from distributed import get_worker

    worker, version = get_worker(), versions()["infosem"]
    if version != expected_version:
        raise InfosemError(
            f"worker {worker.address}: it has infosem {version}, the caller {expected_version}; "
            "install the same"
        )
    if worker.state.nthreads > 1:  # their times would be of little use, and their peak memory wrong
        raise InfosemError(
            f"worker {worker.address}: it runs {worker.state.nthreads} jobs at once in one "
            "process; start it with --nthreads 1, and more workers for more jobs"
        )
    return _named(job, fingerprint)


def _named(job: Job, fingerprint: str | None) -> dict[str, Any]:
    """A row, or an error that says which job it comes from."""
    try:
        return execute(job, fingerprint)
    except InfosemError as error:
        raise InfosemError(f"{job}: {error}") from error
    except Exception as error:
        error.add_note(f"in the run of {job}")
        raise
