"""The optimisation loop of the structural models: no files, no printing but a progress bar.

As in the released DeepSEM, two RMSprop optimisers alternate by epochs: for one epoch the
networks learn with A held still, then for two epochs A (and, in InfoSEM, the parameters of its
prior) learns with the networks held still; by another setting both step at every batch. What the
encoder says of a cell does not change while the networks are still, and one inverse of I - A serves
many steps (see `resolvent`).
"""

import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from infosem.engine import Cells, Engine, NoTable, cells_of, team
from infosem.errors import Diverged, InfosemError
from infosem.model import KnownEdges, StructuralModel
from infosem.resolvent import Resolvent
from infosem.settings import EPSILON, SMOOTHING, Settings

__all__ = ["Fit", "Settings", "fit"]


@dataclass(frozen=True, eq=False)
class Fit:
    """What training leaves behind.

    Attributes
    ----------
    adjacency : ndarray, (n_regulators, n_genes) float64
        A, with A[i, k] the effect of regulator i on gene k; for InfoSEM-BC A^e * sigmoid(A^l).
    regulators : ndarray, (n_regulators,) int
        Gene index of each row: all genes in their order, or the TFs.
    history : dict of str to list of float
        Epoch means of the objective and its terms.
    seconds : float
        Wall time.
    prior_source, prior_target : ndarray, (n_genes,) float64, or None
        The two parts of the prior mean of Eq. 7, that of gene i on gene k being
        ``prior_source[i] + prior_target[k]``; None for DeepSEM, whose prior mean is 0.
    """

    adjacency: NDArray[np.float64]
    regulators: NDArray[np.integer]
    history: dict[str, list[float]]
    seconds: float
    prior_source: NDArray[np.float64] | None = None
    prior_target: NDArray[np.float64] | None = None

    def scores(self, tfs: NDArray[np.integer]) -> NDArray[np.float64]:
        """|A| in the rows of some regulators, by gene index: (n_tfs, n_genes)."""
        row = {int(gene): i for i, gene in enumerate(self.regulators)}
        found: NDArray[np.float64] = np.abs(self.adjacency[[row[int(tf)] for tf in tfs]])
        return found


def fit(
    expression: Any,
    settings: Settings,
    *,
    seed: int,
    embedding: NDArray[np.floating] | None = None,
    tfs: NDArray[np.integer] | None = None,
    train_edges: NDArray[np.integer] | None = None,
    device: str = "cpu",
    threads: int | None = None,
    progress: bool | Callable[[], object] = False,
    keeps_interrupted: bool = False,
    reference: bool = False,
) -> Fit:
    """Train DeepSEM; with `embedding` InfoSEM-B; with `train_edges` too, InfoSEM-BC.

    Parameters
    ----------
    expression : ndarray or scipy sparse array, (n_genes, n_cells)
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
    threads : int, optional
        Of a CPU; by default torch's number.
    progress : bool or callable
        Show a progress bar over epochs, with the objective and the time that is left; or what to
        call after each epoch.
    keeps_interrupted : bool
        When interrupted by Ctrl-C, return what there is; else the interrupt goes on.
    reference : bool
        Train by torch's own operations, as on CUDA, where `engine` would do it faster.

    Raises
    ------
    InfosemError
        Where the objective stops being finite, and for inputs that do not fit together.
    """
    started = time.perf_counter()
    n_genes = expression.shape[0]
    if settings.prior_form == "deviations" and (train_edges is not None or settings.pair_rank):
        raise InfosemError(
            "fit: prior_form='deviations' is for InfoSEM-B without pair_rank; use 'centred'"
        )
    if not 0 <= seed < 2**63:
        raise InfosemError(f"seed: {seed} is none; give a whole number from 0 to 2**63 - 1")
    if embedding is not None and len(embedding) != n_genes:
        raise InfosemError(
            f"fit: the embedding has {len(embedding)} rows; give one for each of {n_genes} genes"
        )
    if train_edges is not None:
        _check_edges(train_edges, tfs, n_genes)
    order, n_regulators = np.arange(n_genes), n_genes
    if settings.regulators == "tfs":
        if tfs is None:
            raise InfosemError("fit: regulators='tfs' is given without tfs, their gene indices")
        order = np.concatenate([tfs, np.setdiff1d(order, tfs)])
        n_regulators = len(tfs)
        expression = expression[order]
        embedding = None if embedding is None else embedding[order]
        train_edges = None if train_edges is None else np.asarray(train_edges)[:, order]
        tfs = np.arange(n_regulators)
    dtype = getattr(torch, settings.precision)
    cells = cells_of(expression, mask_zeros=settings.mask_zeros, dtype=dtype)
    inputs = cells, n_regulators, embedding, tfs, train_edges
    reference |= torch.device(device).type != "cpu"
    how = threads or torch.get_num_threads(), progress, keeps_interrupted
    try:
        model, history = _trained(inputs, settings, seed, device, reference, *how)
    except NoTable:  # in a run that diverges, most of all; the reference does without
        model, history = _trained(inputs, settings, seed, device, True, *how)
    with torch.no_grad():
        adjacency = model.adjacency().double().cpu().numpy()
        prior = [None if p is None else p.double().cpu().numpy() for p in model.prior_mean()]
    if settings.regulators == "tfs":  # back to the order of the genes
        back = np.argsort(order)
        adjacency, prior = adjacency[:, back], [None if p is None else p[back] for p in prior]
    seconds = time.perf_counter() - started
    return Fit(adjacency, order[:n_regulators], history, seconds, *prior)


