"""Data sets: expression and a known network, from BEELINE, from an AnnData or simulated.

Gene names are stripped of surrounding white space and upper-cased (`normalise_genes`), as BEELINE
does with mouse symbols; after that they are matched exactly. No alias is looked up.

References
----------
Pratapa et al. (2020), Benchmarking algorithms for gene regulatory network inference from
single-cell transcriptomic data, Nature Methods 17, 147-154: the BEELINE data.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import hashlib
import io
import os
import urllib.request
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
import pandas as pd
import pooch

from infosem.errors import InfosemError

__all__ = [
    "CELLS",
    "NETWORKS",
    "Dataset",
    "appendix_b",
    "data_available",
    "data_folder",
    "load_beeline",
    "load_descriptions",
    "load_gene_info",
    "normalise_genes",
    "simulate",
]

CELLS = ("hESC", "hHEP", "mDC", "mESC")
NETWORKS = ("cell-type-specific", "non-cell-type-specific")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Expression of genes in cells, and the known network between TFs and genes.

    Attributes
    ----------
    name : str
        "hESC", "hHEP", "mDC", "mESC", "synthetic" or the name of a user's file.
    network_name : str
        "cell-type-specific", "non-cell-type-specific", "planted", "given", or "" for none.
    expression : float64 array (n_genes, n_cells)
        Log-normalised expression, finite and not negative.
    genes, cells : str array (n_genes,), (n_cells,)
        Distinct names; those of genes as `normalise_genes` returns them.
    tfs : int array (n_tfs,)
        Indices of the TFs in `genes`, in the order of their names.
    network : bool array (n_tfs, n_genes)
        ``network[i, k]``: TF ``genes[tfs[i]]`` regulates ``genes[k]``. No gene regulates itself.
    embeddings : mapping of str to float32 array (n_genes, dim)
        Vectors of the genes by the name of their source; may be empty.
    provenance : mapping of str to str
        Where everything came from, what was left out and how it departs from the paper.

    Raises
    ------
    InfosemError
        If any of the above does not hold.
    """

    name: str
    network_name: str
    expression: np.ndarray
    genes: np.ndarray
    cells: np.ndarray
    tfs: np.ndarray
    network: np.ndarray
    embeddings: Mapping[str, np.ndarray] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        def check(good: Any, wrong: str, todo: str) -> None:
            _require(good, self.name, wrong, todo)

        x, tfs, shape = self.expression, self.tfs, (self.n_genes, self.n_cells)
        check(x.ndim == 2 and x.size, "the expression matrix is empty", "give genes x cells")
        check(
            x.shape == shape, f"expression {x.shape} is not genes x cells {shape}", "transpose it"
        )
        check(x.dtype == np.float64, f"the expression is {x.dtype}", "convert it to float64")
        for what, names in (("gene", self.genes), ("cell", self.cells)):
            normal = normalise_genes(names) if what == "gene" else names
            values, counts = np.unique(normal, return_counts=True)
            twice = ", ".join(values[counts > 1][:5])
            check(counts.max() == 1, f"duplicate {what} names ({twice})", "keep one of each")
            check(np.array_equal(names, normal), "unnormalised gene names", "use normalise_genes")
        for what, bad, todo in (
            ("NaN or infinite values", ~np.isfinite(x), "remove or impute them"),
            ("negative values", x < 0, "give log-normalised values, neither centred nor scaled"),
        ):
            if bad.any():
                g, c = np.argwhere(bad)[0]
                where = f"the first for gene {self.genes[g]} in cell {self.cells[c]}"
                raise InfosemError(f"{self.name}: {bad.sum()} {what}, {where}; {todo}")
        check(tfs.size, "there is no TF", "name at least one TF that is among the genes")
        check(
            tfs.dtype.kind == "i" and 0 <= min(tfs) <= max(tfs) < self.n_genes,
            "tfs are not indices of genes",
            "give the positions of the TFs in genes",
        )
        check(np.all(self.tf_names[:-1] < self.tf_names[1:]), "tfs out of order", "sort by name")
        check(
            self.network.shape == (self.n_tfs, self.n_genes) and self.network.dtype == np.bool_,
            f"the network is {self.network.dtype} {self.network.shape}",
            f"give a bool array of TFs x genes ({self.n_tfs}, {self.n_genes})",
        )
        itself = self.network[np.arange(self.n_tfs), tfs]
        check(not itself.any(), "the network has a TF that regulates itself", "remove the edge")
        for label, h in self.embeddings.items():
            good = h.ndim == 2 and len(h) == self.n_genes and h.dtype == np.float32
            check(
                good and np.isfinite(h).all(),
                f"embedding {label!r} is {h.dtype} {h.shape} or not finite",
                f"give finite float32 numbers, one row for each of {self.n_genes} genes",
            )

    @property
    def n_genes(self) -> int:
        """Number of genes."""
        return len(self.genes)

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.cells)

    @property
    def n_tfs(self) -> int:
        """Number of TFs."""
        return len(self.tfs)

    @property
    def tf_names(self) -> np.ndarray:
        """Names of the TFs, str (n_tfs,), sorted."""
        return np.asarray(self.genes[self.tfs])

    def fingerprint(self, embedding: str | None = None) -> str:
        """Identify the content in 16 hexadecimal digits.

        It covers the names of genes, cells and TFs, the values, the edges, and the vectors of one
        embedding if it is named; not provenance. It is the same for any order of genes and cells,
        and for any file whose values agree to about 1e-9: the values enter as the three sums of
        `_matrix_content`, rounded to 1e-3 (for vectors, which come from a network that rounds
        differently on other processors, 1e-2). A hash over a rounded number for every gene would
        flip as soon as one of them lay on a rounding edge.
        """
        names, sums = _matrix_content(self.expression, self.genes, self.cells)
        rows, columns = np.nonzero(self.network)
        edges = np.column_stack([self.tf_names[rows], self.genes[columns]])
        rounded = [f"{round(s, 3) + 0.0:.3f}" for s in sums]  # + 0.0 makes 0.0 of -0.0
        content = _hash([names, *rounded], self.tf_names, [_edges_content(edges)])
        if embedding is None:
            return content
        vectors = self.embeddings[embedding].astype(np.float64)
        columns = np.array([str(i) for i in range(vectors.shape[1])])
        _, sums = _matrix_content(vectors, self.genes, columns)
        return _hash([content], [f"{round(s, 2) + 0.0:.2f}" for s in sums])

    def embedding(self, name: str) -> np.ndarray:
        """Return one of the embeddings, (n_genes, dim), or fail with the names of those it has."""
        if name not in self.embeddings:
            raise InfosemError(
                f"data set {self.name}: no embedding {name!r} (it has "
                f"{sorted(self.embeddings) or 'none'}); attach one with infosem.embeddings.attach"
            )
        return self.embeddings[name]

    def with_embedding(self, name: str, vectors: np.ndarray) -> Dataset:
        """Return a copy with one more embedding, (n_genes, dim), stored as float32."""
        return replace(
            self, embeddings={**self.embeddings, name: np.asarray(vectors, dtype=np.float32)}
        )

    def take_genes(self, index: np.ndarray) -> Dataset:
        """Return the data set of some genes, or of all of them in another order.

        `index` holds distinct positions in `genes`; TFs that are not among them are left out.
        """
        position = {int(old): new for new, old in enumerate(index)}
        rows = [i for i, tf in enumerate(self.tfs) if int(tf) in position]
        return replace(
            self,
            expression=self.expression[index],
            genes=self.genes[index],
            tfs=np.array([position[int(tf)] for tf in self.tfs[rows]], dtype=np.int64),
            network=self.network[rows][:, index],
            embeddings={label: h[index] for label, h in self.embeddings.items()},
        )

    @classmethod
    def from_anndata(
        cls,
        adata: Any,
        tfs: Iterable[str],
        network: pd.DataFrame | Iterable[tuple[str, str]] | None = None,
    ) -> Dataset:
        """Make a data set of one's own cells.

        Parameters
        ----------
        adata : anndata.AnnData or path of an .h5ad file
            ``X`` (cells x genes, dense or sparse) holds log-normalised expression.
        tfs : iterable of str
            Names of the TFs, all among ``adata.var_names`` after normalisation.
        network : DataFrame with columns Gene1 and Gene2, or pairs (TF, target), optional
            Known edges. Those that do not lead from one of `tfs` to another gene of the data are
            dropped, and counted in the provenance.

        Raises
        ------
        InfosemError
            If the file cannot be read, a TF is not in the data, no edge of the network is, or the
            values or names are not what `Dataset` asks for.
        """
        name = "AnnData"
        if isinstance(adata, str | os.PathLike):
            import anndata  # slow to import, and needed for files only

            name = Path(adata).name
            try:
                adata = anndata.read_h5ad(adata)
            except Exception as error:  # h5py and anndata raise many kinds for a damaged file
                todo = "give the path of a readable .h5ad file"
                raise InfosemError(f"{adata}: cannot be read ({error}); {todo}") from error
        try:
            x = adata.X.toarray() if hasattr(adata.X, "toarray") else adata.X[:]
            x = np.ascontiguousarray(np.asarray(x, dtype=np.float64).T)
        except (TypeError, ValueError) as error:  # no matrix, or one of something else
            todo = "put log-normalised expression into X"
            raise InfosemError(f"{name}: X is not a numeric matrix ({error}); {todo}") from error
        genes, tf_names = normalise_genes(adata.var_names), np.unique(normalise_genes(tfs))
        missing = ", ".join(tf_names[~np.isin(tf_names, genes)])
        _require(not missing, "tfs", f"not in {name}: {missing}", "leave these TFs out")
        edges, label, dropped = np.empty((0, 2), dtype=str), "", "none"
        if network is not None:
            if not isinstance(network, pd.DataFrame):
                pairs = [tuple(pair) for pair in network]
                todo = "give pairs (TF, target) or a DataFrame"
                _require(all(len(p) == 2 for p in pairs), "network", "not a list of pairs", todo)
                network = pd.DataFrame(pairs, columns=["Gene1", "Gene2"])
            edges = _edges_of_frame(network, "network")
            edges, dropped = _known_edges(edges, tf_names, genes, "network")
            label = "given"
        tf_index, adjacency = _adjacency(edges, tf_names, genes)
        return cls(
            name=name,
            network_name=label,
            expression=x,
            genes=genes,
            cells=np.array(adata.obs_names, dtype=str),
            tfs=tf_index,
            network=adjacency,
            provenance={"source": name, "edges dropped": dropped},
        )


