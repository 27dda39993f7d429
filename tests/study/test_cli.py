from functools import partial

import anndata
import numpy as np
import pandas as pd
import pytest

from infosem import simulate
from infosem_study import cli, studies
from infosem_study.comparison import compare


@pytest.fixture
def cells(tmp_path):
    """An .h5ad file and a list of TFs, as a user would bring them."""
    dataset = simulate(n_tfs=3, n_targets=20, n_cells=30, seed=1)
    adata = anndata.AnnData(
        dataset.expression.T,
        obs=pd.DataFrame(index=dataset.cells),
        var=pd.DataFrame(index=dataset.genes),
    )
    adata.write_h5ad(tmp_path / "cells.h5ad")
    (tmp_path / "tfs.txt").write_text("\n".join(dataset.tf_names))
    return tmp_path, dataset


def infer(folder, *more):
    return cli.main(
        ["infer", str(folder / "cells.h5ad"), "--tfs", str(folder / "tfs.txt"),
         "--output", str(folder / "edges.csv"), *more]
    )  # fmt: skip


def test_infer_writes_a_ranking(cells, capsys):
    folder, dataset = cells
    assert infer(folder) == 0
    ranking = pd.read_csv(folder / "edges.csv")
    assert list(ranking.columns) == ["tf", "target", "score"]
    assert set(ranking["tf"]) == set(dataset.tf_names)
    assert len(ranking) == dataset.n_tfs * (dataset.n_genes - 1)
    assert np.isfinite(ranking["score"]).all()
    assert f"{len(ranking)} pairs of 3 TFs" in capsys.readouterr().out


def test_infer_with_text_needs_no_data_folder(cells, capsys, monkeypatch):
    folder, dataset = cells
    monkeypatch.delenv("INFOSEM_DATA", raising=False)
    given = []

    def attach(dataset, name, descriptions=None):
        given.append((name, descriptions))
        return dataset.with_embedding(name, np.random.default_rng(0).random((dataset.n_genes, 4)))

    monkeypatch.setattr(cli, "attach", attach)
    monkeypatch.setattr(cli, "infer", lambda *_, **__: pd.DataFrame({"tf": ["A"], "score": [1.0]}))
    assert infer(folder, "--method", "InfoSEM-B") == 0
    assert "its symbol alone" in capsys.readouterr().err
    table = folder / "genes.tsv"
    table.write_text(f"gene\tname\tsummary\n{dataset.genes[0]}\tfirst\t\n")
    assert infer(folder, "--method", "InfoSEM-B", "--descriptions", str(table)) == 0
    assert [name for name, _ in given] == ["MiniLM symbols", "MiniLM"]
    assert given[1][1]["name"].tolist() == ["first"]
    assert infer(folder, "--method", "InfoSEM-B", "--descriptions", str(folder / "none.tsv")) == 2
    assert "none.tsv: cannot be read" in capsys.readouterr().err


def test_bad_input_is_one_line_and_leaves_no_file(cells, capsys):
    folder, _ = cells
    (folder / "tfs.txt").write_text("NOSUCHGENE")
    assert infer(folder) == 2
    error = capsys.readouterr().err
    assert error.startswith("infosem: ")
    assert "NOSUCHGENE" in error
    (folder / "tfs.txt").unlink()
    assert infer(folder) == 2
    assert "tfs.txt: cannot be read" in capsys.readouterr().err
    assert sorted(p.name for p in folder.iterdir()) == ["cells.h5ad"]


def test_run_prints_the_table_and_fills_the_ledger(tmp_path, capsys):
    arguments = [
        "run", "table1", "--datasets", "synthetic", "--methods", "Random", "One-hot LR",
        "--n-splits", "2", "--jobs", "1", "--ledger", str(tmp_path),
    ]  # fmt: skip
    assert cli.main(arguments) == 0
    assert "One-hot LR" in capsys.readouterr().out
    assert list(tmp_path.rglob("One-hot-LR.jsonl"))


def test_run_audit_keeps_its_tables_and_prints_who_is_above_chance(tmp_path, capsys):
    arguments = [
        "run", "audit", "--datasets", "synthetic", "--methods", "One-hot LR",
        "--n-splits", "2", "--jobs", "1", "--ledger", str(tmp_path),
    ]  # fmt: skip
    assert cli.main(arguments) == 0
    assert "planted: of 1 pairs of method and data set" in capsys.readouterr().out
    tables = ["audit", "nulls", "permutation", "shortcuts"]
    assert sorted(path.parent.parent.name for path in tmp_path.rglob("*.csv")) == tables
    assert cli.main([*arguments, "--seeds", "1"]) == 2
    assert "--seeds" in capsys.readouterr().err


def test_run_embeddings_prints_every_control(tmp_path, capsys, monkeypatch):
    def sensitivity(store, *, datasets, splits, seeds=studies.FEWER_SEEDS, **where):
        lines = [
            {"dataset": datasets[0], "method": "InfoSEM-B, text", "seed": seed, "split": split,
             "unseen_auprc": 0.25, "unseen_hit": 0.5}
            for seed in seeds for split in splits
        ]  # fmt: skip
        return pd.DataFrame(lines)

    monkeypatch.setitem(studies.EVERYTHING, "embeddings", sensitivity)
    arguments = ["run", "embeddings", "--datasets", "hESC", "--ledger", str(tmp_path)]
    assert cli.main(arguments) == 0
    out = capsys.readouterr().out
    assert out.count("InfoSEM-B, text  0.250 (0.000)") == 1
    assert "Hit@1%" in out
    assert cli.main([*arguments, "--methods", "Random"]) == 2
    assert "--methods" in capsys.readouterr().err


def test_run_controls_tells_what_was_taken(tmp_path, capsys, monkeypatch):
    taken = {"labels shuffled": ["One-hot LR"]}
    monkeypatch.setitem(studies.EVERYTHING, "controls", partial(studies.controls, taken=taken))
    arguments = ["--datasets", "synthetic", "--n-splits", "2", "--jobs", "1"]
    assert cli.main(["run", "controls", *arguments, "--ledger", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "One-hot LR, none" in out
    assert "One-hot LR, labels shuffled" in out


def test_run_all_runs_every_study_and_says_what_is_left(tmp_path, capsys, monkeypatch):
    first = partial(compare, methods=["Random"])
    monkeypatch.setattr(
        studies, "EVERYTHING", {"first": first, "second": partial(first, methods=["One-hot LR"])}
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
