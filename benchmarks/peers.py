"""What a user would pick instead, run for real: GRNBoost2 by its authors' package, and rustscenic.

They take a data set and return scores (n_tfs, n_genes), as the methods of this package do. With
`targets` a part of a run can be timed where a whole one takes too long. RegDiffusion, the third
peer, is one of the study's methods.
"""

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse

from infosem.data import Dataset

__all__ = ["grnboost2", "rustscenic"]


def grnboost2(
    dataset: Dataset,
    *,
    seed: int,
    targets: NDArray[np.integer] | None = None,
    n_jobs: int = -1,
) -> NDArray[np.float64]:
    """GRNBoost2: the importance of TF i among boosted trees that predict gene k from all TFs.

    For each target a gradient boosting of regression trees (depth 3, learning rate 0.01, a tenth of
    the TFs at each node, 90% of the cells for each tree, at most 5000 trees) predicts its
    expression from that of the TFs, itself left out, until the mean out-of-bag gain over 25 trees
    is negative. The score is the share of the reduction in squared error that is due to the TF,
    times the number of trees; a TF that is not used scores 0.

    The targets are spread over processes by joblib: arboreto's own client for dask fails on today's
    dask. `targets` (positions in `dataset.genes`) leaves out the other columns, which stay 0.

    References
    ----------
    Moerman et al. (2019), GRNBoost2 and Arboreto: efficient and scalable inference of gene
    regulatory networks, Bioinformatics 35, 2159-2161; PyPI arboreto, `arboreto.core`.
    """
    from arboreto.core import SGBM_KWARGS, infer_partial_network

    cells_by_tfs = np.ascontiguousarray(dataset.expression[dataset.tfs].T)
    tf_names = list(dataset.tf_names)
    columns = range(dataset.n_genes) if targets is None else targets
    links = Parallel(n_jobs=n_jobs)(
        delayed(infer_partial_network)(
            "GBM", SGBM_KWARGS, cells_by_tfs, tf_names, dataset.genes[k], dataset.expression[k],
            seed=seed,
        )
        for k in columns
    )  # fmt: skip
    scores = np.zeros((dataset.n_tfs, dataset.n_genes))
    row = {name: i for i, name in enumerate(tf_names)}
    for k, found in zip(columns, links, strict=True):
        scores[found["TF"].map(row), k] = found["importance"]
    return scores


def rustscenic(
    dataset: Dataset, *, seed: int, targets: NDArray[np.integer] | None = None
) -> NDArray[np.float64]:
    """GRNBoost2 in Rust, with trees by histograms, in as many threads as there are cores.

    All genes of the matrix that it is given are targets; `targets` (positions in `dataset.genes`)
    leaves out the others that are no TFs. What is left out, and a TF that is not used, scores 0.

    References
    ----------
    PyPI rustscenic, `rustscenic.grn.infer`; defaults as in arboreto.
    """
    import rustscenic.grn

    kept = np.arange(dataset.n_genes)
    if targets is not None:
        kept = np.union1d(dataset.tfs, targets)
    genes = [str(gene) for gene in dataset.genes[kept]]
    expression = dataset.expression[kept].T
    cells_by_genes = expression.toarray() if sparse.issparse(expression) else expression
    links = rustscenic.grn.infer(
        (np.ascontiguousarray(cells_by_genes), genes), [str(tf) for tf in dataset.tf_names],
        seed=seed, verbose=False,
    )  # fmt: skip
    scores = np.zeros((dataset.n_tfs, dataset.n_genes))
    row = {name: i for i, name in enumerate(dataset.tf_names)}
    column = {name: i for i, name in enumerate(dataset.genes)}
    scores[links["TF"].map(row), links["target"].map(column)] = links["importance"]
    return scores