def _check_edges(edges: Any, tfs: NDArray[np.integer] | None, n_genes: int) -> None:
    """Fail unless they are labels of pairs of these TFs and genes."""
    if tfs is None:
        raise InfosemError("fit: train_edges is given without tfs, its rows' gene indices")
    edges = np.asarray(edges)
    if edges.shape != (len(tfs), n_genes):
        raise InfosemError(
            f"fit: train_edges has the shape {edges.shape}; give (n_tfs, n_genes), "
            f"{(len(tfs), n_genes)}"
        )
    # A comparison with NaN is false; text has no comparison.
    if edges.dtype.kind not in "iufb" or not np.all(edges <= 1):
        raise InfosemError(
            f"fit: train_edges of {edges.dtype} with other than labels; give 1 for an edge, 0 for "
            "no edge, negative where nothing is known"
        )


def _trained(
    inputs: tuple[
        Cells,
        int,
        NDArray[np.floating] | None,
        NDArray[np.integer] | None,
        NDArray[np.integer] | None,
    ],
    settings: Settings,
    seed: int,
    device: str,
    reference: bool,
    threads: int,
    progress: bool | Callable[[], object],
    keeps_interrupted: bool,
) -> tuple[StructuralModel, dict[str, list[float]]]:
    """The model after all epochs, and the epoch means of the objective and its terms."""
    cells, n_regulators, embedding, tfs, train_edges = inputs
    dtype = getattr(torch, settings.precision)
    generator = torch.Generator().manual_seed(seed)

    def tensor(array: NDArray[np.generic]) -> Tensor:
        return torch.as_tensor(np.asarray(array), dtype=dtype, device=device)

    known = None
    if train_edges is not None:
        known = KnownEdges(
            torch.as_tensor(np.asarray(tfs), device=device),
            tensor(train_edges),
            absent_mean=settings.absent_mean,
            absent_trust=settings.absent_trust,
        )
    model = StructuralModel(
        cells.n_genes,
        generator,
        n_regulators=n_regulators,
        hidden=settings.hidden,
        embedding=None if embedding is None else tensor(embedding),
        bias=settings.bias,
        pair_rank=settings.pair_rank,
        start=settings.start,
        known=known,
        rank=min(settings.rank, cells.n_genes),
        likelihood=settings.likelihood,
        latent_prior=settings.latent_prior,
        sigma_z=settings.sigma_z,
        prior_form=settings.prior_form,
    ).to(device=device, dtype=dtype)
    history: dict[str, list[float]] = {name: [] for name in _TERMS}
    is_joint = settings.steps == "joint"
    bar = tqdm(range(settings.epochs), disable=progress is not True, unit="epoch")
    with nullcontext() if reference else team(threads) as workers:
        trainer: _Trainer | Engine
        if workers is None:
            trainer = _Trainer(model, settings, generator, cells)
        else:
            trainer = Engine(model, settings, generator, cells, workers)
        try:
            for epoch in bar:
                means = trainer.epoch(trains_networks=is_joint or epoch % 3 == 0)
                for name, value in zip(_TERMS, means, strict=True):
                    history[name].append(value)
                bar.set_postfix_str(f"objective {means[0]:.4f}", refresh=False)
                if callable(progress):
                    progress()
                if not math.isfinite(means[0]):
                    raise Diverged(
                        f"training: the objective is {means[0]} after epoch {epoch + 1} of "
                        f"{settings.epochs}; lower the learning rates (lr={settings.lr}, "
                        f"lr_adjacency={settings.lr_adjacency}) or check the expression matrix"
                    )
        except KeyboardInterrupt:
            if not keeps_interrupted or not history["objective"]:
                raise
        trainer.finish()
    return model, history


_TERMS = ("objective", "reconstruction", "kl", "prior")


