import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import infosem_study.ledger
from infosem.errors import InfosemError
from infosem_study.environment import versions
from infosem_study.ledger import Ledger, key

ROOT = Path(infosem_study.ledger.__file__).parents[1]


def job(**changes):
    """What identifies a run."""
    return {
        "method": "DeepSEM",
        "version": 1,
        "settings": {"alpha": 0.1, "epochs": 150, "mask": True, "schedule": None, "loss": "mse"},
        "dataset": "hESC",
        "network": "cell-type-specific",
        "fingerprint": "0123abcd",
        "protocol": {"targets": "positive-in-block", "unseen_fraction": 0.25},
        "seed": 0,
        **changes,
    }


def row(splits=(0,), auprc=0.25, **changes):
    """A finished run."""
    return {
        **job(),
        "splits": {split: {"unseen_auprc": auprc + split, "unseen_hit": 0.5} for split in splits},
        "seconds": 41.5,
        "peak_mib": 612.0,
        "machine": "a processor, 2 cores, cpu",
        **changes,
    }


def by_split(rows):
    """The metrics by seed and split."""
    return {(r["seed"], split): m for r in rows for split, m in r["splits"].items()}


def the_file(ledger):
    (path,) = ledger.root.rglob("*.jsonl")
    return path


# --- what is stored -------------------------------------------------------------------------------


def test_a_row_comes_back(tmp_path):
    ledger = Ledger(tmp_path)
    given = ledger.append(row(splits=(0, 1)))
    (stored,) = ledger.rows()
    expected = {**row(), "splits": {s: v for s, v in stored["splits"].items()}, "key": key(job())}
    assert {k: v for k, v in stored.items() if k not in ("versions", "date")} == expected
    assert stored["splits"]["1"] == {"unseen_auprc": 1.25, "unseen_hit": 0.5}
    assert given == stored
    assert stored["key"] == key(stored)
    assert stored["versions"] == versions()


def test_the_file_is_where_and_what_it_should_be(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.append(row(method="InfoSEM-B (bias)", seconds=1 / 3))
    path = tmp_path / "cell-type-specific" / "hESC" / "InfoSEM-B-bias.jsonl"
    (line,) = path.read_text().splitlines()
    assert list(json.loads(line)) == sorted(json.loads(line))
    assert '"seconds": 0.333333,' in line


@pytest.mark.parametrize("name", ["../../outside", "..", "", "a/b", "/"])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    ledger = Ledger(tmp_path / "results")
    ledger.append(row(method=name, dataset=name, network=name))
    assert the_file(ledger).is_relative_to(tmp_path / "results")
    assert [p.name for p in tmp_path.iterdir()] == ["results"]
    assert len(ledger.rows(method=name)) == 1


names = st.text(min_size=1, max_size=8)
floats = st.floats(allow_nan=False, allow_infinity=False)
flat = st.dictionaries(names, st.none() | st.booleans() | st.integers() | floats | names)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(flat, flat, names, st.dictionaries(st.integers(0, 99), floats, min_size=1))
def test_round_trip(tmp_path_factory, own_settings, protocol, method, metric):
    ledger = Ledger(tmp_path_factory.mktemp("ledger"))
    what = job(settings=own_settings, protocol=protocol, method=method)
    ledger.append({**row(), **what, "splits": {s: {"auprc": v} for s, v in metric.items()}})
    (stored,) = ledger.rows()
    for name, wanted in (("settings", own_settings), ("protocol", protocol)):
        assert stored[name].keys() == wanted.keys()
        for k, v in wanted.items():
            assert type(stored[name][k]) is type(v)
            assert stored[name][k] == (pytest.approx(v, rel=1e-5) if type(v) is float else v)
    assert stored["method"] == method
    found = {int(s): m["auprc"] for s, m in stored["splits"].items()}
    assert found == {s: pytest.approx(v, rel=1e-5) for s, v in metric.items()}
    assert key(stored) == key(what) == stored["key"]
    before = the_file(ledger).read_bytes()
    ledger.append(stored)  # what was read can be stored again, bit for bit ...
    assert the_file(ledger).read_bytes() == before * 2
    ledger.compact()  # ... and supersedes itself
    assert the_file(ledger).read_bytes() == before


def test_numpy_numbers_are_stored_as_numbers(tmp_path):
    ledger = Ledger(tmp_path)
    what = job(settings={"alpha": np.float64(0.5), "n": np.int64(3), "on": np.bool_(True)})
    ledger.append({**row(), **what, "splits": {np.int64(4): {"auprc": np.float32(0.5)}}})
    (stored,) = ledger.rows()
    assert stored["settings"] == {"alpha": 0.5, "n": 3, "on": True}
    assert stored["settings"]["on"] is True
    assert stored["splits"] == {"4": {"auprc": 0.5}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": "1"}, "version: '1' is not one of int"),
        ({"seed": True}, "seed: True is not one of int"),
        ({"settings": {"layers": [1, 2]}}, r"settings\['layers'\]: \[1, 2\]"),
        ({"settings": {"alpha": float("inf")}}, r"settings\['alpha'\]: inf cannot be stored"),
        ({"settings": {1: 2}}, "settings: .* is not a dict of names"),
        ({"protocol": "all"}, "protocol: 'all' is not a dict"),
        ({"splits": {}}, "splits is empty"),
        ({"splits": {0: {}}}, r"splits\[0\] is empty"),
        ({"splits": {"first": {"auprc": 0.5}}}, "'first' is not the seed of a split"),
        ({"splits": {0: {"auprc": float("nan")}}}, r"splits\[0\]\['auprc'\]: nan"),
        ({"splits": {0: {"seconds": 0.5}}}, "seconds is the name of a field"),
        ({"time": 3.0}, "unknown field time"),
        ({"key": "000000000000"}, "does not fit the content"),
    ],
)
def test_a_bad_row_is_refused_and_nothing_stored(tmp_path, changes, message):
    ledger = Ledger(tmp_path)
    with pytest.raises(InfosemError, match=message):
        ledger.append({**row(), **changes})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("field", ["method", "settings", "splits", "seconds", "machine"])
