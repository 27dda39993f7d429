"""BEELINE's data sets, from a local folder or from their public source.

References
----------
Pratapa et al. (2020), Benchmarking algorithms for gene regulatory network inference from
single-cell transcriptomic data, Nature Methods 17, 147-154: the BEELINE data.
"""

from __future__ import annotations

import contextlib
import io
import os
import urllib.request
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import pandas as pd
import pooch

from infosem.data.dataset import (
    Dataset,
    adjacency_of,
    edges_content,
    edges_of_frame,
    known_edges,
    matrix_content,
    normalise_genes,
)
from infosem.data.download import data_folder, digests_of, download, gunzip, read_local
from infosem.data.genes import genes_without_record
from infosem.errors import InfosemError, require

__all__ = ["CELLS", "NETWORKS", "appendix_b", "data_available", "load_beeline"]

CELLS = ("hESC", "hHEP", "mDC", "mESC")
NETWORKS = ("cell-type-specific", "non-cell-type-specific")

_REPOSITORY, _COMMIT = "haohaostats/bridge-grn", "27d21d94f6f96f5d2a8a7b41d392cb12410e46ea"
_BASE_URL = f"https://raw.githubusercontent.com/{_REPOSITORY}/{_COMMIT}/data/benchmark_datasets/"
_TFS_PLUS = {"hESC": 500, "hHEP": 500, "mDC": 1000, "mESC": 500}
_DEVIATION = {"mESC": "the paper uses TFs+1000 (1353 genes remain); only TFs+500 can be had"}


class _File(NamedTuple):
    """What identifies a file, by its bytes and by what is read from it."""

    sha256: str  # of the copy in the local folder
    blob: str  # git blob id in the public repository; the same bytes but for hESC's expression
    names: str  # hash over genes and cells, or over the edges
    sums: tuple[float, ...] = ()  # see matrix_content


# fmt: off
_FILES = {
    "hESC/expression": _File(
        "8dfe033d74bbf54d145dcf1e05809a9a98fbce55caeedbd3fade2b99ab99ed58",
        "5ca04b75fe2dc30ab871d4fdce819aef9c6fbae5", "9b710edf6878e4ec",
        (-34.42547575, -4.60096958, 407.38492182)),
    "hESC/network-specific": _File(
        "4661a5e54f3e5f7bbebd7bb6d2b0b413196b3a76b9b32e7d97d7a64853978329",
        "c7afe371a47426b9f1c62b33c362c6de42be71a4", "6dc1c89168fdc009"),
    "hESC/network-nonspecific": _File(
        "725ee236219512bae81aa85b0fc6b986f7455c27cbaa8cde6563f911c52f32db",
        "0d496137d87a5d15bebacfa5de151cd4b4e4dbea", "a442b5a7ec952ace"),
    "hHEP/expression": _File(
        "e3c5b4facb46d187a92b1404b556edcbdfae7c99ce306fa22c2df701b2aaca16",
        "e1836fdad872e7282e64ab9b2b0a94b59fc69c32", "2109f676650b9925",
        (79.37429574, 142.44683795, 1781.18140496)),
    "hHEP/network-specific": _File(
        "d5354cb3d137686634b20cec07fbfc1f4a884179fd80a2d7278e39846946ef39",
        "995aed0e38062184ffa5d929a12a4b4348281bb0", "b30be8a923acc32e"),
    "hHEP/network-nonspecific": _File(
        "9586277346fa0fdee8038ca41beaef8386e0792287abf20a8686190ab4059563",
        "5f479cdfe07f2bb6af89b8f006f4a039d331a114", "059879c3465c15f7"),
    "mDC/expression": _File(
        "0b1d71215d689fc66239700b43aac33a0dd8459d4b6f037dd1cc9c064126c484",
        "7c7cb3b17fb0c056cc7f4e5e30084c9c66545e9d", "ddda61ad6f226b06",
        (-64.14797221, -48.25302131, 357.24105088)),
    "mDC/network-specific": _File(
        "d16f10413f060c6b5b07e5cc237437b14fc9f1c48a724b38b09d68fc1872fef5",
        "cb39c212db06a0e702667632509954cc717e002a", "52e7dfd59c67aec0"),
    "mDC/network-nonspecific": _File(
        "60fede95145b7b43748f9fdd853823aa7be3ef9a967e95a05d7e28d71ccf9732",
        "af52a9f9f8b2609013a4b5c6591c3489bd3b4585", "b0b5460934e5f8ca"),
    "mESC/expression": _File(
        "ee22112864867ad5ea011f7ddaa919c394414226e07a26ce7e1e0268832da4de",
        "74b22868d5e04aef6d6d2f2a929806240c5f6115", "a0db7c0f53f7c754",
        (-49.44629976, -26.54760687, 132.69324929)),
    "mESC/network-specific": _File(
        "ca051eeb7cf9922bcb99985c43cb5ae92f63bf643abf77c726ca4a30984d9fa9",
        "16b86c6b35c141fa025f94072b0fa80908c57595", "19674b12e6334c5f"),
    "mESC/network-nonspecific": _File(
        "8087625a501b6a983d68690352fd4a64fe82ce8fa29d9000550e1c11c1957014",
        "9216624c27b5cfe1b4c1984e111a9c70aac89356", "240ed68fcc18dc65"),
}
# fmt: on


