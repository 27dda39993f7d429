"""Tests of infosem.datasets: the data set, the BEELINE loader, AnnData and the simulator."""

import gzip
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import anndata
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from infosem.data import (
    Dataset,
    appendix_b,
    data_available,
    dataset,
    load_beeline,
    load_descriptions,
    normalise_genes,
    simulate,
)
from infosem.errors import InfosemError
from infosem.splits import make_split

MATRIX = ",c2,c1,c3\nSox2,1.5,0,2\nNA,0.25,3,1\nklf4,0,1,1\nGATA6,2,2,0\n"
SPECIFIC = "Gene1,Gene2,Score\nSOX2,NA,10\nKLF4,Sox2,20\nKLF4,GATA6,30\nKLF4,OUTSIDE,40\n"
NONSPECIFIC = "Gene1,Gene2\nGATA6,KLF4\n"


# --- a tiny folder that the loader takes for the published one ------------------------------------


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., bytes]:
    """Write a file of hESC and make its digest the expected one, and its content if given."""
    monkeypatch.setenv("INFOSEM_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(dataset, "_FILES", dict(dataset._FILES))

    def put(kind: str, text: str | bytes, content: tuple[Any, ...] | None = None) -> bytes:
        data = text if isinstance(text, bytes) else gzip.compress(text.encode())
        path = tmp_path / "data" / "beeline" / "hESC" / f"{kind}.csv.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        blob = next(d for d in dataset._digests(data) if len(d) == 40)
        expected = dataset._FILES[f"hESC/{kind}"]._replace(blob=blob)
        if content:
            expected = dataset._File("", blob, *content)
        dataset._FILES[f"hESC/{kind}"] = expected
        return data

    return put


@pytest.fixture
def hesc(put: Callable[..., bytes]) -> dict[str, bytes]:
    """A whole hESC of four genes and three cells; returns the bytes by the path of its source."""
    x, genes, cells = dataset._read_expression(gzip.compress(MATRIX.encode()), "")
    content = dataset._matrix_content(x, genes, cells)
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
        names = dataset._edges_content(np.array(edges))
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
    for digest in dataset._digests(path.read_bytes()):
        monkeypatch.setattr(dataset, "_DESCRIPTIONS_SHA256", digest)
    assert load_descriptions()["gene"].tolist() == ["SOX2", "KLF4", "NA"]
    monkeypatch.setattr(dataset, "_genes_without_record", lambda: ["GATA6", "KLF4"])
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
    monkeypatch.setattr(dataset, "_check_content", lambda *_: None)  # it would find these first
    with pytest.raises(InfosemError, match=message):
        load_beeline("hESC", genes="all")


def test_bad_networks(put: Callable[..., bytes], hesc: dict[str, bytes]) -> None:
    put("network-specific", "Gene1,Target\nSOX2,NA\n")
    with pytest.raises(InfosemError, match="hESC/network-specific: no column Gene2"):
        load_beeline("hESC", genes="all")
    names = dataset._edges_content(np.array([["A", "SOX2"], ["SOX2", "SOX2"]]))
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
    assert "ce013625030ba8dba906f756967f9e9ca394464a" in dataset._digests(b"hello\n")  # git's own


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
        "infosem.data.dataset.pooch.os_cache", lambda name: tmp_path / "cache" / name
    )
    with Server(("127.0.0.1", 0), Handler) as http:
        monkeypatch.setattr(dataset, "_BASE_URL", f"http://127.0.0.1:{http.server_port}/")
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
    for cell in dataset.CELLS:
        for kind in ("expression", "network-specific"):
            path = dataset._cached(f"{cell}/{kind}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    assert data_available() == "cache"
    assert data_available("non-cell-type-specific") is None
    monkeypatch.setattr(dataset, "_BASE_URL", "http://127.0.0.1:9/")  # nothing listens there
    assert data_available("non-cell-type-specific") is None
    monkeypatch.setenv("INFOSEM_DATA", str(tmp_path / "gone"))
    assert data_available() == "INFOSEM_DATA"


# --- a user's own cells ---------------------------------------------------------------------------

VALUES = np.array([[0, 1.5, 2, 0], [3, 0, 0.5, 1], [1, 1, 0, 2.5]])  # cells x genes


def adata(x: Any = VALUES, names: tuple[str, ...] = ("Sox2", "Klf4", "NA", "Gata6")) -> Any:
    return anndata.AnnData(
        X=x, obs=pd.DataFrame(index=["a", "b", "c"]), var=pd.DataFrame(index=list(names))
    )


@pytest.mark.parametrize("x", [VALUES.astype(np.float32), scipy.sparse.csr_matrix(VALUES)])
def test_from_anndata(x: Any, tmp_path: Path) -> None:
    pairs = [("SOX2", "klf4"), ("Klf4", "Gata6"), ("Klf4", "Klf4"), ("NA", "Sox2"), ("Sox2", "Z")]
    d = Dataset.from_anndata(adata(x), ["Sox2", "KLF4 "], pairs)
    np.testing.assert_array_equal(d.expression, VALUES.T)
    assert (d.genes.tolist(), d.cells.tolist()) == (
        ["SOX2", "KLF4", "NA", "GATA6"],
        ["a", "b", "c"],
    )
    assert d.tf_names.tolist() == ["KLF4", "SOX2"]
    np.testing.assert_array_equal(d.network, np.array([[0, 0, 0, 1], [0, 1, 0, 0]], dtype=bool))
    assert d.provenance["edges dropped"] == "3 of 5"  # to itself, from no TF, to no gene
    adata(x).write_h5ad(tmp_path / "mine.h5ad")
    frame = pd.DataFrame(pairs, columns=["Gene1", "Gene2"])
    same = Dataset.from_anndata(tmp_path / "mine.h5ad", ["Sox2", "Klf4"], frame)
    assert (same.name, same.fingerprint()) == ("mine.h5ad", d.fingerprint())


def test_from_anndata_without_network() -> None:
    d = Dataset.from_anndata(adata(), ["Sox2", "Klf4"])
    assert (d.n_tfs, d.network_name, bool(d.network.any())) == (2, "", False)


@pytest.mark.parametrize(
    ("x", "names", "tfs", "network", "message"),
    [
        (
            VALUES,
            ("A", "B", "C", "D"),
            ["A", "Sox2", "X"],
            None,
            "tfs: not in AnnData: SOX2, X; leave",
        ),
        (VALUES, ("A", "B", "C", "D"), [], None, "AnnData: there is no TF; name"),
        (VALUES, ("A", "B", "a", "D"), ["A"], None, r"AnnData: duplicate gene names \(A\); keep"),
        (VALUES, ("A", "B", "C", "D"), ["A"], [("X", "Y")], "network: none of its edges joins"),
        (
            VALUES,
            ("A", "B", "C", "D"),
            ["A"],
            "mine.csv",
            "network: not a list of pairs; give pairs",
        ),
        (VALUES - 1, ("A", "B", "C", "D"), ["A"], None, "AnnData: 5 negative values, .*; give log"),
        (
            VALUES * np.nan,
            ("A", "B", "C", "D"),
            ["A"],
            None,
            "AnnData: 12 NaN or infinite values, .*; r",
        ),
        (None, ("A", "B", "C", "D"), ["A"], None, "AnnData: X is not a numeric matrix"),
        (VALUES[:, :0], (), ["A"], None, "tfs: not in AnnData: A"),
    ],
)
def test_bad_anndata(x: Any, names: Any, tfs: Any, network: Any, message: str) -> None:
    with pytest.raises(InfosemError, match=message):
        Dataset.from_anndata(adata(x, names), tfs, network)


def test_unreadable_h5ad(tmp_path: Path) -> None:
    (tmp_path / "bad.h5ad").write_bytes(b"not HDF5")
    for name in ("bad.h5ad", "none.h5ad"):
        with pytest.raises(InfosemError, match=rf"{name}: cannot be read \(.*; give the path"):
            Dataset.from_anndata(tmp_path / name, ["A"])


# --- the data set itself --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"expression": np.empty((0, 3))}, "the expression matrix is empty"),
        ({"expression": np.ones((3, 4))}, r"expression \(3, 4\) is not genes x cells \(4, 3\)"),
        ({"expression": np.ones((4, 3), np.float32)}, "the expression is float32; convert"),
        ({"genes": np.array(["A", "B", "C", "A"])}, r"duplicate gene names \(A\)"),
        ({"genes": np.array(["A", "b", "C", "D"])}, "unnormalised gene names; use normalise_genes"),
        ({"genes": np.array(["A", "", "C", ""])}, "duplicate gene names"),
        ({"cells": np.array(["x", "y", "x"])}, r"duplicate cell names \(x\)"),
        ({"tfs": np.array([1, 4])}, "tfs are not indices of genes"),
        ({"tfs": np.array([-1, 1])}, "tfs are not indices of genes"),
        ({"tfs": np.array([3, 1])}, "tfs out of order; sort by name"),
        ({"tfs": np.array([1, 1])}, "tfs out of order"),
        ({"network": np.zeros((4, 2), bool)}, r"the network is bool \(4, 2\); give a bool array"),
        ({"network": np.zeros((2, 4))}, r"the network is float64 \(2, 4\)"),
        ({"network": np.eye(2, 4, 1, dtype=bool)}, "the network has a TF that regulates itself"),
        ({"embeddings": {"h": np.zeros((3, 2), np.float32)}}, r"embedding 'h' is float32 \(3, 2\)"),
        (
            {"embeddings": {"h": np.full((4, 2), np.nan, np.float32)}},
            "embedding 'h' .*not finite; give finite",
        ),
    ],
)
def test_bad_fields(changes: dict[str, Any], message: str) -> None:
    fields: dict[str, Any] = {
        "expression": np.ones((4, 3)),
        "genes": np.array(["A", "B", "C", "D"]),
        "cells": np.array(["x", "y", "z"]),
        "tfs": np.array([1, 3]),
        "network": np.zeros((2, 4), dtype=bool),
    }
    Dataset("mine", "", **fields)
    with pytest.raises(InfosemError, match=f"^mine: {message}"):
        Dataset("mine", "", **{**fields, **changes})


