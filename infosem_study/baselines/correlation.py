"""Pearson and partial correlation: the simplest scores from expression.

References
----------
InfoSEM, Sections 2.1 and 2.2. Ledoit and Wolf (2004), A well-conditioned estimator for
large-dimensional covariance matrices, Journal of Multivariate Analysis 88, 365-411. Schaefer and
Strimmer (2005), A shrinkage approach to large-scale covariance matrix estimation and implications
for functional genomics, Statistical Applications in Genetics and Molecular Biology 4, 32.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import ledoit_wolf

from infosem.data import Dataset
from infosem.errors import InfosemError

__all__ = ["partial_correlation", "pearson", "standardised", "without_self_pairs"]

_FEWEST_CELLS = 3
_DIGITS = 10


def pearson(
    dataset: Dataset, train_edges: NDArray[np.int8] | None, *, seed: int
) -> NDArray[np.float64]:
    """Score pairs by the absolute Pearson correlation of their expression over all cells.

    Parameters
    ----------
    dataset : Dataset
        Its log-normalised expression is used. A gene without variation scores 0, and so does a
        TF with itself.
    train_edges, seed
        Not used.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)

    Raises
    ------
    InfosemError
        If there are fewer than 3 cells.
    """
    x = standardised(dataset, "Pearson correlation")
    scores: NDArray[np.float64] = np.abs(x[dataset.tfs] @ x.T) / x.shape[1]
    return without_self_pairs(dataset, scores)


def partial_correlation(
    dataset: Dataset, train_edges: NDArray[np.int8] | None, *, seed: int
) -> NDArray[np.float64]:
    """Score pairs by their absolute correlation given the expression of all other genes.

    It comes from the inverse of the correlation matrix, which is shrunk towards the identity as
    Ledoit and Wolf propose, so that it can be inverted where genes outnumber cells. Scores are
    rounded to 10 digits: which of two equal ones comes first would else hang on how a processor
    rounds.

    Parameters
    ----------
    dataset : Dataset
        Its log-normalised expression is used. A gene without variation scores 0, and so does a
        TF with itself.
    train_edges, seed
        Not used.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)

    Raises
    ------
    InfosemError
        If there are fewer than 3 cells.
    """
    x = standardised(dataset, "partial correlation")
    varies = x.any(1)
    covariance, _ = ledoit_wolf(x[varies].T)
    precision = np.linalg.inv(covariance)
    size = np.sqrt(precision.diagonal())
    scores: NDArray[np.float64] = np.zeros((dataset.n_genes, dataset.n_genes))
    shared = np.abs(precision / size / size[:, np.newaxis])
    scores[np.ix_(varies, varies)] = shared.round(_DIGITS)
    return without_self_pairs(dataset, scores[dataset.tfs])


def without_self_pairs(dataset: Dataset, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Score 0 for a TF with itself, which the benchmark has among its negatives; in place."""
    scores[np.arange(dataset.n_tfs), dataset.tfs] = 0
    return scores


def standardised(dataset: Dataset, method: str) -> NDArray[np.float64]:
    """Expression with mean 0 and variance 1 for each gene, or 0 throughout where it is constant.

    Parameters
    ----------
    dataset : Dataset
    method : str
        Whose error it is if there are fewer than 3 cells.

    Returns
    -------
    ndarray of float, shape (n_genes, n_cells)

    Raises
    ------
    InfosemError
        If there are fewer than 3 cells.
    """
    if dataset.n_cells < _FEWEST_CELLS:
        raise InfosemError(
            f"{method}: data set {dataset.name} has {dataset.n_cells} cells, needs at least "
            f"{_FEWEST_CELLS}"
        )
    x = dataset.expression - dataset.expression.mean(1, keepdims=True, dtype=np.float64)
    deviation = np.sqrt(np.square(x).mean(1, keepdims=True))
    varies = deviation > 1e-9 * np.abs(dataset.expression).max(1, keepdims=True, initial=1e-300)
    scaled: NDArray[np.float64] = np.divide(x, deviation, out=np.zeros_like(x), where=varies)
    return scaled
