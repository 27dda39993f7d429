"""Average precision of many rankings at once, what chance gives, and the gain beyond it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from infosem.errors import InfosemError

__all__ = [
    "Floats",
    "average_precisions",
    "chance",
    "chunks",
    "format_measures",
    "gain",
    "last_equal",
]

Floats = NDArray[np.float64]

_CHUNK = 2_000_000  # numbers that are ranked at once, to keep memory small


def average_precisions(labels: ArrayLike, scores: ArrayLike, *, broken: bool = False) -> Floats:
    """Average precision of many rankings at once.

    Parameters
    ----------
    labels : array_like of bool, shape (n,) or (m, n)
        Each line with at least one positive.
    scores : array_like of float, shape (n,) or (m, n)
        Where they are one line, they are sorted once for all lines of labels.
    broken : bool
        How pairs with equal scores count. By default they share one threshold, as in
        `metrics.auprc`. Otherwise the result is the mean over all orders of them, exactly, so that
        a constant gets what random scores get on average.

    Returns
    -------
    ndarray of float, shape () or (m,)

    Raises
    ------
    InfosemError
        If a line of labels has no positive.
    """
    labels, scores = np.asarray(labels, dtype=bool), np.asarray(scores, dtype=np.float64)
    order = np.argsort(-scores, axis=-1, kind="stable")
    ranked, hits = _at(scores, order), _at(labels, order)
    end = last_equal(ranked)
    found = np.cumsum(hits, axis=-1)
    n_positive = found[..., -1]
    if not np.all(n_positive):
        raise InfosemError("labels: a line without positives has no average precision; drop it")
    by_end = _at(found, end)
    if not broken:
        return np.asarray((hits * (by_end / (end + 1))).sum(axis=-1) / n_positive)
    place = np.arange(end.shape[-1])
    start = place[-1] - last_equal(ranked[..., ::-1])[..., ::-1]
    before = _at(found - hits, start)
    tied, positive = end - start + 1, by_end - before
    # A place holds a positive with probability positive / tied; those tied above it hold their
    # share of the other positives.
    above = (place - start) * (positive - 1) / np.maximum(tied - 1, 1)
    terms = positive / tied * (before + 1 + above) / (place + 1)
    return np.asarray(terms.sum(axis=-1) / n_positive)


def last_equal(ranked: NDArray[Any]) -> NDArray[np.int64]:
    """The last place with the same value, for each place of sorted lines.

    Parameters
    ----------
    ranked : ndarray, shape (n,) or (m, n)

    Returns
    -------
    ndarray of int, of the same shape
    """
    place = np.arange(ranked.shape[-1])
    is_last = np.ones(ranked.shape, dtype=bool)
    is_last[..., :-1] = ranked[..., 1:] != ranked[..., :-1]
    end = np.where(is_last, place, len(place))
    return np.asarray(np.minimum.accumulate(end[..., ::-1], axis=-1)[..., ::-1])


def _at(values: NDArray[Any], places: NDArray[np.int64]) -> NDArray[Any]:
    """Values at places of their line; one line of either serves all of the other."""
    if places.ndim == 1:
        return np.asarray(values[..., places])
    return np.take_along_axis(np.broadcast_to(values, places.shape), places, axis=-1)


def chance(n_positive: ArrayLike, n_pairs: ArrayLike) -> Floats:
    """Mean average precision of random scores without ties, over all orders of the pairs.

    It lies above the share of positives, and far above it where pairs are few: with one positive
    among five, at 0.46.

    Parameters
    ----------
    n_positive, n_pairs : array_like of int
        Of each ranking.
    """
    n_positive, n_pairs = np.asarray(n_positive, dtype=float), np.asarray(n_pairs, dtype=float)
    others = (n_positive - 1) / np.maximum(n_pairs - 1, 1)
    harmonic = special.digamma(n_pairs + 1) + np.euler_gamma
    return np.asarray(others + (1 - others) * harmonic / n_pairs)


def gain(auprc: ArrayLike, n_positive: ArrayLike, n_pairs: ArrayLike) -> Floats:
    """AUPRC beyond chance, as a part of what there is to gain: 0 is chance, 1 is perfect.

    An AUPRC divided by the share of positives can reach 1 / share, so that TFs with few positives
    make the mean; the difference can reach 1 - share, so that those with many cannot add to it.

    Parameters
    ----------
    auprc : array_like of float
        With ties broken.
    n_positive, n_pairs : array_like of int
        Of each ranking.
    """
    base = chance(n_positive, n_pairs)
    return np.asarray((np.asarray(auprc) - base) / (1 - base))


def format_measures(
    shares: Sequence[float] = (0.02, 0.1, 0.2, 0.4, 0.6), separation: float = 1.0
) -> pd.DataFrame:
    """What the same scores get at different shares of positives, by three measures.

    Scores are normal, and those of positives are higher. Their AUROC is the same for every share.
    The numbers are those in the limit of many pairs.

    Parameters
    ----------
    shares : sequence of float
        Of positives.
    separation : float
        Of positives from negatives, in standard deviations.

    Returns
    -------
    DataFrame
        One row per share: share, AUROC, AUPRC, AUPRC / share, AUPRC - share and gain, the last
        three with the highest value that they can have.
    """
    limit = np.linspace(-8, 8 + separation, 20001)
    recall, fallout = stats.norm.sf(limit - separation), stats.norm.sf(limit)
    lines = []
    for share in shares:
        precision = share * recall / (share * recall + (1 - share) * fallout)
        auprc = float(-np.trapezoid(precision, recall))
        lines.append(
            {
                "share of positives": f"{share:g}",
                "AUROC": f"{stats.norm.cdf(separation / 2**0.5):.2f}",
                "AUPRC": f"{auprc:.2f}",
                "AUPRC / share (at most)": f"{auprc / share:.2f} ({1 / share:.1f})",
                "AUPRC - share (at most)": f"{auprc - share:.2f} ({1 - share:.2f})",
                "gain (at most)": f"{(auprc - share) / (1 - share):.2f} (1)",
            }
        )
    return pd.DataFrame(lines)


def chunks(n: int, size: int) -> list[slice]:
    """Parts of n rankings of some size each, so small that one is ranked at once."""
    step = max(1, _CHUNK // size)
    return [slice(start, min(n, start + step)) for start in range(0, n, step)]
