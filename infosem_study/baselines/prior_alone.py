"""The prior mean of InfoSEM-B, fitted to what A starts from: a control without expression."""

import math

import numpy as np
import torch
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.embeddings import centre_and_normalise
from infosem.errors import InfosemError
from infosem.model import additive_prior_mean, laplace_residual, starting_effects
from infosem_study.baselines.correlation import without_self_pairs

__all__ = ["prior_alone"]


def prior_alone(
    dataset: Dataset,
    train_edges: NDArray[np.int8] | None,
    *,
    seed: int,
    embedding: str,
    epochs: int = 80,
    batch_size: int = 64,
    lr_w: float = 2e-5,
) -> NDArray[np.float64]:
    """Score pairs by the size of the prior mean of Eq. 7, |[h_i, h_k] w^T|, without any expression.

    In InfoSEM-B the weights w follow A, and A follows the expression. Here A stays where DeepSEM
    starts it, at about 1 / (P - 1) everywhere, and w is fitted to that, from zero, by the same
    RMSprop and for as many steps. What this scores comes from the embedding and the start alone.
    A TF scores 0 with itself, as in InfoSEM-B.

    Parameters
    ----------
    dataset : Dataset
        Of its expression only the number of cells matters, which sets the number of steps.
    train_edges : ignored
    seed : int
        Draws the start of A.
    embedding : str
        Name of one of the data set's embeddings.
    epochs, batch_size : int
        Epochs of InfoSEM-B in which w learns, which are two of three, and its cells per step.
    lr_w : float
        The learning rate, as in `training.Settings`.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)

    Raises
    ------
    InfosemError
        If the data set does not have the embedding, or a number is not positive.
    """
    if min(epochs, batch_size, lr_w) <= 0:
        raise InfosemError(
            f"Prior alone: epochs={epochs}, batch_size={batch_size}, lr_w={lr_w}: not all positive"
        )
    vectors = torch.tensor(centre_and_normalise(dataset.embedding(embedding)), dtype=torch.float32)
    effects = starting_effects(dataset.n_genes, torch.Generator().manual_seed(seed))
    w = torch.zeros(2 * vectors.shape[1], requires_grad=True)
    optimiser = torch.optim.RMSprop([w], lr=lr_w)
    for _ in range(epochs * math.ceil(dataset.n_cells / batch_size)):
        optimiser.zero_grad()
        laplace_residual(effects, *additive_prior_mean(vectors, w)).backward()
        optimiser.step()
    with torch.no_grad():
        source, target = additive_prior_mean(vectors, w)
    mean = source[dataset.tfs, np.newaxis] + target
    return without_self_pairs(dataset, mean.abs().double().numpy())
