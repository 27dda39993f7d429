import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from infosem.resolvent import Resolvent


def random_adjacency(generator: torch.Generator, n: int, radius: float) -> torch.Tensor:
    a = torch.randn(n, n, generator=generator)
    return a.fill_diagonal_(0) * radius / n**0.5


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    radius=st.floats(0.0, 3.0),
    drift=st.floats(0.0, 0.05),
    double=st.booleans(),
)
def test_residual_is_near_its_prediction_while_a_drifts_in_all_directions(
    seed, radius, drift, double
):
    generator = torch.Generator().manual_seed(seed)
    dtype, bound = (torch.float64, 1e-12) if double else (torch.float32, 1e-4)
    a = random_adjacency(generator, 40, radius).to(dtype)
    identity = torch.eye(40, dtype=dtype)
    # The bound cannot be better than rounding in a system that is close to singular.
    bound = max(bound, 100 * torch.finfo(dtype).eps * float(torch.linalg.cond(identity - a)))
    resolvent = Resolvent()
    for _ in range(8):
        rows = torch.randn(16, 40, generator=generator).to(dtype)
        for transposed in (False, True):
            x = resolvent.solve(a, rows, transposed=transposed)
            operator = identity - (a.T if transposed else a)
            assert (rows - x @ operator).norm() <= 3 * bound * rows.norm()
        a = a + drift * random_adjacency(generator, 40, 1.0).to(dtype)


def test_inverse_is_kept_for_small_changes_and_renewed_after_large_ones(monkeypatch):
    renewals = []
    renew = Resolvent._renew
    monkeypatch.setattr(
        Resolvent, "_renew", lambda self, a: renewals.append(True) or renew(self, a)
    )
    generator = torch.Generator().manual_seed(0)
    a, rows = random_adjacency(generator, 50, 0.8), torch.randn(8, 50, generator=generator)
    resolvent = Resolvent()
    for _ in range(20):
        a = a + 1e-4 * random_adjacency(generator, 50, 1.0)
        resolvent.solve(a, rows)
    assert len(renewals) == 1
    resolvent.solve(a + random_adjacency(generator, 50, 1.0), rows)
    assert len(renewals) == 2


def test_singular_system_ends_and_gives_what_can_be_had():
    n = 10
    a = (torch.ones(n, n) - torch.eye(n)) / (n - 1)  # the released DeepSEM's start, but for noise
    x = Resolvent().solve(a, torch.ones(3, n))
    assert x.shape == (3, n)


@pytest.mark.parametrize("stale", [False, True])
def test_gradients_pass_gradcheck(stale):
    generator = torch.Generator().manual_seed(0)
    a = random_adjacency(generator, 6, 0.5).double()
    resolvent = Resolvent()
    if stale:
        resolvent.solve(a + 0.02 * random_adjacency(generator, 6, 1.0), torch.ones(1, 6).double())
    rows = torch.randn(4, 6, generator=generator, dtype=torch.float64)
    inputs = a.requires_grad_(), rows.requires_grad_()
    assert torch.autograd.gradcheck(resolvent, inputs)
    expected = rows.detach().numpy() @ np.linalg.inv(np.eye(6) - a.detach().numpy())
    np.testing.assert_allclose(resolvent(*inputs).detach().numpy(), expected, rtol=1e-9)
