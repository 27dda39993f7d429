"""MatComp: the network as a matrix of low rank, completed from its known entries.

References
----------
InfoSEM, Section 5 and Appendix C: "matrix completion", fancyimpute, rank 128; the class is not
named. Troyanskaya et al. (2001), Missing value estimation methods for DNA microarrays,
Bioinformatics 17, 520-525, which the paper cites: SVDimpute, fancyimpute's ``IterativeSVD``.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold

from infosem.data import Dataset
from infosem.errors import InfosemError
from infosem.splits import UNKNOWN
from infosem_study.baselines.labels import require_labels

__all__ = ["complete", "matcomp"]

RANKS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Ranks that are compared where the rank is cross-validated."""
MAX_ITERATIONS = 200
CONVERGED = 1e-5
STEP = 2.0**-16
"""Completed entries are multiples of it: far above rounding errors, and far below what matters."""
EQUAL = 1e-9
"""Squared singular values that differ by at most this part of the largest one count as equal."""
N_FOLDS = 5


def matcomp(
    dataset: Dataset, train_edges: NDArray[np.int8] | None, *, seed: int, rank: int | None = 128
) -> NDArray[np.float64]:
    """Score pairs by the entries of a low-rank completion of the training labels.

    A TF or a target without training pairs has a row or column of zeros, which every completion
    leaves at zero: on interactions between unseen genes the scores are constant.

    Parameters
    ----------
    dataset : Dataset
        Only its gene names are used, so that a pair keeps its score when genes are reordered.
    train_edges : ndarray of int8, shape (n_tfs, n_genes)
        1 and 0 on the training pairs, ``UNKNOWN`` elsewhere.
    seed : int
        Draws the folds of the cross-validation; without one, nothing is random.
    rank : int, optional
        See `complete`. Where it is at least the number of TFs with training pairs, as the paper's
        128 is on the cell-type-specific networks, more rank is no other result. None: the one of
        `RANKS` with the highest mean average precision in a 5-fold cross-validation on the
        training pairs, stratified by label; of equal ones the smallest.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)

    Raises
    ------
    InfosemError
        If ``train_edges`` is missing, has another shape, or has less than two training pairs of
        either label; if the rank is below 1.
    """
    if rank is not None and rank < 1:
        raise InfosemError(f"MatComp: rank is {rank}; choose at least 1, or None")
    by_name = np.argsort(dataset.genes)
    edges = require_labels("MatComp", dataset, train_edges)[:, by_name]
    # Genes without a training pair stay at 0, and would only make the decompositions larger.
    known = edges != UNKNOWN
    tfs, targets = known.any(1).nonzero()[0], by_name[known.any(0)]
    edges = edges[np.ix_(known.any(1), known.any(0))]
    if rank is None:
        rank = _cross_validated(edges, seed)
    scores = np.zeros((dataset.n_tfs, dataset.n_genes))
    scores[np.ix_(tfs, targets)] = complete(edges, edges != UNKNOWN, rank)
    return scores


def complete(
    values: NDArray[np.generic], known: NDArray[np.bool_], rank: int
) -> NDArray[np.float64]:
    """Fill in the unknown entries by repeated truncated singular value decompositions.

    They start at 0. In turn, the matrix is replaced by its best approximation of rank min(2^i,
    `rank`) in the i-th iteration, from i = 0, and the known entries are restored, until the squared
    change of the unknown ones is at most 1e-5 of their squared norm, at most 200 times. That is
    fancyimpute's ``IterativeSVD`` with its defaults. It follows from its growing rank that, where
    `rank` is at least the smaller side of the matrix, the approximation becomes exact and the
    unknown entries stay where the smaller ranks have put them.

    Two things are added to it, without which the result would depend on how a processor rounds:

    - Approximations are rounded to multiples of `STEP`. Otherwise rounding errors would put equal
      entries into an order, such as the known ones where the approximation is exact, or all of a
      row without positive entries. And the iterations would enlarge the errors, since a small
      change can lead them to another completion that fits the known entries as well: from 1e-14 to
      1 within 80 iterations, on a non-specific network with shuffled labels.
    - Singular values equal to the last one that counts do so, too, whatever `rank` is. Which
      singular vectors belong to equal values is arbitrary. Parts of a network that share no TF or
      target with the rest, as one TF with one target, often have equal ones.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
    known : ndarray of bool, shape (n_rows, n_columns)
        Where `values` counts.
    rank : int
        At least 1.

    Returns
    -------
    ndarray of float, shape (n_rows, n_columns)
        The approximation of the last iteration, also at the known entries.
    """
    filled = np.where(known, values, 0.0)
    approximation = filled
    for i in range(MAX_ITERATIONS):
        # The TFs are few: their left singular vectors come faster from the small Gram matrix. Where
        # the known entries are labels, it has no rounding error: all products are multiples of
        # STEP squared, and their sums small.
        squares, left = np.linalg.eigh(filled @ filled.T)
        last = squares[-min(2**i, rank, len(squares))]
        left = left[:, squares >= last - EQUAL * squares[-1]]
        approximation = STEP * np.rint(left @ (left.T @ filled) / STEP)
        change = np.square(filled - approximation)[~known].sum()
        norm = np.square(filled)[~known].sum()
        filled = np.where(known, filled, approximation)
        if change <= CONVERGED * norm:
            break
    return approximation


def _cross_validated(edges: NDArray[np.int8], seed: int) -> int:
    pairs = np.argwhere(edges != UNKNOWN)
    labels = edges[tuple(pairs.T)]
    n_fewest = int(np.bincount(labels, minlength=2).min())
    folds = StratifiedKFold(min(N_FOLDS, n_fewest), shuffle=True, random_state=seed)
    ranks = [rank for rank in RANKS if rank <= min(edges.shape)]
    precision = np.zeros(len(ranks))
    for kept, held_out in folds.split(pairs, labels):
        known = np.zeros(edges.shape, dtype=bool)
        known[tuple(pairs[kept].T)] = True
        for i, rank in enumerate(ranks):
            scores = complete(edges, known, rank)[tuple(pairs[held_out].T)]
            precision[i] += average_precision_score(labels[held_out], scores)
    return ranks[int(precision.argmax())]
