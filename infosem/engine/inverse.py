"""One inverse of I - A for many steps, in which A moves little.

The old inverse M leaves a residual b - (b M)(I - A), of which what all entries of A have in common
makes the largest part: it is taken out exactly, by a multiple of p = 1^T M for each row (see
`infosem.resolvent`), which amounts to the inverse M + (1 - M s) p^T / (p s) with s = (I - A) 1.
The rest grows as A moves away. It is measured on random sums of a batch's rows; where it exceeds
the tolerance, the step's solves are done again, either with a renewed M or with a correction,
x += (b - x (I - A)) M, whichever is the cheaper by how long M has lasted. M is renewed by a Newton
step, M (2 I - (I - A) M), which squares the error; it is two products of R x R matrices, several
times as fast as a factorisation.

The tolerance of single precision is far below the noise of a step, which has one draw for each
cell; what it changes at the end of a training is measured by `benchmarks` (agreement). The first
steps need a narrower one: those of RMSprop have the size of the learning rate however small a slope
is, so that an error of the solve can turn the sign of a whole step, and where the prior is strong A
stays near where these steps took its mean.
"""

import math

import torch
from torch import Tensor

from infosem.engine.products import product
from infosem.engine.team import Team, split

__all__ = ["KeptInverse"]

_TOLERANCE = {torch.float32: 3e-3, torch.float64: 1e-12}
_TOLERANCE_AT_FIRST = {torch.float32: 1e-4, torch.float64: 1e-12}
_FIRST_STEPS = 100  # of A
# Where the residual is larger, a factorisation takes the place of a Newton step.
_NEWTON = {torch.float32: 0.3, torch.float64: 0.0}
_LONGEST_UNCHECKED = 16  # steps of A
_RENEWAL = 2.0  # rows times an R x R matrix, for each regulator, that a Newton step costs
_MOST_CORRECTIONS = 4


class KeptInverse:
    """(I - A_TT)^-1, nearly: a product with M, corrected along one direction.

    Attributes
    ----------
    matrix : Tensor, (R, R)
        M.
    columns : list of Tensor, (R, part of R)
        The same, in contiguous blocks.
    along, across : Tensor, (R,)
        p = 1^T M and 1^T M^T, along which the solutions are corrected.
    sums, sums_across : Tensor, (R,)
        s = (I - A_TT) 1 and (I - A_TT^T) 1 of the present A.
    corrections : int
        How many each solution needs.
    steps, age : int
        Steps of A so far, and since M was renewed.
    renewals : int
    """

    def __init__(self, team: Team, n_regulators: int) -> None:
        self.team, self.parts = team, split(n_regulators, team.size)
        self.renewals = self.age = self.next_check = self.corrections = self.spent = 0
        self.steps = 0
        self.is_factorised = False
        self.sums = self.sums_across = self.along = self.across = torch.empty(0)
        self.matrix, self.columns = torch.empty(0, 0), [torch.empty(0, 0)] * team.size

    def coarse(self, right: Tensor, solutions: list[Tensor], *, transposed: bool) -> Tensor:
        """Multiples (b,) of p that make each row's residual sum to zero: (b 1 - (b M) s) / (p s).

        right (b, R) is solved for; solutions (b, part of R) are its products with M.
        """
        sums = self.sums_across if transposed else self.sums
        left = right.sum(1)
        for part, solution in zip(self.parts, solutions, strict=True):
            left.addmv_(solution, sums[part], alpha=-1)
        return left.div_(torch.dot(self.across if transposed else self.along, sums))

    def renew(self, adjacency: list[Tensor], residual: float) -> None:
        """Make the inverse that of now; `residual` is what the present one leaves, inf for none."""
        self.renewals += 1
        self.age = self.next_check = self.corrections = self.spent = 0
        n = len(adjacency[0])
        a = torch.cat(adjacency, dim=1)[:, :n].contiguous()
        self.is_factorised = not residual < _NEWTON[a.dtype]
        if not self.is_factorised:
            weights = 1 - torch.mv(self.matrix, self.sums)
            old = torch.addr(self.matrix, weights / torch.dot(self.along, self.sums), self.along)

            def newton(i: int) -> None:
                columns = self.parts[i]
                block = old[:, columns].contiguous()
                error = product(a, block).sub_(block)
                error[columns].diagonal().add_(1)
                block += product(old, error)
                self.columns[i] = block
                self.matrix[:, columns] = block

            self.team.each(newton)
        else:
            operator = a.neg_()
            operator.diagonal().add_(1)
            self.matrix = torch.linalg.inv_ex(operator).inverse.contiguous()
            self.columns[:] = [self.matrix[:, part].contiguous() for part in self.parts]
        self.along, self.across = self.matrix.sum(0), self.matrix.sum(1)

    @property
    def tolerance(self) -> float:
        """Bound on the residual of a solve, relative to what is solved for."""
        at = _TOLERANCE_AT_FIRST if self.steps < _FIRST_STEPS else _TOLERANCE
        return at[self.matrix.dtype]

    def moved(self) -> None:
        """Count a step of A."""
        self.steps += 1
        self.age += 1

    def wants_check(self) -> bool:
        """Whether the residual may have come near the tolerance since it was last measured."""
        return self.age >= self.next_check

    def serves(self, residual: float) -> bool:
        """Whether a measured residual is small enough, or the best that can be had.

        It grows about as the steps of A add up: until half of what it may have grown to the
        tolerance, it is not measured again.
        """
        self.next_check = self.age + 1
        if 0 < residual < self.tolerance:
            left = 0.5 * self.age * (self.tolerance / residual - 1)
            self.next_check += int(min(left, _LONGEST_UNCHECKED))
        return residual <= self.tolerance or (self.is_factorised and self.age == 0)

    def improve(self, adjacency: list[Tensor], residual: float, n_cells: int) -> None:
        """Make solutions better where the residual is too large: correct them, or renew M."""
        converges = residual < _NEWTON[self.matrix.dtype] and self.corrections < _MOST_CORRECTIONS
        price = _price(n_cells, self.corrections + 1)
        worth = _RENEWAL * len(self.matrix)  # of M, in rows; what a step has of it falls with age
        if self.age and converges and price < worth / self.age:
            self.corrections += 1
            self.next_check = self.age  # whether that is enough is measured at once
        else:
            # A correction multiplies the residual by that of M alone.
            alone = residual ** (1 / (self.corrections + 1))
            self.renew(adjacency, alone if self.age else math.inf)

    def spend(self, adjacency: list[Tensor], n_cells: int) -> None:
        """Count a step's corrections; renew M where they have cost as much."""
        self.spent += _price(n_cells, self.corrections)
        if self.spent > _RENEWAL * len(self.matrix):
            self.renew(adjacency, self.tolerance ** (1 / (self.corrections + 1)))


def _price(n_cells: int, corrections: int) -> int:
    """Rows times an R x R matrix in the corrections of a step: two each, there and back."""
    return 4 * n_cells * corrections
