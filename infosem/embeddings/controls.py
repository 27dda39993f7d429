"""Controls: vectors that tell nothing of a gene, or nothing true."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.errors import InfosemError

__all__ = ["RANDOM_DIM", "one_hot", "permuted", "random_normal"]

RANDOM_DIM = 768  # that of BioBERT


def one_hot(genes: NDArray[np.str_]) -> NDArray[np.float32]:
    """Give each gene a row of the identity matrix, genes in the order of their names."""
    return np.eye(len(genes), dtype=np.float32)[_rank(genes)]


def random_normal(genes: NDArray[np.str_], draw: int) -> NDArray[np.float32]:
    """Give each gene standard normal numbers, drawn for genes in the order of their names."""
    numbers = _generator("random", draw).standard_normal((len(genes), RANDOM_DIM))
    return numbers.astype(np.float32)[_rank(genes)]


def permuted(dataset: Dataset, vectors: NDArray[np.float32], draw: int) -> NDArray[np.float32]:
    """Give each gene the vector of another; of all such derangements each is as likely."""
    if (n := dataset.n_genes) < 2:
        raise InfosemError(f"{dataset.name}: one gene has no other's vector to take; add genes")
    generator = _generator("permuted", draw)
    while True:  # about e times: of all permutations, a share of 1/e moves every gene
        other = generator.permutation(n)
        if (other != np.arange(n)).all():
            break
    by_name = np.argsort(dataset.genes)
    wrong = np.empty_like(vectors)
    wrong[by_name] = vectors[by_name[other]]
    return wrong


def _rank(genes: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return the position of each gene in the order of names."""
    return np.argsort(np.argsort(genes))


def _generator(kind: str, draw: int) -> np.random.Generator:
    # `kind` makes it another stream than that of the splits, which are drawn from small seeds,
    # too, and also by permuting sorted genes.
    return np.random.default_rng([*kind.encode(), draw])
