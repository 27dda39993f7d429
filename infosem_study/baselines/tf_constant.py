"""Scores that know the TF's name, and nothing else.

The numbers of targets of the TFs are very uneven in the cell-type-specific networks, and the
paper's metrics pool the pairs of all TFs. So a score that is the same for every target of a TF has
a wide spread, and an average precision above the base rate on average. No method that ranks whole
TFs should be read without this row beside it.
"""

import numpy as np
from numpy.typing import NDArray

from infosem.data import Dataset

__all__ = ["tf_constant"]


def tf_constant(
    dataset: Dataset, train_edges: NDArray[np.int8] | None, *, seed: int
) -> NDArray[np.float64]:
    """Score all pairs of a TF by one number, uniform on [0, 1) and independent for each TF.

    Parameters
    ----------
    dataset : Dataset
        Only its size is used. Its TFs are in the order of their names, so that a TF keeps its
        number when genes are reordered.
    train_edges : ndarray of int8, shape (n_tfs, n_genes)
        Not used.
    seed : int
        Non-negative.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)
    """
    rng = np.random.default_rng([*b"tf_constant", seed])
    constants = rng.random((dataset.n_tfs, 1))
    return np.repeat(constants, dataset.n_genes, axis=1)
