"""Information between genes: discretised expression, mutual and specific information.

References
----------
Williams and Beer (2010), Nonnegative decomposition of multivariate information, arXiv:1004.2515:
the specific information. Chan, Stumpf and Babtie (2017), Gene regulatory network inference from
single-cell data using multivariate information measures, Cell Systems 5, 251-267: maximum
likelihood estimates from discretised expression.
"""

import math

import numpy as np
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.errors import InfosemError

__all__ = ["ROUNDING", "bins_of", "discretise", "mutual_information", "specific_information"]

ROUNDING = 1e-12
"""Information below this, in nats, is what rounding leaves of none at all."""
_FEWEST_CELLS = 10


def bins_of(dataset: Dataset, method: str, n_bins: int | None) -> NDArray[np.int64]:
    """Discretise a data set for a method, which is named in the errors.

    Parameters
    ----------
    dataset : Dataset
        Its log-normalised expression is used.
    method : str
        For the messages.
    n_bins : int or None
        At least 2. None: the square root of the number of cells, rounded down.

    Returns
    -------
    ndarray of int, shape (n_genes, n_cells)
        See `discretise`.

    Raises
    ------
    InfosemError
        If there are fewer than 10 cells or 2 bins.
    """
    if dataset.n_cells < _FEWEST_CELLS:
        raise InfosemError(
            f"{method}: data set {dataset.name} has {dataset.n_cells} cells, needs at least "
            f"{_FEWEST_CELLS}"
        )
    if n_bins is None:
        n_bins = math.isqrt(dataset.n_cells)
    if n_bins < 2:
        raise InfosemError(f"{method}: n_bins is {n_bins}; choose at least 2")
    return discretise(dataset.expression, n_bins)


def discretise(expression: NDArray[np.floating], n_bins: int) -> NDArray[np.int64]:
    """Number the bins of equal width between the lowest and the highest value of each gene.

    A value on the edge between two bins belongs to the upper one, the highest value to the last
    bin. A gene without variation is in bin 0 throughout.

    Parameters
    ----------
    expression : ndarray, shape (n_genes, n_cells)
    n_bins : int

    Returns
    -------
    ndarray of int, shape (n_genes, n_cells)
        From 0 to ``n_bins - 1``.
    """
    low = expression.min(1, keepdims=True)
    width = expression.max(1, keepdims=True) - low
    share = np.divide(expression - low, width, out=np.zeros(expression.shape), where=width > 0)
    bins: NDArray[np.int64] = np.minimum((share * n_bins).astype(np.int64), n_bins - 1)
    return bins


def mutual_information(bins: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mutual information of all pairs of genes, in nats, by maximum likelihood.

    With the counts n(x, y) in the joint table of two genes, n(x) and n(y) in its margins and n in
    all, it is log n + (sum n(x, y) log n(x, y) - sum n(x) log n(x) - sum n(y) log n(y)) / n.

    Parameters
    ----------
    bins : ndarray of int, shape (n_genes, n_cells)
        See `discretise`.

    Returns
    -------
    ndarray of float, shape (n_genes, n_genes)
        Exactly symmetric. On the diagonal are the entropies.
    """
    n_genes, n_cells = bins.shape
    n_bins = int(bins.max()) + 1
    n_log_n = _n_log_n(n_cells)
    alone = n_log_n[_joint_counts(np.zeros_like(bins[:1]), bins, 1, n_bins)].sum((1, 2))
    mi = np.empty((n_genes, n_genes))
    for k in range(n_genes):
        both = n_log_n[_joint_counts(bins[k : k + 1], bins[k:], n_bins, n_bins)].sum((1, 2))
        mi[k, k:] = mi[k:, k] = np.log(n_cells) + (both - alone[k] - alone[k:]) / n_cells
    mi[mi < ROUNDING] = 0.0
    return mi


def specific_information(
    bins: NDArray[np.int64], target: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much each gene tells about each state of one gene, in nats, by maximum likelihood.

    On state x of the target X, gene Y has sum_y p(y | x) log(p(y | x) / p(y)). The mean over the
    states is the mutual information of X and Y.

    Parameters
    ----------
    bins : ndarray of int, shape (n_genes, n_cells)
        See `discretise`.
    target : int
        Row of the target.

    Returns
    -------
    probability : ndarray of float, shape (n_states,)
        Of the states that the target takes, which are its non-empty bins.
    information : ndarray of float, shape (n_states, n_genes)
    """
    n_cells = bins.shape[1]
    n_bins = int(bins.max()) + 1
    values, states = np.unique(bins[target], return_inverse=True)
    joint = _joint_counts(states[np.newaxis], bins, len(values), n_bins)  # (genes, bins, states)
    count = np.bincount(states).astype(np.float64)
    own = _n_log_n(n_cells)[joint].sum(1)
    # joint * log(p(y)) summed over the bins: for each state, a scalar product of two margins.
    log_margin = np.log(np.maximum(joint.sum(2), 1) / n_cells)
    expected = np.matmul(log_margin[:, np.newaxis], joint.astype(np.float64))[:, 0]
    information = ((own - expected) / count - np.log(count)).T
    information[information < ROUNDING] = 0.0
    return count / n_cells, np.ascontiguousarray(information)


def _joint_counts(
    columns: NDArray[np.int64], rows: NDArray[np.int64], n_columns: int, n_rows: int
) -> NDArray[np.int64]:
    """Joint tables of one gene, (1, n_cells), and several, (n, n_cells): (n, n_rows, n_columns).

    One pass over the cells makes them all. The same tables as products of one-hot matrices take
    seven times as long, as all but one entry in `n_columns` is zero there.
    """
    offset = np.arange(len(rows))[:, np.newaxis] * n_rows
    index = (offset + rows) * n_columns + columns
    counts = np.bincount(index.ravel(), minlength=len(rows) * n_rows * n_columns)
    return counts.reshape(len(rows), n_rows, n_columns)


def _n_log_n(n_cells: int) -> NDArray[np.float64]:
    """n log n for n from 0 to `n_cells`: the only values that counts can give."""
    n = np.arange(n_cells + 1.0)
    values: NDArray[np.float64] = n * np.log(np.maximum(n, 1.0))
    return values
