"""One run and what is kept of it; over processes: see `test_runs_cluster`."""

import io
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib.externals.loky import process_executor

from infosem import InfosemError
from infosem.splits import Protocol, make_split
from infosem_study import Runner, Store, execution, scheduling, variants
from infosem_study.execution import execute, scores_of
from infosem_study.jobs import Job, results_of
from infosem_study.ledger import Ledger
from infosem_study.presets import method_for
from infosem_study.variants import all_genes, fewer_cells, load, shuffled


def jobs(name, n=1):
    """Jobs of a method on the first two splits of the synthetic data, with `n` seeds."""
    method = method_for(name, "synthetic", "planted")
    return [Job(method, "synthetic", "planted", seed, (0, 1)) for seed in range(n)]


# --- the data of a job ----------------------------------------------------------------------------


@settings(max_examples=10, deadline=None)
@given(draw=st.integers(0, 10**6))
def test_shuffling_gives_every_gene_some_gene_s_expression(synthetic, draw):
    other = load(shuffled("synthetic", draw), "planted", embedding=None)
    assert other.genes.tolist() == synthetic.genes.tolist()
    assert np.array_equal(other.network, synthetic.network)
    assert not np.array_equal(other.expression, synthetic.expression)
    both = (x[np.lexsort(x.T)] for x in (other.expression, synthetic.expression))
    assert np.array_equal(*both)
    assert other.fingerprint() != synthetic.fingerprint()


def test_shuffling_does_not_depend_on_the_order_of_genes(synthetic, monkeypatch):
    order, name = np.random.default_rng(0).permutation(synthetic.n_genes), shuffled("synthetic")
    there = load(name, "planted", embedding=None)
    monkeypatch.setattr(variants, "simulate", lambda: synthetic.take_genes(order))
    moved = load.__wrapped__(name, "planted", embedding=None)  # not the remembered one
    assert np.array_equal(moved.expression, there.expression[order])


@settings(max_examples=10, deadline=None)
@given(percent=st.integers(3, 100), draw=st.integers(0, 10**6))
def test_subsampling_keeps_whole_cells(synthetic, percent, draw):
    name = fewer_cells("synthetic", percent, draw)
    part = load(name, "planted", embedding="planted")
    assert part.name == name
    assert part.n_cells == round(synthetic.n_cells * percent / 100)
    where = [synthetic.cells.tolist().index(cell) for cell in part.cells]
    assert len(set(where)) == part.n_cells
    assert np.array_equal(part.expression, synthetic.expression[:, where])


def test_names_of_variants_are_those_of_stored_runs():
    assert shuffled("hESC") == "hESC:shuffled-0"
    assert fewer_cells("hESC", 20, 1) == "hESC:cells-20-1"
    assert all_genes("hESC") == "hESC:genes-all"
    assert load(all_genes("synthetic"), "planted", embedding=None).name == "synthetic:genes-all"


@pytest.mark.parametrize("name", ["synthetic:mixed-0", "synthetic:cells-0-0", "synthetic:cells"])
def test_unknown_variant_is_named(name):
    with pytest.raises(InfosemError, match=f"data set '{name}': unknown variant"):
        load(name, "planted", embedding=None)


# --- one run --------------------------------------------------------------------------------------


def test_methods_get_no_label_but_the_training_edges(synthetic):
    given = []

    def spy(dataset, train_edges, *, seed):
        given.append((dataset.network.any(), train_edges))
        return np.random.default_rng(seed).random(dataset.network.shape)

    method = method_for("One-hot LR", "synthetic", "planted")
    object.__setattr__(method := method.with_settings(), "function", spy)
    execute(Job(method, "synthetic", "planted", 0, (3,)))
    (any_label, edges), split = given[0], make_split(synthetic, seed=3)
    assert not any_label
    assert np.array_equal(edges >= 0, split.train)


def test_kept_scores_serve_as_long_as_they_are_those_of_the_run(tmp_path, monkeypatch):
    monkeypatch.setenv("INFOSEM_SCORES", str(tmp_path / "scores"))
    store, todo = Store(tmp_path / "ledger"), jobs("Pearson correlation")
    Runner(n_jobs=1).run(todo, store)
    (file,) = (tmp_path / "scores").iterdir()  # one for both splits
    result = results_of(store, todo)[1]
    with monkeypatch.context() as patch:
        patch.setattr(execution, "execute", None)
        dataset, split, scores = scores_of(store, result)
    assert split.seed == 1
    assert scores.shape == dataset.network.shape
    np.savez(file, scores=-scores, seconds=1.0, peak_mib=1.0)
    with pytest.raises(InfosemError, match="other metrics than the ledger"):
        scores_of(store, result)
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(InfosemError, match=r"\.npz: cannot be read .*; delete it"):
        scores_of(store, result)
    file.unlink()
    np.testing.assert_array_equal(scores_of(store, result)[2], scores)  # run again


def test_kept_scores_are_judged_on_other_pairs_without_training(tmp_path):
    (job, *_) = jobs("Pearson correlation")
    made = execute(job, None, tmp_path)

    def again(*_, **__):
        raise AssertionError("was trained")

    other = replace(
        job, method=replace(job.method, function=again), protocol=Protocol(targets="all")
    )
    row = execute(other, None, tmp_path).row
    (split,) = map(str, job.splits[:1])
    assert row["splits"][split]["unseen_base"] < made.row["splits"][split]["unseen_base"]
    assert row["seconds"] == made.row["seconds"]
    with pytest.raises(AssertionError, match="was trained"):
        execute(other, None, tmp_path, recompute=True)


