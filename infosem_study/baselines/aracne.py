"""Mutual information, and ARACNE: mutual information without its indirect edges.

References
----------
Margolin et al. (2006), ARACNE: an algorithm for the reconstruction of gene regulatory networks in a
mammalian cellular context, BMC Bioinformatics 7 (Suppl 1), S7. Meyer, Lafitte and Bontempi (2008),
minet: a R/Bioconductor package for inferring large transcriptional networks using mutual
information, BMC Bioinformatics 9, 461. Lachmann et al. (2016), ARACNe-AP: gene network reverse
engineering through adaptive partitioning inference of mutual information, Bioinformatics 32,
2233-2235.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.errors import InfosemError
from infosem_study.baselines.information import ROUNDING, bins_of, mutual_information

__all__ = ["aracne", "mutual_information_scores"]


def mutual_information_scores(
    dataset: Dataset,
    train_edges: NDArray[np.int8] | None,
    *,
    seed: int,
    n_bins: int | None = None,
) -> NDArray[np.float64]:
    """Score pairs by the mutual information of their expression over all cells.

    Parameters
    ----------
    dataset : Dataset
        Its log-normalised expression is used, each gene in bins of equal width between its lowest
        and its highest value.
    train_edges, seed
        Not used.
    n_bins : int, optional
        Default: the square root of the number of cells, rounded down. Estimates are by maximum
        likelihood, without a correction for their bias.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)
        In nats. A gene without variation scores 0, and so does a TF as its own target.

    Raises
    ------
    InfosemError
        If there are fewer than 10 cells or 2 bins.
    """
    scores: NDArray[np.float64] = _without_self(dataset, "mutual information", n_bins)[dataset.tfs]
    return scores


def aracne(
    dataset: Dataset,
    train_edges: NDArray[np.int8] | None,
    *,
    seed: int,
    n_bins: int | None = None,
    tolerance: float = 0.0,
    third_genes: Literal["TFs", "all"] = "TFs",
) -> NDArray[np.float64]:
    """Score pairs by their mutual information, or 0 where a third gene explains it.

    By the data processing inequality, if i acts on j through k alone, then I(i, j) is at most the
    smaller of I(i, k) and I(k, j). The pair (i, j) is removed if I(i, j) < min(I(i, k), I(k, j))
    (1 - tolerance) for any k. All triplets are examined before any pair is removed, so that the
    result does not depend on their order.

    Only TFs count as k, as in ARACNe-AP, since what acts on j in between is itself a TF. In the
    paper, which has no list of TFs, and in minet every gene counts (`third_genes` "all"). That
    leaves little: on ``simulate(88, 812, 758)``, 0.4% of the pairs, where TFs alone leave 3%.

    It departs from the paper in two more points. Mutual information is estimated from bins of equal
    width, not by a Gaussian kernel. And no pair is removed because its mutual information is not
    significant: that threshold cuts the end of a ranking and leaves the rest as it is.

    Parameters
    ----------
    dataset : Dataset
        Its log-normalised expression is used.
    train_edges, seed
        Not used.
    n_bins : int, optional
        See `mutual_information_scores`.
    tolerance : float in [0, 1]
        At 0 every violation removes a pair, at 1 none does.
    third_genes : "TFs" or "all"
        Which genes count as k.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)
        In nats; a removed pair scores 0. A gene without variation scores 0, and so does a TF as its
        own target.

    Raises
    ------
    InfosemError
        If there are fewer than 10 cells or 2 bins, or `third_genes` is neither.
    """
    if third_genes not in ("TFs", "all"):
        raise InfosemError(f'ARACNE: third_genes is {third_genes!r}; choose "TFs" or "all"')
    mi = _without_self(dataset, "ARACNE", n_bins)
    scores: NDArray[np.float64] = mi[dataset.tfs]
    indirect = np.zeros_like(scores)  # the best min(I(i, k), I(k, j)) over k
    for k in dataset.tfs if third_genes == "TFs" else range(dataset.n_genes):
        # k = i and k = j give 0, as the diagonal does.
        np.maximum(indirect, np.minimum(scores[:, [k]], mi[k]), out=indirect)
    # Without the margin, rounding would break the tie of two genes with the same expression.
    scores[scores < indirect * (1 - tolerance) - ROUNDING] = 0.0
    return scores


def _without_self(dataset: Dataset, method: str, n_bins: int | None) -> NDArray[np.float64]:
    """Mutual information of all pairs of genes, (n_genes, n_genes), with 0 on the diagonal."""
    mi = mutual_information(bins_of(dataset, method, n_bins))
    np.fill_diagonal(mi, 0.0)
    return mi
