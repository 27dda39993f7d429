"""Tests of attaching BioBERT: from the table of a folder, or from a tiny random model."""

from pathlib import Path

import numpy as np
import pytest

from infosem.data import Dataset
from infosem.data.registry import FILES, DataFile
from infosem.embeddings import attach, gene_texts
from infosem.embeddings.language_models import biobert
from infosem.embeddings.texts import descriptions_of
from infosem.errors import InfosemError
from infosem.files import sha256_of

pytestmark = pytest.mark.usefixtures("cache", "no_biobert")


@pytest.fixture
def table(tmp_path: Path, synthetic: Dataset, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with BioBERT vectors of all genes but one."""
    name = "embeddings/biobert-symbols.npz"
    path = tmp_path / "data" / name
    path.parent.mkdir(parents=True)
    np.savez(path, genes=synthetic.genes[1:], vectors=np.ones((99, 12), dtype=np.float32))
    monkeypatch.setitem(FILES, name, DataFile(name, digests=(f"sha256:{sha256_of(path)}",)))
    monkeypatch.setenv("INFOSEM_DATA", str(tmp_path / "data"))
    return path


def test_genes_that_the_file_lacks_are_computed_with_all_others(
    table: Path, saved_bert: Path, synthetic: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFOSEM_BIOBERT", str(saved_bert))
    known = attach(synthetic.take_genes(np.arange(1, 100)), "BioBERT")
    np.testing.assert_array_equal(known.embeddings["BioBERT"], np.ones((99, 12)))
    assert known.provenance["embedding BioBERT"] == "BioBERT vectors of the gene symbols"
    computed = attach(synthetic, "BioBERT")
    expected = biobert(synthetic.genes.tolist())
    np.testing.assert_array_equal(computed.embeddings["BioBERT"], expected)
    assert "computed by the model" in computed.provenance["embedding BioBERT"]
    table.unlink()
    again = attach(synthetic, "BioBERT").embeddings["BioBERT"]
    np.testing.assert_array_equal(again, expected)
    wrong = attach(synthetic, "permuted BioBERT").embeddings["permuted BioBERT"]
    np.testing.assert_array_equal(np.unique(wrong, axis=0), np.unique(expected, axis=0))


def test_a_named_model_goes_before_the_file(
    table: Path, saved_bert: Path, synthetic: Dataset
) -> None:
    known = synthetic.take_genes(np.arange(1, 100))
    found = attach(known, "BioBERT", source=saved_bert)
    np.testing.assert_array_equal(
        found.embeddings["BioBERT"], biobert(known.genes.tolist(), saved_bert)
    )


def test_a_wrong_file_is_an_error_though_the_model_is_there(
    table: Path, saved_bert: Path, synthetic: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFOSEM_BIOBERT", str(saved_bert))
    table.write_bytes(b"x")
    with pytest.raises(InfosemError, match=r"biobert-symbols\.npz: wrong digest"):
        attach(synthetic, "BioBERT")


def test_without_model_and_vector_the_error_tells_of_both(table: Path, synthetic: Dataset) -> None:
    gene = synthetic.genes[0]
    wanted = rf"1 of 100 genes have no BioBERT vector \({gene}, .*MiniLM.*Nor .*INFOSEM_BIOBERT"
    with pytest.raises(InfosemError, match=wanted):
        attach(synthetic, "BioBERT")


def test_descriptions(saved_bert: Path, synthetic: Dataset) -> None:
    found = attach(synthetic, "BioBERT descriptions", source=saved_bert)
    assert list(found.embeddings) == ["planted", "BioBERT descriptions"]
    texts = gene_texts(synthetic.genes, descriptions_of(synthetic, None))
    np.testing.assert_array_equal(
        found.embeddings["BioBERT descriptions"], biobert(texts, saved_bert)
    )
    report = found.provenance["embedding BioBERT descriptions"]
    assert report.startswith("BioBERT vectors of symbol, full name (0 genes)")
    assert "symbol alone for 100" in report
