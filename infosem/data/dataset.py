"""The data set: expression of genes in cells, a known network and gene vectors.

Gene names are those of the file (`dl` and `Dl` are two genes), matched to other files' names by
`match_names`. BEELINE's are upper-cased (`normalise_genes`), as BEELINE does with mouse symbols.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from infosem.data.names import match_names
from infosem.errors import InfosemError, require

__all__ = [
    "Dataset",
    "adjacency_of",
    "edges_content",
    "edges_of_frame",
    "known_edges",
    "matrix_content",
    "normalise_genes",
]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Expression of genes in cells, and the known network between TFs and genes.

    Attributes
    ----------
    name : str
        "hESC", "hHEP", "mDC", "mESC", "synthetic" or the name of a user's file.
    network_name : str
        "cell-type-specific", "non-cell-type-specific", "string", "planted", "given", or "" for
        none.
    expression : float64 array (n_genes, n_cells), or scipy.sparse.csr_array
        Log-normalised expression, finite and not negative. The models take it as it is; they make
        cells dense a batch at a time.
    genes, cells : str array (n_genes,), (n_cells,)
        Distinct names, without white space around those of genes.
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
    expression: Any
    genes: np.ndarray
    cells: np.ndarray
    tfs: np.ndarray
    network: np.ndarray
    embeddings: Mapping[str, np.ndarray] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        def check(good: Any, wrong: str, todo: str) -> None:
            require(good, self.name, wrong, todo)

        x, tfs, shape = self.expression, self.tfs, (self.n_genes, self.n_cells)
        is_sparse = sparse.issparse(x)
        if is_sparse and x.format != "csr":
            raise InfosemError(f"{self.name}: the sparse expression is {x.format}; give csr_array")
        entries = x.data if is_sparse else x
        check(x.ndim == 2 and all(x.shape), "the expression matrix is empty", "give genes x cells")
        check(
            x.shape == shape, f"expression {x.shape} is not genes x cells {shape}", "transpose it"
        )
        check(x.dtype == np.float64, f"the expression is {x.dtype}", "convert it to float64")
        for what, names in (("gene", self.genes), ("cell", self.cells)):
            values, counts = np.unique(names, return_counts=True)
            twice = ", ".join(values[counts > 1][:5])
            check(counts.max() == 1, f"duplicate {what} names ({twice})", "keep one of each")
        bare = np.char.strip(self.genes)
        check(np.array_equal(self.genes, bare), "gene names with white space", "strip it")
        check(np.all(bare != ""), "a gene without a name", "leave it out")
        for what, bad, todo in (
            ("NaN or infinite values", ~np.isfinite(entries), "remove or impute them"),
            (
                "negative values",
                entries < 0,
                "give log-normalised values, neither centred nor scaled",
            ),
        ):
            if bad.any():
                if is_sparse:
                    first = int(np.flatnonzero(bad)[0])
                    g = int(np.searchsorted(x.indptr, first, side="right")) - 1
                    c = int(x.indices[first])
                else:
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
        `matrix_content`, rounded to 1e-3 (for vectors, which come from a network that rounds
        differently on other processors, 1e-2). A hash over a rounded number for every gene would
        flip as soon as one of them lay on a rounding edge.
        """
        names, sums = matrix_content(self.expression, self.genes, self.cells)
        rows, columns = np.nonzero(self.network)
        edges = np.column_stack([self.tf_names[rows], self.genes[columns]])
        rounded = [f"{round(s, 3) + 0.0:.3f}" for s in sums]  # + 0.0 makes 0.0 of -0.0
        content = _hash([names, *rounded], self.tf_names, [edges_content(edges)])
        if embedding is None:
            return content
        vectors = self.embeddings[embedding].astype(np.float64)
        columns = np.array([str(i) for i in range(vectors.shape[1])])
        _, sums = matrix_content(vectors, self.genes, columns)
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

    def dense(self) -> Dataset:
        """Return the same data set with dense expression, for methods that need it."""
        if not sparse.issparse(self.expression):
            return self
        return replace(self, expression=self.expression.toarray())

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
            ``X`` (cells x genes, dense or sparse) holds log-normalised expression. Sparse stays
            sparse.
        tfs : iterable of str
            Names of the TFs, found among ``adata.var_names`` by `match_names`. Those that are
            not there are left out, and named in the provenance.
        network : DataFrame with columns Gene1 and Gene2, or pairs (TF, target), optional
            Known edges. Those that do not lead from one of `tfs` to another gene of the data are
            dropped, and counted in the provenance.

        Raises
        ------
        InfosemError
            If the file cannot be read, no TF is in the data or no edge of the network is, or the
            values or names are not what `Dataset` asks for.
        """
        if isinstance(tfs, str):
            raise InfosemError(f"tfs: {tfs!r} is one text; give a list of names")
        name = "AnnData"
        if isinstance(adata, str | os.PathLike):
            import anndata  # slow to import, and needed for files only

            name = Path(adata).name
            try:
                adata = anndata.read_h5ad(adata)
            except Exception as error:  # h5py and anndata raise many kinds for a damaged file
                todo = "give the path of a readable .h5ad file"
                raise InfosemError(f"{adata}: cannot be read ({error}); {todo}") from error
        for part in ("X", "obs_names", "var_names"):
            wrong = f"a {type(adata).__name__} is no AnnData"
            todo = "make one, anndata.AnnData(table) of cells x genes, or give the path of a file"
            require(hasattr(adata, part), "adata", wrong, todo)
        try:
            x = adata.X if sparse.issparse(adata.X) else adata.X[:]  # which reads a file's
            if sparse.issparse(x):  # it stays sparse
                x = sparse.csr_array(x.T, dtype=np.float64)
                x.sum_duplicates()
            else:
                x = np.ascontiguousarray(np.asarray(x, dtype=np.float64).T)
        except (TypeError, ValueError) as error:  # no matrix, or one of something else
            todo = "put log-normalised expression into X"
            raise InfosemError(f"{name}: X is not a numeric matrix ({error}); {todo}") from error
        genes = np.array([str(gene).strip() for gene in adata.var_names], dtype=str)
        wanted = [str(tf).strip() for tf in tfs]
        found = match_names(wanted, genes)
        tf_names = np.unique(genes[found[found >= 0]])
        missing = [tf for tf, place in zip(wanted, found, strict=True) if place < 0]
        some = ", ".join(missing[:5])
        require(not missing or tf_names.size, "tfs", f"none is in {name} ({some})",
                "name them as the data do")  # fmt: skip
        edges, label, dropped = np.empty((0, 2), dtype=str), "", "none"
        if network is not None:
            if not isinstance(network, pd.DataFrame):
                pairs = [tuple(pair) for pair in network]
                todo = "give pairs (TF, target) or a DataFrame"
                require(all(len(p) == 2 for p in pairs), "network", "not a list of pairs", todo)
                network = pd.DataFrame(pairs, columns=["Gene1", "Gene2"])
            ends = [_column(network, column, "network") for column in ("Gene1", "Gene2")]
            places = np.reshape(match_names(np.concatenate(ends), genes), (2, -1)).T
            # an end that is not in the data has no name, which no TF and no gene has
            edges = np.where(places >= 0, genes[places], "")
            edges, dropped = known_edges(edges, tf_names, genes, "network")
            label = "given"
        tf_index, adjacency = adjacency_of(edges, tf_names, genes)
        return cls(
            name=name,
            network_name=label,
            expression=x,
            genes=genes,
            cells=np.array(adata.obs_names, dtype=str),
            tfs=tf_index,
            network=adjacency,
            provenance={
                "source": name,
                "edges dropped": dropped,
                **({"tfs not in the data": ", ".join(missing)} if missing else {}),
            },
        )


def normalise_genes(names: Iterable[object]) -> np.ndarray:
    """Strip white space and upper-case, as the names of BEELINE's data sets are."""
    return np.array([str(name).strip().upper() for name in names], dtype=str)


