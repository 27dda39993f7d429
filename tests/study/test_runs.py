"""One run and what is kept of it; over processes: see `test_runs_cluster`."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infosem import InfosemError
from infosem.splits import make_split
from infosem_study import Runner, Store, runs
from infosem_study.presets import method_for


def jobs(name, n=1):
    """Jobs of a method on the first two splits of the synthetic data, with `n` seeds."""
    method = method_for(name, "synthetic", "planted")
    return [runs.Job(method, "synthetic", "planted", seed, (0, 1)) for seed in range(n)]


# --- the data of a job ----------------------------------------------------------------------------


@settings(max_examples=10, deadline=None)
@given(draw=st.integers(0, 10**6))
def test_shuffling_gives_every_gene_some_gene_s_expression(synthetic, draw):
    shuffled = runs.load(f"synthetic:shuffled-{draw}", "planted", embedding=None)
    assert shuffled.genes.tolist() == synthetic.genes.tolist()
    assert np.array_equal(shuffled.network, synthetic.network)
    assert not np.array_equal(shuffled.expression, synthetic.expression)
    both = (x[np.lexsort(x.T)] for x in (shuffled.expression, synthetic.expression))
    assert np.array_equal(*both)
    assert shuffled.fingerprint() != synthetic.fingerprint()


@settings(max_examples=10, deadline=None)
@given(percent=st.integers(3, 100), draw=st.integers(0, 10**6))
def test_subsampling_keeps_whole_cells(synthetic, percent, draw):
    name = f"synthetic:cells-{percent}-{draw}"
    part = runs.load(name, "planted", embedding="planted")
    assert part.name == name
    assert part.n_cells == round(synthetic.n_cells * percent / 100)
    where = [synthetic.cells.tolist().index(cell) for cell in part.cells]
    assert len(set(where)) == part.n_cells
    assert np.array_equal(part.expression, synthetic.expression[:, where])


@pytest.mark.parametrize("name", ["synthetic:mixed-0", "synthetic:cells-0-0", "synthetic:cells"])
def test_unknown_variant_is_named(name):
    with pytest.raises(InfosemError, match=f"data set '{name}': unknown variant"):
        runs.load(name, "planted", embedding=None)


# --- one run --------------------------------------------------------------------------------------


def test_methods_get_no_label_but_the_training_edges(synthetic):
    given = []

    def spy(dataset, train_edges, *, seed):
        given.append((dataset.network.any(), train_edges))
        return np.random.default_rng(seed).random(dataset.network.shape)

    method = method_for("One-hot LR", "synthetic", "planted")
    object.__setattr__(method := method.with_settings(), "function", spy)
    runs.execute(runs.Job(method, "synthetic", "planted", 0, (3,)))
    (any_label, edges), split = given[0], make_split(synthetic, seed=3)
    assert not any_label
    assert np.array_equal(edges >= 0, split.train)


def test_kept_scores_serve_as_long_as_they_are_those_of_the_run(tmp_path, monkeypatch):
    monkeypatch.setenv("INFOSEM_SCORES", str(tmp_path / "scores"))
    store, todo = Store(tmp_path / "ledger"), jobs("Pearson correlation")
    runs.run(todo, store, runner=Runner(n_jobs=1))
    (file,) = (tmp_path / "scores").iterdir()  # one for both splits
    result = runs.results_of(store, todo)[1]
    with monkeypatch.context() as patch:
        patch.setattr(runs, "execute", None)
        dataset, split, scores = runs.scores_of(store, result)
    assert split.seed == 1
    assert scores.shape == dataset.network.shape
    np.savez(file, scores=-scores)
    with pytest.raises(InfosemError, match="other metrics than the ledger"):
        runs.scores_of(store, result)
    file.unlink()
    np.testing.assert_array_equal(runs.scores_of(store, result)[2], scores)  # run again


def scores_folder(_):
    return os.environ.get("INFOSEM_SCORES")


def test_processes_keep_scores_only_as_long_as_this_one(monkeypatch):
    """Those that work for it are older than the folder, and outlive it."""
    monkeypatch.delenv("INFOSEM_SCORES", raising=False)

    def seen():
        return set(runs.side_by_side(scores_folder, [(0,), (1,)], 2))

    assert seen() == {None}
    with runs.scores_kept():
        assert seen() == {os.environ["INFOSEM_SCORES"]}
    assert seen() == {None}


def test_a_job_that_was_not_run_is_named(tmp_path):
    store, todo = Store(tmp_path), jobs("Random", 2)
    runs.run(todo[:1], store, runner=Runner(n_jobs=1))
    with pytest.raises(InfosemError, match="no result of Random on synthetic, seed 1, split 0"):
        runs.results_of(store, todo)


# --- running what is not stored -------------------------------------------------------------------


KILLED = """
import sys
from test_runs import jobs
from infosem import Ledger, runs

