"""Tests of BEELINE's data sets: from a folder, from their public source, and the real ones."""

import gzip
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest

from infosem.data import (
    CELLS,
    NETWORKS,
    appendix_b,
    beeline,
    data_available,
    data_folder,
    load_beeline,
    load_descriptions,
)
from infosem.data import genes as genes_module
from infosem.data.dataset import edges_content, matrix_content
from infosem.data.download import digests_of
from infosem.errors import InfosemError

MATRIX = ",c2,c1,c3\nSox2,1.5,0,2\nNA,0.25,3,1\nklf4,0,1,1\nGATA6,2,2,0\n"
SPECIFIC = "Gene1,Gene2,Score\nSOX2,NA,10\nKLF4,Sox2,20\nKLF4,GATA6,30\nKLF4,OUTSIDE,40\n"
NONSPECIFIC = "Gene1,Gene2\nGATA6,KLF4\n"


# --- a tiny folder that the loader takes for the published one ------------------------------------


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., bytes]:
    """Write a file of hESC and make its digest the expected one, and its content if given."""
    monkeypatch.setenv("INFOSEM_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(beeline, "_FILES", dict(beeline._FILES))

    def put(kind: str, text: str | bytes, content: tuple[Any, ...] | None = None) -> bytes:
        data = text if isinstance(text, bytes) else gzip.compress(text.encode())
        path = tmp_path / "data" / "beeline" / "hESC" / f"{kind}.csv.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        blob = next(d for d in digests_of(data) if len(d) == 40)
        expected = beeline._FILES[f"hESC/{kind}"]._replace(blob=blob)
        if content:
            expected = beeline._File("", blob, *content)
        beeline._FILES[f"hESC/{kind}"] = expected
        return data

    return put


@pytest.fixture
def hesc(put: Callable[..., bytes]) -> dict[str, bytes]:
    """A whole hESC of four genes and three cells; returns the bytes by the path of its source."""
    x, genes, cells = beeline._read_expression(gzip.compress(MATRIX.encode()), "")
    content = matrix_content(x, genes, cells)
    found = {
        "Specific Dataset/hESC/TFs+500/BL--ExpressionData.csv.gz": put(
            "expression", MATRIX, content
        )
    }
    for kind, text, folder in (
        ("network-specific", SPECIFIC, "Specific Dataset"),
        ("network-nonspecific", NONSPECIFIC, "Non-Specific Dataset"),
    ):
        edges = [line.upper().split(",")[:2] for line in text.splitlines()[1:]]
        names = edges_content(np.array(edges))
        found[f"{folder}/hESC/TFs+500/BL--network.csv.gz"] = put(kind, text, (names,))
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


def test_data_dir_goes_before_the_variable(
    hesc: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFOSEM_DATA", "/no/such/folder")
    assert load_beeline("hESC", genes="all", data_dir=tmp_path / "data").n_genes == 4


def test_text_keeps_genes_with_a_record(
    hesc: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = "gene\tmatched_by\tname\nSox2\tsymbol\tSRY-box 2\nKLF4\t\t\nNA\tsynonym\tx\n"
    path = tmp_path / "data" / "genes" / "descriptions.tsv.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(table.encode()))
    with pytest.raises(InfosemError, match=r"descriptions\.tsv\.gz: wrong digest"):
        load_descriptions()
    for digest in digests_of(path.read_bytes()):
        monkeypatch.setattr(genes_module, "_DESCRIPTIONS_SHA256", digest)
    assert load_descriptions()["gene"].tolist() == ["SOX2", "KLF4", "NA"]
    monkeypatch.setattr(beeline, "genes_without_record", lambda: ["GATA6", "KLF4"])
    d = load_beeline("hESC")
    assert (d.genes.tolist(), d.tf_names.tolist()) == (["SOX2", "NA"], ["SOX2"])
    assert (d.provenance["genes"], d.provenance["edges dropped"]) == ("text: 2 of 4", "3 of 4")


BAD_MATRICES = {
    "damaged": (b"\x1f\x8b not gzip", "hESC/expression: damaged gzip"),
    "cut": (gzip.compress(MATRIX.encode())[:-12], "hESC/expression: damaged gzip"),
    "no bytes": ("", "hESC/expression: not a CSV"),
    "ragged": (MATRIX + "X,1,2,3,4,5\n", "hESC/expression: not a CSV"),
    "no gene": (",c1,c2\n", "hESC/expression: the expression matrix is empty"),
    "no cell": ("gene\nSOX2\n", "hESC/expression: the expression matrix is empty"),
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
    with pytest.raises(InfosemError, match="hESC/network-specific: no column Gene2"):
        load_beeline("hESC", genes="all")
    names = edges_content(np.array([["A", "SOX2"], ["SOX2", "SOX2"]]))
    put("network-specific", "Gene1,Gene2\nA,SOX2\nSOX2,SOX2\n", (names,))
    with pytest.raises(InfosemError, match="hESC/network-specific: none of its edges joins"):
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
        with pytest.raises(InfosemError, match="hESC/expression: the names or values"):
            load_beeline("hESC", genes="all")


@pytest.mark.parametrize(
    ("old", "new"), [("GATA6", "GATA4"), ("c3", "c4"), (",c2,c1", ",c1,c2"), ("klf4", "nanog")]
)
def test_content_covers_names(
    put: Callable[..., bytes], hesc: dict[str, bytes], old: str, new: str
) -> None:
    put("expression", MATRIX.replace(old, new))
    with pytest.raises(InfosemError, match="hESC/expression: the names or values"):
        load_beeline("hESC", genes="all")


def test_content_covers_edges(put: Callable[..., bytes], hesc: dict[str, bytes]) -> None:
    put("network-specific", SPECIFIC.replace("KLF4,GATA6", "SOX2,GATA6"))
    with pytest.raises(InfosemError, match="hESC/network-specific: the names or values"):
        load_beeline("hESC", genes="all")


def test_wrong_digest_missing_file_missing_folder(
    hesc: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data" / "beeline" / "hESC" / "network-specific.csv.gz"
    path.write_bytes(gzip.compress(NONSPECIFIC.encode()))
    with pytest.raises(InfosemError, match=r"network-specific\.csv\.gz: wrong digest.*; complete"):
        load_beeline("hESC", genes="all")
    path.unlink()
    with pytest.raises(InfosemError, match=r"network-specific\.csv\.gz: there is no such file; "):
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


def test_git_blob_id() -> None:
    assert "ce013625030ba8dba906f756967f9e9ca394464a" in digests_of(b"hello\n")  # git's own


# --- downloads ------------------------------------------------------------------------------------


class Server(ThreadingHTTPServer):
    """Serves `files` by path; `spoil` turns a body into (body sent, length declared)."""

    files: dict[str, bytes]
    spoil: Callable[[bytes], tuple[bytes, int]]
    asked: int


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked += 1
        body = self.server.files.get(unquote(self.path[1:]))
        if body is None:
            return self.send_error(404)
        body, length = self.server.spoil(body)
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(
    hesc: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """The public source, on this machine; INFOSEM_DATA is unset and the cache is empty."""
    monkeypatch.delenv("INFOSEM_DATA")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setattr(
        "infosem.data.beeline.pooch.os_cache", lambda name: tmp_path / "cache" / name
    )
    with Server(("127.0.0.1", 0), Handler) as http:
        monkeypatch.setattr(beeline, "_BASE_URL", f"http://127.0.0.1:{http.server_port}/")
        http.files, http.asked, http.spoil = hesc, 0, lambda body: (body, len(body))
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield http
        http.shutdown()
        thread.join()


def files_in(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


def test_download_is_cached(server: Server, tmp_path: Path) -> None:
    d = load_beeline("hESC", genes="all")
    assert d.provenance["source"].startswith("GitHub haohaostats/bridge-grn, commit 27d21d94")
    assert (
        d.fingerprint()
        == load_beeline("hESC", genes="all", data_dir=tmp_path / "data").fingerprint()
    )
    assert files_in(tmp_path / "cache") == ["expression.csv.gz", "network-specific.csv.gz"]
    assert server.asked == 2
    load_beeline("hESC", genes="all")
    assert server.asked == 2  # from the cache
    cached = next((tmp_path / "cache").rglob("expression.csv.gz"))
    cached.write_bytes(cached.read_bytes()[:50])
    load_beeline("hESC", genes="all")
    assert server.asked == 3  # a damaged cache is fetched again
    load_beeline("hESC", "non-cell-type-specific", genes="all")  # from the other folder


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda body: (body[:20], len(body)), "cannot be downloaded"),
        (lambda body: (body[:20], 20), "wrong digest"),
        (lambda body: (b"x" + body[1:], len(body)), "wrong digest"),
    ],
    ids=["cut", "short", "other"],
)
def test_broken_download_leaves_nothing_behind(
    server: Server, tmp_path: Path, spoil: Callable[[bytes], tuple[bytes, int]], message: str
) -> None:
    good, server.spoil = server.spoil, spoil
    with pytest.raises(InfosemError, match=rf"http://.*: {message}.*INFOSEM_DATA"):
        load_beeline("hESC", genes="all")
    assert files_in(tmp_path / "cache") == []
    server.spoil = good
    assert load_beeline("hESC", genes="all").n_genes == 4


def test_interrupted_write_leaves_nothing_behind(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InfosemError, match=r"cannot be downloaded .*No space left"):
        load_beeline("hESC", genes="all")
    assert files_in(tmp_path / "cache") == []


def test_source_without_the_file(server: Server) -> None:
    server.files = {}
    with pytest.raises(InfosemError, match=r"cannot be downloaded .*404"):
        load_beeline("hESC", genes="all")


def test_descriptions_need_a_folder(server: Server) -> None:
    with pytest.raises(InfosemError, match=r"descriptions.* set INFOSEM_DATA"):
        load_descriptions()


def test_data_available(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.files["Specific Dataset/mESC/TFs+500/BL--network.csv.gz"] = b""
    assert data_available() == "download"
    server.files = {}
    assert data_available() is None
    for cell in CELLS:
        for kind in ("expression", "network-specific"):
            path = beeline._cached(f"{cell}/{kind}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    assert data_available() == "cache"
    assert data_available("non-cell-type-specific") is None
    monkeypatch.setattr(beeline, "_BASE_URL", "http://127.0.0.1:9/")  # nothing listens there
    assert data_available("non-cell-type-specific") is None
    monkeypatch.setenv("INFOSEM_DATA", str(tmp_path / "gone"))
    assert data_available() == "INFOSEM_DATA"


# --- the real data --------------------------------------------------------------------------------

# genes, cells, TFs and edges of the two networks, as published (BEELINE, TFs+500; mDC TFs+1000)
PUBLISHED = {
    "hESC": (910, 758, 34, 4545, 283, 3441),
    "hHEP": (948, 425, 30, 9939, 322, 4129),
    "mDC": (1321, 383, 21, 1193, 254, 3918),
    "mESC": (1120, 421, 88, 29613, 516, 6893),
}


@pytest.mark.needs_data
@pytest.mark.parametrize("cell", CELLS)
def test_published_counts(cell: str) -> None:
    genes, cells, *networks = PUBLISHED[cell]
    for network, tfs, edges in zip(NETWORKS, networks[::2], networks[1::2], strict=True):
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
    assert sorted(without) == genes_module.genes_without_record()


@pytest.mark.needs_data
def test_public_files_are_the_local_ones() -> None:
    folder = data_folder()
    assert folder is not None
    for key, file in beeline._FILES.items():
        data = (folder / "beeline" / f"{key}.csv.gz").read_bytes()
        same = {file.sha256, file.blob} == digests_of(data)
        assert same == (key != "hESC/expression")  # whose public file has other bytes
