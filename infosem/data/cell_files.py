"""Files of cells in all the usual forms, and whether their rows are cells or genes.

Readers are those of anndata and, for 10x HDF5, scanpy. Matrix Market folders and loom files are
read here: scanpy's reader wants the exact file names of Cell Ranger, and loompy is not maintained.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.io import mmread

from infosem.errors import InfosemError, require
from infosem.files import read_text

__all__ = ["EXTRA", "FORMS", "check_not_transposed", "opened"]

EXTRA = "pip install 'infosem[io]'"
FORMS = "an .h5ad, 10x .h5, .loom, .csv or .tsv file, or a folder with matrix.mtx or of zarr"

# Names that tell which axis is that of genes: families that every man, mouse and fish has
_GENE = re.compile(
    r"(MT-|RP[LS]|ZNF|ZFP|SLC\d+A|GATA|SOX|KLF|HOX[A-D]|STAT|IRF|COL\d+A|KRT|FOX[A-Z]|TMEM|CCL|CXCL"
    r"|LOC|FAM|HIST|TBX|PAX|POU\dF|CCN[A-Z]|MAPK|EIF|PSM[A-D]|NDUF[A-Z]|ENS[A-Z]*G0|FBGN|AT\dG)"
    r"\d+[A-Z0-9]*(\.\d+)?|HLA-[A-Z0-9]+|MT-[A-Z0-9]+|ACTB|GAPDH|NANOG|MYC[NL]?|JUN[BD]?|FOS[BL]?\d?"
)
_BARCODE = re.compile(r"(^|[-_#:])[ACGTN]{8,}([-_.]\w+)?$")

_Opened = tuple[str, Any, str | None, tuple[str, ...]]


# --- what a file is -------------------------------------------------------------------------------


def opened(source: Any, orientation: str | None, known: set[str]) -> _Opened:
    """Return a name, an AnnData, where its cells are, if that is known, and notes."""
    if isinstance(source, pd.DataFrame):
        return "DataFrame", *_of_frame("DataFrame", source, orientation, known)
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        require(path.exists(), str(path), "there is no such file", f"give {FORMS}")
        try:
            return path.name or path.resolve().name, *_read(path, orientation, known)
        except InfosemError:
            raise
        except ImportError as error:
            missing = error.name or str(error)
            raise InfosemError(f"{path}: to read it takes {missing}; {EXTRA}") from error
        except Exception as error:  # readers raise many kinds for a damaged file
            reason = str(error).partition("\n")[0][:200] or type(error).__name__
            raise InfosemError(f"{path}: cannot be read ({reason}); give {FORMS}") from error
    if not (hasattr(source, "obs_names") and hasattr(source, "var_names")):
        raise InfosemError(
            f"cells: {type(source).__name__} is none; give a path, an AnnData or a DataFrame"
        )
    return "AnnData", source, orientation, ()


def _read(
    path: Path, orientation: str | None, known: set[str]
) -> tuple[Any, str | None, tuple[str, ...]]:
    import anndata  # slow to import

    if path.is_dir():
        if any((path / mark).exists() for mark in (".zgroup", "zarr.json", ".zattrs")):
            return anndata.read_zarr(path), orientation, ()
        return _read_mtx(path, None), orientation, ()
    if re.search(r"\.mtx(\.gz)?$", path.name):
        return _read_mtx(path.parent, path), orientation, ()
    if path.suffix.lower() in (".rds", ".rda", ".rdata", ".h5seurat", ".qs"):
        raise InfosemError(f"{path}: a file of R; write it as .h5ad or as matrix.mtx")
    if not h5py.is_hdf5(path):
        return _of_frame(str(path), _read_table(path), orientation, known)
    with h5py.File(path, "r") as file:
        keys = set(file)
        if isinstance(file.get("matrix"), h5py.Dataset) and "row_attrs" in keys:
            return _read_loom(file), orientation, ()
        tenx = not keys & {"X", "obs"} and any(
            isinstance(group, h5py.Group) and "barcodes" in group for group in file.values()
        )
    if tenx:
        import scanpy

        return scanpy.read_10x_h5(path), orientation, ()
    wrong = "an HDF5 file that holds no cells"
    require(keys & {"X", "layers", "raw"}, str(path), wrong, f"give {FORMS}")
    return anndata.read_h5ad(path), orientation, ()


def _read_loom(file: h5py.File) -> Any:
    """Loom has genes in rows, and names among the attributes of both axes."""
    import anndata

    def attributes(group: Any, size: int, names: Sequence[str]) -> pd.DataFrame:
        columns = {
            key: item.asstr()[:] if item.dtype.kind == "O" else item[:].astype(str)
            for key, item in group.items()
            if isinstance(item, h5py.Dataset) and item.shape == (size,)
        }
        frame = pd.DataFrame(columns, dtype=str)
        index = next((frame[name] for name in names if name in frame), None)
        return frame.set_index(pd.Index(np.arange(size).astype(str) if index is None else index))

    matrix = file["matrix"]
    genes = ("Gene", "gene", "var_names", "gene_names", "Symbol", "Accession")
    barcodes = ("CellID", "obs_names", "cell_names", "Barcode")
    var = attributes(file["row_attrs"], matrix.shape[0], genes)
    obs = attributes(file["col_attrs"], matrix.shape[1], barcodes)
    layers = {key: sparse.csr_matrix(item[:].T) for key, item in file.get("layers", {}).items()}
    return anndata.AnnData(sparse.csr_matrix(matrix[:].T), obs=obs, var=var, layers=layers)


def _read_mtx(folder: Path, matrix: Path | None) -> Any:
    """Read a matrix of Matrix Market and, beside it, genes or features and barcodes."""
    import anndata

    found = sorted(path for path in folder.iterdir() if re.search(r"\.mtx(\.gz)?$", path.name))
    if matrix is None:
        if not found:
            inner = next((path for path in sorted(folder.rglob("*matrix.mtx*"))), None)
            todo = f"give {inner.parent}" if inner else f"give {FORMS}"
            raise InfosemError(f"{folder}: there is no matrix.mtx in it; {todo}")
        require(len(found) == 1, str(folder), f"there are {len(found)} matrices in it",
                f"name one, as {found[0]}")  # fmt: skip
        matrix = found[0]
    prefix = re.sub(r"(matrix|counts|count_matrix)?\.mtx(\.gz)?$", "", matrix.name)

    def names(*kinds: str) -> pd.DataFrame:
        for kind in kinds:
            for path in (folder / f"{prefix}{kind}.tsv{end}" for end in ("", ".gz")):
                if path.is_file():
                    text = read_text(path, str(path), "fetch it again")
                    rows = [line.split("\t") for line in text.splitlines() if line.strip()]
                    return pd.DataFrame(rows, dtype=str).fillna("")
        wanted = " or ".join(f"{prefix}{kind}.tsv" for kind in kinds)
        raise InfosemError(f"{folder}: there is no {wanted} beside {matrix.name}; put it there")

    features, barcodes = names("features", "genes"), names("barcodes", "cells")
    x = sparse.csr_matrix(mmread(matrix))
    shape = (len(features), len(barcodes))
    if x.shape == shape:
        x = x.T.tocsr()
    wrong = f"it is {x.shape[0]} x {x.shape[1]}, but there are {shape[0]} genes, {shape[1]} cells"
    require(x.shape == shape[::-1], str(matrix), wrong, "give files that belong together")
    symbols = features[1] if 1 in features else features[0]
    var = pd.DataFrame({"gene_ids": features[0].to_numpy()}, index=pd.Index(symbols.to_numpy()))
    adata = anndata.AnnData(x, obs=pd.DataFrame(index=pd.Index(barcodes[0].to_numpy())), var=var)
    if 2 in features and (features[2] == "Gene Expression").any():
        adata = adata[:, (features[2] == "Gene Expression").to_numpy()].copy()
    return adata


# --- tables of text -------------------------------------------------------------------------------


def _read_table(path: Path) -> pd.DataFrame:
    """Read a table with names in its first line and, unless they lack, in its first column."""
    where = str(path)
    text = read_text(path, where, f"give {FORMS}")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    require(len(lines) > 1, where, "it holds no table", f"give {FORMS}")
    marks = [mark for mark in "\t;," if mark in lines[1]]
    separator = next(iter(marks), " ")
    require(separator in lines[1].strip(), where, "it has one column: a list, no table of cells",
            f"give {FORMS}")  # fmt: skip
    options: dict[str, Any] = {"sep": separator if separator != " " else r"\s+"}
    read = {"header": None, "keep_default_na": False, **options}
    head = pd.read_csv(io.StringIO(lines[0]), dtype=str, **read).iloc[0].tolist()
    body = pd.read_csv(io.StringIO("\n".join(lines[1:])), dtype={0: str}, low_memory=False, **read)
    width = body.shape[1]
    if len(head) == width - 1:  # as R writes it, and many others
        head = ["", *head]
    require(len(head) == width, where, f"{len(head)} names for {width} columns", "complete it")
    first = pd.to_numeric(body[0], errors="coerce")
    nameless = (
        str(head[0]).lower().strip() not in ("", "cell", "cells", "gene", "genes", "index", "id",
                                             "barcode", "name", "cellid", "cell_id")
        and first.notna().all() and not np.array_equal(first, np.arange(len(first)))
    )  # fmt: skip
    if nameless:
        index, columns = np.arange(1, len(body) + 1).astype(str), head
    else:
        index, columns, body = body[0].to_numpy(dtype=str), head[1:], body.iloc[:, 1:]
    columns = pd.Index([str(name) for name in columns])
    return pd.DataFrame(body).set_axis(columns, axis=1).set_axis(pd.Index(index), axis=0)


def _of_frame(
    name: str, frame: pd.DataFrame, orientation: str | None, known: set[str]
) -> tuple[Any, str, tuple[str, ...]]:
    """Make an AnnData of a table, with cells in rows, whatever was in the table's."""
    import anndata

    kept, values = [], []
    for i in range(frame.shape[1]):
        column = frame.iloc[:, i]
        numbers = pd.to_numeric(column, errors="coerce")
        if numbers.notna().any() or not len(column):
            wrong = column[numbers.isna()]
            if len(wrong):
                raise InfosemError(
                    f"{name}: column {frame.columns[i]} holds {str(wrong.iloc[0])[:20]!r} in row "
                    f"{wrong.index[0]}, not a number; complete it"
                )
            kept.append(i)
            values.append(numbers.to_numpy(dtype=np.float64))
    require(kept, name, "it holds no numbers", f"give {FORMS}")
    x = np.column_stack(values)
    rows = np.array(frame.index, dtype=str)
    columns = np.array([str(frame.columns[i]) for i in kept], dtype=str)
    if orientation is None:
        orientation = _where_cells_are(name, rows, columns, known)
    if orientation == "columns":
        x, rows, columns = x.T, columns, rows
    adata = anndata.AnnData(
        sparse.csr_matrix(x) if np.mean(x == 0) > 0.7 else x,
        obs=pd.DataFrame(index=pd.Index(rows)), var=pd.DataFrame(index=pd.Index(columns)),
    )  # fmt: skip
    text = [str(frame.columns[i]) for i in range(frame.shape[1]) if i not in set(kept)]
    note = f"{len(text)} columns of text are left out ({', '.join(text)[:100]})."
    return adata, "rows", (note,) if text else ()


