"""Solving x (I - A) = b again and again, for an A that changes a little at every step.

A factorisation costs P^3, a product with a batch of b rows only b P^2. So one inverse M of an
earlier I - A is kept, and each solve starts from b M and is corrected, x += (b - x (I - A)) M. Each
correction shrinks the residual by the factor by which M misses the present inverse. The first
residual tells that factor for a typical row; M is renewed when more than `_MAX_CORRECTIONS` would
be needed.

The last residual is predicted, not measured: that would cost one more product. The prediction is
within a factor of three where M misses all directions alike. It is too small in the first epochs of
DeepSEM, whose start is nearly singular in the direction of ones, the very direction in which A then
moves: there the residual can exceed the tolerance more than tenfold. What that does to a whole
training is bounded in tests/test_training.py, against a new factorisation for every solve.
"""

import torch
from torch import Tensor

__all__ = ["Resolvent"]

_MAX_CORRECTIONS = 2


class Resolvent:
    """(I - A)^-1, applied to rows from the right.

    Parameters
    ----------
    tolerance : float, optional
        Bound on the predicted Frobenius norm of the residual b - x (I - A), relative to that of b.
        By default 1e-4 in single and 1e-12 in double precision.
    """

    def __init__(self, tolerance: float | None = None) -> None:
        self.tolerance = tolerance
        self._inverse: Tensor | None = None

    def __call__(self, adjacency: Tensor, rows: Tensor) -> Tensor:
        """Return rows (I - A)^-1, differentiable in both arguments.

        adjacency (genes, genes), rows (cells, genes) -> (cells, genes).
        """
        return _Solve.apply(adjacency, rows, self)  # type: ignore[no-any-return, no-untyped-call]

    def solve(self, adjacency: Tensor, rows: Tensor, *, transposed: bool = False) -> Tensor:
        """Return rows (I - A)^-1, or rows (I - A^T)^-1; not differentiable."""
        tolerance = self.tolerance or (1e-12 if rows.dtype == torch.float64 else 1e-4)
        if self._inverse is None:
            self._renew(adjacency)
        corrected = self._correct(adjacency, rows, transposed, tolerance)
        if corrected is None:
            self._renew(adjacency)
            corrected = self._correct(adjacency, rows, transposed, tolerance)
        if corrected is None:  # an inverse this inexact is close to singular: as well as can be
            return rows @ _oriented(self._inverse, transposed)
        return corrected

    def _correct(
        self, adjacency: Tensor, rows: Tensor, transposed: bool, tolerance: float
    ) -> Tensor | None:
        """The solution, or None where it would take too many corrections."""
        a, inverse = _oriented(adjacency, transposed), _oriented(self._inverse, transposed)
        x = rows @ inverse
        size = torch.linalg.vector_norm(rows)
        factor = 0.0
        for _ in range(_MAX_CORRECTIONS):
            residual = torch.addmm(rows - x, x, a)
            relative = float(torch.linalg.vector_norm(residual) / size)
            factor = factor or relative
            if relative <= tolerance:
                return x
            if not factor < 1:
                return None
            x = torch.addmm(x, residual, inverse)
            if relative * factor <= tolerance:
                return x
        return None

    def _renew(self, adjacency: Tensor) -> None:
        identity = torch.eye(len(adjacency), dtype=adjacency.dtype, device=adjacency.device)
        self._inverse = torch.linalg.inv_ex(identity - adjacency.detach()).inverse


def _oriented(matrix: Tensor | None, transposed: bool) -> Tensor:
    assert matrix is not None
    return matrix.T if transposed else matrix


class _Solve(torch.autograd.Function):
    """x = b (I - A)^-1: with l = g (I - A^T)^-1, the gradients are l and x^T l."""

    @staticmethod
    def forward(ctx, adjacency, rows, resolvent):  # type: ignore[no-untyped-def]
        x = resolvent.solve(adjacency, rows)
        ctx.resolvent = resolvent
        ctx.save_for_backward(adjacency, x)
        return x

    @staticmethod
    def backward(ctx, grad):  # type: ignore[no-untyped-def]
        adjacency, x = ctx.saved_tensors
        adjoint = ctx.resolvent.solve(adjacency, grad, transposed=True)
        return (
            x.T @ adjoint if ctx.needs_input_grad[0] else None,
            adjoint if ctx.needs_input_grad[1] else None,
            None,
        )
