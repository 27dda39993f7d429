"""Scores without any information.

References
----------
InfoSEM, Table 1, row "Random".
"""

import numpy as np
from numpy.typing import NDArray

from infosem.data import Dataset

__all__ = ["random"]


def random(
    dataset: Dataset, train_edges: NDArray[np.int8] | None, *, seed: int
) -> NDArray[np.float64]:
    """Score every pair by an independent number, uniform on [0, 1).

    Parameters
    ----------
    dataset : Dataset
        Only its gene names are used, so that a pair keeps its score when genes are reordered.
    train_edges : ndarray of int8, shape (n_tfs, n_genes)
        Not used.
    seed : int
        Non-negative.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)
    """
    rng = np.random.default_rng([*b"random", seed])
    scores = np.empty((dataset.n_tfs, dataset.n_genes))
    scores[:, np.argsort(dataset.genes)] = rng.random(scores.shape)
    return scores
