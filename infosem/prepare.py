"""From a person's files to a data set that `infer` can be trained on, and what was done to them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from infosem.data import (
    Cells,
    Dataset,
    database_edges,
    gene_text,
    match_names,
    read_cells,
    read_edges,
    read_tfs,
    select_genes,
    tf_list,
)
from infosem.data.edges import DATABASES, edges_table
from infosem.data.names import are_ensembl
from infosem.data.regulators import check_species
from infosem.embeddings import attach
from infosem.errors import InfosemError, require
from infosem.files import AnyPath, read_text

__all__ = ["TEXTS", "Prepared", "prepare"]

TEXTS = ("MiniLM", "BioBERT", "symbols")
"""What text can be: NCBI's names and summaries by one of two models, or symbols alone by MiniLM."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """What `prepare` makes of a person's files.

    Attributes
    ----------
    dataset : Dataset
        Expression, genes, TFs; the known edges as its network; vectors of texts if wanted.
    known : DataFrame or None
        The known edges that are in the data: source and target as the data name them, and weight,
        sign and confidence where they are given.
    notes : list of str
        Sentences on what was kept, merged, dropped, normalised and matched.
    """

    dataset: Dataset
    known: pd.DataFrame | None
    notes: list[str]


def prepare(
    source: Any,
    *,
    species: str | None = None,
    tfs: AnyPath | Iterable[str] | None = None,
    edges: AnyPath | pd.DataFrame | Iterable[tuple[str, str]] | None = None,
    text: str | None = None,
    descriptions: AnyPath | pd.DataFrame | None = None,
    genes: int | None = None,
    layer: str | None = None,
    raw: bool = False,
    symbols: str | None = None,
    orientation: str | None = None,
    normalise: bool = True,
) -> Prepared:
    """Read cells, TFs, known edges and texts, and match their names.

    Parameters
    ----------
    source : path, anndata.AnnData or DataFrame
        See `read_cells`, as for `layer`, `raw`, `symbols`, `orientation` and `normalise`.
    species : {"human", "mouse"}, optional
        Whose list of TFs is taken without `tfs`, whose texts, whose database of edges.
    tfs : path or iterable of str, optional
        Names of the TFs, or a file of them (`read_tfs`).
    edges : path, DataFrame, iterable of pairs, or {"collectri", "dorothea"}, optional
        Known edges, see `read_edges` and `database_edges`.
    text : {"MiniLM", "BioBERT", "symbols"}, optional
        Attach vectors of the genes' texts: of NCBI's names and summaries, by one of two models, or
        of the symbols alone, which needs no download. By default none.
    descriptions : path or DataFrame, optional
        Columns gene, name and summary (a file has tabs between them), in place of NCBI's.
    genes : int, optional
        Keep so many of the most variable genes, and all TFs (`select_genes`).

    Returns
    -------
    Prepared

    Raises
    ------
    InfosemError
        For input that cannot be used: one sentence that names the file or the argument, says what
        is wrong with it and what to do.
    """
    if species is not None:
        check_species(species)
    if text is not None:
        text = _text_of(text)
    elif descriptions is not None:
        text = "MiniLM"
    # What is cheap and can fail goes first; the texts, which take longest, last.
    described = None if descriptions is None else _descriptions(descriptions)
    names, listed = _tf_names(tfs, species)
    known = None if edges is None else _edges(edges, species)
    cells = read_cells(
        source, layer=layer, raw=raw, symbols=symbols, orientation=orientation,
        normalise=normalise, known_genes=names,
    )  # fmt: skip
    found = match_names(names, cells.genes, cells.ids)
    missing = [name for name, place in zip(names, found, strict=True) if place < 0]
    _check_tfs(cells, names, missing)
    if genes is not None:
        cells = select_genes(cells, genes, names)
        found = match_names(names, cells.genes, cells.ids)
    tf_names = np.unique(cells.genes[found[found >= 0]])
    place = {name: i for i, name in enumerate(cells.genes)}
    tf_index = np.array([place[name] for name in tf_names], dtype=np.int64)
    n_genes, n_cells = cells.expression.shape
    notes = [f"{cells.name}: {n_cells} cells, {n_genes} genes.", *cells.notes]
    notes.append(_tfs_note(tf_names, names, missing, listed))
    network = np.zeros((len(tf_names), n_genes), dtype=bool)
    if known is not None:
        known, network, note = _known(known, cells, tf_index, str(edges))
        notes.append(note)
    provenance = {"source": cells.name, "tfs": listed, "tfs not in the data": ", ".join(missing)}
    if species is not None:
        provenance["species"] = species
    dataset = Dataset(
        name=cells.name,
        network_name="" if known is None else "given",
        expression=cells.expression,
        genes=cells.genes,
        cells=cells.cells,
        tfs=tf_index,
        network=network,
        provenance=provenance,
    )
    if text is not None:
        dataset, more = _with_text(dataset, cells, text, species, described)
        notes += more
    return Prepared(dataset, known, notes)


# --- TFs ------------------------------------------------------------------------------------------


def _tf_names(tfs: AnyPath | Iterable[str] | None, species: str | None) -> tuple[list[str], str]:
    """Distinct names of TFs, and where they are from."""
    if tfs is None:
        require(species, "tfs", "which genes are TFs is not known", "give names or a file (--tfs), "
                "or the species (--species)")  # fmt: skip
        found = tf_list(str(species))
        return list(found.names), found.source
    if isinstance(tfs, str | os.PathLike):
        # "SOX2" is most likely meant as a name, not as a file
        if isinstance(tfs, str) and not os.path.exists(tfs) and not any(c in tfs for c in "./\\"):
            raise InfosemError(f"tfs: {tfs!r} is neither a file nor a list of names; give one")
        return read_tfs(tfs), str(tfs)
    require(isinstance(tfs, Iterable), "tfs", f"{type(tfs).__name__} is no list of names",
            "give names or a file")  # fmt: skip
    names = [str(name).strip() for name in tfs]
    names = [name for name in dict.fromkeys(names) if name]
    require(names, "tfs", "there is none", "name at least one")
    return names, "the names given"


def _check_tfs(cells: Cells, names: list[str], missing: list[str]) -> None:
    if len(missing) < len(names):
        return
    todo = "name them as the data do, and check the species"
    if are_ensembl(cells.genes) and not are_ensembl(names):
        columns = ", ".join(cells.columns) or "it has none that looks like one"
        todo = f"name the column of the genes' symbols (symbols, --symbols): {columns}"
    raise InfosemError(
        f"{cells.name}: of {len(names)} TFs ({', '.join(names[:3])}, ...) none is among the genes "
        f"({', '.join(cells.genes[:3])}, ...); {todo}"
    )


def _tfs_note(tf_names: np.ndarray, names: list[str], missing: list[str], listed: str) -> str:
    note = f"TFs: {len(tf_names)} of {len(names)} are in the data ({listed})."
    if missing:
        more = f" and {len(missing) - 20} more" if len(missing) > 20 else ""
        note += f" Not in the data, or without a value: {', '.join(missing[:20])}{more}."
    return note


# --- known edges ----------------------------------------------------------------------------------


def _edges(
    edges: AnyPath | pd.DataFrame | Iterable[tuple[str, str]], species: str | None
) -> pd.DataFrame:
    if isinstance(edges, pd.DataFrame):
        return edges_table(edges, "edges")
    if isinstance(edges, str | os.PathLike):
        if str(edges) in DATABASES and not os.path.exists(edges):
            require(species, "edges", f"of whom {edges} is wanted is not known",
                    "give the species (--species)")  # fmt: skip
            return database_edges(str(edges), str(species))
        return read_edges(edges)
    pairs = [tuple(pair) for pair in edges]
    require(pairs and all(len(pair) == 2 for pair in pairs), "edges", "no list of pairs",
            "give pairs (TF, target) or a DataFrame")  # fmt: skip
    return edges_table(pd.DataFrame(pairs, columns=["source", "target"]), "edges")


def _known(
    table: pd.DataFrame, cells: Cells, tf_index: np.ndarray, listed: str
) -> tuple[pd.DataFrame, np.ndarray, str]:
    """The edges that are in the data, as a table and as a network of TFs x genes."""
    n = len(table)
    ends = np.concatenate([table["source"], table["target"]])
    source, target = match_names(ends, cells.genes, cells.ids).reshape(2, -1)
    row = np.full(len(cells.genes) + 1, -1)  # the last is that of what is not found, -1
    row[tf_index] = np.arange(len(tf_index))
    known = (row[source] >= 0) & (target >= 0) & (source != target)
    where = listed if len(listed) < 200 else "edges"
    require(known.any(), where, "none of its edges joins a TF and another gene of the data",
            "use edges of the same species, with names as in the data")  # fmt: skip
    network = np.zeros((len(tf_index), len(cells.genes)), dtype=bool)
    network[row[source[known]], target[known]] = True
    kept = table[known].assign(source=cells.genes[source[known]], target=cells.genes[target[known]])
    kept = kept.drop_duplicates(["source", "target"]).reset_index(drop=True)
    note = (
        f"Known edges: {len(kept)} of {n} join a TF and another gene of the data; "
        f"{network.any(axis=1).sum()} TFs have some."
    )
    return kept, network, note


# --- texts ----------------------------------------------------------------------------------------


def _text_of(text: str) -> str:
    known = {name.lower(): name for name in TEXTS}
    require(str(text).lower() in known, "text", f"{text!r} is unknown",
            f"choose from {', '.join(TEXTS)}")  # fmt: skip
    return known[str(text).lower()]


def _descriptions(descriptions: AnyPath | pd.DataFrame) -> pd.DataFrame:
    if isinstance(descriptions, pd.DataFrame):
        where, table = "descriptions", descriptions.astype(object).fillna("").astype(str)
    else:
        where = str(descriptions)
        todo = "give a table with tabs between the columns gene, name and summary"
        lines = read_text(descriptions, where, todo).splitlines()
        rows = [line.split("\t") for line in lines if line.strip()]
        head = [name.strip().lower() for name in rows[0]] if rows else []
        body = [[*row, *[""] * len(head)][: len(head)] for row in rows[1:]]
        table = pd.DataFrame(body, columns=head, dtype=str)
    missing = sorted({"gene", "name", "summary"} - set(table.columns))
    require(not missing, where, f"no column {', '.join(missing)}", "name the columns gene, name "
            "and summary")  # fmt: skip
    return table.drop_duplicates("gene").reset_index(drop=True)


def _with_text(
    dataset: Dataset, cells: Cells, text: str, species: str | None, described: pd.DataFrame | None
) -> tuple[Dataset, list[str]]:
    if text == "symbols":
        name = "MiniLM symbols"
        dataset = attach(dataset, name)
        return dataset, [f"Texts: {dataset.provenance[f'embedding {name}']}."]
    name = "MiniLM" if text == "MiniLM" else "BioBERT descriptions"
    source = "the descriptions given"
    if described is None:
        require(species, "text", "whose genes these are is not known", "give the species "
                "(--species) or descriptions, or take symbols alone (text='symbols', "
                "--text symbols)")  # fmt: skip
        described = gene_text(dataset.genes, str(species), cells.ids)
        source = described.attrs["source"]
    dataset = attach(dataset, name, descriptions=described)
    return dataset, [f"Texts: {dataset.provenance[f'embedding {name}']}; from {source}."]
