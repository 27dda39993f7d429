"""What the methods that learn from labels have in common: their training pairs."""

import numpy as np
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.errors import InfosemError
from infosem.splits import UNKNOWN

__all__ = ["SHUFFLES", "downsample", "require_labels", "shuffle"]

SHUFFLES = ("shuffled within TFs", "shuffled")
"""How `shuffle` can give labels to other training pairs."""


def require_labels(
    method: str, dataset: Dataset, train_edges: NDArray[np.int8] | None
) -> NDArray[np.int8]:
    """The training edges, where there are at least two of each label.

    Returns
    -------
    ndarray of int8, shape (n_tfs, n_genes)
        1 and 0 as given, and ``UNKNOWN`` for every negative number.

    Raises
    ------
    InfosemError
        If they are missing, of another shape than the data set's network, above 1, or too few.
    """
    shape = (dataset.n_tfs, dataset.n_genes)
    if train_edges is None:
        raise InfosemError(f"{method}: train_edges is missing; it learns from known pairs only")
    if train_edges.shape != shape:
        raise InfosemError(f"train_edges has the shape {train_edges.shape}, the data set {shape}")
    if (train_edges > 1).any():
        raise InfosemError(
            f"train_edges holds {train_edges.max()}; give 1 for an edge, 0 for none and a negative "
            "number where it is unknown"
        )
    edges = np.where(train_edges < 0, UNKNOWN, train_edges).astype(np.int8)
    n_pairs, n_positive = int((edges != UNKNOWN).sum()), int((edges == 1).sum())
    if min(n_positive, n_pairs - n_positive) < 2:
        raise InfosemError(
            f"train_edges: {n_pairs} training pairs, {n_positive} of them positive; {method} "
            "needs two of each label"
        )
    return edges


def downsample(dataset: Dataset, train_edges: NDArray[np.int8], *, seed: int) -> NDArray[np.int8]:
    """Keep as many training negatives as positives of every TF (Appendix D of the paper).

    The negatives that stay are drawn at random, from the genes in the order of their names, so that
    the draw does not depend on the order of the genes. A TF with more positives than negatives
    keeps all of both, and one without positives no pair: the others cannot be balanced.

    Returns
    -------
    ndarray of int8, shape (n_tfs, n_genes)
        `train_edges`, with ``UNKNOWN`` for the negatives that were left out.
    """
    rng = np.random.default_rng([*b"downsample", seed])
    by_name = np.argsort(dataset.genes)
    kept = train_edges.copy()
    for row in kept:
        negatives = by_name[row[by_name] == 0]
        n_left_out = max(0, len(negatives) - int((row == 1).sum()))
        row[rng.choice(negatives, n_left_out, replace=False)] = UNKNOWN
    return kept


def shuffle(
    dataset: Dataset, train_edges: NDArray[np.int8], how: str, *, seed: int
) -> NDArray[np.int8]:
    """Give the labels to other training pairs: a control, of what a method learns from them.

    Parameters
    ----------
    dataset : Dataset
    train_edges : ndarray of int8, shape (n_tfs, n_genes)
    how : str
        "shuffled within TFs": every TF keeps its number of positives, and which targets they are is
        drawn anew; "shuffled": all labels are drawn anew, the number of positives stays. The draw
        does not depend on the order of the genes.
    seed : int

    Raises
    ------
    InfosemError
        Where `how` is neither.
    """
    if how not in SHUFFLES:
        raise InfosemError(f"labels: {how!r} is unknown; choose from {', '.join(SHUFFLES)}")
    rng = np.random.default_rng([*b"labels", seed])
    order = np.ix_(np.argsort(dataset.tf_names), np.argsort(dataset.genes))
    edges = train_edges[order]
    rows = [edges] if how == "shuffled" else list(edges)
    for part in rows:  # views: what is changed in them is changed in `edges`
        known = part >= 0
        part[known] = rng.permutation(part[known])
    shuffled = np.empty_like(train_edges)
    shuffled[order] = edges
    return shuffled