# --- edges ----------------------------------------------------------------------------------------


def edges_of_frame(frame: pd.DataFrame, source: str) -> np.ndarray:
    """Return the edges, str (n_edges, 2), of the columns Gene1 (TF) and Gene2, normalised."""
    ends = [normalise_genes(_column(frame, name, source)) for name in ("Gene1", "Gene2")]
    return np.column_stack(ends)


def _column(frame: pd.DataFrame, name: str, source: str) -> pd.Series[Any]:
    require(name in frame, source, f"no column {name}", "name the TFs Gene1, the targets Gene2")
    return frame[name]


def known_edges(
    edges: np.ndarray, tfs: np.ndarray, genes: np.ndarray, source: str
) -> tuple[np.ndarray, str]:
    """Keep the edges from a TF to another gene of the data; say how many were dropped."""
    keep = np.isin(edges[:, 0], tfs) & np.isin(edges[:, 1], genes) & (edges[:, 0] != edges[:, 1])
    wrong = "none of its edges joins a TF and another gene of the data"
    todo = "use a network of the same species, with gene symbols as in the expression"
    require(keep.any(), source, wrong, todo)
    return edges[keep], f"{(~keep).sum()} of {len(edges)}"


def adjacency_of(
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


def matrix_content(x: Any, genes: np.ndarray, cells: np.ndarray) -> tuple[str, tuple[float, ...]]:
    """Summarise expression in a hash over the sorted names and three sums over the values.

    The sums are sum_g u_g mean_g, sum_g u_g var_g and sum_gc u_g v_c x_gc, where the weights u and
    v in [-1, 1) come from the names. They can be compared with a tolerance, which a hash cannot;
    and being sums, not averages, they agree within 1e-6 only if the moments of every gene do, short
    of an unlikely cancellation.
    """
    by_gene, by_cell = np.argsort(genes), np.argsort(cells)  # so that not a bit depends on order
    u, v = _weights(genes[by_gene]), _weights(cells[by_cell])
    x = x[by_gene][:, by_cell]
    if sparse.issparse(x):
        mean = x.mean(axis=1)
        variance = (x * x).mean(axis=1) - mean**2
    else:
        x = np.ascontiguousarray(x)
        mean, variance = x.mean(axis=1), x.var(axis=1)
    sums = float(u @ mean), float(u @ variance), float(u @ (x @ v))
    return _hash(genes[by_gene], cells[by_cell]), sums


def edges_content(edges: np.ndarray) -> str:
    return _hash(sorted(f"{tf}>{target}" for tf, target in edges))


def _weights(names: np.ndarray) -> np.ndarray:
    digests = (hashlib.sha256(name.encode()).digest()[:4] for name in names)
    return np.array([int.from_bytes(digest, "big") for digest in digests]) / 2**31 - 1.0


def _hash(*groups: Iterable[str]) -> str:
    return hashlib.sha256("\0".join("\n".join(g) for g in groups).encode()).hexdigest()[:16]
