"""The command `infosem-study`."""

import sys
from functools import partial

import pandas as pd
import pytest

from infosem_study import cli, everything, studies
from infosem_study.comparison import compare
from infosem_study.pages import known_edges


def test_run_prints_the_table_and_fills_the_ledger(tmp_path, capsys):
    arguments = [
        "run", "table1", "--datasets", "synthetic", "--methods", "Random,One-hot LR",
        "--n-splits", "2", "--jobs", "1", "--ledger", str(tmp_path),
    ]  # fmt: skip
    assert cli.main(arguments) == 0
    assert "One-hot LR" in capsys.readouterr().out
    assert list(tmp_path.rglob("One-hot-LR.jsonl"))


def test_run_audit_keeps_its_tables_and_prints_who_is_above_chance(tmp_path, capsys):
    arguments = [
        "run", "audit", "--datasets", "synthetic", "--methods", "Pearson correlation",
        "--n-splits", "2", "--jobs", "1", "--ledger", str(tmp_path),
    ]  # fmt: skip
    assert cli.main(arguments) == 0
    assert "planted: of 1 pairs of method and data set" in capsys.readouterr().out
    tables = [
        "audit", "folds", "nulls", "permutation", "shortcuts", "tf-counts", "within-targets"
    ]  # fmt: skip
    assert sorted(path.parent.parent.name for path in tmp_path.rglob("*.csv")) == tables
    assert cli.main([*arguments, "--seeds", "1"]) == 2
    assert "--seeds" in capsys.readouterr().err


def test_run_embeddings_prints_every_control(tmp_path, capsys, monkeypatch):
    def sensitivity(store, *, datasets, splits, seeds=studies.SEEDS[:1], runner):
        lines = [
            {"dataset": datasets[0], "method": "InfoSEM-B, text", "seed": seed, "split": split,
             "unseen_auprc": 0.25, "unseen_hit": 0.5}
            for seed in seeds for split in splits
        ]  # fmt: skip
        return pd.DataFrame(lines)

    monkeypatch.setitem(everything.EVERYTHING, "embeddings", sensitivity)
    arguments = ["run", "embeddings", "--datasets", "hESC", "--ledger", str(tmp_path)]
    assert cli.main(arguments) == 0
    out = capsys.readouterr().out
    assert out.count("InfoSEM-B, text  0.250 (0.000)") == 1
    assert "Hit@1%" in out
    assert cli.main([*arguments, "--methods", "Random"]) == 2
    assert "--methods" in capsys.readouterr().err


def test_run_subsampling_prints_both_metrics_by_percentage(tmp_path, capsys, monkeypatch):
    asked = []

    def subsampling(store, **options):
        asked.append(options)
        return pd.DataFrame(
            {"dataset": "hESC", "method": "DeepSEM", "seed": 0, "split": split, "percent": percent,
             "unseen_auprc": 0.003 * percent, "unseen_hit": 0.5}
            for percent in (20, 100) for split in range(2)
        )  # fmt: skip

    monkeypatch.setitem(everything.EVERYTHING, "subsampling", subsampling)
    arguments = ["run", "subsampling", "--datasets", "hESC", "--ledger", str(tmp_path)]
    assert cli.main([*arguments, "--seeds", "5"]) == 0
    assert asked[0]["draws"] == [5]
    assert not {"methods", "in_full"} & set(asked[0])  # it has its own
    out = capsys.readouterr().out
    assert "0.060 (0.000)  0.300 (0.000)" in out
    assert "Hit@1%" in out
    assert cli.main([*arguments, "--methods", "InfoSEM-BC"]) == 0
    assert asked[1]["in_full"] == ["hESC"]  # what takes long was asked for
    assert cli.main([*arguments, "--complete"]) == 2
    assert "--complete" in capsys.readouterr().err


def test_run_controls_tells_what_was_taken(tmp_path, capsys, monkeypatch):
    taken = {"labels shuffled": ["One-hot LR"]}
    monkeypatch.setitem(everything.EVERYTHING, "controls", partial(studies.controls, taken=taken))
    arguments = ["--datasets", "synthetic", "--n-splits", "2", "--jobs", "1"]
    assert cli.main(["run", "controls", *arguments, "--ledger", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "One-hot LR, none" in out
    assert "One-hot LR, labels shuffled" in out


def test_run_known_edges_says_where_they_help(tmp_path, capsys, monkeypatch):
    # By default what the page shows; one part of it says enough.
    monkeypatch.setitem(known_edges.SHOWN, "cell-type-specific", {"controls": [0]})
    arguments = [
        "run", "known-edges", "--datasets", "synthetic", "--n-splits", "1", "--jobs", "1",
        "--seeds", "0", "--ledger", str(tmp_path),
    ]  # fmt: skip
    assert cli.main([*arguments, "--parts", "everything"]) == 2
    assert cli.main(arguments) == 0
    out = capsys.readouterr().out
    assert "half, within TFs: known edges in InfoSEM-BC help" in out
    assert "unrelated, own TF: known edges in InfoSEM-BC help beyond" in out
    assert (tmp_path / "known-edges" / "seed-0" / "planted" / "synthetic.csv").is_file()


def test_run_all_runs_every_study_and_says_what_is_left(tmp_path, capsys, monkeypatch):
    first = partial(compare, methods=["Random"])
    monkeypatch.setattr(
        everything, "EVERYTHING", {"first": first, "second": partial(first, methods=["One-hot LR"])}
    )
    arguments = [
        "run", "all", "--datasets", "synthetic", "--n-splits", "2", "--jobs", "1",
        "--ledger", str(tmp_path),
    ]  # fmt: skip
    assert cli.main(arguments) == 0
    out = capsys.readouterr().out
    assert "first: 20 runs; with those of the studies after it 22" in out
    assert "second: 2 runs; with those of the studies after it 2" in out
    assert "has all runs that the book shows of synthetic" in out
    assert list(tmp_path.rglob("One-hot-LR.jsonl"))
    assert cli.main(arguments) == 0
    assert "first: 0 runs; with those of the studies after it 0" in capsys.readouterr().out
    assert cli.main([*arguments, "--seeds", "1"]) == 2
    assert "--seeds" in capsys.readouterr().err


@pytest.mark.needs_data
def test_data_shows_appendix_b(capsys):
    assert cli.main(["data"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["cell-type-specific", "mDC", "positive_links", "1129", "1129"] in lines
    assert ["string", "mDC", "positive_links", "5873", "NaN"] in lines


def test_an_unknown_name_in_a_list_is_named(capsys):
    assert cli.main(["run", "table1", "--datasets", "hESC,mdc"]) == 2
    assert "'mdc' is not one of" in capsys.readouterr().err


def test_version_and_help(capsys):
    for option in ("--version", "--help"):
        assert cli.main([option]) == 0
    out = capsys.readouterr().out
    assert "infosem-study, version" in out
    assert all(name in out for name in ("run", "tune", "verify", "data"))


def test_what_to_install_is_said_where_a_package_is_missing(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for name in [name for name in sys.modules if name.startswith("infosem_study.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("infosem_study.cli", raising=False)
    from infosem_study.__main__ import main

    assert main() == 2
    assert "pip install 'infosem[study,text]'" in capsys.readouterr().err
