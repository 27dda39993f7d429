"""The optimisation loop of the structural models: no files, no printing but a progress bar.

As in the released DeepSEM, two RMSprop optimisers alternate by epochs: for one epoch the
networks learn with A held still, then for two epochs A (and, in InfoSEM, the parameters of its
prior) learns with the networks held still. What the encoder says of a cell does not change while
the networks are still, and one inverse of I - A serves many steps (see `resolvent`).
"""

import math
import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from infosem.errors import InfosemError
from infosem.model import KnownEdges, StructuralModel
from infosem.resolvent import Resolvent

__all__ = ["Fit", "Settings", "fit", "standardise"]


@dataclass(frozen=True)
class Settings:
    """Everything that decides a training run, besides the data and the seed.

    The defaults are the released DeepSEM's; see `methods` for those of each method and network.

    Attributes
    ----------
    epochs : int
        Passes over the cells, of which every third trains the networks.
    batch_size : int
        Cells a step.
    hidden : int
        Width of the networks.
    lr, lr_adjacency, lr_w, lr_logits : float
        RMSprop learning rates of the networks, of A, of the weights w (and the bias) of the prior
        mean, and of the factors of A^l.
    decay : float
        Factor on the networks' learning rate after each epoch. DeepSEM sets 0.95 in a schedule
        that never fires in current torch, hence 1.
    alpha : float
        Weight of log p(A, w), whose largest part is the mean absolute residual of A about its
        prior mean.
    beta : float
        Weight of the KL term.
    sigma_w, sigma_l : float
        Scales of the priors of w (Eq. 7) and of the known logits (Eq. 9).
    rank : int
        Rank h of A^l, at most the number of genes.
    bias : bool
        Whether the prior mean has a constant (the paper's has none).
    likelihood, latent_prior, sigma_z
        See `model.StructuralModel`.
    mask_zeros : bool
        Standardise over, and reconstruct, the non-zero entries only (DeepSEM on cell-type-specific
        networks); else all entries (on non-specific ones).
    literal : bool
        Evaluate the networks on every entry instead of by table.
    precision : {"float32", "float64"}
    """

    epochs: int = 120
    batch_size: int = 64
    hidden: int = 128
    lr: float = 1e-4
    lr_adjacency: float = 2e-5
    lr_w: float = 2e-5
    lr_logits: float = 1e-3
    decay: float = 1.0
    alpha: float = 1.0
    beta: float = 0.1
    sigma_w: float = 1.0
    sigma_l: float = 0.1
    rank: int = 128
    bias: bool = False
    likelihood: str = "squared"
    latent_prior: str = "learned"
    sigma_z: float = 1.0
    mask_zeros: bool = True
    literal: bool = False
    precision: str = "float32"

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "hidden", "rank", "lr", "lr_adjacency", "lr_w",
                     "lr_logits", "decay", "sigma_w", "sigma_l", "sigma_z"):  # fmt: skip
            if not getattr(self, name) > 0:
                raise InfosemError(f"settings: {name} is {getattr(self, name)}, must be positive")
        for name in ("alpha", "beta"):
            if not getattr(self, name) >= 0:
                raise InfosemError(f"settings: {name} is {getattr(self, name)}, must be >= 0")
        for name, allowed in (
            ("likelihood", ("squared", "gaussian")),
            ("latent_prior", ("learned", "standard")),
            ("precision", ("float32", "float64")),
        ):
            if getattr(self, name) not in allowed:
                raise InfosemError(
                    f"settings: {name} is {getattr(self, name)!r}, must be one of {allowed}"
                )


@dataclass(frozen=True, eq=False)
class Fit:
    """What training leaves behind.

    Attributes
    ----------
    adjacency : ndarray, (n_genes, n_genes) float64
        A, with A[i, k] the effect of gene i on gene k; for InfoSEM-BC A^e * sigmoid(A^l).
    history : dict of str to list of float
        Epoch means of the objective and its terms.
    seconds : float
        Wall time.
    """

    adjacency: NDArray[np.float64]
    history: dict[str, list[float]]
    seconds: float


