"""NCBI's texts and scGREAT's vectors from their public sources, here a server of this machine."""

import gzip
import io
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import dataset_of

from infosem.data import gene_text
from infosem.data.download import cached
from infosem.data.registry import FILES
from infosem.embeddings import attach, biobert_symbols
from infosem.embeddings.language_models import minilm
from infosem.errors import InfosemError

INFO = "ncbi/Mus_musculus.gene_info.gz"
SUMMARIES = "ncbi/gene_summary.gz"

# as NCBI writes them: all columns of gene_info, "-" for nothing
GENE_INFO = "\n".join("\t".join(line) for line in [
    ["#tax_id", "GeneID", "Symbol", "LocusTag", "Synonyms", "dbXrefs", "chromosome",
     "map_location", "description", "type_of_gene", "Symbol_from_nomenclature_authority",
     "Full_name_from_nomenclature_authority", "Nomenclature_status", "Other_designations",
     "Modification_date", "Feature_type"],
    ["10090", "20674", "Sox2", "-", "Sox-2|lcc|ysb",
     "MGI:MGI:98364|Ensembl:ENSMUSG00000074637|AllianceGenome:MGI:98364", "3", "3 A3",
     "SRY (sex determining region Y)-box 2", "protein-coding", "Sox2", "x", "O", "-", "20261101",
     "-"],
    ["10090", "17126", "Smad2", "-", "Madh2", "MGI:MGI:108051|Ensembl:ENSMUSG00000024563", "18",
     "18 E3", "SMAD family member 2", "protein-coding", "Smad2", "x", "O", "-", "20261101", "-"],
    ["10090", "1", "Tar", "-", "-", "-", "1", "1", "a \"quoted\" name", "other", "-", "-", "-",
     "-", "20261101", "-"],
    ["10090", "2", "tAR", "-", "-", "-", "1", "1", "-", "other", "-", "-", "-", "-", "20261101",
     "-"],
]) + "\n"  # fmt: skip
GENE_SUMMARY = (
    "#tax_id\tGeneID\tSource\tSummary\n"
    "9606\t20674\tRefSeq\tOf man, by another number.\n"
    "10090\t20674\tAlliance of Genome Resources\tEnables DNA binding.\n"
    '10090\t20674\tRefSeq\tThis "gene" is needed\u2028by stem cells.\n'
    "10090\t17126\tAlliance of Genome Resources\tActs\tdownstream of TGF-beta.\n"
)


@pytest.fixture
def ncbi(server: Any) -> Any:
    server.files[INFO] = gzip.compress(GENE_INFO.encode())
    server.files[SUMMARIES] = gzip.compress(GENE_SUMMARY.encode())
    return server


def test_names_and_summaries_are_fetched_once(ncbi: Any) -> None:
    genes = ["SOX2", "madh2", "ENSMUSG00000024563.7", "unknown", "Tar"]
    found = gene_text(genes, "mouse")
    assert found["gene"].tolist() == genes
    assert found["matched_by"].tolist() == ["symbol", "synonym", "ensembl", "", "symbol"]
    assert found["name"].tolist() == [
        "SRY (sex determining region Y)-box 2", "SMAD family member 2", "SMAD family member 2", "",
        'a "quoted" name',
    ]  # fmt: skip
    refseq, other = 'This "gene" is needed\u2028by stem cells.', "Acts\tdownstream of TGF-beta."
    assert found["summary"].tolist() == [refseq, other, other, "", ""]
    assert "gene_summary.gz, downloaded 2" in found.attrs["source"]
    assert found.attrs["source"].count("sha256:") == 2
    assert gene_text(genes, "mouse").equals(found)
    assert ncbi.asked == 2


def test_genes_that_differ_in_case_have_texts_of_their_own(ncbi: Any) -> None:
    found = gene_text(["Tar", "TAR", "sox2"], "mouse")
    assert found["name"].tolist() == ['a "quoted" name', "", "SRY (sex determining region Y)-box 2"]


def test_genes_are_found_by_identifiers_beside_their_names(ncbi: Any) -> None:
    found = gene_text(["mine", "Sox2"], "mouse", ["ENSMUSG00000024563", "ENSMUSG00000074637"])
    assert found["ncbi_symbol"].tolist() == ["Smad2", "Sox2"]


