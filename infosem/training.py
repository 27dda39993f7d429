"""The optimisation loop of the structural models: no files, no printing but a progress bar.

As in the released DeepSEM, two RMSprop optimisers alternate by epochs: for one epoch the
networks learn with A held still, then for two epochs A (and, in InfoSEM, the parameters of its
prior) learns with the networks held still. What the encoder says of a cell does not change while
the networks are still, and one inverse of I - A serves many steps (see `resolvent`).
"""

import math
import time
from dataclasses import asdict, dataclass, fields
from typing import Any

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

    The defaults are the released DeepSEM's.

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
    precision : {"float32", "float64"}
    start : float
        Where A (of InfoSEM-BC A^e) starts, as a multiple of DeepSEM's start.
    pair_rank : int
        Rank of the pair-aware term of the prior mean, which the paper does not have (see
        `model.StructuralModel`); 0 for none. Its weights learn as fast as w.
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
    precision: str = "float32"
    start: float = 1.0
    pair_rank: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "hidden", "rank", "lr", "lr_adjacency", "lr_w",
                     "lr_logits", "decay", "sigma_w", "sigma_l", "sigma_z", "start"):  # fmt: skip
            if not getattr(self, name) > 0:
                raise InfosemError(f"settings: {name} is {getattr(self, name)}, must be positive")
        for name in ("alpha", "beta", "pair_rank"):
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

    def recorded(self) -> dict[str, Any]:
        """The settings that identify a run.

        A setting that did not exist when the first runs were recorded is left out where it has its
        default, which is what those runs had: so that settings can be added, and runs keep their
        identity.
        """
        everything = asdict(self)
        added = {f.name: f.default for f in fields(self) if f.name in _ADDED}
        return {k: v for k, v in everything.items() if k not in added or v != added[k]}


_ADDED = ("start", "pair_rank")


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
    prior_source, prior_target : ndarray, (n_genes,) float64, or None
        The two parts of the prior mean of Eq. 7, that of gene i on gene k being
        ``prior_source[i] + prior_target[k]``; None for DeepSEM, whose prior mean is 0.
    """

    adjacency: NDArray[np.float64]
    history: dict[str, list[float]]
    seconds: float
    prior_source: NDArray[np.float64] | None = None
    prior_target: NDArray[np.float64] | None = None


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
        pair_rank=settings.pair_rank,
        start=settings.start,
        known=known,
        rank=min(settings.rank, x.shape[1]),
        likelihood=settings.likelihood,
        latent_prior=settings.latent_prior,
        sigma_z=settings.sigma_z,
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
        adjacency = model.adjacency().double().cpu().numpy()
        prior = [None if p is None else p.double().cpu().numpy() for p in model.prior_mean()]
    return Fit(adjacency, history, time.perf_counter() - started, *prior)


_TERMS = ("objective", "reconstruction", "kl", "prior")


class _Trainer:
    """The two optimisers and one epoch of either."""

    def __init__(
        self, model: StructuralModel, settings: Settings, generator: torch.Generator
    ) -> None:
        self.model, self.settings, self.generator = model, settings, generator
        self.resolvent = Resolvent()
        self.encoded: tuple[Tensor, Tensor] | None = None
        self.structure = _StructureOptimiser(model, settings)
        structure = {"effects", *self.structure.small}
        self.networks = [p for n, p in model.named_parameters() if n not in structure]
        self.network_optimiser = torch.optim.RMSprop(self.networks, lr=settings.lr)
        self.schedule = torch.optim.lr_scheduler.ExponentialLR(
            self.network_optimiser, settings.decay
        )

    def epoch(self, x: Tensor, observed: Tensor, *, trains_networks: bool) -> list[float]:
        """One pass over the cells; means of the objective, reconstruction, KL and log prior."""
        settings, model = self.settings, self.model
        for parameter in self.networks:
            parameter.requires_grad_(trains_networks)
        with torch.no_grad():
            still = None if trains_networks else self._encode(x)
            if trains_networks:  # A and its prior do not change
                adjacency = self.structure.adjacency()
                prior = self.model.negative_log_prior(
                    sigma_w=settings.sigma_w, sigma_l=settings.sigma_l
                )

        totals = torch.zeros(len(_TERMS), dtype=torch.float64, device=x.device)
        batches = torch.randperm(len(x), generator=self.generator).split(settings.batch_size)
        for batch in batches:
            noise = torch.randn(len(batch), x.shape[1], generator=self.generator, dtype=x.dtype)
            batch, noise = batch.to(x.device), noise.to(x.device)
            rows = x.index_select(0, batch)
            if still is None:
                encoded = model.encode(rows)
            else:
                encoded = still[0].index_select(0, batch), still[1].index_select(0, batch)
            if not trains_networks:
                adjacency = self.structure.adjacency().requires_grad_()
            reconstruction, kl = model.negative_elbo(
                rows, observed.index_select(0, batch), encoded, noise, adjacency, self.resolvent
            )
            negative_elbo = reconstruction + settings.beta * kl
            if trains_networks:
                self.network_optimiser.zero_grad()
                negative_elbo.backward()
                self.network_optimiser.step()
            else:
                (gradient,) = torch.autograd.grad(negative_elbo, adjacency)
                prior = self.structure.step(adjacency.detach(), gradient)
            with torch.no_grad():
                objective = negative_elbo + settings.alpha * prior
                totals += torch.stack([objective, reconstruction, kl, prior])
        if trains_networks:
            self.encoded = None
        self.schedule.step()
        return (totals / len(batches)).tolist()

    def _encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What the encoder says of all cells, kept until the networks change."""
        if self.encoded is None:
            parts = [self.model.encode(rows) for rows in x.split(self.settings.batch_size)]
            means, log_variances = zip(*parts, strict=True)
            self.encoded = torch.cat(means), torch.cat(log_variances)
        return self.encoded


