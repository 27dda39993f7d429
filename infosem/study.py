"""Which runs make up each table, and running them.

A `Job` is one call of a method on one data set with one training seed, evaluated on some splits.
Jobs run side by side, in processes of this machine or on the workers of a cluster. Results go to
the ledger as soon as a job finishes; what is stored is not run again. A study is stopped at any
moment and resumed by calling it again.
"""

import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache, partial
from itertools import product
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, TypeVar
from uuid import uuid4

import numpy as np
import pandas as pd
import torch
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from infosem.baselines.labels import SHUFFLES
from infosem.datasets import Dataset, load_beeline, simulate
from infosem.embeddings import attach
from infosem.errors import InfosemError
from infosem.language_models import read_npz, save_npz
from infosem.ledger import Ledger, key, machine, peak_memory_mib, reset_peak_memory, versions
from infosem.methods import METHODS, Method, candidates_for, method_for
from infosem.metrics import evaluate
from infosem.splits import Protocol, Split, make_split

__all__ = [
    "CONTROLS",
    "CURVE_EPOCHS",
    "DOWNSAMPLED",
    "EVERYTHING",
    "NON_SPECIFIC_CONTROLS",
    "NON_SPECIFIC_METHODS",
    "PRIOR_SETTINGS",
    "PROTOCOL_CHOICES",
    "SAME",
    "SENSITIVITY_SEEDS",
    "STUDIES",
    "SUBSAMPLING_DRAWS",
    "SUBSAMPLING_METHODS",
    "SUBSAMPLING_PERCENTS",
    "TABLE1_METHODS",
    "TABLE1_SEEDS",
    "Job",
    "check_parameters",
    "compare",
    "confirm",
    "controls",
    "execute",
    "job_of",
    "learning_curve",
    "one_thread",
    "plan",
    "prior_settings",
    "protocol_choices",
    "run",
    "scores_kept",
    "scores_of",
    "sensitivity",
    "side_by_side",
    "stored_job",
    "subsampling",
]

Scores = NDArray[np.float64]

# Training on fewer negatives is a question of its own (Appendix D), and so are the prior without
# expression and the pair-aware one, which the paper does not have. SCENIC needs a database.
DOWNSAMPLED = tuple(name for name in METHODS if name.endswith("(downsampled)"))
TABLE1_METHODS = tuple(
    name
    for name in METHODS
    if name not in (*DOWNSAMPLED, "InfoSEM-B (pairs)", "Prior alone", "SCENIC")
)
# Without those that would take hours there.
NON_SPECIFIC_METHODS = tuple(
    name for name in TABLE1_METHODS if name not in ("scGREAT", "MatComp (rank by CV)")
)
STUDIES: dict[str, dict[str, Any]] = {
    "table1": {"methods": TABLE1_METHODS},
    "non-specific": {"methods": NON_SPECIFIC_METHODS, "network": "non-cell-type-specific"},
    "downsampled": {"methods": DOWNSAMPLED},
}
"""What `compare` is called with, for each part of the paper."""
TABLE1_SEEDS = (0,)  # the training seeds with which the committed results were made
SENSITIVITY_SEEDS = (0, 1, 2)
# Without InfoSEM-BC: trained anew on every split, it would need ten times as many runs. The
# correlations draw nothing at random, so that on fewer cells nothing but the cells moves them.
SUBSAMPLING_METHODS = (
    "Random TF constant", "Pearson correlation", "Partial correlation", "DeepSEM", "InfoSEM-B",
)  # fmt: skip
SUBSAMPLING_PERCENTS = (20, 40, 60, 80, 100)
SUBSAMPLING_DRAWS = (0, 1, 2)
CURVE_EPOCHS = (3, 6, 12, 25)  # scGREAT has 12 in this book
# What takes long, and is trained anew on every split, is run on the first splits only: as many for
# each network, and fewer on some data sets.
_DEPTH: dict[tuple[str, ...], int] = {
    ("scGREAT", "cell-type-specific"): 3,
    ("scGREAT", "cell-type-specific", "hHEP"): 0,
    ("scGREAT", "cell-type-specific", "mESC"): 0,
    ("scGREAT (downsampled)", "cell-type-specific"): 3,
    ("scGREAT (downsampled)", "cell-type-specific", "hESC"): 1,
    ("scGREAT (downsampled)", "cell-type-specific", "hHEP"): 0,
    ("scGREAT (downsampled)", "cell-type-specific", "mESC"): 0,
    ("GENELink (downsampled)", "cell-type-specific"): 3,
    ("GENELink", "non-cell-type-specific"): 1,
    ("InfoSEM-BC", "non-cell-type-specific"): 3,
}
# Cheap rows without information are averaged over many draws, to know them well.
_UNINFORMED_SEEDS = tuple(range(20))

