"""BEELINE's data sets, from a local folder or from their public source.

References
----------
Pratapa et al. (2020), Benchmarking algorithms for gene regulatory network inference from
single-cell transcriptomic data, Nature Methods 17, 147-154: the BEELINE data.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from infosem.data.dataset import (
    Dataset,
    adjacency_of,
    edges_content,
    edges_of_frame,
    known_edges,
    matrix_content,
    normalise_genes,
)
from infosem.data.download import cached, data_folder, fetch, gunzip, is_reachable, read_local
from infosem.data.genes import genes_without_record
from infosem.data.registry import BRIDGE_GRN, FILES, TFS_PLUS, DataFile
from infosem.errors import InfosemError, require
from infosem.files import AnyPath

__all__ = ["CELLS", "NETWORKS", "STRING", "appendix_b", "data_available", "load_beeline"]

CELLS = ("hESC", "hHEP", "mDC", "mESC")
NETWORKS = ("cell-type-specific", "non-cell-type-specific")
"""Those of the paper."""
STRING = "string"
"""BEELINE's third: functional associations of the database STRING, between any kinds of cells."""

_DEVIATION = {"mESC": "the paper uses TFs+1000 (1353 genes remain); only TFs+500 can be had"}


_KINDS = {
    "cell-type-specific": "network-specific",
    "non-cell-type-specific": "network-nonspecific",
    STRING: "network-string",
}


class _Content(NamedTuple):
    """What is read from a file, whatever its bytes."""

    names: str  # hash over genes and cells, or over the edges
    sums: tuple[float, ...] = ()  # see matrix_content


_CONTENT = {
    "beeline/hESC/expression.csv.gz": _Content(
        "9b710edf6878e4ec", (-34.42547575, -4.60096958, 407.38492182)
    ),
    "beeline/hESC/network-specific.csv.gz": _Content("6dc1c89168fdc009"),
    "beeline/hESC/network-nonspecific.csv.gz": _Content("a442b5a7ec952ace"),
    "beeline/hESC/network-string.csv.gz": _Content("082542308d716ed1"),
    "beeline/hHEP/expression.csv.gz": _Content(
        "2109f676650b9925", (79.37429574, 142.44683795, 1781.18140496)
    ),
    "beeline/hHEP/network-specific.csv.gz": _Content("b30be8a923acc32e"),
    "beeline/hHEP/network-nonspecific.csv.gz": _Content("059879c3465c15f7"),
    "beeline/hHEP/network-string.csv.gz": _Content("0d9dee70146d689d"),
    "beeline/mDC/expression.csv.gz": _Content(
        "ddda61ad6f226b06", (-64.14797221, -48.25302131, 357.24105088)
    ),
    "beeline/mDC/network-specific.csv.gz": _Content("52e7dfd59c67aec0"),
    "beeline/mDC/network-nonspecific.csv.gz": _Content("b0b5460934e5f8ca"),
    "beeline/mDC/network-string.csv.gz": _Content("a99260cf4c377f10"),
    "beeline/mESC/expression.csv.gz": _Content(
        "a0db7c0f53f7c754", (-49.44629976, -26.54760687, 132.69324929)
    ),
    "beeline/mESC/network-specific.csv.gz": _Content("19674b12e6334c5f"),
    "beeline/mESC/network-nonspecific.csv.gz": _Content("240ed68fcc18dc65"),
    "beeline/mESC/network-string.csv.gz": _Content("7e8ff9696f884690"),
}


def load_beeline(
    cell: str,
    network: str = "cell-type-specific",
    *,
    genes: str = "text",
    data_dir: AnyPath | None = None,
) -> Dataset:
    """Load a BEELINE data set, from a local folder or from its public source.

    Files come from `data_dir`, else from the folder that $INFOSEM_DATA names; where neither is
    given, from the user's cache, into which they are downloaded. Every file is verified by its
    digest, and what was read from it by names and moments, which no source changes.

    Parameters
    ----------
    cell : {"hESC", "hHEP", "mDC", "mESC"}
    network : {"cell-type-specific", "non-cell-type-specific", "string"}
    genes : {"text", "all"}
        "text" keeps the genes with an NCBI record (known there as a symbol or a synonym): of the
        filters tried the closest to the gene counts of the paper, whose own is not stated. The
        genes that it drops are listed in ``no_text_record.txt`` of this package.
    data_dir : path, optional
        Folder with ``beeline/<cell>/<kind>.csv.gz``, the kinds being expression,
        network-specific, network-nonspecific and network-string.

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
        ("network", network, (*NETWORKS, STRING)),
        ("genes", genes, ("all", "text")),
    ):
        require(value in choices, argument, f"{value!r} is unknown", f"choose from {choices}")
    folder = data_folder(data_dir)
    matrix_file, network_file = _file(cell, "expression"), _file(cell, _kind(network))
    x, all_genes, all_cells = _read_expression(_read(matrix_file, folder), matrix_file.name)
    _check_content(matrix_file, *matrix_content(x, all_genes, all_cells))
    edges = _read_edges(_read(network_file, folder), network_file.name)
    _check_content(network_file, edges_content(edges))

    keep = np.ones(len(all_genes), dtype=bool)
    if genes == "text":
        keep = ~np.isin(all_genes, genes_without_record())
    kept = all_genes[keep]
    edges, dropped = known_edges(edges, kept, kept, network_file.name)
    tfs, adjacency = adjacency_of(edges, np.unique(edges[:, 0]), kept)
    provenance = {
        "source": BRIDGE_GRN if folder is None else "local folder",
        "species": "human" if cell.startswith("h") else "mouse",
        "expression": f"BEELINE {cell}, TFs+{TFS_PLUS[cell]}",
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
    files = [_file(cell, kind) for cell in CELLS for kind in ("expression", _kind(network))]
    if all(cached(file).is_file() for file in files):
        return "cache"
    return "download" if is_reachable(files[-1]) else None


def _kind(network: str) -> str:
    return _KINDS[network]


def _file(cell: str, kind: str) -> DataFile:
    return FILES[f"beeline/{cell}/{kind}.csv.gz"]


def _read(file: DataFile, folder: Path | None) -> bytes:
    """Return the verified bytes of one file; download it if no folder is named."""
    if folder is not None:
        return read_local(file, folder)
    return fetch(file, "try again, or set INFOSEM_DATA to a folder that holds the data")


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


def _read_edges(data: bytes, source: str) -> np.ndarray:
    return edges_of_frame(_read_csv(data, source), source)


def _check_content(file: DataFile, names: str, sums: tuple[float, ...] = ()) -> None:
    expected = _CONTENT[file.name]
    same = names == expected.names and np.allclose(sums, expected.sums, rtol=0, atol=1e-6)
    wrong = "the names or values read are not those of BEELINE"
    require(same, file.name, wrong, "fetch it again")
