"""GENIE3: how much each TF helps a random forest to predict a target.

References
----------
Huynh-Thu, Irrthum, Wehenkel and Geurts (2010), Inferring regulatory networks from expression data
using tree-based methods, PLoS ONE 5, e12776, and their GENIE3.py.
"""

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestRegressor

from infosem.data import Dataset
from infosem.errors import InfosemError
from infosem_study.baselines.correlation import standardised

__all__ = ["genie3"]

_FEWEST_CELLS = 10


def genie3(
    dataset: Dataset,
    train_edges: NDArray[np.int8] | None,
    *,
    seed: int,
    n_trees: int = 1000,
    n_jobs: int = 1,
) -> NDArray[np.float64]:
    """Score pairs by the importance of the TF in a random forest that predicts the target.

    For each target, 1000 fully grown trees predict its expression from that of the TFs, itself left
    out. Each tree sees a bootstrap sample of the cells, and each of its nodes the square root of
    the number of TFs, chosen at random. The score is the reduction in the target's variance that is
    due to the TF, averaged over the trees. Targets are scaled to unit variance first, which makes
    their scores comparable.

    All as in GENIE3.py. arboreto's version scales the importances of each tree to a sum of 1
    instead of the target to unit variance, which differs little as fully grown trees explain nearly
    all of the variance; with its seed the forests are its own
    (tests/study/test_baselines_regression.py).

    Parameters
    ----------
    dataset : Dataset
        Its log-normalised expression is used.
    train_edges
        Not used.
    seed : int
        Of every target's forest; between 0 and 2**32 - 1.
    n_trees : int
        For each target.
    n_jobs : int
        Processes over which the targets are spread.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)
        A gene without variation scores 0, and so does a TF as its own target.

    Raises
    ------
    InfosemError
        If there are fewer than 10 cells or 2 TFs.
    """
    if dataset.n_cells < _FEWEST_CELLS or dataset.n_tfs < 2:
        raise InfosemError(
            f"GENIE3: data set {dataset.name} has {dataset.n_cells} cells and {dataset.n_tfs} TFs, "
            f"needs at least {_FEWEST_CELLS} and 2"
        )
    regressors = np.ascontiguousarray(dataset.expression[dataset.tfs].T)  # (n_cells, n_tfs)
    targets = standardised(dataset, "GENIE3")
    columns = Parallel(n_jobs=n_jobs)(
        delayed(_importances)(regressors, targets[k], dataset.tfs != k, n_trees, seed)
        for k in range(dataset.n_genes)
    )
    return np.column_stack(columns)


def _importances(
    regressors: NDArray[np.floating],
    target: NDArray[np.float64],
    others: NDArray[np.bool_],
    n_trees: int,
    seed: int,
) -> NDArray[np.float64]:
    """Importance of each TF for one target, (n_tfs,); 0 where `others` is false."""
    scores = np.zeros(len(others))
    if not target.any():
        return scores
    forest = RandomForestRegressor(n_trees, max_features="sqrt", random_state=seed)
    forest.fit(regressors[:, others], target)
    # forest.feature_importances_ would be scaled to a sum of 1.
    scores[others] = np.mean(
        [tree.tree_.compute_feature_importances(normalize=False) for tree in forest.estimators_], 0
    )
    return scores
