"""One-hot LR: a logistic regression on the names of the two genes.

References
----------
InfoSEM, Section 5 and Appendix C: "a logistic regression implemented by scikit-learn with the L2
regularization coefficient cross-validated on the training set".
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from infosem.data import Dataset
from infosem.splits import UNKNOWN
from infosem_study.baselines.labels import require_labels

__all__ = ["one_hot_lr"]

C_GRID = tuple(10.0**power for power in range(-4, 5))
"""Inverse strengths of the L2 penalty that are compared."""
N_FOLDS = 5


def one_hot_lr(
    dataset: Dataset,
    train_edges: NDArray[np.int8] | None,
    *,
    seed: int,
    validation: NDArray[np.int8] | None = None,
) -> NDArray[np.float64]:
    """Score pairs by a logistic regression on one-hot TF and one-hot target.

    The log-odds of a pair are an intercept, plus a number for the TF, plus a number for the target,
    so the model knows of a gene only how many edges it has. A gene without training pairs has the
    number 0, by the penalty: on interactions between unseen genes the scores are constant, and
    the AUPRC and Hit@1% are the base rate.

    The strength of the penalty is the one of `C_GRID` with the highest mean average precision in a
    5-fold cross-validation on the training pairs, stratified by label (the stronger one if two are
    equal; fewer folds if a label has less than 5 pairs). Where there are validation pairs, it is
    the one with the highest average precision on these.

    Parameters
    ----------
    dataset : Dataset
        Only its gene names are used, so that a pair keeps its score when genes are reordered.
    train_edges : ndarray of int8, shape (n_tfs, n_genes)
        1 and 0 on the training pairs, ``UNKNOWN`` elsewhere.
    seed : int
        Draws the folds; between 0 and 2**32 - 1.
    validation : ndarray of int8, shape (n_tfs, n_genes), optional
        1 and 0 on pairs that choose the strength and nothing else, ``UNKNOWN`` elsewhere.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)
        Log-odds.

    Raises
    ------
    InfosemError
        If ``train_edges`` is missing, has another shape, or has less than two training pairs of
        either label.
    """
    by_name = np.argsort(dataset.genes)
    edges = require_labels("One-hot LR", dataset, train_edges)[:, by_name]

    def pairs_of(known: NDArray[np.int8]) -> tuple[sparse.csr_array, NDArray[np.int8]]:
        """Features (n_pairs, n_tfs + n_genes) and labels of the known pairs."""
        tf, target = np.nonzero(known != UNKNOWN)
        # Two ones a row, at the TF and, behind all TFs, at the target.
        columns = np.column_stack([tf, dataset.n_tfs + target]).ravel()
        features = sparse.csr_array(
            (np.ones(len(columns)), columns, np.arange(0, len(columns) + 1, 2)),
            shape=(len(tf), sum(known.shape)),
        )
        return features, known[tf, target]

    features, labels = pairs_of(edges)
    if validation is not None:
        judges = require_labels("One-hot LR", dataset, validation)[:, by_name]
        folds = [(features, labels, *pairs_of(judges))]
    else:
        n_fewest = int(np.bincount(labels, minlength=2).min())
        drawn = StratifiedKFold(min(N_FOLDS, n_fewest), shuffle=True, random_state=seed)
        folds = [
            (features[kept], labels[kept], features[held_out], labels[held_out])
            for kept, held_out in drawn.split(features, labels)
        ]
    precision = np.zeros(len(C_GRID))
    # The vectors are too short for the threads of BLAS, which make this ten times slower.
    with threadpool_limits(limits=1):
        for kept, kept_labels, held_out, held_out_labels in folds:
            model = _logistic_regression(warm_start=True)  # from one strength to the next
            for i, c in enumerate(C_GRID):
                model.set_params(C=c).fit(kept, kept_labels)
                log_odds = model.decision_function(held_out)
                precision[i] += average_precision_score(held_out_labels, log_odds)
        model = _logistic_regression(C=C_GRID[int(precision.argmax())]).fit(features, labels)
    of_tf, of_target = np.split(model.coef_[0], [dataset.n_tfs])
    scores = np.empty(edges.shape)
    scores[:, by_name] = model.intercept_[0] + of_tf[:, np.newaxis] + of_target
    return scores


def _logistic_regression(**settings: Any) -> LogisticRegression:
    # The default tolerance stops well short of the optimum where the penalty is weak.
    return LogisticRegression(tol=1e-6, max_iter=10_000, **settings)
