"""`infer`, what it returns, and the command `infosem`."""

import signal
import sys
from dataclasses import replace
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from infosem import Dataset, InfosemError, Network, Settings, attach, cli, fit, infer, simulate
from infosem.embeddings import centre_and_normalise
from infosem.engine import Engine
from infosem.infer import DEFAULT_METHOD, DEFAULTS, RegulatorsWarning, sped_up

QUICK = {"epochs": 3, "hidden": 8}


@pytest.fixture(scope="module")
def network(synthetic) -> Network:
    return infer(synthetic, seed=1, **QUICK)


# --- what comes out -------------------------------------------------------------------------------


def test_edges_are_the_rows_of_the_tfs_best_first(synthetic, network):
    edges = network.edges
    assert list(edges.columns) == ["tf", "target", "score"]
    assert len(edges) == synthetic.n_tfs * (synthetic.n_genes - 1)
    assert edges["score"].is_monotonic_decreasing
    place = {gene: i for i, gene in enumerate(synthetic.genes)}
    first = edges.iloc[0]
    assert first["score"] == abs(network.adjacency[place[first["tf"]], place[first["target"]]])
    assert set(edges["tf"]) == set(synthetic.tf_names)
    assert (edges["tf"] != edges["target"]).all()


def test_inhibited_targets_count_as_activated_ones(network):
    other = replace(network, adjacency=-network.adjacency)
    assert np.array_equal(other.scores, network.scores)
    pd.testing.assert_frame_equal(other.edges, network.edges)


def test_result_says_what_it_was_made_with(synthetic, network):
    assert network.method == DEFAULT_METHOD == "DeepSEM"
    assert network.settings == Settings(**{**vars(DEFAULTS["DeepSEM"]), **QUICK})
    assert len(network.history["objective"]) == 3
    again = fit(synthetic.expression, network.settings, seed=network.seed)
    assert np.array_equal(network.adjacency, again.adjacency)


def test_top_is_the_first_of_the_edges(network):
    for n in (1, 10, 10**9):
        pd.testing.assert_frame_equal(network.top(n), network.edges.head(n))
    assert network.n_pairs == len(network.edges)


def test_tfs_alone_regulate_where_genes_are_many(synthetic, monkeypatch):
    monkeypatch.setattr(sys.modules["infosem.infer"], "MOST_REGULATORS", synthetic.n_genes - 1)
    with pytest.warns(RegulatorsWarning, match="only the 12 TFs are taken as regulators"):
        found = infer(synthetic, **QUICK)
    assert found.settings.regulators == "tfs"
    assert found.adjacency.shape == (synthetic.n_tfs, synthetic.n_genes)
    assert np.array_equal(found.regulators, synthetic.tfs)
    assert np.array_equal(found.scores, np.abs(found.adjacency))
    assert set(found.edges["tf"]) == set(synthetic.tf_names)
    asked = infer(synthetic, regulators="all", **QUICK)  # no warning, which would be an error
    assert asked.adjacency.shape == (synthetic.n_genes, synthetic.n_genes)


def test_fast_preset_takes_a_third_of_the_epochs_at_three_times_the_rates(synthetic):
    fast = infer(synthetic, preset="fast", hidden=8, epochs=1).settings
    released = DEFAULTS["DeepSEM"]
    assert sped_up(released, 3).epochs == 50
    assert sped_up(released, 1) == released
    assert (fast.lr, fast.lr_adjacency) == (3 * released.lr, 3 * released.lr_adjacency)
    assert fast.decay == pytest.approx(released.decay**3)
    with pytest.raises(InfosemError, match=r"preset: 'fats' is unknown \(is it fast\?\)"):
        infer(synthetic, preset="fats")


def test_sparse_cells_give_the_same_network(synthetic, network):
    thin = replace(synthetic, expression=scipy.sparse.csr_array(synthetic.expression))
    found = infer(thin, seed=1, **QUICK)
    np.testing.assert_allclose(found.adjacency, network.adjacency, atol=1e-5)


