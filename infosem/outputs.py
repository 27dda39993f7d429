"""A network in the forms that other programs read, and where it may be written."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pandas as pd
from scipy import sparse

from infosem.ensemble import Ensemble
from infosem.errors import InfosemError, require
from infosem.files import AnyPath, replacing
from infosem.report import write_report

if TYPE_CHECKING:
    from anndata import AnnData

__all__ = ["FORMATS", "SUFFIXES", "annotate", "check_output", "check_room", "write", "write_folder"]

FORMATS = {
    "pyscenic": "adjacencies.csv",
    "graphml": "network.graphml",
    "parquet": "edges.parquet",
    "h5ad": "network.h5ad",
}
"""What a folder holds on request, besides `edges.csv` and `report.html`."""

SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet", ".graphml", ".h5ad")

RUNS = "runs"
"""The folder of finished trainings in a folder of a network; it also tells that this is one."""

_FIRST_COLUMNS = ("source", "target", "weight"), ("tf", "target", "score"), (
    "TF", "target", "importance",
)  # fmt: skip


# --- one file -------------------------------------------------------------------------------------


def write(ensemble: Ensemble, path: AnyPath, top: int | None = None) -> None:
    """Write the best pairs to a file, whole or not at all, in the form that its suffix says.

    Parameters
    ----------
    ensemble : Ensemble
    path : path
        With one of `SUFFIXES`. A table has the columns of `Ensemble.top`; source, target and weight
        are what decoupler takes. GraphML is for Cytoscape and networkx. An .h5ad file also has the
        cells, see `annotate`.
    top : int, optional
        How many pairs, by default `Ensemble.n_edges`.

    Raises
    ------
    InfosemError
        For another suffix, and where it cannot be written.
    """
    _write(Path(path), _suffix(path), ensemble, ensemble.top(top))


def write_folder(
    ensemble: Ensemble,
    folder: AnyPath,
    *,
    top: int | None = None,
    formats: Iterable[str] = (),
    command: str = "",
) -> list[Path]:
    """Write `edges.csv`, `report.html` and what else is asked for of `FORMATS`.

    Parameters
    ----------
    ensemble : Ensemble
    folder : path
        Made if it is not there.
    top : int, optional
        How many pairs, by default `Ensemble.n_edges`.
    formats : iterable of str
        Of `FORMATS`.
    command : str
        How to do it again, for the report.

    Returns
    -------
    list of Path
        The files.
    """
    folder = Path(folder)
    for name in formats:
        require(name in FORMATS, "format", f"{name!r} is unknown", f"choose {', '.join(FORMATS)}")
    edges = ensemble.top(top)
    files = {folder / "edges.csv": ".csv"}
    files |= {folder / FORMATS[name]: f".{name}" for name in formats}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    for path, kind in files.items():
        _write(path, kind, ensemble, edges)
    report = folder / "report.html"
    try:
        write_report(ensemble, report, command=command)
    except OSError as error:
        raise _unwritable(report, error) from error
    return [*files, report]


def _suffix(path: AnyPath) -> str:
    """Which of `SUFFIXES` a path has."""
    name = Path(path).name.lower()
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if name.endswith(suffix):
            return suffix
    known = ", ".join(SUFFIXES)
    raise InfosemError(f"{os.fspath(path)}: a name of unknown kind; let it end with one of {known}")


def _unwritable(path: Path, error: OSError) -> InfosemError:
    todo = "name one in a folder that can be written"
    return InfosemError(f"{path}: cannot be written ({error.strerror or error}); {todo}")


def _write(path: Path, kind: str, ensemble: Ensemble, edges: pd.DataFrame) -> None:
    try:
        with replacing(path) as part:
            if kind == ".parquet":
                edges.to_parquet(part, index=False)
            elif kind == ".h5ad":
                _anndata(ensemble, edges).write_h5ad(part)
            elif kind == ".graphml":
                with part.open("w", encoding="utf-8") as file:
                    _write_graphml(file, ensemble, edges)
            else:
                if kind == ".pyscenic":
                    edges = edges[["source", "target", "weight"]]
                    edges = edges.set_axis(["TF", "target", "importance"], axis=1)
                _write_table(part, kind, edges)
    except ImportError as error:
        raise InfosemError(f"{path}: needs pyarrow; pip install 'infosem[parquet]'") from error
    except OSError as error:
        raise _unwritable(path, error) from error


def _write_table(path: Path, kind: str, edges: pd.DataFrame) -> None:
    text = edges.to_csv(None, sep="\t" if ".tsv" in kind else ",", index=False, float_format="%.6g")
    data = text.encode()
    # mtime: the same network is the same bytes
    path.write_bytes(gzip.compress(data, mtime=0) if kind.endswith(".gz") else data)


def _write_graphml(file: IO[str], ensemble: Ensemble, edges: pd.DataFrame) -> None:
    """GraphML as its schema has it: the genes of the edges as nodes, the columns as attributes."""
    kinds = {"f": "double", "i": "int", "b": "boolean"}
    columns = [c for c in edges.columns if c not in ("source", "target")]
    names = pd.unique(pd.concat([edges["source"], edges["target"]]))
    # The schema wants identifiers without blanks and brackets, which few genes have.
    plain = all(re.fullmatch(r"[\w.:-]+", name) for name in names)
    ids = {name: quoteattr(name if plain else f"n{i}") for i, name in enumerate(names)}
    tfs = set(ensemble.tf_names)
    file.write(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns '
        'http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
        '<key id="name" for="node" attr.name="name" attr.type="string"/>\n'
        '<key id="is_tf" for="node" attr.name="is_tf" attr.type="boolean"/>\n'
    )
    for column in columns:
        kind = kinds[edges[column].dtype.kind]
        file.write(f'<key id="{column}" for="edge" attr.name="{column}" attr.type="{kind}"/>\n')
    file.write('<graph id="infosem" edgedefault="directed">\n')
    for name in names:
        # XML has no way to write most control characters.
        text = escape(re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", name))
        is_tf = str(name in tfs).lower()
        file.write(
            f'<node id={ids[name]}><data key="name">{text}</data>'
            f'<data key="is_tf">{is_tf}</data></node>\n'
        )
    for values in edges.to_dict("records"):
        ends = f"source={ids[values['source']]} target={ids[values['target']]}"
        data = (f'<data key="{c}">{_attribute(values[c])}</data>' for c in columns)
        file.write(f"<edge {ends}>{''.join(data)}</edge>\n")
    file.write("</graph>\n</graphml>\n")


def _attribute(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


# --- AnnData --------------------------------------------------------------------------------------


def annotate(
    adata: AnnData,
    ensemble: Ensemble,
    top: int | None = None,
    key: str = "infosem",
    *,
    symbols: str | None = None,
) -> None:
    """Leave a network in the AnnData that it was inferred from.

    ``adata.varp[key]`` is a sparse matrix of the weights of the best pairs, regulators in rows;
    ``adata.uns[key]`` has these `edges` as a table, and how they were made. Genes that are in
    ``adata.raw`` only are in the table alone.

    Parameters
    ----------
    adata : AnnData
    ensemble : Ensemble
    top : int, optional
        How many pairs, by default `Ensemble.n_edges`.
    key : str
    symbols : str, optional
        The column of ``adata.var`` that the genes were named by.
    """
    _annotate(adata, ensemble, ensemble.top(top), key, symbols)


def _annotate(
    adata: AnnData, ensemble: Ensemble, edges: pd.DataFrame, key: str, symbols: str | None = None
) -> None:
    names = adata.var_names if symbols is None else adata.var[symbols]
    place: dict[str, int] = {}
    for i, name in enumerate(names):
        place.setdefault(str(name).strip(), i)  # of genes of one name, the first
    there = edges["source"].isin(place) & edges["target"].isin(place)
    require(there.any(), "adata", "has none of the network's genes", "give the same")
    entries = edges.loc[there, "weight"].to_numpy(np.float32)
    at = tuple(edges.loc[there, end].map(place).to_numpy() for end in ("source", "target"))
    adata.varp[key] = sparse.csr_matrix((entries, at), shape=(adata.n_vars, adata.n_vars))
    adata.uns[key] = {
        "edges": edges.set_axis(edges.index.astype(str)),
        "method": ensemble.method,
        "settings": ensemble.settings.recorded(),
        "seeds": np.array([str(run.seed) for run in ensemble.runs]),  # HDF5's int is too short
        "agreement": ensemble.agreement,
        "notes": np.array(ensemble.notes, dtype=str),
        "version": version("infosem"),
    }


def _anndata(ensemble: Ensemble, edges: pd.DataFrame) -> AnnData:
    """The data set as an AnnData, with its network."""
    from anndata import AnnData  # slow to import

    dataset = ensemble.dataset
    is_tf = np.isin(np.arange(dataset.n_genes), dataset.tfs)
    expression = dataset.expression.T
    adata = AnnData(
        sparse.csr_matrix(expression) if sparse.issparse(expression) else expression,
        obs=pd.DataFrame(index=dataset.cells),
        var=pd.DataFrame({"is_tf": is_tf}, index=dataset.genes),
    )
    _annotate(adata, ensemble, edges, "infosem")
    return adata


# --- where it may be written ----------------------------------------------------------------------


def check_output(output: str, inputs: Sequence[str]) -> bool:
    """Fail, before anything is trained, where an output cannot be written or would destroy.

    Parameters
    ----------
    output : str
        A folder, or a file with one of `SUFFIXES`.
    inputs : sequence of str
        What is read, which no output may take the place of.

    Returns
    -------
    bool
        Whether it is a folder.
    """
    path, where = Path(output), f"--output {output}"
    for given in inputs:
        same = path.exists() and Path(given).exists() and path.samefile(given)
        same = same or os.path.realpath(path) == os.path.realpath(given)
        require(not same, where, f"is the input {given}", "name another")
    is_folder = path.is_dir() or output.endswith(("/", os.sep)) or not path.suffix
    if is_folder:
        _check_folder(path, where)
    else:
        _suffix(output)
        _check_file(path, where)
    folder = path if is_folder else Path(os.path.realpath(path)).parent
    while is_folder and not folder.exists() and folder != folder.parent:
        folder = folder.parent  # in which it will be made
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".infosem-"):
            pass
    except OSError as error:
        raise InfosemError(
            f"{where}: cannot be written ({error.strerror or error}); name one in a folder that "
            "can be written"
        ) from error
    return is_folder


def _check_folder(path: Path, where: str) -> None:
    if not path.exists():
        return
    require(path.is_dir(), where, "is a file", "name a folder, or a file with a suffix such as csv")
    try:
        is_foreign = any(path.iterdir()) and not (path / RUNS).is_dir()
    except OSError as error:
        raise InfosemError(f"{where}: cannot be read ({error.strerror}); name another") from error
    todo = "name a new or an empty folder"
    require(not is_foreign, where, "is a folder of other files", todo)


def _check_file(path: Path, where: str) -> None:
    if not path.exists():
        return
    require(path.is_file(), where, "is no file", "name one")
    require(os.access(path, os.W_OK), where, "is read-only", "name another file")
    wrong = "is there and holds no network of infosem"
    require(_is_network(path), where, wrong, "delete it, or name another file")


def _is_network(path: Path) -> bool:
    """Whether a file is empty or was written by this module."""
    if path.stat().st_size == 0:
        return True
    kind = _suffix(path)
    try:
        if kind == ".h5ad":
            import h5py

            with h5py.File(path) as file:
                return "infosem" in file.get("uns", {})
        if kind == ".parquet":
            import pyarrow.parquet

            return tuple(pyarrow.parquet.read_schema(path).names[:3]) in _FIRST_COLUMNS
        opened: Any = gzip.open if kind.endswith(".gz") else open
        with opened(path, "rb") as stream:
            head = stream.read(3000).decode("utf-8", "replace")
    except (OSError, EOFError, ValueError, ImportError, zlib.error):
        return False
    if kind == ".graphml":
        return '<graph id="infosem"' in head
    return tuple(re.split(r"[,\t]", head.partition("\n")[0].strip())[:3]) in _FIRST_COLUMNS


def check_room(path: AnyPath, n_trainings: int, n_pairs: int, top: int) -> None:
    """Fail unless the disk has room for the finished trainings and the edges."""
    needed = 4 * n_trainings * n_pairs + 300 * top  # bytes; of a row in all forms, about
    folder = Path(path).absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    wrong = f"needs {needed / 2**20:.0f} MiB, and {free / 2**20:.0f} are free"
    require(needed < free, os.fspath(path), wrong, "make room, or name another place")
