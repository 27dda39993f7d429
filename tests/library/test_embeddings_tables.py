"""Tests of the tables of vectors that others computed: their look-up and GenePT's conversion."""

import io
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import GENEPT_TABLE

from infosem.data import Dataset
from infosem.embeddings import attach, biobert_symbols, convert_genept, genept, tables
from infosem.embeddings.genept_file import GENEPT, GENEPT_PICKLE
from infosem.errors import InfosemError

ZIP = Path(GENEPT.name).name


# --- BioBERT --------------------------------------------------------------------------------------


def test_biobert_vectors_follow_the_genes(data_dir: Path) -> None:
    vectors, found = biobert_symbols(["SOX2", "ACTB", "GATA4"], data_dir)
    assert found.tolist() == [True, False, True]
    np.testing.assert_array_equal(vectors, [[4, 5], [0, 1]])
    assert vectors.dtype == np.float32


def test_biobert_of_no_known_gene(data_dir: Path) -> None:
    vectors, found = biobert_symbols(["ACTB"], data_dir)
    assert vectors.shape == (0, 2)
    assert not found.any()


def test_biobert_file_is_verified(data_dir: Path) -> None:
    path = data_dir / "embeddings" / "biobert-symbols.npz"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(InfosemError, match=r"biobert-symbols\.npz: wrong digest"):
        biobert_symbols(["SOX2"], data_dir)
    path.unlink()
    with pytest.raises(InfosemError, match=r"biobert-symbols\.npz: cannot be read"):
        biobert_symbols(["SOX2"], data_dir)


@pytest.mark.needs_data
def test_real_biobert_vectors() -> None:
    vectors, found = biobert_symbols(["POU5F1", "NO-SUCH-GENE", "SOX2"])
    assert found.tolist() == [True, False, True]
    assert vectors.shape == (2, 768)
    assert ((np.linalg.norm(vectors, axis=1) > 8) & (np.linalg.norm(vectors, axis=1) < 16)).all()


# --- GenePT: conversion and look-up ---------------------------------------------------------------


def write(path: Path, table: Any) -> Path:
    path.write_bytes(pickle.dumps(table))
    return path


@pytest.fixture
def published(genept_zip: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A zip file like the published one, of three genes; no data folder is named."""
    monkeypatch.delenv("INFOSEM_DATA", raising=False)
    return genept_zip


def test_vectors_follow_the_genes(published: Path) -> None:
    vectors, found = genept(["G77", "G78", "TF01"], published)
    assert found.tolist() == [True, False, True]
    np.testing.assert_array_equal(vectors, [[4, 5, 6], [0.5, -1, 2]])
    assert vectors.dtype == np.float32


def test_zip_and_pickle_are_converted_once(
    published: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = genept(["TF02"], published)
    assert [path.suffix for path in cache.iterdir()] == [".npz"]
    with monkeypatch.context() as patch:
        patch.setattr(tables, "read_genept", None)
        np.testing.assert_array_equal(genept(["TF02"], published)[0], first)
    other = write(tmp_path / "other.pickle", {"TF02": [9.0]})  # other content, other file
    np.testing.assert_array_equal(genept(["TF02"], other)[0], [[9]])
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize("file", ["genept.npz", ZIP, GENEPT_PICKLE])
def test_the_data_folder_is_looked_into(
    published: Path, tmp_path: Path, synthetic: Dataset, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    folder = tmp_path / "data" / "embeddings"
    folder.mkdir(parents=True)
    monkeypatch.setenv("INFOSEM_DATA", str(tmp_path / "data"))
    dataset = synthetic.take_genes(np.flatnonzero(np.isin(synthetic.genes, ["G77", "TF01"])))
    with pytest.raises(InfosemError, match=r"not at hand; download http.*v2\.zip \(574 MB, md5:"):
        attach(dataset, "GenePT")
    if file.endswith(".npz"):
        convert_genept(published, folder / file)
    elif file.endswith(".zip"):
        (folder / file).write_bytes(published.read_bytes())
    else:
        write(folder / file, GENEPT_TABLE)
    found = attach(dataset, "GenePT")
    expected = [GENEPT_TABLE[{"TF01": "Tf01"}.get(gene, gene)] for gene in dataset.genes]
    np.testing.assert_array_equal(found.embeddings["GenePT"], expected)
    assert "GenePT" in found.provenance["embedding GenePT"]
    wrong = attach(dataset, "permuted GenePT").embeddings["permuted GenePT"]
    np.testing.assert_array_equal(wrong, expected[::-1])


def test_a_gene_without_a_vector_is_an_error(published: Path, synthetic: Dataset) -> None:
    with pytest.raises(InfosemError, match=r"synthetic: 97 of 100 genes have no GenePT vector"):
        attach(synthetic, "GenePT", source=published)


def test_without_a_file_the_error_says_where_to_get_it(
    synthetic: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INFOSEM_DATA", raising=False)
    with pytest.raises(InfosemError, match=r"zenodo\.org/records/10833191.*source"):
        attach(synthetic, "GenePT")


def test_a_failed_conversion_leaves_the_target(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "genept.npz"
    target.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(InfosemError, match=r"genept\.npz: cannot be written \(disk full\)"):
        convert_genept(published, target)
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == [published.name, "genept.npz"]


def npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        npz(genes=np.array(["A"])),
        npz(genes=np.array(["A"]), vectors=np.ones((2, 2))),
        npz(genes=np.array(["A"]), vectors=np.ones(1)),
        npz(genes=np.array(["A"], dtype=object), vectors=np.ones((1, 1))),
        pickle.dumps(GENEPT_TABLE),
    ],
    ids=["empty", "text", "no vectors", "too many", "flat", "objects", "pickle"],
)
def test_what_is_no_npz_of_vectors(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.npz"
    path.write_bytes(content)
    with pytest.raises(InfosemError, match=r"t\.npz: no table of vectors"):
        genept(["A"], path)


def test_missing_source(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(InfosemError, match=r"no\.zip: cannot be read \(No such file"):
        genept(["A"], tmp_path / "no.zip")
    with pytest.raises(InfosemError, match=r"no\.npz: no table of vectors"):
        genept(["A"], tmp_path / "no.npz")
