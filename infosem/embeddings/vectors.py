"""Gene embeddings: one vector a gene, from a language model, and controls that know nothing.

"BioBERT" embeds the gene's symbol, as scGREAT does; the vectors of hESC and mESC were computed by
others, those of other genes are computed by the model where it is at hand. "MiniLM" embeds symbol,
full name and RefSeq summary; it runs here and covers any gene. "GenePT" was computed by others. The
models are those of `infosem.language_models`.

References
----------
Wang et al. (2024), scGREAT, iScience 27: the BioBERT vectors of gene symbols.
Chen & Zou (2024), GenePT, bioRxiv 2023.10.16.562533: OpenAI's text-embedding-ada-002 of NCBI's
descriptions of genes; Zenodo record 10833191.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem.data import Dataset, data_folder, load_descriptions, normalise_genes
from infosem.data.download import read_local
from infosem.data.registry import FILES
from infosem.embeddings.genept_file import GENEPT, GENEPT_PICKLE, read_genept
from infosem.embeddings.language_models import Vectors, biobert, minilm
from infosem.errors import InfosemError
from infosem.files import UNREADABLE, AnyPath, cache_file, read_npz, save_npz, sha256_of

__all__ = [
    "attach",
    "biobert_symbols",
    "centre_and_normalise",
    "convert_genept",
    "coverage",
    "coverage_table",
    "gene_texts",
    "genept",
]

_BIOBERT_TABLE = "embeddings/biobert-symbols.npz"
_RANDOM_DIM = 768  # that of BioBERT

# what a name of drawn vectors says: the draw, and whose vectors are permuted
_RANDOM = re.compile(r"random(?: ([0-9]+))?")
_PERMUTED = re.compile(r"permuted (.+?)(?: ([0-9]+))?")


# --------------------------------------------------------------------------------------------------
# For a data set
# --------------------------------------------------------------------------------------------------


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
          else computed by the model. 768 numbers a gene;
        - "BioBERT descriptions": of symbol, full name and summary, computed by the model;
        - "MiniLM": of symbol, full name and summary; 384 numbers;
        - "MiniLM symbols": of the symbol alone;
        - "auto": "BioBERT" if the folder's file covers every gene, else "MiniLM";
        - "GenePT": see `genept`; 1536 numbers;
        - "one-hot": the identity matrix, genes in the order of their names;
        - "random": 768 standard normal numbers a gene;
        - "permuted X": the vectors X, each given to another gene (no gene keeps its own). X is
          one of the data set's embeddings or, if it has none of that name, a name of this list.

        "random" and "permuted X" may end in the number of the draw, as in "random 2"; without it
        the draw is 0. The same name gives a set of genes the same vectors, in whatever order the
        genes are.
    data_dir : path, optional
        Folder with embeddings/biobert-symbols.npz and genes/descriptions.tsv.gz; by default
        $INFOSEM_DATA. Neither file has a public source.
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


def coverage(dataset: Dataset, data_dir: AnyPath | None = None) -> dict[str, int]:
    """Count the genes that each source of vectors knows.

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
    counts = _text_counts(dataset.genes, _descriptions(dataset, data_dir))
    counts = {"genes": dataset.n_genes, "biobert": int(found.sum()), **counts}
    if _genept_at_hand(data_dir) is not None:
        counts["genept"] = int(genept(dataset.genes, data_dir=data_dir)[1].sum())
    return counts


