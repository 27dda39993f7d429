"""From files to a data set: what is matched, what is said, and what stops."""

import gzip
import sys
from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
import pytest
import scanpy
import scipy.sparse
from test_gene_text import GENE_INFO, GENE_SUMMARY, INFO, SUMMARIES
from test_regulators import serve

from infosem import InfosemError, cli, infer, prepare
from infosem.data import read_cells

GENES = ["Sox2", "Klf4", "Smad2", "C10orf54", "dl", "Dl", "Actb", "Rpl3", "Gata6", "Gata4"]
IDS = [f"ENSMUSG{i:011d}.1" for i in range(len(GENES))]
X = np.random.default_rng(0).poisson(2.0, (60, len(GENES))) * 1.0


@pytest.fixture
def adata() -> Any:
    var = pd.DataFrame({"gene_ids": IDS}, index=GENES)
    obs = pd.DataFrame(index=[f"cell{i}" for i in range(60)])
    return anndata.AnnData(scipy.sparse.csr_matrix(X), obs=obs, var=var)


def test_tfs_are_matched_counted_and_listed(adata: Any, tmp_path: Path) -> None:
    path = tmp_path / "tfs.csv"
    path.write_bytes(f"TF\r\nSOX2\r\n{IDS[1]}\r\nNANOG\r\nDL\r\ndl\r\n".encode("utf-16"))
    prepared = prepare(adata, tfs=path)
    dataset = prepared.dataset
    assert dataset.tf_names.tolist() == ["Klf4", "Sox2", "dl"]
    assert dataset.genes.tolist() == GENES
    assert prepared.known is None
    assert not dataset.network.any()
    assert dataset.provenance["tfs not in the data"] == "NANOG, DL"
    assert prepared.notes[0] == "AnnData: 60 cells, 10 genes."
    assert "raw counts" in prepared.notes[1]
    assert prepared.notes[2] == (
        f"TFs: 3 of 5 are in the data ({path}). Not in the data, or without a value: NANOG, DL."
    )
    np.testing.assert_allclose(dataset.expression.toarray(), read_cells(adata).expression.toarray())


def test_known_edges_are_matched(adata: Any, tmp_path: Path) -> None:
    table = "source\ttarget\tweight\nSOX2\tKLF4\t1\nSOX2\tSOX2\t1\nSOX2\tKLF4\t-1\nGATA4\tSOX2\t1\n"
    path = tmp_path / "edges.tsv"
    path.write_text(f"{table}KLF4\tnothing\t1\nKLF4\t{IDS[6]}\t1\n")
    prepared = prepare(adata, tfs=["Sox2", "Klf4"], edges=path)
    known = prepared.known
    assert known is not None
    assert list(zip(known["source"], known["target"], known["weight"], strict=True)) == [
        ("Sox2", "Klf4", 1), ("Klf4", "Actb", 1),
    ]  # fmt: skip
    assert np.argwhere(prepared.dataset.network).tolist() == [[0, 6], [1, 1]]
    assert prepared.notes[-1] == (
        "Known edges: 2 of 6 join a TF and another gene of the data; 2 TFs have some."
    )
    same = prepare(adata, tfs=["Sox2", "Klf4"], edges=pd.read_csv(path, sep="\t"))
    assert np.array_equal(same.dataset.network, prepared.dataset.network)
    pairs = prepare(adata, tfs=["Sox2", "Klf4"], edges=[("SOX2", "Klf4")])
    assert pairs.dataset.network.sum() == 1


def test_genes_are_chosen_and_tfs_stay(adata: Any) -> None:
    rng = np.random.default_rng(0)
    names = [f"Gene{i}" for i in range(300)]
    x = rng.poisson(rng.uniform(0.5, 3, 300) * rng.gamma(2, 0.5, (60, 300)))
    obs = pd.DataFrame(index=[f"c{i}" for i in range(60)])
    many = anndata.AnnData(x, obs=obs, var=pd.DataFrame(index=names))
    prepared = prepare(many, tfs=names[:20], genes=30)
    assert prepared.dataset.n_tfs == 20
    assert 30 <= prepared.dataset.n_genes <= 50
    assert any("the 30 most variable ones and all TFs" in note for note in prepared.notes)


