"""RegDiffusion: what this package adds to its authors' code, and how their matrix is read."""

import random
import sys
from dataclasses import replace

import numpy as np
import pytest
import regdiffusion as package
import torch

from infosem.data import Dataset, simulate
from infosem.errors import InfosemError
from infosem_study.baselines.regdiffusion import regdiffusion


@pytest.fixture(scope="module")
def hub() -> Dataset:
    """Gene 0 drives genes 2 to 19, gene 1 none; each counts as a TF, so that A is seen whole."""
    rng = np.random.default_rng(0)
    x = rng.normal(0, 1, (20, 300))
    x[2:] = x[0] + 0.5 * x[2:]
    network = np.zeros((20, 20), dtype=bool)
    network[0, 2:] = True
    sized = simulate(n_tfs=4, n_targets=16, n_cells=300)
    genes = np.array([f"G{i:02}" for i in range(20)], dtype=sized.genes.dtype)
    return replace(
        sized, genes=genes, tfs=np.arange(20), expression=x + 20, network=network, embeddings={}
    )


def test_planted_hub_is_recovered_and_stands_in_the_row(hub):
    """A target is known from its hub, the hub from many targets, of which none need count much.

    On linear data that is all that tells the directions apart, and little.
    """
    a = regdiffusion(hub, None, seed=0, n_steps=400)
    targets, row, column = hub.network[0], a[0], a[:, 0]
    assert row[targets].min() > 3 * max(row[1], column[1])
    assert row[targets].mean() > column[targets].mean()


def test_rows_are_the_genes_whose_expression_is_used(hub, monkeypatch):
    """Asked of the authors' own network, with all of A but one entry set to zero."""
    trainers = []

    class Recorded(package.RegDiffusionTrainer):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            trainers.append(self)

    monkeypatch.setattr(package, "RegDiffusionTrainer", Recorded)
    some = replace(hub, tfs=np.array([1, 4]), network=hub.network[[1, 4]])
    scores = regdiffusion(some, None, seed=0, n_steps=20)
    (trainer,) = trainers
    a = np.abs(trainer.get_adj())
    assert not np.allclose(a, a.T)
    assert np.array_equal(scores, a[[1, 4]])

    i, k = 4, 7
    model = trainer.model.eval()
    with torch.no_grad():
        model.adj_A.zero_()
        model.adj_A[i, k] = 1.0
        x = torch.zeros(1, hub.n_genes)
        changed = x.clone()
        changed[0, i] = 1.0
        step, kind = torch.zeros(1, dtype=torch.long), torch.zeros(1, dtype=torch.long)
        moved = (model(x, step, kind) != model(changed, step, kind))[0]
    assert moved.nonzero()[:, 0].tolist() == [i, k]


def test_global_random_numbers_are_left_alone_and_constant_genes_score_nothing():
    dataset = simulate(n_tfs=4, n_targets=16, n_cells=60)
    x = dataset.expression.copy()
    x[7] = 1.5
    constant = replace(dataset, expression=x)
    np.random.seed(1)  # noqa: NPY002
    random.seed(1)
    expected = np.random.rand(), random.random()  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    random.seed(1)
    scores = regdiffusion(constant, None, seed=0, n_steps=5)
    assert (np.random.rand(), random.random()) == expected  # noqa: NPY002
    assert scores.shape == dataset.network.shape
    assert (scores[:, 7] == 0).all()
    assert (np.delete(scores, 7, axis=1) > 0).any()


def test_missing_package_and_cells_are_named(monkeypatch):
    dataset = simulate(n_tfs=4, n_targets=16, n_cells=5)
    with monkeypatch.context() as context:
        context.setitem(sys.modules, "regdiffusion", None)
        with pytest.raises(InfosemError, match="pip install regdiffusion"):
            regdiffusion(dataset, None, seed=0)
    with pytest.raises(InfosemError, match="has 5 cells"):
        regdiffusion(dataset, None, seed=0)
