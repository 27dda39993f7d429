"""PIDC: how much of what a gene tells about another no third gene tells.

References
----------
Chan, Stumpf and Babtie (2017), Gene regulatory network inference from single-cell data using
multivariate information measures, Cell Systems 5, 251-267, and their NetworkInference.jl. Williams
and Beer (2010), Nonnegative decomposition of multivariate information, arXiv:1004.2515. Minka
(2002), Estimating a Gamma distribution: the iteration for its shape.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, polygamma, psi

from infosem.data import Dataset
from infosem_study.baselines.information import bins_of, specific_information

__all__ = ["pidc", "unique_contributions"]

_MAX_ITERATIONS = 100
_CONVERGED = 1e-12
_LARGEST_SHAPE = 1e9


def pidc(
    dataset: Dataset,
    train_edges: NDArray[np.int8] | None,
    *,
    seed: int,
    n_bins: int | None = None,
) -> NDArray[np.float64]:
    """Score pairs by their proportional unique contribution, judged beside those of either gene.

    The proportional unique contribution (see `unique_contributions`) of a pair becomes a confidence
    F_X + F_Y: for either gene, a gamma distribution is fitted by maximum likelihood to its
    contributions with all other genes, and F is its distribution function at that of the pair. The
    confidence has no direction.

    It departs from the paper in that expression is discretised into bins of equal width, not by
    Bayesian blocks, which need a further dependency; NetworkInference.jl offers both, with 10 as
    the default number of bins of equal width. And a contribution of zero, which has no logarithm,
    is left out of the fit and gets F = 0; NetworkInference.jl gives the pairs of such a gene a
    z-score instead.

    Parameters
    ----------
    dataset : Dataset
        Its log-normalised expression is used. Genes without variation are left out, also as third
        genes.
    train_edges, seed
        Not used.
    n_bins : int, optional
        Default: the square root of the number of cells, rounded down. Estimates are by maximum
        likelihood.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)
        Between 0 and 2. A gene without variation scores 0, and so does a TF as its own target.

    Raises
    ------
    InfosemError
        If there are fewer than 10 cells or 2 bins.
    """
    bins = bins_of(dataset, "PIDC", n_bins)
    varies = bins.max(1) > 0
    scores = np.zeros((dataset.n_genes, dataset.n_genes))
    if varies.any():
        level = _level(unique_contributions(bins[varies]))
        scores[np.ix_(varies, varies)] = level + level.T
    of_tfs: NDArray[np.float64] = scores[dataset.tfs]
    return of_tfs


def unique_contributions(bins: NDArray[np.int64]) -> NDArray[np.float64]:
    """Proportional unique contribution of all pairs of genes.

    Of what gene Y tells about gene X, gene Z tells the redundant part R = sum_x p(x) min(s(x; Y),
    s(x; Z)), with s the specific information (Williams and Beer), and I(X, Y) - R is unique to Y.
    The contribution of the pair is the sum over all Z of (I(X, Y) - R) / I(X, Y), plus the same
    with X and Y exchanged. A pair without mutual information has 0.

    Parameters
    ----------
    bins : ndarray of int, shape (n_genes, n_cells)
        See `information.discretise`.

    Returns
    -------
    ndarray of float, shape (n_genes, n_genes)
        Exactly symmetric, with 0 on the diagonal.
    """
    n_genes = len(bins)
    share = np.zeros((n_genes, n_genes))  # share[X, Y]: the sum over Z for X as the target
    for target in range(n_genes):
        probability, s = specific_information(bins, target)
        s[:, target] = 0.0  # as a third gene the target adds nothing
        # Sum of min(s_Y, s_Z) over Z: of the lower ones themselves, and of s_Y for each higher one.
        order = np.argsort(s, axis=1)
        ascending = np.take_along_axis(s, order, axis=1)
        n_higher = np.arange(n_genes)[::-1]
        sums = np.cumsum(ascending, axis=1) - ascending + n_higher * ascending  # without Z = Y
        redundancy = np.empty_like(s)
        np.put_along_axis(redundancy, order, sums, axis=1)
        told = probability @ s
        np.divide(probability @ redundancy, told, out=share[target], where=told > 0)
        share[target] = np.where(told > 0, n_genes - 2 - share[target], 0.0)
    contributions = np.maximum(share, 0.0)
    return contributions + contributions.T


def _level(contributions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distribution function of each row's gamma distribution at each of its entries."""
    counts = contributions > 0
    n = np.maximum(counts.sum(1), 1)
    mean = contributions.sum(1) / n
    mean_log = np.log(contributions, out=np.zeros_like(contributions), where=counts).sum(1) / n
    # Equal contributions are matched ever better by an ever larger shape.
    spread = np.log(np.where(mean > 0, mean, 1.0)) - mean_log
    shape = _gamma_shape(np.maximum(spread, 0.5 / _LARGEST_SHAPE))
    scale = np.where(mean > 0, mean, 1.0) / shape
    level: NDArray[np.float64] = gammainc(shape[:, np.newaxis], contributions / scale[:, None])
    return level


def _gamma_shape(spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve log(shape) - psi(shape) = spread, where spread is log(mean) - mean(log), > 0."""
    shape = (3 - spread + np.sqrt(np.square(spread - 3) + 24 * spread)) / (12 * spread)
    for _ in range(_MAX_ITERATIONS):
        before = shape
        excess = np.log(shape) - psi(shape) - spread
        shape = 1 / (1 / shape + excess / (np.square(shape) * (1 / shape - polygamma(1, shape))))
        if (np.abs(shape - before) <= _CONVERGED * shape).all():
            break
    return shape