append = Ledger.append

def told(ledger, row):
    key = append(ledger, row)
    print(key, flush=True)
    return key

Ledger.append = told
todo = [*jobs("Random", 20), *jobs("DeepSEM", 50)]
runs.run(todo, Ledger(sys.argv[1]), n_jobs=int(sys.argv[2]))
"""


@pytest.mark.parametrize(("n_finished", "n_jobs"), [(1, 1), (20, 1), (21, 1), (21, 2)])
def test_kill_loses_at_most_the_runs_under_way(tmp_path, n_finished, n_jobs):
    """SIGKILL in the middle of a run: 20 quick runs of Random, then one DeepSEM after another."""
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), str(n_jobs)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=Path(__file__).parent,
    )
    assert process.stdout is not None
    told = [process.stdout.readline().strip() for _ in range(n_finished)]
    os.killpg(process.pid, signal.SIGKILL)
    told += process.stdout.read().split()
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL

    kept = {row["key"] for row in Store(tmp_path).rows()}
    assert len(told) >= n_finished
    assert set(told) <= kept
    assert len(kept) <= len(told) + 1  # one may have been stored but not told
    if n_finished > 20:
        return  # no DeepSEM run is repeated here
    executed = []
    execute = runs.execute
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "execute", lambda job, *rest: executed.append(job) or execute(job))
        runs.run(jobs("Random", 20), Store(tmp_path), runner=Runner(n_jobs=1))
    stored = {row["key"] for row in Store(tmp_path).rows(method="Random")}
    assert len(stored) == 20
    assert len(executed) == 20 - len(kept & stored)


def test_progress_is_told_by_the_time_of_earlier_runs(tmp_path, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    store = Store(tmp_path)
    quick, slow = jobs("Pearson correlation")[0], jobs("Random TF constant", 2)
    for job, seconds in ((quick, 39.5), (slow[0], 99.5)):
        store.append({**runs.execute(job), "seconds": seconds})
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    runs.run([quick, *slow], store, runner=Runner(n_jobs=1), recompute=True)
    bars = terminal.getvalue().split("\r")
    assert "0 of 3 runs:   0%" in terminal.getvalue()
    assert "04:00 on one core by earlier runs" in terminal.getvalue()
    assert "3 of 3 runs: 100%" in bars[-1]
    assert "earlier runs" not in bars[-1]


def test_rows_of_other_data_are_not_mixed(tmp_path):
    store, todo = Store(tmp_path), jobs("Random", 2)
    row = runs.execute(todo[0])
    store.append({**row, "fingerprint": "0" * 16})
    with pytest.raises(InfosemError, match="data are not those of the stored rows"):
        runs.run(todo, store, runner=Runner(n_jobs=1))
    assert len(store.rows()) == 1
    runs.run(todo, store, runner=Runner(n_jobs=1), recompute=True)
    results = runs.results_of(store, todo)
    assert [result["seed"] for result in results] == [0, 0, 1, 1]
    assert [result["split"] for result in results] == [0, 1, 0, 1]
    assert {result["fingerprint"] for result in results} == {row["fingerprint"]}
