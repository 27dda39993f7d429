"""What a user would pick instead, run for real: RegDiffusion and GRNBoost2.

Both take a data set and return scores (n_tfs, n_genes), as the methods of this package do. They are
run with their authors' defaults, through their authors' code; `n_steps` and `targets` are there to
time a part of a run where a whole one takes too long.
"""

from functools import partial
from unittest import mock

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from tqdm import tqdm

from infosem.datasets import Dataset

__all__ = ["grnboost2", "regdiffusion"]


def regdiffusion(dataset: Dataset, *, seed: int, n_steps: int = 1000) -> NDArray[np.float64]:
    """RegDiffusion: |a_ik| of a linear mixing of genes in a network that denoises expression.

    Expression (log-normalised; scaled to [0, 1] in each cell and to zero mean and unit variance in
    each gene by the trainer) is mixed with Gaussian noise of one of 5000 levels. A network predicts
    the noise from the noisy cell: 16 features a gene are multiplied by I - A across genes, so that
    A[i, k] says how much of gene i is used for gene k. The loss is the squared error plus 0.25
    times the mean |A|, A is soft-thresholded at 0.5 / (P - 1), and 30% of its entries drop out.
    Adam, 1000 steps of 128 cells. The score is A in units of 1 / (P - 1).

    References
    ----------
    Zhu and Slonim (2024), From Noise to Knowledge: Diffusion Probabilistic Model-Based Neural
    Inference of Gene Regulatory Networks, J. Comput. Biol. 31, 1087-1103; PyPI regdiffusion.
    """
    from regdiffusion import RegDiffusionTrainer  # slow to import, and not always installed

    # Its progress bar cannot be switched off by an argument.
    with mock.patch("regdiffusion.trainer.tqdm", partial(tqdm, disable=True)):
        trainer = RegDiffusionTrainer(
            dataset.expression.T, n_steps=n_steps, device="cpu", seed=seed
        )
        trainer.train()
    return np.abs(trainer.get_adj()[dataset.tfs].astype(np.float64))


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