def load_beeline(
    cell: str,
    network: str = "cell-type-specific",
    *,
    genes: str = "text",
    data_dir: str | os.PathLike[str] | None = None,
) -> Dataset:
    """Load a BEELINE data set, from a local folder or from its public source.

    Files come from `data_dir`, else from the folder that $INFOSEM_DATA names; where neither is
    given, from the user's cache, into which they are downloaded. Every file is verified by its
    digest, and what was read from it by names and moments, which no source changes.

    Parameters
    ----------
    cell : {"hESC", "hHEP", "mDC", "mESC"}
    network : {"cell-type-specific", "non-cell-type-specific"}
    genes : {"text", "all"}
        "text" keeps the genes with an NCBI record (known there as a symbol or a synonym): of the
        filters tried the closest to the gene counts of the paper, whose own is not stated. The
        genes that it drops are listed in ``no_text_record.txt`` of this package.
    data_dir : path, optional
        Folder with ``beeline/<cell>/{expression,network-specific,network-nonspecific}.csv.gz``.

    Returns
    -------
    Dataset
        TFs are the regulators in the network that are among the genes kept and regulate one.

    Raises
    ------
    InfosemError
        For an unknown name, a folder or file that is missing, a file that is damaged or not the
        expected one, or a download that fails.
    """
    for argument, value, choices in (
        ("cell", cell, CELLS),
        ("network", network, NETWORKS),
        ("genes", genes, ("all", "text")),
    ):
        require(value in choices, argument, f"{value!r} is unknown", f"choose from {choices}")
    folder = data_folder(data_dir)
    matrix_key, network_key = f"{cell}/expression", f"{cell}/{_kind(network)}"
    x, all_genes, all_cells = _read_expression(_fetch(matrix_key, folder), matrix_key)
    _check_content(matrix_key, *matrix_content(x, all_genes, all_cells))
    edges = edges_of_frame(_read_csv(_fetch(network_key, folder), network_key), network_key)
    _check_content(network_key, edges_content(edges))

    keep = np.ones(len(all_genes), dtype=bool)
    if genes == "text":
        keep = ~np.isin(all_genes, genes_without_record())
    kept = all_genes[keep]
    edges, dropped = known_edges(edges, kept, kept, network_key)
    tfs, adjacency = adjacency_of(edges, np.unique(edges[:, 0]), kept)
    public = f"GitHub {_REPOSITORY}, commit {_COMMIT}"
    provenance = {
        "source": public if folder is None else "local folder",
        "expression": f"BEELINE {cell}, TFs+{_TFS_PLUS[cell]}",
        "genes": f"{genes}: {keep.sum()} of {keep.size}",
        "edges dropped": dropped,
    }
    if cell in _DEVIATION:
        provenance["deviation"] = _DEVIATION[cell]
    return Dataset(
        name=cell,
        network_name=network,
        expression=x[keep],
        genes=kept,
        cells=all_cells,
        tfs=tfs,
        network=adjacency,
        provenance=provenance,
    )


