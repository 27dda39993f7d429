import math

import numpy as np
import pytest
import torch

from infosem.engine import kernels
from infosem.model import gaussian_reconstruction
from infosem.scalar_map import _Cubic


def test_exponential_is_as_exact_as_it_says():
    x = np.linspace(-700, 700, 20001)
    off = np.abs(np.array([kernels._exp(value) for value in x]) / np.exp(x) - 1)
    assert off[np.abs(x) <= 100].max() < 1e-12
    assert off.max() < 1e-4
    assert kernels._exp(1e4) == kernels._exp(700.0)  # not infinite, nor, below, negative
    assert 0 < kernels._exp(-1e4) < 1e-300


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("log_variance", [0, 30, -30, -200])
def test_decoded_means_and_variances_have_the_slopes_of_their_likelihood(dtype, log_variance):
    """As torch has them; where single precision ends, the loss is no number in either."""
    rng = np.random.default_rng(0)

    def drawn(*shape):
        return torch.as_tensor(rng.normal(size=shape)).to(dtype)

    cells, genes, first, step = 5, 7, -8, 0.5
    tables = drawn(2, 16, 4)
    tables[1, :, 0] += log_variance
    z, x = drawn(cells, genes), drawn(cells, genes)
    observed = torch.as_tensor(rng.random((cells, genes)) < 0.6)
    roots = z.clone().requires_grad_(), tables.clone().requires_grad_()
    loss = gaussian_reconstruction(x, *_Cubic.apply(*roots, first, step), observed)
    expected, loss = torch.autograd.grad(loss, roots), float(loss.detach())

    left, slopes = torch.zeros(3 * cells + 1, genes, dtype=dtype), torch.zeros(2, 16, 4).to(dtype)
    zeros, by_z = torch.zeros(cells + genes, dtype=dtype).numpy(), torch.zeros_like(z)
    scalar = zeros.dtype.type
    total, low, high = kernels.decode(
        z.numpy(), 0, zeros[:cells], zeros[cells:], left.numpy(), zeros[cells:], x.numpy(),
        observed.numpy(), *tables.numpy(), scalar(first), scalar(1 / step),
        scalar(1 / int(observed.sum())), by_z.numpy(), slopes.numpy(),
    )  # fmt: skip
    found = total / int(observed.sum()) + 0.5 * math.log(2 * math.pi)
    assert (low, high) == (z.min(), z.max())
    assert math.isfinite(loss) == (log_variance != -200 or dtype == torch.float64)
    if not math.isfinite(loss):
        assert not math.isfinite(found)
        return
    tolerance = 2e-5 if dtype == torch.float32 else 1e-10
    assert found == pytest.approx(loss, rel=tolerance)
    for by, wanted in zip((by_z, slopes), expected, strict=True):
        assert (by - wanted).abs().max() <= tolerance * wanted.abs().max()
