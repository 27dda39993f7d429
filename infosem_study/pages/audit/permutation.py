"""Every method in a lottery of its own: its scores with the TFs exchanged.

References
----------
Vovk and Wang (2020), Combining p-values via averaging, Biometrika 107, 791-808: twice the mean of
p-values is one, however they depend on each other.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from infosem.data import Dataset
from infosem.splits import Split
from infosem_study.execution import scores_of
from infosem_study.pages.audit.block import Block
from infosem_study.pages.audit.measures import Floats, chunks, last_equal
from infosem_study.pages.audit.runs import GROUP, UNINFORMED, kept
from infosem_study.pages.audit.text import listed
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store

__all__ = ["describe_placed", "permutations", "permuted", "placed"]

_N_PERMUTATIONS = 999
_PERMUTATIONS = {"n_tfs": int, "auprc": float, "null_mean": float, "null_sd": float, "p": float,
                 "n_targets": int, "target_gain": float}  # fmt: skip


def permutations(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """Every run among its own scores with the rows exchanged among the unseen TFs.

    Exchanging rows keeps what a method says of targets, how it spreads its scores over TFs and
    targets, and its ties. It only takes away which TF is which. A TF with itself is a negative that
    most methods rank last, and loses this place by the exchange: where such pairs are many, p is
    too small if anything.

    Parameters
    ----------
    store : Store
        In whose folder the table is kept.
    rows : DataFrame
        From `runs.results`; of all methods, first training seed.
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        One row per run: network, dataset, method, split, key, and what `permuted` gives.

    Raises
    ------
    InfosemError
        As `derived.derive`.
    """

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        return pd.DataFrame([permuted(*scores_of(store, run))])

    return kept(store, "permutation", _PERMUTATIONS, rows, compute, runner=runner)


def permuted(
    dataset: Dataset, split: Split, scores: Floats, n: int = _N_PERMUTATIONS
) -> dict[str, Any]:
    """Scores among those with the rows exchanged among the unseen TFs.

    Parameters
    ----------
    dataset : Dataset
    split : Split
    scores : ndarray of float, shape (n_tfs, n_genes)
    n : int
        The number of permutations.

    Returns
    -------
    dict
        n_tfs (unseen), auprc (pooled), null_mean and null_sd over the permutations, p = (1 + those
        that reach it) / (1 + n), n_targets and target_gain (`Block.within_targets`).
    """
    block = Block(dataset, split)
    labels, own = block.labels, block.of(scores)
    # Exchanging rows moves the labels among the same scores, which are thus sorted once. What
    # counts of them is how many pairs each is not above, itself and its equals among these.
    ranked, inverse = np.unique(-own.ravel(), return_inverse=True)
    n_reached = np.cumsum(np.bincount(inverse, minlength=len(ranked)))[inverse].reshape(own.shape)
    of_tf, of_target = np.nonzero(labels)
    rng = np.random.default_rng([*b"permutation", split.seed])
    rows = np.tile(np.arange(len(labels)), (1 + n, 1))
    rows[1:] = rng.permuted(rows[1:], axis=1)  # the first line is what there is
    values = []
    for part in chunks(1 + n, len(of_tf)):
        reached = np.sort(n_reached[rows[part][:, of_tf], of_target], axis=1)
        values.append(((last_equal(reached) + 1) / reached).mean(axis=1))
    auprcs = np.concatenate(values)
    auprc, null = auprcs[0], auprcs[1:]
    n_targets, target_gain = block.within_targets(own)
    return {
        "n_tfs": len(labels),
        "auprc": auprc,
        "null_mean": null.mean(),
        "null_sd": null.std(ddof=1),
        "p": (1 + int((null >= auprc - 1e-12).sum())) / (1 + n),
        "n_targets": n_targets,
        "target_gain": target_gain,
    }


def placed(table: pd.DataFrame) -> pd.DataFrame:
    """The place of every method in its TF permutation null, over the splits.

    The splits share TFs, so that their p-values depend on each other in a way that nobody knows.
    Twice their mean is a p-value all the same (Vovk and Wang 2020). It is corrected for the many
    methods and data sets of a network by Benjamini and Hochberg's false discovery rate.

    Parameters
    ----------
    table : DataFrame
        From `permutations`.

    Returns
    -------
    DataFrame
        One row per network, data set and method: auprc, null_mean, null_sd (means over splits),
        n_splits, n_low (splits with p below 0.05), p and q. Scores without information have no q:
        they are no hypotheses.
    """
    groups = table.groupby(GROUP, sort=False)
    found = groups[["auprc", "null_mean", "null_sd"]].mean()
    found = found.assign(
        n_splits=groups.size(),
        n_low=groups["p"].agg(lambda p: int((p < 0.05).sum())),
        p=(2 * groups["p"].mean()).clip(upper=1),
    ).reset_index()
    found["q"] = np.nan
    tested = ~found["method"].isin(UNINFORMED)
    for _, part in found[tested].groupby("network"):
        found.loc[part.index, "q"] = stats.false_discovery_control(part["p"])
    return found


def describe_placed(table: pd.DataFrame) -> str:
    """Who can be told from the null, in words: `placed`."""
    texts = []
    for network, part in table.dropna(subset="q").groupby("network", sort=False):
        found = part.loc[part["q"] < 0.05, ["method", "dataset", "p", "q"]]
        names = listed(
            f"{method} on {dataset} (p {p:.3f}, q {q:.3f})"
            for method, dataset, p, q in found.to_numpy()
        )
        texts.append(
            f"{network}: of {len(part)} pairs of method and data set, {(part['p'] < 0.05).sum()} "
            f"have p < 0.05 and {len(found)} a false discovery rate below 0.05: "
            f"{names}. On {part['n_low'].sum()} of {part['n_splits'].sum()} single splits p is "
            "below 0.05."
        )
    return "\n".join(texts)
