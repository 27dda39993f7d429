"""TIGRESS: how early, and how often, least angle regression picks a TF for a target.

References
----------
Haury, Mordelet, Vera-Licona and Vert (2012), TIGRESS: trustful inference of gene regulation using
stability selection, BMC Systems Biology 6, 145, and their R package tigress. Efron, Hastie,
Johnstone and Tibshirani (2004), Least angle regression, Annals of Statistics 32, 407-499.
"""

import numpy as np
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.errors import InfosemError
from infosem_study.baselines.correlation import standardised

__all__ = ["lars_order", "tigress"]

_FEWEST_CELLS = 10
_EPS = 1e-9


def tigress(
    dataset: Dataset,
    train_edges: NDArray[np.int8] | None,
    *,
    seed: int,
    n_resamplings: int = 1000,
    n_steps: int = 5,
    alpha: float = 0.2,
) -> NDArray[np.float64]:
    """Score pairs by the area under the TF's stability curve in least angle regression.

    The cells are split into two random halves, and the expression of each TF is multiplied by a
    random weight. On either half, least angle regression (LARS) predicts a target from the TFs,
    itself left out, and picks 5 of them one after another. Over 1000 such resamplings, which are
    500 splits, F(l) is the share in which a TF is among the first l; the score is the mean of F(l)
    over l from 1 to 5.

    The weights and the number of steps are the defaults of the R package, as are the scaling of
    each gene to unit variance over all cells, the centring within a half, and that both halves of a
    split share their weights; its default for `n_resamplings` is 200. Departures: all targets share
    the splits and weights, which changes the distribution of no score but makes those of several
    targets dependent; and LARS is the plain one, where the package's is the variant that follows
    the lasso and may drop a TF again.

    Parameters
    ----------
    dataset : Dataset
        Its log-normalised expression is used.
    train_edges
        Not used.
    seed : int
        Draws the splits and the weights.
    n_resamplings : int
        Runs of LARS for each target, at least 1; an odd number is rounded up, as halves come in
        pairs.
    n_steps : int
        TFs that LARS picks, at least 1; at most all but one.
    alpha : float in (0, 1]
        The weights are drawn evenly between this and 1.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)
        Between 0 and 1. A gene without variation scores 0, and so does a TF as its own target.

    Raises
    ------
    InfosemError
        If there are fewer than 10 cells or 2 TFs, or a setting is out of its range.
    """
    for name, value in (("n_resamplings", n_resamplings), ("n_steps", n_steps)):
        if value < 1:
            raise InfosemError(f"TIGRESS: {name} is {value}; choose at least 1")
    if not 0 < alpha <= 1:
        raise InfosemError(f"TIGRESS: alpha is {alpha}; choose more than 0 and at most 1")
    if dataset.n_cells < _FEWEST_CELLS or dataset.n_tfs < 2:
        raise InfosemError(
            f"TIGRESS: data set {dataset.name} has {dataset.n_cells} cells and {dataset.n_tfs} "
            f"TFs, needs at least {_FEWEST_CELLS} and 2"
        )
    x = standardised(dataset, "TIGRESS")
    n_steps = min(n_steps, dataset.n_tfs - 1)
    allowed = dataset.tfs != np.arange(dataset.n_genes)[:, np.newaxis]  # (n_genes, n_tfs)
    rng = np.random.default_rng(seed)
    area = np.zeros(allowed.shape)
    n_runs = np.zeros(dataset.n_genes)
    for _ in range((n_resamplings + 1) // 2):
        weights = rng.uniform(alpha, 1.0, dataset.n_tfs)
        for cells in np.split(rng.permutation(dataset.n_cells), [dataset.n_cells // 2]):
            half = x[:, cells]
            # A gene that does not vary within the half gets exact zeros; it is then never picked,
            # and as a target counts in the other half only.
            varies = half.max(1) > half.min(1)
            half = np.where(varies[:, np.newaxis], half - half.mean(1, keepdims=True), 0.0)
            tfs = half[dataset.tfs] * weights[:, np.newaxis]
            picked = lars_order(tfs @ tfs.T, half @ tfs.T, allowed, n_steps)
            for step, tf in enumerate(picked.T):
                gene = (tf >= 0).nonzero()[0]
                area[gene, tf[gene]] += 1 - step / n_steps  # it is among the first l from here on
            n_runs += varies
    return area.T / np.maximum(n_runs, 1)


def lars_order(
    gram: NDArray[np.float64],
    covariance: NDArray[np.float64],
    allowed: NDArray[np.bool_],
    n_steps: int,
) -> NDArray[np.intp]:
    """Regressors in the order in which least angle regression picks them, for many targets.

    The first is the one with the highest covariance with the target. The fit then moves so that the
    covariances of the picked ones with what remains of the target shrink together, until that of
    another is as high. This is scikit-learn's ``lars_path``, with all targets advancing at once:
    as it takes few steps, and each is little arithmetic, its time would go into the calls.

    Parameters
    ----------
    gram : ndarray, shape (n_regressors, n_regressors)
        Scalar products of the centred regressors.
    covariance : ndarray, shape (n_targets, n_regressors)
        Scalar products of the centred targets and regressors.
    allowed : ndarray of bool, shape (n_targets, n_regressors)
        Which regressors a target may have.
    n_steps : int

    Returns
    -------
    ndarray of int, shape (n_targets, n_steps)
        -1 where the path has ended: the covariances are down to zero. A regressor that is a
        combination of picked ones is not picked.
    """
    order = np.full((len(covariance), n_steps), -1)
    rows = np.arange(len(covariance))  # the targets whose paths go on
    free = allowed.copy()
    left = covariance.copy()  # the covariances with what remains
    signs = np.zeros((len(rows), 0))
    nearest = np.where(free, np.abs(left), -1.0).argmax(1)
    height = np.abs(left[rows, nearest])
    going = height > 0
    for step in range(n_steps):
        rows, free, left, signs = rows[going], free[going], left[going], signs[going]
        nearest, height = nearest[going], height[going]
        each = np.arange(len(rows))
        order[rows, step] = nearest
        free[each, nearest] = False
        if step == n_steps - 1:
            break
        signs = np.column_stack([signs, np.sign(left[each, nearest])])
        picked = order[rows, : step + 1]
        between = gram[picked[:, :, np.newaxis], picked[:, np.newaxis]]
        direction = np.linalg.solve(between, signs[:, :, np.newaxis])
        # By how much each covariance falls while those of the picked ones fall by 1.
        fall = np.einsum("tk,tkj->tj", direction[:, :, 0], gram[picked])
        until = np.full(fall.shape, np.inf)
        for sign in (1, -1):
            rate = 1 - sign * fall
            meets = free & (rate > _EPS)
            gap = height[:, np.newaxis] - sign * left
            until = np.minimum(until, np.divide(gap, rate, out=until.copy(), where=meets))
        nearest = until.argmin(1)
        length = np.maximum(until[each, nearest], 0.0)
        going = length < height * (1 - _EPS)
        left -= np.where(going, length, 0.0)[:, np.newaxis] * fall
        height = height - length
    return order
