import hashlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from infosem.data import CELLS, Dataset, load_beeline, simulate
from infosem.data.registry import FILES, DataFile
from infosem.embeddings import (
    attach,
    biobert_symbols,
    centre_and_normalise,
    coverage,
    coverage_table,
    gene_texts,
)
from infosem.embeddings import vectors as vectors_module
from infosem.embeddings.language_models import minilm
from infosem.errors import InfosemError

pytestmark = pytest.mark.usefixtures("no_biobert")


def dataset_of(genes):
    genes = np.array(genes)
    first = np.array([int(np.argmin(genes))])
    return Dataset(
        name="toy",
        network_name="",
        expression=np.ones((len(genes), 2)),
        genes=genes,
        cells=np.array(["C1", "C2"]),
        tfs=first,
        network=np.zeros((1, len(genes)), dtype=bool),
    )


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """A data folder in which GATA4, SOX2 and POU5F1 have BioBERT vectors."""
    folder = tmp_path / "data"
    (folder / "embeddings").mkdir(parents=True)
    buffer = io.BytesIO()
    genes = np.array(["GATA4", "POU5F1", "SOX2"])
    np.savez(buffer, genes=genes, vectors=np.arange(6, dtype=np.float32).reshape(3, 2))
    (folder / "embeddings" / "biobert-symbols.npz").write_bytes(buffer.getvalue())
    digest = f"sha256:{hashlib.sha256(buffer.getvalue()).hexdigest()}"
    name = "embeddings/biobert-symbols.npz"
    monkeypatch.setitem(FILES, name, DataFile(name, digests=(digest,)))
    monkeypatch.setattr(vectors_module, "load_descriptions", lambda folder: descriptions())
    return folder


def descriptions():
    rows = [
        ("SOX2", "SRY-box 2", "Stem-cell maintenance."),
        ("ACTB", "actin beta", ""),
        ("A1BG", "", ""),
        ("LOC1", "", "Of unknown name."),
    ]
    return pd.DataFrame(rows, columns=["gene", "name", "summary"])


# --- texts ----------------------------------------------------------------------------------------


def test_gene_texts():
    genes = ["LOC1", "XYZ", "SOX2", "A1BG", "ACTB"]
    assert gene_texts(genes, descriptions()) == [
        "LOC1. Of unknown name.",
        "XYZ",
        "SOX2: SRY-box 2. Stem-cell maintenance.",
        "A1BG",
        "ACTB: actin beta",
    ]


def test_gene_texts_needs_its_columns_and_one_row_a_gene():
    with pytest.raises(InfosemError, match="no column summary"):
        gene_texts(["SOX2"], descriptions().drop(columns="summary"))
    with pytest.raises(InfosemError, match="SOX2 is described twice"):
        gene_texts(["SOX2"], pd.concat([descriptions(), descriptions()[:1]]))


# --- BioBERT and attach ---------------------------------------------------------------------------


def test_biobert_vectors_follow_the_genes(data_dir):
    vectors, found = biobert_symbols(["SOX2", "ACTB", "GATA4"], data_dir)
    assert found.tolist() == [True, False, True]
    np.testing.assert_array_equal(vectors, [[4, 5], [0, 1]])
    assert vectors.dtype == np.float32


def test_biobert_of_no_known_gene(data_dir):
    vectors, found = biobert_symbols(["ACTB"], data_dir)
    assert vectors.shape == (0, 2)
    assert not found.any()


def test_biobert_file_is_verified(data_dir):
    path = data_dir / "embeddings" / "biobert-symbols.npz"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(InfosemError, match=r"biobert-symbols\.npz: wrong digest"):
        biobert_symbols(["SOX2"], data_dir)
    path.unlink()
    with pytest.raises(InfosemError, match=r"biobert-symbols\.npz: cannot be read"):
        biobert_symbols(["SOX2"], data_dir)


@pytest.mark.parametrize("name", ["auto", "BioBERT", "MiniLM"])
def test_without_a_folder_the_error_says_what_to_do(name, monkeypatch):
    monkeypatch.delenv("INFOSEM_DATA", raising=False)
    with pytest.raises(InfosemError, match=r"INFOSEM_DATA is not set.*descriptions="):
        attach(dataset_of(["SOX2"]), name)


def test_auto_is_biobert_where_every_gene_is_covered(data_dir, tiny_bert):
    *_, loads = tiny_bert
    found = attach(dataset_of(["SOX2", "GATA4"]), data_dir=data_dir)
    assert list(found.embeddings) == ["BioBERT"]
    np.testing.assert_array_equal(found.embeddings["BioBERT"], [[4, 5], [0, 1]])
    assert "BioBERT" in found.provenance["embedding BioBERT"]
    assert not loads


def test_auto_is_minilm_where_one_gene_is_not(data_dir, tiny_bert):
    found = attach(dataset_of(["SOX2", "ACTB", "XYZ"]), data_dir=data_dir)
    assert list(found.embeddings) == ["MiniLM"]
    texts = ["SOX2: SRY-box 2. Stem-cell maintenance.", "ACTB: actin beta", "XYZ"]
    np.testing.assert_array_equal(found.embeddings["MiniLM"], minilm(texts))
    report = found.provenance["embedding MiniLM"]
    assert "full name (2 genes)" in report
    assert "summary (1)" in report
    assert "symbol alone for 1 (XYZ)" in report