def test_defaults_are_deepsems_as_its_authors_ran_it():
    """Of cell-type-specific networks: Hyperparameter.MD, and the schedule of torch 1.2."""
    for settings in DEFAULTS.values():
        released = settings.alpha, settings.beta, settings.epochs, settings.decay
        assert released == (1.0, 0.01, 150, 0.95)


def test_csv_is_written_whole_or_not_at_all(tmp_path, network, monkeypatch):
    path = tmp_path / "edges.csv"
    path.write_text("old")

    def killed(self, target, **_):
        target.write_text("half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pd.DataFrame, "to_csv", killed)
        with pytest.raises(KeyboardInterrupt):
            network.to_csv(path)
    assert path.read_text() == "old"
    network.to_csv(path)
    written = pd.read_csv(path)
    assert written["target"].tolist() == network.edges["target"].tolist()
    assert [p.name for p in tmp_path.iterdir()] == ["edges.csv"]
    with pytest.raises(InfosemError, match=r"none/edges\.csv: cannot be written"):
        network.to_csv(tmp_path / "none" / "edges.csv")


# --- what goes in ---------------------------------------------------------------------------------


def test_name_of_the_data_set_decides_nothing(synthetic, network):
    other = infer(replace(synthetic, name="hESC"), seed=1, **QUICK)
    assert other.settings == network.settings
    assert np.array_equal(other.adjacency, network.adjacency)


def test_text_is_centred_and_the_only_embedding_needs_no_name(synthetic):
    found = infer(synthetic, "InfoSEM-B", lr_w=0.1, **QUICK)
    vectors = centre_and_normalise(synthetic.embedding("planted"))
    again = fit(synthetic.expression, found.settings, seed=0, embedding=vectors)
    assert np.array_equal(found.adjacency, again.adjacency)
    assert not np.array_equal(found.adjacency, infer(synthetic, **QUICK).adjacency)
    two = attach(synthetic, "random")
    named = infer(two, "InfoSEM-B", embedding="planted", lr_w=0.1, **QUICK)
    assert np.array_equal(found.adjacency, named.adjacency)
    with pytest.raises(InfosemError, match="several \\(planted, random\\): name one"):
        infer(two, "InfoSEM-B", **QUICK)


def test_known_edges_come_from_the_data_set(synthetic):
    """1 for its edges, 0 for other pairs of a TF that has some, unknown for a TF that has none."""
    some = synthetic.network.copy()
    some[3:] = False
    known = np.where(some, 1, np.where(np.arange(len(some))[:, None] < 3, 0, -1)).astype(np.int8)
    known[np.arange(synthetic.n_tfs), synthetic.tfs] = -1
    options = {"lr_logits": 0.1, **QUICK}
    found = infer(replace(synthetic, network=some), "InfoSEM-BC", **options)
    given = infer(synthetic, "InfoSEM-BC", known_edges=known, **options)
    assert np.array_equal(found.adjacency, given.adjacency)
    other = infer(synthetic, "InfoSEM-BC", **options)
    assert not np.array_equal(found.adjacency, other.adjacency)


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        ("InfoSEM_B", {}, r"method: 'InfoSEM_B' is unknown \(is it InfoSEM-B\?\)"),
        ("Pearson correlation", {}, "choose from DeepSEM, .*compared with are in infosem_study"),
        ("DeepSEM", {"epoch": 3}, r"epoch: there is no such setting \(is it epochs\?\)"),
        ("DeepSEM", {"nonsense": 3}, "nonsense: there is no such setting; choose from epochs"),
        ("DeepSEM", {"epochs": 0}, "epochs is 0, must be positive"),
        ("DeepSEM", {"sigma_w": 1.0}, "sigma_w: is of embeddings, which DeepSEM does not use"),
        ("InfoSEM-B", {"rank": 8}, "rank: is of known edges, which InfoSEM-B does not use"),
        ("DeepSEM", {"absent_trust": 0.1}, "absent_trust: is of known edges, which DeepSEM does"),
        ("DeepSEM", {"embedding": "planted"}, "embedding: DeepSEM does not use one"),
        ("InfoSEM-B", {"embedding": "MiniLM"}, "no embedding 'MiniLM'"),
        ("DeepSEM", {"device": "meta"}, "device: 'meta' cannot be used; use cpu or cuda"),
        ("DeepSEM", {"device": None}, "device: None is unknown to torch"),
        ("DeepSEM", {"seed": "x"}, "seed: 'x' is none; give a whole number"),
        ("DeepSEM", {"seed": -1}, "seed: -1 is none"),
        ("DeepSEM", {"seed": 2**64}, "seed: 18446744073709551616 is none"),
        ("DeepSEM", {"device": "gpu"}, "device: 'gpu' is unknown to torch; use cpu or cuda"),
        ("InfoSEM-B", {"known_edges": np.ones((12, 100), int)}, "InfoSEM-B does not use them"),
        ("InfoSEM-BC", {"known_edges": np.ones((3, 4), int)}, r"give \(n_tfs, n_genes\)"),
        ("InfoSEM-BC", {"known_edges": np.full((12, 100), 0.5)}, "known_edges: give integers"),
        ("InfoSEM-BC", {"known_edges": np.full((12, 100), -1)}, "known_edges: no pair is known"),
    ],
)
def test_what_cannot_be_used_is_one_clear_error(synthetic, method, options, message):
    with pytest.raises(InfosemError, match=message):
        infer(synthetic, method, **options)


