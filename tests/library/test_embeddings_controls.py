"""Tests of the vectors that tell nothing: one-hot, random and permuted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infosem.data import Dataset, simulate
from infosem.embeddings import attach, centre_and_normalise
from infosem.embeddings import vectors as vectors_module
from infosem.errors import InfosemError

DRAWS = [f"{name}{draw}" for name in ("random", "permuted planted") for draw in ("", " 1", " 27")]


def vectors(dataset: Dataset, name: str) -> np.ndarray:
    """Return the vectors of that name, genes in the order of their names."""
    return attach(dataset, name).embeddings[name][np.argsort(dataset.genes)]


@pytest.mark.parametrize("name", ["one-hot", *DRAWS])
def test_a_control_needs_no_folder_and_is_the_last(
    synthetic: Dataset, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INFOSEM_DATA", raising=False)
    found = attach(synthetic, name)
    assert list(found.embeddings) == ["planted", name]
    h = found.embeddings[name]
    assert len(h) == synthetic.n_genes
    assert h.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(centre_and_normalise(h), axis=1), 1)
    assert found.provenance[f"embedding {name}"]
    assert found.fingerprint(name) != synthetic.fingerprint("planted")


@settings(deadline=None, max_examples=20)
@given(name=st.sampled_from(["one-hot", *DRAWS]), random=st.randoms())
def test_the_order_of_genes_does_not_matter(synthetic: Dataset, name: str, random) -> None:
    order = list(range(synthetic.n_genes))
    random.shuffle(order)
    shuffled = synthetic.take_genes(np.array(order))
    np.testing.assert_array_equal(vectors(shuffled, name), vectors(synthetic, name))


@settings(deadline=None, max_examples=50)
@given(draw=st.integers(0, 2**70), keep=st.integers(2, 100))
def test_permuted_gives_every_vector_to_another_gene(
    synthetic: Dataset, draw: int, keep: int
) -> None:
    tf = synthetic.tfs[0]  # a data set has at least one
    dataset = synthetic.take_genes(np.unique([*range(keep - 1), tf]))
    true = dataset.embeddings["planted"]
    wrong = attach(dataset, f"permuted planted {draw}").embeddings[f"permuted planted {draw}"]
    assert (true != wrong).any(axis=1).all()
    np.testing.assert_array_equal(np.unique(true, axis=0), np.unique(wrong, axis=0))


@pytest.mark.parametrize("name", ["random", "permuted planted"])
def test_draws_differ_and_the_first_is_0(synthetic: Dataset, name: str) -> None:
    drawn = [vectors(synthetic, f"{name} {draw}") for draw in range(3)]
    np.testing.assert_array_equal(vectors(synthetic, name), drawn[0])
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert (drawn[i] != drawn[j]).any(axis=1).mean() > 0.9


def test_every_derangement_is_as_likely() -> None:
    dataset = simulate(seed=0).take_genes(np.array([*simulate(seed=0).tfs[:4]]))
    dataset = dataset.with_embedding("number", np.arange(4)[:, None])
    found = [tuple(vectors(dataset, f"permuted number {draw}")[:, 0]) for draw in range(900)]
    _, counts = np.unique(found, axis=0, return_counts=True)
    assert len(counts) == 9  # of 4 things
    assert counts.min() > 60  # 100 expected, with a standard deviation of 9.4


def test_one_gene_has_no_other() -> None:
    dataset = simulate(seed=0)
    with pytest.raises(InfosemError, match="one gene has no other's"):
        attach(dataset.take_genes(dataset.tfs[:1]), "permuted planted")


def test_one_hot_is_the_identity_by_name(synthetic: Dataset) -> None:
    np.testing.assert_array_equal(vectors(synthetic, "one-hot"), np.eye(synthetic.n_genes))


def test_random_is_standard_normal_and_not_as_a_seed_of_splits_would_be(
    synthetic: Dataset,
) -> None:
    h = vectors(synthetic, "random 3")
    assert h.shape == (synthetic.n_genes, 768)
    assert abs(h.mean()) < 0.02
    assert abs(h.std() - 1) < 0.01
    seeded = np.random.default_rng(3).standard_normal(h.shape)
    assert abs(np.corrcoef(h.ravel(), seeded.ravel())[0, 1]) < 0.02


def test_what_is_permuted_is_loaded_if_it_is_not_there(
    synthetic: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = np.arange(200, dtype=np.float32).reshape(100, 2)
    monkeypatch.setattr(vectors_module, "minilm", lambda texts: loaded[: len(texts)])
    found = attach(synthetic, "permuted MiniLM 1")
    assert list(found.embeddings) == ["planted", "permuted MiniLM 1"]
    assert sorted(found.embeddings["permuted MiniLM 1"][:, 0]) == loaded[:, 0].tolist()
    what = found.provenance["embedding permuted MiniLM 1"]
    assert "each gene has another's, draw 1" in what
    assert "all-MiniLM-L6-v2 vectors of symbol, full name" in what
    mine = synthetic.with_embedding("MiniLM", np.zeros((100, 1)) + 7)  # goes before what is loaded
    np.testing.assert_array_equal(vectors(mine, "permuted MiniLM"), np.full((100, 1), 7))


def test_random_and_one_hot_can_be_permuted_too(synthetic: Dataset) -> None:
    once = vectors(synthetic, "permuted one-hot")
    assert not np.diag(once).any()
    np.testing.assert_array_equal(once.sum(axis=0), np.ones(100))
    assert sorted(vectors(synthetic, "permuted random 2")[:, 0]) == sorted(
        vectors(synthetic, "random")[:, 0]
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("permuted permuted planted", "permutes twice"),
        ("permuted mine", "'mine' is unknown"),
        ("permuted ", "'permuted ' is unknown"),
    ],
)
def test_what_cannot_be_permuted(synthetic: Dataset, name: str, message: str) -> None:
    with pytest.raises(InfosemError, match=message):
        attach(synthetic, name)