class _Trainer:
    """The two optimisers and one epoch of either."""

    def __init__(
        self,
        model: StructuralModel,
        settings: Settings,
        generator: torch.Generator,
        cells: Cells,
    ) -> None:
        self.model, self.settings, self.generator = model, settings, generator
        self.x, self.observed = cells.dense(model.effects.device)
        self.resolvent = Resolvent()
        self.encoded: tuple[Tensor, Tensor] | None = None
        self.structure = _StructureOptimiser(model, settings)
        structure = {"effects", *self.structure.small}
        self.networks = [p for n, p in model.named_parameters() if n not in structure]
        self.network_optimiser = torch.optim.RMSprop(self.networks, lr=settings.lr)
        self.schedule = torch.optim.lr_scheduler.ExponentialLR(
            self.network_optimiser, settings.decay
        )

    def finish(self) -> None:
        """Nothing is left to do: all steps change the model itself."""

    def epoch(self, *, trains_networks: bool) -> list[float]:
        """One pass over the cells; means of the objective, reconstruction, KL and log prior."""
        settings, model, x, observed = self.settings, self.model, self.x, self.observed
        trains_structure = settings.steps == "joint" or not trains_networks
        for parameter in self.networks:
            parameter.requires_grad_(trains_networks)
        with torch.no_grad():
            still = None if trains_networks else self._encode(x)
            if not trains_structure:
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
            if trains_structure:
                adjacency = self.structure.adjacency().requires_grad_()
            reconstruction, kl = model.negative_elbo(
                rows, observed.index_select(0, batch), encoded, noise, adjacency, self.resolvent
            )
            negative_elbo = reconstruction + settings.beta * kl
            self.network_optimiser.zero_grad()
            negative_elbo.backward()
            if trains_networks:
                self.network_optimiser.step()
            if trains_structure:
                gradient = adjacency.grad
                assert gradient is not None
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
        self.effects = model.effects.detach()  # (regulators, genes), the parameter's own memory
        self.squares = torch.zeros_like(self.effects)
        n, n_genes = self.effects.shape
        size = max(1, _BLOCK_BYTES // (n_genes * self.effects.element_size()))
        self.blocks = [slice(i, min(i + size, n)) for i in range(0, n, size)]
        rates = settings.prior_rates
        named = dict(model.named_parameters())
        self.small = {name: named[name] for name in rates if name in named}
        if self.small:
            self.optimiser = torch.optim.RMSprop(
                [{"params": [p], "lr": rates[name]} for name, p in self.small.items()]
            )
        if model.known is not None:
            self.gates = torch.empty_like(self.effects)  # sigmoid(A^l)
        if model.known is not None or model.adds_mean:
            self.product = torch.empty_like(self.effects)  # A

    @torch.no_grad()
    def adjacency(self) -> Tensor:
        """A, without gradient; valid until the next step."""
        model = self.model
        if model.adds_mean:
            return self.product.copy_(model.adjacency()).detach()
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
        n_pairs = self.effects.shape[1] ** 2
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
        by_source = torch.zeros_like(self.effects[0])  # of genes that regulate none it stays 0
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
            residual = effects.clone()
            if source is not None and target is not None and not model.adds_mean:
                residual = residual.sub_(source[rows, None]).sub_(target)
            if pairs is not None:
                residual.addmm_(pairs[0][rows], pairs[1].T, alpha=-1)
            residual[:, rows].fill_diagonal_(0)
            sign = residual.sign()
            total += torch.dot(residual.view(-1), sign.view(-1))
            if model.adds_mean:  # the mean acts by A alone
                slope.diagonal(rows.start).zero_()
                by_source[rows] = slope.sum(1)
                by_target += slope.sum(0)
            elif source is not None:
                by_source[rows] = sign.sum(1)
                by_target += sign.sum(0)
            if pairs is not None:
                by_pairs[0][rows] = sign @ pairs[1]
                by_pairs[1].addmm_(sign.T, pairs[0][rows])
            slope.add_(sign, alpha=settings.alpha / n_pairs)
            slope[:, rows].fill_diagonal_(0)  # no edge from a gene to itself
            squares = self.squares[rows].mul_(SMOOTHING)
            squares.addcmul_(slope, slope, value=1 - SMOOTHING)
            denominator = torch.sqrt(squares, out=residual).add_(EPSILON)
            effects.addcdiv_(slope, denominator, value=-settings.lr_adjacency)
        prior = total / n_pairs
        if self.small:
            roots, slopes = [hyperprior], [torch.full_like(total, settings.alpha)]
            if source is not None and target is not None:
                scale = 1 if model.adds_mean else -settings.alpha / n_pairs
                roots += [source, target]
                slopes += [scale * by for by in (by_source, by_target)]
            if pairs is not None:
                roots += pairs
                slopes += [-settings.alpha / n_pairs * by for by in by_pairs]
            torch.autograd.backward(roots, slopes)
            self.optimiser.step()
            prior = prior + hyperprior.detach()
        return prior


_BLOCK_BYTES = 2**18
