"""GENIE3 and TIGRESS."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from arboreto import core
from sklearn.linear_model import lars_path_gram

from infosem.data import Dataset, simulate
from infosem.errors import InfosemError
from infosem.metrics import auprc
from infosem_study.baselines.genie3 import genie3
from infosem_study.baselines.tigress import lars_order, tigress

METHODS = (partial(genie3, n_trees=30), partial(tigress, n_resamplings=100))


def with_expression(dataset: Dataset, x: np.ndarray) -> Dataset:
    return replace(dataset, expression=x, cells=np.array([f"C{c}" for c in range(x.shape[1])]))


@pytest.fixture(scope="module")
def chains() -> Dataset:
    """Genes 0 to 3 are TFs: 0 drives 1, which drives 8 to 13; 2 drives 4 to 7; 3 drives none."""
    rng = np.random.default_rng(0)
    x = rng.normal(0, 0.5, (14, 300))
    x[[0, 2, 3]] *= 2
    x[1] += x[0]
    x[4:8] += x[2]
    x[8:] += x[1]
    network = np.zeros((4, 14), dtype=bool)
    network[0, 1] = network[2, 4:8] = network[1, 8:] = True
    sized = simulate(n_tfs=4, n_targets=16, n_cells=300).take_genes(np.arange(20))
    return replace(
        sized,
        genes=np.array([f"G{i:02}" for i in range(14)], dtype=sized.genes.dtype),
        tfs=np.arange(4),
        expression=x + 6,
        network=network,
        embeddings={},
    )


# --- GENIE3 ---------------------------------------------------------------------------------------


def test_genie3_grows_arboretos_forests(chains):
    cells_by_tfs = np.ascontiguousarray(chains.expression[chains.tfs].T)
    scores = genie3(chains, None, seed=7, n_trees=20)
    for k in (1, 6, 9):
        others, _ = core.clean(cells_by_tfs, list(chains.tf_names), chains.genes[k])
        target = chains.expression[k] - chains.expression[k].mean()
        settings = {**core.RF_KWARGS, "n_estimators": 20}
        forest = core.fit_model("RF", settings, others, target / target.std(), seed=7)
        expected = np.mean(
            [tree.tree_.compute_feature_importances(normalize=False) for tree in forest], axis=0
        )
        np.testing.assert_allclose(scores[chains.tfs != k, k], expected, rtol=1e-9)


def test_genie3_does_not_depend_on_the_units_of_a_target(chains):
    x = chains.expression.copy()
    x[4:] *= 64  # a power of 2, so that the scaled values are the same to the last bit
    scores = genie3(chains, None, seed=0, n_trees=20)
    np.testing.assert_allclose(genie3(with_expression(chains, x), None, seed=0, n_trees=20), scores)
    assert np.allclose(scores.sum(0), 1, atol=0.3)  # the variance of a bootstrap sample


def test_genie3_follows_the_seed_and_not_the_number_of_processes(chains):
    small = with_expression(chains, chains.expression[:, :60])
    scores = genie3(small, None, seed=0, n_trees=10)
    assert not np.array_equal(genie3(small, None, seed=1, n_trees=10), scores)
    assert np.array_equal(genie3(small, None, seed=0, n_trees=10, n_jobs=2), scores)


# --- TIGRESS --------------------------------------------------------------------------------------


def centred(n: int, n_cells: int = 80, seed: int = 0) -> np.ndarray:
    """Correlated rows with many zeros, centred."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, n_cells)) + rng.normal(size=(n, 2)) @ rng.normal(size=(2, n_cells))
    x = np.maximum(x, 0)
    return x - x.mean(1, keepdims=True)


def textbook_lars(x: np.ndarray, y: np.ndarray, n_steps: int) -> list[int]:
    """Equations 2.4 to 2.13 of Efron et al., with x (n_regressors, n_cells)."""
    fit, picked = np.zeros_like(y), []
    for _ in range(n_steps):
        c = x @ (y - fit)
        others = [j for j in range(len(x)) if j not in picked]
        picked.append(max(others, key=lambda j: abs(c[j])))
        others.remove(picked[-1])
        signed = x[picked] * np.sign(c[picked])[:, np.newaxis]
        inverse = np.linalg.inv(signed @ signed.T).sum(1)
        scale = inverse.sum() ** -0.5
        u = scale * inverse @ signed
        a, highest = x @ u, np.abs(c).max()
        gammas = [(highest - s * c[j]) / (scale - s * a[j]) for j in others for s in (1, -1)]
        fit = fit + min((gamma for gamma in gammas if gamma > 0), default=0) * u
    return picked


def test_lars_order_is_the_textbooks():
    tfs, targets = centred(12), centred(60, seed=1)
    tfs *= np.random.default_rng(2).uniform(0.2, 1, (12, 1))
    order = lars_order(tfs @ tfs.T, targets @ tfs.T, np.ones((60, 12), dtype=bool), 5)
    assert order.tolist() == [textbook_lars(tfs, y, 5) for y in targets]


def test_lars_order_is_scikit_learns():
    """Without the paths on which a coefficient changes its sign.

    There, scikit-learn turns the sign of the correlation, too, and the correlations of the picked
    regressors are no longer equal.
    """
    tfs, targets = centred(12), centred(200, seed=1)
    gram, covariance = tfs @ tfs.T, targets @ tfs.T
    allowed = np.random.default_rng(2).random((200, 12)) < 0.8
    n_compared = 0
    for order, c, these in zip(
        lars_order(gram, covariance, allowed, 5), covariance, allowed, strict=True
    ):
        (index,) = these.nonzero()
        _, active, path = lars_path_gram(
            c[index], gram[np.ix_(index, index)], n_samples=1, method="lar", max_iter=5
        )
        if (path.min(1) * path.max(1) >= 0).all():
            n_compared += 1
            assert order.tolist() == index[active].tolist()
    assert n_compared > 150


