import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from infosem.engine import products
from infosem.engine.products import product


@pytest.fixture(params=[True, False], ids=["oneDNN", "without"])
def either(request, monkeypatch):
    """With and without the private operator."""
    if not request.param:
        monkeypatch.setattr(products, "_has_onednn", lambda: False)


@settings(max_examples=30, deadline=None)
@given(
    sizes=st.tuples(*[st.integers(1, 40)] * 3),
    layouts=st.tuples(st.sampled_from("ct"), st.sampled_from("cts")),
    double=st.booleans(),
)
def test_product_is_that_of_torch_in_every_layout(sizes, layouts, double):
    m, k, n = sizes
    dtype = torch.float64 if double else torch.float32
    generator = torch.Generator().manual_seed(m + 50 * k + 2500 * n)

    def matrix(rows, columns, layout):
        if layout == "s":  # a slice of columns
            return torch.randn(rows, columns + 3, generator=generator, dtype=dtype)[:, :columns]
        shape = (rows, columns) if layout == "c" else (columns, rows)
        made = torch.randn(*shape, generator=generator, dtype=dtype)
        return made if layout == "c" else made.T

    a, b = matrix(m, k, layouts[0]), matrix(k, n, layouts[1])
    torch.testing.assert_close(product(a, b), a @ b, rtol=1e-4, atol=1e-4)


def test_empty_matrices_have_products(either):
    assert product(torch.ones(3, 0), torch.ones(0, 2)).tolist() == [[0, 0]] * 3
    assert product(torch.ones(3, 2), torch.ones(2, 0)).shape == (3, 0)


def test_without_the_operator_it_is_torch_mm(monkeypatch):
    """A torch that lacks it, or in which it takes other arguments."""
    a, b = torch.arange(6.0).view(2, 3), torch.arange(12.0).view(3, 4)
    for wrong in (AttributeError, TypeError):

        class Changed:
            def _linear_pointwise(self, *_, wrong=wrong):
                raise wrong

        monkeypatch.setattr(torch.ops, "mkldnn", Changed(), raising=False)
        products._has_onednn.cache_clear()
        assert not products._has_onednn()
        assert torch.equal(product(a, b), torch.mm(a, b))
    monkeypatch.undo()
    products._has_onednn.cache_clear()