def coverage_table(datasets: Iterable[Dataset], data_dir: AnyPath | None = None) -> pd.DataFrame:
    """Count the genes of each data set that each source of vectors knows.

    Returns
    -------
    DataFrame
        One row a data set: dataset (its name) and the counts of `coverage`.

    Raises
    ------
    InfosemError
        Missing or wrong file.
    """
    return pd.DataFrame([{"dataset": d.name, **coverage(d, data_dir)} for d in datasets])


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
) -> tuple[Vectors, str]:
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
        return _permuted(dataset, true, draw), f"each gene has another's, draw {draw}: {what}"
    if drawn := _RANDOM.fullmatch(name):
        draw = int(drawn[1] or 0)
        return _random(genes, draw), f"{_RANDOM_DIM} standard normal numbers a gene, draw {draw}"
    if name == "one-hot":
        return _one_hot(genes), "the identity matrix, genes in the order of their names"
    if name == "BioBERT":
        return _biobert_of_symbols(dataset, data_dir, source)
    if name == "MiniLM symbols":
        return minilm(genes.tolist()), "all-MiniLM-L6-v2 vectors of the gene symbols"
    if name == "GenePT":
        vectors, found = genept(genes, source, data_dir)
        if not found.all():
            raise InfosemError(_lacking(dataset, found, name))
        return vectors, "GenePT vectors, looked up by the gene symbols"
    if name not in ("MiniLM", "BioBERT descriptions"):
        raise InfosemError(
            f"name: {name!r} is unknown; choose 'auto', 'BioBERT', 'BioBERT descriptions', "
            "'MiniLM', 'MiniLM symbols', 'GenePT', 'one-hot', 'random' or 'permuted ...'"
        )
    if descriptions is None:
        descriptions = _descriptions(dataset, data_dir)
    texts = gene_texts(genes, descriptions)
    if name == "MiniLM":
        return minilm(texts), _text_report("all-MiniLM-L6-v2", genes, descriptions)
    return biobert(texts, source), _text_report("BioBERT", genes, descriptions)


def _with(dataset: Dataset, name: str, vectors: Vectors, what: str) -> Dataset:
    others = {label: h for label, h in dataset.embeddings.items() if label != name}
    provenance = {**dataset.provenance, f"embedding {name}": what}
    return replace(dataset, embeddings={**others, name: vectors}, provenance=provenance)


def _lacking(dataset: Dataset, found: NDArray[np.bool_], what: str) -> str:
    missing = ", ".join(dataset.genes[~found][:5])
    return (
        f"{dataset.name}: {(~found).sum()} of {dataset.n_genes} genes have no {what} "
        f"vector ({missing}, ...); use name='MiniLM', or drop them with take_genes"
    )


def _folder(data_dir: AnyPath | None) -> Path:
    if (folder := data_folder(data_dir)) is None:
        raise InfosemError(
            "INFOSEM_DATA is not set, and neither BioBERT vectors nor gene descriptions have a "
            "public source; set it to a folder that holds embeddings/ and genes/, or call "
            "attach(dataset, 'MiniLM', descriptions=...) with a table of your own or one that "
            "infosem.data.load_gene_info makes of NCBI's names"
        )
    return folder


# --------------------------------------------------------------------------------------------------
# Controls: vectors that tell nothing, or nothing true
# --------------------------------------------------------------------------------------------------


def _one_hot(genes: NDArray[np.str_]) -> Vectors:
    return np.eye(len(genes), dtype=np.float32)[_rank(genes)]


def _random(genes: NDArray[np.str_], draw: int) -> Vectors:
    numbers = _generator("random", draw).standard_normal((len(genes), _RANDOM_DIM))
    return numbers.astype(np.float32)[_rank(genes)]


def _permuted(dataset: Dataset, vectors: Vectors, draw: int) -> Vectors:
    """Give each gene the vector of another; of all such derangements each is as likely."""
    if (n := dataset.n_genes) < 2:
        raise InfosemError(f"{dataset.name}: one gene has no other's vector to take; add genes")
    generator = _generator("permuted", draw)
    while True:  # about e times: of all permutations, a share of 1/e moves every gene
        other = generator.permutation(n)
        if (other != np.arange(n)).all():
            break
    by_name = np.argsort(dataset.genes)
    permuted = np.empty_like(vectors)
    permuted[by_name] = vectors[by_name[other]]
    return permuted


