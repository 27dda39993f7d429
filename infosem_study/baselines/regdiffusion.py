"""RegDiffusion: a diffusion model that learns the network as it removes noise from expression.

References
----------
Zhu and Slonim (2024), From noise to knowledge: diffusion probabilistic model-based neural inference
of gene regulatory networks, Journal of Computational Biology 31, 1087-1103; PyPI regdiffusion.
"""

import io
import random
from contextlib import redirect_stderr

import numpy as np
import torch
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.errors import InfosemError

__all__ = ["regdiffusion"]

_FEWEST_CELLS = 10


def regdiffusion(
    dataset: Dataset, train_edges: NDArray[np.int8] | None, *, seed: int, n_steps: int = 1000
) -> NDArray[np.float64]:
    """Score pairs by |a_ik|, by the authors' package and with its defaults.

    Expression (log-normalised; scaled to [0, 1] in each cell and to zero mean and unit variance in
    each gene by the trainer) is mixed with Gaussian noise of one of 5000 levels. A network predicts
    the noise from the noisy cell: 16 features a gene are multiplied by I - A across genes, so that
    A[i, k] says how much of gene i is used for gene k. The loss is the squared error plus 0.25
    times the mean |A|, A is soft-thresholded at 0.5 / (P - 1), and 30% of its entries drop out.
    Adam, 1000 steps of 128 cells. The score is A in units of 1 / (P - 1).

    Parameters
    ----------
    dataset : Dataset
        A gene without variation scores 0.
    train_edges
        Not used.
    seed : int
        Between 0 and 2**32 - 1.
    n_steps : int
        Of training.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)

    Raises
    ------
    InfosemError
        If the package is not installed, or there are fewer than 10 cells.
    """
    try:
        from regdiffusion import RegDiffusionTrainer  # slow to import, and not always installed
    except ImportError as error:
        raise InfosemError(
            "RegDiffusion: the package regdiffusion is missing; `pip install regdiffusion`"
        ) from error
    if dataset.n_cells < _FEWEST_CELLS:
        raise InfosemError(
            f"RegDiffusion: data set {dataset.name} has {dataset.n_cells} cells, needs at least "
            f"{_FEWEST_CELLS}"
        )
    x = dataset.expression
    varies = x.max(1) > x.min(1)
    scores = np.zeros((dataset.n_genes, dataset.n_genes))
    # It seeds everything there is, and its progress bar cannot be switched off by an argument.
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002
    with torch.random.fork_rng(devices=[]), redirect_stderr(io.StringIO()):
        try:
            trainer = RegDiffusionTrainer(
                x[varies].T, n_steps=n_steps, batch_size=min(128, dataset.n_cells), device="cpu",
                seed=seed,
            )  # fmt: skip
            trainer.train()
        finally:
            np.random.set_state(numpy_state)  # noqa: NPY002
            random.setstate(python_state)
    scores[np.ix_(varies, varies)] = np.abs(trainer.get_adj())
    of_tfs: NDArray[np.float64] = scores[dataset.tfs]
    return of_tfs
