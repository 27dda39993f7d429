"""What identifies the stored runs: the settings of every method, and that no study lacks a run."""

import csv
import json
from pathlib import Path

from infosem.data import CELLS, STRING
from infosem_study import METHODS, Store, everything, method_for
from infosem_study.jobs import Job
from infosem_study.ledger import key

ROOT = Path(__file__).resolve().parents[2]


def test_every_preset_has_the_settings_and_the_key_that_it_had() -> None:
    """Of presets.csv, one line per method and network; a change there asks for runs done again."""
    with (ROOT / "tests" / "study" / "presets.csv").open(newline="") as file:
        pinned = list(csv.DictReader(file))
    assert {line["method"] for line in pinned} == set(METHODS) - {"SCENIC"}  # its database's digest
    for line in pinned:
        name, dataset, network = line["method"], line["dataset"], line["network"]
        method = method_for(name, dataset, network)
        job = Job(method, dataset, network, 0, (0,))
        assert dict(method.settings) == json.loads(line["settings"]), line
        assert key({**job.identity(), "fingerprint": ""}) == line["key"], line


def test_string_has_the_settings_of_the_non_specific_network() -> None:
    for name in ("One-hot LR", "DeepSEM", "InfoSEM-B", "InfoSEM-BC"):
        assert method_for(name, "hESC", STRING) == method_for(
            name, "hESC", "non-cell-type-specific"
        )


def test_the_ledger_has_every_run_that_the_book_shows() -> None:
    plan = everything.plan(Store(ROOT / "results"), datasets=CELLS, splits=range(10))
    assert set(plan["study"]) == set(everything.EVERYTHING)
    assert plan["runs"].sum() == 0, plan
