"""Tests of BioBERT as a model: a tiny random one with a real vocabulary, and the real one if any.

The published vectors of symbols are the reference. They are compared where INFOSEM_BIOBERT names a
folder with the model; the rest holds for any BERT, and runs everywhere.
"""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers.utils.hub
from transformers import BertForMaskedLM, BertModel

from infosem.embeddings import biobert_symbols, language_models
from infosem.embeddings.language_models import biobert
from infosem.errors import InfosemError

pytestmark = pytest.mark.usefixtures("cache", "no_biobert")

REAL = os.environ.get("INFOSEM_BIOBERT")  # before any test unsets it
TEXTS = [
    "POU5F1",
    "Sox2",
    "HLA-DQB1: major histocompatibility complex, class II. A protein of the immune system.",
    "MYC",
    "naïve T cells",
    "sox2",
]


@pytest.fixture
def folder(saved_bert: Path, tmp_path: Path) -> Path:
    """A copy of the model, which a test may spoil."""
    return shutil.copytree(saved_bert, tmp_path / "bert")


def word_pieces(text: str, vocabulary: dict[str, int]) -> list[int]:
    """Split as Devlin et al. do: always the longest piece that is in the vocabulary."""
    found = []
    text = text.lower().replace("ï", "i")
    for word in re.findall(r"\w+|[^\w\s]", text):
        start = 0
        while start < len(word):
            end = len(word)
            while (piece := "##" * (start > 0) + word[start:end]) not in vocabulary:
                end -= 1
            found.append(vocabulary[piece])
            start = end
    return found


# --- the vectors ----------------------------------------------------------------------------------


def test_vectors_equal_a_plain_loop_over_word_pieces(folder: Path) -> None:
    lines = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    vocabulary = {piece: i for i, piece in enumerate(lines)}
    model = BertModel.from_pretrained(folder).eval()
    expected, with_ends = [], []
    for text in TEXTS:  # one at a time: nothing is padded, nothing masked
        ids = [vocabulary["[CLS]"], *word_pieces(text, vocabulary)[:22], vocabulary["[SEP]"]]
        with torch.no_grad():
            hidden = model(torch.tensor([ids])).last_hidden_state[0].numpy()
        pieces = range(1, len(ids) - 1)
        expected.append(sum(hidden[t] for t in pieces) / len(pieces))
        with_ends.append(hidden.mean(axis=0))
    found = biobert(TEXTS, folder)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(found[1], found[5])  # lower case
    assert np.abs(found - with_ends).max(axis=1).min() > 0.01
    assert np.abs(np.linalg.norm(found, axis=1) - 1).min() > 0.01  # not scaled


def test_batches_do_not_matter(folder: Path) -> None:
    texts = [f"gene {i} " + "of a family " * (i % 5) for i in range(40)]
    together = biobert(texts, folder)
    encoder = language_models._load_biobert(folder)
    alone = language_models._encode(
        texts, *encoder, batch_size=1, pool=language_models._over_pieces
    )
    np.testing.assert_array_equal(together, alone)


def test_no_text_and_a_text_without_a_word(folder: Path) -> None:
    assert biobert([], folder).shape == (0, 12)
    with pytest.raises(InfosemError, match="BioBERT: '  ' has no word piece"):
        biobert(["MYC", "  "], folder)


# --- the cache ------------------------------------------------------------------------------------


def test_known_texts_are_not_computed_again(
    folder: Path, other_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = biobert(TEXTS, folder)
    with monkeypatch.context() as patch:
        patch.setattr(language_models, "_load_biobert", None)
        np.testing.assert_array_equal(biobert(TEXTS[::-1], folder), first[::-1])
        moved = folder.rename(tmp_path / "elsewhere")
        np.testing.assert_array_equal(biobert(TEXTS, moved), first)  # the content counts
    assert np.abs(biobert(TEXTS, other_bert) - first).max(axis=1).min() > 0.01
    monkeypatch.setattr(language_models, "_BIOBERT_POOLING", "first token")
    monkeypatch.setattr(language_models, "_load_biobert", None)
    with pytest.raises(TypeError):
        biobert(TEXTS, moved)


# --- where the model comes from -------------------------------------------------------------------


def as_published(folder: Path) -> Path:
    """Turn the weights into the file that the hub has of BioBERT."""
    model = BertForMaskedLM.from_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return folder


def test_folder_variable_and_hub_give_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = biobert(TEXTS, folder)
    monkeypatch.setenv("INFOSEM_BIOBERT", str(folder))
    np.testing.assert_array_equal(biobert(TEXTS), first)
    monkeypatch.delenv("INFOSEM_BIOBERT")
    as_published(folder)

    def cached_file(repository: str, name: str) -> str:
        assert repository == "dmis-lab/biobert-base-cased-v1.1"
        return str(folder / name)

    monkeypatch.setattr(transformers.utils.hub, "cached_file", cached_file)
    np.testing.assert_array_equal(biobert(TEXTS), first)


def test_without_a_model_the_error_says_what_to_do() -> None:
    wanted = r"biobert-base-cased-v1\.1: not to be had \(We couldn't connect\.\); .*INFOSEM_BIOBERT"
    with pytest.raises(InfosemError, match=wanted):
        biobert(["MYC"])


@pytest.mark.parametrize("name", ["config.json", "vocab.txt", "model.safetensors"])
def test_incomplete_folder(folder: Path, name: str) -> None:
    (folder / name).unlink()
    shown = {"model.safetensors": "pytorch_model.bin"}.get(name, name)
    with pytest.raises(InfosemError, match=rf"{shown}: there is no such file.*INFOSEM_BIOBERT"):
        biobert(["MYC"], folder)


def drop_layer(folder: Path) -> None:
    weights = torch.load(as_published(folder) / "pytorch_model.bin")
    del weights["bert.encoder.layer.1.output.dense.weight"]
    torch.save(weights, folder / "pytorch_model.bin")


def widen(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "hidden_size": 15}))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (drop_layer, r"no weights encoder\.layer\.1\.output\.dense\.weight"),
        (widen, "no BERT can be read"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"x"), "no BERT can be read"),
        (lambda folder: (folder / "config.json").write_text("{}"), "no BERT .KeyError"),
        (lambda folder: (folder / "config.json").write_text("x"), "no BERT .JSONDecodeError"),
    ],
    ids=["layer", "size", "weights", "config", "no json"],
)
def test_damaged_model_is_not_completed_by_chance(folder: Path, spoil: Any, message: str) -> None:
    spoil(folder)
    with pytest.raises(InfosemError, match=rf"bert: {message}.*INFOSEM_BIOBERT"):
        biobert(["MYC"], folder)


# --- the real model, where it is ------------------------------------------------------------------


@pytest.mark.needs_data
@pytest.mark.skipif(not REAL, reason="INFOSEM_BIOBERT names no folder with the model")
def test_the_published_vectors_are_reproduced() -> None:
    with np.load(Path(os.environ["INFOSEM_DATA"], "embeddings", "biobert-symbols.npz")) as file:
        genes = file["genes"].tolist()
    published, found = biobert_symbols(genes)
    assert found.all()
    computed = biobert(genes, REAL)
    # They may have been computed on a GPU, in numbers of 10 bits.
    np.testing.assert_allclose(computed, published, rtol=0, atol=0.01)
    # What the README of GitHub dmis-lab/biobert-pytorch, folder embedding, shows of one text.
    (known,) = biobert(["Lohmann Selected Leghorn"], REAL)
    np.testing.assert_allclose(known[:3], [0.27751359, 0.0203759596, 0.159252986], atol=0.01)
