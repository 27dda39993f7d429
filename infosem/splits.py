"""Which TF-target pairs are for training, for the seen test and for the unseen test.

The TFs and the targets are each divided 3:1 into seen and unseen. The unseen test holds the pairs
(unseen TF, unseen target); the pairs (seen TF, seen target) are divided 3:1, TF by TF, into
training and the seen test. The other pairs are not used.

References
----------
InfoSEM, Sections 4.1 and 4.2. Where the text leaves a choice open, the docstrings name ours.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.errors import InfosemError

__all__ = ["UNKNOWN", "Protocol", "Split", "hide", "make_split"]

UNKNOWN = -1
"""The label, in ``Split.train_edges``, of a pair that is not a training pair."""

Targets = Literal["positive-in-block", "positive-anywhere", "all"]


@dataclass(frozen=True)
class Protocol:
    """How the pairs are chosen and divided.

    Parameters
    ----------
    targets
        Which targets are kept in the two blocks, (seen TFs x seen targets) and (unseen TFs x
        unseen targets): with ``"positive-in-block"``, those that some TF of the same block
        regulates, which gives base rates near the paper's Random rows; with
        ``"positive-anywhere"``, those that any TF of the network regulates; with ``"all"``, every
        gene. With the first, that a target is in the seen block tells that it has a positive
        there, in the training pairs or in the seen test; nothing is told about the unseen block.
    unseen_fraction
        The part of the TFs, and of the targets, that is unseen.
    train_fraction
        The part of each seen TF's pairs that is for training.
    self_pairs
        Whether a TF with itself as the target is a pair. It is in the counts of the paper's
        Appendix B, as a negative.

    Raises
    ------
    InfosemError
        If ``targets`` is not one of the three, or a fraction is not between 0 and 1.
    """

    targets: Targets = "positive-in-block"
    unseen_fraction: float = 0.25
    train_fraction: float = 0.75
    self_pairs: bool = True

    def __post_init__(self) -> None:
        if self.targets not in get_args(Targets):
            raise InfosemError(
                f"Protocol: targets={self.targets!r} is unknown; use one of "
                + ", ".join(repr(name) for name in get_args(Targets))
            )
        for name in ("unseen_fraction", "train_fraction"):
            value = getattr(self, name)
            if not 0 < value < 1:
                raise InfosemError(f"Protocol: {name}={value!r} must lie between 0 and 1")


DEFAULT_PROTOCOL = Protocol()


@dataclass(frozen=True, eq=False)
class Split:
    """One random division of the pairs of a data set.

    Attributes
    ----------
    seed : int
        The seed that it was drawn with.
    protocol : Protocol
        The rules that it follows.
    train, seen, unseen : ndarray of bool, shape (n_tfs, n_genes)
        Disjoint, read-only masks: rows are TFs, columns targets, in the order of the data set.
    """

    seed: int
    protocol: Protocol
    train: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    unseen: NDArray[np.bool_]

    def __post_init__(self) -> None:
        for mask in (self.train, self.seen, self.unseen):
            mask.setflags(write=False)

    def train_edges(self, network: NDArray[np.bool_]) -> NDArray[np.int8]:
        """What a method may know of the network.

        Parameters
        ----------
        network : ndarray of bool, shape (n_tfs, n_genes)
            The network of the data set that was split.

        Returns
        -------
        ndarray of int8, shape (n_tfs, n_genes)
            1 and 0 on the training pairs, ``UNKNOWN`` elsewhere.

        Raises
        ------
        InfosemError
            If the network has another shape than the split.
        """
        if network.shape != self.train.shape:
            raise InfosemError(
                f"network has the shape {network.shape}, the split {self.train.shape}; "
                "pass the network of the data set that was split"
            )
        return np.where(self.train, network, UNKNOWN).astype(np.int8)


def make_split(dataset: Dataset, *, seed: int, protocol: Protocol = DEFAULT_PROTOCOL) -> Split:
    """Divide the pairs of a data set at random.

    A gene has one fate: a TF that is unseen as a regulator is unseen as a target too, so no gene
    of the unseen test is in a training pair in either role. Hence the targets that are TFs share
    the draw of the TFs, and the other targets are divided apart from them. Except with
    ``targets="all"``, only targets with a positive somewhere are divided ("TGs with known
    interactions"). The TFs, the other targets and the pairs of each seen TF are divided in the
    stated proportion exactly, up to rounding (half to even); as the labels of the pairs play no
    part, a TF's positives are divided so on average only.

    Draws are made on sorted names: the order of the genes in the data set does not matter.

    Parameters
    ----------
    dataset : Dataset
        The data set, with its known network.
    seed : int
        Non-negative; the same seed gives the same split.
    protocol : Protocol, optional
        The rules; by default those that come nearest to the paper's base rates.

    Returns
    -------
    Split

    Raises
    ------
    InfosemError
        If the training pairs, the seen test or the unseen test would not hold at least one
        positive and one negative pair.
    """
    by_name = np.argsort(dataset.genes)  # the rows of a data set are in the order of names already
    network = dataset.network[:, by_name]
    tf_columns = np.searchsorted(dataset.genes[by_name], dataset.tf_names)
    n_tfs, n_genes = network.shape

    allowed = np.ones((n_tfs, n_genes), dtype=bool)
    if not protocol.self_pairs:
        allowed[np.arange(n_tfs), tf_columns] = False
    is_target = (protocol.targets == "all") | network.any(axis=0)
    is_tf = np.zeros(n_genes, dtype=bool)
    is_tf[tf_columns] = True

    # A stream of its own, lest a method that is given the same seed draw the same numbers.
    rng = np.random.default_rng([*b"split", seed])
    unseen_tf = _draw(rng, n_tfs, protocol.unseen_fraction)
    unseen_gene = np.zeros(n_genes, dtype=bool)
    unseen_gene[tf_columns] = unseen_tf
    others = np.flatnonzero(is_target & ~is_tf)
    unseen_gene[others] = _draw(rng, len(others), protocol.unseen_fraction)

    def block(tfs: NDArray[np.bool_], genes: NDArray[np.bool_]) -> NDArray[np.bool_]:
        pairs = np.outer(tfs, genes & is_target) & allowed
        if protocol.targets == "positive-in-block":
            pairs &= (pairs & network).any(axis=0)
        return pairs

    unseen = block(unseen_tf, unseen_gene)
    known = block(~unseen_tf, ~unseen_gene)
    train = _part_of_rows(rng, known, protocol.train_fraction)

    masks = {"training pairs": train, "seen test": known & ~train, "unseen test": unseen}
    for name, mask in masks.items():
        n_pairs, n_positive = int(mask.sum()), int((mask & network).sum())
        if not 0 < n_positive < n_pairs:
            raise InfosemError(
                f"{dataset.name}, seed {seed}: the {name} would hold {n_pairs} pairs, {n_positive} "
                "of them positive, and both positives and negatives are needed; use another seed, "
                "another protocol or a network with more TFs and edges"
            )

    def in_dataset_order(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        result = np.empty_like(mask)
        result[:, by_name] = mask
        return result

    train, seen, unseen = map(in_dataset_order, masks.values())
    return Split(seed=seed, protocol=protocol, train=train, seen=seen, unseen=unseen)


def hide(dataset: Dataset, split: Split, *, fraction: float = 0.25) -> NDArray[np.bool_]:
    """Mark training pairs to be hidden from a method, so that they can judge its settings.

    Of each seen TF's training pairs the stated part, up to rounding, drawn as the training pairs
    themselves are: on sorted names, without regard to labels.

    Parameters
    ----------
    dataset : Dataset
    split : Split
        Of this data set.
    fraction : float
        Between 0 and 1.

    Returns
    -------
    ndarray of bool, shape (n_tfs, n_genes)

    Raises
    ------
    InfosemError
        If the hidden pairs would not hold at least one positive and one negative.
    """
    by_name = np.argsort(dataset.genes)
    rng = np.random.default_rng([*b"hide", split.seed])
    hidden = np.empty_like(split.train)
    hidden[:, by_name] = _part_of_rows(rng, split.train[:, by_name], fraction)
    n_pairs, n_positive = int(hidden.sum()), int((hidden & dataset.network).sum())
    if not 0 < n_positive < n_pairs:
        raise InfosemError(
            f"{dataset.name}, split {split.seed}: of the training pairs {n_pairs} would be hidden, "
            f"{n_positive} of them positive, and both positives and negatives are needed; use "
            "another fraction or split, or a network with more TFs and edges"
        )
    return hidden


def _part_of_rows(
    rng: np.random.Generator, pairs: NDArray[np.bool_], fraction: float
) -> NDArray[np.bool_]:
    """Mark ``round(fraction * n)`` of the n pairs of each row, drawn without replacement."""
    # Those with the smallest keys; 2 keeps what is no pair last.
    keys = np.where(pairs, rng.random(pairs.shape), 2.0)
    n_marked = np.rint(fraction * pairs.sum(axis=1, keepdims=True))
    marked: NDArray[np.bool_] = pairs & (keys.argsort(axis=1).argsort(axis=1) < n_marked)
    return marked


def _draw(rng: np.random.Generator, n: int, fraction: float) -> NDArray[np.bool_]:
    """Mark ``round(fraction * n)`` of n things, drawn without replacement."""
    chosen = np.zeros(n, dtype=bool)
    chosen[rng.permutation(n)[: round(fraction * n)]] = True
    return chosen
