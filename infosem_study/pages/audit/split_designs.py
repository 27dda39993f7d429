"""A better use of the same TFs: other ways to draw the blocks, for the same scores."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem_study.execution import scores_of
from infosem_study.pages.audit.block import N_GROUPS
from infosem_study.pages.audit.measures import Floats, average_precisions
from infosem_study.pages.audit.runs import GROUP, kept
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store

__all__ = ["FOLDED", "describe_folds", "designs", "folds"]

FOLDED = ("Pearson correlation", "DeepSEM")
"""Methods on which split designs are compared: their scores are the same on every split."""

_N_DESIGNS = 200
_FOLDS = {"design": str, "n_blocks": int, "mean": float, "sd": float}


def folds(
    store: Store,
    rows: pd.DataFrame,
    methods: Sequence[str] = FOLDED,
    *,
    runner: Runner = HERE,
) -> pd.DataFrame:
    """Error of the mean AUPRC under other ways to draw the blocks, for the same scores.

    Parameters
    ----------
    store : Store
        In whose folder the table is kept.
    rows : DataFrame
        From `runs.results`.
    methods : sequence of str
        Whose scores do not depend on the split.
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        One row per network, dataset, method, design and n_blocks: mean and sd, as from `designs`.

    Raises
    ------
    InfosemError
        As `derived.derive`.
    """
    own = rows[rows["method"].isin(methods)]
    if not len(own):
        return pd.DataFrame(columns=[*GROUP, *_FOLDS])
    first = own[own["split"] == own["split"].min()]

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        dataset, _, scores = scores_of(store, run)
        return designs(dataset, scores)

    return kept(store, "folds", _FOLDS, first, compute, runner=runner)


def designs(dataset: Dataset, scores: Floats, n: int = _N_DESIGNS) -> pd.DataFrame:
    """Mean AUPRC over blocks that are drawn in several ways, and its error.

    TFs and targets are divided into four groups each; a TF that is a target is in the same group as
    both. In the design "random" every block is of a new division, as a split is; in the design
    "folds" all blocks are of one division. Four folds test TF group i on target group i; sixteen
    test it on every target group j, there without the targets that are TFs of another group, which
    are seen.

    Parameters
    ----------
    dataset : Dataset
    scores : ndarray of float, shape (n_tfs, n_genes)
    n : int
        How often each design is drawn.

    Returns
    -------
    DataFrame
        One row per design: design, n_blocks (how often a method with labels would be trained), mean
        and sd over the draws.
    """
    rng = np.random.default_rng([*b"designs"])
    is_tf = np.zeros(dataset.n_genes, dtype=bool)
    is_tf[dataset.tfs] = True
    others = np.flatnonzero(dataset.network.any(axis=0) & ~is_tf)

    def division() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        of_tf = rng.permutation(np.arange(dataset.n_tfs) % N_GROUPS)
        of_target = np.full(dataset.n_genes, -1)
        of_target[dataset.tfs] = of_tf
        of_target[others] = rng.permutation(np.arange(len(others)) % N_GROUPS)
        return of_tf, of_target

    def auprc(of_tf: NDArray[np.int64], of_target: NDArray[np.int64], i: int, j: int) -> float:
        tfs, targets = of_tf == i, of_target == j
        if i != j:
            targets = targets & ~is_tf
        targets = targets & dataset.network[tfs].any(axis=0)
        labels = dataset.network[np.ix_(tfs, targets)].ravel()
        if not labels.any() or labels.all():
            return np.nan
        return float(average_precisions(labels, scores[np.ix_(tfs, targets)].ravel()))

    every = list(product(range(N_GROUPS), repeat=2))
    # Any group of them: the first ones are larger by one where the number is no multiple of four.
    drawn = rng.integers(N_GROUPS, size=(n, len(every)))
    fresh = np.array([[auprc(*division(), i, i) for i in line] for line in drawn])
    grouped = []
    for _ in range(n):
        groups = division()
        grouped.append([auprc(*groups, i, j) for i, j in every])
    by_fold = np.array(grouped)
    diagonal = [i == j for i, j in every]
    found = {
        ("random", N_GROUPS): fresh[:, :N_GROUPS],
        ("random", 10): fresh[:, :10],
        ("random", len(every)): fresh,
        ("folds", N_GROUPS): by_fold[:, diagonal],
        ("folds", len(every)): by_fold,
    }
    lines = []
    for (design, n_blocks), values in found.items():
        means = np.nanmean(values, axis=1)
        lines.append((design, n_blocks, means.mean(), means.std(ddof=1)))
    return pd.DataFrame(lines, columns=[*_FOLDS])


def describe_folds(table: pd.DataFrame) -> str:
    """What grouped folds save, in words: `folds`."""
    errors = table.pivot_table("sd", GROUP, ["design", "n_blocks"], sort=False)
    texts = []
    for network, part in errors.groupby("network", sort=False):
        told = []
        for n_folds, n_random in ((4, 4), (4, 10), (16, 16), (16, 10)):
            ratios = part["folds", n_folds] / part["random", n_random]
            told.append(
                f"{n_folds} folds against {n_random} random blocks: {ratios.min():.2f} to "
                f"{ratios.max():.2f}"
            )
        texts.append(f"{network}, ratio of the errors of two designs: {'; '.join(told)}.")
    return "\n".join(texts)