def test_appendix_b() -> None:
    d = Dataset.from_anndata(
        adata(), ["Sox2", "Klf4"], [("Sox2", "Klf4"), ("Sox2", "NA"), ("Klf4", "NA")]
    )
    assert appendix_b(d) == {
        "genes": 4,
        "cells": 3,
        "tfs": 2,
        "positive_links": 3,
        "negative_links": 5,
        "mean_tf_degree": 1.5,
    }


names = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=8)
space = st.sampled_from(["", " ", "\t", "\n ", "\u00a0"])


@given(st.lists(names), space, space)
def test_normalisation(given_names: list[str], before: str, after: str) -> None:
    once = normalise_genes(given_names)
    np.testing.assert_array_equal(normalise_genes(once), once)
    padded = [before + name.upper() + after for name in given_names]
    np.testing.assert_array_equal(normalise_genes(padded), once)


def test_normalisation_of_symbols() -> None:
    symbols = [" Trp53", "C4orf46\n", "HLA-A", "nkx2.5"]
    assert normalise_genes(symbols).tolist() == ["TRP53", "C4ORF46", "HLA-A", "NKX2.5"]


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_fingerprint_does_not_depend_on_order(synthetic: Dataset, random: Any) -> None:
    by_gene, by_cell = list(range(synthetic.n_genes)), list(range(synthetic.n_cells))
    random.shuffle(by_gene)
    random.shuffle(by_cell)
    d = synthetic.take_genes(np.array(by_gene))
    d = replace(d, expression=d.expression[:, by_cell], cells=d.cells[by_cell], name="other")
    assert d.fingerprint() == synthetic.fingerprint()
    assert d.fingerprint("planted") == synthetic.fingerprint("planted")
    names = np.array([d.genes[row] for row in d.network], dtype=object)
    for i, targets in enumerate(names):  # and the same TFs still have the same targets
        assert set(targets) == set(synthetic.genes[synthetic.network[i]])
    assert d.tf_names.tolist() == synthetic.tf_names.tolist()


