"""Running what is not stored: side by side on this machine, or on the workers of a cluster.

Results go to the ledger as soon as a job finishes; what is stored is not run again. Whatever is
stopped goes on when it is called again. How one job is run is told in `execution`, and which jobs a
study is made of in `studies`.
"""

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import uuid4

import numpy as np
from joblib import Parallel, cpu_count, delayed
from joblib.externals.loky import process_executor
from tqdm import tqdm

from infosem.errors import InfosemError
from infosem.worker import end_with_parent
from infosem_study.environment import versions
from infosem_study.execution import execute
from infosem_study.jobs import Job, is_stored
from infosem_study.ledger import Row, key
from infosem_study.store import Data, Kind, Store
from infosem_study.variants import base_name

__all__ = ["HERE", "STORED_ONLY", "Rehearsal", "Runner"]

# Seconds: what a run takes around the method's own time, for data and scores, about; to reach a
# scheduler, and for the first worker to come (a batch system may start it).
_AROUND, _REACH, _FIRST_WORKER = 0.5, 5, 60
# And a run of a method of which none is stored, on synthetic and on real data: a guess.
_SYNTHETIC, _REAL = 1, 60

_Call = tuple[Any, ...]  # the positional arguments of a function
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Runner:
    """Where runs are made that a store lacks, and whether those that it has are made again.

    Only this process writes to the ledger. When it, or a process that works for it, is killed, no
    more than the runs under way are lost.

    Attributes
    ----------
    n_jobs : int, optional
        Processes of one thread each, by default one for each core that this process may use. 1
        runs in this process.
    scheduler : str, optional
        Address of a dask.distributed scheduler, such as "tcp://host:8786". The jobs are then run
        by its workers, not by processes of this machine. Scheduler and workers need infosem in
        the version of this process; the workers one thread each (``dask worker ADDRESS --nthreads
        1``) and, for the real data, an INFOSEM_DATA of their own. They share no file with this
        process, so that no scores are kept. The run of a worker that died is done again by another.
    recompute : bool
        Make everything again.
    minutes : float, optional
        Say how long what is to be run takes, by earlier runs, and run nothing where that is more.
        By default nothing is said, and everything is run.
    """

    n_jobs: int | None = None
    scheduler: str | None = None
    recompute: bool = False
    minutes: float | None = None

    def __post_init__(self) -> None:
        if self.n_jobs is not None and self.n_jobs < 1:
            raise InfosemError(
                f"n_jobs: {self.n_jobs} processes cannot run anything; give 1 or more"
            )
        if self.n_jobs is not None and self.scheduler is not None:
            raise InfosemError("n_jobs, scheduler: give one; a scheduler uses all of its workers")

    def run(self, jobs: Iterable[Job], store: Store) -> None:
        """Run the jobs that a store lacks (or all, to `recompute`), and store each as it ends.

        Raises
        ------
        InfosemError
            Where a job cannot be run, naming it; where the data are not those of the stored rows;
            where the scheduler cannot be reached or has no worker. What had finished is stored.
            Where it would take more than `minutes`; nothing is run then.
        """
        jobs = list(jobs)
        todo = jobs if self.recompute else _missing(jobs, store)
        if not todo:
            return
        times = {job.kind: store.expected_seconds(job.kind) for job in todo}
        seconds = sum(_AROUND + _guessed(job.kind, times[job.kind]) for job in todo)
        what = "to do again" if self.recompute else "missing"
        self.announce(f"{store.root}: {len(todo)} runs are {what}", len(todo), seconds)
        store.create()  # before the work, not after it
        # The longest first, so that none is left to run alone at the end; what is not known may be
        # long, too.
        todo.sort(key=lambda job: -times[job.kind])
        expected = {} if self.recompute else _fingerprints(todo, store)
        calls = [(job, expected.get(job.data)) for job in todo]
        if self.scheduler is None:
            rows = self.each(_row, [(*call, store.scores, self.recompute) for call in calls])
        else:
            rows = _on_cluster(calls, self.scheduler)
        with closing(rows):
            for row in _shown(rows, todo, times):
                data = row["dataset"], row["network"], row["settings"].get("embedding")
                first = expected.setdefault(data, row["fingerprint"])
                if row["fingerprint"] != first:  # two workers with a folder each
                    raise InfosemError(
                        f"{row['dataset']} ({row['network']}): the data on {row['machine']} are "
                        f"not those of other runs (fingerprint {row['fingerprint']}, there "
                        f"{first}); give all workers the same"
                    )
                store.append(row)
        store.compact()  # rows in a fixed order, whatever the order in which they finished

    def announce(self, what: str, n: int, seconds: float) -> None:
        """Say how long something takes, or that this is more than `minutes`; else nothing.

        Parameters
        ----------
        what : str
            A sentence on what there is to do, without its end.
        n : int
            Parts that can be done side by side.
        seconds : float
            Of one core, by earlier runs.

        Raises
        ------
        InfosemError
            If it takes more than `minutes`.
        """
        if self.minutes is None:
            return
        n_jobs = min(cpu_count() if self.n_jobs is None else self.n_jobs, n)
        said = (
            f"{what}, some {tqdm.format_interval(seconds / n_jobs)} on {n_jobs} cores by earlier "
            "runs"
        )
        if seconds / n_jobs > 60 * self.minutes:
            raise InfosemError(
                f"{said}; that is more than minutes={self.minutes:g} allows: nothing was run. Give "
                "more minutes, or ask for less"
            )
        print(said, file=sys.stderr)

    def each(
        self, function: Callable[..., _Result], calls: Sequence[_Call]
    ) -> Generator[_Result, None, None]:
        """What a function returns, as the calls finish, from processes of this machine.

        Tables beside the ledger are made by it, also where runs are made by a scheduler.

        Parameters
        ----------
        function : callable
        calls : sequence of tuple
            The positional arguments of each call.

        Raises
        ------
        InfosemError
            If a process is killed, and what the function raises.
        """
        if not calls:
            return
        # A run of one thread has a core to itself. Two such runs side by side beat one after the
        # other on two threads. Cores are those of the CPU affinity and the container.
        n_jobs = cpu_count() if self.n_jobs is None else self.n_jobs
        parallel = Parallel(
            n_jobs=min(n_jobs, len(calls)),
            return_as="generator_unordered",
            batch_size=1,  # joblib would keep quick rows back until some have gathered
        )
        try:
            here = os.getpid()
            yield from parallel(delayed(_called)(here, function, call) for call in calls)
        except BrokenProcessPool as error:
            raise InfosemError(
                "n_jobs: a process was killed, for lack of memory perhaps; what had finished is "
                f"stored: call again, with fewer than {n_jobs} processes"
            ) from error


