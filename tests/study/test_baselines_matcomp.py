"""MatComp: what it completes, and what it cannot know."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.decomposition import TruncatedSVD

from infosem.data import simulate
from infosem.metrics import evaluate
from infosem.splits import make_split
from infosem_study.baselines.matcomp import complete, matcomp
from infosem_study.baselines.one_hot_lr import one_hot_lr


def test_matcomp_recovers_a_matrix_of_low_rank_and_knows_nothing_of_unseen_genes() -> None:
    planted = simulate(n_tfs=16, n_targets=104, n_cells=2)
    rng = np.random.default_rng(0)
    sides = rng.normal(size=(planted.n_tfs, 2)), rng.normal(size=(2, planted.n_genes))
    network = sides[0] @ sides[1] > 0.5  # of rank 2, but for the threshold
    network[np.arange(planted.n_tfs), planted.tfs] = False
    low_rank = replace(planted, network=network)
    split = make_split(low_rank, seed=0)
    edges = split.train_edges(network)

    for rank in (128, None):
        scores = matcomp(low_rank, edges, seed=0, rank=rank)
        result = evaluate(scores, network, split)
        assert result["seen_auprc"] > result["seen_base"] + 0.25
        assert (scores[split.unseen] == 0).all()
        assert result["unseen_auprc"] == pytest.approx(result["unseen_base"])
    # It sees which TFs have which targets, which no sum of one number a TF and one a target can.
    additive = evaluate(one_hot_lr(low_rank, edges, seed=0), network, split)["seen_auprc"]
    assert result["seen_auprc"] > additive + 0.1


def test_completion_restores_a_matrix_from_most_of_its_entries() -> None:
    rng = np.random.default_rng(0)
    whole = rng.normal(size=(30, 2)) @ rng.normal(size=(2, 40))
    known = rng.random(whole.shape) < 0.8
    found = complete(np.where(known, whole, np.nan), known, rank=2)
    assert np.abs(found - whole)[~known].max() < 0.1 * np.abs(whole).max()


@pytest.mark.parametrize("rank", [1, 3, 128])
def test_completion_is_the_algorithm_of_fancyimpute(rank: int) -> None:
    """Which no longer installs: its steps once more, on scikit-learn's decomposition."""
    rng = np.random.default_rng(0)
    values, known = (rng.random((12, 30)) < 0.3) * 1.0, rng.random((12, 30)) < 0.7
    filled = values * known
    for i in range(200):
        svd = TruncatedSVD(min(2**i, rank, 12), algorithm="arpack" if 2**i < 12 else "randomized",
                           random_state=0)  # fmt: skip
        approximation = svd.inverse_transform(svd.fit_transform(filled))
        old, new = filled[~known], approximation[~known]
        filled[~known] = new
        if ((old - new) ** 2).sum() < 1e-5 * (old**2).sum():
            break
    np.testing.assert_allclose(complete(values, known, rank)[~known], filled[~known], atol=1e-6)


def test_completion_stops_growing_where_the_rank_is_that_of_the_matrix() -> None:
    """The paper's rank of 128 exceeds the number of TFs: more rank is no other result."""
    rng = np.random.default_rng(0)
    values, known = rng.random((20, 30)) < 0.3, rng.random((20, 30)) < 0.7
    np.testing.assert_array_equal(complete(values, known, 128), complete(values, known, 20))
