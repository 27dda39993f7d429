import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from infosem import InfosemError, Ledger, study
from infosem.methods import candidates_for, method_for
from infosem.splits import make_split

QUICK = {"datasets": ["synthetic"], "splits": range(2), "seeds": [0, 1], "epochs": 2}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A ledger with a small Table 1 on the synthetic data, and its rows."""
    ledger = Ledger(tmp_path_factory.mktemp("ledger"))
    return ledger, study.table1(ledger, **QUICK)


def test_table1_has_every_method_split_and_seed(finished):
    _, rows = finished
    counts = rows.groupby("method").size()
    assert counts["Random"] == counts["Random TF constant"] == 20 * 2
    assert counts["One-hot LR"] == 2
    for name in ("DeepSEM", "InfoSEM-B", "InfoSEM-B (bias)", "InfoSEM-BC"):
        assert counts[name] == 2 * 2
    assert not rows.duplicated(["method", "seed", "split"]).any()


def test_stored_runs_are_not_run_again_unless_asked(finished, monkeypatch):
    ledger, rows = finished
    executed = []
    execute = study.execute
    monkeypatch.setattr(study, "execute", lambda job: executed.append(job) or execute(job))
    again = study.table1(ledger, **QUICK)
    assert executed == []
    assert again.equals(rows)
    options = {**QUICK, "methods": ["Random"], "recompute": True}
    study.table1(ledger, **options)
    assert len(executed) == 20


def test_same_seeds_give_the_same_numbers_anywhere(finished, tmp_path):
    _, rows = finished
    fresh = study.table1(Ledger(tmp_path), **QUICK, n_jobs=2)  # other processes, too
    metrics = ["train_auprc", "seen_auprc", "seen_hit", "unseen_auprc", "unseen_hit"]
    columns = ["method", "seed", "split", "key", *metrics]
    assert fresh[columns].equals(rows[columns])


def test_settings_are_chosen_by_training_edges_alone(finished):
    """The chosen alpha has the best training AUPRC on each split, also where unseen says no."""
    ledger, rows = finished
    stored = [row for row in ledger.rows(method="InfoSEM-B") if row["seed"] == 0]
    assert {row["settings"]["alpha"] for row in stored} == {
        candidate["alpha"] for candidate in candidates_for("synthetic")
    }
    chosen = rows[(rows["method"] == "InfoSEM-B") & (rows["seed"] == 0)].set_index("split")["alpha"]
    for split in (0, 1):
        best = max(stored, key=lambda row: row["splits"][str(split)]["train_auprc"])
        assert chosen[split] == best["settings"]["alpha"]
    with_labels = rows[rows["method"] == "InfoSEM-BC"].set_index("split")["alpha"]
    assert all(with_labels[split].eq(chosen[split]).all() for split in (0, 1))


def test_methods_get_no_label_but_the_training_edges(synthetic):
    given = []

    def spy(dataset, train_edges, *, seed):
        given.append((dataset.network.any(), train_edges))
        return np.random.default_rng(seed).random(dataset.network.shape)

    method = method_for("One-hot LR", "synthetic", "planted")
    object.__setattr__(method := method.with_settings(), "function", spy)
    study.execute(study.Job(method, "synthetic", "planted", 0, (3,)))
    (any_label, edges), split = given[0], make_split(synthetic, seed=3)
    assert not any_label
    assert np.array_equal(edges >= 0, split.train)


@pytest.mark.parametrize("moment", [0.0, 0.5, 1.5])
def test_kill_loses_at_most_the_run_under_way(tmp_path, moment):
    code = (
        "from infosem import Ledger, study; print('ready', flush=True);"
        f"study.table1(Ledger({str(tmp_path)!r}), datasets=['synthetic'], splits=range(2),"
        " seeds=[0], epochs=30, methods=['Random', 'DeepSEM', 'InfoSEM-B'])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(moment)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()

    ledger = Ledger(tmp_path)
    survived = {(row["key"], split) for row in ledger.rows() for split in row["splits"]}
    executed = []
    execute = study.execute
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study, "execute", lambda job: executed.append(job) or execute(job))
        study.table1(
            ledger, datasets=["synthetic"], splits=range(2), seeds=[0], epochs=2,
            methods=["Random"],
        )  # fmt: skip
    done = [row for row in ledger.rows(method="Random")]
    assert len(done) == 20
    kept = len({key for key, _ in survived} & {row["key"] for row in done})
    assert len(executed) == 20 - kept


def test_rows_of_other_data_are_refused(finished, tmp_path):
    ledger, _ = finished
    row = dict(ledger.rows(method="DeepSEM")[0], fingerprint="0" * 16)
    del row["key"]
    mixed = Ledger(tmp_path)
    mixed.append(row)
    mixed.append({k: v for k, v in ledger.rows(method="Random")[0].items() if k != "key"})
    with pytest.raises(InfosemError, match="come from different data"):
        study.table1(mixed, **QUICK)


def test_unknown_names_are_refused(tmp_path):
    with pytest.raises(InfosemError, match=r"methods: \['DeepSEMM'\] unknown"):
        study.table1(Ledger(tmp_path), datasets=["synthetic"], methods=["DeepSEMM"])
    with pytest.raises(InfosemError, match="hESCC"):
        study.table1(Ledger(tmp_path), datasets=["hESCC"], methods=["Random"])


def test_check_parameters_names_the_misspelt_one():
    known = {"n_splits": 2, "known": None}
    study.check_parameters(known, {**known, "_private": 1})
    with pytest.raises(InfosemError, match="n_split unknown"):
        study.check_parameters(known, {**known, "n_split": 3})


@pytest.mark.needs_data
def test_recheck_sees_a_wrong_number(tmp_path):
    committed = Ledger(study.Path(__file__).parent.parent / "results")
    row = next(r for r in committed.rows(method="One-hot LR", dataset="mDC") if "0" in r["splits"])
    ledger = Ledger(tmp_path)
    ledger.append(row)
    assert "One-hot LR on mDC: the stored numbers" in study.recheck(ledger, ["mDC"])
    wrong = json.loads(json.dumps(row))
    wrong["splits"]["0"]["seen_auprc"] += 0.001
    ledger.append(wrong)
    assert "OTHER NUMBERS" in study.recheck(ledger, ["mDC"])


def test_recheck_says_where_there_are_no_data(tmp_path, monkeypatch):
    monkeypatch.setattr(study, "data_available", lambda: None)
    assert "not at hand" in study.recheck(Ledger(tmp_path), ["hESC"])
    assert "Only the synthetic" in study.recheck(Ledger(tmp_path), ["synthetic"])
