"""Passes over the entries of a batch or of A, each fused into one compiled loop.

What torch does in ten passes over memory takes one here. The loops hold no state and decide
nothing; `engine` says what they are for, and torch's own operations, in `model`, `scalar_map` and
`training`, are what they are tested against. All arrays of a call have one precision, float32 or
float64, which the scalars share. numba compiles each loop once for each precision and keeps it on
disk.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

__all__ = [
    "adjoint",
    "collect",
    "decode",
    "descend",
    "expand",
    "gate",
    "look_up",
    "sample",
    "step_effects",
]


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Without the interpreter's lock; sums may be reordered, but NaN and infinity stay.

    Division by zero is numpy's, no error: the test for it would keep a loop from being vectorised.
    """
    how: dict[str, Any] = {
        "nogil": True, "error_model": "numpy", "fastmath": {"reassoc", "contract", "nsz", "arcp"},
    }  # fmt: skip
    compiled: Callable[..., Any]
    try:
        compiled = numba.njit(cache=True, **how)(function)
    except RuntimeError:  # no folder can be written to: compiled anew in every process
        compiled = numba.njit(**how)(function)
    return compiled


@_compiled
def expand(cells, starts, genes, values, zero, mask_zeros, x, observed):  # type: ignore[no-untyped-def]
    """Write some rows of a sparse matrix into dense x and observed (cells, genes).

    starts, genes, values : the matrix by rows, as in scipy.sparse.csr_array; zero (genes,) is the
    value of what is not stored, which counts unless `mask_zeros`.
    """
    for row in range(len(cells)):
        x[row] = zero
        observed[row] = not mask_zeros
        for entry in range(starts[cells[row]], starts[cells[row] + 1]):
            x[row, genes[entry]] = values[entry]
            observed[row, genes[entry]] = True


# A table of cubics is given by coefficients (outputs, intervals, powers 0 to 3), the position of
# its first node in steps, and one over the step; see `scalar_map`. A position outside of it is read
# off the cubic at its end: whoever calls compares the range of x with the table's.


@_compiled
def look_up(x, coefficients, first, inverse_step, prior, mean, log_variance):  # type: ignore[no-untyped-def]
    """Evaluate a map of two outputs at x (rows, n), into two arrays of the same shape.

    prior (n,) is subtracted from the first.
    """
    last = coefficients.shape[1] - 1
    for row in range(x.shape[0]):
        for k in range(x.shape[1]):
            position = x[row, k] * inverse_step - first
            base = np.floor(position)
            interval = min(max(np.int32(base), np.int32(0)), np.int32(last))
            t = position - base
            c = coefficients[0, interval]
            mean[row, k] = c[0] + t * (c[1] + t * (c[2] + t * c[3])) - prior[k]
            c = coefficients[1, interval]
            log_variance[row, k] = c[0] + t * (c[1] + t * (c[2] + t * c[3]))


@_compiled
def descend(values, slopes, squares, rate, smoothing, epsilon):  # type: ignore[no-untyped-def]
    """RMSprop on values (n,), with its mean squares; the slopes become zero."""
    one = rate / rate
    for k in range(len(values)):
        slope = slopes[k]
        square = smoothing * squares[k] + (one - smoothing) * slope * slope
        squares[k] = square
        values[k] -= rate * slope / (np.sqrt(square) + epsilon)
        slopes[k] = one - one


@_compiled
def _exp(x):  # type: ignore[no-untyped-def]
    """exp(x) in double precision, of arithmetic alone, which is vectorised.

    The Taylor series at x / 1024, squared ten times: relative to exp(x) it is off by less than
    1e-12 up to 100, where single precision ends, and by less than 1e-4 up to 700.
    """
    y = min(max(x, -700.0), 700.0) / 1024
    power = 1 + y / 7 * (1 + y / 8 * (1 + y / 9))
    power = 1 + y * (1 + y / 2 * (1 + y / 3 * (1 + y / 4 * (1 + y / 5 * (1 + y / 6 * power)))))
    for _ in range(10):
        power *= power
    return power


