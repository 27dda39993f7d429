"""Training on processors: the steps of `training`'s reference loop, near the machine's limit.

What a step cannot do without is seven products of a batch with an R x P matrix (R regulators, P
genes) and one pass over A, its mean squares and its gradient.
So this engine

- multiplies by the fastest library at hand (`products`), and keeps A in blocks of columns, one
  for each thread, so that no product copies or transposes it;
- makes every pass over a batch or over A one compiled loop (`kernels`); of the gradient of A only a
  block that fits into the processor's cache ever exists;
- keeps an inverse of I - A and renews it by one Newton step when it has become too old (`inverse`).

The networks are differentiated by torch, on the few hundred nodes of their tables (`scalar_map`);
the slopes of the tables are collected here.

With fewer regulators than genes the regulators come first, and A = [A_TT A_TN]: of
x (I - A) = b, x_T = b_T (I - A_TT)^-1 and x = b + x_T A (a Schur complement).
"""

from infosem.engine.cells import Cells, cells_of, standardise
from infosem.engine.team import Team, team
from infosem.engine.trainer import Engine, NoTable

__all__ = ["Cells", "Engine", "NoTable", "Team", "cells_of", "standardise", "team"]