def normalise_genes(names: Iterable[object]) -> np.ndarray:
    """Strip white space and upper-case; gene names are matched exactly from then on."""
    return np.array([str(name).strip().upper() for name in names], dtype=str)


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


def _require(good: Any, where: str, wrong: str, todo: str) -> None:
    if not good:
        raise InfosemError(f"{where}: {wrong}; {todo}")


# --- edges ----------------------------------------------------------------------------------------


def _edges_of_frame(frame: pd.DataFrame, source: str) -> np.ndarray:
    """Return the edges, str (n_edges, 2), of the columns Gene1 (TF) and Gene2 (target)."""
    missing = " or ".join(sorted({"Gene1", "Gene2"} - set(frame.columns)))
    _require(not missing, source, f"no column {missing}", "name the TFs Gene1, the targets Gene2")
    return np.column_stack([normalise_genes(frame[column]) for column in ("Gene1", "Gene2")])


def _known_edges(
    edges: np.ndarray, tfs: np.ndarray, genes: np.ndarray, source: str
) -> tuple[np.ndarray, str]:
    """Keep the edges from a TF to another gene of the data; say how many were dropped."""
    keep = np.isin(edges[:, 0], tfs) & np.isin(edges[:, 1], genes) & (edges[:, 0] != edges[:, 1])
    wrong = "none of its edges joins a TF and another gene of the data"
    todo = "use a network of the same species, with gene symbols as in the expression"
    _require(keep.any(), source, wrong, todo)
    return edges[keep], f"{(~keep).sum()} of {len(edges)}"


