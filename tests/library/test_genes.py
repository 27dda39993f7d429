"""Tests of what is known of genes: NCBI's names, and the descriptions of the data folder."""

import gzip
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from infosem.data import load_descriptions, load_gene_info, simulate
from infosem.data.genes import genes_without_record
from infosem.data.registry import FILES, DataFile
from infosem.embeddings import attach, gene_texts
from infosem.embeddings import vectors as vectors_module
from infosem.embeddings.controls import one_hot
from infosem.errors import InfosemError
from infosem.files import sha256_of

FIRST = ["#tax_id", "GeneID", "Symbol", "LocusTag", "Synonyms", "dbXrefs", "chromosome"]
HEADER = [*FIRST, "map_location", "description", "type_of_gene", "Modification_date"]
RECORDS = [
    ("1", "TF01", "-", 'transcription factor 1, "the first"'),
    ("2", "Tf02", "OLD2|shared", "transcription factor 2"),
    ("3", "NA", "NaN", "a name that pandas takes for nothing"),
    ("4", "X4", "SHARED|Tf01|TF01", "a synonym of two, and another's symbol"),
    ("5", "X4", "-", "the symbol for the second time"),
    ("6", "LOC6", "-", "-"),
]


def gene_info(records: list[tuple[str, ...]] = RECORDS) -> bytes:
    lines = [HEADER]
    for gene_id, symbol, synonyms, description in records:
        start = ["9606", gene_id, symbol, "-", synonyms, "-", "1", "1q1", description]
        lines.append(start + ["-"] * (len(HEADER) - len(start)))
    return gzip.compress("".join("\t".join(line) + "\n" for line in lines).encode())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "Homo_sapiens.gene_info.gz"
    path.write_bytes(gene_info())
    return path


def test_symbols_go_before_synonyms(path: Path) -> None:
    found = load_gene_info(["x4", "TF01", "TF02", "old2", "NA", "NAN", "LOC6", "NONE"], path=path)
    assert found.columns.tolist() == [
        "gene",
        "entrez_id",
        "ncbi_symbol",
        "matched_by",
        "name",
        "summary",
    ]
    assert found.drop(columns="summary").to_numpy().tolist() == [
        ["X4", "4", "X4", "symbol", "a synonym of two, and another's symbol"],
        ["TF01", "1", "TF01", "symbol", 'transcription factor 1, "the first"'],
        ["TF02", "2", "Tf02", "symbol", "transcription factor 2"],
        ["OLD2", "2", "Tf02", "synonym", "transcription factor 2"],
        ["NA", "3", "NA", "symbol", "a name that pandas takes for nothing"],
        ["NAN", "3", "NA", "synonym", "a name that pandas takes for nothing"],
        ["LOC6", "6", "LOC6", "symbol", ""],
        ["NONE", "", "", "", ""],
    ]
    assert (found["summary"] == "").all()


def test_a_synonym_of_two_records_and_the_sign_for_none_match_nothing(path: Path) -> None:
    found = load_gene_info(["SHARED", "-"], path=path)
    assert found["matched_by"].tolist() == ["", ""]


def test_names_make_texts_and_what_has_none_is_reported(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(
        vectors_module, "minilm", lambda texts: seen.extend(texts) or one_hot(texts)
    )
    dataset = simulate(seed=0)
    found = attach(dataset, "MiniLM", descriptions=load_gene_info(dataset.genes, path=path))
    assert seen == gene_texts(dataset.genes, load_gene_info(dataset.genes, path=path))
    assert "TF02: transcription factor 2" in seen
    report = found.provenance["embedding MiniLM"]
    assert "full name (2 genes)" in report
    assert "symbol alone for 98 (G01, G02, G03, G04, G05, ...)" in report


def test_no_gene(path: Path) -> None:
    found = load_gene_info([], path=path)
    assert len(found) == 0
    assert gene_texts([], found) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html>", "damaged gzip file"),
        (gene_info()[:-9], "damaged gzip file"),
        (gzip.compress(b"gene\tname\n"), r"no gene_info file .*GeneID"),
        (gzip.compress(b""), "no gene_info file"),
    ],
    ids=["html", "cut", "other table", "empty"],
)
def test_what_is_no_gene_info(path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)
    with pytest.raises(InfosemError, match=rf"gene_info\.gz: {message}"):
        load_gene_info(["TF01"], path=path)


