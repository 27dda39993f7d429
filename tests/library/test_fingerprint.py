"""The sums over the values that a fingerprint rests on: each notices what the others miss."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from infosem.data import Dataset


@pytest.fixture
def gene(synthetic: Dataset) -> int:
    """One with values above 0 in the first three cells."""
    return int(synthetic.expression[:, :3].min(axis=1).argmax())


def is_noticed(dataset: Dataset, gene: int, values: np.ndarray) -> bool:
    """Whether the fingerprint is another with these values of a gene in the first cells."""
    expression = dataset.expression.copy()
    expression[gene, : len(values)] = values
    return replace(dataset, expression=expression).fingerprint() != dataset.fingerprint()


def test_values_that_keep_their_mean_and_weighted_sum_are_noticed(synthetic, gene) -> None:
    digests = [hashlib.sha256(name.encode()).digest()[:4] for name in synthetic.cells[:3]]
    weights = [int.from_bytes(digest, "big") / 2**31 - 1 for digest in digests]
    change = np.cross(np.ones(3), weights)  # it adds up to 0, weighted or not
    change *= 2 / np.linalg.norm(change)
    assert is_noticed(synthetic, gene, synthetic.expression[gene, :3] + change)


def test_values_that_are_exchanged_between_cells_are_noticed(synthetic, gene) -> None:
    assert is_noticed(synthetic, gene, synthetic.expression[gene, [1, 0]])
