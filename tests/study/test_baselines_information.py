"""Mutual information, ARACNE and PIDC."""

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy.stats import gamma
from sklearn.metrics import mutual_info_score

from infosem.data import Dataset, simulate
from infosem.errors import InfosemError
from infosem.metrics import auprc
from infosem_study.baselines.aracne import aracne, mutual_information_scores
from infosem_study.baselines.information import (
    bins_of,
    discretise,
    mutual_information,
    specific_information,
)
from infosem_study.baselines.pidc import _level, pidc, unique_contributions

METHODS = (mutual_information_scores, aracne, pidc)


def with_expression(dataset: Dataset, x: np.ndarray) -> Dataset:
    return replace(dataset, expression=x, cells=np.array([f"C{c}" for c in range(x.shape[1])]))


def all_but_self(dataset: Dataset) -> np.ndarray:
    pairs = np.ones(dataset.network.shape, dtype=bool)
    pairs[np.arange(dataset.n_tfs), dataset.tfs] = False
    return pairs


@pytest.fixture(scope="module")
def chains() -> Dataset:
    """Genes 0 to 3 are TFs: 0 drives 1, which drives 8 to 13; 2 drives 4 to 7; 3 drives none."""
    rng = np.random.default_rng(0)
    x = rng.normal(0, 0.5, (14, 2000))
    x[[0, 2, 3]] *= 2
    x[1] += x[0]
    x[4:8] += x[2]
    x[8:] += x[1]
    network = np.zeros((4, 14), dtype=bool)
    network[0, 1] = network[2, 4:8] = network[1, 8:] = True
    sized = simulate(n_tfs=4, n_targets=16, n_cells=2000).take_genes(np.arange(20))
    return replace(
        sized,
        genes=np.array([f"G{i:02}" for i in range(14)], dtype=sized.genes.dtype),
        tfs=np.arange(4),
        expression=x + 6,
        network=network,
        embeddings={},
    )


@pytest.fixture(scope="module")
def dropouts() -> Dataset:
    """A few genes of many zeros, the first of which never varies."""
    dataset = simulate(n_tfs=4, n_targets=16, n_cells=60, dropout=0.6)
    x = dataset.expression.copy()
    x[0] = 1.5
    return replace(dataset, expression=x)


# --- information ----------------------------------------------------------------------------------


def test_bins_are_of_equal_width_between_the_extremes_of_a_gene():
    x = np.array([[0, 0.9, 1, 1.9, 2, 4], [10, 10, 10, 50, 30, 20], [7.1] * 6])
    expected = [[0, 0, 1, 1, 2, 3], [0, 0, 0, 3, 2, 1], [0] * 6]
    assert np.array_equal(discretise(x, 4), expected)


def test_number_of_bins_is_the_root_of_that_of_cells(chains):
    assert bins_of(chains, "test", None).max() + 1 == math.isqrt(2000)
    assert bins_of(chains, "test", 5).max() + 1 == 5
    with pytest.raises(InfosemError, match="n_bins is 1"):
        bins_of(chains, "test", 1)


def test_mutual_information_is_scikit_learns(dropouts):
    bins = bins_of(dropouts, "test", None)
    expected = [[mutual_info_score(x, y) for y in bins] for x in bins]
    mi = mutual_information(bins)
    np.testing.assert_allclose(mi, expected, atol=1e-12)
    assert np.array_equal(mi, mi.T)
    assert (mi[0] == 0).all()


def test_specific_information_is_what_it_is_defined_as(dropouts):
    bins = bins_of(dropouts, "test", 5)
    for target in (0, 3):
        probability, information = specific_information(bins, target)
        states = np.unique(bins[target])
        assert np.allclose(probability, [(bins[target] == x).mean() for x in states])
        expected = np.zeros((len(states), len(bins)))
        for i, x in enumerate(states):
            for y, of_y in enumerate(bins):
                for value in np.unique(of_y):
                    given = (of_y[bins[target] == x] == value).mean()
                    if given > 0:
                        expected[i, y] += given * np.log(given / (of_y == value).mean())
        np.testing.assert_allclose(information, expected, atol=1e-12)
        np.testing.assert_allclose(probability @ information, mutual_information(bins)[target],
                                   atol=1e-12)  # fmt: skip
        assert (information[:, 0] == 0).all()


# --- ARACNE ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("third_genes", ["TFs", "all"])
@pytest.mark.parametrize("tolerance", [0.0, 0.15])
def test_aracne_is_the_loop_over_all_triplets(dropouts, third_genes, tolerance):
    mi = mutual_information(bins_of(dropouts, "test", None))
    n_removed = 0
    scores = aracne(dropouts, None, seed=0, tolerance=tolerance, third_genes=third_genes)
    for row, i in enumerate(dropouts.tfs):
        for j in range(dropouts.n_genes):
            third = dropouts.tfs if third_genes == "TFs" else range(dropouts.n_genes)
            removed = i == j or any(
                mi[i, j] < min(mi[i, k], mi[k, j]) * (1 - tolerance)
                for k in third
                if k not in (i, j)
            )
            n_removed += removed
            assert scores[row, j] == (0 if removed else mi[i, j])
    assert dropouts.n_tfs < n_removed < scores.size


def test_aracne_removes_the_indirect_edges_of_a_chain(chains):
    plain = mutual_information_scores(chains, None, seed=0)
    pruned = aracne(chains, None, seed=0)
    assert (plain[0, 8:] > plain[3, 8:]).all()
    assert (pruned[0, 8:] == 0).all()
    assert np.array_equal(pruned[chains.network], plain[chains.network])
    assert np.array_equal(aracne(chains, None, seed=0, tolerance=1.0), plain)


