"""Derived tables, as far as the pages that have one do not test them."""

import os

import pandas as pd
import pytest

from infosem.errors import InfosemError
from infosem_study import Runner, Store
from infosem_study.derived import derive
from infosem_study.execution import execute
from infosem_study.jobs import Job, results_of
from infosem_study.methods import METHODS


def test_a_table_is_filled_by_several_processes(tmp_path):
    places = [
        {"network": "planted", "dataset": "synthetic", "method": f"M{i}", "split": 0, "key": "0"}
        for i in range(4)
    ]
    table = derive(
        Store(tmp_path), "processes", {"process": int}, places,
        lambda run: pd.DataFrame({"process": [os.getpid()]}), runner=Runner(n_jobs=2),
    )  # fmt: skip
    assert table["method"].tolist() == ["M0", "M1", "M2", "M3"]
    assert os.getpid() not in set(table["process"])


def test_seeds_of_a_split_stand_side_by_side_where_they_are_told_apart(tmp_path):
    store, run = Store(tmp_path), {"network": "planted", "dataset": "synthetic", "method": "M"}
    runs = [{**run, "split": 0, "seed": seed, "key": str(seed)} for seed in (1, 0)]

    def compute(run):
        return pd.DataFrame({"x": [10.0 + run["seed"]]})

    table = derive(store, "t", {"x": float}, runs, compute, by_seed=True)
    assert table[["seed", "x"]].to_numpy().tolist() == [[1, 11], [0, 10]]
    with pytest.raises(InfosemError, match="stale; M on split 0"):
        derive(store, "u", {"x": float}, runs, compute)
    stale = [{**runs[0], "key": "2"}]
    with pytest.raises(InfosemError, match="stale; M on split 0"):
        derive(store, "t", {"x": float}, stale, compute, by_seed=True)


def test_a_number_that_there_is_not_comes_back_as_such(tmp_path):
    runs = [{"network": "n", "dataset": "d", "method": "M", "split": 0, "key": "0"}]
    table = derive(
        Store(tmp_path), "t", {"gene": str, "x": float}, runs,
        lambda run: pd.DataFrame({"gene": ["NaN"], "x": [float("nan")]}),
    )  # fmt: skip
    assert table["gene"].tolist() == ["NaN"]
    assert table["x"].isna().all()


def test_to_train_again_for_a_table_takes_time_that_is_said(tmp_path, capsys):
    store, job = Store(tmp_path), Job(METHODS["Random"], "synthetic", "planted", 0, (0, 1))
    Runner(n_jobs=1).run([job], store)
    runs = [{**run, "members": [run["key"]]} for run in results_of(store, [job])]
    row = store.rows()[0]
    store.append({**row, "seconds": 120.0})
    slow = Store(tmp_path)

    def asked(store, minutes):
        return derive(
            store, "t", {"x": float}, runs, lambda run: pd.DataFrame({"x": [0.0]}),
            runner=Runner(n_jobs=1, minutes=minutes),
        )  # fmt: skip

    with pytest.raises(InfosemError, match=r"2 results are missing .*02:00 on 1 cores.*minutes=1 "):
        asked(slow, 1)
    assert not (tmp_path / "t").exists()
    # Kept scores take none.
    assert len(asked(Store(tmp_path, scores=kept(tmp_path, job)), 1)) == 2
    assert "some 00:00 on 1 cores" in capsys.readouterr().err
    assert len(asked(slow, 1)) == 2  # nothing is missing now
    assert capsys.readouterr().err == ""


def kept(folder, job):
    """Keep the scores of a job, and return where."""
    execute(job, scores=folder / "scores")
    return folder / "scores"