def test_scores_are_kept_for_the_meantime_where_there_is_no_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("INFOSEM_SCORES", raising=False)
    store, todo = Store(tmp_path), jobs("Pearson correlation")
    with store.keeping_scores() as keeping:
        Runner(n_jobs=2).run([*todo, *jobs("Random", 2)], keeping)  # other processes keep them, too
        assert keeping.scores is not None
        assert len([*keeping.scores.iterdir()]) == 3
        with keeping.keeping_scores() as again:
            assert again is keeping
    assert not keeping.scores.exists()
    assert store.scores is None


def test_a_run_of_the_meantime_is_known_afterwards(tmp_path, monkeypatch):
    """Nor is the ledger read anew, which is long."""
    monkeypatch.delenv("INFOSEM_SCORES", raising=False)
    store, (before, after) = Store(tmp_path), jobs("Random", 2)
    with store.keeping_scores() as keeping:
        Runner(n_jobs=1).run([before], keeping)
    monkeypatch.setattr(Ledger, "rows", None)
    with store.keeping_scores() as keeping:
        Runner(n_jobs=1).run([after], keeping)
    assert len(results_of(store, [before, after])) == 4


def test_a_ledger_that_cannot_be_written_is_said_before_the_work(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(scheduling, "execute", lambda *_: pytest.fail("was run"))
    with pytest.raises(InfosemError, match=r"file: no ledger can be kept \(.*; name a folder"):
        Runner(n_jobs=1).run(jobs("Random"), Store(tmp_path / "file"))


def test_a_job_that_was_not_run_is_named(tmp_path):
    store, todo = Store(tmp_path), jobs("Random", 2)
    Runner(n_jobs=1).run(todo[:1], store)
    with pytest.raises(InfosemError, match="no result of Random on synthetic, seed 1, split 0"):
        results_of(store, todo)


# --- running what is not stored -------------------------------------------------------------------


KILLED = """
import sys
from dataclasses import replace
from test_scheduling import jobs
from infosem_study import Runner, Store

append = Store.append

def told(store, row):
    key = append(store, row)
    print(key, flush=True)
    return key

Store.append = told
todo = [*jobs("Random", 20), *jobs("DeepSEM", 50)]
Runner(n_jobs=int(sys.argv[2])).run(todo, Store(sys.argv[1]))
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
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            scheduling, "execute", lambda job, *rest: executed.append(job) or execute(job, *rest)
        )
        Runner(n_jobs=1).run(jobs("Random", 20), Store(tmp_path))
    stored = {row["key"] for row in Ledger(tmp_path).rows(method="Random")}
    assert len(stored) == 20
    assert len(executed) == 20 - len(kept & stored)


def test_progress_is_told_by_the_time_of_earlier_runs(tmp_path, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    store = Store(tmp_path)
    quick, slow = jobs("Pearson correlation")[0], jobs("Random TF constant", 2)
    for job, seconds in ((quick, 39.5), (slow[0], 99.5)):
        store.append({**execute(job).row, "seconds": seconds})
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    Runner(n_jobs=1, recompute=True).run([quick, *slow], store)
    bars = terminal.getvalue().split("\r")
    assert "0 of 3 runs:   0%" in terminal.getvalue()
    assert "04:00 on one core by earlier runs" in terminal.getvalue()
    assert "3 of 3 runs: 100%" in bars[-1]
    assert "earlier runs" not in bars[-1]


def test_rows_of_other_data_are_not_mixed(tmp_path):
    store, todo = Store(tmp_path), jobs("Random", 2)
    row = execute(todo[0]).row
    store.append({**row, "fingerprint": "0" * 16})
    with pytest.raises(InfosemError, match="data are not those of the stored rows"):
        Runner(n_jobs=1).run(todo, store)
    assert len(store.rows()) == 1
    Runner(n_jobs=1, recompute=True).run(todo, store)
    results = results_of(store, todo)
    assert [result["seed"] for result in results] == [0, 0, 1, 1]
    assert [result["split"] for result in results] == [0, 1, 0, 1]
    assert {result["fingerprint"] for result in results} == {row["fingerprint"]}


def looks_for_leaks(i):
    return process_executor._USE_PSUTIL


def test_workers_are_not_replaced_as_they_grow():
    assert process_executor._USE_PSUTIL  # joblib still has what is switched off
    assert [*Runner(n_jobs=2).each(looks_for_leaks, [(0,), (1,)])] == [False, False]


# --- what would take long -------------------------------------------------------------------------


def test_long_work_is_said_and_not_begun(tmp_path, capsys):
    store = Store(tmp_path / "ledger")
    with pytest.raises(InfosemError, match=r"2 runs are missing, some .*minutes=0\.001 allows"):
        Runner(n_jobs=1, minutes=0.001).run(jobs("Random", 2), store)
    assert not (tmp_path / "ledger").exists()
    Runner(n_jobs=1, minutes=5).run(jobs("Random", 2), store)
    assert "2 runs are missing, some 00:03 on 1 cores" in capsys.readouterr().err
    Runner(n_jobs=1, minutes=0.001).run(jobs("Random", 2), store)  # nothing is missing
    with pytest.raises(InfosemError, match="2 runs are to do again"):
        Runner(n_jobs=1, minutes=0.001, recompute=True).run(jobs("Random", 2), store)
    assert capsys.readouterr().err == ""


def test_real_data_without_any_run_are_taken_to_be_slow(tmp_path):
    job = Job(method_for("Random", "hESC", "string"), "hESC", "string", 0, (0,))
    with pytest.raises(InfosemError, match=r"1 runs are missing, some 01:00"):
        Runner(n_jobs=1, minutes=0.5).run([job], Store(tmp_path / "ledger"))
