"""Texts that stand for genes, and how many genes have one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem.data import Dataset, data_folder, gene_text, load_descriptions
from infosem.data.names import match_names
from infosem.embeddings.tables import biobert_symbols, genept, genept_at_hand
from infosem.errors import InfosemError
from infosem.files import AnyPath

__all__ = ["coverage", "coverage_table", "describe_texts", "descriptions_of", "gene_texts"]


def gene_texts(genes: Iterable[str], descriptions: pd.DataFrame) -> list[str]:
    """Write the text that stands for each gene: "SYMBOL: full name. RefSeq summary".

    Parameters
    ----------
    genes : iterable of str
    descriptions : DataFrame
        Columns gene, name and summary, "" where unknown (`load_descriptions`). Genes are found by
        `match_names`.

    Returns
    -------
    list of str
        In the order of `genes`; what is unknown is left out, down to the symbol alone.

    Raises
    ------
    InfosemError
        If a column is missing or a gene is described twice.
    """
    if missing := {"gene", "name", "summary"} - set(descriptions.columns):
        raise InfosemError(f"descriptions: no column {', '.join(sorted(missing))}; add it")
    if (twice := descriptions["gene"].duplicated()).any():
        gene = descriptions["gene"][twice].iloc[0]
        raise InfosemError(f"descriptions: {gene} is described twice; keep one row per gene")
    genes = list(genes)
    names, summaries = (descriptions[column].tolist() for column in ("name", "summary"))
    texts = []
    for gene, row in zip(genes, match_names(genes, descriptions["gene"].tolist()), strict=True):
        name, summary = (names[row], summaries[row]) if row >= 0 else ("", "")
        head = f"{gene}: {name}" if name else str(gene)
        texts.append(f"{head}. {summary}" if summary else head)
    return texts


def descriptions_of(dataset: Dataset, data_dir: AnyPath | None) -> pd.DataFrame:
    """Return the descriptions of the data folder, else NCBI's; none for simulated genes."""
    if dataset.network_name == "planted":  # invented genes: no record of them is anywhere
        return pd.DataFrame({"gene": [], "name": [], "summary": []}, dtype=str)
    if (folder := data_folder(data_dir)) is not None:
        return load_descriptions(folder)
    if (species := dataset.provenance.get("species")) is None:
        raise InfosemError(
            f"{dataset.name}: whose genes these are is not known, and INFOSEM_DATA is not set; "
            "give descriptions, as gene_text(genes, species) of infosem.data fetches them"
        )
    return gene_text(dataset.genes, species)


def coverage(dataset: Dataset, data_dir: AnyPath | None = None) -> dict[str, int]:
    """Count the genes that each source of vectors knows.

    Parameters
    ----------
    dataset : Dataset
    data_dir : path, optional
        The data folder; by default see `data_folder`.

    Returns
    -------
    dict
        genes: all; biobert: with a BioBERT vector in the folder's file; summary: with a RefSeq
        summary; name: with a full name; symbol_only: with neither, so that a text model sees the
        symbol alone; genept: with a GenePT vector, left out if the folder has no GenePT.

    Raises
    ------
    InfosemError
        Missing or wrong file.
    """
    found = biobert_symbols(dataset.genes, data_dir)[1]
    counts = _text_counts(dataset.genes, descriptions_of(dataset, data_dir))
    counts = {"genes": dataset.n_genes, "biobert": int(found.sum()), **counts}
    if genept_at_hand(data_dir) is not None:
        counts["genept"] = int(genept(dataset.genes, data_dir=data_dir)[1].sum())
    return counts


def coverage_table(datasets: Iterable[Dataset], data_dir: AnyPath | None = None) -> pd.DataFrame:
    """Count the genes of each data set that each source of vectors knows.

    Parameters
    ----------
    datasets : iterable of Dataset
    data_dir : path, optional
        The data folder; by default see `data_folder`.

    Returns
    -------
    DataFrame
        One row per data set: dataset (its name) and the counts of `coverage`.

    Raises
    ------
    InfosemError
        Missing or wrong file.
    """
    return pd.DataFrame([{"dataset": d.name, **coverage(d, data_dir)} for d in datasets])


def _text_counts(genes: NDArray[np.str_], descriptions: pd.DataFrame) -> dict[str, int]:
    rows = match_names(genes, descriptions["gene"].tolist())
    table = descriptions.iloc[rows[rows >= 0]]
    return {
        "summary": int((table["summary"] != "").sum()),
        "name": int((table["name"] != "").sum()),
        "symbol_only": len(_undescribed(genes, descriptions)),
    }


def _undescribed(genes: NDArray[np.str_], descriptions: pd.DataFrame) -> list[str]:
    known = descriptions[(descriptions["name"] != "") | (descriptions["summary"] != "")]
    return sorted(genes[match_names(genes, known["gene"].tolist()) < 0].tolist())


def describe_texts(model: str, genes: NDArray[np.str_], descriptions: pd.DataFrame) -> str:
    """Tell of what a model's vectors are, and how many genes have a name and a summary."""
    n, alone = _text_counts(genes, descriptions), _undescribed(genes, descriptions)
    first = f" ({', '.join(alone[:5])}{', ...' if alone[5:] else ''})" if alone else ""
    return (
        f"{model} vectors of symbol, full name ({n['name']} genes) and RefSeq summary "
        f"({n['summary']}); of the symbol alone for {len(alone)}{first}"
    )
