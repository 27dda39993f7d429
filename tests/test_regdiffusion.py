"""RegDiffusion: what this package adds to its authors' code."""

import random
import sys
from dataclasses import replace

import numpy as np
import pytest

from infosem.baselines.regdiffusion import regdiffusion
from infosem.datasets import simulate
from infosem.errors import InfosemError


def test_global_random_numbers_are_left_alone_and_constant_genes_score_nothing():
    pytest.importorskip("regdiffusion", reason="needs the extra `bench`")
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
    pytest.importorskip("regdiffusion", reason="needs the extra `bench`")
    with pytest.raises(InfosemError, match="has 5 cells"):
        regdiffusion(dataset, None, seed=0)