def test_a_missing_field_is_refused(tmp_path, field):
    incomplete = row()
    del incomplete[field]
    with pytest.raises(InfosemError, match=f"'{field}' is missing"):
        Ledger(tmp_path).append(incomplete)


# --- the key --------------------------------------------------------------------------------------


@given(flat, st.randoms(use_true_random=False))
def test_key_does_not_depend_on_order(own_settings, random):
    items = list(own_settings.items())
    random.shuffle(items)
    shuffled = list(job(settings=dict(items)).items())
    random.shuffle(shuffled)
    assert key(dict(shuffled)) == key(job(settings=own_settings))


def test_key_is_stable():
    # The keys of committed rows must stay what they are: change this only along with those rows.
    assert key(job()) == "27790bfecdef"


@pytest.mark.parametrize(
    "change",
    [
        {"method": "InfoSEM-B"}, {"version": 2}, {"settings": {"alpha": 0.1}}, {"dataset": "mDC"},
        {"network": "planted"}, {"fingerprint": "f"}, {"protocol": {}}, {"seed": 1},
    ],
)  # fmt: skip
def test_key_depends_on_every_field(change):
    assert key(job(**change)) != key(job())


def test_key_takes_what_is_printed_alike_as_alike():
    def of(value):
        return key(job(settings={"alpha": value}))

    assert of(1) == of(1.0) == of(1 + 1e-9)
    assert of(0.0) == of(-0.0)
    assert of(0.1 + 0.2) == of(0.3)
    assert len({of(1), of(True), of("1"), of(None), of(1.0001)}) == 5


# --- reading --------------------------------------------------------------------------------------


def test_filters(tmp_path):
    ledger = Ledger(tmp_path)
    for dataset in ("hESC", "hHEP", "mDC"):
        for seed in (0, 1):
            ledger.append(row(dataset=dataset, seed=seed))
    found = ledger.rows(dataset=["hESC", "mDC"], seed=1)
    assert [(r["dataset"], r["seed"]) for r in found] == [("hESC", 1), ("mDC", 1)]
    assert len(ledger.rows(settings=job()["settings"])) == 6
    assert ledger.rows(dataset="mESC") == []
    with pytest.raises(InfosemError, match="data_set: a row has no such field"):
        ledger.rows(data_set="hESC")


