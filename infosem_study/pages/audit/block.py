"""The unseen block of a split, and how well scores rank within its TFs and within its targets."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.errors import InfosemError
from infosem.splits import Split
from infosem_study.pages.audit.measures import Floats, average_precisions, gain

__all__ = ["FEWEST", "N_GROUPS", "Block"]

FEWEST = 3
"""How many positives, and how many negatives, a TF has at least for an AUPRC of its own."""
N_GROUPS = 4
"""Of TFs and of targets: a fourth of each is unseen on a split."""


class Block:
    """The unseen block of a split: a rectangle of unseen TFs and unseen targets.

    Attributes
    ----------
    tfs, targets : ndarray of int
        Its rows and columns among those of the network.
    labels : ndarray of bool, shape (n_unseen_tfs, n_unseen_targets)
    itself : ndarray of bool, shape (n_unseen_tfs, n_unseen_targets)
        Pairs of a TF with itself, which most methods rank last.
    """

    def __init__(self, dataset: Dataset, split: Split) -> None:
        self.tfs = np.flatnonzero(split.unseen.any(axis=1))
        self.targets = np.flatnonzero(split.unseen.any(axis=0))
        self.labels = self.of(dataset.network)
        self.itself = dataset.tfs[self.tfs][:, np.newaxis] == self.targets
        self._names = dataset.tf_names[self.tfs]
        self._where = f"{dataset.name} ({dataset.network_name}), split {split.seed}"

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        """The part of values (n_tfs, n_genes) that is in the block."""
        return np.asarray(values[np.ix_(self.tfs, self.targets)])

    def within_tfs(self, scores: Floats) -> pd.DataFrame:
        """How scores rank the targets of each TF that has enough pairs of both classes.

        Ties are broken, and the TF with itself is left out.

        Parameters
        ----------
        scores : ndarray of float, shape (n_unseen_tfs, n_unseen_targets)

        Returns
        -------
        DataFrame
            One row per TF: tf, n_positive, n_pairs, auprc, and others, the mean AUPRC of the rows
            of the other TFs on the labels of this one.

        Raises
        ------
        InfosemError
            If no TF has enough positives and negatives.
        """
        # A TF with itself tells nothing, in its own row or in the comparison of it with another. As
        # a negative in the last place a pair counts for nothing.
        last = np.where(self.itself, -np.inf, scores)
        lines = []
        for i, pairs, labels in self._ranked():
            auprc = average_precisions(labels, scores[i, pairs], broken=True)
            # On the same pairs, its own row and that of each other TF.
            left_out = np.delete(self.itself, i, axis=0)[:, pairs]
            same_labels = labels & ~left_out
            own = np.where(left_out, -np.inf, scores[i, pairs])
            other = np.delete(last, i, axis=0)[:, pairs]
            more = average_precisions(same_labels, own, broken=True) - average_precisions(
                same_labels, other, broken=True
            )
            others = auprc - more.mean() if len(more) else auprc
            lines.append((self._names[i], int(labels.sum()), len(labels), auprc, others))
        if not lines:
            raise InfosemError(
                f"{self._where}: no unseen TF has {FEWEST} positives and {FEWEST} negatives; leave "
                "the split out"
            )
        return pd.DataFrame(lines, columns=["tf", "n_positive", "n_pairs", "auprc", "others"])

    def _ranked(self) -> Iterator[tuple[int, NDArray[np.bool_], NDArray[np.bool_]]]:
        """Each TF that has enough pairs of both classes: its row, those pairs, their labels."""
        for i, itself in enumerate(self.itself):
            labels = self.labels[i, ~itself]
            n_positive = int(labels.sum())
            if FEWEST <= n_positive <= len(labels) - FEWEST:
                yield i, ~itself, labels

    def gain_within_tfs(self, scores: Floats) -> float:
        """Mean `measures.gain` over the TFs of `within_tfs`, by itself; NaN if there is none."""
        gains = [
            gain(
                average_precisions(labels, scores[i, pairs], broken=True),
                labels.sum(), len(labels),
            )
            for i, pairs, labels in self._ranked()
        ]  # fmt: skip
        return float(np.mean(gains)) if gains else np.nan

    def within_targets(self, scores: Floats) -> tuple[int, float]:
        """How scores rank the TFs of each target, without pairs of a TF with itself.

        Parameters
        ----------
        scores : ndarray of float, shape (n_unseen_tfs, n_unseen_targets)

        Returns
        -------
        int
            The number of targets that have both classes.
        float
            Their mean `measures.gain`, ties broken; 0 if there is none.
        """
        gains = []
        for labels, own, itself in zip(self.labels.T, scores.T, self.itself.T, strict=True):
            kept = labels[~itself]
            if kept.any() and not kept.all():
                value = average_precisions(kept, own[~itself], broken=True)
                gains.append(float(gain(value, kept.sum(), len(kept))))
        return len(gains), float(np.mean(gains)) if gains else 0.0