def test_fingerprint_covers_the_content(synthetic: Dataset) -> None:
    d = synthetic
    value, edge = d.expression.copy(), d.network.copy()
    value[3, 5] += 0.5
    edge[0, np.flatnonzero(~edge[0] & (np.arange(d.n_genes) != d.tfs[0]))[0]] = True
    swapped = d.expression.copy()
    swapped[[0, 1]] = swapped[[1, 0]]
    cells = d.cells.copy()
    cells[0] = "OTHER"
    genes = np.where(d.genes == d.genes[0], "OTHER", d.genes)
    assert d.genes[0] not in d.tf_names
    versions = [
        d,
        replace(d, expression=value),
        replace(d, expression=swapped),
        replace(d, network=edge),
        replace(d, cells=cells),
        replace(d, genes=genes),
        replace(d, tfs=d.tfs[1:], network=d.network[1:]),
        replace(d, network=np.zeros_like(edge)),
        replace(d, tfs=d.tfs[1:], network=np.zeros_like(edge)[1:]),
    ]
    assert len({version.fingerprint() for version in versions}) == len(versions)
    vectors = d.embeddings["planted"]
    permuted = d.with_embedding("planted", vectors[np.random.default_rng(0).permutation(100)])
    of_vectors = {version.fingerprint("planted") for version in (d, permuted)}
    assert len({d.fingerprint(), *of_vectors}) == 3
    noise = 1e-9 * np.random.default_rng(0).random(value.shape)
    assert replace(d, expression=d.expression + noise).fingerprint() == d.fingerprint()