def test_a_path_is_no_data_set_and_one_text_no_list_of_tfs():
    with pytest.raises(InfosemError, match=r"dataset: 'cells\.h5ad' is none; .*from_anndata"):
        infer("cells.h5ad")
    with pytest.raises(InfosemError, match="tfs: 'SOX2' is one text; give a list of names"):
        Dataset.from_anndata(None, "SOX2")


def test_a_table_is_no_anndata(synthetic):
    table = pd.DataFrame(synthetic.expression.T, columns=synthetic.genes)
    with pytest.raises(InfosemError, match="adata: a DataFrame is no AnnData; make one"):
        Dataset.from_anndata(table, ["TF01"])
    with pytest.raises(InfosemError, match=r"dataset: a DataFrame is none; make one"):
        infer(table)


def test_cells_that_tell_nothing_are_named(synthetic):
    two = replace(
        synthetic, expression=synthetic.expression[:, :2].copy(), cells=synthetic.cells[:2]
    )
    with pytest.raises(InfosemError, match="2 cells cannot tell which genes vary together"):
        infer(two)
    for nothing in (0 * synthetic.expression, scipy.sparse.csr_array(synthetic.expression.shape)):
        with pytest.raises(InfosemError, match="all values are 0"):
            infer(replace(synthetic, expression=nothing))
    with pytest.raises(InfosemError, match="one gene is no network"):
        infer(synthetic.take_genes(synthetic.tfs[:1]))


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        (np.ones((3, 4)), r"shape \(3, 4\); give \(n_tfs, n_genes\), \(12, 100\)"),
        (np.full((12, 100), np.nan), "give 1 for an edge, 0 for no edge"),
        (np.full((12, 100), 2), "give 1 for an edge"),
        (np.full((12, 100), "1"), "give 1 for an edge"),
        (np.full((12, 100), None), "give 1 for an edge"),
    ],
)
def test_labels_of_a_wrong_kind_are_not_trained_on(synthetic, edges, message):
    with pytest.raises(InfosemError, match=message):
        fit(
            synthetic.expression, Settings(**QUICK), seed=0, tfs=synthetic.tfs,
            embedding=synthetic.embedding("planted"), train_edges=edges,
        )  # fmt: skip


def test_fit_takes_seeds_and_embeddings_that_fit(synthetic):
    for seed in (-1, 2**64):
        with pytest.raises(InfosemError, match=f"seed: {seed} is none"):
            fit(synthetic.expression, Settings(**QUICK), seed=seed)
    with pytest.raises(InfosemError, match="the embedding has 3 rows; give one for each of 100"):
        fit(synthetic.expression, Settings(**QUICK), seed=0, embedding=np.ones((3, 4)))