@pytest.fixture
def online(server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    serve(server, monkeypatch, lambert2018="SOX2\n", hs_hgnc_tfs="SOX2\n",
          mm_mgi_tfs="Sox2\nKlf4\nNanog\n")  # fmt: skip
    server.files[INFO] = gzip.compress(GENE_INFO.encode())
    server.files[SUMMARIES] = gzip.compress(GENE_SUMMARY.encode())
    return server


def test_a_species_is_all_that_is_needed(adata: Any, online: Any, tiny_bert: Any) -> None:
    prepared = prepare(adata, species="mouse", text="MiniLM")
    assert prepared.dataset.tf_names.tolist() == ["Klf4", "Sox2"]
    assert prepared.dataset.embedding("MiniLM").shape == (len(GENES), 12)
    assert "full name (2 genes) and RefSeq summary (2)" in prepared.notes[-1]
    assert "gene_summary.gz, downloaded" in prepared.notes[-1]
    assert "sha256:" in prepared.notes[-2]
    network = infer(prepared.dataset, "InfoSEM-B", epochs=2, hidden=8)
    assert set(network.edges["tf"]) == {"Sox2", "Klf4"}


def test_symbols_need_no_network(adata: Any, server: Any, tiny_bert: Any) -> None:
    prepared = prepare(adata, tfs=["Sox2"], text="symbols")
    assert list(prepared.dataset.embeddings) == ["MiniLM symbols"]
    described = pd.DataFrame({"gene": ["SOX2"], "name": ["sry-box 2"], "summary": [None]})
    prepared = prepare(adata, tfs=["Sox2"], descriptions=described)
    assert "full name (1 genes)" in prepared.notes[-1]
    assert "the descriptions given" in prepared.notes[-1]
    assert server.asked == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"tfs: which genes are TFs is not known; give names or a file \(--tfs\), or the spec"),
        ({"tfs": "SOX2"}, "tfs: 'SOX2' is neither a file nor a list of names; give one"),
        ({"tfs": "none/tfs.txt"}, r"none/tfs\.txt: cannot be read"),
        ({"tfs": []}, "tfs: there is none; name at least one"),
        ({"tfs": 3}, "tfs: int is no list of names"),
        ({"tfs": ["FOO", "BAR"]}, r"AnnData: of 2 TFs \(FOO, BAR, \.\.\.\) none is among the genes "
         r"\(Sox2, Klf4, Smad2, \.\.\.\); name them as the data do"),
        ({"species": "rat", "tfs": ["Sox2"]}, "species: 'rat' is unknown; choose from human, mous"),
        ({"tfs": ["Sox2"], "text": "GloVe"}, "text: 'GloVe' is unknown; choose from MiniLM, BioBE"),
        ({"tfs": ["Sox2"], "text": "MiniLM"}, "text: whose genes .* --text symbols"),
        ({"tfs": ["Sox2"], "edges": "collectri"}, "edges: of whom collectri is wanted is"),
        ({"tfs": ["Sox2"], "edges": [("A", "B", "C")]}, "edges: no list of pairs"),
        ({"tfs": ["Sox2"], "edges": [("A", "B")]}, "none of its edges joins a TF and another gene"),
        ({"tfs": ["Sox2"], "genes": -1}, "genes: -1 is no number of genes"),
        ({"tfs": ["Sox2"], "normalise": False}, "AnnData: it holds raw counts"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_one_sentence(adata: Any, options: Any, message: str) -> None:
    with pytest.raises(InfosemError, match=message) as caught:
        prepare(adata, **options)
    assert "\n" not in str(caught.value)


def test_identifiers_point_to_the_column_of_symbols(adata: Any) -> None:
    turned = adata.copy()
    turned.var = pd.DataFrame({"feature_name": GENES, "n": 1}, index=IDS)
    with pytest.raises(InfosemError, match=r"name the column of the genes' symbols \(symbols, --sym"
                       r"bols\): feature_name"):  # fmt: skip
        prepare(turned, tfs=["Sox2"])
    assert prepare(turned, tfs=["Sox2"], symbols="feature_name").dataset.genes.tolist() == GENES
    assert prepare(turned, tfs=[IDS[0].partition(".")[0]]).dataset.tf_names.tolist() == IDS[:1]


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def folder(adata: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Cells, and a training that is over at once."""
    adata.write_h5ad(tmp_path / "cells.h5ad")
    module = sys.modules["infosem.cli"]
    true = module.infer_ensemble
    monkeypatch.setattr(module, "infer_ensemble", lambda *given, **more: true(
        *given, **{**more, "seeds": (0,), "jobs": 1}, epochs=1, hidden=4))  # fmt: skip
    return tmp_path


def run(folder: Path, *options: str) -> int:
    return cli.main(["infer", str(folder / "cells.h5ad"), "-o", str(folder / "e.csv"), *options])


def test_the_command_says_what_it_did(folder: Path, online: Any, capsys: Any) -> None:
    assert run(folder, "--species", "mouse") == 0
    told = capsys.readouterr().err
    assert "infosem: cells.h5ad: 60 cells, 10 genes.\n" in told
    assert "infosem: The data are raw counts" in told
    assert "infosem: TFs: 2 of 3 are in the data" in told
    assert set(pd.read_csv(folder / "e.csv")["source"]) == {"Sox2", "Klf4"}


def test_the_command_with_text_and_edges(
    folder: Path, online: Any, tiny_bert: Any, capsys: Any
) -> None:
    (folder / "edges.csv").write_text("TF,target,importance\nSOX2,KLF4,2\n")
    method = ("--species", "mouse", "--method", "InfoSEM-BC", "--edges", str(folder / "edges.csv"))
    assert run(folder, *method) == 0
    told = capsys.readouterr().err
    assert "Known edges: 1 of 1" in told
    assert "gene_summary.gz" in told
    run(folder, *method, "--text", "symbols")  # of which the tiny model knows no word
    assert "vectors of the gene symbols" in capsys.readouterr().err


def test_the_command_passes_on_how_absent_edges_are_trusted(
    folder: Path, online: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def infer_ensemble(*_: Any, **options: Any) -> None:
        raise InfosemError(f"given {options.get('absent_trust')}")

    monkeypatch.setattr(cli, "infer_ensemble", infer_ensemble)
    (folder / "edges.csv").write_text("TF,target\nSOX2,KLF4\n")
    method = ("--species", "mouse", "--text", "symbols", "--method", "InfoSEM-BC")
    for options, given in (((), None), (("--absent-trust", "0"), 0.0)):
        assert run(folder, *method, "--edges", str(folder / "edges.csv"), *options) == 2
        assert f"given {given}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "tfs: which genes are TFs is not known"),
        (("--tfs", "{cells}"), r"cells.h5ad: cannot be read (it is an HDF5 file, as cells are ke"),
        (("--tfs", "{tfs}", "--layer", "counts"), "cells.h5ad: there is no layer 'counts'; choose"),
        (("--tfs", "{tfs}", "--raw"), "cells.h5ad: it has no raw values; leave out raw"),
        (("--tfs", "{tfs}", "--symbols", "name"), "cells.h5ad: its genes have no column 'name'"),
        (("--tfs", "{tfs}", "--no-normalise"), "cells.h5ad: it holds raw counts"),
        (("--tfs", "{tfs}", "--cells-in", "columns"), "none is among the genes (cell0"),
        (("--tfs", "{tfs}", "--text", "symbols"), "--text: DeepSEM does not use it"),
        (("--tfs", "{tfs}", "--species", "rat"), "'rat' is not one of"),
        (("--species", "human"), "lambert2018.txt: cannot be downloaded"),
        (("--tfs", "{tfs}", "--genes", "0"), "0 is not in the range"),
        (("--tfs", "{tfs}", "--method", "InfoSEM-B", "--species", "mouse"), "--text symbols"),
    ],
)
def test_bad_input_is_exit_2_and_one_line(
    folder: Path, server: Any, options: Any, message: str, capsys: Any
) -> None:
    (folder / "tfs.txt").write_text("Sox2\nKlf4\n")
    before = sorted(folder.iterdir())
    names = {"cells": folder / "cells.h5ad", "tfs": folder / "tfs.txt"}
    assert run(folder, *(option.format(**names) for option in options)) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told
    assert told.startswith(("infosem: ", "Usage: "))
    assert sorted(folder.iterdir()) == before


def test_swapped_files_are_named(folder: Path, capsys: Any) -> None:
    (folder / "tfs.txt").write_text("Sox2\nKlf4\n")
    arguments = ["infer", str(folder / "tfs.txt"), "--tfs", str(folder / "cells.h5ad")]
    assert cli.main([*arguments, "-o", str(folder / "e.csv")]) == 2
    assert "cells.h5ad: cannot be read (it is an HDF5 file, as cells are kept in); give a text" in (
        capsys.readouterr().err
    )


def test_the_real_file_of_scanpy_runs_with_raw(folder: Path, capsys: Any) -> None:
    path = Path(scanpy.__file__).parent / "datasets" / "10x_pbmc68k_reduced.h5ad"
    (folder / "tfs.txt").write_text("SPI1\nIRF8\nSPIB\nNOTHERE\n")
    arguments = ["infer", str(path), "--tfs", str(folder / "tfs.txt"), "-o", str(folder / "e.csv")]
    assert cli.main(arguments) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "X holds negative values, as scaled data do; take the raw values (--raw" in told
    assert cli.main([*arguments, "--raw"]) == 0
    told = capsys.readouterr().err
    assert "Not in the data, or without a value: " in told
    assert pd.read_csv(folder / "e.csv")["target"].nunique() == 765