def test_take_genes(synthetic: Dataset) -> None:
    index = np.r_[synthetic.tfs[[4, 2]], np.setdiff1d(np.arange(100), synthetic.tfs)[:10]]
    d = synthetic.take_genes(index)
    assert d.tf_names.tolist() == synthetic.tf_names[[2, 4]].tolist()
    np.testing.assert_array_equal(d.genes, synthetic.genes[index])
    np.testing.assert_array_equal(d.expression, synthetic.expression[index])
    np.testing.assert_array_equal(d.network, synthetic.network[[2, 4]][:, index])
    np.testing.assert_array_equal(d.embeddings["planted"], synthetic.embeddings["planted"][index])


def test_with_embedding(synthetic: Dataset) -> None:
    d = synthetic.with_embedding("one-hot", np.eye(100))
    assert set(d.embeddings) == {"planted", "one-hot"}
    assert d.embeddings["one-hot"].dtype == np.float32
    assert set(synthetic.embeddings) == {"planted"}
    with pytest.raises(InfosemError, match="embedding 'short'"):
        synthetic.with_embedding("short", np.eye(99))


# --- the simulator --------------------------------------------------------------------------------


def test_simulation_is_reproducible(synthetic: Dataset) -> None:
    again, other = simulate(seed=0), simulate(seed=1)
    np.testing.assert_array_equal(again.expression, synthetic.expression)
    np.testing.assert_array_equal(again.embeddings["planted"], synthetic.embeddings["planted"])
    np.testing.assert_array_equal(again.network, synthetic.network)
    assert other.fingerprint() != synthetic.fingerprint()


@pytest.mark.parametrize("seed", range(5))
def test_planted_network(seed: int) -> None:
    d = simulate(seed=seed)
    assert (d.n_tfs, d.n_genes, d.n_cells) == (12, 100, 200)
    degree = np.sort(d.network.sum(axis=1))
    assert degree[0] >= 4
    assert degree[-3:].sum() > 0.45 * degree.sum()  # a fourth of the TFs hold about half the edges
    assert d.network.any(axis=0).mean() > 0.7  # and the edges are spread over the genes
    among = d.network[:, d.tfs]
    assert not np.linalg.matrix_power(among.astype(int), 12).any()  # no cycles
    for split_seed in range(10):
        make_split(d, seed=split_seed)  # raises if a block had no positive


