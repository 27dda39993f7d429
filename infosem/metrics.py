"""How well scores rank the pairs of a split.

References
----------
InfoSEM, Section 5: AUPRC and Hit@1%.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import average_precision_score

from infosem.errors import InfosemError
from infosem.splits import Split

__all__ = ["auprc", "evaluate", "hit_at"]


def auprc(labels: ArrayLike, scores: ArrayLike) -> float:
    """Area under the precision-recall curve, as average precision.

    Pairs with equal scores share one threshold, so constant scores give the base rate. Of n pairs,
    scores drawn at random give slightly more on average: with base rate b, about
    b + (1 - b) (ln n - 0.42) / n.

    Parameters
    ----------
    labels : array_like of bool or 0/1
        Whether each pair is an edge; any shape.
    scores : array_like of float
        The same shape; higher is more likely.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    InfosemError
        If the shapes differ, a label is not 0 or 1, one of the two classes is missing, or a score
        is not finite.
    """
    labels, scores = _checked(labels, scores)
    return float(average_precision_score(labels, scores))


def hit_at(labels: ArrayLike, scores: ArrayLike, fraction: float = 0.01) -> float:
    """Precision among the best-scored pairs (Hit@1% by default).

    Of n pairs the best ``round(fraction * n)`` (half to even), but at least one, are looked at.
    Where equal scores straddle that limit, the result is the mean over all orders of the tied
    pairs, so constant scores give the base rate.

    Parameters
    ----------
    labels : array_like of bool or 0/1
        Whether each pair is an edge; any shape.
    scores : array_like of float
        The same shape; higher is more likely.
    fraction : float, optional
        Above 0 and at most 1.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    InfosemError
        As `auprc`, and if ``fraction`` is out of range.
    """
    if not 0 < fraction <= 1:
        raise InfosemError(f"fraction={fraction!r} must be above 0 and at most 1")
    labels, scores = _checked(labels, scores)
    n_top = max(1, round(fraction * len(scores)))
    limit = np.partition(scores, -n_top)[-n_top]
    above, tied = labels[scores > limit], labels[scores == limit]
    return float((above.sum() + (n_top - len(above)) * tied.mean()) / n_top)


def evaluate(
    scores: NDArray[np.float64], network: NDArray[np.bool_], split: Split
) -> dict[str, float]:
    """Measure scores on the three sets of a split.

    Parameters
    ----------
    scores : ndarray of float, shape (n_tfs, n_genes)
        What a method returned.
    network : ndarray of bool, shape (n_tfs, n_genes)
        The known network.
    split : Split
        The split whose training edges the method was given.

    Returns
    -------
    dict of str to float
        ``train_auprc``; ``seen_auprc``, ``seen_hit`` (Hit@1%), ``seen_base`` (the part of the
        pairs that is positive); the same three for ``unseen``.

    Raises
    ------
    InfosemError
        If the shapes differ, or a score on one of the pairs is not finite.
    """
    scores, network = np.asarray(scores), np.asarray(network)
    if not scores.shape == network.shape == split.train.shape:
        raise InfosemError(
            f"the shapes of the scores {scores.shape}, the network {network.shape} and the split "
            f"{split.train.shape} differ; all must be (n_tfs, n_genes) of one data set"
        )
    result = {"train_auprc": auprc(network[split.train], scores[split.train])}
    for name, pairs in (("seen", split.seen), ("unseen", split.unseen)):
        result[f"{name}_auprc"] = auprc(network[pairs], scores[pairs])
        result[f"{name}_hit"] = hit_at(network[pairs], scores[pairs])
        result[f"{name}_base"] = float(network[pairs].mean())
    return result


def _checked(labels: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Flatten labels and scores, after the checks that `auprc` names."""
    labels, scores = np.asarray(labels), np.asarray(scores, dtype=np.float64)
    if labels.shape != scores.shape:
        raise InfosemError(f"labels have the shape {labels.shape}, scores {scores.shape}")
    if not np.isin(labels, (0, 1)).all():
        raise InfosemError("labels must be 0 or 1; leave out the pairs without a known label")
    if not np.isfinite(scores).all():
        raise InfosemError("scores must be finite; the method returned NaN or infinite values")
    labels = labels.astype(bool).ravel()
    if labels.all() or not labels.any():
        raise InfosemError(
            f"{len(labels)} pairs, {int(labels.sum())} of them positive: there is nothing to rank "
            "without both positives and negatives"
        )
    return labels, scores.ravel()