def test_missing_biobert_vectors_are_an_error_that_names_the_genes(data_dir):
    with pytest.raises(InfosemError, match=r"toy: 2 of 3 genes.*XYZ, ACTB.*MiniLM"):
        attach(dataset_of(["XYZ", "SOX2", "ACTB"]), "BioBERT", data_dir)


@pytest.mark.parametrize("name", ["biobert", "random x", "random -1", "permuted", "one-hot 1"])
def test_unknown_embedding(data_dir, name):
    with pytest.raises(InfosemError, match=f"'{name}' is unknown"):
        attach(dataset_of(["SOX2"]), name, data_dir)


def test_symbols_need_no_description(tiny_bert, monkeypatch):
    monkeypatch.delenv("INFOSEM_DATA", raising=False)
    found = attach(dataset_of(["SOX2", "GATA4"]), "MiniLM symbols")
    assert list(found.embeddings) == ["MiniLM symbols"]
    np.testing.assert_array_equal(found.embeddings["MiniLM symbols"], minilm(["SOX2", "GATA4"]))


def test_own_descriptions_need_no_folder(tiny_bert, monkeypatch):
    monkeypatch.delenv("INFOSEM_DATA", raising=False)
    own = pd.DataFrame({"gene": ["SOX2"], "name": ["zinc finger"], "summary": ["binds gata"]})
    found = attach(dataset_of(["SOX2"]), "MiniLM", descriptions=own)
    np.testing.assert_array_equal(
        found.embeddings["MiniLM"], minilm(["SOX2: zinc finger. binds gata"])
    )


def test_invented_genes_are_embedded_by_symbol_without_a_folder(tiny_bert, monkeypatch):
    monkeypatch.delenv("INFOSEM_DATA", raising=False)
    dataset = simulate(seed=0)
    found = attach(dataset, "MiniLM")
    assert list(found.embeddings) == ["planted", "MiniLM"]
    assert found.embeddings["MiniLM"].shape == (dataset.n_genes, 12)
    assert f"symbol alone for {dataset.n_genes}" in found.provenance["embedding MiniLM"]


def test_attach_again_makes_it_the_last(data_dir):
    dataset = dataset_of(["SOX2"]).with_embedding("BioBERT", np.zeros((1, 2)))
    dataset = attach(dataset.with_embedding("other", np.zeros((1, 2))), data_dir=data_dir)
    assert list(dataset.embeddings) == ["other", "BioBERT"]
    np.testing.assert_array_equal(dataset.embeddings["BioBERT"], [[4, 5]])


def test_coverage(data_dir):
    found = coverage(dataset_of(["SOX2", "GATA4", "ACTB", "A1BG", "LOC1"]), data_dir)
    assert found == {"genes": 5, "biobert": 2, "summary": 2, "name": 2, "symbol_only": 2}


def test_coverage_table(data_dir):
    first, second = dataset_of(["SOX2", "GATA4", "A1BG"]), dataset_of(["ACTB"])
    table = coverage_table([first, replace(second, name="other")], data_dir)
    assert table.to_dict("list") == {
        "dataset": ["toy", "other"],
        "genes": [3, 1],
        "biobert": [2, 0],
        "summary": [1, 0],
        "name": [1, 1],
        "symbol_only": [2, 0],
    }
    genes, vectors = np.array(["A1BG", "ACTB", "X"]), np.ones((3, 4), dtype=np.float32)
    np.savez(data_dir / "embeddings" / "genept.npz", genes=genes, vectors=vectors)
    assert coverage_table([first, second], data_dir)["genept"].tolist() == [1, 1]


# --- centring -------------------------------------------------------------------------------------


def test_centre_and_normalise():
    vectors = np.random.default_rng(0).normal(5, 1, (6, 3)).astype(np.float32)
    found = centre_and_normalise(vectors)
    assert found.dtype == np.float64
    centred = vectors.astype(float) - vectors.astype(float).mean(axis=0)
    for row, expected in zip(found, centred, strict=True):
        np.testing.assert_allclose(row, expected / np.sqrt((expected**2).sum()))


def test_centring_vectors_that_are_all_the_same():
    with pytest.raises(InfosemError, match="4 vectors equal the mean"):
        centre_and_normalise(np.ones((4, 3)))


# --- the real data, where they are ----------------------------------------------------------------


@pytest.mark.needs_data
def test_real_biobert_vectors():
    vectors, found = biobert_symbols(["POU5F1", "NO-SUCH-GENE", "SOX2"])
    assert found.tolist() == [True, False, True]
    assert vectors.shape == (2, 768)
    assert ((np.linalg.norm(vectors, axis=1) > 8) & (np.linalg.norm(vectors, axis=1) < 16)).all()


@pytest.mark.needs_data
def test_real_coverage_is_that_of_the_data_page():
    table = coverage_table([load_beeline(cell) for cell in CELLS])
    page = Path(__file__).parents[2] / "book" / "data.md"
    text = page.read_text(encoding="utf-8")
    for row in [table.columns, *table.to_numpy().tolist()]:
        assert f"| {' | '.join(map(str, row))} |\n" in text
