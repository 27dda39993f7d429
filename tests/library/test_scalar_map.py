import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from infosem.scalar_map import ScalarMap


def make(seed: int = 0, *, outputs: int = 2, growth: float = 1.0, constant_input: bool = True):
    """A map whose weights are `growth` times their initial size, with non-zero biases."""
    generator = torch.Generator().manual_seed(seed)
    scalar_map = ScalarMap(32, outputs, generator, constant_input=constant_input)
    with torch.no_grad():
        for parameter in scalar_map.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
            parameter *= growth
    return scalar_map


def watch(scalar_map: ScalarMap, monkeypatch: pytest.MonkeyPatch) -> list[torch.Tensor]:
    """The nodes of every table that is made from now on."""
    nodes, activations = [], scalar_map._activations
    monkeypatch.setattr(
        scalar_map, "_activations", lambda x, weights: nodes.append(x) or activations(x, weights)
    )
    return nodes


def both_ways(scalar_map: ScalarMap, x: torch.Tensor, upstream: torch.Tensor):
    """Values, input gradients and weight gradients: of the network itself, then tabulated."""
    results = []
    for function in (scalar_map.evaluate, scalar_map):
        scalar_map.zero_grad()
        inputs = x.clone().requires_grad_()
        values = function(inputs)
        (values * upstream).sum().backward()
        weights = [p.grad.clone() for p in scalar_map.parameters()]
        results.append((values.detach(), inputs.grad, weights))
    return results


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    growth=st.floats(0.3, 2.0),
    centre=st.floats(-20, 20),
    spread=st.floats(1e-3, 6),
    constant_input=st.booleans(),
)
def test_table_agrees_with_literal_network(seed, growth, centre, spread, constant_input):
    scalar_map = make(seed, growth=growth, constant_input=constant_input)
    generator = torch.Generator().manual_seed(seed + 1)
    x = centre + spread * torch.randn(64, 40, generator=generator)
    upstream = torch.randn(2, 64, 40, generator=generator)
    literal, tabulated = both_ways(scalar_map, x, upstream)

    scale = max(1.0, literal[0].abs().max())
    assert (tabulated[0] - literal[0]).abs().max() < 1e-5 * scale
    # The input's gradient is a sum of slopes, weighted by what comes from upstream.
    slope_scale = scale * upstream.abs().sum(0).max()
    assert (tabulated[1] - literal[1]).abs().max() < 1e-5 * slope_scale
    # A weight's gradient sums over all entries, with signs: the error is per entry summed.
    for exact, interpolated in zip(literal[2], tabulated[2], strict=True):
        assert (interpolated - exact).abs().max() < 1e-5 * upstream.abs().sum()


def test_table_is_used_and_is_small(monkeypatch):
    scalar_map = make()
    evaluated = watch(scalar_map, monkeypatch)
    x = torch.randn(64, 900, generator=torch.Generator().manual_seed(0))
    scalar_map(x)
    scalar_map(x)
    assert max(nodes.numel() for nodes in evaluated) < 0.05 * x.numel()
    assert len(evaluated) <= 8  # once the step is found it is kept


def test_table_is_kept_as_long_as_it_serves(monkeypatch):
    """Without gradients: until a batch leaves its range, or weights or precision change."""
    scalar_map = make()
    evaluated = watch(scalar_map, monkeypatch)
    x = torch.randn(64, 400, generator=torch.Generator().manual_seed(0))

    def makes_a_table(x: torch.Tensor) -> bool:
        evaluated.clear()
        values = scalar_map(x)
        assert values.dtype == x.dtype
        assert (values - scalar_map.evaluate(x)).abs().max() < 1e-5
        return bool(evaluated)

    with torch.no_grad():
        assert makes_a_table(x)
        assert not makes_a_table(x[:40])
        assert not makes_a_table(x + 0.1)  # there is a margin
        assert makes_a_table(x + 4)
        assert makes_a_table(x - 4)
        assert not makes_a_table(x - 4)
        scalar_map.layers[0].weight *= 1.5
        assert makes_a_table(x - 4)
        assert makes_a_table((x - 4).double())


def test_wiggly_map_gets_a_finer_grid_and_stays_accurate():
    smooth, wiggly = make(growth=1.0), make(growth=4.0)
    x = torch.randn(64, 400, generator=torch.Generator().manual_seed(0))
    for scalar_map in (smooth, wiggly):
        literal, tabulated = both_ways(scalar_map, x, torch.ones(2, 64, 400))
        assert (tabulated[0] - literal[0]).abs().max() < 1e-5 * literal[0].abs().max()
    assert wiggly.step < smooth.step


@pytest.mark.parametrize("n_strays", [1, 40])
def test_strays_are_evaluated_apart(n_strays, monkeypatch):
    scalar_map, generator = make(), torch.Generator().manual_seed(1)
    x = torch.randn(64, 40, generator=generator)
    x.view(-1)[torch.randperm(x.numel(), generator=generator)[:n_strays]] = 2e5
    upstream = torch.randn(2, 64, 40, generator=generator)
    evaluated, own = [], scalar_map.evaluate
    monkeypatch.setattr(scalar_map, "evaluate", lambda x: evaluated.append(x.numel()) or own(x))
    (values, by_x, by_weights), found = both_ways(scalar_map, x, upstream)
    assert evaluated == [x.numel(), n_strays]
    torch.testing.assert_close(found[0], values, rtol=0, atol=1e-5)
    torch.testing.assert_close(found[1], by_x, rtol=0, atol=1e-4)
    for tabulated, literal in zip(found[2], by_weights, strict=True):
        torch.testing.assert_close(tabulated, literal, rtol=0, atol=1e-4 * literal.abs().max())


def test_few_entries_are_evaluated_literally():
    scalar_map = make()
    x = torch.linspace(-100, 100, 5)
    assert torch.equal(scalar_map(x), scalar_map.evaluate(x))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_non_finite_input_is_passed_on_not_looped_over(value):
    scalar_map = make(outputs=1)
    x = torch.zeros(10, 100)
    x[0, 0] = value
    assert scalar_map(x).shape == (1, 10, 100)


def test_gradients_of_the_interpolant_pass_gradcheck():
    scalar_map = make(outputs=1).double()
    x = torch.linspace(-0.9, 0.93, 200, dtype=torch.float64, requires_grad=True)
    weight = scalar_map.layers[2].weight
    assert torch.autograd.gradcheck(
        lambda x, _: scalar_map(x), (x, weight), eps=1e-6, atol=1e-6, fast_mode=True
    )
