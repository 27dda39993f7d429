"""The contract that every method of the registry keeps."""

from dataclasses import replace

import numpy as np
import pytest

from infosem import InfosemError, Settings, fit
from infosem.splits import make_split
from infosem_study import METHODS, method_for
from infosem_study.presets import candidates_for

# SCENIC needs a database: see test_scenic.py.
every_method = pytest.mark.parametrize("name", [m for m in METHODS if m != "SCENIC"])
shortened = {
    "GENELink": {"epochs": 2},
    "GENELink (downsampled)": {"epochs": 2},
    "scGREAT": {"epochs": 1},
    "scGREAT (downsampled)": {"epochs": 1},
    "TIGRESS": {"n_resamplings": 20},
    "GENIE3": {"n_trees": 5},
    "RegDiffusion": {"n_steps": 20},
}


def quick(name: str):
    """The method with its synthetic preset, for a moment only, in which w has to move."""
    method = method_for(name, "synthetic", "planted")
    if method.deep:
        return method.with_settings(epochs=3, hidden=8, lr_w=0.1)
    return method.with_settings(**shortened.get(name, {}))


@pytest.fixture(scope="module")
def split(synthetic):
    return make_split(synthetic, seed=0)


@every_method
def test_scores_cover_all_pairs_and_follow_the_seed(name, synthetic, split):
    edges = split.train_edges(synthetic.network)
    first, again, other = (quick(name)(synthetic, edges, seed=seed) for seed in (0, 0, 1))
    assert first.shape == synthetic.network.shape
    assert np.isfinite(first).all()
    assert np.array_equal(first, again)
    # At most, the seed draws folds.
    seedless = (
        "One-hot LR",
        "MatComp",
        "MatComp (rank by CV)",
        "Mutual information",
        "ARACNE",
        "PIDC",
    )
    if name not in seedless and not name.endswith("correlation"):
        assert not np.array_equal(first, other)


@every_method
def test_no_label_outside_the_training_edges_is_read(name, synthetic, split):
    edges = split.train_edges(synthetic.network)
    flipped = replace(synthetic, network=~synthetic.network & _no_self_pairs(synthetic))
    scores = quick(name)(synthetic, edges, seed=0)
    assert np.array_equal(scores, quick(name)(flipped, edges, seed=0))


@every_method
def test_registry_says_which_inputs_matter(name, synthetic, split):
    """Table 2: changing an input changes the scores of the methods that use it, and no others."""
    method = quick(name)
    edges = split.train_edges(synthetic.network)
    scores = method(synthetic, edges, seed=0)

    rolled = replace(synthetic, expression=np.roll(synthetic.expression, 1, axis=0))
    assert np.array_equal(scores, method(rolled, edges, seed=0)) != method.expression
    swapped = np.where(edges >= 0, 1 - edges, edges).astype(np.int8)
    assert np.array_equal(scores, method(synthetic, swapped, seed=0)) != method.labels
    vectors = np.roll(synthetic.embeddings["planted"], 1, axis=0)
    other = synthetic.with_embedding("planted", vectors)
    assert np.array_equal(scores, method(other, edges, seed=0)) != method.embeddings


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, method in METHODS.items()
        # The methods that learn from labels take pairs as they come, and chance knows nothing.
        if (method.deep or not method.labels) and not name.startswith("Random") and name != "SCENIC"
    ],
)
def test_a_tf_does_not_regulate_itself(name, synthetic, split):
    """The benchmark has a TF with itself among its negatives."""
    scores = quick(name)(synthetic, split.train_edges(synthetic.network), seed=0)
    own = scores[np.arange(synthetic.n_tfs), synthetic.tfs]
    assert (own <= scores.min(axis=1)).all()


def _no_self_pairs(dataset):
    allowed = np.ones_like(dataset.network)
    allowed[np.arange(dataset.n_tfs), dataset.tfs] = False
    return allowed


def test_scores_are_the_rows_of_the_tfs(synthetic):
    """scores[i, k] is |A[i, k]| for the i-th TF: regulators are rows, targets columns."""
    method = quick("DeepSEM").with_settings(start=0.01)  # whence some entries become negative
    adjacency = fit(synthetic.expression, Settings(**method.settings), seed=0).adjacency
    scores = method(synthetic, None, seed=0)
    assert not np.allclose(adjacency, adjacency.T)
    assert (adjacency[synthetic.tfs] < 0).any()
    for i, tf in enumerate(synthetic.tfs):
        assert np.array_equal(scores[i], np.abs(adjacency[tf]))


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if method.tuned])
def test_length_and_common_part_of_the_embedding_do_not_matter(name, synthetic, split):
    edges = split.train_edges(synthetic.network)
    vectors = synthetic.embeddings["planted"]
    scores, other = (
        quick(name)(synthetic.with_embedding("planted", changed), edges, seed=0)
        for changed in (vectors, 2 * vectors + 1)
    )
    np.testing.assert_allclose(other, scores, rtol=1e-4)


def test_labels_shape_infosem_bc_on_training_pairs(synthetic, split):
    edges = split.train_edges(synthetic.network)
    method = method_for("InfoSEM-BC", "synthetic", "planted").with_settings(lr_logits=1e-2)
    scores = method(synthetic, edges, seed=0)
    assert scores[edges == 1].mean() > 2 * scores[edges == 0].mean()


def test_missing_inputs_are_named(synthetic):
    with pytest.raises(InfosemError, match="train_edges holds no known pair"):
        quick("InfoSEM-BC")(synthetic, None, seed=0)
    bare = replace(synthetic, embeddings={})
    with pytest.raises(InfosemError, match=r"no embedding 'planted'.*attach"):
        quick("InfoSEM-B")(bare, None, seed=0)
    with pytest.raises(InfosemError, match="'DeepSEMM' is unknown; choose from Random"):
        method_for("DeepSEMM", "hESC", "cell-type-specific")


def test_presets_follow_the_paper_and_the_released_deepsem():
    hesc = method_for("InfoSEM-BC", "hESC", "cell-type-specific").settings
    assert (hesc["sigma_w"], hesc["sigma_l"], hesc["rank"]) == (0.1, 0.1, 128)
    mdc = method_for("InfoSEM-BC", "mDC", "non-cell-type-specific").settings
    assert (mdc["sigma_w"], mdc["sigma_l"]) == (100, pytest.approx(0.1**0.5))
    assert (mdc["alpha"], mdc["beta"], mdc["epochs"], mdc["mask_zeros"]) == (100, 1, 90, False)
    deepsem = method_for("DeepSEM", "hESC", "cell-type-specific").settings
    assert (deepsem["alpha"], deepsem["beta"], deepsem["mask_zeros"]) == (0.1, 0.01, True)
    assert not method_for("InfoSEM-B", "hESC", "cell-type-specific").settings["bias"]
    assert method_for("InfoSEM-B (bias)", "hESC", "cell-type-specific").settings["bias"]
    assert all(set(c) <= set(deepsem) for c in candidates_for("hESC"))