def test_what_is_missing_is_said(synthetic):
    bare = replace(synthetic, embeddings={}, network=np.zeros_like(synthetic.network))
    with pytest.raises(InfosemError, match=r"has none: attach one .* or use method='DeepSEM'"):
        infer(bare, "InfoSEM-B")
    with pytest.raises(InfosemError, match="network has no edge; give some"):
        infer(replace(bare, embeddings=synthetic.embeddings), "InfoSEM-BC")


# --- the command ----------------------------------------------------------------------------------


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


def run(folder, *more):
    return cli.main(
        ["infer", str(folder / "cells.h5ad"), "--tfs", str(folder / "tfs.txt"),
         "--output", str(folder / "edges.csv"), "--seeds", "1", *more]
    )  # fmt: skip


def test_infer_writes_a_ranking(cells, capsys):
    folder, dataset = cells
    assert run(folder) == 0
    ranking = pd.read_csv(folder / "edges.csv")
    assert list(ranking.columns[:3]) == ["source", "target", "weight"]
    assert set(ranking["source"]) == set(dataset.tf_names)
    assert len(ranking) == dataset.n_tfs * (dataset.n_genes - 1)
    assert np.isfinite(ranking["weight"]).all()
    assert f"{len(ranking)} pairs of 3 TFs" in capsys.readouterr().out


def test_infer_can_be_fast_and_brief(cells, capsys):
    folder, _ = cells
    assert run(folder, "--preset", "fast", "--threads", "1", "--top", "5") == 0
    assert len(pd.read_csv(folder / "edges.csv")) == 5
    told = capsys.readouterr()
    assert "5 pairs of 3 TFs" in told.out
    assert "50/50" in told.err  # the bar, over a third of the epochs


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_what_is_stopped_goes_on_where_it_was(cells, capsys, monkeypatch, by):
    folder, _ = cells
    network, epoch, count = folder / "network", Engine.epoch, []

    def interrupted(self, **how):
        count.append(1)
        if len(count) == 55:  # in the second training
            signal.raise_signal(by)
        return epoch(self, **how)

    how = ["--output", str(network), "--seeds", "2", "--jobs", "1", "--preset", "fast"]
    monkeypatch.setattr(Engine, "epoch", interrupted)
    assert run(folder, *how) == 130
    assert "what has finished is kept" in capsys.readouterr().err
    assert [p.name[:6] for p in (network / "runs").iterdir()] == ["seed-0"]
    assert [p.name for p in network.iterdir()] == ["runs"]
    assert run(folder, *how, "--format", "graphml") == 0
    told = capsys.readouterr()
    assert "1 of 2 trainings" in told.err
    assert "see report.html" in told.out
    found = sorted(p.name for p in network.iterdir())
    assert found == ["edges.csv", "network.graphml", "report.html", "runs"]
    assert len(list((network / "runs").iterdir())) == 2
    assert "infosem infer" in (network / "report.html").read_text()


def test_infer_says_that_tfs_alone_regulate(cells, capsys, monkeypatch):
    folder, _ = cells
    monkeypatch.setattr(sys.modules["infosem.infer"], "MOST_REGULATORS", 10)
    assert run(folder, "--preset", "fast") == 0
    assert "only the 3 TFs are taken as regulators" in capsys.readouterr().err


def test_infer_with_text_needs_no_data_folder(cells, capsys, monkeypatch):
    folder, dataset = cells
    monkeypatch.delenv("INFOSEM_DATA", raising=False)
    given = []

    def attached(dataset, name, descriptions=None):
        given.append((name, descriptions))
        vectors = np.random.default_rng(0).random((dataset.n_genes, 4))
        return replace(
            dataset.with_embedding(name, vectors), provenance={f"embedding {name}": "random"}
        )

    monkeypatch.setattr(sys.modules["infosem.prepare"], "attach", attached)
    assert run(folder, "--method", "InfoSEM-B", "--preset", "fast") == 0
    assert "its symbol alone" in capsys.readouterr().err
    table = folder / "genes.tsv"
    table.write_text(f"gene\tname\tsummary\n{dataset.genes[0]}\tfirst\t\n")
    assert (
        run(folder, "--method", "InfoSEM-B", "--preset", "fast", "--descriptions", str(table)) == 0
    )
    assert [name for name, _ in given] == ["MiniLM symbols", "MiniLM"]
    assert given[1][1]["name"].tolist() == ["first"]
    assert (
        run(
            folder,
            "--method",
            "InfoSEM-B",
            "--preset",
            "fast",
            "--descriptions",
            str(folder / "none.tsv"),
        )
        == 2
    )
    assert "none.tsv: cannot be read" in capsys.readouterr().err


