"""`Runner.run` over processes: here, and on a real dask cluster whose workers are killed."""

import os
import signal
import sys
import time
from dataclasses import replace
from multiprocessing import forkserver, get_context

import dask
import pytest
from distributed import LocalCluster

from infosem import InfosemError
from infosem_study import Runner, Store, cli, scheduling
from infosem_study.execution import execute
from infosem_study.jobs import Job
from infosem_study.ledger import Ledger
from infosem_study.presets import method_for


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """The address of a scheduler with two worker processes that have no data."""
    folder = tmp_path_factory.mktemp("worker")
    # To be quick, workers are forked off a process that has imported what they need, and a run is
    # given up when it has killed two of them, not four.
    get_context("forkserver").set_forkserver_preload(["distributed", "infosem_study.scheduling"])
    forkserver.ensure_running()
    quick = {
        "distributed.worker.multiprocessing-method": "forkserver",
        "distributed.scheduler.allowed-failures": 1,
    }
    with (
        dask.config.set(quick),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=":0",
            env={"INFOSEM_DATA": str(folder / "missing")},
            local_directory=str(folder),
        ) as cluster,
    ):
        yield cluster.scheduler_address


def jobs(n=6, name="Random", **settings):
    method = method_for(name, "synthetic", "planted").with_settings(**settings)
    return [Job(method, "synthetic", "planted", seed, (0, 1)) for seed in range(n)]


def with_function(job, function):
    """The job with a function of the test's own; a closure, which travels to workers whole."""
    return replace(job, method=replace(job.method, function=function))


def wait_for_a_row(root):
    limit = time.monotonic() + 60
    while not any(path.read_bytes().endswith(b"\n") for path in root.rglob("*.jsonl")):
        assert time.monotonic() < limit, "no row was stored"
        time.sleep(0.005)


def results(store):
    """The rows as they lie on the disk, but for what differs from one execution to the next."""
    changing = ("seconds", "peak_mib", "date")
    return [
        {k: v for k, v in row.items() if k not in changing} for row in Ledger(store.root).rows()
    ]


@pytest.mark.parametrize("where", ["here", "cluster"])
def test_an_error_in_a_run_names_the_job_and_keeps_what_finished(where, scheduler, tmp_path):
    store = Store(tmp_path)
    root = store.root

    def fail(dataset, train_edges, *, seed, **settings):
        wait_for_a_row(root)
        raise ZeroDivisionError("no such luck")

    todo = jobs()
    todo[1] = with_function(todo[1], fail)
    # pytest matches against the notes as well
    with pytest.raises(ZeroDivisionError, match=r"luck(?s:.)*Random on synthetic .*, seed 1"):
        runner = Runner(n_jobs=1) if where == "here" else Runner(scheduler=scheduler)
        runner.run(todo, store)
    kept = results(store)
    assert kept
    assert 1 not in {row["seed"] for row in kept}
    Runner(n_jobs=1).run(jobs(), store)
    assert {row["seed"] for row in store.rows()} == set(range(6))
    assert all(row in results(store) for row in kept)


def test_workers_say_what_they_lack(scheduler, tmp_path, monkeypatch):
    store = Store(tmp_path)
    on_real_data = replace(jobs(1)[0], dataset="hESC", network="cell-type-specific")
    with pytest.raises(InfosemError, match=r"on hESC .*, seed 0: INFOSEM_DATA: no such folder"):
        Runner(scheduler=scheduler).run([on_real_data], store)
    monkeypatch.setattr(scheduling, "versions", lambda: {"infosem": "9.9"})
    with pytest.raises(InfosemError, match=r"has infosem .*, the caller 9\.9"):
        Runner(scheduler=scheduler).run(jobs(1), store)


def test_a_killed_worker_loses_nothing(scheduler, tmp_path, monkeypatch):
    here, there = Store(tmp_path / "here"), Store(tmp_path / "there")
    todo = jobs(name="DeepSEM", epochs=2)
    Runner(n_jobs=1).run(todo, here)
    root, attempts, train = there.root, tmp_path / "attempts", todo[1].method.function

    def killed_once(*arguments, **options):
        with attempts.open("a") as file:
            file.write(f"{os.getpid()}\n")
        if len(attempts.read_text().split()) == 1:
            wait_for_a_row(root)
            os.kill(os.getpid(), signal.SIGKILL)
        return train(*arguments, **options)

    todo[1] = with_function(todo[1], killed_once)
    append, appended = Store.append, []
    monkeypatch.setattr(Store, "append", lambda *a: appended.append(append(*a)))
    Runner(scheduler=scheduler).run(todo, there)
    first, second = attempts.read_text().split()
    assert first != second
    assert results(there) == results(here)
    assert sorted(appended) == sorted(row["key"] for row in here.rows())  # each was stored once


