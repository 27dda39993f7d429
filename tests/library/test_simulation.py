"""Tests of the simulator: the network that it plants, the expression, the embedding."""

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from infosem.data import Dataset, simulate
from infosem.errors import InfosemError
from infosem.splits import make_split


def test_simulation_is_reproducible(synthetic: Dataset) -> None:
    again, other = simulate(seed=0), simulate(seed=1)
    np.testing.assert_array_equal(again.expression, synthetic.expression)
    np.testing.assert_array_equal(again.embeddings["planted"], synthetic.embeddings["planted"])
    np.testing.assert_array_equal(again.network, synthetic.network)
    assert other.fingerprint() != synthetic.fingerprint()


def test_simulation_does_not_depend_on_the_blas_kernel() -> None:
    """Not by a bit, which would be enough for a random forest to give other scores."""
    code = """
import hashlib
from infosem.data import simulate
for seed in range(3):
    d = simulate(seed=seed)
    for array in (d.expression, d.embeddings["planted"], d.network):
        print(hashlib.sha256(array.tobytes()).hexdigest())
"""
    digests = []
    own = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    for environment in (own, {**own, "OPENBLAS_CORETYPE": "Prescott"}):  # that of any x86-64
        command = [sys.executable, "-c", code]
        run = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        digests.append(run.stdout.split())
    assert len(digests[0]) == 9
    assert digests[0] == digests[1]


@pytest.mark.parametrize("seed", range(5))
def test_planted_network(seed: int) -> None:
    d = simulate(seed=seed)
    assert (d.n_tfs, d.n_genes, d.n_cells) == (12, 100, 200)
    degree = np.sort(d.network.sum(axis=1))
    assert degree[0] >= 4
    assert degree[-3:].sum() > 0.45 * degree.sum()  # a fourth of the TFs hold about half the edges
    assert d.network.any(axis=0).mean() > 0.7  # and the edges are spread over the genes
    among = d.network[:, d.tfs]
    assert not np.linalg.matrix_power(among.astype(int), 12).any()  # no cycles
    for split_seed in range(10):
        make_split(d, seed=split_seed)  # raises if a block had no positive


def test_expression_is_the_linear_sem() -> None:
    """Given the true regulators of a gene, what is left is the noise that was put in."""
    d = simulate(20, 60, 2000, dropout=0, seed=3)
    y = np.log(np.expm1(d.expression))  # undo the softplus
    y -= y.mean(axis=1, keepdims=True)
    left = []
    for k in np.setdiff1d(np.arange(d.n_genes), d.tfs):
        parents = y[d.tfs[d.network[:, k]]].T
        residual = y[k] - parents @ np.linalg.lstsq(parents, y[k])[0]
        left.append(residual.std())
    np.testing.assert_allclose(left, 0.7, rtol=0.08)
    assert y.std(axis=1).max() > 1.4  # where the whole of a gene varies far more


def test_dropout(synthetic: Dataset) -> None:
    full = simulate(seed=0, dropout=0)
    dropped = synthetic.expression == 0
    assert full.expression.min() > 0
    assert 0.15 < dropped.mean() < 0.35
    assert full.expression[dropped].mean() < 0.7 * full.expression[~dropped].mean()
    np.testing.assert_array_equal(full.expression[~dropped], synthetic.expression[~dropped])


def unseen_auroc(d: Dataset, h: np.ndarray) -> float:
    """AUROC of a logistic regression on [h_i, h_k], on TFs and targets it has not seen."""
    pairs = np.concatenate([np.repeat(h[d.tfs], d.n_genes, 0), np.tile(h, (d.n_tfs, 1))], axis=1)
    rng = np.random.default_rng(0)
    tf, gene = rng.random(d.n_tfs) < 0.5, rng.random(d.n_genes) < 0.5
    train, test = np.outer(tf, gene).ravel(), np.outer(~tf, ~gene).ravel()
    pairs /= pairs.std()
    model = LogisticRegression(max_iter=1000).fit(pairs[train], d.network.ravel()[train])
    return float(roc_auc_score(d.network.ravel()[test], model.decision_function(pairs[test])))


def test_embeddings_tell_of_the_network_and_noise_drowns_it() -> None:
    d, noisy = (simulate(30, 120, 20, embedding_noise=noise) for noise in (0.3, 30.0))
    assert d.fingerprint() == noisy.fingerprint()
    h = d.embeddings["planted"]
    assert unseen_auroc(d, h) > 0.7
    assert abs(unseen_auroc(d, np.random.default_rng(0).permutation(h)) - 0.5) < 0.1
    assert abs(unseen_auroc(d, noisy.embeddings["planted"]) - 0.5) < 0.1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_tfs": 1}, "n_tfs: 1 is too small; choose at least 2"),
        ({"n_targets": 3}, "n_targets: 3 is too small"),
        ({"dropout": 1.0}, r"dropout: 1\.0 leaves no value"),
        ({"embedding_noise": -1}, "embedding_noise: -1 is too small"),
    ],
)
def test_bad_simulation(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InfosemError, match=message):
        simulate(**arguments)