def _called(caller: int, function: Callable[..., _Result], call: _Call) -> _Result:
    """What a function returns, in a process that does not outlive its caller, killed perhaps."""
    if os.getpid() != caller:
        end_with_parent(caller)
        # Where psutil is installed, loky replaces workers that have grown by 300 MB, as loading a
        # data set makes them. Two at once have been seen to wait for each other forever.
        process_executor._USE_PSUTIL = False
    return function(*call)


HERE = Runner()
"""Processes of this machine, one for each core."""


@dataclass(frozen=True)
class _StoredOnly(Runner):
    def run(self, jobs: Iterable[Job], store: Store) -> None:
        """Say which run is missing, if one is."""
        for job in _missing(jobs, store):
            raise InfosemError(
                f"{store.root}: no result of {job}, splits {', '.join(map(str, job.splits))}; run "
                "it with `infosem-study run`"
            )

    def each(
        self, function: Callable[..., _Result], calls: Sequence[_Call]
    ) -> Generator[_Result, None, None]:
        """Nothing, if there is nothing to call for."""
        if calls:
            raise InfosemError(f"{len(calls)} results are not stored, and nothing may be run")
        yield from ()


STORED_ONLY = _StoredOnly()
"""A runner that runs nothing: what is not stored is an error."""


@dataclass(frozen=True)
class Rehearsal(Runner):
    """One that runs nothing: what a store lacks counts as done.

    Called with it, and with a copy of a store, a study tells what it would run. Which settings it
    chooses depends on results that may not be there; any will do.

    Attributes
    ----------
    seconds : list of float
        What each job takes that would have been run (of one core, by earlier runs); infinite where
        nothing is known of its method.
    """

    seconds: list[float] = field(default_factory=list)

    def run(self, jobs: Iterable[Job], store: Store) -> None:
        """Count the jobs that the store lacks as run."""
        jobs = list(jobs)
        for job in jobs if self.recompute else _missing(jobs, store):
            expected = store.expected_seconds(job.kind)
            self.seconds.append(_AROUND + expected)
            row = {
                **job.identity(),
                "fingerprint": store.fingerprint(job.data),
                "splits": {str(split): {"train_auprc": 0.0} for split in job.splits},
                "seconds": expected,
                "peak_mib": 0.0,
            }
            store.pretend({**row, "key": key(row)})


def _missing(jobs: Iterable[Job], store: Store) -> list[Job]:
    """Those of the jobs, and of their splits, that a store lacks."""
    missing = []
    for job in jobs:
        if splits := tuple(split for split in job.splits if not is_stored(store, job, split)):
            missing.append(replace(job, splits=splits))
    return missing


def _guessed(kind: Kind, seconds: float) -> float:
    """How long a run takes, by earlier runs or else by guess."""
    if np.isfinite(seconds):
        return seconds
    return _SYNTHETIC if base_name(kind[1]) == "synthetic" else _REAL


def _fingerprints(jobs: Iterable[Job], store: Store) -> dict[Data, str]:
    """Those of the data of jobs, where a store knows them."""
    known = {job.data: store.fingerprint(job.data) for job in jobs}
    return {data: fingerprint for data, fingerprint in known.items() if fingerprint}


def _row(job: Job, fingerprint: str | None, scores: Any = None, recompute: bool = False) -> Row:
    """A row, or an error that says which job it comes from."""
    try:
        return execute(job, fingerprint, scores, recompute).row
    except InfosemError as error:
        raise InfosemError(f"{job}: {error}") from error
    except Exception as error:
        error.add_note(f"in the run of {job}")
        raise


def _shown(rows: Iterable[Row], jobs: list[Job], times: Mapping[Kind, float]) -> Iterator[Row]:
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


# --- on a cluster ---------------------------------------------------------------------------------


def _on_cluster(calls: list[tuple[Job, str | None]], scheduler: str) -> Generator[Row, None, None]:
    """Rows as they finish, from the workers of a dask.distributed scheduler.

    Not by joblib's dask backend: it waits forever where a job kills every worker that tries it, or
    cannot be unpickled there (joblib 1.6), and as it holds on to finished rows, the death of a
    worker has those that it made computed once more.
    """
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


def _on_worker(job: Job, fingerprint: str | None, expected_version: str) -> Row:
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
    return _row(job, fingerprint)
