import copy
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infosem import InfosemError
from infosem_study import Runner, Store, cli, verification
from infosem_study.comparison import compare
from infosem_study.verification import sample, verify

METHODS = ["Random", "Random TF constant", "One-hot LR", "Pearson correlation", "DeepSEM"]


@pytest.fixture(scope="module")
def committed():
    return Store(Path(__file__).parents[2] / "results")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A ledger with some runs on the synthetic data, and its rows."""
    store = Store(tmp_path_factory.mktemp("ledger"))
    rows = compare(
        store, datasets=["synthetic"], methods=METHODS, splits=range(2), seeds=[0], epochs=2,
        runner=Runner(n_jobs=1),
    )  # fmt: skip
    return store, rows


def rows_of(store, *methods):
    return [row for row in store.rows() if row["method"] in methods]


@pytest.fixture
def row(finished):
    """A row of Pearson correlation, with both splits."""
    return copy.deepcopy(rows_of(finished[0], "Pearson correlation")[0])


@pytest.mark.needs_data
def test_a_sample_of_the_committed_rows_comes_out_again(committed):
    """Other rows every day; a change of results without a new version of the method fails here."""
    seed = datetime.now(UTC).toordinal()
    cheap = [row for row in committed.rows() if row["seconds"] < 2]
    chosen = sample(cheap, 12, seed=seed, max_seconds=6)
    assert len({row["method"] for row in chosen}) >= 5
    found = verify(chosen)
    assert set(found["verdict"].str.split(" (", regex=False).str[0]) <= {
        "same digits",
        "same to the third digit",
    }, f"sample(..., 12, seed={seed}, max_seconds=6) of the rows under 2 s:\n{found.to_string()}"


def test_untouched_rows_come_out_to_the_last_digit(finished):
    rows = finished[0].rows()
    found = verify(rows)
    assert found["key"].tolist() == [row["key"] for row in rows]
    assert set(found["verdict"]) == {"same digits"}
    assert not found["differs"].any()
    assert (found["difference"] == 0).all()
    assert set(found["machine"]) == {rows[0]["machine"]}
    splits = found.groupby("method")["splits"].agg(set)
    assert splits["DeepSEM"] == {"0-1"}
    assert splits["One-hot LR"] == {"0", "1"}


@pytest.mark.parametrize(
    ("change", "verdict"), [(4e-4, "same to the third digit"), (6e-4, "OTHER NUMBERS")]
)
def test_a_changed_number_is_found(row, change, verdict):
    row["splits"]["1"]["unseen_auprc"] -= change
    (found,) = verify([row]).to_dict("records")
    assert found["verdict"] == verdict
    assert found["differs"] == (verdict == "OTHER NUMBERS")
    assert found["where"] == "unseen_auprc, split 1"
    assert found["difference"] == pytest.approx(change, rel=1e-3)
    assert found["new"] - found["stored"] == pytest.approx(change, rel=1e-3)


def test_a_row_from_elsewhere_is_said_to_be(row):
    processor = row["machine"].rsplit(", ", 2)[0]
    row["machine"] = f"{processor}, 1000 cores, cpu"  # one run has one thread
    assert verify([row])["verdict"].item() == "same digits"
    name = processor.partition(" (family")[0]
    row["machine"] = f"{name}, 2 cores, cpu"  # as older rows have it: it may be the same
    assert verify([row])["verdict"].item() == "same digits"
    row["machine"] = f"{name} (family 0, model 0), 2 cores, cpu"
    assert verify([row])["verdict"].item() == "same digits (stored on another machine)"
    row["machine"] = "Z80, 1 cores, cpu"
    row["versions"]["torch"] = "0.4"
    found = verify([row])
    assert found["verdict"].item() == "same digits (stored on another machine, with another torch)"
    assert found["machine"].item() == "Z80, 1 cores, cpu"


def test_other_data_and_failures_differ(row, monkeypatch):
    found = verify([{**row, "fingerprint": "0" * 16}])
    assert found["verdict"].item() == "OTHER DATA"
    assert found["differs"].item()
    assert "0" * 16 in found["reason"].item()

    def refusing(job):
        raise InfosemError("it has become picky")

    monkeypatch.setattr(verification, "execute", refusing)
    found = verify([row])
    assert found["verdict"].item() == "FAILED"
    assert found["differs"].item()
    assert "picky" in found["reason"].item()


def test_what_cannot_be_run_is_skipped_and_named(row, monkeypatch):
    stale = {**row, "version": row["version"] - 1}
    gone = {**row, "method": "Oracle", "dataset": "another"}  # first in the order of work
    scenic = {**row, "method": "SCENIC", "version": 1, "settings": {"database": "a/b"}}
    embedded = {**row, "method": "Prior alone", "version": 2, "settings": {"embedding": "no such"}}
    found = verify([stale, gone, scenic, embedded, row])
    assert found["verdict"].tolist() == ["skipped"] * 4 + ["same digits"]
    assert not found["differs"].any()
    for reason, part in zip(
        found["reason"],
        ("stale: Pearson correlation had version 1 and is 2 now", "Oracle had version 2 and is no",
         "SCENIC: its database is not at hand", "no such", ""),
        strict=True,
    ):  # fmt: skip
        assert part in reason
    assert sample([stale, gone, scenic], 9, seed=0) == []

    def lacking(job):
        raise InfosemError("the package is missing") from ImportError("x")

    monkeypatch.setattr(verification, "execute", lacking)
    assert verify([row])["verdict"].item() == "skipped"


def test_real_rows_without_data_are_refused(row, monkeypatch):
    monkeypatch.setattr(verification, "data_available", lambda network: None)
    assert len(verify([row])) == 1
    assert verify([]).empty
    real = {**row, "dataset": "hESC:shuffled-0", "network": "non-cell-type-specific"}
    with pytest.raises(InfosemError, match=r"\(non-cell-type-specific\) are not at hand.*DATA"):
        verify([row, real])


def test_sample_has_every_method_before_any_twice_within_the_time(finished):
    rows = finished[0].rows()
    chosen = sample(rows, len(METHODS), seed=1)
    assert {row["method"] for row in chosen} == set(METHODS)
    assert sample(rows, len(METHODS), seed=1) == chosen
    drawn = {json.dumps(sample(rows, 7, seed=seed)) for seed in range(5)}
    assert len(drawn) > 1
    assert len(sample(rows, 1000, seed=0)) == len(rows)
    slow = [{**row, "seconds": 9.0 if row["method"] == "DeepSEM" else 1.0} for row in rows]
    limited = sample(slow, 1000, seed=0, max_seconds=5)
    assert len(limited) == 5
    assert "DeepSEM" not in {row["method"] for row in limited}


# --- the command ----------------------------------------------------------------------------------


def test_command_says_what_differs(finished, tmp_path, capsys):
    store, _ = finished
    common = ["verify", "--seed", "7", "--jobs", "1"]
    assert cli.main([*common, "--sample", "5", "--ledger", str(store.root)]) == 0
    out = capsys.readouterr().out
    assert "drawn with --seed 7" in out
    assert "5 rows came out again, 0 did not, 0 were skipped" in out

    wrong = Store(tmp_path)
    rows = copy.deepcopy(rows_of(store, "One-hot LR", "Pearson correlation"))
    for row in rows:
        row["splits"] = {
            s: {m: v + 0.001 for m, v in ms.items()} for s, ms in row["splits"].items()
        }
        wrong.append(row)
    old = {**rows[-1], "version": 1}
    del old["key"]
    wrong.append(old)
    assert cli.main([*common, "--ledger", str(wrong.root)]) == 1
    out = capsys.readouterr().out
    assert out.count("OTHER NUMBERS") == 3
    assert "left out, 1 rows: stale: Pearson correlation had version 1" in out
    assert "0 rows came out again, 3 did not" in out
    assert Store(tmp_path).rows() == wrong.rows()  # nothing is written


def test_command_verifies_the_runs_of_a_key(finished, capsys):
    store, _ = finished
    (row,) = rows_of(store, "Pearson correlation")
    options = ["--keys", row["key"], "--jobs", "1", "--ledger", str(store.root)]
    assert cli.main(["verify", *options]) == 0
    out = capsys.readouterr().out
    assert out.count(row["key"]) == 1
    assert "1 rows came out again" in out


def test_command_refuses_to_verify_nothing(finished, tmp_path, capsys):
    root = str(finished[0].root)
    for more, message in (
        (["--ledger", str(tmp_path)], "no row has these --keys, --methods and --datasets"),
        (["--ledger", root, "--datasets", "hESCC"], "no row has these"),
        (["--ledger", root, "--max-seconds", "0"], "can be verified"),
    ):
        assert cli.main(["verify", *more]) == 2
        assert message in capsys.readouterr().err


# --- on the page ----------------------------------------------------------------------------------


@pytest.mark.needs_data
def test_recheck_sees_a_wrong_number(committed, tmp_path):
    rows = compare(committed, datasets=["mDC"], methods=["One-hot LR"])
    stored = committed.row(rows.iloc[0])
    wrong = copy.deepcopy(stored)
    (metrics,) = wrong["splits"].values()
    metrics["seen_auprc"] += 0.001
    for name, kept in (("right", stored), ("wrong", wrong)):
        Store(tmp_path / name).append(kept)
    stores = Store(tmp_path / "right"), Store(tmp_path / "wrong")
    said = [verification.describe_recheck(store, rows) for store in stores]
    assert "One-hot LR on mDC: the stored numbers" in said[0]
    assert "One-hot LR on mDC: OTHER NUMBERS" in said[1]  # and where it was stored, if elsewhere
    assert said[1].endswith(", up to 0.001 off")


@pytest.mark.needs_data
def test_committed_results_are_those_of_this_code(committed):
    rows = compare(committed, datasets=["hHEP"], methods=["One-hot LR", "DeepSEM"])
    said = verification.describe_recheck(committed, rows)
    assert said.count("the stored numbers") == 2, said
    assert "OTHER" not in said


def test_recheck_says_where_there_are_no_data(committed, finished, monkeypatch):
    monkeypatch.setattr(verification, "data_available", lambda: None)
    store, rows = finished
    assert "Only the synthetic" in verification.describe_recheck(store, rows)
    assert "not at hand" in verification.describe_recheck(committed, rows.assign(dataset="hESC"))