def _adjacency(
    edges: np.ndarray, tf_names: np.ndarray, genes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return `tfs` and `network` of a Dataset for sorted TF names and known edges."""
    column = {gene: i for i, gene in enumerate(genes)}
    row = {tf: i for i, tf in enumerate(tf_names)}
    network = np.zeros((len(tf_names), len(genes)), dtype=bool)
    for tf, target in edges:
        network[row[tf], column[target]] = True
    return np.array([column[tf] for tf in tf_names], dtype=np.int64), network


# --- content, whatever the file it came from ------------------------------------------------------


def _matrix_content(
    x: np.ndarray, genes: np.ndarray, cells: np.ndarray
) -> tuple[str, tuple[float, ...]]:
    """Summarise expression in a hash over the sorted names and three sums over the values.

    The sums are sum_g u_g mean_g, sum_g u_g var_g and sum_gc u_g v_c x_gc, where the weights u and
    v in [-1, 1) come from the names. They can be compared with a tolerance, which a hash cannot;
    and being sums, not averages, they agree within 1e-6 only if the moments of every gene do, short
    of an unlikely cancellation.
    """
    by_gene, by_cell = np.argsort(genes), np.argsort(cells)  # so that not a bit depends on order
    x = np.ascontiguousarray(x[by_gene][:, by_cell])
    u, v = _weights(genes[by_gene]), _weights(cells[by_cell])
    sums = float(u @ x.mean(axis=1)), float(u @ x.var(axis=1)), float(u @ x @ v)
    return _hash(genes[by_gene], cells[by_cell]), sums


def _edges_content(edges: np.ndarray) -> str:
    return _hash(sorted(f"{tf}>{target}" for tf, target in edges))


def _weights(names: np.ndarray) -> np.ndarray:
    digests = (hashlib.sha256(name.encode()).digest()[:4] for name in names)
    return np.array([int.from_bytes(digest, "big") for digest in digests]) / 2**31 - 1.0


def _hash(*groups: Iterable[str]) -> str:
    return hashlib.sha256("\0".join("\n".join(g) for g in groups).encode()).hexdigest()[:16]


# --- BEELINE --------------------------------------------------------------------------------------

_REPOSITORY, _COMMIT = "haohaostats/bridge-grn", "27d21d94f6f96f5d2a8a7b41d392cb12410e46ea"
_BASE_URL = f"https://raw.githubusercontent.com/{_REPOSITORY}/{_COMMIT}/data/benchmark_datasets/"
_TFS_PLUS = {"hESC": 500, "hHEP": 500, "mDC": 1000, "mESC": 500}
_DEVIATION = {"mESC": "the paper uses TFs+1000 (1353 genes remain); only TFs+500 can be had"}


class _File(NamedTuple):
    """What identifies a file, by its bytes and by what is read from it."""

    sha256: str  # of the copy in the local folder
    blob: str  # git blob id in the public repository; the same bytes but for hESC's expression
    names: str  # hash over genes and cells, or over the edges
    sums: tuple[float, ...] = ()  # see _matrix_content


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
_GENE_INFO_URL = "https://ftp.ncbi.nlm.nih.gov/gene/DATA/GENE_INFO/Mammalia/"
_GENE_INFO = {"human": "Homo_sapiens.gene_info.gz", "mouse": "Mus_musculus.gene_info.gz"}
_DESCRIPTIONS_SHA256 = "6003da99ed6b8fb0767dfb778afb550e85d3ecfb4a6520b14b41a95c6d36a902"


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
        _require(value in choices, argument, f"{value!r} is unknown", f"choose from {choices}")
    folder = data_folder(data_dir)
    matrix_key, network_key = f"{cell}/expression", f"{cell}/{_kind(network)}"
    x, all_genes, all_cells = _read_expression(_fetch(matrix_key, folder), matrix_key)
    _check_content(matrix_key, *_matrix_content(x, all_genes, all_cells))
    edges = _edges_of_frame(_read_csv(_fetch(network_key, folder), network_key), network_key)
    _check_content(network_key, _edges_content(edges))

    keep = np.ones(len(all_genes), dtype=bool)
    if genes == "text":
        keep = ~np.isin(all_genes, _genes_without_record())
    kept = all_genes[keep]
    edges, dropped = _known_edges(edges, kept, kept, network_key)
    tfs, adjacency = _adjacency(edges, np.unique(edges[:, 0]), kept)
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


def load_descriptions(data_dir: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Load NCBI names and RefSeq summaries of the BEELINE genes from the local folder.

    Returns
    -------
    DataFrame
        One row a gene: gene (normalised), entrez_id, ncbi_symbol, matched_by ("symbol", "synonym"
        or "" for no record), name, summary, datasets. All text, "" where nothing is known.

    Raises
    ------
    InfosemError
        If no folder is named (there is no public source of this file), or the file is missing or
        not the expected one.
    """
    folder = data_folder(data_dir)
    if folder is None:
        raise InfosemError(
            "genes/descriptions.tsv.gz: this file has no public source; set INFOSEM_DATA to a "
            "folder that holds it"
        )
    path = folder / "genes" / "descriptions.tsv.gz"
    text = _gunzip(_read_local(path, {_DESCRIPTIONS_SHA256}), str(path))
    frame = pd.read_csv(io.StringIO(text), sep="\t", dtype=str, keep_default_na=False)
    return frame.assign(gene=normalise_genes(frame["gene"]))


def load_gene_info(
    genes: Iterable[str], organism: str = "human", path: str | os.PathLike[str] | None = None
) -> pd.DataFrame:
    """Look up NCBI's full names of genes, for those that `load_descriptions` does not know.

    NCBI changes the file daily. What was downloaded first is kept in the user's cache and used
    from then on, so that names do not change between runs; delete it to have it fetched again.

    Parameters
    ----------
    genes : iterable of str
    organism : {"human", "mouse"}
        Whose file to fetch: Homo_sapiens.gene_info.gz or Mus_musculus.gene_info.gz of
        https://ftp.ncbi.nlm.nih.gov/gene/DATA/GENE_INFO/Mammalia/.
    path : path, optional
        Such a file that you have, of any organism.

    Returns
    -------
    DataFrame
        One row a gene, in the order given, with the columns of `load_descriptions` but the last:
        gene (normalised), entrez_id, ncbi_symbol, matched_by, name and summary. All text, "" where
        nothing is known; summary is always "", for the file has none. A symbol goes before a
        synonym. Of several records with the symbol the first is taken; a synonym of several
        records is not, because it does not tell which is meant. A gene with no record
        (``matched_by == ""``) is embedded by its symbol alone.

    Raises
    ------
    InfosemError
        For an unknown organism, genes named twice, a file that is missing or not a gene_info file,
        or a download that fails.
    """
    wanted = normalise_genes(genes)
    _require(len(set(wanted)) == len(wanted), "genes", "duplicate names", "name each gene once")
    choices = tuple(_GENE_INFO)
    _require(organism in choices, "organism", f"{organism!r} is unknown", f"choose from {choices}")
    if path is None:
        url, todo = _GENE_INFO_URL + _GENE_INFO[organism], "try again, or download it and name path"
        cached = Path(pooch.os_cache("infosem"), "ncbi", _GENE_INFO[organism])
        if cached.is_file():
            records = _read_gene_info(cached.read_bytes(), str(cached))
        else:
            # Read before it is kept, so that no file is kept that cannot be read.
            data = _download(url, cached, lambda data: _read_gene_info(data, url), todo)
            records = _read_gene_info(data, url)
    else:
        _require(os.path.isfile(path), str(path), "there is no such file", "name another")
        records = _read_gene_info(Path(path).read_bytes(), str(path))

    by_symbol: dict[str, tuple[str, ...]] = {}
    by_synonym: dict[str, list[tuple[str, ...]]] = {}
    for entrez_id, symbol, synonyms, name in records:
        found = (entrez_id, symbol, "symbol", "" if name == "-" else name)  # "-" is NCBI's nothing
        by_symbol.setdefault(symbol.strip().upper(), found)
        for synonym in {text.strip().upper() for text in synonyms.split("|")} - {"-"}:
            by_synonym.setdefault(synonym, []).append((entrez_id, symbol, "synonym", found[3]))
    nothing = ("", "", "", "")
    rows = []
    for gene in wanted.tolist():
        synonymous = by_synonym.get(gene, [])
        only = synonymous[0] if len(synonymous) == 1 else nothing
        rows.append((gene, *by_symbol.get(gene, only), ""))
    columns = ["gene", "entrez_id", "ncbi_symbol", "matched_by", "name", "summary"]
    return pd.DataFrame(rows, columns=columns, dtype=str)


def _read_gene_info(data: bytes, source: str) -> list[list[str]]:
    """Return GeneID, Symbol, Synonyms and description of every record."""
    columns = ["GeneID", "Symbol", "Synonyms", "description"]
    text = io.StringIO(_gunzip(data, source))
    try:
        frame = pd.read_csv(
            text,
            sep="\t",
            usecols=columns,
            dtype=str,
            keep_default_na=False,  # "NA" and "NAN" may be gene symbols
            quoting=csv.QUOTE_NONE,  # a quotation mark is part of a name
        )
    except ValueError as error:  # of which pandas' own errors are kinds
        raise InfosemError(f"{source}: no gene_info file ({error}); fetch it again") from error
    records: list[list[str]] = frame[columns].to_numpy().tolist()
    return records


def _genes_without_record() -> list[str]:
    lines = resources.files("infosem.data").joinpath("no_text_record.txt").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def data_folder(data_dir: str | os.PathLike[str] | None = None) -> Path | None:
    """Return the local data folder: `data_dir`, else $INFOSEM_DATA, else None (then download).

    Raises
    ------
    InfosemError
        If the folder named does not exist.
    """
    argument = "INFOSEM_DATA" if data_dir is None else "data_dir"
    folder = os.environ.get("INFOSEM_DATA", "") if data_dir is None else os.fspath(data_dir)
    if data_dir is None and not folder:
        return None
    _require(os.path.isdir(folder), argument, f"no such folder: {folder}", "correct or unset it")
    return Path(folder)


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
        return _read_local(folder / "beeline" / f"{key}.csv.gz", {file.sha256, file.blob})
    path, url = _cached(key), _url(key)
    if path.is_file() and file.blob in _digests(cached := path.read_bytes()):
        return cached
    todo = "try again, or set INFOSEM_DATA to a folder that holds the data"

    def check(data: bytes) -> None:
        _require(file.blob in _digests(data), url, "wrong digest: not the expected file", todo)

    return _download(url, path, check, todo)


def _download(url: str, path: Path, check: Callable[[bytes], object], todo: str) -> bytes:
    """Return the bytes behind a URL and keep them at `path`, once `check` has let them pass."""
    buffer = io.BytesIO()
    try:
        # Into memory (no file is large), so that nothing unverified ever lies on the disk.
        pooch.HTTPDownloader(timeout=30)(url, buffer, None)
        data = buffer.getvalue()
        check(data)
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent) as part:  # moved when whole, so never seen in part
            Path(part, "file").write_bytes(data)
            Path(part, "file").replace(path)
    except OSError as error:  # those of requests are among them
        raise InfosemError(f"{url}: cannot be downloaded ({error}); {todo}") from error
    return data


