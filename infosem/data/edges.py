"""Known edges: files of them in the usual forms, and databases.

References
----------
Müller-Dott et al. (2023), CollecTRI, Nucleic Acids Research 51, 10934-10949.
Garcia-Alonso et al. (2019), DoRothEA, Genome Research 29, 1363-1375.
Badia-i-Mompel et al. (2022), decoupleR, Bioinformatics Advances 2: both by its Python package.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pooch

from infosem.data.regulators import check_species, rows_of
from infosem.errors import InfosemError, require
from infosem.files import AnyPath, read_text, replacing

__all__ = ["DATABASES", "database_edges", "edges_table", "read_edges"]

DATABASES = ("collectri", "dorothea")
"""Those that `database_edges` knows."""

# What columns are called: in decoupler, OmniPath, pySCENIC and BEELINE, in this order of choice
_NAMES = {
    "source": ("source_genesymbol", "source", "tf", "gene1", "regulator", "from"),
    "target": ("target_genesymbol", "target", "gene2", "target_gene", "gene", "to"),
    "weight": ("weight", "importance", "edgeweight", "score", "mor"),
    "sign": ("sign", "mor", "type", "effect"),
    "confidence": ("confidence", "dorothea_level", "level"),
}
_SIGNS = {
    "+": 1, "activation": 1, "activator": 1, "stimulation": 1, "positive": 1, "1": 1, "1.0": 1,
    "-": -1, "repression": -1, "repressor": -1, "inhibition": -1, "negative": -1, "-1": -1,
    "-1.0": -1,
}  # fmt: skip


def read_edges(path: AnyPath) -> pd.DataFrame:
    """Read known edges from a table in text, packed by gzip or not.

    Columns are found by what decoupler (source, target, weight), OmniPath (source_genesymbol,
    target_genesymbol, is_stimulation, is_inhibition), pySCENIC (TF, target, importance) and BEELINE
    (Gene1, Gene2, Type) call them, in any case; of a table without such names the first two columns
    are taken.

    Returns
    -------
    DataFrame
        source and target, the names of a TF and of a gene; where the file has them weight (float),
        sign (1, -1, or 0 where it is not known) and confidence (text).

    Raises
    ------
    InfosemError
        If the file cannot be read or holds no such table.
    """
    where = str(path)
    rows = rows_of(read_text(path, where, "give a table of source and target"))
    require(rows, where, "it holds no edge", "give a table of source and target")
    head = [field.lower() for field in rows[0]]
    named = any(name in head for name in _NAMES["source"] + _NAMES["target"])
    width = len(head)
    if not named:
        require(width >= 2, where, "it has one column", "give a table of source and target")
        head = ["source", "target", *(f"column {i}" for i in range(2, width))]
    elif all(len(row) == width + 1 for row in rows[1:]):  # as R writes names of rows
        head = ["row", *head]
    body = rows[1:] if named else rows
    ragged = [row for row in body if len(row) < 2]
    require(not ragged, where, f"a line has no target ({' '.join(ragged[0])[:40]})" if ragged else
            "", "give a table of source and target")  # fmt: skip
    cells = [[*row, *[""] * len(head)][: len(head)] for row in body]
    return edges_table(pd.DataFrame(cells, columns=head, dtype=str), where)


def edges_table(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the columns source, target, weight, sign and confidence of a table of edges."""
    names_there = [str(name).strip().lower() for name in frame.columns]
    # by position, as a name may occur twice: its first column counts
    columns = {names_there[i]: frame.iloc[:, i] for i in reversed(range(len(names_there)))}
    found: dict[str, pd.Series[Any]] = {}
    for kind, names in _NAMES.items():
        for name in names:
            if name in columns and kind not in found:
                found[kind] = columns[name]
    for kind in ("source", "target"):
        require(kind in found, where, f"no column {kind}",
                "name the TFs source and the genes target")  # fmt: skip
    table = pd.DataFrame({
        kind: found[kind].astype(str).str.strip().str.strip("\"'").to_numpy()
        for kind in ("source", "target")
    })  # fmt: skip
    if "weight" in found:
        weight = pd.to_numeric(found["weight"], errors="coerce").to_numpy(dtype=np.float64)
        if np.isfinite(weight).any():
            table["weight"] = weight
    if {"is_stimulation", "is_inhibition"} <= set(columns):
        up, down = (
            columns[name].astype(str).str.lower().isin(["1", "true", "1.0"]).to_numpy(dtype=int)
            for name in ("is_stimulation", "is_inhibition")
        )
        table["sign"] = up - down
    elif "sign" in found:
        sign = found["sign"].astype(str).str.strip().str.lower().map(_SIGNS).fillna(0).to_numpy()
        if np.any(sign):
            table["sign"] = sign.astype(int)
    if "sign" not in table and "weight" in table and (table["weight"] < 0).any():
        table["sign"] = np.sign(table["weight"].fillna(0)).astype(int)
    if "confidence" in found:
        table["confidence"] = found["confidence"].astype(str).to_numpy()
    empty = (table[["source", "target"]] == "").any(axis=1)
    table = table[~empty].reset_index(drop=True)
    require(len(table), where, "it holds no edge", "give a table of source and target")
    return table


def database_edges(name: str, species: str) -> pd.DataFrame:
    """Return the edges of CollecTRI or DoRothEA (levels A to C), downloaded once by decoupler.

    Parameters
    ----------
    name : {"collectri", "dorothea"}
    species : {"human", "mouse"}
        Mouse's are those of man, translated by decoupler.

    Returns
    -------
    DataFrame
        As that of `read_edges`.

    Raises
    ------
    InfosemError
        For another name or species, without decoupler, or where it cannot download them.
    """
    require(name in DATABASES, "edges", f"{name!r} is unknown",
            f"choose from {', '.join(DATABASES)}, or name a file")  # fmt: skip
    check_species(species)
    path = Path(pooch.os_cache("infosem"), "edges", f"{name}-{species}.json")
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return edges_table(pd.DataFrame(kept), str(path))
    except (OSError, ValueError):  # not there, or not whole: fetched anew
        pass
    try:
        decoupler = importlib.import_module("decoupler")
    except ImportError as error:
        raise InfosemError(
            f"edges: {name} needs the package decoupler; pip install 'infosem[databases]', or name "
            "a file of edges"
        ) from error
    try:
        frame = getattr(decoupler.op, name)(organism=species)
        table = edges_table(frame, name)
    except InfosemError:
        raise
    except Exception as error:  # whatever decoupler and its downloads raise
        reason = str(error).partition("\n")[0][:200] or type(error).__name__
        raise InfosemError(
            f"edges: {name} cannot be downloaded ({reason}); try again, or name a file of edges"
        ) from error
    columns = {str(column): table[column].tolist() for column in table}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_text(json.dumps(columns), encoding="utf-8")
    except OSError as error:
        todo = "make room in the user's cache folder, or name a file of edges"
        raise InfosemError(f"edges: {name} cannot be kept in {path} ({error}); {todo}") from error
    return table