def test_lars_ends_where_nothing_is_left_to_explain():
    tfs = centred(6)
    tfs[3] = tfs[0]  # never picked beside the other
    tfs[4] = -0.5 * tfs[1]
    tfs[5] = 0
    targets = np.stack([tfs[0], tfs[0] + 3 * tfs[1], np.zeros(80), tfs[0] + tfs[1] + tfs[2]])
    for scale in (1e-3, 1, 1e3):
        order = lars_order(scale * tfs @ tfs.T, scale * targets @ tfs.T, np.ones((4, 6), bool), 5)
        assert [sorted(row[row >= 0]) for row in order] == [[0], [0, 1], [], [0, 1, 2]]


def test_tigress_is_the_textbooks_lars_on_weighted_halves(chains):
    n_cells, n_steps = 31, 3
    few = with_expression(chains, chains.expression[:, :n_cells])
    x = few.expression - few.expression.mean(1, keepdims=True)
    x /= x.std(1, keepdims=True)
    rng = np.random.default_rng(5)
    expected = np.zeros((4, 14))
    for _ in range(3):
        weights, cells = rng.uniform(0.2, 1, 4), rng.permutation(n_cells)
        for half in (x[:, cells[:15]], x[:, cells[15:]]):
            half = half - half.mean(1, keepdims=True)
            for k in range(14):
                tfs = np.setdiff1d(np.arange(4), k)
                order = textbook_lars(half[tfs] * weights[tfs, np.newaxis], half[k], n_steps)
                expected[tfs[order], k] += np.array([1, 2 / 3, 1 / 3]) / 6
    scores = tigress(few, None, seed=5, n_resamplings=6, n_steps=n_steps)
    np.testing.assert_allclose(scores, expected)


def test_tigress_scores_are_areas_under_the_stability_curve(chains):
    """All of the first place for a TF that explains its target, and 5 places for 5 TFs."""
    x = chains.expression.copy()
    x[4] = 2 * x[2]
    wide = with_expression(chains, x)
    wide = replace(wide, tfs=np.arange(7), network=np.zeros((7, 14), dtype=bool))
    scores = tigress(wide, None, seed=0, n_resamplings=20)
    assert scores.min() >= 0
    assert scores[2, 4] == scores.max(0)[4]
    np.testing.assert_allclose(scores[:, 8:].sum(0), 1 + 4 / 5 + 3 / 5 + 2 / 5 + 1 / 5)
    one = tigress(wide, None, seed=0, n_resamplings=20, n_steps=1)
    np.testing.assert_allclose(one.sum(0), 1)
    assert (one * 20 == np.round(one * 20)).all()


def test_tigress_counts_the_halves_in_which_a_target_varies(chains):
    x = chains.expression.copy()
    x[4] = 0
    x[4, np.argmax(x[2])] = 1  # in one half of every split
    scores = tigress(with_expression(chains, x), None, seed=0, n_resamplings=40, n_steps=1)
    assert scores[:, 4].sum() == pytest.approx(1)


def test_tigress_follows_the_seed(chains):
    few = partial(tigress, chains, None, n_resamplings=10, n_steps=2)
    assert not np.array_equal(few(seed=0), few(seed=1))


# --- both -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_planted_network_is_recovered(method, chains):
    scores = method(chains, None, seed=0)
    assert scores.shape == chains.network.shape
    assert scores.dtype == np.float64
    pairs = np.ones(scores.shape, dtype=bool)
    pairs[np.arange(chains.n_tfs), chains.tfs] = False
    assert (scores[~pairs] == 0).all()
    pairs[1, 0] = False  # the same edge from its other end, which these cannot tell
    assert auprc(chains.network[pairs], scores[pairs]) > 0.95
    assert (scores[1, 8:] > scores[0, 8:]).all()


@pytest.mark.parametrize("method", METHODS)
def test_same_seed_gives_the_same_scores(method, chains):
    assert np.array_equal(method(chains, None, seed=3), method(chains, None, seed=3))


@pytest.mark.parametrize("method", METHODS)
def test_order_of_genes_does_not_matter(method, chains):
    """The TFs stay in the order of their names, and with them the random draws."""
    order = np.random.default_rng(0).permutation(chains.n_genes)
    scores = method(chains.take_genes(order), None, seed=0)
    np.testing.assert_allclose(scores, method(chains, None, seed=0)[:, order], atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_constant_genes_score_0(method, chains):
    x = chains.expression.copy()
    x[[3, 5]] = 1.1
    scores = method(with_expression(chains, x), None, seed=0)
    assert (scores[3] == 0).all()
    assert (scores[:, [3, 5]] == 0).all()
    assert np.isfinite(scores).all()
    assert (method(with_expression(chains, np.ones_like(x)), None, seed=0) == 0).all()


@pytest.mark.parametrize("method", METHODS)
def test_too_few_cells_or_tfs_are_refused(method, chains):
    with pytest.raises(InfosemError, match="data set synthetic has 9 cells"):
        method(with_expression(chains, chains.expression[:, :9]), None, seed=0)
    with pytest.raises(InfosemError, match="and 1 TFs"):
        method(chains.take_genes(np.arange(1, 14)[[0, *range(3, 13)]]), None, seed=0)
