"""Every method among its own permutations: its scores with the TFs exchanged.

What is exchanged are the rows of the score matrix, among all TFs of the data set, by the same
permutation on all splits. If the scores told nothing of which TF is which, every assignment of rows
to TFs would be as likely as the one that there is, whatever the network, the splits and their
overlap are, as these stay as they are. The mean AUPRC over the splits is then one draw among those
of the permutations, and p is valid as it stands.

That needs scores that are the same on every split. Methods that learn from labels have others on
each, made with labels of other TFs: one permutation for all would take the scores of a TF from a
split where it was seen to one where it is not, and they are left out. Of InfoSEM-B one thing
depends on the split, the weight of its prior, which was chosen on training edges; the permutations
do not choose it again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from infosem.data import Dataset
from infosem.splits import Split
from infosem_study.execution import scores_of
from infosem_study.methods import METHODS
from infosem_study.nulls import LEVEL, UNINFORMED, place_among
from infosem_study.pages.audit.block import Block
from infosem_study.pages.audit.measures import Floats, chunks, last_equal
from infosem_study.pages.audit.runs import GROUP, first_seed, kept
from infosem_study.pages.audit.text import listed
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store

__all__ = ["N_PERMUTATIONS", "describe_placed", "permutations", "permuted", "placed"]

N_PERMUTATIONS = 2000
_LONGEST = 100.0  # seconds of a run that is not one of this package's models
_PERMUTATIONS = {"runs": str, "n_splits": int, "n_tfs": int, "auprc": float, "null_mean": float,
                 "null_sd": float, "low": float, "high": float, "p": float}  # fmt: skip


def permutations(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """Every method without labels among its own scores with the rows exchanged among all TFs.

    Runs of trees and of RegDiffusion that took long are left out: they would have to be done again.

    Parameters
    ----------
    store : Store
        In whose folder the table is kept: a line for all splits of a method, under its run on the
        first one.
    rows : DataFrame
        From `runs.results`; of methods of the registry, first training seed.
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        One row per network, data set and method: network, dataset, method, key and split (of the
        first run), runs (which stands for the keys of all), n_splits, and what `permuted` gives.

    Raises
    ------
    InfosemError
        As `derived.derive`, and if all methods learn from labels.
    """
    own = first_seed(rows)
    own = own[
        [
            not METHODS[name].labels and (METHODS[name].deep or seconds < _LONGEST)
            for name, seconds in zip(own["method"], own["seconds"], strict=True)
        ]
    ]
    parts = []
    for _, of_method in own.groupby(["network", "method"], sort=False):
        together: dict[str, Any] = {  # by data set
            str(dataset): part.sort_values("split")[["split", "key"]].to_dict("records")
            for dataset, part in of_method.groupby("dataset", sort=False)
        }
        first = of_method.sort_values("split").groupby("dataset", sort=False).head(1)
        wanted = {dataset: [_name(runs)] for dataset, runs in together.items()}
        parts.append(
            kept(store, "permutation", _PERMUTATIONS, first, partial(_compute, store, together),
                 only=("runs", wanted), runner=runner)
        )  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    return own[GROUP].drop_duplicates().merge(table, on=GROUP)


def _name(runs: Sequence[Mapping[str, Any]]) -> str:
    """What stands for runs on some splits: other keys, or other splits, have another."""
    text = " ".join(f"{run['split']}:{run['key']}" for run in runs)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _compute(
    store: Store, together: Mapping[str, Sequence[Mapping[str, Any]]], run: Mapping[str, Any]
) -> pd.DataFrame:
    """The line of one method on one data set, of which `run` is the run on the first split."""
    runs = together[run["dataset"]]
    scored = [scores_of(store, {**run, **other}) for other in runs]
    dataset = scored[0][0]
    line = permuted(dataset, [(split, scores) for _, split, scores in scored])
    return pd.DataFrame([{"runs": _name(runs), "n_splits": len(runs), **line}])


def permuted(
    dataset: Dataset, scored: Sequence[tuple[Split, Floats]], n: int = N_PERMUTATIONS
) -> dict[str, Any]:
    """The mean AUPRC over splits among those with the rows exchanged among all TFs.

    Exchanging rows keeps what a method says of targets, how it spreads its scores over TFs and
    targets, and its ties. It only takes away which TF is which. A TF with itself is a pair that
    methods rank last, or first, by construction: it has the score of such a pair still, and the
    pair whose place that had gets the score that the other TF has of this one. These pairs are few;
    but for them, what is exchanged is exchangeable.

    Parameters
    ----------
    dataset : Dataset
    scored : sequence of (Split, ndarray of float, shape (n_tfs, n_genes))
        The scores on every split: the same on all, or nearly.
    n : int
        The number of permutations.

    Returns
    -------
    dict
        n_tfs, auprc (mean over splits), null_mean, null_sd, low and high (2.5% and 97.5% quantiles)
        of the same over the permutations, and p = (1 + those that reach it) / (1 + n).
    """
    rng = np.random.default_rng([*b"permutation"])
    sources = np.tile(np.arange(dataset.n_tfs), (1 + n, 1))
    sources[1:] = rng.permuted(sources[1:], axis=1)  # the first line is what there is
    by_split = [_auprcs(Block(dataset, split), dataset, own, sources) for split, own in scored]
    auprc, *null = np.mean(by_split, axis=0)
    low, high = np.quantile(null, [0.025, 0.975])
    return {
        "n_tfs": dataset.n_tfs,
        "auprc": auprc,
        "null_mean": np.mean(null),
        "null_sd": np.std(null, ddof=1),
        "low": low,
        "high": high,
        "p": place_among(auprc, null, 1e-12),
    }


def _auprcs(block: Block, dataset: Dataset, scores: Floats, sources: Any) -> Floats:
    """AUPRC on a block where each TF has the row of another, for lines of such others."""
    tfs, n_targets = block.tfs, len(block.targets)
    # The columns of the block, and those of its TFs that are not among them.
    columns = np.concatenate([block.targets, np.setdiff1d(dataset.tfs[tfs], block.targets)])
    own = np.append(scores[:, columns].ravel(), scores[np.arange(dataset.n_tfs), dataset.tfs])
    # Integers rank as the scores do, and are counted instead of sorted: 0 is the best.
    ranked = np.unique(-own, return_inverse=True)[1].astype(np.intp)
    n_ranks, itself = int(ranked.max()) + 1, ranked[-dataset.n_tfs :]
    place = ranked[: -dataset.n_tfs].reshape(dataset.n_tfs, -1)
    column_of = np.full(dataset.n_genes, len(columns))
    column_of[columns] = np.arange(len(columns))
    of_tf = column_of[dataset.tfs]  # by TF, where it is a column
    rows = np.arange(len(tfs))
    is_target = of_tf[tfs] < n_targets
    positive = np.nonzero(block.labels)
    found = np.empty(len(sources))
    for part in chunks(len(sources), len(positive[0])):
        reached = np.empty((part.stop - part.start, len(positive[0])))
        for line, source in zip(reached, sources[part, tfs], strict=True):
            drawn = place[source, :n_targets]
            moved = of_tf[source] < n_targets  # the TF whose row it is, as a target
            drawn[rows[moved], of_tf[source[moved]]] = place[source[moved], of_tf[tfs[moved]]]
            drawn[rows[is_target], of_tf[tfs[is_target]]] = itself[source[is_target]]
            # How many pairs each positive is not above, itself and its equals among these.
            line[:] = np.bincount(drawn.ravel(), minlength=n_ranks).cumsum()[drawn[positive]]
        reached.sort(axis=1)
        found[part] = ((last_equal(reached) + 1) / reached).mean(axis=1)
    return found


def placed(table: pd.DataFrame) -> pd.DataFrame:
    """`permutations`, corrected for the many methods and data sets of a network.

    Parameters
    ----------
    table : DataFrame
        From `permutations`.

    Returns
    -------
    DataFrame
        One row per network, data set and method: auprc, null_mean, null_sd, low, high, n_tfs,
        n_splits, p, and q, the false discovery rate by Benjamini and Hochberg over the family of
        all methods and data sets of the network that are here. Scores without information have no
        q: they are no hypotheses.
    """
    values = ["auprc", "null_mean", "null_sd", "low", "high", "n_tfs", "n_splits", "p"]
    found = table[[*GROUP, *values]].assign(q=np.nan)
    tested = ~found["method"].isin(UNINFORMED)
    for _, part in found[tested].groupby("network"):
        found.loc[part.index, "q"] = stats.false_discovery_control(part["p"])
    return found


def describe_placed(table: pd.DataFrame) -> str:
    """Who can be told from the null, in words: `placed`."""
    texts = []
    for network, part in table.dropna(subset="q").groupby("network", sort=False):
        found = part.loc[part["q"] < LEVEL, ["method", "dataset", "p", "q"]]
        names = listed(
            f"{method} on {dataset} (p {p:.4f}, q {q:.4f})"
            for method, dataset, p, q in found.to_numpy()
        )
        texts.append(
            f"{network}: of {len(part)} pairs of method and data set, {(part['p'] < LEVEL).sum()} "
            f"have p < {LEVEL} and {len(found)} a false discovery rate below {LEVEL}: {names}."
        )
    return "\n".join(texts)
