"""Tables of vectors that others computed: BioBERT's of gene symbols, and GenePT's.

References
----------
Wang et al. (2024), scGREAT, iScience 27: the BioBERT vectors of gene symbols.
Chen & Zou (2024), GenePT, bioRxiv 2023.10.16.562533: OpenAI's text-embedding-ada-002 of NCBI's
descriptions of genes; Zenodo record 10833191.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem.data import data_folder
from infosem.data.download import fetch, read_local
from infosem.data.names import match_names
from infosem.data.registry import FILES
from infosem.embeddings.genept_file import GENEPT, GENEPT_PICKLE, read_genept
from infosem.errors import InfosemError
from infosem.files import UNREADABLE, AnyPath, cache_file, read_npz, save_npz, sha256_of

__all__ = [
    "BIOBERT_TABLE",
    "biobert_symbols",
    "convert_genept",
    "genept",
    "genept_at_hand",
]

BIOBERT_TABLE = "embeddings/biobert-symbols.npz"  # in the data folder, and in the registry


def biobert_symbols(
    genes: Iterable[str], data_dir: AnyPath | None = None
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Look up the BioBERT vectors of gene symbols.

    Parameters
    ----------
    genes : iterable of str
        Symbols, found by `match_names`.
    data_dir : path, optional
        Folder with embeddings/biobert-symbols.npz; by default $INFOSEM_DATA, and without it
        scGREAT's public repository, from which 6 MB are downloaded once.

    Returns
    -------
    vectors : float32 array (n_found, 768)
        In the order of `genes`; the lengths are about 12.
    found : bool array (n_genes,)
        Which genes they belong to.

    Raises
    ------
    InfosemError
        If the file is missing, cannot be downloaded or is not the expected one.
    """
    folder = data_folder(data_dir)
    if folder is not None:
        read_local(FILES[BIOBERT_TABLE], folder)  # which verifies it
        return _look_up(genes, *_read_table(folder / BIOBERT_TABLE))
    return _look_up(genes, *_published_biobert())


def _published_biobert() -> tuple[NDArray[np.str_], NDArray[np.float32]]:
    """The same table from its public source: two arrays, and the genes of their rows."""
    todo = "try again, or set INFOSEM_DATA to a folder that holds embeddings/biobert-symbols.npz"
    rows: dict[str, NDArray[np.float32]] = {}
    for cell in ("hESC", "mESC"):
        vectors = np.load(
            io.BytesIO(fetch(FILES[f"scgreat/{cell}-vectors.npy"], todo)), allow_pickle=False
        )
        text = fetch(FILES[f"scgreat/{cell}-genes.csv"], todo).decode()
        table = pd.read_csv(io.StringIO(text), keep_default_na=False)
        for gene, index in zip(table["Gene"], table["index"], strict=True):
            rows.setdefault(str(gene), vectors[index + 1])  # row 0 is of the header, "Gene"
    return np.array(list(rows)), np.stack(list(rows.values()))


def genept(
    genes: Iterable[str], source: AnyPath | None = None, data_dir: AnyPath | None = None
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Look up the GenePT vectors of genes.

    Parameters
    ----------
    genes : iterable of str
        Symbols, found by `match_names`. GenePT's are human; mouse genes are found where their
        symbols are the same in upper case.
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
    path = Path(source) if source is not None else genept_at_hand(data_dir)
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
    return _look_up(genes, *_read_table(path))


def convert_genept(source: AnyPath, target: AnyPath) -> None:
    """Convert GenePT's zip or pickle to an .npz file of genes (n,) and vectors (n, 1536).

    Parameters
    ----------
    source : path
        See `read_genept` of `infosem.embeddings.genept_file`: it refuses a pickle that would run
        code.
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


def genept_at_hand(data_dir: AnyPath | None) -> Path | None:
    """Return the file of GenePT in the data folder, if there is one."""
    if (folder := data_folder(data_dir)) is None:
        return None
    names = ("embeddings/genept.npz", GENEPT.name, f"embeddings/{GENEPT_PICKLE}")
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _read_table(path: Path) -> tuple[NDArray[np.str_], NDArray[np.float32]]:
    try:
        names, vectors = read_npz(path, "genes", "vectors")
        if vectors.ndim != 2 or names.shape != vectors.shape[:1]:
            raise ValueError(f"genes {names.shape}, vectors {vectors.shape}")
        return names, np.asarray(vectors, dtype=np.float32)
    except UNREADABLE as error:
        todo = "give an .npz file of genes (n,) and vectors (n, dim)"
        raise InfosemError(f"{path}: no table of vectors ({error}); {todo}") from error


def _look_up(
    genes: Iterable[str], names: NDArray[np.str_], vectors: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    rows = match_names(genes, names)
    found = rows >= 0
    return vectors[rows[found]], found