def test_a_run_that_kills_every_worker_is_an_error(scheduler, tmp_path):
    store = Store(tmp_path)
    root = store.root

    def die(dataset, train_edges, *, seed, **settings):
        wait_for_a_row(root)
        os.kill(os.getpid(), signal.SIGKILL)

    todo = jobs(3)
    todo[1] = with_function(todo[1], die)
    with pytest.raises(InfosemError, match=r"seed 1: could not be run .*KilledWorker"):
        Runner(scheduler=scheduler).run(todo, store)
    assert store.rows()


def test_a_killed_process_of_this_machine_is_an_error():
    """Without jobs, for which the processes would have to import infosem: to be quick."""
    with pytest.raises(InfosemError, match="a process was killed"):
        list(Runner(n_jobs=2).each(lambda _: os.kill(os.getpid(), signal.SIGKILL), [(0,), (1,)]))


def test_workers_of_several_threads_are_refused(tmp_path):
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0"
        ) as cluster,
        pytest.raises(InfosemError, match="start it with --nthreads 1"),
    ):
        Runner(scheduler=cluster.scheduler_address).run(jobs(1), Store(tmp_path))


def test_workers_with_other_data_are_refused(tmp_path, monkeypatch):
    """A stand-in for a cluster whose workers have a folder of data each."""
    rows = [execute(job).row for job in jobs(2)]
    rows[1]["fingerprint"] = "0" * 16
    monkeypatch.setattr(scheduling, "_on_cluster", lambda *_: (row for row in rows))
    with pytest.raises(InfosemError, match="give all workers the same"):
        Runner(scheduler="tcp://host:8786").run(jobs(2), Store(tmp_path))
    assert len(Store(tmp_path).rows()) == 1


def test_a_scheduler_that_does_not_answer_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(scheduling, "_REACH", 0.2)
    address = "tcp://127.0.0.1:1"
    arguments = ["run", "table1", "--datasets", "synthetic", "--ledger", str(tmp_path)]
    assert cli.main([*arguments, "--scheduler", address]) == 2
    assert f"none answers at {address}" in capsys.readouterr().err
    with pytest.raises(InfosemError, match="none answers at carrier-pigeon://coop"):
        Runner(scheduler="carrier-pigeon://coop").run(jobs(1), Store(tmp_path))


def test_no_worker_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(scheduling, "_FIRST_WORKER", 0.1)
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as cluster,
        pytest.raises(InfosemError, match=r"has no worker after 0\.1 s; start one"),
    ):
        Runner(scheduler=cluster.scheduler_address).run(jobs(1), Store(tmp_path))


def test_without_distributed_the_command_to_install_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InfosemError, match="pip install distributed"):
        Runner(scheduler="tcp://127.0.0.1:1").run(jobs(1), Store(tmp_path))


def test_n_jobs_is_checked(tmp_path):
    with pytest.raises(InfosemError, match="n_jobs: 0 processes"):
        Runner(n_jobs=0).run(jobs(1), Store(tmp_path))
    with pytest.raises(InfosemError, match="n_jobs, scheduler: give one"):
        Runner(n_jobs=2, scheduler="tcp://127.0.0.1:1").run(jobs(1), Store(tmp_path))


def test_by_default_as_many_processes_as_cores_or_jobs(monkeypatch, tmp_path):
    asked = []

    class Here(scheduling.Parallel):
        def __init__(self, n_jobs, **options):
            asked.append(n_jobs)
            super().__init__(n_jobs=1, **options)

    monkeypatch.setattr(scheduling, "Parallel", Here)
    monkeypatch.setattr(scheduling, "cpu_count", lambda: 3)
    for n in (1, 5):
        Runner().run(jobs(n), Store(tmp_path / str(n)))
    assert asked == [1, 3]


def test_the_longest_known_run_starts_first(monkeypatch, tmp_path):
    store = Store(tmp_path)
    names = ["Random", "One-hot LR", "Random TF constant"]
    todo = [
        Job(method_for(name, "synthetic", "planted"), "synthetic", "planted", 0, (0,))
        for name in names
    ]
    for job, seconds in zip(todo[:2], (1.0, 2.0), strict=True):
        store.append({**execute(job).row, "seconds": seconds})
    started = []
    monkeypatch.setattr(scheduling, "execute", lambda job, *_: started.append(job) or execute(job))
    Runner(n_jobs=1, recompute=True).run(todo, store)
    assert [job.method.name for job in started] == [names[2], names[1], names[0]]
