"""A simulated data set: a planted network, and expression and gene vectors drawn from it."""

from __future__ import annotations

import numpy as np

from infosem.data.dataset import Dataset
from infosem.errors import require

__all__ = ["simulate"]


def simulate(
    n_tfs: int = 12,
    n_targets: int = 88,
    n_cells: int = 200,
    *,
    seed: int = 0,
    embedding_dim: int = 16,
    embedding_noise: float = 0.3,
    dropout: float = 0.25,
) -> Dataset:
    """Plant a network and draw expression and gene embeddings from it.

    Four latent factors a gene decide how many targets it has as a TF (from 4 to half of all, evenly
    on a log scale: a few TFs hold most edges), how readily it is a target, and which TFs suit it.
    The embedding "planted" is a noisy linear view of them, so that [h_i, h_k] w^T can tell busy TFs
    and ready targets, as the prior of InfoSEM-B supposes. Expression follows the linear SEM
    X = (I - A^T)^{-1} Z, (genes, cells), without cycles, through a softplus; then values drop out
    to zero, low ones more often.

    Parameters
    ----------
    n_tfs, n_targets, n_cells : int
        At least 2 TFs, 16 other genes and 2 cells. TFs are targets, too.
    seed : int
        The same seed gives the same data set, whatever BLAS kernel is at work.
    embedding_dim : int
        Dimension of the embedding.
    embedding_noise : float
        Standard deviation of the noise, where the signal has about 1. The noise changes neither
        network nor expression.
    dropout : float in [0, 1)
        About the share of values set to zero.

    Returns
    -------
    Dataset
        The genes in random order; every TF has at least 4 targets.

    Raises
    ------
    InfosemError
        If a parameter is out of its range.
    """
    for argument, value, low in (
        ("n_tfs", n_tfs, 2),
        ("n_targets", n_targets, 16),
        ("n_cells", n_cells, 2),
        ("embedding_dim", embedding_dim, 1),
        ("embedding_noise", embedding_noise, 0),
        ("dropout", dropout, 0),
    ):
        require(value >= low, argument, f"{value} is too small", f"choose at least {low}")
    require(dropout < 1, "dropout", f"{dropout} leaves no value", "choose less than 1")
    rng = np.random.default_rng(seed)
    n_genes = n_tfs + n_targets
    factors = rng.standard_normal((n_genes, 4))  # the TFs are genes 0 to n_tfs - 1, until the end
    factors[:n_tfs, 0] = rng.permutation(np.linspace(-1.7, 1.7, n_tfs))  # unit variance, too
    reach, readiness, taste = factors[:n_tfs, 0], factors[:, 1], factors[:, 2:]

    # Degrees first, so that they are equally uneven for every seed, then targets (Gumbel top-k).
    degree = np.geomspace(4, n_targets / 2, n_tfs).round()[np.argsort(np.argsort(reach))]
    preference = 0.8 * readiness + 0.5 * taste[:n_tfs] @ taste.T + rng.gumbel(size=(n_tfs, n_genes))
    preference[np.tri(n_tfs, n_genes, dtype=bool)] = -np.inf  # i -> k only for i < k: no cycles
    rank = np.argsort(np.argsort(-preference, axis=1), axis=1)
    network = rank < degree[:, None]

    sign = np.where(rng.random(network.shape) < 0.8, 1.0, -1.0)  # mostly activation
    a = network * sign * rng.uniform(0.4, 1.0, network.shape)  # a[i, k]: i -> k
    scale = np.concatenate([np.exp(0.25 * reach), np.full(n_targets, 0.7)])  # busy TFs vary more
    z = scale[:, None] * rng.standard_normal((n_genes, n_cells))
    level = rng.uniform(1.0, 4.0, (n_genes, 1))
    # (I - A^T)^{-1} Z by substitution, as regulators come before what they regulate. A solver or a
    # product would leave the last bits to the BLAS kernel, and a random forest makes much of them.
    for i in range(n_tfs):
        z += a[i][:, None] * z[i]
    x = np.logaddexp(0.0, level + z)  # softplus
    kept = 1 / (1 + np.exp(-2 * (x - np.quantile(x, dropout)))) if dropout > 0 else 1.0
    x[rng.random(x.shape) > kept] = 0.0
    h = factors @ rng.standard_normal((4, embedding_dim)) / 2  # of unit variance
    h += embedding_noise * rng.standard_normal(h.shape)  # float32, below, hides the last bits
    order = rng.permutation(n_genes)

    names = [f"TF{i:0{len(str(n_tfs))}d}" for i in range(1, n_tfs + 1)]
    names += [f"G{k:0{len(str(n_targets))}d}" for k in range(1, n_targets + 1)]
    return Dataset(
        name="synthetic",
        network_name="planted",
        expression=x[order],
        genes=np.array(names)[order],
        cells=np.array([f"CELL{c}" for c in range(1, n_cells + 1)]),
        tfs=np.argsort(order)[:n_tfs],
        network=network[:, order],
        embeddings={"planted": h[order].astype(np.float32)},
        provenance={
            "source": f"simulate({n_tfs}, {n_targets}, {n_cells}, seed={seed}, dropout={dropout}, "
            f"embedding_dim={embedding_dim}, embedding_noise={embedding_noise})"
        },
    )