def test_a_ledger_that_does_not_exist_yet_is_empty(tmp_path):
    ledger = Ledger(tmp_path / "none")
    assert ledger.rows() == []
    ledger.compact()
    assert not (tmp_path / "none").exists()


# --- superseding and compacting -------------------------------------------------------------------


def test_the_later_row_counts_split_by_split(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.append(row(splits=(0, 1, 2), auprc=0.1))
    ledger.append(row(splits=(1,), auprc=0.7))
    ledger.append(row(splits=(1,), auprc=0.9, seed=1))  # another run
    ledger.append(row(splits=(1,), auprc=0.8))
    found = by_split(ledger.rows(seed=0))
    assert {split: metrics["unseen_auprc"] for (_, split), metrics in found.items()} == {
        "0": 0.1, "1": 1.8, "2": 2.1,
    }  # fmt: skip
    assert len(ledger.rows()) == 3  # nothing is left of the second


def test_compact_keeps_the_content_and_sorts_it(tmp_path):
    one, other = Ledger(tmp_path / "1"), Ledger(tmp_path / "2")
    rows = [row(splits=(s,), seed=seed, date="d") for seed in (0, 1, 10) for s in (0, 2, 10)]
    for r in [row(splits=(2, 3), auprc=0.1, date="d"), *rows]:
        one.append(r)
    for r in [row(splits=(2, 3), auprc=0.1, date="d"), *reversed(rows)]:
        other.append(r)
    before = by_split(one.rows())
    one.compact()
    other.compact()
    after = by_split(one.rows())
    assert before == after
    assert len(after) == 10
    assert the_file(one).read_bytes() == the_file(other).read_bytes()  # no trace of the order
    assert [(r["seed"], *map(int, r["splits"])) for r in one.rows()][:4] == [
        (0, 0), (0, 2), (0, 3), (0, 10),
    ]  # fmt: skip
    assert [r["seed"] for r in one.rows()] == [0] * 4 + [1] * 3 + [10] * 3
    one.append(row(splits=(77,)))
    assert by_split(one.rows()).keys() == {*after, (0, "77")}


def test_a_kill_while_compacting_leaves_the_old_file(tmp_path, monkeypatch):
    ledger = Ledger(tmp_path)
    ledger.append(row(date="first"))
    ledger.append(row(date="later"))
    before = the_file(ledger).read_bytes()

    def kill(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(infosem_study.ledger.os, "replace", kill)
        with pytest.raises(KeyboardInterrupt):
            ledger.compact()
    assert the_file(ledger).read_bytes() == before
    ledger.compact()
    assert the_file(ledger).read_bytes() == before[len(before) // 2 :]


# --- kills and other processes --------------------------------------------------------------------


def test_a_line_cut_anywhere_is_ignored_and_then_dropped(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.append(row(seed=1))
    whole = the_file(ledger).read_bytes()
    ledger.append(row(seed=2))
    both = the_file(ledger).read_bytes()
    cuts = [*range(len(whole), len(both), 23), len(both) - 2, len(both) - 1, len(both)]
    for cut in cuts:
        the_file(ledger).write_bytes(both[:cut])
        kept = [1, 2] if cut >= len(both) - 1 else [1]  # only the newline may be missing
        assert [r["seed"] for r in ledger.rows()] == kept
        ledger.append(row(seed=3))
        assert [r["seed"] for r in ledger.rows()] == [*kept, 3]
        assert the_file(ledger).read_bytes().startswith(both if 2 in kept else whole)


def test_a_torn_line_alone_in_its_file(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.append(row())
    path = the_file(ledger)
    path.write_bytes(path.read_bytes()[:100])
    assert ledger.rows() == []
    ledger.append(row())
    assert len(ledger.rows()) == 1


@pytest.mark.parametrize("bad", [b'{"method": "Deep', b"<<<<<<< HEAD", b"", b"3", b"\xff\xfe"])
def test_a_bad_line_elsewhere_is_an_error_that_names_it(tmp_path, bad):
    ledger = Ledger(tmp_path)
    ledger.append(row())
    path = the_file(ledger)
    path.write_bytes(path.read_bytes() + bad + b"\n" + path.read_bytes())
    for read in (ledger.rows, ledger.compact):
        with pytest.raises(InfosemError, match=r"DeepSEM\.jsonl, line 2: not a ledger row"):
            read()


def test_an_edited_row_is_an_error_that_names_it(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.append(row())
    text = the_file(ledger).read_text()
    the_file(ledger).write_text(text.replace('"epochs": 150', '"epochs": 90'))
    with pytest.raises(InfosemError, match=r"DeepSEM\.jsonl, line 1: the key .* edited"):
        ledger.rows()


def test_row_is_on_the_disk_when_append_returns(tmp_path, monkeypatch):
    ledger, fsync, on_disk = Ledger(tmp_path), os.fsync, []

    def noted(file):
        fsync(file)
        stat = os.stat(file)
        on_disk.append((stat.st_ino, stat.st_size))

    monkeypatch.setattr(os, "fsync", noted)
    for seed in (1, 2):
        ledger.append(row(seed=seed))
        stat = the_file(ledger).stat()
        assert (stat.st_ino, stat.st_size) in on_disk


def test_a_disk_that_is_full(tmp_path, monkeypatch):
    ledger = Ledger(tmp_path)
    ledger.append(row(seed=1))
    real_open = Path.open

    class Full:
        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def __getattr__(self, name):
            return getattr(self.file, name)

        def write(self, data):
            return self.file.write(data[:50])

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda *args, **named: Full(real_open(*args, **named)))
        with pytest.raises(InfosemError, match="not written whole"):
            ledger.append(row(seed=2))
    assert [r["seed"] for r in ledger.rows()] == [1]
    ledger.append(row(seed=2))
    assert [r["seed"] for r in ledger.rows()] == [1, 2]


APPEND = """
import json, sys
sys.path.insert(0, sys.argv[1])
from infosem_study.ledger import Ledger
ledger, row = Ledger(sys.argv[2]), json.loads(sys.argv[3])
for seed in range(int(sys.argv[4]), int(sys.argv[5])):
    ledger.append({**row, "seed": seed})
    print(seed, flush=True)
"""


def writer(folder, first, stop):
    # 30 kB a row, so that there is something to be cut
    arguments = [ROOT, folder, json.dumps(row(splits=range(500))), first, stop]
    command = [sys.executable, "-c", APPEND, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_kill_9_while_appending_loses_nothing_acknowledged(tmp_path):
    ledger, acknowledged = Ledger(tmp_path), []
    for start in (0, 1_000_000):
        process = writer(tmp_path, start, start + 1_000_000)
        first = process.stdout.readline()
        time.sleep(0.1)  # some rows later, wherever it then is
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(i) for i in (first + process.stdout.read()).split()]
        process.stdout.close()
        assert process.wait(10) == -signal.SIGKILL
        stored = [r["seed"] for r in ledger.rows()]
        assert set(acknowledged) <= set(stored)
        assert len(stored) == len(set(stored)) <= len(acknowledged) + (start > 0) + 1
    assert len(acknowledged) >= 2
    ledger.append(row(seed=-1))  # no lock is left behind
    ledger.compact()
    assert set(acknowledged) | {-1} <= {r["seed"] for r in ledger.rows()}


def test_row_that_is_appended_while_compacting_is_kept(tmp_path, monkeypatch):
    ledger, replace = Ledger(tmp_path), os.replace
    ledger.append(row(seed=1))
    other = threading.Thread(target=lambda: Ledger(tmp_path).append(row(seed=2)))

    def append_first(*paths):
        other.start()
        other.join(0.5)  # if it did not wait, it would be done, in the file that is then replaced
        replace(*paths)

    monkeypatch.setattr(os, "replace", append_first)
    ledger.compact()
    other.join()
    assert [r["seed"] for r in ledger.rows()] == [1, 2]


def test_two_processes_at_once_lose_nothing(tmp_path):
    n, ledger = 20, Ledger(tmp_path)
    writers = [writer(tmp_path, start, start + n) for start in (0, 1000)]
    while any(process.poll() is None for process in writers):
        ledger.compact()
        time.sleep(0.3)
    acknowledged = []
    for process in writers:
        acknowledged += [int(i) for i in process.communicate(timeout=60)[0].split()]
        assert process.returncode == 0
    stored = [r["seed"] for r in Ledger(tmp_path).rows()]
    assert sorted(stored) == sorted(acknowledged) == [*range(n), *range(1000, 1000 + n)]