def test_files_of_the_data_folder_need_no_network(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ncbi").mkdir()
    (tmp_path / INFO).write_bytes(gzip.compress(GENE_INFO.encode()))
    (tmp_path / SUMMARIES).write_bytes(gzip.compress(GENE_SUMMARY.encode()))
    monkeypatch.setenv("INFOSEM_DATA", str(tmp_path))
    assert gene_text(["Sox2"], "mouse")["entrez_id"].tolist() == ["20674"]
    assert server.asked == 0


BOMB = gzip.compress(bytes(3 * 2**20))


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        (INFO, gzip.compress(GENE_INFO.encode())[:200], "damaged gzip file"),
        (INFO, b"<html>Log in</html>", "damaged gzip file"),
        (INFO, gzip.compress(b"<html>\n<body>\n"), "no gene_info file"),
        (INFO, gzip.compress(b"\xff\xfe\x00"), "damaged gzip file"),
        (SUMMARIES, gzip.compress(GENE_SUMMARY.encode())[:-12], "damaged gzip file"),
        (SUMMARIES, gzip.compress(b"tax\tgene\n"), "no gene_summary file"),
        (SUMMARIES, gzip.compress(b"#tax_id\tGeneID\tSource\tSummary\n10090\t1\n"), "a line of 2"),
        (SUMMARIES, BOMB, "it unpacks to more than 1048576 bytes"),
    ],
)
def test_what_is_cut_broken_or_hostile_is_refused_and_not_kept(
    name: str, body: bytes, message: str, ncbi: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infosem.files.MOST_BYTES", 2**20)
    ncbi.files[name] = body
    with pytest.raises(InfosemError, match=rf"^http.*{name.partition('/')[2]}: .*{message}") as e:
        gene_text(["Sox2"], "mouse")
    assert "\n" not in str(e.value)
    assert not cached(FILES[name]).exists()
    ncbi.files[INFO] = gzip.compress(GENE_INFO.encode())
    ncbi.files[SUMMARIES] = gzip.compress(GENE_SUMMARY.encode())
    assert gene_text(["Sox2"], "mouse")["name"].tolist() != [""]


def test_a_server_that_does_not_stop_is_left(ncbi: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infosem.data.download.MOST_BYTES", 100)
    with pytest.raises(InfosemError, match=r"cannot be downloaded \(more than 100 bytes\); try ag"):
        gene_text(["Sox2"], "mouse")
    assert not cached(FILES[INFO]).exists()


def test_without_network_the_way_out_is_named(server: Any) -> None:
    with pytest.raises(InfosemError, match=r"cannot be downloaded .*--text symbols\)$"):
        gene_text(["Sox2"], "mouse")
    with pytest.raises(InfosemError, match=r"species: 'rat' is unknown; choose from .*descript"):
        gene_text(["Sox2"], "rat")


def test_minilm_of_a_known_species_needs_no_folder(ncbi: Any, tiny_bert: Any) -> None:
    dataset = replace(dataset_of(["SOX2", "XYZ"]), provenance={"species": "mouse"})
    found = attach(dataset, "MiniLM")
    text = 'SOX2: SRY (sex determining region Y)-box 2. This "gene" is needed\u2028by stem cells.'
    np.testing.assert_array_equal(found.embeddings["MiniLM"], minilm([text, "XYZ"]))


# --- scGREAT's vectors ----------------------------------------------------------------------------


def test_published_vectors_are_looked_up(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    of_header, shared = rng.random((2, 4), dtype=np.float32)
    parts = {
        "hESC": ["SOX2", "C4orf46", "NA"], "mESC": ["KLF4", "SOX2"],
    }  # fmt: skip
    stored: dict[str, Any] = {"SOX2": shared}
    for cell, genes in parts.items():
        for gene in genes:
            stored.setdefault(gene, rng.random(4, dtype=np.float32))
        stream = io.BytesIO()
        np.save(stream, np.stack([of_header, *(stored[gene] for gene in genes)]))
        lines = [",Gene,index", *(f"{i},{gene},{i}" for i, gene in enumerate(genes))]
        bodies = {"vectors.npy": stream.getvalue(), "genes.csv": "\n".join(lines).encode()}
        for end, body in bodies.items():
            name = f"scgreat/{cell}-{end}"
            server.files[name] = body
            digests = (f"sha256:{sha256(body).hexdigest()}",)
            monkeypatch.setitem(FILES, name, replace(FILES[name], digests=digests))
    vectors, found = biobert_symbols(["C4ORF46", "XYZ", "KLF4", "SOX2", "NA"])
    assert found.tolist() == [True, False, True, True, True]
    expected = [stored[gene] for gene in ("C4orf46", "KLF4", "SOX2", "NA")]
    np.testing.assert_array_equal(vectors, expected)
    assert server.asked == 4
    biobert_symbols(["SOX2"])
    assert server.asked == 4


def test_other_vectors_than_the_published_ones_are_refused(server: Any) -> None:
    server.files["scgreat/hESC-vectors.npy"] = b"\x93NUMPY"
    with pytest.raises(InfosemError, match=r"hESC-vectors\.npy: wrong digest.*INFOSEM_DATA"):
        biobert_symbols(["SOX2"])
    assert not cached(FILES["scgreat/hESC-vectors.npy"]).exists()
