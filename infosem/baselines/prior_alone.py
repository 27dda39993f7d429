"""The prior mean of InfoSEM-B, fitted to what A starts from: a control without expression."""

import math

import numpy as np
import torch
from numpy.typing import NDArray

from infosem.datasets import Dataset
from infosem.embeddings import centre_and_normalise
from infosem.model import additive_prior_mean, laplace_residual, starting_effects

__all__ = ["prior_alone"]

LEARNING_RATE = 2e-5
EPOCHS, BATCH = 80, 64  # epochs of InfoSEM-B in which w learns, and its cells a step


def prior_alone(
    dataset: Dataset, train_edges: NDArray[np.int8] | None, *, seed: int, embedding: str
) -> NDArray[np.float64]:
    """Score pairs by the size of the prior mean of Eq. 7, |[h_i, h_k] w^T|, without any expression.

    In InfoSEM-B the weights w follow A, and A follows the expression. Here A stays where DeepSEM
    starts it, at about 1 / (P - 1) everywhere, and w is fitted to that: from zero, by the same
    RMSprop, for as many steps as InfoSEM-B takes on the data set. What this scores comes from the
    embedding and the start alone.

    Parameters
    ----------
    dataset : Dataset
        Of its expression only the number of cells matters, which sets the number of steps.
    train_edges : ignored
    seed : int
        Draws the start of A.
    embedding : str
        Name of one of the data set's embeddings.

    Returns
    -------
    ndarray of float, shape (n_tfs, n_genes)

    Raises
    ------
    InfosemError
        If the data set does not have the embedding.
    """
    vectors = torch.tensor(centre_and_normalise(dataset.embedding(embedding)), dtype=torch.float32)
    effects = starting_effects(dataset.n_genes, torch.Generator().manual_seed(seed))
    w = torch.zeros(2 * vectors.shape[1], requires_grad=True)
    optimiser = torch.optim.RMSprop([w], lr=LEARNING_RATE)
    for _ in range(EPOCHS * math.ceil(dataset.n_cells / BATCH)):
        optimiser.zero_grad()
        laplace_residual(effects, *additive_prior_mean(vectors, w)).backward()
        optimiser.step()
    with torch.no_grad():
        source, target = additive_prior_mean(vectors, w)
    mean = source[dataset.tfs, np.newaxis] + target
    scores: NDArray[np.float64] = mean.abs().double().numpy()
    return scores
