import numpy as np

from infosem.engine import kernels


def test_exponential_is_as_exact_as_it_says():
    x = np.linspace(-700, 700, 20001)
    off = np.abs(np.array([kernels._exp(value) for value in x]) / np.exp(x) - 1)
    assert off[np.abs(x) <= 100].max() < 1e-12
    assert off.max() < 1e-4
    assert kernels._exp(1e4) == kernels._exp(700.0)  # not infinite, nor, below, negative
    assert 0 < kernels._exp(-1e4) < 1e-300
