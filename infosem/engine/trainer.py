"""One epoch after the other."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from infosem.engine import kernels
from infosem.engine.cells import Cells
from infosem.engine.inverse import KeptInverse
from infosem.engine.products import product
from infosem.engine.structure import Descent, Structure, carry_back
from infosem.engine.team import Team, split
from infosem.model import StructuralModel
from infosem.scalar_map import Cubics, ScalarMap
from infosem.settings import Settings

__all__ = ["Engine", "NoTable"]

_PROBES = 16
_MARGIN = 0.1  # of a table beyond what it was asked for
_MOST_NODES = 2**16


class NoTable(Exception):
    """A network is too steep for a table, or is asked about numbers that are not finite."""


class _Workspace:
    """Memory of a step with b cells, whole and as the threads see it: in parts of the columns.

    left (3 b + 1, P) : the encoder's means, less that of the prior, and log-variances; the prior's
        log-variance, if it is learned, else 0; the solution of the jitter. The gradient of A is its
        transpose times `right`.
    right (3 b + 1, n) for each part : minus the slopes of the first rows of `left` times I - A, and
        the adjoint.
    x, jitter, slopes (b, P) : the cells; that of z; the slopes of the reconstruction with respect
        to z_hat.
    observed (b, P) : which entries count.
    back (threads, 2 b + 1, R) : parts of the first rows of `right` times A^T.
    """

    def __init__(self, b: int, n_regulators: int, columns: list[slice], dtype: torch.dtype) -> None:
        genes = columns[-1].stop
        self.left = torch.zeros(3 * b + 1, genes, dtype=dtype)
        self.right = [torch.zeros(3 * b + 1, c.stop - c.start, dtype=dtype) for c in columns]
        self.x, self.jitter, self.slopes = torch.zeros(3, b, genes, dtype=dtype)
        self.observed = torch.zeros(b, genes, dtype=torch.bool)
        self.back = torch.zeros(len(columns), 2 * b + 1, n_regulators, dtype=dtype)
        self.zeros = torch.zeros(b + genes, dtype=dtype)
        # Of the solves: the parts, and how far to correct them.
        self.solutions = [self.left] * len(columns)
        self.adjoints, self.coarse = [self.left] * len(columns), self.zeros[:b]
        self.regulators = self.left  # (b, R) of the solution, where not all genes are regulators
        signs = torch.randint(0, 2, (_PROBES, b), generator=torch.Generator().manual_seed(0))
        self.signs = ((2 * signs - 1) / _PROBES**0.5).to(dtype)


class Engine:
    """One epoch after the other of a `model.StructuralModel`.

    Parameters
    ----------
    model : StructuralModel
        Read at the start, and written to by `finish`.
    settings : Settings
    generator : torch.Generator
        Draws the order of cells and the noise, in the order of the reference loop.
    cells : Cells
    team : Team
    """

    def __init__(
        self,
        model: StructuralModel,
        settings: Settings,
        generator: torch.Generator,
        cells: Cells,
        team: Team,
    ) -> None:
        self.model, self.settings, self.generator = model, settings, generator
        self.cells, self.team = cells, team
        self.n_regulators, self.n_genes = model.effects.shape
        self.dtype = model.effects.dtype
        self.scalar = model.effects.detach().numpy().dtype.type
        self.structure = Structure(model, settings, team)
        self.columns, self.adjacency = self.structure.columns, self.structure.adjacency
        self.inverse = KeptInverse(team, self.n_regulators)
        self.workspaces: dict[int, _Workspace] = {}
        self.latent_range = -1.0, 1.0  # the smallest and the largest z_hat of the last batch
        self.is_gaussian = model.likelihood == "gaussian"
        self.learns_prior = model.latent_prior == "learned"
        # That of Z: the mean of z_hat, and the log-variance, which stay so if they are not learned.
        self.prior_hat = torch.zeros(self.n_genes, dtype=self.dtype)
        self.prior_log_variance = torch.full_like(self.prior_hat, 2 * math.log(model.sigma_z))
        of_structure = {"effects", *self.structure.parameters}
        self.networks = [p for name, p in model.named_parameters() if name not in of_structure]
        self.descent, self.rate = Descent(self.networks), settings.lr

    def finish(self) -> None:
        """Write what has been learned into the model."""
        self.structure.finish()

    def epoch(self, *, trains_networks: bool) -> list[float]:
        """One pass over the cells; means of the objective, reconstruction, KL and log prior."""
        settings, team = self.settings, self.team
        trains_structure = settings.steps == "joint" or not trains_networks
        for parameter in self.networks:
            parameter.requires_grad_(trains_networks)
        prior = 0.0
        if not trains_structure:
            prior = self.structure.prior()
        if not trains_networks:
            self._tabulate(trains=False, checks=True)
        totals = np.zeros(4)
        batches = torch.randperm(len(self.cells), generator=self.generator).split(
            settings.batch_size
        )
        for n, batch in enumerate(batches):
            work = self._workspace(len(batch))
            if trains_networks:
                self._tabulate(trains=True, checks=n == 0)
            team.run(self._preparations(work, batch))
            reconstruction, kl = self._slopes(work, batch, trains_networks=trains_networks)
            finish = partial(
                self._go_back if trains_networks else self._finish_slopes, work
            )  # before A changes
            if trains_structure:
                prior = self.structure.train(work.left, work.right, finish)
                self.inverse.moved()
            else:
                team.each(finish)
            if trains_networks:
                self._train_networks(work)
            objective = reconstruction + settings.beta * kl + settings.alpha * prior
            totals += objective, reconstruction, kl, prior
        self.rate *= settings.decay
        return list(totals / len(batches))

    def _workspace(self, b: int) -> _Workspace:
        if b not in self.workspaces:
            self.workspaces[b] = _Workspace(b, self.n_regulators, self.columns, self.dtype)
        return self.workspaces[b]

    # --- tables of the networks

    def _tabulate(self, *, trains: bool, checks: bool) -> None:
        """What the networks say, for a step that trains them or until they are trained.

        The spacing of the nodes is checked at the first batch of an epoch; it outlasts the others.
        """

        def others() -> None:
            with torch.set_grad_enabled(trains):
                if self.learns_prior:
                    one = torch.ones(1, 1, dtype=self.dtype)
                    self.prior_hat = self.model.prior_mean_net(one)[0]
                    self.prior_log_variance = self.model.prior_log_variance_net(one)[0]
                low, high = self.cells.low, self.cells.high
                self.encoder = self._table(self.model.encoder, low, high, checks)

        self.team.run([partial(self._tabulate_decoder, trains, checks), others])

    def _tabulate_decoder(self, trains: bool, checks: bool) -> None:
        low, high = self.latent_range
        margin = _MARGIN * (high - low)
        with torch.set_grad_enabled(trains):
            self.decoder = self._table(self.model.decoder, low - margin, high + margin, checks)
        self.by_coefficient = np.zeros(
            (self.team.size, *self.decoder.coefficients.shape), dtype=self.scalar
        )

    def _table(self, network: ScalarMap, low: float, high: float, checks: bool) -> Cubics:
        """A table that holds from low to high."""
        if not math.isfinite(high - low) or max(-low, high) / network.step > _MOST_NODES:
            raise NoTable  # in a run that diverges
        table = network.tabulate(low, high, self.dtype, checks=checks)
        if table is None or table.coefficients.shape[1] > _MOST_NODES:
            raise NoTable
        return table

    def _of(self, table: Cubics) -> tuple[Any, Any, Any]:
        """A table as the kernels take it."""
        return (
            table.coefficients.detach().numpy(),
            self.scalar(table.first),
            self.scalar(1 / table.step),
        )

    # --- one batch, forwards and back

    def _preparations(self, work: _Workspace, batch: Tensor) -> list[Callable[[], None]]:
        """Jobs that draw the noise and encode the cells of a batch."""
        b = len(batch)
        encoder, prior_hat = self._of(self.encoder), self.prior_hat.detach().numpy()
        left, x, observed = work.left, work.x, work.observed
        if self.learns_prior:  # and so mapped by I - A
            left[2 * b] = self.prior_log_variance.detach()

        def draw() -> None:
            noise = torch.randn(b, self.n_genes, generator=self.generator, dtype=self.dtype)
            self.noise = noise.numpy()

        def encode(rows: slice) -> None:
            self.cells.take(batch[rows], x[rows], observed[rows])
            kernels.look_up(
                x.numpy()[rows], *encoder, prior_hat, left.numpy()[rows],
                left.numpy()[b + rows.start : b + rows.stop],
            )  # fmt: skip

        return [draw, *(partial(encode, rows) for rows in split(b, self.team.size))]

    def _slopes(
        self, work: _Workspace, batch: Tensor, *, trains_networks: bool
    ) -> tuple[float, float]:
        """Reconstruction and KL of a batch, whose slopes are left in its workspace."""
        b, n = len(batch), self.n_regulators
        kl = [0.0] * self.team.size
        weight = self.scalar(self.settings.beta / work.x.numel())
        encoded = work.left[: 2 * b + 1, :n]
        prior = self.prior_log_variance.detach().numpy()

        def sample(i: int) -> None:
            kl[i] = kernels.sample(
                product(encoded, self.adjacency[i]).numpy(), work.left.numpy(), prior, self.noise,
                self.columns[i].start, weight, self.scalar(0.5), work.jitter.numpy(),
                work.right[i].numpy(),
            )  # fmt: skip

        self.team.each(sample)
        counted = max(int(self.cells.counts[batch].sum()), 1)
        inverse = self.inverse
        inverse.sums = torch.as_tensor(1 - self.structure.row_sums.sum(0))
        inverse.sums_across = torch.as_tensor(1 - self.structure.column_sums[:n])
        if not inverse.renewals:
            inverse.renew(self.adjacency, math.inf)
        while True:
            checks = inverse.wants_check()
            losses = self._solve_and_decode(work, self.scalar(1 / counted), trains_networks)
            residual = self._solve_adjoint(work, checks)
            if not checks or inverse.serves(residual):
                break
            inverse.improve(self.adjacency, residual, b)
        inverse.spend(self.adjacency, b)
        constant = 0.5 * math.log(2 * math.pi) if self.is_gaussian else 0.0
        return losses / counted + constant, sum(kl) / work.x.numel()

    def _solve_and_decode(self, work: _Workspace, weight: Any, trains_networks: bool) -> float:
        """The jitter of z_hat, what the decoder makes of it, and its sum of losses."""
        b, n, inverse = len(work.x), self.n_regulators, self.inverse
        right, prior_hat = work.jitter[:, :n], self.prior_hat.detach().numpy()
        found = [(0.0, math.inf, -math.inf)] * self.team.size

        def solve(i: int) -> None:
            work.solutions[i] = product(right, inverse.columns[i])

        def extend(i: int) -> None:
            solution = product(work.regulators, self.adjacency[i])
            work.solutions[i] = solution.add_(work.jitter[:, self.columns[i]])

        def decode(i: int) -> None:
            by = None
            if trains_networks:
                by = self.by_coefficient[i]
                by[:] = 0
            coefficients, *grid = self._of(self.decoder)
            variances = coefficients[1] if self.is_gaussian else None
            if work.solutions[i].shape[1]:
                found[i] = kernels.decode(
                    work.solutions[i].numpy(), self.columns[i].start, coarse, along,
                    work.left.numpy(), prior_hat, work.x.numpy(), work.observed.numpy(),
                    coefficients[0], variances, *grid, weight, work.slopes.numpy(), by,
                )  # fmt: skip

        self.team.each(solve)
        multiples = inverse.coarse(right, work.solutions, transposed=False)
        coarse, along = multiples.numpy(), inverse.along.numpy()
        if inverse.corrections:
            solved = self._corrected(right, work.solutions, multiples, transposed=False)
            work.solutions = [solved[:, part].contiguous() for part in inverse.parts]
            multiples = torch.zeros_like(multiples)
            coarse = multiples.numpy()
        if n < self.n_genes:
            work.regulators = torch.cat(work.solutions, dim=1).addr_(multiples, inverse.along)
            coarse, along = work.zeros[:b].numpy(), work.zeros[b:].numpy()
            self.team.each(extend)
        while True:
            self.team.each(decode)
            losses, lows, highs = zip(*found, strict=True)
            self.latent_range = low, high = min(lows), max(highs)
            if self.decoder.low <= low and high <= self.decoder.high:
                return float(sum(losses))
            self._tabulate_decoder(trains_networks, True)

    def _solve_adjoint(self, work: _Workspace, checks: bool) -> float:
        """What comes back through the solve; return the relative residual of the way forwards."""
        b, n, inverse = len(work.x), self.n_regulators, self.inverse
        solved, others, right = work.left[2 * b + 1 :, :n], work.slopes, work.slopes
        squares = [0.0] * self.team.size
        if n < self.n_genes:
            others = work.slopes.clone()
            others[:, :n] = 0

            def gather(i: int) -> None:
                work.back[i, :b] = product(others[:, self.columns[i]], self.adjacency[i].T)

            self.team.each(gather)
            right = work.slopes[:, :n] + work.back[:, :b].sum(0)
        elif checks:
            probes, probed = work.signs @ solved, work.signs @ work.jitter
            probed -= probes

        def solve(i: int) -> None:
            work.adjoints[i] = product(right, inverse.matrix[inverse.parts[i]].T)
            if checks and n == self.n_genes:
                left_over = product(probes, self.adjacency[i]).add_(probed[:, self.columns[i]])
                squares[i] = float(torch.linalg.vector_norm(left_over)) ** 2

        self.team.each(solve)
        work.coarse = inverse.coarse(right, work.adjoints, transposed=True)
        if inverse.corrections:
            found = self._corrected(right, work.adjoints, work.coarse, transposed=True)
            work.adjoints = [found[:, part].contiguous() for part in inverse.parts]
            work.coarse = work.zeros[:b]
        size = float(torch.linalg.vector_norm(work.jitter[:, :n])) or 1.0
        if n == self.n_genes:
            return math.sqrt(sum(squares)) / size
        others[:, :n] = torch.cat(work.adjoints, dim=1).addr_(work.coarse, inverse.across)
        others[:, n:] = work.slopes[:, n:]
        work.adjoints = [others[:, columns].contiguous() for columns in self.columns]
        work.coarse = work.zeros[:b]
        # x = b + x_T A holds for the regulators, too, as far as x_T is right.
        return float(torch.linalg.vector_norm(solved - work.regulators)) / size

    def _corrected(
        self, right: Tensor, solutions: list[Tensor], coarse: Tensor, *, transposed: bool
    ) -> Tensor:
        """Solutions (b, R) for `right`, after as many corrections as the inverse needs."""
        inverse, n, columns = self.inverse, self.n_regulators, self.columns
        along = inverse.across if transposed else inverse.along
        x = torch.cat(solutions, dim=1).addr_(coarse, along)
        parts: list[Tensor] = [x] * self.team.size

        def multiply(i: int) -> None:
            """x A_TT, of which a thread has its columns; x A_TT^T, of which it has a part."""
            if not transposed:
                parts[i] = product(x, self.adjacency[i])
                return
            padded = x.new_zeros(len(x), columns[i].stop - columns[i].start)
            inside = x[:, columns[i]]
            padded[:, : inside.shape[1]] = inside
            parts[i] = product(padded, self.adjacency[i].T)

        def solve(i: int) -> None:
            matrix = inverse.matrix[inverse.parts[i]].T if transposed else inverse.columns[i]
            parts[i] = product(left_over, matrix)

        for _ in range(inverse.corrections):
            self.team.each(multiply)
            mapped = sum(parts[1:], parts[0]) if transposed else torch.cat(parts, dim=1)[:, :n]
            left_over = (right - x).add_(mapped)
            self.team.each(solve)
            again = inverse.coarse(left_over, parts, transposed=transposed)
            x = (x + torch.cat(parts, dim=1)).addr_(again, along)
        return x

    def _finish_slopes(self, work: _Workspace, i: int) -> None:
        """The last rows of `right`, in the columns of a thread."""
        b = len(work.x)
        across = self.inverse.across if len(self.inverse.across) == self.n_genes else work.zeros[b:]
        kernels.adjoint(
            work.adjoints[i].numpy(), self.columns[i].start, work.coarse.numpy(), across.numpy(),
            work.jitter.numpy(), self.scalar(self.settings.beta / work.x.numel()),
            self.scalar(0.5), work.right[i].numpy(),
        )  # fmt: skip

    # --- the two kinds of steps

    def _go_back(self, work: _Workspace, i: int) -> None:
        """The slopes in the columns of a thread, and its part of what A makes of them."""
        self._finish_slopes(work, i)
        rows = 2 * len(work.x) + 1
        work.back[i] = product(work.right[i][:rows], self.adjacency[i].T)

    def _train_networks(self, work: _Workspace) -> None:
        """Carry the slopes on to the tables, and by automatic differentiation to the networks."""
        shape = self.encoder.coefficients.shape
        by_encoder = np.zeros((self.team.size, *shape), dtype=self.scalar)
        by_prior = np.zeros((2, self.n_genes), dtype=self.scalar)
        table = self._of(self.encoder)[1:]

        def collect(i: int) -> None:
            kernels.collect(
                work.x.numpy(), *table, work.right[i].numpy(), work.back.numpy(),
                self.columns[i].start, work.slopes.numpy(), by_encoder[i], by_prior,
            )  # fmt: skip

        self.team.each(collect)
        roots = [self.encoder.coefficients]
        slopes = [torch.as_tensor(by_encoder.sum(0))]
        if self.learns_prior:
            roots += [self.prior_hat, self.prior_log_variance]
            slopes += [torch.as_tensor(by) for by in by_prior]
        decoder = self.decoder.coefficients
        by_decoder = torch.as_tensor(self.by_coefficient.sum(0))
        self.team.run(
            [
                partial(carry_back, roots, slopes),
                partial(carry_back, [decoder], [by_decoder]),
            ]
        )
        self.descent.step(self.rate)
