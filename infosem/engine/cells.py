"""The cells as the models see them: standardised, and dense only a batch at a time."""

from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

from infosem.engine import kernels

__all__ = ["Cells", "cells_of", "standardise"]

_BOUND = 10.0  # of standardised values, where zeros do not count; the released DeepSEM's


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
    varies = _varies(deviation, np.abs(values).max(0, initial=1e-300))
    x = np.divide(centred, deviation, out=np.zeros_like(centred), where=varies)
    return (np.clip(x, -_BOUND, _BOUND) if mask_zeros else x), observed


def _varies(deviation: NDArray[np.float64], largest: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which genes vary: a constant gene leaves rounding errors in place of zeros."""
    found: NDArray[np.bool_] = deviation > 1e-9 * largest
    return found


class Cells(Protocol):
    """Standardised cells.

    Attributes
    ----------
    counts : Tensor, (cells,) int
        How many entries of a cell count.
    low, high : float
        Bounds of the entries.
    n_genes : int
    """

    counts: Tensor
    low: float
    high: float
    n_genes: int

    def __len__(self) -> int: ...

    def take(self, cells: Tensor, x: Tensor, observed: Tensor) -> None:
        """Write some cells into x (cells, genes) and observed (cells, genes) bool."""

    def dense(self, device: torch.device) -> tuple[Tensor, Tensor]:
        """All of them at once: x and observed, (cells, genes), both as numbers."""


def cells_of(expression: Any, *, mask_zeros: bool, dtype: torch.dtype) -> Cells:
    """Standardise genes x cells, dense or a sparse array of scipy, as `standardise` does."""
    if sparse.issparse(expression):
        return _SparseCells(expression, mask_zeros, dtype)
    return _DenseCells(expression, mask_zeros, dtype)


class _DenseCells:
    def __init__(
        self, expression: NDArray[np.floating], mask_zeros: bool, dtype: torch.dtype
    ) -> None:
        x, observed = standardise(expression, mask_zeros=mask_zeros)
        self.x = torch.as_tensor(x).to(dtype).contiguous()  # one cell after the other
        self.observed = torch.as_tensor(observed).contiguous()
        self.counts = self.observed.sum(1)
        low, high = torch.aminmax(self.x)
        self.low, self.high = float(low), float(high)
        self.n_genes = self.x.shape[1]

    def __len__(self) -> int:
        return len(self.x)

    def dense(self, device: torch.device) -> tuple[Tensor, Tensor]:
        return self.x.to(device), self.observed.to(self.x.dtype).to(device)

    def take(self, cells: Tensor, x: Tensor, observed: Tensor) -> None:
        torch.index_select(self.x, 0, cells, out=x)
        torch.index_select(self.observed, 0, cells, out=observed)


class _SparseCells:
    """Non-zero entries by cell, and what a zero of each gene becomes."""

    def __init__(self, expression: Any, mask_zeros: bool, dtype: torch.dtype) -> None:
        by_cell = sparse.csr_array(expression.T)
        if not by_cell.data.all():  # stored zeros are zeros
            by_cell = by_cell.copy()
            by_cell.eliminate_zeros()
        n_cells, n_genes = by_cell.shape
        self.n_genes = n_genes
        genes, values = by_cell.indices, by_cell.data.astype(np.float64)
        stored = np.bincount(genes, minlength=n_genes)
        count = np.maximum(stored if mask_zeros else n_cells, 1)
        mean = np.bincount(genes, values, minlength=n_genes) / count
        largest = np.full(n_genes, 1e-300)
        np.maximum.at(largest, genes, np.abs(values))
        values -= mean[genes]
        squares = np.bincount(genes, np.square(values), minlength=n_genes)
        if not mask_zeros:
            squares = squares + (n_cells - stored) * np.square(mean)
        deviation = np.sqrt(squares / count)
        varies = _varies(deviation, largest)
        scale = np.divide(1, deviation, out=np.zeros_like(deviation), where=varies)
        values *= scale[genes]
        zero = -mean * scale
        if mask_zeros:
            values, zero = np.clip(values, -_BOUND, _BOUND), np.clip(zero, -_BOUND, _BOUND)
        kind = torch.empty(0, dtype=dtype).numpy().dtype
        self.values, self.zero, self.genes = values.astype(kind), zero.astype(kind), genes
        self.starts, self.mask_zeros = by_cell.indptr, mask_zeros
        in_cell = np.diff(by_cell.indptr)
        self.counts = torch.as_tensor(in_cell if mask_zeros else np.full(n_cells, n_genes))
        ends = [*self.zero, self.values.min(initial=0), self.values.max(initial=0)]
        self.low, self.high = float(min(ends)), float(max(ends))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def dense(self, device: torch.device) -> tuple[Tensor, Tensor]:
        x = torch.empty(len(self), self.n_genes, dtype=torch.as_tensor(self.values).dtype)
        observed = torch.empty(x.shape, dtype=torch.bool)
        self.take(torch.arange(len(self)), x, observed)
        return x.to(device), observed.to(x.dtype).to(device)

    def take(self, cells: Tensor, x: Tensor, observed: Tensor) -> None:
        kernels.expand(
            cells.numpy(), self.starts, self.genes, self.values, self.zero, self.mask_zeros,
            x.numpy(), observed.numpy(),
        )  # fmt: skip
