"""A, the parameters of its prior, and the steps that train them."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from infosem.engine import kernels
from infosem.engine.products import product
from infosem.engine.team import Team, split
from infosem.model import StructuralModel
from infosem.settings import EPSILON, SMOOTHING, Settings

__all__ = ["Descent", "Structure", "carry_back"]

_BLOCK_BYTES = 450_000  # of the gradient of A, to stay in a core's cache of 1 MB
_LEAST_ROWS = 128  # of a block, below which the products are slow


class Descent:
    """RMSprop on parameters, which are given one memory, and their gradients another."""

    def __init__(self, parameters: Sequence[nn.Parameter]) -> None:
        values = torch.cat([p.detach().reshape(-1) for p in parameters])
        slopes = torch.zeros_like(values)
        start = 0
        for parameter in parameters:
            part = slice(start, start + parameter.numel())
            parameter.data = values[part].view_as(parameter)
            parameter.grad = slopes[part].view_as(parameter)
            start = part.stop
        self.values, self.slopes = values.numpy(), slopes.numpy()
        self.squares = np.zeros_like(self.values)

    def step(self, rate: float) -> None:
        """One step; the gradients become zero."""
        kind = self.values.dtype.type
        kernels.descend(
            self.values, self.slopes, self.squares, kind(rate), kind(SMOOTHING), kind(EPSILON)
        )


class Structure:
    """A in blocks of columns, one for each thread, with RMSprop's mean squares.

    Attributes
    ----------
    columns : list of slice
        The genes of each block.
    effects, adjacency : list of Tensor, (R, part of P)
        A^e, and A, which are one without known edges, unless A is a mean plus A^e.
    row_sums : ndarray, (threads, R)
        Sums of A over the regulators among the columns of a block.
    column_sums : ndarray, (P,)
    parameters : dict of str to Parameter
        Of the prior: what is trained besides A^e.
    """

    def __init__(self, model: StructuralModel, settings: Settings, team: Team) -> None:
        self.model, self.settings, self.team = model, settings, team
        self.n_regulators, self.n_genes = n, n_genes = model.effects.shape
        effects = model.effects.detach()
        self.columns = split(n_genes, team.size)
        self.inside = [min(max(n - c.start, 0), c.stop - c.start) for c in self.columns]
        self.effects = [effects[:, part].contiguous() for part in self.columns]
        self.squares = [torch.zeros_like(part) for part in self.effects]
        self.blocks = [_blocks(part) for part in self.effects]
        self.adjacency = self.effects
        self.scalar = effects.numpy().dtype.type
        self.row_sums = np.zeros((team.size, n), dtype=self.scalar)
        self.column_sums = np.zeros(n_genes, dtype=self.scalar)
        for i, columns in enumerate(self.columns):
            self.row_sums[i] = self.effects[i][:, : self.inside[i]].sum(1)
            self.column_sums[columns] = self.effects[i].sum(0)
        if model.known is not None:
            self.gates = [torch.empty_like(part) for part in self.effects]
        if model.known is not None or model.adds_mean:
            self.adjacency = [torch.empty_like(part) for part in self.effects]
            self.renew()
        self.rates = settings.prior_rates
        named = dict(model.named_parameters())
        self.parameters = {name: named[name] for name in self.rates if name in named}
        self.descents = {name: Descent([p]) for name, p in self.parameters.items()}

    def finish(self) -> None:
        """Write A^e into the model."""
        self.model.effects.data = torch.cat(self.effects, dim=1)

    def renew(self) -> None:
        """Make A of what it consists of, where it is not A^e."""
        if self.model.known is not None:
            self._gate()
        elif self.model.adds_mean:
            self._add_mean()

    def _add_mean(self) -> None:
        """A = M + A^e, with a zero diagonal."""
        source, target = (part.detach() for part in self.model.prior_mean() if part is not None)

        def add(i: int) -> None:
            columns, adjacency = self.columns[i], self.adjacency[i]
            torch.add(self.effects[i], target[columns], out=adjacency)
            adjacency += source[: self.n_regulators, None]
            adjacency.diagonal(-columns.start).zero_()
            self.row_sums[i] = adjacency[:, : self.inside[i]].sum(1)
            self.column_sums[columns] = adjacency.sum(0)

        self.team.each(add)

    def _gate(self) -> None:
        """A = A^e sigmoid(A^l), where edges are known."""
        model = self.model

        def gate(i: int) -> None:
            target = model.logit_target.detach()[:, self.columns[i]].contiguous()
            source = model.logit_source.detach()
            column_sums = self.column_sums[self.columns[i]]
            column_sums[:] = 0
            for rows in self.blocks[i]:
                gates = torch.sigmoid(product(source[rows], target), out=self.gates[i][rows])
                kernels.gate(
                    self.effects[i][rows].numpy(), gates.numpy(), self.adjacency[i][rows].numpy(),
                    self.inside[i], self.row_sums[i, rows], column_sums,
                )  # fmt: skip

        self.team.each(gate)

    def prior(self) -> float:
        """-log p(A, w) over P^2, where nothing changes."""
        self.finish()
        with torch.no_grad():
            return float(
                self.model.negative_log_prior(
                    sigma_w=self.settings.sigma_w, sigma_l=self.settings.sigma_l
                )
            )

    def train(self, left: Tensor, right: list[Tensor], before: Callable[[int], None]) -> float:
        """One step, down the slope left^T right of the negative ELBO; return `prior` before it.

        left (k, P), right (k, part of P) for each thread; `before` is what a thread has to do
        first.
        """
        model, settings, scalar = self.model, self.settings, self.scalar
        n_pairs = self.n_genes**2
        source, target = model.prior_mean()
        factors = model.pair_factors()
        hyperprior = model.negative_log_hyperprior(
            sigma_w=settings.sigma_w, sigma_l=settings.sigma_l
        )
        zeros = torch.zeros(self.n_genes, dtype=left.dtype)
        centre = (None, None) if model.adds_mean else (source, target)
        means = [zeros if part is None else part.detach() for part in centre]
        sources, targets = (mean.numpy() for mean in means)
        by_source = np.zeros((self.team.size, self.n_genes), dtype=scalar)  # of regulators only
        by_target = np.zeros(self.n_genes, dtype=scalar)
        by_factors = [
            torch.zeros(self.team.size, *f.shape, dtype=left.dtype) for f in factors or ()
        ]
        by_mean = (
            torch.zeros(self.team.size, self.n_genes, dtype=left.dtype),
            torch.zeros_like(zeros),
        )
        by_logits: list[Tensor] = [zeros] * self.team.size
        totals = [0.0] * self.team.size

        def step(i: int) -> None:
            before(i)
            columns, column_sums = self.columns[i], self.column_sums[self.columns[i]]
            column_sums[:] = 0
            gates = adjacency = pairs = None
            if model.known is not None:
                logit_source = model.logit_source.detach()
                logit_target = model.logit_target.detach()[:, columns].contiguous()
                by_logits[i] = torch.zeros_like(logit_source)
                by_logit_target = torch.zeros_like(logit_target)
            if factors is not None:
                pair_source, pair_target = factors[0].detach(), factors[1].detach()[columns]
            for rows in self.blocks[i]:
                gradient = product(left[:, rows].T, right[i])
                if model.known is not None:
                    gates, adjacency = self.gates[i][rows].numpy(), self.adjacency[i][rows].numpy()
                if factors is not None:
                    signs = product(pair_source[rows], pair_target.T)
                    pairs = signs.numpy()
                totals[i] += kernels.step_effects(
                    gradient.numpy(), self.effects[i][rows].numpy(), self.squares[i][rows].numpy(),
                    sources[rows], targets[columns], pairs, gates, adjacency,
                    rows.start - columns.start, scalar(settings.alpha / n_pairs),
                    scalar(settings.lr_adjacency), scalar(SMOOTHING), scalar(EPSILON),
                    by_source[i, rows], by_target[columns], self.inside[i],
                    self.row_sums[i, rows], column_sums,
                )  # fmt: skip
                if model.adds_mean:
                    gradient.diagonal(rows.start - columns.start).zero_()
                    by_mean[0][i, rows] = gradient.sum(1)
                    by_mean[1][columns] += gradient.sum(0)
                if factors is not None:
                    by_factors[0][i, rows] = product(signs, pair_target)
                    by_factors[1][i, columns] += product(signs.T, pair_source[rows])
                if model.known is not None:
                    by_logits[i][rows] = product(gradient, logit_target.T)
                    by_logit_target += product(logit_source[rows].T, gradient)
            if model.known is not None:
                model.logit_target.grad[:, columns] += by_logit_target  # type: ignore[index]

        self.team.each(step)
        prior = sum(totals) / n_pairs
        if self.parameters:
            if model.known is not None:
                for by in by_logits:
                    model.logit_source.grad += by  # type: ignore[operator]
            roots, slopes = [hyperprior], [hyperprior.new_tensor(settings.alpha)]
            scale = -settings.alpha / n_pairs
            if source is not None and target is not None:
                roots += [source, target]
                if model.adds_mean:  # it acts by A alone
                    slopes += [by_mean[0].sum(0), by_mean[1]]
                else:
                    slopes += [torch.as_tensor(scale * by) for by in (by_source.sum(0), by_target)]
            if factors is not None:
                roots += factors
                slopes += [scale * by.sum(0) for by in by_factors]
            carry_back(roots, slopes)
            for name, descent in self.descents.items():
                descent.step(self.rates[name])
            prior += float(hyperprior.detach())
        self.renew()
        return prior


def carry_back(roots: Sequence[Tensor], slopes: Sequence[Tensor]) -> None:
    """Add to the gradients of parameters, given the slopes of what was made of them.

    As torch.autograd.backward(roots, slopes), which imports sympy for it: a third of a second.
    """
    total = sum((root * slope).sum() for root, slope in zip(roots, slopes, strict=True))
    total.backward()  # type: ignore[union-attr]


def _blocks(part: Tensor) -> list[slice]:
    """Rows whose gradient fits into the cache."""
    size = max(_LEAST_ROWS, _BLOCK_BYTES // max(1, part.shape[1] * part.element_size()))
    return [slice(r, min(r + size, len(part))) for r in range(0, len(part), size)]
