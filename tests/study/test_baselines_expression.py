"""Methods that score pairs from expression alone."""

from dataclasses import replace

import numpy as np
import pytest
from arboreto import core

from infosem.data import Dataset, simulate
from infosem.errors import InfosemError
from infosem.metrics import auprc
from infosem_study.baselines.correlation import partial_correlation, pearson
from infosem_study.baselines.grnboost2 import grnboost2

METHODS = (pearson, partial_correlation, grnboost2)


def with_expression(dataset: Dataset, x: np.ndarray) -> Dataset:
    return replace(dataset, expression=x, cells=np.array([f"C{c}" for c in range(x.shape[1])]))


@pytest.fixture(scope="module")
def chains() -> Dataset:
    """Genes 0 to 3 are TFs: 0 drives 1, which drives 8 to 13; 2 drives 4 to 7; 3 drives none."""
    rng = np.random.default_rng(0)
    x = rng.normal(0, 0.5, (14, 400))
    x[[0, 2, 3]] *= 2
    x[1] += x[0]
    x[4:8] += x[2]
    x[8:] += x[1]
    network = np.zeros((4, 14), dtype=bool)
    network[0, 1] = network[2, 4:8] = network[1, 8:] = True
    sized = simulate(n_tfs=4, n_targets=16, n_cells=400).take_genes(np.arange(20))
    return replace(
        sized,
        genes=np.array([f"G{i:02}" for i in range(14)], dtype=sized.genes.dtype),
        tfs=np.arange(4),
        expression=x + 5,
        network=network,
        embeddings={},
    )


@pytest.mark.parametrize("method", METHODS)
def test_planted_network_is_recovered(method, chains):
    scores = method(chains, None, seed=0)
    assert scores.shape == chains.network.shape
    off_diagonal = np.ones(scores.shape, dtype=bool)
    off_diagonal[np.arange(chains.n_tfs), chains.tfs] = False
    off_diagonal[1, 0] = False  # the same edge from its other end, which these cannot tell
    assert auprc(chains.network[off_diagonal], scores[off_diagonal]) > 0.95


def test_partial_correlation_sees_through_a_chain(chains):
    """0 acts on 8 through 1 alone."""
    direct, indirect = (1, 8), (0, 8)
    plain, partial = pearson(chains, None, seed=0), partial_correlation(chains, None, seed=0)
    assert plain[indirect] > 0.5 * plain[direct]
    assert partial[indirect] < 0.3 * partial[direct]


def test_correlations_are_the_textbook_ones(chains):
    x = chains.expression
    expected = np.abs(np.corrcoef(x))[chains.tfs]
    expected[np.arange(chains.n_tfs), chains.tfs] = 0  # no edge from a gene to itself
    assert np.allclose(pearson(chains, None, seed=0), expected)
    # The correlation of the residuals of two genes after a regression on all others. With many
    # cells, of which there are copies here, there is next to no shrinkage.
    others = np.delete(x, [1, 8], axis=0).T
    others = np.column_stack([others, np.ones(len(others))])
    left, right = (x[k] - others @ np.linalg.lstsq(others, x[k], rcond=None)[0] for k in (1, 8))
    expected = abs(np.corrcoef(left, right)[0, 1])
    many = with_expression(chains, np.tile(x, 100))
    assert partial_correlation(many, None, seed=0)[1, 8] == pytest.approx(expected, rel=0.01)


def test_partial_correlation_does_not_hang_on_rounding(chains):
    """To the last bit: in any order of the cells, and for two targets with equal expression."""
    x = chains.expression.copy()
    x[10] = x[9]
    scores = partial_correlation(with_expression(chains, x), None, seed=0)
    order = np.random.default_rng(0).permutation(x.shape[1])
    again = partial_correlation(with_expression(chains, x[:, order]), None, seed=0)
    assert np.array_equal(again, scores)
    assert np.array_equal(scores[:, 9], scores[:, 10])


def test_more_genes_than_cells_and_constant_genes_are_no_obstacle(chains):
    x = chains.expression[:, :9].copy()
    x[5] = 3.3
    few = with_expression(chains, x)
    for method in (pearson, partial_correlation):
        scores = method(few, None, seed=0)
        assert np.isfinite(scores).all()
        assert (scores[:, 5] == 0).all()
        assert scores.max() <= 1 + 1e-9


@pytest.mark.parametrize("method", METHODS)
def test_same_seed_gives_the_same_scores(method, chains):
    assert np.array_equal(method(chains, None, seed=3), method(chains, None, seed=3))


def test_grnboost2_follows_the_seed_and_not_the_number_of_processes(chains):
    small = with_expression(chains, chains.expression[:, :60])
    scores = grnboost2(small, None, seed=0)
    assert not np.array_equal(grnboost2(small, None, seed=1), scores)
    assert np.array_equal(grnboost2(small, None, seed=0, n_jobs=2), scores)
    assert (scores[np.arange(4), small.tfs] == 0).all()


def test_grnboost2_is_arboretos(chains):
    cells_by_tfs = np.ascontiguousarray(chains.expression[chains.tfs].T)
    scores = grnboost2(chains, None, seed=7)
    row = {name: i for i, name in enumerate(chains.tf_names)}
    for k in (1, 6, 9):
        links = core.infer_partial_network(
            "GBM", core.SGBM_KWARGS, cells_by_tfs, list(chains.tf_names), chains.genes[k],
            chains.expression[k], seed=7,
        )  # fmt: skip
        expected = np.zeros(chains.n_tfs)
        expected[links["TF"].map(row)] = links["importance"]
        np.testing.assert_array_equal(scores[:, k], expected)


@pytest.mark.parametrize("method", METHODS)
def test_too_few_cells_are_refused(method, chains):
    with pytest.raises(InfosemError, match="has 2 cells"):
        method(with_expression(chains, chains.expression[:, :2]), None, seed=0)
