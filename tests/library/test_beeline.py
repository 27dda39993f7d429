"""Tests of BEELINE's data sets: from a folder, from their public source, and the real ones."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from infosem.data import CELLS, NETWORKS, STRING, appendix_b, beeline, data_available, load_beeline
from infosem.data.dataset import edges_content, matrix_content
from infosem.data.download import cached
from infosem.data.registry import FILES
from infosem.errors import InfosemError
from infosem.files import sha256_of

MATRIX = ",c2,c1,c3\nSox2,1.5,0,2\nNA,0.25,3,1\nklf4,0,1,1\nGATA6,2,2,0\n"
SPECIFIC = "Gene1,Gene2,Score\nSOX2,NA,10\nKLF4,Sox2,20\nKLF4,GATA6,30\nKLF4,OUTSIDE,40\n"
NONSPECIFIC = "Gene1,Gene2\nGATA6,KLF4\n"
ASSOCIATIONS = "Gene1,Gene2\nGATA6,KLF4\nSOX2,KLF4\n"


# --- a tiny folder that the loader takes for the published one ------------------------------------


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., bytes]:
    """Write a file of hESC and make its digest the expected one, and its content if given."""
    monkeypatch.setenv("INFOSEM_DATA", str(tmp_path / "data"))

    def put(kind: str, text: str | bytes, content: tuple[Any, ...] | None = None) -> bytes:
        data = text if isinstance(text, bytes) else gzip.compress(text.encode())
        name = f"beeline/hESC/{kind}.csv.gz"
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        digests = (f"sha256:{sha256_of(path)}",)
        monkeypatch.setitem(FILES, name, replace(FILES[name], digests=digests))
        if content:
            monkeypatch.setitem(beeline._CONTENT, name, beeline._Content(*content))
        return data

    return put


@pytest.fixture
def hesc(put: Callable[..., bytes]) -> dict[str, bytes]:
    """A whole hESC of four genes and three cells; returns the bytes by the names of the files."""
    x, genes, cells = beeline._read_expression(gzip.compress(MATRIX.encode()), "")
    content = matrix_content(x, genes, cells)
    found = {"beeline/hESC/expression.csv.gz": put("expression", MATRIX, content)}
    for kind, text in (("network-specific", SPECIFIC), ("network-nonspecific", NONSPECIFIC),
                       ("network-string", ASSOCIATIONS)):  # fmt: skip
        edges = [line.upper().split(",")[:2] for line in text.splitlines()[1:]]
        names = edges_content(np.array(edges))
        found[f"beeline/hESC/{kind}.csv.gz"] = put(kind, text, (names,))
    return found


def test_loads_a_folder(hesc: dict[str, bytes]) -> None:
    d = load_beeline("hESC", genes="all")
    assert (d.name, d.network_name) == ("hESC", "cell-type-specific")
    assert d.genes.tolist() == ["SOX2", "NA", "KLF4", "GATA6"]
    assert d.cells.tolist() == ["c2", "c1", "c3"]
    np.testing.assert_array_equal(d.expression[1], [0.25, 3, 1])
    assert d.tf_names.tolist() == ["KLF4", "SOX2"]  # by name, not in the order of the file
    np.testing.assert_array_equal(d.network, np.array([[1, 0, 0, 1], [0, 1, 0, 0]], dtype=bool))
    assert d.provenance["edges dropped"] == "1 of 4"
    assert d.provenance["source"] == "local folder"
    other = load_beeline("hESC", "non-cell-type-specific", genes="all")
    assert (other.tf_names.tolist(), int(other.network.sum())) == (["GATA6"], 1)
    assert other.fingerprint() != d.fingerprint()
    third = load_beeline("hESC", STRING, genes="all")
    assert (third.network_name, int(third.network.sum())) == ("string", 2)


def test_data_dir_goes_before_the_variable(
    hesc: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFOSEM_DATA", "/no/such/folder")
    assert load_beeline("hESC", genes="all", data_dir=tmp_path / "data").n_genes == 4


def test_text_keeps_genes_with_a_record(
    hesc: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beeline, "genes_without_record", lambda: ["GATA6", "KLF4"])
    d = load_beeline("hESC")
    assert (d.genes.tolist(), d.tf_names.tolist()) == (["SOX2", "NA"], ["SOX2"])
    assert (d.provenance["genes"], d.provenance["edges dropped"]) == ("text: 2 of 4", "3 of 4")


BAD_MATRICES = {
    "damaged": (b"\x1f\x8b not gzip", r"hESC/expression\.csv\.gz: damaged gzip"),
    "cut": (gzip.compress(MATRIX.encode())[:-12], r"hESC/expression\.csv\.gz: damaged gzip"),
    "no bytes": ("", r"hESC/expression\.csv\.gz: not a CSV"),
    "ragged": (MATRIX + "X,1,2,3,4,5\n", r"hESC/expression\.csv\.gz: not a CSV"),
    "no gene": (",c1,c2\n", r"hESC/expression\.csv\.gz: the expression matrix is empty"),
    "no cell": ("gene\nSOX2\n", r"hESC/expression\.csv\.gz: the expression matrix is empty"),
    "word": (MATRIX.replace("0.25", "high"), "column c2 holds 'high', not a number"),
    "NaN": (MATRIX.replace("0.25", "NaN"), "column c2 holds 'NaN', not a number"),
    "inf": (MATRIX.replace("0.25", "inf"), "column c2 holds 'inf', not a number"),
    "hole": (MATRIX.replace("0.25", ""), "column c2 holds '', not a number"),
}


@pytest.mark.parametrize("case", BAD_MATRICES)
def test_bad_matrix(put: Callable[..., bytes], hesc: dict[str, bytes], case: str) -> None:
    text, message = BAD_MATRICES[case]
    put("expression", text)
    with pytest.raises(InfosemError, match=message):
        load_beeline("hESC", genes="all")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (MATRIX.replace("0.25", "-1"), "1 negative values, the first for gene NA in cell c2"),
        (MATRIX.replace("klf4", " sox2 "), r"duplicate gene names \(SOX2\)"),
    ],
)
def test_bad_values_and_names(
    put: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    put("expression", text)
    put("network-specific", SPECIFIC)
    monkeypatch.setattr(beeline, "_check_content", lambda *_: None)  # it would find these first
    with pytest.raises(InfosemError, match=message):
        load_beeline("hESC", genes="all")


def test_bad_networks(put: Callable[..., bytes], hesc: dict[str, bytes]) -> None:
    put("network-specific", "Gene1,Target\nSOX2,NA\n")
    with pytest.raises(InfosemError, match=r"hESC/network-specific\.csv\.gz: no column Gene2"):
        load_beeline("hESC", genes="all")
    names = edges_content(np.array([["A", "SOX2"], ["SOX2", "SOX2"]]))
    put("network-specific", "Gene1,Gene2\nA,SOX2\nSOX2,SOX2\n", (names,))
    with pytest.raises(InfosemError, match=r"network-specific\.csv\.gz: none of its edges joins"):
        load_beeline("hESC", genes="all")


@pytest.mark.parametrize("change", [1e-5, -1e-5, 1e-9])
def test_content_is_checked_whatever_the_bytes(
    put: Callable[..., bytes], hesc: dict[str, bytes], change: float
) -> None:
    rows = MATRIX.splitlines()
    put("expression", "\n".join([rows[0], *rows[:0:-1]]).replace("0.25", f"{0.25 + change:.12f}"))
    if abs(change) < 1e-6:  # another order and another last digit are the same data
        assert load_beeline("hESC", genes="all").genes.tolist() == ["GATA6", "KLF4", "NA", "SOX2"]
    else:
        with pytest.raises(InfosemError, match=r"hESC/expression\.csv\.gz: the names or values"):
            load_beeline("hESC", genes="all")


@pytest.mark.parametrize(
    ("old", "new"), [("GATA6", "GATA4"), ("c3", "c4"), (",c2,c1", ",c1,c2"), ("klf4", "nanog")]
)
def test_content_covers_names(
    put: Callable[..., bytes], hesc: dict[str, bytes], old: str, new: str
) -> None:
    put("expression", MATRIX.replace(old, new))
    with pytest.raises(InfosemError, match=r"hESC/expression\.csv\.gz: the names or values"):
        load_beeline("hESC", genes="all")


def test_content_covers_edges(put: Callable[..., bytes], hesc: dict[str, bytes]) -> None:
    put("network-specific", SPECIFIC.replace("KLF4,GATA6", "SOX2,GATA6"))
    with pytest.raises(InfosemError, match=r"hESC/network-specific\.csv\.gz: the names or values"):
        load_beeline("hESC", genes="all")


def test_wrong_digest_missing_file_missing_folder(
    hesc: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data" / "beeline" / "hESC" / "network-specific.csv.gz"
    path.write_bytes(gzip.compress(NONSPECIFIC.encode()))
    with pytest.raises(InfosemError, match=r"network-specific\.csv\.gz: wrong digest.*; complete"):
        load_beeline("hESC", genes="all")
    path.unlink()
    with pytest.raises(
        InfosemError, match=r"network-specific\.csv\.gz: cannot be read .*; complete"
    ):
        load_beeline("hESC", genes="all")
    gone = tmp_path / "gone"
    with pytest.raises(InfosemError, match=r"data_dir: no such folder: .*gone; correct"):
        load_beeline("hESC", genes="all", data_dir=gone)
    monkeypatch.setenv("INFOSEM_DATA", str(gone))
    with pytest.raises(InfosemError, match=r"INFOSEM_DATA: no such folder: .*gone; correct"):
        load_beeline("hESC", genes="all")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cell": "hesc"}, "cell: 'hesc' is unknown; choose from .*'hESC'"),
        ({"network": "STRING"}, "network: 'STRING' is unknown; choose from .*'cell-type-specific'"),
        ({"genes": "some"}, "genes: 'some' is unknown; choose from .*'text'"),
    ],
)
def test_unknown_names(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(InfosemError, match=message):
        load_beeline(**{"cell": "hESC", **arguments})


def test_appendix_b(hesc: dict[str, bytes]) -> None:
    assert appendix_b(load_beeline("hESC", genes="all")) == {
        "genes": 4,
        "cells": 3,
        "tfs": 2,
        "positive_links": 3,
        "negative_links": 5,
        "mean_tf_degree": 1.5,
    }


# --- downloads ------------------------------------------------------------------------------------


def test_download_is_cached(hesc: dict[str, bytes], server: Any, tmp_path: Path) -> None:
    server.files = hesc  # and INFOSEM_DATA, which hesc sets, is not set any more
    d = load_beeline("hESC", genes="all")
    assert d.provenance["source"].startswith("GitHub haohaostats/bridge-grn, commit 27d21d94")
    same = load_beeline("hESC", genes="all", data_dir=tmp_path / "data")
    assert d.fingerprint() == same.fingerprint()
    assert server.asked == 2
    load_beeline("hESC", genes="all")
    assert server.asked == 2  # from the cache
    load_beeline("hESC", "non-cell-type-specific", genes="all")
    assert server.asked == 3


def test_a_failed_download_names_the_variable(server: Any) -> None:
    with pytest.raises(InfosemError, match=r"cannot be downloaded .*404.*INFOSEM_DATA"):
        load_beeline("hESC", genes="all")


def test_data_available(server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.files["beeline/mESC/network-specific.csv.gz"] = b""
    assert data_available() == "download"
    server.files = {}
    assert data_available() is None
    for cell in CELLS:
        for kind in ("expression", "network-specific"):
            path = cached(FILES[f"beeline/{cell}/{kind}.csv.gz"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    assert data_available() == "cache"
    assert data_available("non-cell-type-specific") is None
    name = "beeline/mESC/network-nonspecific.csv.gz"
    nowhere = replace(FILES[name], url="http://127.0.0.1:9/")  # nothing listens there
    monkeypatch.setitem(FILES, name, nowhere)
    assert data_available("non-cell-type-specific") is None
    monkeypatch.setenv("INFOSEM_DATA", str(tmp_path / "gone"))
    assert data_available() == "INFOSEM_DATA"


# --- the real data --------------------------------------------------------------------------------

# genes, cells, TFs and edges of the three networks, as published (BEELINE, TFs+500; mDC TFs+1000)
PUBLISHED = {
    "hESC": (910, 758, 34, 4545, 283, 3441, 343, 4257),
    "hHEP": (948, 425, 30, 9939, 322, 4129, 409, 7523),
    "mDC": (1321, 383, 21, 1193, 254, 3918, 273, 5898),
    "mESC": (1120, 421, 88, 29613, 516, 6893, 495, 7762),
}


@pytest.mark.needs_data
@pytest.mark.parametrize("cell", CELLS)
def test_published_counts(cell: str) -> None:
    genes, cells, *networks = PUBLISHED[cell]
    for network, tfs, edges in zip((*NETWORKS, STRING), networks[::2], networks[1::2], strict=True):
        d = load_beeline(cell, network, genes="all")
        assert (d.n_genes, d.n_cells, d.n_tfs, d.network.sum()) == (genes, cells, tfs, edges)
        assert ("deviation" in d.provenance) == (cell == "mESC")
    noise = 1e-9 * np.random.default_rng(0).random(d.expression.shape)
    assert replace(d, expression=d.expression + noise).fingerprint() == d.fingerprint()


@pytest.mark.needs_data
def test_text_filter_near_appendix_b() -> None:
    d = load_beeline("mDC")  # the paper: 1216 genes, 21 TFs, 1129 positive and 24407 negative links
    counts = appendix_b(d)
    assert (counts["genes"], counts["tfs"], counts["positive_links"]) == (1218, 21, 1129)
    assert d.provenance["edges dropped"] == "64 of 1193"