@_compiled
def sample(product, left, prior, noise, start, weight, half, jitter, right):  # type: ignore[no-untyped-def]
    """Sample z and write the slopes of the KL term, negated, in n columns from `start`.

    left (>= 2 b + 1, P) less product (2 b + 1, n) : the mean of z less that of its prior, and the
        log-variance.
    prior (P,) less the last row of product : the log-variance of the prior.
    noise, jitter (b, P) : the draws; receives them times the standard deviation.
    right (>= 2 b + 1, n) : receives minus weight times the slopes of the sum of the KL over entries
        with respect to the mean, and to the prior's log-variance. Those of the log-variance are for
        `adjoint`.
    Returns that sum.
    """
    cells, genes = len(noise), product.shape[1]
    zero, total = half - half, 0.0
    one, last = half + half, 2 * cells
    stop = start + genes
    precision, deviation = np.empty(genes, noise.dtype), np.empty(genes, noise.dtype)
    prior, by_prior = prior[start:stop], right[last]
    for k in range(genes):
        precision[k] = _exp(product[last, k] - prior[k])
        by_prior[k] = zero
    for row in range(cells):
        part = zero
        mean, variance = left[row, start:stop], left[cells + row, start:stop]
        draws, moves = noise[row, start:stop], jitter[row, start:stop]
        for k in range(genes):
            draw = draws[k]
            log_variance = variance[k] - product[cells + row, k]
            deviation[k] = _exp(half * log_variance)
            moved = draw * deviation[k]
            distance = mean[k] - product[row, k] + moved
            scaled = distance * precision[k]
            part += distance * scaled - log_variance - draw * draw
            moves[k] = moved
            right[row, k] = -weight * scaled
            by_prior[k] -= half * weight * (one - distance * scaled)
        total += part
    for k in range(genes):
        total += cells * (prior[k] - product[last, k])
    return 0.5 * total


@_compiled
def decode(  # type: ignore[no-untyped-def]
    solution, start, coarse, along, left, prior, x, observed, coefficients, variances, first,
    inverse_step, weight, slopes, by_coefficient,
):  # fmt: skip
    """Decode z_hat and compare it with the cells, in n columns from `start`.

    solution (b, n), coarse (b,), along (P,) : the jitter of z_hat is solution + coarse along.
    left (3 b + 1, P) : its last b rows receive that; its first b rows and prior (P,) are the rest
        of z_hat.
    x, observed (b, P) : the cells, and whether an entry counts.
    coefficients, variances (intervals, 4) : the decoder's table, and that of its log-variance or
        None. The loss of an entry is its squared error, or with log-variances half of
        log_variance + error^2 / variance.
    slopes (b, P) : receives weight times the slopes of the sum of losses with respect to z_hat.
    by_coefficient (1 or 2, intervals, 4) or None : the same with respect to the tables is added.
    Returns the sum of losses and the smallest and largest z_hat.
    """
    last = coefficients.shape[0] - 1
    zero, total, low, high = weight - weight, 0.0, np.inf, -np.inf
    half = weight / (weight + weight)
    cells, genes = solution.shape
    stop = start + genes
    prior, along = prior[start:stop], along[start:stop]
    for row in range(cells):
        mean, solved = left[row, start:stop], left[2 * cells + 1 + row, start:stop]
        cell, counts, by = x[row, start:stop], observed[row, start:stop], slopes[row, start:stop]
        part, multiple = zero, coarse[row]
        smallest = largest = solution[row, 0] + multiple * along[0] + mean[0] + prior[0]
        for k in range(genes):
            moved = solution[row, k] + multiple * along[k]
            solved[k] = moved
            z = moved + mean[k] + prior[k]
            smallest, largest = min(smallest, z), max(largest, z)
            position = z * inverse_step - first
            base = np.floor(position)
            interval = min(max(np.int32(base), np.int32(0)), np.int32(last))
            t = position - base
            c = coefficients[interval]
            value = c[0] + t * (c[1] + t * (c[2] + t * c[3]))
            slope = c[1] + t * (c[2] + c[2] + t * (c[3] + c[3] + c[3]))
            off = cell[k] - value if counts[k] else zero
            if variances is None:
                part += off * off
                upstream = -(weight + weight) * off
                by[k] = upstream * slope * inverse_step
            else:
                c = variances[interval]
                log_variance = c[0] + t * (c[1] + t * (c[2] + t * c[3]))
                precision = x.dtype.type(_exp(-log_variance))
                upstream = -weight * off * precision
                upstream_variance = zero
                if counts[k]:
                    part += half * (log_variance + off * off * precision)
                    upstream_variance = half * (weight + off * upstream)
                slope_variance = c[1] + t * (c[2] + c[2] + t * (c[3] + c[3] + c[3]))
                by[k] = (upstream * slope + upstream_variance * slope_variance) * inverse_step
            if by_coefficient is not None:
                into = by_coefficient[0, interval]
                into[0] += upstream
                into[1] += upstream * t
                into[2] += upstream * t * t
                into[3] += upstream * t * t * t
                if variances is not None:
                    into = by_coefficient[1, interval]
                    into[0] += upstream_variance
                    into[1] += upstream_variance * t
                    into[2] += upstream_variance * t * t
                    into[3] += upstream_variance * t * t * t
        total += part
        low, high = min(low, smallest), max(high, largest)
    return total, low, high