def appendix_b(dataset: Dataset) -> dict[str, float]:
    """Count what the paper's Appendix B counts, named as in ``reported.csv``, and the TFs.

    Negative links are all pairs of a TF and a gene but the positive ones, self-pairs included: so
    are the paper's (hESC: 33 x 844 = 4404 + 23448).
    """
    positive = int(dataset.network.sum())
    return {
        "genes": dataset.n_genes,
        "cells": dataset.n_cells,
        "tfs": dataset.n_tfs,
        "positive_links": positive,
        "negative_links": dataset.network.size - positive,
        "mean_tf_degree": positive / dataset.n_tfs,
    }


def data_available(network: str = "cell-type-specific") -> str | None:
    """Tell where `load_beeline` would find the data, without raising and within seconds.

    Returns
    -------
    {"INFOSEM_DATA", "cache", "download"} or None
        "INFOSEM_DATA" whenever the variable is set, so that a wrong folder becomes an error on
        loading, not a silent change of source; "cache" when all files for this network have been
        downloaded; "download" when the public source answers; None otherwise.
    """
    if os.environ.get("INFOSEM_DATA"):
        return "INFOSEM_DATA"
    keys = [f"{cell}/{kind}" for cell in CELLS for kind in ("expression", _kind(network))]
    if all(_cached(key).is_file() for key in keys):
        return "cache"
    with contextlib.suppress(Exception):  # whatever goes wrong, the source cannot be reached
        request = urllib.request.Request(_url(keys[-1]), method="HEAD")
        with urllib.request.urlopen(request, timeout=3):
            return "download"
    return None


def _kind(network: str) -> str:
    return "network-specific" if network == "cell-type-specific" else "network-nonspecific"


def _url(key: str) -> str:
    cell, kind = key.split("/")
    folder = "Non-Specific Dataset" if kind == "network-nonspecific" else "Specific Dataset"
    file = "BL--ExpressionData.csv.gz" if kind == "expression" else "BL--network.csv.gz"
    return _BASE_URL + quote(f"{folder}/{cell}/TFs+{_TFS_PLUS[cell]}/{file}")


def _cached(key: str) -> Path:
    return Path(pooch.os_cache("infosem"), "beeline", f"{key}.csv.gz")


def _fetch(key: str, folder: Path | None) -> bytes:
    """Return the verified bytes of one file; download it if no folder is named."""
    file = _FILES[key]
    if folder is not None:
        return read_local(folder / "beeline" / f"{key}.csv.gz", {file.sha256, file.blob})
    path, url = _cached(key), _url(key)
    if path.is_file() and file.blob in digests_of(cached := path.read_bytes()):
        return cached
    todo = "try again, or set INFOSEM_DATA to a folder that holds the data"

    def check(data: bytes) -> None:
        require(file.blob in digests_of(data), url, "wrong digest: not the expected file", todo)

    return download(url, path, check, todo)


def _read_csv(data: bytes, source: str, index_col: int | None = None) -> pd.DataFrame:
    text = io.StringIO(gunzip(data, source))
    try:
        # keep_default_na=False: "NA" and "NAN" may be gene symbols; they are not missing values.
        return pd.read_csv(
            text, index_col=index_col, keep_default_na=False, float_precision="round_trip"
        )
    except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        raise InfosemError(f"{source}: not a CSV table ({error}); fetch it again") from error


def _read_expression(data: bytes, source: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return expression (n_genes, n_cells), genes and cells of a CSV of genes x cells."""
    frame = _read_csv(data, source, index_col=0)
    require(frame.size, source, "the expression matrix is empty", "fetch it again")
    x = frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    for row, column in np.argwhere(~np.isfinite(x))[:1]:
        wrong = f"column {frame.columns[column]} holds '{frame.iloc[row, column]}', not a number"
        raise InfosemError(f"{source}: {wrong}; fetch it again")
    return x, normalise_genes(frame.index), frame.columns.to_numpy(dtype=str)


def _check_content(key: str, names: str, sums: tuple[float, ...] = ()) -> None:
    expected = _FILES[key]
    same = names == expected.names and np.allclose(sums, expected.sums, rtol=0, atol=1e-6)
    require(same, key, "the names or values read are not those of BEELINE", "fetch it again")