def test_only_a_tf_removes_an_edge_unless_told_otherwise(chains):
    """4 lies between 2 and 5, but is a TF only in the second data set."""
    x = chains.expression.copy()
    x[5] = x[4] + np.random.default_rng(1).normal(0, 0.2, x.shape[1])
    fewer = with_expression(chains, x)
    more = replace(fewer, tfs=np.arange(5), network=np.zeros((5, 14), dtype=bool))
    assert aracne(fewer, None, seed=0)[2, 5] > 0
    assert aracne(more, None, seed=0)[2, 5] == 0
    assert aracne(fewer, None, seed=0, third_genes="all")[2, 5] == 0


def test_aracne_keeps_the_tie_of_two_tfs_with_the_same_information(chains):
    x = chains.expression.copy()
    x[3] = 12 - x[2]  # the same bins in the opposite order, in which sums are rounded differently
    scores = aracne(with_expression(chains, x), None, seed=0)
    assert (scores[[2, 3], 4:8] > 0).all()


# --- PIDC -----------------------------------------------------------------------------------------


def test_unique_contributions_are_those_of_all_triplets(dropouts):
    bins = bins_of(dropouts, "test", 6)[1:9]
    n = len(bins)
    given = [specific_information(bins, target) for target in range(n)]
    expected = np.zeros((n, n))
    for x, (probability, s) in enumerate(given):
        for y in set(range(n)) - {x}:
            mi = probability @ s[:, y]
            for z in set(range(n)) - {x, y}:
                redundancy = probability @ np.minimum(s[:, y], s[:, z])
                expected[[x, y], [y, x]] += (mi - redundancy) / mi
    contributions = unique_contributions(bins)
    np.testing.assert_allclose(contributions, expected, atol=1e-10)
    assert np.array_equal(contributions, contributions.T)


def test_independent_genes_contribute_nothing_to_each_other():
    x, y = (values.ravel() for values in np.indices((7, 11)))
    contributions = unique_contributions(np.stack([x, y, x // 2, y // 3, (x + y) // 4]))
    assert (contributions[np.ix_([0, 2], [1, 3])] == 0).all()
    assert (contributions[[0, 1, 0, 1], [2, 3, 4, 4]] > 0).all()


def test_levels_are_those_of_scipys_gamma_fits():
    rng = np.random.default_rng(0)
    x = rng.gamma(np.geomspace(0.3, 300, 6)[:, np.newaxis], size=(6, 50))
    x[:, 0] = 0  # left out
    expected = np.zeros_like(x)
    for row, out in zip(x, expected, strict=True):
        shape, _, scale = gamma.fit(row[1:], floc=0)
        out[:] = gamma.cdf(row, shape, scale=scale)
    np.testing.assert_allclose(_level(x), expected, atol=1e-8)


def test_levels_without_a_gamma_distribution_are_finite():
    level = _level(np.array([[0, 0, 0], [0, 2, 2], [0, 0, 3.0]]))
    assert (level[[0, 0, 0, 1, 2, 2], [0, 1, 2, 0, 0, 1]] == 0).all()
    assert np.allclose(level[[1, 1, 2], [1, 2, 2]], 0.5, atol=1e-3)


def test_pidc_prefers_the_direct_edges_of_a_chain(chains):
    scores = pidc(chains, None, seed=0)
    assert scores[1, 8:].min() > scores[0, 8:].max()
    assert scores.min() >= 0
    assert scores.max() <= 2


def test_pidc_of_two_genes_has_no_third_to_judge_by(dropouts):
    two = dropouts.take_genes(np.array([dropouts.tfs[1], dropouts.tfs[2]]))
    assert (pidc(two, None, seed=0) == 0).all()


# --- all ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_planted_network_is_recovered(method, chains):
    scores = method(chains, None, seed=0)
    assert scores.shape == chains.network.shape
    assert scores.dtype == np.float64
    pairs = all_but_self(chains)
    assert (scores[~pairs] == 0).all()
    pairs[1, 0] = False  # the same edge from its other end, which these cannot tell
    assert auprc(chains.network[pairs], scores[pairs]) > 0.95


@pytest.mark.parametrize("method", METHODS)
def test_same_data_give_the_same_scores(method, dropouts):
    assert np.array_equal(method(dropouts, None, seed=3), method(dropouts, None, seed=3))


@pytest.mark.parametrize("method", [*METHODS, partial(aracne, third_genes="all")])
def test_order_of_genes_and_cells_does_not_matter(method, dropouts):
    rng = np.random.default_rng(0)
    order, cells = rng.permutation(dropouts.n_genes), rng.permutation(dropouts.n_cells)
    shuffled = dropouts.take_genes(order)  # the TFs stay in the order of their names
    shuffled = with_expression(shuffled, shuffled.expression[:, cells])
    scores, expected = method(shuffled, None, seed=0), method(dropouts, None, seed=0)
    np.testing.assert_allclose(scores, expected[:, order], atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_constant_genes_score_0(method, dropouts):
    x = dropouts.expression.copy()
    x[dropouts.tfs[2]] = 0
    scores = method(with_expression(dropouts, x), None, seed=0)
    assert (scores[2] == 0).all()
    assert (scores[:, [0, dropouts.tfs[2]]] == 0).all()
    assert np.isfinite(scores).all()
    assert (method(with_expression(dropouts, np.ones_like(x)), None, seed=0) == 0).all()


@pytest.mark.parametrize("method", METHODS)
def test_too_few_cells_are_refused(method, chains):
    with pytest.raises(InfosemError, match="data set synthetic has 9 cells"):
        method(with_expression(chains, chains.expression[:, :9]), None, seed=0)