@_compiled
def adjoint(  # type: ignore[no-untyped-def]
    solution, start, coarse, across, jitter, weight, half, right
):  # fmt: skip
    """What comes back through the solve, and the slopes of the log-variances; as in `sample`.

    solution (b, n), coarse (b,), across (P,) : the adjoint is solution + coarse across.
    jitter (b, P) : of the way forwards.
    right (3 b + 1, n) : holds what `sample` wrote; rows b to 2 b receive minus the slopes of the
        log-variances, which act by the KL and by way of the jitter, and the last b the adjoint.
    """
    cells, genes = solution.shape
    stop = start + genes
    across = across[start:stop]
    for row in range(cells):
        moved, by_mean, by_variance = jitter[row, start:stop], right[row], right[cells + row]
        found = right[2 * cells + 1 + row]
        multiple = coarse[row]
        for k in range(genes):
            back = solution[row, k] + multiple * across[k]
            found[k] = back
            by_variance[k] = half * (weight + moved[k] * (by_mean[k] - back))


@_compiled
def collect(  # type: ignore[no-untyped-def]
    x, first, inverse_step, right, back, start, slopes, by_coefficient, by_prior
):  # fmt: skip
    """Slopes of what the encoder and the latent prior say, in n columns from `start`.

    x, slopes (b, P) : the cells, and the slopes of z_hat.
    right (>= 2 b + 1, n) : minus the slopes of the encoder's output times I - A.
    back (threads, 2 b + 1, R) : the sum of these is `right` times A^T, for the regulators.
    by_coefficient (2, intervals, 4) : receives the slopes of the encoder's coefficients.
    by_prior (2, P) : receives those of the prior's mean and log-variance.
    """
    cells, genes = len(x), right.shape[1]
    stop = start + genes
    by_mean, by_variance = by_prior[0, start:stop], by_prior[1, start:stop]
    last = by_coefficient.shape[1] - 1
    inside = min(max(back.shape[2] - start, 0), genes)
    for row in range(2 * cells + 1):
        passed = right[row]
        for k in range(genes):
            passed[k] = -passed[k]
        for part in range(back.shape[0]):
            again = back[part, row, start : start + inside]
            for k in range(inside):
                passed[k] += again[k]
    for row in range(cells):
        cell, by = x[row, start:stop], slopes[row, start:stop]
        for k in range(genes):
            position = cell[k] * inverse_step - first
            base = np.floor(position)
            interval = min(max(np.int32(base), np.int32(0)), np.int32(last))
            t = position - base
            by_mean[k] -= right[row, k]
            slope = right[row, k] + by[k]
            into = by_coefficient[0, interval]
            into[0] += slope
            into[1] += slope * t
            into[2] += slope * t * t
            into[3] += slope * t * t * t
            slope = right[cells + row, k]
            into = by_coefficient[1, interval]
            into[0] += slope
            into[1] += slope * t
            into[2] += slope * t * t
            into[3] += slope * t * t * t
    for k in range(genes):
        by_variance[k] = right[2 * cells, k]


