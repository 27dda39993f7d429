"""Tests of attaching vectors to a data set, and of centring them."""

import numpy as np
import pandas as pd
import pytest
from conftest import dataset_of

from infosem.data import simulate
from infosem.embeddings import attach, centre_and_normalise
from infosem.embeddings.language_models import minilm
from infosem.errors import InfosemError

pytestmark = pytest.mark.usefixtures("no_biobert")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("auto", r"hESC-vectors\.npy: cannot be downloaded.*set INFOSEM_DATA to a folder"),
        ("BioBERT", r"hESC-vectors\.npy: cannot be downloaded.*Nor can the model"),
        ("MiniLM", r"toy: whose genes these are is not known.*give descriptions"),
    ],
)
def test_without_folder_and_network_the_error_says_what_to_do(name, message, server, no_biobert):
    with pytest.raises(InfosemError, match=message):
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