class _StructureOptimiser:
    """RMSprop on A and the parameters of its prior, in blocks of rows.

    The step takes the gradient of the negative ELBO with respect to A, adds those of the log priors
    and updates, all on one block of rows after the other: a block stays in the processor's cache,
    where P x P arrays do not, and what is needed of a block only is never kept. That is faster than
    `StructuralModel.negative_log_prior` with automatic differentiation and `torch.optim.RMSprop`,
    which give the same (tests/library/test_training.py).
    """

    def __init__(self, model: StructuralModel, settings: Settings) -> None:
        self.model, self.settings = model, settings
        self.effects = model.effects.detach()  # (genes, genes), the parameter's own memory
        self.squares = torch.zeros_like(self.effects)
        n_genes = len(self.effects)
        size = max(1, _BLOCK_BYTES // (n_genes * self.effects.element_size()))
        self.blocks = [slice(i, min(i + size, n_genes)) for i in range(0, n_genes, size)]
        rates = {
            "w": settings.lr_w,
            "bias": settings.lr_w,
            "pair_source": settings.lr_w,
            "pair_target": settings.lr_w,
            "logit_source": settings.lr_logits,
            "logit_target": settings.lr_logits,
        }
        named = dict(model.named_parameters())
        self.small = {name: named[name] for name in rates if name in named}
        if self.small:
            self.optimiser = torch.optim.RMSprop(
                [{"params": [p], "lr": rates[name]} for name, p in self.small.items()]
            )
        if model.known is not None:
            self.gates = torch.empty_like(self.effects)  # sigmoid(A^l)
            self.product = torch.empty_like(self.effects)  # A

    @torch.no_grad()
    def adjacency(self) -> Tensor:
        """A, without gradient; valid until the next step."""
        model = self.model
        if model.known is None:
            return self.effects.detach()
        for rows in self.blocks:
            gates = torch.mm(model.logit_source[rows], model.logit_target, out=self.gates[rows])
            torch.mul(self.effects[rows], gates.sigmoid_(), out=self.product[rows])
        return self.product.detach()

    @torch.no_grad()
    def step(self, adjacency: Tensor, gradient: Tensor) -> Tensor:
        """Update by d (negative ELBO) / d A, which is overwritten; return the -log prior before."""
        model, settings = self.model, self.settings
        n_pairs = self.effects.numel()
        grads = {name: torch.zeros_like(parameter) for name, parameter in self.small.items()}
        for name, parameter in self.small.items():
            parameter.grad = grads[name]
        with torch.enable_grad():
            source, target = model.prior_mean()
            pairs = model.pair_factors()
            hyperprior = model.negative_log_hyperprior(
                sigma_w=settings.sigma_w, sigma_l=settings.sigma_l
            )
        # Sums of the residuals' signs over targets and over sources: the slopes of the prior mean.
        by_source = torch.zeros_like(self.effects[0])
        by_target = torch.zeros_like(self.effects[0])
        by_pairs = [] if pairs is None else [torch.zeros_like(factor) for factor in pairs]
        total = torch.zeros_like(self.effects[0, 0])
        for rows in self.blocks:
            effects, slope = self.effects[rows], gradient[rows]
            if model.known is not None:
                gates = self.gates[rows]
                # d A / d A^l = A (1 - sigmoid(A^l))
                by_logit = torch.addcmul(slope, slope, gates, value=-1).mul_(adjacency[rows])
                grads["logit_source"][rows] = by_logit @ model.logit_target.T
                grads["logit_target"].addmm_(model.logit_source[rows].T, by_logit)
                slope.mul_(gates)
            residual = effects.clone() if source is None else effects - source[rows, None]
            if target is not None:
                residual -= target
            if pairs is not None:
                residual.addmm_(pairs[0][rows], pairs[1].T, alpha=-1)
            residual[:, rows].fill_diagonal_(0)
            sign = residual.sign()
            total += torch.dot(residual.view(-1), sign.view(-1))
            if source is not None:
                by_source[rows] = sign.sum(1)
                by_target += sign.sum(0)
            if pairs is not None:
                by_pairs[0][rows] = sign @ pairs[1]
                by_pairs[1].addmm_(sign.T, pairs[0][rows])
            slope.add_(sign, alpha=settings.alpha / n_pairs)
            slope[:, rows].fill_diagonal_(0)  # no edge from a gene to itself
            squares = self.squares[rows].mul_(_SMOOTHING)
            squares.addcmul_(slope, slope, value=1 - _SMOOTHING)
            denominator = torch.sqrt(squares, out=residual).add_(_EPSILON)
            effects.addcdiv_(slope, denominator, value=-settings.lr_adjacency)
        prior = total / n_pairs
        if self.small:
            roots, slopes = [hyperprior], [torch.full_like(total, settings.alpha)]
            if source is not None and target is not None:
                roots += [source, target]
                slopes += [-settings.alpha / n_pairs * by for by in (by_source, by_target)]
            if pairs is not None:
                roots += pairs
                slopes += [-settings.alpha / n_pairs * by for by in by_pairs]
            torch.autograd.backward(roots, slopes)
            self.optimiser.step()
            prior = prior + hyperprior.detach()
        return prior


# The released DeepSEM's, and torch's default.
_SMOOTHING, _EPSILON = 0.99, 1e-8
_BLOCK_BYTES = 2**18
