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

import torch
from torch import Tensor, nn

__all__ = ["ScalarMap"]

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
    literal : bool
        Evaluate the network on every entry. Slow; the reference of the parity tests.

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
        literal: bool = False,
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
        self.literal = literal
        self.step = _COARSEST_STEP

    @property
    def tolerance(self) -> float:
        return 4e-6 if self.layers[0].weight.dtype == torch.float32 else 1e-8

    def forward(self, x: Tensor) -> Tensor:
        """Evaluate the map; x of any shape -> (outputs, *x.shape)."""
        if self.literal:
            return self.evaluate(x)
        low, high = (float(bound) for bound in torch.aminmax(x.detach()))
        if not math.isfinite(low + high):  # let the caller's check of the loss speak
            return self.evaluate(x)
        if (high - low) / self.step > x.numel():
            return self.evaluate(x)  # fewer entries than nodes
        first, table = self._tabulate(low, high)
        if table is None:
            return self.evaluate(x)
        return _read_off(x, table, first, self.step)

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

    def _tabulate(self, low: float, high: float) -> tuple[int, Tensor | None]:
        """Values on the nodes step x (first, first + 1, ...), which enclose [low, high].

        The table is (nodes, outputs), or None where even the finest step is not good enough.
        """
        device = next(self.parameters()).device
        while True:
            first = math.floor(low / self.step) - 1
            n_nodes = max(math.floor(high / self.step) + 3 - first, 8)
            # In double precision: the nodes are few, and rounding must not hide in the estimate.
            nodes = torch.arange(first, first + n_nodes, dtype=torch.float64, device=device)
            table = self.evaluate(nodes * self.step).T
            with torch.no_grad():
                middle = (9 * (table[2:-4:2] + table[4:-2:2]) - table[:-6:2] - table[6::2]) / 16
                error = float((table[3:-3:2] - middle).abs().max()) / 16
                scale = max(1.0, float(table.abs().max()))
            if error * max(1.0, _SLOPE_ERROR / self.step) <= self.tolerance * scale:
                return first, table
            if self.step <= _FINEST_STEP:
                return first, None
            self.step /= 2


def _read_off(x: Tensor, table: Tensor, first: int, step: float) -> Tensor:
    """Interpolate the table (nodes, outputs) at x -> (outputs, *x.shape)."""
    windows = table.unfold(0, 4, 1)  # (intervals, outputs, 4)
    coefficients = (windows @ table.new_tensor(_CUBIC)).permute(2, 1, 0).to(x.dtype).contiguous()
    return _Cubic.apply(x, coefficients, first + 1, step)  # type: ignore[no-any-return, no-untyped-call]


class _Cubic(torch.autograd.Function):
    """Evaluate one cubic an interval; coefficients (powers 0 to 3, outputs, intervals)."""

    @staticmethod
    def forward(ctx, x, coefficients, first, step):  # type: ignore[no-untyped-def]
        _, n_outputs, n_intervals = coefficients.shape
        position = x.reshape(-1) / step - first
        interval = position.floor().clamp_(0, n_intervals - 1)
        t = position.sub_(interval)  # (entries,)
        interval = interval.long()
        gathered = coefficients.view(-1, n_intervals).index_select(1, interval)
        c0, c1, c2, c3 = gathered.view(4, n_outputs, -1)  # each (outputs, entries)
        value = torch.addcmul(c2, c3, t)
        slope = torch.addcmul(c2 * 2, c3, t, value=3) if ctx.needs_input_grad[0] else None
        value = torch.addcmul(c1, value, t)
        value = torch.addcmul(c0, value, t)
        if slope is not None:
            slope = torch.addcmul(c1, slope, t) / step
        ctx.save_for_backward(interval, t, slope)
        ctx.shapes = coefficients.shape, x.shape
        return value.view(n_outputs, *x.shape)

    @staticmethod
    def backward(ctx, grad):  # type: ignore[no-untyped-def]
        interval, t, slope = ctx.saved_tensors
        (_, n_outputs, n_intervals), x_shape = ctx.shapes
        grad = grad.reshape(n_outputs, -1)
        grad_x = grad_coefficients = None
        if ctx.needs_input_grad[0]:
            grad_x = (grad * slope).sum(0).view(x_shape)
        if ctx.needs_input_grad[1]:
            grad_coefficients = grad.new_zeros(4, n_outputs, n_intervals)
            for power in range(4):
                for output in range(n_outputs):
                    grad_coefficients[power, output].index_add_(0, interval, grad[output])
                if power < 3:
                    grad = grad * t
        return grad_x, grad_coefficients, None, None