@_compiled
def step_effects(  # type: ignore[no-untyped-def]
    gradient, effects, squares, source, target, pairs, gates, product, diagonal, slope_of_prior,
    rate, smoothing, epsilon, by_source, by_target, inside, row_sums, column_sums,
):  # fmt: skip
    """RMSprop on a block of A^e, whose slope is that of the ELBO and of the Laplace prior.

    gradient (r, n) : of the negative ELBO with respect to A; with `gates` the slopes of the logits
        A^l are written over it.
    effects, squares (r, n) : A^e, and RMSprop's mean squares; updated.
    source (r,), target (n,), pairs (r, n) or None : the prior mean is their sum. The signs of the
        residuals are written over `pairs`.
    gates, product (r, n) or None : sigmoid(A^l) and A = A^e sigmoid(A^l), with known edges.
    diagonal : column of the first row's diagonal, which has no effect and no prior; may lie outside
    slope_of_prior : alpha over the number of pairs.
    by_source (r,), by_target (n,) : the sums of the residuals' signs; added to the latter.
    inside : how many columns are of regulators: row_sums (r,) and column_sums (n,) receive the sums
        of the new A^e over these; added to the latter.
    Returns the sum of the absolute residuals before the step.
    """
    zero, one, total = rate - rate, rate / rate, 0.0
    genes = effects.shape[1]
    for row in range(effects.shape[0]):
        # Two loops over a row, each simple enough to become vector instructions.
        effect, mean, part, signs = effects[row], source[row], zero, zero
        for k in range(genes):
            residual = effect[k] - mean - target[k]
            if pairs is not None:
                residual -= pairs[row, k]
            sign = one * (residual > zero) - one * (residual < zero)
            part += abs(residual)
            signs += sign
            by_target[k] += sign
            if pairs is not None:
                pairs[row, k] = residual
        k = diagonal + row
        kept = zero
        if pairs is not None and 0 <= k < genes:
            kept = pairs[row, k]
        for k in range(genes):
            residual = pairs[row, k] if pairs is not None else effect[k] - mean - target[k]
            sign = one * (residual > zero) - one * (residual < zero)
            slope = gradient[row, k]
            if gates is not None:
                gradient[row, k] = slope * product[row, k] * (one - gates[row, k])
                slope *= gates[row, k]
            slope += slope_of_prior * sign
            square = smoothing * squares[row, k] + (one - smoothing) * slope * slope
            squares[row, k] = square
            effect[k] -= rate * slope / (np.sqrt(square) + epsilon)
            if pairs is not None:
                pairs[row, k] = sign
        k = diagonal + row
        if 0 <= k < genes:  # back to what it was: zero
            effect[k] = zero
            residual = -mean - target[k]
            if pairs is not None:
                residual = kept
                pairs[row, k] = zero
            sign = one * (residual > zero) - one * (residual < zero)
            part -= abs(residual)
            signs -= sign
            by_target[k] -= sign
        by_source[row] = signs
        part_sum = zero
        for k in range(inside):
            part_sum += effect[k]
            column_sums[k] += effect[k]
        row_sums[row] = part_sum
        total += part
    return total


@_compiled
def gate(effects, gates, product, inside, row_sums, column_sums):  # type: ignore[no-untyped-def]
    """A = A^e sigmoid(A^l) of a block (r, n), and its sums as in `step_effects`."""
    for row in range(effects.shape[0]):
        effect, gated, into = effects[row], gates[row], product[row]
        for k in range(effects.shape[1]):
            into[k] = effect[k] * gated[k]
        part_sum = into[0] - into[0]
        for k in range(inside):
            part_sum += into[k]
            column_sums[k] += into[k]
        row_sums[row] = part_sum
