"""Gene embeddings: one vector per gene, from a language model, and controls that know nothing.

"BioBERT" embeds the gene's symbol, as scGREAT does; the vectors of hESC and mESC were computed by
others, those of other genes are computed by the model where it is at hand. "MiniLM" embeds symbol,
full name and RefSeq summary; it runs here and covers any gene. "GenePT" was computed by others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem.data import Dataset, data_folder
from infosem.embeddings.controls import RANDOM_DIM, one_hot, permuted, random_normal
from infosem.embeddings.language_models import biobert, minilm
from infosem.embeddings.tables import BIOBERT_TABLE, biobert_symbols, genept
from infosem.embeddings.texts import describe_texts, descriptions_of, gene_texts
from infosem.errors import InfosemError
from infosem.files import AnyPath

__all__ = ["TRANSFORMS", "attach", "centre_and_normalise"]

# what a name of drawn vectors says: the draw, and whose vectors are permuted
_RANDOM = re.compile(r"random(?: ([0-9]+))?")
_PERMUTED = re.compile(r"permuted (.+?)(?: ([0-9]+))?")


def attach(
    dataset: Dataset,
    name: str = "auto",
    data_dir: AnyPath | None = None,
    descriptions: pd.DataFrame | None = None,
    *,
    source: AnyPath | None = None,
) -> Dataset:
    """Return the data set with gene vectors added to its `embeddings`.

    Parameters
    ----------
    dataset : Dataset
    name : str
        - "BioBERT": of the symbols; looked up in the folder's file if that covers every gene,
          else computed by the model. 768 numbers per gene;
        - "BioBERT descriptions": of symbol, full name and summary, computed by the model;
        - "MiniLM": of symbol, full name and summary; 384 numbers;
        - "MiniLM symbols": of the symbol alone;
        - "auto": "BioBERT" if the folder's file covers every gene, else "MiniLM";
        - "GenePT": see `genept`; 1536 numbers;
        - "one-hot": the identity matrix, genes in the order of their names;
        - "random": 768 standard normal numbers per gene;
        - "permuted X": the vectors X, each given to another gene (no gene keeps its own). X is
          one of the data set's embeddings or, if it has none of that name, a name of this list.

        "random" and "permuted X" may end in the number of the draw, as in "random 2"; without it
        the draw is 0. The same name gives a set of genes the same vectors, in whatever order the
        genes are.
    data_dir : path, optional
        Folder with embeddings/biobert-symbols.npz and genes/descriptions.tsv.gz; by default
        $INFOSEM_DATA. Without it scGREAT's vectors and NCBI's texts of today are downloaded, the
        latter of the species that the data set's provenance names.
    descriptions : DataFrame, optional
        Columns gene, name and summary ("" where unknown), in place of the folder's. A gene that
        is not in the table is embedded by its symbol alone.
    source : path, optional
        For "BioBERT" and "BioBERT descriptions" a folder with the model, which then computes all
        vectors (see `biobert`); for "GenePT" its file.

    Returns
    -------
    Dataset
        With ``embeddings[name]``, float32 (n_genes, dim), as its last entry ("BioBERT" or
        "MiniLM" if `name` is "auto"); its provenance tells what the vectors are of, and how many
        genes lack a description.

    Raises
    ------
    InfosemError
        Unknown name, missing or wrong file or model, or genes without a vector.
    """
    name = _resolved(dataset, name, data_dir)
    return _with(dataset, name, *_vectors(dataset, name, data_dir, descriptions, source))


def centre_and_normalise(vectors: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Subtract the mean over genes, then scale every gene's vector to unit length.

    Parameters
    ----------
    vectors : float array (n_genes, dim)

    Returns
    -------
    float64 array (n_genes, dim)

    Raises
    ------
    InfosemError
        If a vector equals the mean, so that it has no direction.
    """
    centred = np.asarray(vectors, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    if (bad := np.flatnonzero(length <= 1e-9)).size:
        raise InfosemError(
            f"embedding: {bad.size} vectors equal the mean of all (the first in row {bad[0]}) and "
            "have no direction; leave these genes out or use another embedding"
        )
    unit: NDArray[np.float64] = centred / length
    return unit


def _unit_length(vectors: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float64)


def _standardise(vectors: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    centred = vectors - vectors.mean(axis=0)
    deviation = centred.std(axis=0)
    return np.asarray(centred / np.where(deviation > 0, deviation, 1), dtype=np.float64)


TRANSFORMS: dict[str, Callable[[NDArray[np.floating[Any]]], NDArray[np.float64]]] = {
    "centred": centre_and_normalise,
    "unit length": _unit_length,
    "standardised": _standardise,
    "as they are": lambda vectors: np.asarray(vectors, dtype=np.float64),
}
"""What can be done to vectors (n_genes, dim) before they are a prior; the paper does not say."""


def _resolved(dataset: Dataset, name: str, data_dir: AnyPath | None) -> str:
    """Return what "auto" means for a data set; any other name stays."""
    if name != "auto":
        return name
    return "BioBERT" if biobert_symbols(dataset.genes, data_dir)[1].all() else "MiniLM"


def _vectors(
    dataset: Dataset,
    name: str,
    data_dir: AnyPath | None,
    descriptions: pd.DataFrame | None,
    source: AnyPath | None,
) -> tuple[NDArray[np.float32], str]:
    """Return the vectors of that name, (n_genes, dim), and what they are of."""
    genes = dataset.genes
    if drawn := _PERMUTED.fullmatch(name):
        of, draw = _resolved(dataset, drawn[1], data_dir), int(drawn[2] or 0)
        if of in dataset.embeddings:
            true = dataset.embeddings[of]
            what = dataset.provenance.get(f"embedding {of}", f"the vectors {of}")
        elif of.startswith("permuted "):
            raise InfosemError(f"name: {name!r} permutes twice, which may undo itself; do so once")
        else:
            true, what = _vectors(dataset, of, data_dir, descriptions, source)
        return permuted(dataset, true, draw), f"each gene has another's, draw {draw}: {what}"
    if drawn := _RANDOM.fullmatch(name):
        draw = int(drawn[1] or 0)
        what = f"{RANDOM_DIM} standard normal numbers per gene, draw {draw}"
        return random_normal(genes, draw), what
    if name == "one-hot":
        return one_hot(genes), "the identity matrix, genes in the order of their names"
    if name == "BioBERT":
        return _biobert_of_symbols(dataset, data_dir, source)
    if name == "MiniLM symbols":
        return minilm(genes.tolist()), "all-MiniLM-L6-v2 vectors of the gene symbols"
    if name == "GenePT":
        vectors, found = genept(genes, source, data_dir)
        if not found.all():
            raise InfosemError(_describe_lacking(dataset, found, name))
        return vectors, "GenePT vectors, looked up by the gene symbols"
    if name not in ("MiniLM", "BioBERT descriptions"):
        raise InfosemError(
            f"name: {name!r} is unknown; choose 'auto', 'BioBERT', 'BioBERT descriptions', "
            "'MiniLM', 'MiniLM symbols', 'GenePT', 'one-hot', 'random' or 'permuted ...'"
        )
    if descriptions is None:
        descriptions = descriptions_of(dataset, data_dir)
    texts = gene_texts(genes, descriptions)
    if name == "MiniLM":
        return minilm(texts), describe_texts("all-MiniLM-L6-v2", genes, descriptions)
    return biobert(texts, source), describe_texts("BioBERT", genes, descriptions)


def _with(dataset: Dataset, name: str, vectors: NDArray[np.float32], what: str) -> Dataset:
    others = {label: h for label, h in dataset.embeddings.items() if label != name}
    provenance = {**dataset.provenance, f"embedding {name}": what}
    return replace(dataset, embeddings={**others, name: vectors}, provenance=provenance)


def _describe_lacking(dataset: Dataset, found: NDArray[np.bool_], what: str) -> str:
    missing = ", ".join(dataset.genes[~found][:5])
    return (
        f"{dataset.name}: {(~found).sum()} of {dataset.n_genes} genes have no {what} "
        f"vector ({missing}, ...); use name='MiniLM', or drop them with take_genes"
    )


def _biobert_of_symbols(
    dataset: Dataset, data_dir: AnyPath | None, source: AnyPath | None
) -> tuple[NDArray[np.float32], str]:
    """Return the vectors of all genes, from the folder's file or from the model."""
    lacking = ""
    if source is None:
        try:
            vectors, found = biobert_symbols(dataset.genes, data_dir)
        except InfosemError as error:
            folder = data_folder(data_dir)
            if folder is not None and (folder / BIOBERT_TABLE).exists():
                raise  # a table that is there but wrong is not passed over
            lacking = str(error)
        else:
            if found.all():
                return vectors, "BioBERT vectors of the gene symbols"
            lacking = _describe_lacking(dataset, found, "BioBERT")
    try:
        vectors = biobert(dataset.genes.tolist(), source)
    except InfosemError as error:
        if lacking:
            raise InfosemError(f"{lacking}. Nor can the model compute them: {error}") from error
        raise
    return vectors, "BioBERT vectors of the gene symbols, computed by the model"