def _read_local(path: Path, accepted: set[str]) -> bytes:
    todo = "complete the folder as described, or unset INFOSEM_DATA to download"
    _require(path.is_file(), str(path), "there is no such file", todo)
    data = path.read_bytes()
    _require(accepted & _digests(data), str(path), "wrong digest: not the expected file", todo)
    return data


def _digests(data: bytes) -> set[str]:
    """Return the SHA-256 and the git blob id, which is the SHA-1 of a header and the bytes."""
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False)
    return {hashlib.sha256(data).hexdigest(), blob.hexdigest()}


def _gunzip(data: bytes, source: str) -> str:
    try:
        return gzip.decompress(data).decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InfosemError(f"{source}: damaged gzip file ({error}); fetch it again") from error


def _read_csv(data: bytes, source: str, index_col: int | None = None) -> pd.DataFrame:
    text = io.StringIO(_gunzip(data, source))
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
    _require(frame.size, source, "the expression matrix is empty", "fetch it again")
    x = frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    for row, column in np.argwhere(~np.isfinite(x))[:1]:
        wrong = f"column {frame.columns[column]} holds '{frame.iloc[row, column]}', not a number"
        raise InfosemError(f"{source}: {wrong}; fetch it again")
    return x, normalise_genes(frame.index), frame.columns.to_numpy(dtype=str)


