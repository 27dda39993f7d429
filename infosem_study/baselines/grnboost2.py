"""GRNBoost2: how much each TF helps boosted trees to predict a target.

References
----------
Moerman et al. (2019), GRNBoost2 and Arboreto: efficient and scalable inference of gene regulatory
networks, Bioinformatics 35, 2159-2161.
"""

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingRegressor

from infosem.data import Dataset
from infosem.errors import InfosemError

__all__ = ["grnboost2"]

MAX_TREES = 5000
LEARNING_RATE = 0.01
SHARE_OF_TFS = 0.1
SHARE_OF_CELLS = 0.9
WINDOW = 25
_FEWEST_CELLS = 10


def grnboost2(
    dataset: Dataset, train_edges: NDArray[np.int8] | None, *, seed: int, n_jobs: int = 1
) -> NDArray[np.float64]:
    """Score pairs by the importance of the TF among trees that predict the target from all TFs.

    For each target a gradient boosting of regression trees (depth 3, learning rate 0.01, a tenth of
    the TFs at each node, 90% of the cells for each tree) predicts its expression from that of the
    TFs, itself left out. It ends when the mean out-of-bag improvement over the last 25 trees is
    negative, or with 5000 trees. The score is the share of the reduction in squared error that is
    due to the TF, times the number of trees. These are arboreto's settings and definitions; with
    its seed the scores are its own, bit for bit (tests/study/test_baselines_expression.py).

    Parameters
    ----------
    dataset : Dataset
        Its log-normalised expression is used.
    train_edges
        Not used.
    seed : int
        Of every target's trees, as in arboreto; between 0 and 2**32 - 1.
    n_jobs : int
        Processes over which the targets are spread.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)
        A TF that no tree uses scores 0, and so does a TF as its own target.

    Raises
    ------
    InfosemError
        If there are fewer than 10 cells or 2 TFs.
    """
    if dataset.n_cells < _FEWEST_CELLS or dataset.n_tfs < 2:
        raise InfosemError(
            f"GRNBoost2: data set {dataset.name} has {dataset.n_cells} cells and {dataset.n_tfs} "
            f"TFs, needs at least {_FEWEST_CELLS} and 2"
        )
    regressors = np.ascontiguousarray(dataset.expression[dataset.tfs].T)  # (n_cells, n_tfs)
    columns = Parallel(n_jobs=n_jobs)(
        delayed(_importances)(regressors, dataset.expression[k], dataset.tfs != k, seed)
        for k in range(dataset.n_genes)
    )
    return np.column_stack(columns)


def _importances(
    regressors: NDArray[np.floating],
    target: NDArray[np.floating],
    others: NDArray[np.bool_],
    seed: int,
) -> NDArray[np.float64]:
    """Importance of each TF for one target, (n_tfs,); 0 where `others` is false."""
    trees = GradientBoostingRegressor(
        n_estimators=MAX_TREES,
        learning_rate=LEARNING_RATE,
        max_features=SHARE_OF_TFS,
        subsample=SHARE_OF_CELLS,
        random_state=seed,
    )
    trees.fit(regressors[:, others], target, monitor=_no_longer_improves)
    scores = np.zeros(len(others))
    scores[others] = trees.feature_importances_ * len(trees.estimators_)
    return scores


def _no_longer_improves(i: int, trees: GradientBoostingRegressor, _: object) -> bool:
    """Whether to stop after tree i."""
    recent = trees.oob_improvement_[i + 1 - WINDOW : i + 1]
    return i + 1 >= WINDOW and bool(recent.mean() < 0)
