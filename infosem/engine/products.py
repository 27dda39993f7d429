"""Matrix products by the fastest library that torch carries.

torch.mm calls MKL, which on processors that are not Intel's keeps to AVX2: on an AMD EPYC with
AVX-512 it reaches 100 GFLOP/s a core, where oneDNN, which the same torch holds, reaches 230. The
operator is the one that torch's compiler calls for linear layers; it is private, so this is the
only place that names it, and where it is missing torch.mm does the same.

The choice depends on the torch build and the kind of processor alone, not on a measurement: the
same machine and versions give the same bits.
"""

import functools
import platform

import torch
from torch import Tensor

__all__ = ["product"]


def product(a: Tensor, b: Tensor) -> Tensor:
    """a @ b, for matrices (m, k) and (k, n) on a CPU, without gradients.

    Fast where `b` is contiguous or the transpose of a contiguous matrix: for other layouts oneDNN
    has no fast code.
    """
    is_dense = b.is_contiguous() or b.T.is_contiguous()
    if a.dtype == torch.float32 and is_dense and b.numel() and _has_onednn():
        return torch.ops.mkldnn._linear_pointwise(a, b.T, None, "none", [], "")  # type: ignore[no-any-return]
    return torch.mm(a, b)


@functools.cache
def _has_onednn() -> bool:
    """Whether this torch has oneDNN's operator, for x86, and gets the right result from it."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    if not torch.backends.mkldnn.is_available():
        return False
    a, b = torch.arange(6.0).view(2, 3), torch.arange(12.0).view(3, 4)
    try:
        found = torch.ops.mkldnn._linear_pointwise(a, b.T, None, "none", [], "")
    except (AttributeError, RuntimeError, TypeError):
        return False
    return torch.equal(found, torch.mm(a, b))