def _check_content(key: str, names: str, sums: tuple[float, ...] = ()) -> None:
    expected = _FILES[key]
    same = names == expected.names and np.allclose(sums, expected.sums, rtol=0, atol=1e-6)
    _require(same, key, "the names or values read are not those of BEELINE", "fetch it again")


# --- simulation -----------------------------------------------------------------------------------


def simulate(
    n_tfs: int = 12,
    n_targets: int = 88,
    n_cells: int = 200,
    *,
    seed: int = 0,
    embedding_dim: int = 16,
    embedding_noise: float = 0.3,
    dropout: float = 0.25,
) -> Dataset:
    """Plant a network and draw expression and gene embeddings from it.

    Four latent factors a gene decide how many targets it has as a TF (from 4 to half of all, evenly
    on a log scale: a few TFs hold most edges), how readily it is a target, and which TFs suit it.
    The embedding "planted" is a noisy linear view of them, so that [h_i, h_k] w^T can tell busy TFs
    and ready targets, as the prior of InfoSEM-B supposes. Expression follows the linear SEM
    X = (I - A^T)^{-1} Z, (genes, cells), without cycles, through a softplus; then values drop out
    to zero, low ones more often.

    Parameters
    ----------
    n_tfs, n_targets, n_cells : int
        At least 2 TFs, 16 other genes and 2 cells. TFs are targets, too.
    seed : int
        The same seed gives the same data set.
    embedding_dim : int
        Dimension of the embedding.
    embedding_noise : float
        Standard deviation of the noise, where the signal has about 1. The noise changes neither
        network nor expression.
    dropout : float in [0, 1)
        About the share of values set to zero.

    Returns
    -------
    Dataset
        The genes in random order; every TF has at least 4 targets.

    Raises
    ------
    InfosemError
        If a parameter is out of its range.
    """
    for argument, value, low in (
        ("n_tfs", n_tfs, 2),
        ("n_targets", n_targets, 16),
        ("n_cells", n_cells, 2),
        ("embedding_dim", embedding_dim, 1),
        ("embedding_noise", embedding_noise, 0),
        ("dropout", dropout, 0),
    ):
        _require(value >= low, argument, f"{value} is too small", f"choose at least {low}")
    _require(dropout < 1, "dropout", f"{dropout} leaves no value", "choose less than 1")
    rng = np.random.default_rng(seed)
    n_genes = n_tfs + n_targets
    factors = rng.standard_normal((n_genes, 4))  # the TFs are genes 0 to n_tfs - 1, until the end
    factors[:n_tfs, 0] = rng.permutation(np.linspace(-1.7, 1.7, n_tfs))  # unit variance, too
    reach, readiness, taste = factors[:n_tfs, 0], factors[:, 1], factors[:, 2:]

    # Degrees first, so that they are equally uneven for every seed, then targets (Gumbel top-k).
    degree = np.geomspace(4, n_targets / 2, n_tfs).round()[np.argsort(np.argsort(reach))]
    preference = 0.8 * readiness + 0.5 * taste[:n_tfs] @ taste.T + rng.gumbel(size=(n_tfs, n_genes))
    preference[np.tri(n_tfs, n_genes, dtype=bool)] = -np.inf  # i -> k only for i < k: no cycles
    rank = np.argsort(np.argsort(-preference, axis=1), axis=1)
    network = rank < degree[:, None]

    sign = np.where(rng.random(network.shape) < 0.8, 1.0, -1.0)  # mostly activation
    a = np.zeros((n_genes, n_genes))  # a[i, k]: i -> k
    a[:n_tfs] = network * sign * rng.uniform(0.4, 1.0, network.shape)
    scale = np.concatenate([np.exp(0.25 * reach), np.full(n_targets, 0.7)])  # busy TFs vary more
    z = scale[:, None] * rng.standard_normal((n_genes, n_cells))
    level = rng.uniform(1.0, 4.0, (n_genes, 1))
    x = np.logaddexp(0.0, level + np.linalg.solve(np.eye(n_genes) - a.T, z))  # softplus
    kept = 1 / (1 + np.exp(-2 * (x - np.quantile(x, dropout)))) if dropout > 0 else 1.0
    x[rng.random(x.shape) > kept] = 0.0
    h = factors @ rng.standard_normal((4, embedding_dim)) / 2  # of unit variance
    h += embedding_noise * rng.standard_normal(h.shape)
    order = rng.permutation(n_genes)

    names = [f"TF{i:0{len(str(n_tfs))}d}" for i in range(1, n_tfs + 1)]
    names += [f"G{k:0{len(str(n_targets))}d}" for k in range(1, n_targets + 1)]
    return Dataset(
        name="synthetic",
        network_name="planted",
        expression=x[order],
        genes=np.array(names)[order],
        cells=np.array([f"CELL{c}" for c in range(1, n_cells + 1)]),
        tfs=np.argsort(order)[:n_tfs],
        network=network[:, order],
        embeddings={"planted": h[order].astype(np.float32)},
        provenance={
            "source": f"simulate({n_tfs}, {n_targets}, {n_cells}, seed={seed}, dropout={dropout}, "
            f"embedding_dim={embedding_dim}, embedding_noise={embedding_noise})"
        },
    )
