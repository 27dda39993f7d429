"""How good scores are on a network, TF by TF, where a database knows some of its edges.

Everything is one number for each TF, whose mean over TFs is the result, so that TFs can be drawn
anew. Within TFs that is so by itself. A pooled score is taken apart by leaving out one TF after the
other: each gets the whole, and what the others are worse without it.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from infosem.data import Dataset
from infosem.metrics import hit_at
from infosem.splits import Protocol, Split
from infosem_study.pages.audit.block import FEWEST, Block
from infosem_study.pages.audit.measures import Floats, average_precisions, gain

__all__ = ["MEASURES", "Judge"]

MEASURES = {
    "within": "within TFs",
    "own": "own TF",
    "partial": "beyond popularity",
    "new": "within TFs, new pairs",
    "confirmed": "within TFs, pairs of the database",
    "targets": "within targets",
    "pooled": "AUPRC",
    "hit": "Hit@1%",
}
"""What is measured: columns, and their names."""


class Judge:
    """Judges scores on all pairs of the TFs that a database knows, every gene a target.

    A TF with itself is left out, and ties are broken.

    Parameters
    ----------
    dataset : Dataset
        With the network that is judged.
    known : ndarray of int8, (n_tfs, n_genes)
        From `knowledge.known_edges`.
    popularity : ndarray of float, (n_genes,)
        How many regulators a target has in the database.
    """

    def __init__(self, dataset: Dataset, known: NDArray[np.int8], popularity: Floats) -> None:
        self.is_known: NDArray[np.bool_] = np.any(known >= 0, axis=1)
        self._dataset, self._known = dataset, known
        self._itself = np.equal.outer(dataset.tfs, np.arange(dataset.n_genes))
        self._expression = np.asarray(dataset.dense().expression.mean(axis=1))
        self._popularity = popularity
        pairs = np.broadcast_to(self.is_known[:, np.newaxis], known.shape).copy()
        none = np.zeros_like(pairs)
        self._split = Split(0, Protocol(targets="all"), none, none.copy(), pairs)

    def by_tf(self, scores: Floats) -> pd.DataFrame:
        """Every measure of scores (n_tfs, n_genes), TF by TF.

        Returns
        -------
        DataFrame
            One row per TF of the data set: tf, known (whether the database has edges of it),
            n_positive, and `MEASURES`. A TF that the database does not know has within and partial
            only. NaN where a TF has too few pairs of either kind.
        """
        labels, lines = self._dataset.network, []
        for i, name in enumerate(self._dataset.tf_names):
            pairs = ~self._itself[i]
            line = {"tf": name, "known": self.is_known[i], "n_positive": int(labels[i].sum())}
            line["within"] = self._gain(i, pairs, scores)
            line["partial"] = self._partial(i, pairs, scores)
            if self.is_known[i]:
                line["new"] = self._gain(i, pairs & (self._known[i] == 0), scores)
                line["confirmed"] = self._gain(i, pairs & (self._known[i] == 1), scores)
            lines.append(line)
        found = pd.DataFrame(lines).set_index("tf").assign(**self._pooled(scores))
        found = found.join(self._own(scores)).reset_index()
        return found.reindex(columns=["tf", "known", "n_positive", *MEASURES])

    def _gain(self, tf: int, pairs: NDArray[np.bool_], scores: Floats) -> float:
        labels = self._dataset.network[tf, pairs]
        n_positive = int(labels.sum())
        if min(n_positive, len(labels) - n_positive) < FEWEST:
            return np.nan
        found = average_precisions(labels, scores[tf, pairs], broken=True)
        return float(gain(found, n_positive, len(labels)))

    def _partial(self, tf: int, pairs: NDArray[np.bool_], scores: Floats) -> float:
        """Rank correlation of scores and labels of a TF, beyond what a target's own numbers tell.

        These are its mean expression, and how many regulators it has in the database.
        """
        labels = self._dataset.network[tf, pairs].astype(float)
        if min(labels.sum(), len(labels) - labels.sum()) < FEWEST:
            return np.nan
        of_target = [
            stats.rankdata(values[pairs]) for values in (self._expression, self._popularity)
        ]
        design = np.column_stack([np.ones(len(labels)), *of_target])
        both = np.column_stack([labels, stats.rankdata(scores[tf, pairs])])
        rest = both - design @ np.linalg.lstsq(design, both, rcond=None)[0]
        lengths = np.linalg.norm(rest, axis=0)
        # Of scores that the target's own numbers tell in full, rounding errors are left.
        if lengths[1] < 1e-6 * np.linalg.norm(both[:, 1]):
            return 0.0
        return float(rest[:, 0] @ rest[:, 1] / lengths.prod())

    def _own(self, scores: Floats) -> pd.DataFrame:
        """What the row of a TF is better on its labels than those of the others (`Block`)."""
        block = Block(self._dataset, self._split)
        table = block.within_tfs(block.of(scores))
        n = table["n_positive"], table["n_pairs"]
        own, others = (table[name].to_numpy(dtype=float) for name in ("auprc", "others"))
        more = gain(own, *n) - gain(others, *n)
        return pd.DataFrame({"own": more}, index=pd.Index(table["tf"], name="tf"))

    def _pooled(self, scores: Floats) -> dict[str, Floats]:
        """The measures over pairs of several TFs, as a number of each known TF."""
        rows = self.is_known
        labels, itself, scores = self._dataset.network[rows], self._itself[rows], scores[rows]

        def auprc(kept: NDArray[np.intp]) -> float:
            pairs = ~itself[kept]
            return float(average_precisions(labels[kept][pairs], scores[kept][pairs], broken=True))

        def hit(kept: NDArray[np.intp]) -> float:
            pairs = ~itself[kept]
            return hit_at(labels[kept][pairs], scores[kept][pairs])

        def within_targets(kept: NDArray[np.intp]) -> float:
            own, n_pairs = labels[kept].T, (~itself[kept]).sum(axis=0)
            n_positive = own.sum(axis=1)
            both = (n_positive > 0) & (n_positive < n_pairs)
            if not both.any():
                return np.nan
            # Last, a pair of a TF with itself counts for nothing.
            last = np.where(itself[kept], -np.inf, scores[kept]).T
            found = average_precisions(own[both], last[both], broken=True)
            return float(gain(found, n_positive[both], n_pairs[both]).mean())

        found = {}
        for name, measure in (("pooled", auprc), ("hit", hit), ("targets", within_targets)):
            values = np.full(len(rows), np.nan)
            values[rows] = _shares(measure, int(rows.sum()))
            found[name] = values
        return found


def _shares(measure: Callable[[NDArray[np.intp]], float], n: int) -> Floats:
    """The share of each of n in a measure of all, by the jackknife; their mean is the measure."""
    everyone = np.arange(n)
    whole = measure(everyone)
    if n < 2:
        return np.full(n, whole)
    without = np.array([measure(np.delete(everyone, i)) for i in everyone])
    return np.asarray(whole + (n - 1) * (without.mean() - without))
