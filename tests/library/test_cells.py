import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from infosem.engine import cells_of, standardise


@settings(max_examples=50, deadline=None)
@given(
    hnp.arrays(np.float64, (4, 12), elements=st.sampled_from([0.0, 0.0, 0.5, 1.0, 2.5, 1e3])),
    st.booleans(),
)
def test_sparse_cells_are_the_dense_ones(expression, mask_zeros):
    how = {"mask_zeros": mask_zeros, "dtype": torch.float64}
    dense, thin = cells_of(expression, **how), cells_of(sparse.csr_array(expression), **how)
    assert len(dense) == len(thin) == 12
    assert dense.n_genes == thin.n_genes == 4
    assert dense.counts.tolist() == thin.counts.tolist()
    assert thin.low <= dense.low + 1e-9
    assert thin.high >= dense.high - 1e-9
    chosen = torch.tensor([5, 0, 11, 5])
    found = []
    for cells in (dense, thin):
        x, observed = torch.full((4, 4), 9.0).double(), torch.zeros(4, 4, dtype=torch.bool)
        cells.take(chosen, x, observed)
        found.append((x, observed))
        everything = cells.dense(torch.device("cpu"))
        torch.testing.assert_close(everything[0][chosen], x)
        assert torch.equal(everything[1][chosen].bool(), observed)
    torch.testing.assert_close(found[0][0], found[1][0], atol=1e-9, rtol=1e-9)
    assert torch.equal(found[0][1], found[1][1])
    x, observed = standardise(expression, mask_zeros=mask_zeros)
    np.testing.assert_array_equal(found[0][0], x[chosen])
    np.testing.assert_array_equal(found[0][1], observed[chosen])


def test_stored_zeros_are_zeros():
    matrix = sparse.csr_array(np.array([[1.0, 2.0, 3.0], [1.0, 1.0, 4.0]]))
    matrix.data[1] = 0
    cells = cells_of(matrix, mask_zeros=True, dtype=torch.float32)
    assert cells.counts.tolist() == [2, 1, 2]
    assert matrix.nnz == 6  # the caller's own is as it was