def _rank(genes: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return the position of each gene in the order of names."""
    return np.argsort(np.argsort(genes))


def _generator(kind: str, draw: int) -> np.random.Generator:
    # `kind` makes it another stream than that of the splits, which are drawn from small seeds,
    # too, and also by permuting sorted genes.
    return np.random.default_rng([*kind.encode(), draw])


# --------------------------------------------------------------------------------------------------
# BioBERT of symbols: looked up, or computed where the model is
# --------------------------------------------------------------------------------------------------


def biobert_symbols(
    genes: Iterable[str], data_dir: AnyPath | None = None
) -> tuple[Vectors, NDArray[np.bool_]]:
    """Look up the BioBERT vectors of gene symbols.

    Parameters
    ----------
    genes : iterable of str
        Normalised symbols, matched exactly.
    data_dir : path, optional
        Folder with embeddings/biobert-symbols.npz; by default $INFOSEM_DATA.

    Returns
    -------
    vectors : float32 array (n_found, 768)
        In the order of `genes`; the lengths are about 12.
    found : bool array (n_genes,)
        Which genes they belong to.

    Raises
    ------
    InfosemError
        If no folder is named, or the file is missing or not the expected one.
    """
    folder = _folder(data_dir)
    read_local(FILES[_BIOBERT_TABLE], folder)  # which verifies it
    return _look_up(genes, folder / _BIOBERT_TABLE)


def _biobert_of_symbols(
    dataset: Dataset, data_dir: AnyPath | None, source: AnyPath | None
) -> tuple[Vectors, str]:
    """Return the vectors of all genes, from the folder's file or from the model."""
    lacking = ""
    if source is None:
        try:
            vectors, found = biobert_symbols(dataset.genes, data_dir)
        except InfosemError as error:
            folder = data_folder(data_dir)
            if folder is not None and (folder / _BIOBERT_TABLE).exists():
                raise  # a table that is there but wrong is not passed over
            lacking = str(error)
        else:
            if found.all():
                return vectors, "BioBERT vectors of the gene symbols"
            lacking = _lacking(dataset, found, "BioBERT")
    try:
        vectors = biobert(dataset.genes.tolist(), source)
    except InfosemError as error:
        if lacking:
            raise InfosemError(f"{lacking}. Nor can the model compute them: {error}") from error
        raise
    return vectors, "BioBERT vectors of the gene symbols, computed by the model"


# --------------------------------------------------------------------------------------------------
# GenePT: computed by others
# --------------------------------------------------------------------------------------------------


def genept(
    genes: Iterable[str], source: AnyPath | None = None, data_dir: AnyPath | None = None
) -> tuple[Vectors, NDArray[np.bool_]]:
    """Look up the GenePT vectors of genes.

    Parameters
    ----------
    genes : iterable of str
        Normalised symbols, matched exactly. GenePT's are human; mouse genes are found where
        their symbols are the same in upper case.
    source : path, optional
        GenePT_emebdding_v2.zip, the GenePT_gene_embedding_ada_text.pickle in it, or what
        `convert_genept` made of one of them. Zip and pickle are converted once, into
        $INFOSEM_CACHE or the user's cache folder.
    data_dir : path, optional
        Without `source`: the folder in which embeddings/ holds the zip, the pickle or, before
        them, genept.npz; by default $INFOSEM_DATA.

    Returns
    -------
    vectors : float32 array (n_found, 1536)
        In the order of `genes`.
    found : bool array (n_genes,)
        Which genes they belong to.

    Raises
    ------
    InfosemError
        If no file is at hand, or it is not such a table.
    """
    path = Path(source) if source is not None else _genept_at_hand(data_dir)
    if path is None:
        raise InfosemError(
            f"GenePT is not at hand; download {GENEPT.url} (574 MB, {GENEPT.digests[0]}), and put "
            "it into the folder embeddings/ of INFOSEM_DATA or name it as source"
        )
    if path.suffix != ".npz":
        try:
            converted = cache_file("genept", [sha256_of(path)])
        except OSError as error:
            todo = "name the zip file, the pickle or the .npz file"
            raise InfosemError(f"{path}: cannot be read ({error.strerror}); {todo}") from error
        if not converted.is_file():
            convert_genept(path, converted)
        path = converted
    return _look_up(genes, path)


def convert_genept(source: AnyPath, target: AnyPath) -> None:
    """Convert GenePT's zip or pickle to an .npz file of genes (n,) and vectors (n, 1536).

    Parameters
    ----------
    source : path
        See `infosem.embeddings.genept.read_genept`, which refuses a pickle that would run code.
    target : path
        Named genept.npz in the folder embeddings/ of INFOSEM_DATA, `genept` finds it.

    Raises
    ------
    InfosemError
        If the source is refused or the target cannot be written, which then stays as it was.
    """
    genes, vectors = read_genept(source)
    try:
        save_npz(Path(target), genes=genes, vectors=vectors)
    except OSError as error:
        todo = "name a file in a folder that can be written"
        raise InfosemError(f"{target}: cannot be written ({error}); {todo}") from error


def _genept_at_hand(data_dir: AnyPath | None) -> Path | None:
    if (folder := data_folder(data_dir)) is None:
        return None
    names = ("embeddings/genept.npz", GENEPT.name, f"embeddings/{GENEPT_PICKLE}")
    return next((folder / name for name in names if (folder / name).is_file()), None)


# --------------------------------------------------------------------------------------------------
# What BioBERT and GenePT share: a table of vectors
# --------------------------------------------------------------------------------------------------


def _look_up(genes: Iterable[str], path: Path) -> tuple[Vectors, NDArray[np.bool_]]:
    try:
        names, vectors = read_npz(path, "genes", "vectors")
        if vectors.ndim != 2 or names.shape != vectors.shape[:1]:
            raise ValueError(f"genes {names.shape}, vectors {vectors.shape}")
        vectors = np.asarray(vectors, dtype=np.float32)
    except UNREADABLE as error:
        todo = "give an .npz file of genes (n,) and vectors (n, dim)"
        raise InfosemError(f"{path}: no table of vectors ({error}); {todo}") from error
    row = {symbol: i for i, symbol in enumerate(normalise_genes(names).tolist())}
    rows = np.array([row.get(gene, -1) for gene in genes], dtype=np.int64)
    found = rows >= 0
    return vectors[rows[found]], found


# --------------------------------------------------------------------------------------------------
# Texts that stand for genes
# --------------------------------------------------------------------------------------------------


def gene_texts(genes: Iterable[str], descriptions: pd.DataFrame) -> list[str]:
    """Write the text that stands for each gene: "SYMBOL: full name. RefSeq summary".

    Parameters
    ----------
    genes : iterable of str
    descriptions : DataFrame
        Columns gene, name and summary, "" where unknown (`load_descriptions`).

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
        raise InfosemError(f"descriptions: {gene} is described twice; keep one row a gene")
    columns = (descriptions[column].tolist() for column in ("gene", "name", "summary"))
    known = {gene: (name, summary) for gene, name, summary in zip(*columns, strict=True)}
    texts = []
    for gene in genes:
        name, summary = known.get(gene, ("", ""))
        head = f"{gene}: {name}" if name else str(gene)
        texts.append(f"{head}. {summary}" if summary else head)
    return texts


def _descriptions(dataset: Dataset, data_dir: AnyPath | None) -> pd.DataFrame:
    if dataset.network_name == "planted":  # invented genes: no record of them is anywhere
        return pd.DataFrame({"gene": [], "name": [], "summary": []}, dtype=str)
    return load_descriptions(_folder(data_dir))


def _text_counts(genes: NDArray[np.str_], descriptions: pd.DataFrame) -> dict[str, int]:
    table = descriptions[descriptions["gene"].isin(genes.tolist())]
    return {
        "summary": int((table["summary"] != "").sum()),
        "name": int((table["name"] != "").sum()),
        "symbol_only": len(_undescribed(genes, descriptions)),
    }


def _undescribed(genes: NDArray[np.str_], descriptions: pd.DataFrame) -> list[str]:
    known = descriptions[(descriptions["name"] != "") | (descriptions["summary"] != "")]
    return sorted(set(genes.tolist()) - set(known["gene"]))


def _text_report(model: str, genes: NDArray[np.str_], descriptions: pd.DataFrame) -> str:
    n, alone = _text_counts(genes, descriptions), _undescribed(genes, descriptions)
    first = f" ({', '.join(alone[:5])}{', ...' if alone[5:] else ''})" if alone else ""
    return (
        f"{model} vectors of symbol, full name ({n['name']} genes) and RefSeq summary "
        f"({n['summary']}); of the symbol alone for {len(alone)}{first}"
    )