def _gene_share(names: NDArray[np.str_], known: set[str]) -> float:
    """The share of names that look like genes', less that of names that look like barcodes."""
    some = [str(name).strip().upper() for name in names]
    genes = sum(name in known or _GENE.fullmatch(name) is not None for name in some)
    barcodes = sum(_BARCODE.search(name) is not None for name in some)
    return (genes - barcodes) / max(len(some), 1)


def _where_cells_are(
    name: str, rows: NDArray[np.str_], columns: NDArray[np.str_], known: set[str]
) -> str:
    in_rows, in_columns = _gene_share(rows, known), _gene_share(columns, known)
    if in_rows != in_columns:
        return "columns" if in_rows > in_columns else "rows"
    if Path(name).name.lower().startswith("expressiondata.csv"):  # BEELINE's
        return "columns"
    raise InfosemError(
        f"{name}: neither its rows ({', '.join(rows[:3])}, ...) nor its columns "
        f"({', '.join(columns[:3])}, ...) look like genes; say where the cells are, in rows or "
        "columns (--cells-in, orientation)"
    )


def check_not_transposed(
    name: str, obs: NDArray[np.str_], var: NDArray[np.str_], known: set[str]
) -> None:
    in_obs, in_var = _gene_share(obs, known), _gene_share(var, known)
    if in_obs > 0.02 and in_var <= 0:
        raise InfosemError(
            f"{name}: the cells are named as genes are ({', '.join(obs[:3])}, ...): it seems to be "
            "transposed; say that the cells are in its columns (--cells-in columns, "
            "orientation='columns'), or else in its rows"
        )