SAME = 5e-4
"""A run done again gives the stored numbers to within half a unit of the third digit."""

# Seconds: what a run takes around the method's own time, for data and scores, about; to reach a
# scheduler, and for the first worker to come (a batch system may start it).
_AROUND, _REACH, _FIRST_WORKER = 0.5, 5, 60


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
    genes = "all" if dataset.endswith(_ALL_GENES) else "text"
    found = simulate() if name == "synthetic" else load_beeline(name, network, genes=genes)
    if dataset != name:
        found = _varied(found, dataset)
    return attach(found, embedding) if embedding and embedding not in found.embeddings else found


def base_name(dataset: str) -> str:
    """The name of a data set, without that of its variant (see `load`)."""
    return dataset.partition(":")[0]


_ALL_GENES = ":genes-all"


def _varied(dataset: Dataset, name: str) -> Dataset:
    if name == base_name(name) + _ALL_GENES:  # it was loaded so
        return replace(dataset, name=name)
    match = re.fullmatch(r"[^:]+:(?:(shuffled)|cells-(\d+))-(\d+)", name)
    if match is None or (match[2] and not 0 < int(match[2]) <= 100):
        raise InfosemError(
            f"data set {name!r}: unknown variant; use NAME:shuffled-DRAW, NAME:cells-PERCENT-DRAW "
            f"or NAME{_ALL_GENES}"
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


def scores_of(ledger: Ledger, run: Mapping[str, Any]) -> tuple[Dataset, Split, Scores]:
    """The scores of a stored run, which the ledger does not keep.

    They are taken from the folder that $INFOSEM_SCORES names, if they are there; else the run is
    done again.

    Parameters
    ----------
    ledger : Ledger
    run : mapping
        With the key and the split of one of its rows (see `compare`).

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
    if isinstance(ledger, _Plan):
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


_Call = tuple[Job, str | None]  # a job, and the fingerprint that its data must have
_Rows = Generator[dict[str, Any], None, None]
_Result = TypeVar("_Result")


def _data(row: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """`Job.data` of a stored row."""
    return row["dataset"], row["network"], row["settings"].get("embedding")


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
        yield from parallel(delayed(function)(*call) for call in calls)
    except BrokenProcessPool as error:
        raise InfosemError(
            "n_jobs: a process was killed, for lack of memory perhaps; what had finished is "
            f"stored: call again, with fewer than {n_jobs} processes"
        ) from error


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


def jobs_of(
    stage: str,
    ledger: Ledger,
    dataset: str,
    *,
    network: str,
    methods: Sequence[str],
    splits: Sequence[int],
    seeds: Sequence[int],
    embedding: str | None = None,
    epochs: int | None = None,
    settings: Mapping[str, Any] | None = None,
    labels: str | None = None,
    protocol: Protocol | None = None,
    complete: bool = False,
) -> list[Job]:
    """Jobs of one stage of a comparison on one data set, in the order of `_STAGES`."""
    name_of_data = base_name(dataset)
    if name_of_data == "synthetic":
        network, complete = "planted", True

    def job(method: Method, seed: int, on: Sequence[int]) -> Job:
        return Job(method, dataset, network, seed, tuple(on), protocol or Protocol())

    def prepared(name: str) -> Method:
        method = method_for(name, name_of_data, network)
        if method.embeddings and embedding:
            method = method.with_settings(embedding=embedding)
        if method.labels and labels:
            method = method.with_settings(labels=labels)
        changes = {**(settings or {}), **({"epochs": epochs} if epochs else {})}
        return method.with_settings(**changes) if method.deep else method

    def candidates(name: str) -> list[Method]:
        return [prepared(name).with_settings(**c) for c in candidates_for(name_of_data)]

    def chosen(name: str, splits: Sequence[int]) -> dict[int, Method]:
        """By split: the candidate with the highest AUPRC on the training edges, first seed."""
        screened = candidates(name)

        def fits(candidate: Method, split: int) -> float:
            return float(stored.line(job(candidate, seeds[0], [split]), split)["train_auprc"])

        return {s: max(screened, key=lambda candidate: fits(candidate, s)) for s in splits}

    stored = _Stored(ledger)
    jobs = []
    for name in methods:
        method = prepared(name)
        depth = _DEPTH.get((name, network, name_of_data), _DEPTH.get((name, network)))
        first = splits if complete else splits[:depth]
        if stage == "fixed" and not method.tuned:
            if method.labels:  # trained anew on every split, it gets one seed
                jobs += [job(method, seeds[0], [s]) for s in first]
                continue
            own_seeds: Sequence[int] = seeds if method.deep else seeds[:1]
            if not (method.expression or method.embeddings):
                own_seeds = _UNINFORMED_SEEDS
            jobs += [job(method, seed, splits) for seed in own_seeds]
        elif stage == "screen" and method.tuned and not method.labels:
            jobs += [job(m, seeds[0], splits) for m in candidates(name)]
        elif stage == "chosen" and method.tuned:
            # InfoSEM-BC takes over what InfoSEM-B was given on the same split.
            by_split = chosen("InfoSEM-B" if method.labels else name, first)
            for split, winner in by_split.items():
                shared = {k: winner.settings[k] for k in candidates_for(name_of_data)[0]}
                jobs += [job(method.with_settings(**shared), seed, [split]) for seed in seeds]
    return _merged(jobs)


def _merged(jobs: list[Job]) -> list[Job]:
    """Label-free jobs that differ in their splits only become one: they train once."""
    merged: dict[str, Job] = {}
    for job in jobs:
        name = repr(job.identity()) + (repr(job.splits) if job.method.labels else "")
        same = merged.get(name, replace(job, splits=()))
        merged[name] = replace(same, splits=(*same.splits, *job.splits))
    return list(merged.values())


# What is chosen can be known only after the others; these run side by side.
_STAGES = (("fixed", "screen"), ("chosen",))


def compare(
    ledger: Ledger,
    *,
    datasets: Sequence[str],
    network: str = "cell-type-specific",
    methods: Sequence[str] = TABLE1_METHODS,
    splits: Sequence[int] = tuple(range(10)),
    seeds: Sequence[int] = TABLE1_SEEDS,
    embedding: str | None = None,
    epochs: int | None = None,
    settings: Mapping[str, Any] | None = None,
    labels: str | None = None,
    protocol: Protocol | None = None,
    complete: bool = False,
    recompute: bool = False,
    n_jobs: int | None = None,
    scheduler: str | None = None,
) -> pd.DataFrame:
    """Rows of a comparison of methods, such as Table 1, computing what the ledger lacks.

    The settings of InfoSEM-B that the paper does not give are chosen on each split by the AUPRC of
    its *training* edges, among `methods.candidates_for`, with the first training seed. The unseen
    block plays no part in it. InfoSEM-BC takes over the choice of InfoSEM-B.

    Parameters
    ----------
    ledger : Ledger
    datasets : sequence of str
        As in `load`. On the synthetic one RegDiffusion is left out: it needs a package of its own,
        which not every machine has that builds the book.
    network : str
        Of the real data sets: another than Table 1's gives the rows of the paper's Tables 4 and 5.
    methods : sequence of str
    splits, seeds : sequence of int
        Split seeds, and training seeds of the deep methods (`Method.deep`). The others that draw
        anything take the first only.
    embedding : str, optional
        Instead of the one that each data set has in Table 1; see `embeddings.attach`.
    epochs : int, optional
        Of the deep methods, instead of their own.
    settings : mapping, optional
        Other `training.Settings` of the deep methods, instead of their own.
    labels : str, optional
        Give the methods that learn from labels those of other pairs: see `baselines.labels`.
    protocol : Protocol, optional
        How splits are drawn, instead of the default.
    complete : bool
        Run all methods on all splits. Otherwise those that take long are run on the first ones
        only.
    recompute : bool
        Run everything again.
    n_jobs, scheduler : optional
        Where to run: see `run`.

    Returns
    -------
    DataFrame
        One row a data set, method, training seed and split, with the metrics and the key of the
        ledger's row.

    Raises
    ------
    InfosemError
        For an unknown method or data set, and where a run is missing and cannot be made, for want
        of its data perhaps (see `run`).
    """
    if unknown := sorted(set(methods) - set(METHODS)):
        raise InfosemError(f"methods: {unknown} unknown; choose from {list(METHODS)}")
    needed = [*methods]
    if "InfoSEM-BC" in methods and "InfoSEM-B" not in methods:
        needed.append("InfoSEM-B")  # on which InfoSEM-BC's settings rest
    shown: dict[str, list[Job]] = {dataset: [] for dataset in datasets}
    for stages in _STAGES:
        jobs: list[Job] = []
        for dataset, stage in product(datasets, stages):
            is_synthetic = base_name(dataset) == "synthetic"
            at_hand = [name for name in needed if not (is_synthetic and name == "RegDiffusion")]
            stage_jobs = jobs_of(
                stage, ledger, dataset, network=network, methods=at_hand, splits=splits,
                seeds=seeds, embedding=embedding, epochs=epochs, settings=settings,
                labels=labels, protocol=protocol, complete=complete,
            )  # fmt: skip
            jobs += stage_jobs
            if stage != "screen":
                shown[dataset] += [job for job in stage_jobs if job.method.name in methods]
        run(jobs, ledger, n_jobs=n_jobs, scheduler=scheduler, recompute=recompute)
    return pd.concat([_rows(ledger, jobs) for jobs in shown.values()], ignore_index=True)


def learning_curve(
    ledger: Ledger,
    dataset: str,
    method: str = "scGREAT",
    *,
    epochs: Sequence[int] = CURVE_EPOCHS,
    split: int = 0,
    recompute: bool = False,
    n_jobs: int | None = None,
    scheduler: str | None = None,
) -> pd.DataFrame:
    """What training for fewer epochs costs a method that learns from labels.

    Parameters
    ----------
    ledger : Ledger
    dataset : str
        As in `load`, with its cell-type-specific network.
    method : str
        One with ``epochs`` among its settings.
    epochs : sequence of int
        Each is a run of its own, from the start.
    split : int
    recompute, n_jobs, scheduler
        See `run`.

    Returns
    -------
    DataFrame
        As from `compare`, with a column epochs.
    """
    network = "planted" if base_name(dataset) == "synthetic" else "cell-type-specific"
    prepared = method_for(method, base_name(dataset), network)
    jobs = [
        Job(prepared.with_settings(epochs=n), dataset, network, TABLE1_SEEDS[0], (split,))
        for n in epochs
    ]
    run(jobs, ledger, n_jobs=n_jobs, scheduler=scheduler, recompute=recompute)
    return _rows(ledger, jobs).assign(epochs=list(epochs))


def sensitivity(
    ledger: Ledger,
    *,
    datasets: Sequence[str],
    network: str = "cell-type-specific",
    splits: Sequence[int] = tuple(range(10)),
    seeds: Sequence[int] = SENSITIVITY_SEEDS,
    control_seeds: Sequence[int] = SENSITIVITY_SEEDS[:1],
    recompute: bool = False,
    n_jobs: int | None = None,
    scheduler: str | None = None,
) -> pd.DataFrame:
    """Rows of Figure 4: InfoSEM-B with each embedding, and the controls.

    Parameters
    ----------
    ledger, datasets, network, splits, recompute, n_jobs, scheduler
        As for `compare`.
    seeds, control_seeds : sequence of int
        Training seeds of DeepSEM and of InfoSEM-B with text, and of the others.

    Returns
    -------
    DataFrame
        As from `compare`. The method says which embedding InfoSEM-B had ("InfoSEM-B, random"),
        whether the genes' expression was shuffled among them, and whether there was none at all
        ("Prior alone"). The embedding of Table 1 is called "text".
    """

    def rows(name: str, method: str, variant: str = "", embedding: str | None = None) -> None:
        own_seeds = seeds if name in ("DeepSEM", "InfoSEM-B, text") else control_seeds
        frame = compare(
            ledger, datasets=[dataset + variant], network=network, methods=[method], splits=splits,
            seeds=own_seeds, embedding=embedding, recompute=recompute, n_jobs=n_jobs,
            scheduler=scheduler,
        )  # fmt: skip
        lines.extend(frame.assign(dataset=dataset, method=name).to_dict("records"))

    lines: list[Any] = []
    for dataset in datasets:
        text = method_for("InfoSEM-B", base_name(dataset), network).settings["embedding"]
        rows("Random TF constant", "Random TF constant")
        rows("DeepSEM", "DeepSEM")
        rows("InfoSEM-B, text", "InfoSEM-B")
        if text == "BioBERT":
            rows("InfoSEM-B, MiniLM", "InfoSEM-B", embedding="MiniLM")
        rows("InfoSEM-B, permuted", "InfoSEM-B", embedding=f"permuted {text}")
        rows("InfoSEM-B, random", "InfoSEM-B", embedding="random")
        rows("InfoSEM-B, one-hot", "InfoSEM-B", embedding="one-hot")
        rows("Prior alone, text", "Prior alone", embedding=text)
        rows("Prior alone, permuted", "Prior alone", embedding=f"permuted {text}")
        rows("DeepSEM, expression shuffled", "DeepSEM", ":shuffled-0")
        rows("InfoSEM-B, expression shuffled", "InfoSEM-B", ":shuffled-0")
    return pd.DataFrame(lines)


CONTROLS: dict[str, tuple[str, ...]] = {
    "expression shuffled": (
        "Pearson correlation", "Partial correlation", "Mutual information", "ARACNE", "PIDC",
        "DeepSEM", "InfoSEM-B",
    ),
    "embeddings permuted": ("InfoSEM-B",),
    "no expression": ("InfoSEM-B",),
    "labels shuffled within TFs": ("One-hot LR", "MatComp"),
    "labels shuffled": ("One-hot LR", "MatComp"),
}  # fmt: skip
"""What is taken from which methods in `controls`. Others take too long, or have no such input."""
NON_SPECIFIC_CONTROLS: dict[str, tuple[str, ...]] = {
    "none": ("DeepSEM", "InfoSEM-B"),
    "expression shuffled": CONTROLS["expression shuffled"][:5],
    "embeddings permuted": ("InfoSEM-B (pairs)",),
    "labels shuffled within TFs": ("One-hot LR", "MatComp"),
    "labels shuffled": ("One-hot LR", "MatComp"),
}
"""The same on the non-specific networks, where training takes longer."""


def controls(
    ledger: Ledger,
    *,
    datasets: Sequence[str],
    network: str = "cell-type-specific",
    taken: Mapping[str, Sequence[str]] = CONTROLS,
    splits: Sequence[int] = tuple(range(10)),
    recompute: bool = False,
    n_jobs: int | None = None,
    scheduler: str | None = None,
) -> pd.DataFrame:
    """Rows of methods from which one of their inputs is taken, and of the methods as they are.

    Parameters
    ----------
    ledger, datasets, network, splits, recompute, n_jobs, scheduler
        As for `compare`.
    taken : mapping of str to sequence of str
        Which of `CONTROLS` from which methods. Those under "none" are run as they are only.

    Returns
    -------
    DataFrame
        As from `compare`, with a column control: one of `CONTROLS`, or "none" for a method as it
        is. "no expression" is the prior alone.
    """
    lines: list[Any] = []

    def rows(
        control: str, names: Iterable[str], dataset: str, variant: str = "", **how: Any
    ) -> None:
        if chosen := list(names):
            frame = compare(
                ledger, datasets=[dataset + variant], network=network, methods=chosen,
                splits=splits, recompute=recompute, n_jobs=n_jobs, scheduler=scheduler, **how,
            )  # fmt: skip
            frame["method"] = frame["method"].replace("Prior alone", "InfoSEM-B")
            lines.extend(frame.assign(dataset=dataset, control=control).to_dict("records"))

    every = dict.fromkeys(name for names in taken.values() for name in names)
    for dataset in datasets:
        text = method_for("InfoSEM-B", base_name(dataset), network).settings["embedding"]
        rows("none", every, dataset)
        rows("expression shuffled", taken.get("expression shuffled", ()), dataset, ":shuffled-0")
        permuted = taken.get("embeddings permuted", ())
        rows("embeddings permuted", permuted, dataset, embedding=f"permuted {text}")
        if taken.get("no expression"):
            rows("no expression", ["Prior alone"], dataset, embedding=text)
        for how in SHUFFLES:
            rows(f"labels {how}", taken.get(f"labels {how}", ()), dataset, labels=how)
    return pd.DataFrame(lines)


PRIOR_SETTINGS: dict[str, tuple[str, float]] = {
    "as in Table 1": ("lr_w", 1.0),
    "w learns 10 times slower": ("lr_w", 0.1),
    "w learns 10 times faster": ("lr_w", 10.0),
    "sigma_w 100 times smaller": ("sigma_w", 0.01),
    "sigma_w 100 times larger": ("sigma_w", 100.0),
}
"""Settings of the prior of InfoSEM-B with which `prior_settings` trains it: which is multiplied by
what."""


def prior_settings(
    ledger: Ledger,
    *,
    datasets: Sequence[str],
    splits: Sequence[int] = tuple(range(10)),
    recompute: bool = False,
    n_jobs: int | None = None,
    scheduler: str | None = None,
) -> pd.DataFrame:
    """Rows of InfoSEM-B with other settings of its prior, on cell-type-specific networks.

    RMSprop's steps do not depend on the size of a gradient. Vectors that are ten times longer thus
    do what a ten times larger learning rate of w does.

    Parameters
    ----------
    ledger, datasets, splits, recompute, n_jobs, scheduler
        As for `compare`.

    Returns
    -------
    DataFrame
        As from `compare`, the methods being the names of `PRIOR_SETTINGS`.
    """
    lines: list[Any] = []
    for dataset, (name, (setting, factor)) in product(datasets, PRIOR_SETTINGS.items()):
        usual = method_for("InfoSEM-B", base_name(dataset), "cell-type-specific").settings
        frame = compare(
            ledger, datasets=[dataset], methods=["InfoSEM-B"], splits=splits,
            settings={setting: factor * usual[setting]}, recompute=recompute, n_jobs=n_jobs,
            scheduler=scheduler,
        )  # fmt: skip
        lines.extend(frame.assign(method=name).to_dict("records"))
    return pd.DataFrame(lines)


PROTOCOL_CHOICES: dict[str, dict[str, Any]] = {
    "as in Table 1": {},
    "another training seed": {"seeds": (*TABLE1_SEEDS, 1)},
    "targets with an edge anywhere": {"protocol": Protocol(targets="positive-anywhere")},
    "every gene a target": {"protocol": Protocol(targets="all")},
    "no TF with itself": {"protocol": Protocol(self_pairs=False)},
    "no gene dropped": {"variant": _ALL_GENES},
    "Gaussian likelihood": {"settings": {"likelihood": "gaussian"}},
    "fixed prior of Z": {"settings": {"latent_prior": "standard"}},
    "both, as in Eq. 5": {"settings": {"likelihood": "gaussian", "latent_prior": "standard"}},
    "learning rate decays": {"settings": {"decay": 0.95}},
    "a quarter more epochs": {"epochs": 1.25},
}
"""What the paper leaves open, decided otherwise: what `protocol_choices` calls `compare` with, the
epochs as a multiple of the usual ones, and the variant of the data set. The training seed, of which
the last counts, is for scale."""


def protocol_choices(
    ledger: Ledger,
    *,
    datasets: Sequence[str],
    choices: Sequence[str] = tuple(PROTOCOL_CHOICES),
    splits: Sequence[int] = tuple(range(10)),
    recompute: bool = False,
    n_jobs: int | None = None,
    scheduler: str | None = None,
) -> pd.DataFrame:
    """Rows of Table 1 under other choices, on cell-type-specific networks.

    DeepSEM and InfoSEM-B, and the rows without information where the choice concerns the pairs of
    the test. Genes that have no text can have no text embedding: where these are kept, InfoSEM-B
    is left out. The weight of its prior is chosen on training edges under each choice anew.

    Parameters
    ----------
    ledger, datasets, splits, recompute, n_jobs, scheduler
        As for `compare`.
    choices : sequence of str
        Some of `PROTOCOL_CHOICES`.

    Returns
    -------
    DataFrame
        As from `compare`, with a column choice. The data set is named without its variant.
    """
    lines: list[Any] = []
    for dataset, choice in product(datasets, choices):
        changes = dict(PROTOCOL_CHOICES[choice])
        variant = changes.pop("variant", "")
        if "epochs" in changes:
            usual = method_for("DeepSEM", base_name(dataset), "cell-type-specific").settings
            changes["epochs"] = round(changes["epochs"] * usual["epochs"])
        methods = ["DeepSEM"] if variant else ["DeepSEM", "InfoSEM-B"]
        if not {"settings", "epochs", "seeds"} & set(changes):
            methods += ["Random", "Random TF constant"]
        frame = compare(
            ledger, datasets=[dataset + variant], methods=methods, splits=splits,
            recompute=recompute, n_jobs=n_jobs, scheduler=scheduler, **changes,
        )  # fmt: skip
        if "seeds" in changes:
            frame = frame[frame["seed"] == changes["seeds"][-1]]
        lines.extend(frame.assign(dataset=dataset, choice=choice).to_dict("records"))
    return pd.DataFrame(lines)


def subsampling(
    ledger: Ledger,
    *,
    datasets: Sequence[str],
    methods: Sequence[str] = SUBSAMPLING_METHODS,
    percents: Sequence[int] = SUBSAMPLING_PERCENTS,
    draws: Sequence[int] = SUBSAMPLING_DRAWS,
    longer: bool = True,
    splits: Sequence[int] = tuple(range(10)),
    recompute: bool = False,
    n_jobs: int | None = None,
    scheduler: str | None = None,
) -> pd.DataFrame:
    """Rows of Figure 6: methods that see only some of the cells, on cell-type-specific networks.

    The alpha that InfoSEM-B, and InfoSEM-BC with it, has on a split is the one that all cells
    chose, by the training edges of that same split (see `compare`). It is not chosen again on fewer
    cells, which would take three times as many runs.

    Parameters
    ----------
    ledger, datasets, methods, splits, recompute, n_jobs, scheduler
        As for `compare`.
    percents : sequence of int
        Of the cells, from 1 to 100.
    draws : sequence of int
        Of the cells. A deep method that sees a draw has the training seed of the same number, and
        so it has on all cells, where draws differ in nothing else.
    longer : bool
        Train the deep methods on the smallest percentage once more, for as many epochs more as
        there are cells fewer. In the same epochs they make fewer steps.

    Returns
    -------
    DataFrame
        As from `compare`, with columns percent and draw. What does not look at cells is there with
        100 percent only. The method of the longer training is called "DeepSEM (longer)".

    Raises
    ------
    InfosemError
        As `compare`, and for a percentage that there is not.
    """
    if wrong := [percent for percent in percents if percent not in range(1, 101)]:
        raise InfosemError(f"percents: {wrong}; give whole numbers from 1 to 100")
    lines: list[Any] = []
    fewer: list[tuple[Job, dict[str, Any]]] = []  # with what its rows are called
    for dataset in datasets:
        whole = compare(
            ledger, datasets=[dataset], methods=methods, splits=splits, seeds=draws,
            recompute=recompute, n_jobs=n_jobs, scheduler=scheduler,
        )  # fmt: skip
        if 100 not in percents:
            whole = whole[[not METHODS[name].expression for name in whole["method"]]]
        lines.extend(whole.assign(percent=100, draw=whole["seed"]).to_dict("records"))
        on_all_cells = [
            job
            for stage in ("fixed", "chosen")
            for job in jobs_of(
                stage, ledger, dataset, network="cell-type-specific", methods=methods,
                splits=splits, seeds=draws[:1],
            )
        ]  # fmt: skip
        for percent, draw, job in product(percents, draws, on_all_cells):
            if percent == 100 or not job.method.expression:
                continue
            job = replace(job, dataset=f"{dataset}:cells-{percent}-{draw}", seed=draw)
            about = {"dataset": dataset, "percent": percent, "draw": draw}
            fewer.append((job, about))
            if longer and percent == min(percents) and job.method.deep:
                epochs = round(job.method.settings["epochs"] * 100 / percent)
                job = replace(job, method=job.method.with_settings(epochs=epochs))
                fewer.append((job, {**about, "method": f"{job.method.name} (longer)"}))
    jobs = [job for job, _ in fewer]
    run(jobs, ledger, n_jobs=n_jobs, scheduler=scheduler, recompute=recompute)
    stored = _Stored(ledger)
    lines += [{**stored.line(job, split), **about} for job, about in fewer for split in job.splits]
    return pd.DataFrame(lines)


def _curve(
    ledger: Ledger, *, datasets: Sequence[str], splits: Sequence[int], **where: Any
) -> pd.DataFrame:
    """The learning curve that the page of Table 1 shows."""
    on = "mDC" if "mDC" in datasets else datasets[0]
    return learning_curve(ledger, on, split=splits[0], **where)


EVERYTHING: dict[str, Callable[..., pd.DataFrame]] = {
    **{name: partial(compare, **wanted) for name, wanted in STUDIES.items()},
    "learning-curve": _curve,
    "embeddings": sensitivity,
    "prior-settings": prior_settings,
    "protocol": protocol_choices,
    "controls": controls,
    "controls-non-specific": partial(
        controls, network="non-cell-type-specific", taken=NON_SPECIFIC_CONTROLS
    ),
    "subsampling": subsampling,
}
"""Every study that the book shows; to be called with a ledger, and `datasets`, `splits`,
`recompute`, `n_jobs` and `scheduler` as for `compare`."""


def plan(ledger: Ledger, **where: Any) -> pd.DataFrame:
    """What `EVERYTHING` would run, and how long that takes.

    Parameters
    ----------
    ledger : Ledger
        It stays as it is.
    **where
        What the studies are to be called with.

    Returns
    -------
    DataFrame
        One row a study, in order: study, runs (how many the ledger will lack, when those before are
        done), seconds (of one core, by earlier runs) and unknown, the number of runs of methods of
        which there is none, which are not in the seconds.
    """
    ahead, lines = _Plan(ledger), []
    for name, compute in EVERYTHING.items():
        ahead.lengths.clear()
        compute(ahead, **where)
        known = [seconds for seconds in ahead.lengths if np.isfinite(seconds)]
        n_runs = len(ahead.lengths)
        lines.append((name, n_runs, sum(known), n_runs - len(known)))
    return pd.DataFrame(lines, columns=["study", "runs", "seconds", "unknown"])


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


class _Plan(Ledger):
    """A ledger in memory, where what it lacks counts as done: what a study would run is counted.

    Which settings are chosen depends on results that may not be there; any will do.
    """

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger.root)
        self.known = ledger.rows()
        self.lengths: list[float] = []  # s, infinite where nothing is known

    def rows(self, **filters: Any) -> list[dict[str, Any]]:
        assert not filters  # no study has any
        return self.known

    def pretend(
        self,
        jobs: Iterable[Job],
        fingerprints: Mapping[tuple[str, str, str | None], str],
        times: Mapping[tuple[str, str, str], float],
    ) -> None:
        for job in jobs:
            self.lengths.append(_AROUND + times[job.kind])
            row = {
                **job.identity(),
                "fingerprint": fingerprints.get(job.data, ""),
                "splits": {str(split): {"train_auprc": 0.0} for split in job.splits},
                "seconds": times[job.kind],
                "peak_mib": 0.0,
                "date": "",  # before all that was run
            }
            self.known.append({**row, "key": key(row)})


def _rows(ledger: Ledger, jobs: Iterable[Job]) -> pd.DataFrame:
    """The stored results of jobs, one row a job and split."""
    stored = _Stored(ledger)
    return pd.DataFrame([stored.line(job, split) for job in jobs for split in job.splits])


def check_parameters(known: Iterable[str], now: Mapping[str, Any]) -> None:
    """Fail on a notebook parameter that the notebook does not have.

    papermill puts the parameters that it is given into a cell of their own and only warns of
    unknown ones. Called in the cell after it, with the names known before, this finds them.

    Parameters
    ----------
    known : iterable of str
        The names in ``globals()`` at the end of the parameters cell.
    now : mapping
        ``globals()``.

    Raises
    ------
    InfosemError
        Naming the unknown parameters.
    """
    private = {"known"}  # the snapshot itself
    unknown = sorted(n for n in set(now) - set(known) - private if not n.startswith("_"))
    if unknown:
        raise InfosemError(
            f"notebook parameters: {', '.join(unknown)} unknown; check the spelling against the "
            "cell tagged 'parameters'"
        )
