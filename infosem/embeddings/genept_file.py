"""Read GenePT's published pickle without letting it run code.

A pickle is a program: it calls whatever it names. Dicts, lists, texts and floats need no name; of
the names that numpy writes for an array, this reader takes those of `_ADMITTED`, for which it puts
classes of its own that can hold floats only, and it refuses every other.

References
----------
Chen & Zou (2024), GenePT: a simple but effective foundation model for genes and cells built from
ChatGPT, bioRxiv 2023.10.16.562533; https://zenodo.org/records/10833191, GenePT_emebdding_v2.zip
(574,395,233 bytes), in which GenePT_gene_embedding_ada_text.pickle maps a gene symbol to 1536
floats.
Python documentation of pickle, "Restricting Globals".
"""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from infosem.data import normalise_genes
from infosem.data.registry import FILES
from infosem.errors import InfosemError
from infosem.files import AnyPath

__all__ = ["GENEPT", "GENEPT_PICKLE", "read_genept"]

GENEPT = FILES["embeddings/GenePT_emebdding_v2.zip"]
GENEPT_PICKLE = "GenePT_gene_embedding_ada_text.pickle"  # in the zip file
_TODO = f"give the file {GENEPT.url} or the {GENEPT_PICKLE} in it"


class _Dtype:
    """Stands for numpy.dtype, whose own way of restoring itself trusts the pickle."""

    def __init__(self, kind: str, *_: object) -> None:
        if kind not in ("f2", "f4", "f8"):
            raise InfosemError(f"an array of {kind!r} where floats are expected")
        self.dtype = np.dtype(kind)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.dtype = self.dtype.newbyteorder(state[1])


class _Array:
    """Stands for numpy's arrays, and for the function that makes an empty one of a pickle."""

    def __init__(self, *_: object) -> None:
        self.values = np.empty(0)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, shape, dtype, _columns_first, data = state
        if type(dtype) is not _Dtype or type(data) is not bytes:
            raise InfosemError("an array of something else where floats are expected")
        self.values = np.frombuffer(data, dtype.dtype).reshape(shape)


# Both have __setstate__, so that a pickle cannot set attributes of the classes either.
_ADMITTED: dict[tuple[str, str], type] = {
    ("numpy", "dtype"): _Dtype,
    ("numpy", "ndarray"): _Array,
    ("numpy.core.multiarray", "_reconstruct"): _Array,  # as numpy 1 writes it
    ("numpy._core.multiarray", "_reconstruct"): _Array,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        if (module, name) not in _ADMITTED:
            raise InfosemError(f"refused, because it calls for {module}.{name}")
        return _ADMITTED[module, name]


def read_genept(path: AnyPath) -> tuple[NDArray[np.str_], NDArray[np.float32]]:
    """Read genes and vectors from the pickle, or from the zip file with it.

    Meanwhile the whole table is in memory as Python floats, of 32 bytes each.

    Parameters
    ----------
    path : path
        The zip file or the pickle as published, or another pickle of a dict from gene symbols to
        lists or arrays of floats, each as long as the others.

    Returns
    -------
    genes : str array (n_genes,)
        Normalised and distinct. Of symbols that differ only in case or in white space around
        them, the one that is in upper case already is taken, else the first.
    vectors : float32 array (n_genes, dim)

    Raises
    ------
    InfosemError
        If the file cannot be read, names anything but float arrays, or is not such a table.
    """
    path = Path(path)
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive, archive.open(_member(archive)) as stream:
                return _arrays(_load(stream))
        with path.open("rb") as stream:
            return _arrays(_load(stream))
    except InfosemError as error:
        raise InfosemError(f"{path}: {error}; {_TODO}") from error
    except (OSError, zipfile.BadZipFile) as error:
        raise InfosemError(f"{path}: cannot be read ({error}); {_TODO}") from error


def _member(archive: zipfile.ZipFile) -> str:
    names = [name for name in archive.namelist() if PurePosixPath(name).name == GENEPT_PICKLE]
    if len(names) != 1:
        raise InfosemError(f"there are {len(names)} files {GENEPT_PICKLE} in it, not one")
    return names[0]


def _load(stream: IO[bytes]) -> Any:
    try:
        return _Unpickler(stream).load()
    except (InfosemError, OSError, zipfile.BadZipFile):
        raise
    except Exception as error:  # a damaged pickle raises of many kinds, says the documentation
        raise InfosemError(f"not a whole pickle ({error!r})") from error


def _arrays(table: Any) -> tuple[NDArray[np.str_], NDArray[np.float32]]:
    if type(table) is not dict or not table:
        raise InfosemError(f"not a table of genes, but a {type(table).__name__} or empty")
    rows: dict[str, NDArray[np.float32]] = {}
    for symbol, values in table.items():
        if type(symbol) is not str:
            raise InfosemError(f"a key of the table is {symbol!r}, not a gene symbol")
        (gene,) = normalise_genes([symbol]).tolist()
        if gene not in rows or gene == symbol:
            rows[gene] = _vector(values, symbol)
    lengths = {len(vector) for vector in rows.values()}
    if len(lengths) != 1:
        raise InfosemError(f"the vectors have different lengths ({sorted(lengths)[:5]})")
    return np.array(list(rows)), np.stack(list(rows.values()))


def _vector(values: Any, symbol: str) -> NDArray[np.float32]:
    """Return floats as float32; refuse what only looks like floats, as "1.5" and True do."""
    values = values.values if type(values) is _Array else values
    floats = isinstance(values, np.ndarray) or (
        type(values) is list and all(type(value) is float for value in values)
    )
    with np.errstate(over="ignore"):  # what is too large turns infinite, and is found below
        vector = np.asarray(values if floats else [], dtype=np.float32)
    if vector.ndim != 1 or not vector.size or not np.isfinite(vector).all():
        raise InfosemError(f"{symbol} does not have a vector of finite floats")
    return vector