def test_bad_input_is_one_line_and_leaves_no_file(cells, capsys):
    folder, _ = cells
    assert cli.main(["infer", str(folder / "cells.h5ad"), "-o", str(folder / "edges.csv")]) == 2
    assert "tfs: which genes are TFs is not known; give" in capsys.readouterr().err
    (folder / "tfs.txt").write_text("NOSUCHGENE")
    assert run(folder) == 2
    error = capsys.readouterr().err
    assert error.startswith("infosem: ")
    assert "NOSUCHGENE" in error
    (folder / "tfs.txt").unlink()
    assert run(folder) == 2
    assert "tfs.txt: cannot be read" in capsys.readouterr().err
    assert sorted(p.name for p in folder.iterdir()) == ["cells.h5ad"]


def test_edges_are_for_infosem_bc(cells, capsys):
    folder, _ = cells
    assert run(folder, "--method", "InfoSEM-BC") == 2
    assert "--edges: InfoSEM-BC needs known edges" in capsys.readouterr().err
    assert run(folder, "--edges", "edges.csv") == 2
    assert "--edges: DeepSEM does not use it; use --method InfoSEM-BC" in capsys.readouterr().err
    assert run(folder, "--absent-trust", "0.1") == 2
    assert "--absent-trust: DeepSEM does not use it" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_said_before_the_training(cells, capsys, monkeypatch):
    folder, _ = cells
    monkeypatch.setattr(cli, "infer_ensemble", lambda *_, **__: pytest.fail("was trained"))
    (folder / "mine.csv").write_text("my,own\n")
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    for output, message in (
        ("none/edges.csv", "none/edges.csv: cannot be written"),
        ("", "is a folder of other files"),
        ("cells.h5ad", "is the input"),
        ("tfs.txt", "is the input"),
        ("mine.csv", "holds no network of infosem"),
        ("edges.xlsx", "unknown kind; let it end with one of .csv"),
        ("cells.h5ad/edges.csv", "cannot be written"),
    ):
        assert run(folder, "--output", str(folder / output)) == 2
        told = capsys.readouterr().err
        assert message in told
        assert told.count("\n") == 1
    assert run(folder, "--output", "/dev/null") == 2
    assert run(folder, "--output", "") == 2
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--seeds", "0"], "seeds: 0 are no ensemble; give 1 to 1000"),
        (["--seed", "-1"], "seed: -1 is none"),
        (["--seed", str(2**64)], "seed: 18446744073709551616 is none"),
        (["--seed", str(2**63 - 1), "--seeds", "2"], "seed: 9223372036854775808 is none"),
        (["--device", "gpu"], "device: 'gpu' is unknown to torch"),
        (["--format", "graphml"], "--format: is for a folder"),
    ],
)
def test_what_cannot_be_run_is_said_before_anything_is_read(cells, capsys, more, message):
    folder, _ = cells
    (folder / "cells.h5ad").write_text("none")
    assert run(folder, *more) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("name", ["run", "tune", "verify", "data"])
def test_old_calls_say_where_they_went(name, capsys):
    assert cli.main([name, "table1", "--jobs", "1", "--help"]) == 2
    assert f"is now `infosem-study {name}`" in capsys.readouterr().err


def test_version(capsys):
    assert cli.main(["--version"]) == 0
    assert "infosem, version 0.2.0" in capsys.readouterr().out
