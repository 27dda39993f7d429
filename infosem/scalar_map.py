"""Element-wise neural networks, evaluated on a table instead of on every entry.

The encoder and the decoder of DeepSEM act on one matrix entry at a time: they are scalar functions
R -> R^k. A batch holds tens of thousands of entries but a scalar function as smooth as these is
known everywhere from its values at a few hundred points. So the network is evaluated on an even
grid and its entries are read off by four-point (cubic) interpolation. The interpolant is linear in
the table, so the gradient with respect to the network's weights is exact for the interpolated
function; the gradient with respect to the input is that of the cubic.

The grid refines itself: the values at every other node, interpolated to the nodes in between,
are wrong by 16 times the error at the full grid (the rule is of fourth order). As long as the
error so estimated, of the value or of the slope, exceeds `ScalarMap.tolerance`, the step is halved.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

__all__ = ["Cubics", "ScalarMap"]

# Four-point Lagrange interpolation at offset t in [0, 1] between the two middle nodes:
# the columns are the coefficients of 1, t, t^2, t^3, the rows the nodes -1, 0, 1, 2.
_CUBIC = [
    [0.0, -1 / 3, 1 / 2, -1 / 6],
    [1.0, -1 / 2, -1.0, 1 / 2],
    [0.0, 1.0, 1 / 2, -1 / 2],
    [0.0, -1 / 6, 0.0, 1 / 6],
]
# The slope of the cubic's error over its largest value: |d/dt (t+1)t(t-1)(t-2)| is 2 at the nodes,
# and the product itself is 9/16 at most.
_SLOPE_ERROR = 2 / (9 / 16)
_COARSEST_STEP = 0.25
# Where strays are apart, a table has one node for so many entries, on either side; and a larger
# share of strays is not worth the trouble.
_NODES_TO_ENTRIES = 16
_MOST_STRAYS = 0.1
_FINEST_STEP = 2.0**-9


class ScalarMap(nn.Module):
    """A two-hidden-layer tanh network applied to every entry of a tensor.

    Parameters
    ----------
    hidden : int
        Width of both hidden layers.
    outputs : int
        Number of scalar outputs for each entry.
    generator : torch.Generator
        Source of the initial weights: Xavier-normal, with zero biases, as in DeepSEM.
    constant_input : bool
        Feed the pair (x, 1) instead of x. DeepSEM's encoder does: its second input is the one
        component of a mixture. It acts as a second bias, and so doubles the speed at which the
        first layer's bias learns.

    Attributes
    ----------
    tolerance : float
        Bound on the estimated error of the interpolated values and slopes: 4e-6 in single and
        1e-8 in double precision, times the largest value in the table where that exceeds 1.
    """

    def __init__(
        self,
        hidden: int,
        outputs: int,
        generator: torch.Generator,
        *,
        constant_input: bool = False,
    ) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(2 if constant_input else 1, hidden),
            nn.Tanh(),
            nn.Linear(hidden, hidden),
            nn.Tanh(),
            nn.Linear(hidden, outputs),
        )
        for layer in self.layers:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_normal_(layer.weight, generator=generator)
                nn.init.zeros_(layer.bias)
        self.constant_input = constant_input
        self.step = _COARSEST_STEP
        self._kept: tuple[Any, float, float, Cubics | None] | None = None

    @property
    def tolerance(self) -> float:
        return 4e-6 if self.layers[0].weight.dtype == torch.float32 else 1e-8

    def forward(self, x: Tensor) -> Tensor:
        """Evaluate the map; x of any shape -> (outputs, *x.shape)."""
        low, high = (float(bound) for bound in torch.aminmax(x.detach()))
        if not math.isfinite(low + high):  # let the caller's check of the loss speak
            return self.evaluate(x)
        if (high - low) / self.step > x.numel():  # fewer entries than nodes
            return self._strays_apart(x)
        if torch.is_grad_enabled() and self.layers[0].weight.requires_grad:
            cubics = self.tabulate(low, high, x.dtype)
        else:
            cubics = self._kept_table(low, high, x.dtype)
        if cubics is None:
            return self.evaluate(x)
        return _Cubic.apply(x, cubics.coefficients, cubics.first, cubics.step)  # type: ignore[no-any-return, no-untyped-call]

    def _strays_apart(self, x: Tensor) -> Tensor:
        """Evaluate the entries far from all others by themselves, and the others as ever.

        A training that goes astray sends a few latents so far out that no table holds all.
        """
        distance = (x.detach() - x.detach().median()).abs()
        far = distance > self.step * x.numel() / _NODES_TO_ENTRIES
        n_far = int(far.sum())
        if not 0 < n_far <= _MOST_STRAYS * x.numel():
            return self.evaluate(x)
        near = ~far
        parts = self(x[near]), self.evaluate(x[far])
        values: Tensor = parts[0].new_empty(len(parts[0]), *x.shape)
        values[:, near], values[:, far] = parts
        return values

    def _kept_table(self, low: float, high: float, dtype: torch.dtype) -> "Cubics | None":
        """The table of the last call while neither the weights change nor the range is left."""
        weights = tuple((p.data_ptr(), p._version) for p in self.parameters())
        if self._kept is None or self._kept[0] != (weights, dtype) or not (
            self._kept[1] <= low and high <= self._kept[2]
        ):  # fmt: skip
            margin = 0.1 * (high - low)  # for the batches to come
            low, high = low - margin, high + margin
            with torch.no_grad():
                self._kept = (weights, dtype), low, high, self.tabulate(low, high, dtype)
        return self._kept[3]

    def evaluate(self, x: Tensor) -> Tensor:
        """Evaluate the network on every entry, in x's precision; x -> (outputs, *x.shape)."""
        values = x.reshape(-1, 1)
        if self.constant_input:
            values = torch.cat([values, torch.ones_like(values)], dim=1)
        for layer in self.layers:
            if isinstance(layer, nn.Linear):
                values = nn.functional.linear(
                    values, layer.weight.to(x.dtype), layer.bias.to(x.dtype)
                )
            else:
                values = layer(values)
        return values.T.reshape(-1, *x.shape)

    def tabulate(
        self, low: float, high: float, dtype: torch.dtype, *, checks: bool = True
    ) -> "Cubics | None":
        """Cubics between the nodes step x (first, first + 1, ...), which enclose [low, high].

        None where even the finest step is not good enough; with `checks` left out it is trusted to
        be as good as at the last call.
        """
        device = next(self.parameters()).device
        while True:
            first = math.floor(low / self.step) - 1
            n_nodes = max(math.floor(high / self.step) + 3 - first, 8)
            # In double precision: the nodes are few, and rounding must not hide in the estimate.
            double = torch.float64
            nodes = torch.arange(first, first + n_nodes, dtype=double, device=device) * self.step
            with torch.no_grad():
                weights = [p.to(double) for p in self.parameters()]
                inputs, first_layer, second_layer = self._activations(nodes, weights)
                table = torch.addmm(weights[5], second_layer, weights[4].T).T  # (outputs, nodes)
                if not checks:
                    break
                middle = (
                    9 * (table[:, 2:-4:2] + table[:, 4:-2:2]) - table[:, :-6:2] - table[:, 6::2]
                ) / 16
                error = float((table[:, 3:-3:2] - middle).abs().max()) / 16
                scale = max(1.0, float(table.abs().max()))
            if error * max(1.0, _SLOPE_ERROR / self.step) <= self.tolerance * scale:
                break
            if self.step <= _FINEST_STEP:
                return None
            self.step /= 2
        coefficients = _Tabulated.apply(  # type: ignore[no-untyped-call]
            table, inputs, first_layer, second_layer, dtype, *self.parameters()
        )
        return Cubics(coefficients, first + 1, self.step)

    def _activations(self, x: Tensor, weights: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Inputs (nodes, 1 or 2) and what both hidden layers make of them, (nodes, hidden)."""
        inputs = x[:, None]
        if self.constant_input:
            inputs = torch.cat([inputs, torch.ones_like(inputs)], dim=1)
        first = torch.addmm(weights[1], inputs, weights[0].T).tanh_()
        return inputs, first, torch.addmm(weights[3], first, weights[2].T).tanh_()


class _Tabulated(torch.autograd.Function):
    """Coefficients (outputs, intervals, 4) of a table, with the gradient of the network by hand.

    It is that of automatic differentiation, in fewer operations, of which these small matrices make
    the number count.
    """

    @staticmethod
    def forward(ctx, table, inputs, first, second, dtype, *weights):  # type: ignore[no-untyped-def]
        ctx.save_for_backward(inputs, first, second, *weights)
        windows = table.unfold(1, 4, 1)  # (outputs, intervals, 4)
        return (windows @ table.new_tensor(_CUBIC)).to(dtype)

    @staticmethod
    def backward(ctx, grad):  # type: ignore[no-untyped-def]
        inputs, first, second, *weights = ctx.saved_tensors
        by_window = grad.to(first.dtype) @ first.new_tensor(_CUBIC).T  # (outputs, intervals, 4)
        by_value = first.new_zeros(len(first), len(grad))  # (nodes, outputs)
        for i in range(4):
            by_value[i : i + grad.shape[1]] += by_window[..., i].T
        by_second = torch.addcmul(one := first.new_ones(()), second, second, value=-1)
        by_second *= by_value @ weights[4].to(first.dtype)
        by_first = torch.addcmul(one, first, first, value=-1)
        by_first *= by_second @ weights[2].to(first.dtype)
        grads = [
            by_first.T @ inputs, by_first.sum(0),
            by_second.T @ first, by_second.sum(0),
            by_value.T @ second, by_value.sum(0),
        ]  # fmt: skip
        of_weights = (g.to(w.dtype) for g, w in zip(grads, weights, strict=True))
        return None, None, None, None, None, *of_weights


class Cubics(NamedTuple):
    """One cubic per interval: coefficients (outputs, intervals, powers 0 to 3)."""

    coefficients: Tensor
    first: int  # interval 0 starts at the node first x step
    step: float

    @property
    def low(self) -> float:
        """Where the first interval starts."""
        return self.first * self.step

    @property
    def high(self) -> float:
        """Where the last interval ends."""
        return (self.first + self.coefficients.shape[1]) * self.step


class _Cubic(torch.autograd.Function):
    """Evaluate the cubics at x -> (outputs, *x.shape)."""

    @staticmethod
    def forward(ctx, x, coefficients, first, step):  # type: ignore[no-untyped-def]
        n_outputs, n_intervals, _ = coefficients.shape
        position = (x.reshape(-1) / step).sub_(first)
        interval = position.to(torch.int32).clamp_(0, n_intervals - 1)
        t = position.sub_(interval)  # (entries,)
        value = t.new_empty(n_outputs, len(t))
        slope = torch.empty_like(value) if ctx.needs_input_grad[0] else None
        for output in range(n_outputs):
            # One entry's four coefficients lie side by side: one read from memory.
            c0, c1, c2, c3 = coefficients[output].index_select(0, interval).unbind(1)
            high = torch.addcmul(c2, c3, t)
            if slope is not None:
                torch.addcmul(c1, torch.addcmul(c2 + high, c3, t, value=2), t, out=slope[output])
            torch.addcmul(c0, torch.addcmul(c1, high, t), t, out=value[output])
        if slope is not None:
            slope /= step
        ctx.save_for_backward(interval, t, slope)
        ctx.shapes = coefficients.shape, x.shape
        return value.view(n_outputs, *x.shape)

    @staticmethod
    def backward(ctx, grad):  # type: ignore[no-untyped-def]
        interval, t, slope = ctx.saved_tensors
        shape, x_shape = ctx.shapes
        grad = grad.reshape(shape[0], -1)
        grad_x = grad_coefficients = None
        if ctx.needs_input_grad[0]:
            grad_x = (grad * slope).sum(0).view(x_shape)
        if ctx.needs_input_grad[1]:
            # (outputs, powers, intervals), so that each power is one contiguous histogram
            by_power = grad.new_zeros(shape[0], 4, shape[1])
            for power in range(4):
                for output in range(shape[0]):
                    by_power[output, power].index_add_(0, interval, grad[output])
                if power < 3:
                    grad = grad * t
            grad_coefficients = by_power.transpose(1, 2)
        return grad_x, grad_coefficients, None, None
