"""Cells of one's own: from what a file holds to expression that can be trained on."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import h5py
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from infosem.data.cell_files import EXTRA, check_not_transposed, opened
from infosem.data.names import are_ensembl, match_names
from infosem.errors import InfosemError, require

__all__ = ["Cells", "read_cells", "select_genes"]

TARGET_SUM = 10_000
"""To which the counts of a cell are scaled before log(1 + x), as Seurat and scanpy do."""

MOST_LOG = 50
"""No logarithm of a count, whatever its base, is larger; values above are no logarithms."""

FEW_CELLS = 50

_ORIENTATIONS = ("rows", "columns")


@dataclass(frozen=True, eq=False)
class Cells:
    """Expression of genes in cells as `Dataset` wants it, and what was done to get it.

    Attributes
    ----------
    name : str
        That of the file.
    expression : float64 array (n_genes, n_cells), or scipy.sparse.csr_array
        Log-normalised.
    genes, cells : str array (n_genes,), (n_cells,)
        Names as the file has them; distinct.
    ids : str array (n_genes,), optional
        Identifiers of Ensembl beside the names, where the file has them.
    columns : tuple of str
        What the file knows of its genes beside their names and may be their symbols.
    notes : tuple of str
        Sentences on what was merged, dropped, renamed and normalised.
    """

    name: str
    expression: Any
    genes: NDArray[np.str_]
    cells: NDArray[np.str_]
    ids: NDArray[np.str_] | None = None
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def take_genes(self, kept: NDArray[Any], *notes: str) -> Cells:
        """Return the same cells with some of the genes, given by a mask or by positions."""
        return replace(
            self,
            expression=self.expression[kept],
            genes=self.genes[kept],
            ids=None if self.ids is None else self.ids[kept],
            notes=(*self.notes, *notes),
        )


def read_cells(
    source: Any,
    *,
    layer: str | None = None,
    raw: bool = False,
    symbols: str | None = None,
    orientation: str | None = None,
    normalise: bool = True,
    known_genes: Iterable[str] = (),
) -> Cells:
    """Read cells, find out what they hold, and make log-normalised expression of it.

    Parameters
    ----------
    source : path, anndata.AnnData or DataFrame
        An .h5ad file, 10x HDF5, loom, CSV or TSV (packed by gzip or not), or a folder: of zarr, or
        with matrix.mtx and the names of genes and cells beside it. The content of a file decides,
        not its suffix.
    layer : str, optional
        Of the AnnData or loom file, in place of X.
    raw : bool
        Take ``adata.raw`` in place of X.
    symbols : str, optional
        The column of ``adata.var`` with the names of genes, where the index holds identifiers. A
        gene without a name there keeps its identifier.
    orientation : {"rows", "columns"}, optional
        Where the cells are. By default the rows of an AnnData are cells, and of a table those names
        that look less like genes.
    normalise : bool
        Scale counts to `TARGET_SUM` a cell and take log(1 + x); False refuses them.
    known_genes : iterable of str
        Names that are genes' for sure, as those of TFs, which tell what a table has in its rows.

    Returns
    -------
    Cells
        Genes of one name are merged: their counts are added up; of log values the gene with the
        larger sum is kept. Cells and genes without any value, and genes without a name, are
        dropped.

    Raises
    ------
    InfosemError
        For what is no such file, values that are negative, missing or infinite, fewer than three
        cells, data without any variation, and cells and genes that are exchanged.
    """
    require(orientation in (None, *_ORIENTATIONS), "orientation", f"{orientation!r} is unknown",
            f"choose from {', '.join(_ORIENTATIONS)}")  # fmt: skip
    require(not (raw and layer is not None), "layer", "the raw values have no layers",
            "name a layer, or take raw values (raw)")  # fmt: skip
    known = {name.upper() for name in known_genes}
    with warnings.catch_warnings():
        # anndata's, of names that occur twice and of old files, which are dealt with here
        warnings.simplefilter("ignore")
        name, adata, orientation, notes = opened(source, orientation, known)
        try:
            x, var = _chosen(name, adata, layer, raw)
            names = _gene_names(name, var, symbols)
            obs_names = np.array(adata.obs_names, dtype=str)
        finally:
            if getattr(adata, "isbacked", False) and adata is not source:
                adata.file.close()
    if orientation == "columns":
        require(symbols is None, "symbols", "the genes are the rows, which have no such column",
                "leave it out, or transpose the data")  # fmt: skip
        x, names, obs_names = x.T, obs_names, names
        ids = None
    else:
        ids = _ids(var)
        if orientation is None:
            check_not_transposed(name, obs_names, names, known)
    x = _matrix(name, x)
    require(x.shape[0] and x.shape[1], name, "there is no cell or no gene in it", "give more")
    _check_values(name, x, adata, names, obs_names, layer, raw)
    if raw or layer is not None:
        notes = (f"{'The raw values are' if raw else f'Layer {layer} is'} taken.", *notes)
    likely = re.compile("symbol|name", re.IGNORECASE)
    columns = tuple(str(column) for column in var if likely.search(str(column)))
    cells = Cells(name, x, _stripped(names), _stripped(obs_names), ids, columns, notes)
    return _cleaned(cells, normalise)


# --- what it holds --------------------------------------------------------------------------------


def _chosen(name: str, adata: Any, layer: str | None, raw: bool) -> tuple[Any, pd.DataFrame]:
    """The matrix that is asked for, cells x genes, and what is known of its genes."""
    if raw:
        if adata.raw is None:
            raise InfosemError(f"{name}: it has no raw values; leave out raw (--raw)")
        return adata.raw.X, adata.raw.var
    if layer is not None:
        there = ", ".join(adata.layers) or "none"
        require(layer in adata.layers, name, f"there is no layer {layer!r}",
                f"choose from those that it has: {there}")  # fmt: skip
        return adata.layers[layer], adata.var
    if adata.X is None:
        raise InfosemError(f"{name}: it has no X; {_elsewhere(adata) or 'give one'}")
    return adata.X, adata.var


def _gene_names(name: str, var: pd.DataFrame, symbols: str | None) -> NDArray[np.str_]:
    index = np.array(var.index, dtype=str)
    if symbols is None:
        return index
    there = ", ".join(map(str, var.columns)) or "none"
    require(symbols in var, name, f"its genes have no column {symbols!r}",
            f"choose from those that they have: {there}")  # fmt: skip
    column = var[symbols].astype(object).where(var[symbols].notna(), "").astype(str).str.strip()
    return np.where(column == "", index, column.to_numpy(dtype=str))


def _ids(var: pd.DataFrame) -> NDArray[np.str_] | None:
    """Identifiers of Ensembl beside the names, or as the names, if there are any."""
    candidates = [var.index, *(var[column] for column in var if var[column].dtype.kind in "OU"
                               or isinstance(var[column].dtype, pd.CategoricalDtype))]  # fmt: skip
    for candidate in candidates:
        ids = np.array(candidate, dtype=str)
        if are_ensembl(ids):
            return ids
    return None


def _matrix(name: str, x: Any) -> Any:
    """Genes x cells of what is cells x genes: float64, dense or csr_array."""
    try:
        if hasattr(x, "to_memory"):  # of a backed file
            x = x.to_memory()
        if sparse.issparse(x):
            x = sparse.csr_array(x.T, dtype=np.float64)
            x.sum_duplicates()
            x.eliminate_zeros()
            return x
        x = np.asarray(x[:] if isinstance(x, h5py.Dataset) else x)
        if x.dtype.kind not in "biuf":
            raise TypeError(f"it holds {x.dtype}")
        x = np.ascontiguousarray(x.T, dtype=np.float64)
    except (TypeError, ValueError, AttributeError) as error:
        raise InfosemError(
            f"{name}: it holds no numeric matrix ({error}); give cells x genes in numbers"
        ) from error
    require(x.ndim == 2, name, f"it has {x.ndim} dimensions", "give cells x genes")
    return x


def _entries(x: Any) -> NDArray[np.float64]:
    """The values of a matrix; of a sparse one those that are stored."""
    values: NDArray[np.float64] = x.data if sparse.issparse(x) else x
    return values


def _check_values(
    name: str, x: Any, adata: Any, genes: NDArray[np.str_], cells: NDArray[np.str_],
    layer: str | None, raw: bool,
) -> None:  # fmt: skip
    values = _entries(x)
    bad = ~np.isfinite(values)
    if bad.any():
        coo = x.tocoo() if sparse.issparse(x) else None
        rows, columns = np.indices(x.shape) if coo is None else (coo.row, coo.col)
        gene, cell = genes[rows[bad][0]], cells[columns[bad][0]]
        raise InfosemError(
            f"{name}: {bad.sum()} values are missing or infinite, the first for gene {gene} in "
            f"cell {cell}; remove or impute them"
        )
    if values.size and values.min() < 0:
        taken = "raw values" if raw else f"layer {layer}" if layer is not None else "X"
        todo = _elsewhere(adata, layer, raw) or "give counts, or log-normalised values"
        raise InfosemError(f"{name}: {taken} holds negative values, as scaled data do; {todo}")


def _elsewhere(adata: Any, layer: str | None = None, raw: bool = False) -> str:
    """Say which other matrix of the data has no negative values."""

    def good(x: Any) -> bool:
        try:
            values = _entries(_matrix("", x))
        except InfosemError:
            return False
        return bool(values.size and np.isfinite(values).all() and values.min() >= 0)

    found = []
    if adata.raw is not None and not raw and good(adata.raw.X):
        found.append("the raw values (--raw, raw=True)")
    found += [f"the layer {key!r} (--layer {key}, layer={key!r})"
              for key in adata.layers if key != layer and good(adata.layers[key])]  # fmt: skip
    if (raw or layer is not None) and adata.X is not None and good(adata.X):
        found.append("X")
    return f"take {' or '.join(found)}, which have what is needed" if found else ""


def _stripped(names: NDArray[np.str_]) -> NDArray[np.str_]:
    return np.array([str(name).strip() for name in names], dtype=str)


# --- making it what is needed ---------------------------------------------------------------------


def _cleaned(cells: Cells, normalise: bool) -> Cells:
    """Drop what is empty, merge what has one name, normalise counts; fail if nothing is left."""
    name = cells.name
    require(_entries(cells.expression).any(), name, "every value is 0", "give counts, or "
            "log-normalised values")  # fmt: skip
    nameless = np.isin(cells.genes, ["", "nan", "None"])
    require(not nameless.all(), name, "no gene has a name", "name the genes")
    if nameless.any():
        cells = cells.take_genes(~nameless, f"{nameless.sum()} genes without a name are dropped.")
    kind = _kind(cells.expression)
    if kind:
        require(normalise, name, f"it holds {kind}, not log-normalised values",
                "normalise it, or leave out --no-normalise (normalise=False)")  # fmt: skip
    cells = _merged(cells, add=bool(kind))
    cells = _distinct_cells(cells)
    x = cells.expression
    used = np.asarray(x.sum(axis=0)).ravel() > 0
    if not used.all():
        cells = replace(
            cells, expression=x[:, used], cells=cells.cells[used],
            notes=(*cells.notes, f"{(~used).sum()} cells without any value are dropped."),
        )  # fmt: skip
    there = np.asarray(cells.expression.sum(axis=1)).ravel() > 0
    if not there.all():
        cells = cells.take_genes(
            there, f"{(~there).sum()} genes without a value in any cell are dropped."
        )
    if kind:
        cells = replace(
            cells, expression=_log_normalised(cells.expression),
            notes=(*cells.notes, f"The data are {kind}: every cell is scaled to a sum of "
                   f"{TARGET_SUM:,}, then log(1 + x) is taken."),
        )  # fmt: skip
    return _checked(cells)


def _kind(x: Any) -> str:
    """What values are if they are no logarithms: "" if they are."""
    values = _entries(x)
    if np.array_equal(values, np.rint(values)):
        return "raw counts"
    if values.max() > MOST_LOG:
        return f"values up to {values.max():.0f}, which are no logarithms"
    return ""


def _log_normalised(x: Any) -> Any:
    scale = TARGET_SUM / np.asarray(x.sum(axis=0)).ravel()
    if sparse.issparse(x):
        x = sparse.csr_array(x @ sparse.diags_array(scale))
        x.data = np.log1p(x.data)
        return x
    return np.log1p(x * scale)


def _merged(cells: Cells, add: bool) -> Cells:
    """Make one gene of those of one name: the sum of their counts, or the one with most."""
    names, first, group = np.unique(cells.genes, return_index=True, return_inverse=True)
    if len(names) == len(cells.genes):
        return cells
    twice = len(cells.genes) - len(names)
    some = ", ".join(names[np.bincount(group) > 1][:5])
    if add:
        n = len(group)
        indicator = sparse.csr_array((np.ones(n), (group, np.arange(n))), shape=(len(names), n))
        x = indicator @ cells.expression
        order = np.argsort(first)  # as in the file
        ids = None if cells.ids is None else cells.ids[first][order]
        x = sparse.csr_array(x)[order] if sparse.issparse(x) else x[order]
        note = f"{twice} genes have the name of another ({some}): their counts are added up."
        return replace(cells, expression=x, genes=names[order], ids=ids,
                       notes=(*cells.notes, note))  # fmt: skip
    total = np.asarray(cells.expression.sum(axis=1)).ravel()
    by_total = np.lexsort((np.arange(len(group)), -total, group))
    best = np.sort(by_total[np.unique(group[by_total], return_index=True)[1]])
    note = f"{twice} genes have the name of another ({some}): the one with the larger sum is kept."
    return cells.take_genes(best, note)


def _distinct_cells(cells: Cells) -> Cells:
    duplicated = pd.Index(cells.cells).duplicated()
    if not duplicated.any():
        return cells
    names, taken = list(cells.cells), set(cells.cells)
    count: dict[str, int] = {}
    for i in np.flatnonzero(duplicated):
        while (new := f"{names[i]}-{count.setdefault(names[i], 1)}") in taken:
            count[names[i]] += 1
        taken.add(new)
        names[i] = new
    note = f"{duplicated.sum()} cells have the name of another; a number is put behind it."
    return replace(cells, cells=np.array(names), notes=(*cells.notes, note))


def _checked(cells: Cells) -> Cells:
    """Fail where no network can be learned; say where little can."""
    x, name = cells.expression, cells.name
    n_genes, n_cells = x.shape
    for n, what in ((1, "one cell"), (2, "two cells")):
        require(n_cells != n, name, f"{what} with any value: nothing varies together", "give more; "
                "if they are the genes, say where the cells are (--cells-in)")  # fmt: skip
    require(n_genes >= 2, name, "one gene is no network", "give more")
    low, high = (
        (x.min(axis=1).toarray(), x.max(axis=1).toarray()) if sparse.issparse(x)
        else (x.min(axis=1), x.max(axis=1))
    )  # fmt: skip
    varying = int((high > low).sum())
    require(varying, name, "every gene has the same value in all cells", "give cells that differ")
    notes = list(cells.notes)
    if varying < n_genes:
        notes.append(f"{n_genes - varying} genes have the same value in all cells.")
    if n_cells < FEW_CELLS:
        notes.append(f"There are only {n_cells} cells: too few to trust a network.")
    elif n_cells * 10 < n_genes:
        notes.append(
            f"There are only {n_cells} cells for {n_genes} genes: fewer genes (genes, --genes) "
            "give a network that is worth more."
        )
    return replace(cells, notes=tuple(notes))


# --- fewer genes ----------------------------------------------------------------------------------


def select_genes(cells: Cells, n: int, tfs: Iterable[str]) -> Cells:
    """Keep the genes that vary most from cell to cell, and all TFs.

    By scanpy's `highly_variable_genes` with the flavour "cell_ranger": variance over mean, beside
    other genes of a like mean.

    Parameters
    ----------
    cells : Cells
    n : int
        How many of the most variable genes; TFs beside them come on top.
    tfs : iterable of str
        Names, found by `match_names`.

    Raises
    ------
    InfosemError
        If `n` is not positive, or scanpy is not installed.
    """
    require(isinstance(n, int | np.integer) and n > 0, "genes", f"{n!r} is no number of genes",
            "give a whole number from 1")  # fmt: skip
    if n >= len(cells.genes):
        return cells
    found = match_names(tfs, cells.genes, cells.ids)
    kept = np.zeros(len(cells.genes), dtype=bool)
    kept[_most_variable(cells, int(n))] = True
    kept[found[found >= 0]] = True
    return cells.take_genes(
        kept, f"{kept.sum()} of {kept.size} genes are kept: the {n} most variable ones and all TFs."
    )


def _most_variable(cells: Cells, n: int) -> NDArray[np.int64]:
    try:
        import scanpy
    except ImportError as error:
        raise InfosemError(f"genes: to choose among them takes scanpy; {EXTRA}") from error
    import anndata

    x = cells.expression.T
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of bins with a gene or two
        adata = anndata.AnnData(sparse.csr_matrix(x) if sparse.issparse(x) else x)
        table = scanpy.pp.highly_variable_genes(
            adata, n_top_genes=n, flavor="cell_ranger", inplace=False
        )
    dispersion = table["dispersions_norm"].fillna(-np.inf).to_numpy()
    # sorted here, by names where equal, so that the order of the genes does not matter
    return np.lexsort((cells.genes, -dispersion))[:n]