def standardise(
    expression: NDArray[np.floating], *, mask_zeros: bool
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Centre and scale each gene, and say which entries count.

    With `mask_zeros`, moments are taken over a gene's non-zero entries, which alone count, and
    the result is clipped to +-10; without, over all its entries, which all count. A gene without
    variation becomes zero.

    Parameters
    ----------
    expression : ndarray, (n_genes, n_cells)

    Returns
    -------
    x : ndarray, (n_cells, n_genes)
    observed : ndarray, (n_cells, n_genes) bool
    """
    values = np.asarray(expression, dtype=np.float64).T
    observed = values != 0 if mask_zeros else np.ones(values.shape, dtype=bool)
    count = np.maximum(observed.sum(0), 1)
    centred = values - values.sum(0, where=observed) / count
    deviation = np.sqrt(np.square(centred).sum(0, where=observed) / count)
    # A constant gene leaves rounding errors in place of zeros.
    varies = deviation > 1e-9 * np.abs(values).max(0, initial=1e-300)
    x = np.divide(centred, deviation, out=np.zeros_like(centred), where=varies)
    return (np.clip(x, -10, 10) if mask_zeros else x), observed


def fit(
    expression: NDArray[np.floating],
    settings: Settings,
    *,
    seed: int,
    embedding: NDArray[np.floating] | None = None,
    tfs: NDArray[np.integer] | None = None,
    train_edges: NDArray[np.integer] | None = None,
    device: str = "cpu",
    progress: bool = False,
) -> Fit:
    """Train DeepSEM; with `embedding` InfoSEM-B; with `train_edges` too, InfoSEM-BC.

    Parameters
    ----------
    expression : ndarray, (n_genes, n_cells)
        Log-normalised expression.
    settings : Settings
    seed : int
        Of the initial values, the order of cells and the latent noise. On a CPU the same seed on
        the same machine, versions and number of threads gives the same bits.
    embedding : ndarray, (n_genes, d), optional
        Gene embeddings H of Eq. 7, used as they are.
    tfs, train_edges : ndarray, (n_tfs,) and (n_tfs, n_genes), optional
        Gene index of each TF, and the labels: 1 edge, 0 no edge, negative unknown.
    device : str
        "cpu" or "cuda".
    progress : bool
        Show a progress bar over epochs.

    Raises
    ------
    InfosemError
        Where the objective stops being finite.
    """
    started = time.perf_counter()
    dtype = getattr(torch, settings.precision)
    generator = torch.Generator().manual_seed(seed)

    def tensor(array: NDArray[np.generic]) -> Tensor:
        return torch.as_tensor(np.asarray(array), dtype=dtype, device=device)

    values, mask = standardise(expression, mask_zeros=settings.mask_zeros)
    x, observed = tensor(values), tensor(mask)
    known = None
    if train_edges is not None:
        if tfs is None:
            raise InfosemError("fit: train_edges is given without tfs, its rows' gene indices")
        known = KnownEdges(torch.as_tensor(np.asarray(tfs), device=device), tensor(train_edges))
    model = StructuralModel(
        x.shape[1],
        generator,
        hidden=settings.hidden,
        embedding=None if embedding is None else tensor(embedding),
        bias=settings.bias,
        known=known,
        rank=min(settings.rank, x.shape[1]),
        likelihood=settings.likelihood,
        latent_prior=settings.latent_prior,
        sigma_z=settings.sigma_z,
        literal=settings.literal,
    ).to(device=device, dtype=dtype)
    trainer = _Trainer(model, settings, generator)

    history: dict[str, list[float]] = {name: [] for name in _TERMS}
    for epoch in tqdm(range(settings.epochs), disable=not progress, unit="epoch"):
        means = trainer.epoch(x, observed, trains_networks=epoch % 3 == 0)
        for name, value in zip(_TERMS, means, strict=True):
            history[name].append(value)
        if not math.isfinite(means[0]):
            raise InfosemError(
                f"training: the objective is {means[0]} after epoch {epoch + 1} of "
                f"{settings.epochs}; lower the learning rates (lr={settings.lr}, "
                f"lr_adjacency={settings.lr_adjacency}) or check the expression matrix"
            )
    with torch.no_grad():
        adjacency = model.adjacency(model.logits()).double().cpu().numpy()
    return Fit(adjacency, history, time.perf_counter() - started)


_TERMS = ("objective", "reconstruction", "kl", "prior")


class _Trainer:
    """The two optimisers and one epoch of either."""

    def __init__(
        self, model: StructuralModel, settings: Settings, generator: torch.Generator
    ) -> None:
        self.model, self.settings, self.generator = model, settings, generator
        rates = {
            "effects": settings.lr_adjacency,
            "w": settings.lr_w,
            "bias": settings.lr_w,
            "logit_source": settings.lr_logits,
            "logit_target": settings.lr_logits,
        }
        self.resolvent = Resolvent()
        named = dict(model.named_parameters())
        self.structure = [parameter for name, parameter in named.items() if name in rates]
        self.networks = [parameter for name, parameter in named.items() if name not in rates]
        self.structure_optimiser = torch.optim.RMSprop(
            [{"params": [named[name]], "lr": lr} for name, lr in rates.items() if name in named],
            foreach=False,  # the matrices are large: one pass after the other is the faster way
        )
        self.network_optimiser = torch.optim.RMSprop(self.networks, lr=settings.lr)
        self.schedule = torch.optim.lr_scheduler.ExponentialLR(
            self.network_optimiser, settings.decay
        )

    def epoch(self, x: Tensor, observed: Tensor, *, trains_networks: bool) -> list[float]:
        """One pass over the cells; means of the objective, reconstruction, KL and log prior."""
        settings, model = self.settings, self.model
        optimiser = self.network_optimiser if trains_networks else self.structure_optimiser
        for parameter in self.networks:
            parameter.requires_grad_(trains_networks)
        for parameter in self.structure:
            parameter.requires_grad_(not trains_networks)
        still = None if trains_networks else model.encode(x)
        logits = model.logits()
        adjacency = model.adjacency(logits)
        prior = self._prior(logits)

        totals = torch.zeros(len(_TERMS), dtype=torch.float64, device=x.device)
        batches = torch.randperm(len(x), generator=self.generator).split(settings.batch_size)
        for batch in batches:
            noise = torch.randn(len(batch), x.shape[1], generator=self.generator, dtype=x.dtype)
            batch = batch.to(x.device)
            rows = x[batch]
            encoded = (still[0][batch], still[1][batch]) if still else model.encode(rows)
            if not trains_networks:
                logits = model.logits()
                adjacency = model.adjacency(logits)
                prior = self._prior(logits)
            reconstruction, kl = model.negative_elbo(
                rows, observed[batch], encoded, noise.to(x.device), adjacency, self.resolvent
            )
            objective = reconstruction + settings.beta * kl + settings.alpha * prior
            optimiser.zero_grad()
            objective.backward()
            optimiser.step()
            with torch.no_grad():
                totals += torch.stack([objective, reconstruction, kl, prior])
        self.schedule.step()
        return (totals / len(batches)).tolist()

    def _prior(self, logits: Tensor | None) -> Tensor:
        return self.model.negative_log_prior(
            logits, sigma_w=self.settings.sigma_w, sigma_l=self.settings.sigma_l
        )
