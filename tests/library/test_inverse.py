import math

import pytest
import torch

from infosem.engine.inverse import KeptInverse
from infosem.engine.team import split, team


@pytest.fixture(params=[1, 2])
def threads(request):
    with team(request.param) as found:
        yield found


def parts_of(a, threads):
    return [a[:, part].contiguous() for part in split(a.shape[1], threads.size)]


def follow(inverse, a):
    """What the engine does before the solves of a step."""
    inverse.sums, inverse.sums_across = 1 - a.sum(1), 1 - a.sum(0)


def solved(inverse, rows):
    """rows (I - A)^-1, as far as the kept inverse goes."""
    solutions = [rows @ columns for columns in inverse.columns]
    coarse = inverse.coarse(rows, solutions, transposed=False)
    return torch.cat(solutions, dim=1).addr_(coarse, inverse.along)


def started(n, threads, generator, dtype=torch.float64):
    """An inverse of DeepSEM's start, which is nearly singular."""
    a = (1 / (n - 1) + 2e-4 * torch.rand(n, n, generator=generator)).fill_diagonal_(0).to(dtype)
    inverse = KeptInverse(threads, n)
    follow(inverse, a)
    inverse.renew(parts_of(a, threads), math.inf)
    return a, inverse


def test_drift_that_all_entries_share_is_corrected_exactly(threads):
    """Also where it leads through the singular point."""
    n, generator = 60, torch.Generator().manual_seed(0)
    a, inverse = started(n, threads, generator)
    rows = torch.randn(5, n, generator=generator, dtype=torch.float64)
    for drift in (1e-4, -2e-3):
        moved = a + drift  # the diagonal, too, so that it is a multiple of 1 1^T
        follow(inverse, moved)
        expected = torch.linalg.solve(torch.eye(n).double() - moved, rows, left=False)
        torch.testing.assert_close(solved(inverse, rows), expected, rtol=1e-6, atol=1e-8)


def test_newton_step_squares_the_error(threads):
    n, generator = 60, torch.Generator().manual_seed(0)

    def drawn(radius):
        return (radius / n**0.5 * torch.randn(n, n, generator=generator)).fill_diagonal_(0)

    a, inverse = drawn(0.4), KeptInverse(threads, n)
    follow(inverse, a)
    inverse.renew(parts_of(a, threads), math.inf)
    rows = torch.randn(5, n, generator=generator)

    def residual():
        left_over = rows - solved(inverse, rows) @ (torch.eye(n) - a)
        return float(left_over.norm() / rows.norm())

    a = a + drawn(0.02)
    follow(inverse, a)
    before = residual()
    assert 0.005 < before < 0.1
    inverse.renew(parts_of(a, threads), before)
    assert residual() < 3 * before**2
    assert inverse.renewals == 2


def moved(inverse, steps):
    for _ in range(steps):
        inverse.moved()


@pytest.mark.parametrize(
    ("dtype", "first", "later"), [(torch.float32, 1e-4, 3e-3), (torch.float64, 1e-12, 1e-12)]
)
def test_tolerance_is_wider_after_the_first_steps(dtype, first, later):
    with team(1) as threads:
        a, inverse = started(20, threads, torch.Generator().manual_seed(0), dtype)
    moved(inverse, 99)
    assert inverse.serves(0.9 * first)
    assert not inverse.serves(1.1 * first)
    inverse.renew([a], math.inf)  # which steps of A there were does not hang on the inverse
    moved(inverse, 1)
    assert (inverse.steps, inverse.age) == (100, 1)
    assert inverse.serves(0.9 * later)
    assert not inverse.serves(1.1 * later)


def test_new_factorisation_serves_whatever_it_leaves():
    with team(1) as threads:
        _, inverse = started(20, threads, torch.Generator().manual_seed(0), torch.float32)
    assert inverse.serves(0.1)
    moved(inverse, 1)
    assert not inverse.serves(0.1)


def test_residual_is_measured_again_before_it_can_have_reached_the_tolerance():
    with team(1) as threads:
        _, inverse = started(20, threads, torch.Generator().manual_seed(0), torch.float32)
    inverse.steps = 100  # where the tolerance is 0.003
    assert inverse.wants_check()
    assert inverse.serves(1e-7)
    assert not inverse.wants_check()  # A has not moved
    inverse.age = 1
    assert inverse.wants_check()  # the first step tells how fast it moves
    assert inverse.serves(1e-3)
    assert inverse.next_check == 3  # at this pace it is 0.003 at the third step
    inverse.age = 3
    assert not inverse.serves(4e-3)
    assert not inverse.serves(math.nan)


def test_correction_is_measured_before_it_is_trusted():
    """With 60 regulators and 4 cells, correcting twice is cheaper than what M cost."""
    with team(1) as threads:
        a, inverse = started(60, threads, torch.Generator().manual_seed(0), torch.float32)
        inverse.age = 2
        assert not inverse.serves(0.02)
        inverse.improve([a], 0.02, n_cells=4)
        assert (inverse.corrections, inverse.renewals) == (1, 1)
        assert inverse.wants_check()
        assert not inverse.serves(0.02)
        inverse.improve([a], 0.02, n_cells=4)
        inverse.improve([a], 0.02, n_cells=400)  # dearer than a new inverse
        assert (inverse.corrections, inverse.renewals) == (0, 2)