def test_expression_is_the_linear_sem() -> None:
    """Given the true regulators of a gene, what is left is the noise that was put in."""
    d = simulate(20, 60, 2000, dropout=0, seed=3)
    y = np.log(np.expm1(d.expression))  # undo the softplus
    y -= y.mean(axis=1, keepdims=True)
    left = []
    for k in np.setdiff1d(np.arange(d.n_genes), d.tfs):
        parents = y[d.tfs[d.network[:, k]]].T
        residual = y[k] - parents @ np.linalg.lstsq(parents, y[k])[0]
        left.append(residual.std())
    np.testing.assert_allclose(left, 0.7, rtol=0.08)
    assert y.std(axis=1).max() > 1.4  # where the whole of a gene varies far more


def test_dropout(synthetic: Dataset) -> None:
    full = simulate(seed=0, dropout=0)
    dropped = synthetic.expression == 0
    assert full.expression.min() > 0
    assert 0.15 < dropped.mean() < 0.35
    assert full.expression[dropped].mean() < 0.7 * full.expression[~dropped].mean()
    np.testing.assert_array_equal(full.expression[~dropped], synthetic.expression[~dropped])


def unseen_auroc(d: Dataset, h: np.ndarray) -> float:
    """AUROC of a logistic regression on [h_i, h_k], on TFs and targets it has not seen."""
    pairs = np.concatenate([np.repeat(h[d.tfs], d.n_genes, 0), np.tile(h, (d.n_tfs, 1))], axis=1)
    rng = np.random.default_rng(0)
    tf, gene = rng.random(d.n_tfs) < 0.5, rng.random(d.n_genes) < 0.5
    train, test = np.outer(tf, gene).ravel(), np.outer(~tf, ~gene).ravel()
    pairs /= pairs.std()
    model = LogisticRegression(max_iter=1000).fit(pairs[train], d.network.ravel()[train])
    return float(roc_auc_score(d.network.ravel()[test], model.decision_function(pairs[test])))


def test_embeddings_tell_of_the_network_and_noise_drowns_it() -> None:
    d, noisy = (simulate(30, 120, 20, embedding_noise=noise) for noise in (0.3, 30.0))
    assert d.fingerprint() == noisy.fingerprint()
    h = d.embeddings["planted"]
    assert unseen_auroc(d, h) > 0.7
    assert abs(unseen_auroc(d, np.random.default_rng(0).permutation(h)) - 0.5) < 0.1
    assert abs(unseen_auroc(d, noisy.embeddings["planted"]) - 0.5) < 0.1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_tfs": 1}, "n_tfs: 1 is too small; choose at least 2"),
        ({"n_targets": 3}, "n_targets: 3 is too small"),
        ({"dropout": 1.0}, r"dropout: 1\.0 leaves no value"),
        ({"embedding_noise": -1}, "embedding_noise: -1 is too small"),
    ],
)
def test_bad_simulation(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InfosemError, match=message):
        simulate(**arguments)


# --- the real data --------------------------------------------------------------------------------

# genes, cells, TFs and edges of the two networks, as published (BEELINE, TFs+500; mDC TFs+1000)
PUBLISHED = {
    "hESC": (910, 758, 34, 4545, 283, 3441),
    "hHEP": (948, 425, 30, 9939, 322, 4129),
    "mDC": (1321, 383, 21, 1193, 254, 3918),
    "mESC": (1120, 421, 88, 29613, 516, 6893),
}


@pytest.mark.needs_data
@pytest.mark.parametrize("cell", dataset.CELLS)
def test_published_counts(cell: str) -> None:
    genes, cells, *networks = PUBLISHED[cell]
    for network, tfs, edges in zip(dataset.NETWORKS, networks[::2], networks[1::2], strict=True):
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
    assert sorted(without) == dataset._genes_without_record()


@pytest.mark.needs_data
def test_public_files_are_the_local_ones() -> None:
    folder = dataset.data_folder()
    assert folder is not None
    for key, file in dataset._FILES.items():
        data = (folder / "beeline" / f"{key}.csv.gz").read_bytes()
        same = {file.sha256, file.blob} == dataset._digests(data)
        assert same == (key != "hESC/expression")  # whose public file has other bytes