def test_bad_arguments(path: Path) -> None:
    with pytest.raises(InfosemError, match="organism: 'fly' is unknown"):
        load_gene_info(["TF01"], "fly")
    with pytest.raises(InfosemError, match="genes: duplicate names"):
        load_gene_info(["TF01", "tf01"], path=path)
    with pytest.raises(InfosemError, match="no such file"):
        load_gene_info(["TF01"], path=path.with_name("other"))


# --- fetching -------------------------------------------------------------------------------------


@pytest.fixture
def ncbi(server: Any) -> Any:
    """NCBI, on this machine."""
    mouse = [("7", "Sox2", "-", "SRY-box 2")]
    server.files = {
        "ncbi/Homo_sapiens.gene_info.gz": gene_info(),
        "ncbi/Mus_musculus.gene_info.gz": gene_info(mouse),
    }
    return server


def test_a_file_is_fetched_once(ncbi: Any) -> None:
    first = load_gene_info(["TF01", "SOX2"])
    assert first["matched_by"].tolist() == ["symbol", ""]
    pd.testing.assert_frame_equal(load_gene_info(["TF01", "SOX2"]), first)
    assert ncbi.asked == 1
    assert load_gene_info(["SOX2"], "mouse")["name"].tolist() == ["SRY-box 2"]
    assert ncbi.asked == 2


def test_what_cannot_be_read_is_not_kept(ncbi: Any, tmp_path: Path) -> None:
    good = ncbi.files["ncbi/Homo_sapiens.gene_info.gz"]
    ncbi.files["ncbi/Homo_sapiens.gene_info.gz"] = good[:-20]
    with pytest.raises(InfosemError, match=r"http://.*gene_info\.gz: damaged gzip"):
        load_gene_info(["TF01"])
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    ncbi.files["ncbi/Homo_sapiens.gene_info.gz"] = good
    assert load_gene_info(["TF01"])["matched_by"].tolist() == ["symbol"]


def test_source_without_the_file(server: Any) -> None:
    with pytest.raises(InfosemError, match=r"cannot be downloaded .*404.*do without texts"):
        load_gene_info(["TF01"])


# --- the table of the data folder -----------------------------------------------------------------


def test_descriptions_are_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFOSEM_DATA", str(tmp_path))
    table = "gene\tmatched_by\tname\nSox2\tsymbol\tSRY-box 2\nKLF4\t\t\nNA\tsynonym\tx\n"
    name = "genes/descriptions.tsv.gz"
    path = tmp_path / name
    path.parent.mkdir()
    path.write_bytes(gzip.compress(table.encode()))
    with pytest.raises(InfosemError, match=r"descriptions\.tsv\.gz: wrong digest.*; restore it"):
        load_descriptions()
    monkeypatch.setitem(FILES, name, DataFile(name, digests=(f"sha256:{sha256_of(path)}",)))
    assert load_descriptions()["gene"].tolist() == ["SOX2", "KLF4", "NA"]


def test_descriptions_need_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INFOSEM_DATA", raising=False)
    with pytest.raises(InfosemError, match=r"descriptions.* set INFOSEM_DATA"):
        load_descriptions()


@pytest.mark.needs_data
def test_descriptions() -> None:
    table = load_descriptions()
    assert (len(table), (table["name"] != "").sum(), (table["summary"] != "").sum()) == (
        3330,
        3043,
        2468,
    )
    assert table["gene"].is_unique
    # The list in the package, which serves where there is no such file, says the same.
    without = table.loc[table["matched_by"] == "", "gene"].tolist()
    assert sorted(without) == genes_without_record()
