"""Data sets by name, and variants of them: the one place where their names are made and read.

A variant is named behind a colon: "hESC:shuffled-0" has the expression of every gene given to
another, so that it tells nothing of embeddings and labels; "hESC:cells-20-0" has 20% of the cells;
the last number is the draw. "hESC:genes-all" keeps the genes that `load_beeline` drops by default.
"synthetic:many-tfs" has more TFs and fewer cells than "synthetic", so that text has something to
say; in "synthetic:many-tfs-no-text" every gene has the text of another.
The names stand in the rows of the ledger.
"""

import re
from dataclasses import replace
from functools import lru_cache

import numpy as np

from infosem.data import Dataset, load_beeline, simulate
from infosem.embeddings import attach
from infosem.errors import InfosemError

__all__ = ["all_genes", "base_name", "fewer_cells", "load", "shuffled"]

_ALL_GENES = "genes-all"
_MANY_TFS, _NO_TEXT = "many-tfs", "many-tfs-no-text"


def base_name(name: str) -> str:
    """The name of a data set, without that of its variant."""
    return name.partition(":")[0]


def shuffled(name: str, draw: int = 0) -> str:
    """The variant in which each gene has the expression of another."""
    return f"{name}:shuffled-{draw}"


def fewer_cells(name: str, percent: int, draw: int) -> str:
    """The variant with some percent of the cells, 1 to 100."""
    return f"{name}:cells-{percent}-{draw}"


def all_genes(name: str) -> str:
    """The variant with the genes that `load_beeline` drops."""
    return f"{name}:{_ALL_GENES}"


@lru_cache(maxsize=4)
def load(name: str, network: str, *, embedding: str | None) -> Dataset:
    """A data set or a variant of one.

    Parameters
    ----------
    name : str
        "synthetic" or a BEELINE cell, or a variant.
    network : str
        "planted" for the synthetic data, else a BEELINE network.
    embedding : str, optional
        The gene embedding to attach.

    Raises
    ------
    InfosemError
        For a data set or variant that there is not, or where its data are not at hand.
    """
    base, _, variant = name.partition(":")
    genes = "all" if variant == _ALL_GENES else "text"
    is_made_up = base == "synthetic"
    found = _simulated(variant) if is_made_up else load_beeline(base, network, genes=genes)
    if variant:
        found = _varied(found, name, variant)
    return attach(found, embedding) if embedding and embedding not in found.embeddings else found


def _simulated(variant: str) -> Dataset:
    if variant not in (_MANY_TFS, _NO_TEXT):
        return simulate()
    found = simulate(n_tfs=40, n_targets=60, n_cells=30, embedding_noise=0.1)
    if variant == _MANY_TFS:
        return found
    text = found.embeddings["planted"]
    order = np.random.default_rng([*b"no text"]).permutation(len(text))
    return replace(found, embeddings={"planted": text[order]})


def _varied(dataset: Dataset, name: str, variant: str) -> Dataset:
    loaded_so = (_ALL_GENES, _MANY_TFS, _NO_TEXT) if dataset.name == "synthetic" else (_ALL_GENES,)
    if variant in loaded_so:
        return replace(dataset, name=name)
    match = re.fullmatch(r"(?:(shuffled)|cells-(\d+))-(\d+)", variant)
    if match is None or (match[2] and not 0 < int(match[2]) <= 100):
        raise InfosemError(
            f"data set {name!r}: unknown variant; use NAME:shuffled-DRAW, NAME:cells-PERCENT-DRAW "
            f"or NAME:{_ALL_GENES}"
        )
    rng = np.random.default_rng([*b"variant", int(match[3])])
    if match[1]:
        # Drawn on sorted names, so that the order of the genes does not matter.
        by_name, order = np.argsort(dataset.genes), np.empty(dataset.n_genes, dtype=np.int64)
        order[by_name] = by_name[rng.permutation(dataset.n_genes)]
        return replace(dataset, name=name, expression=dataset.expression[order])
    n_kept = round(dataset.n_cells * int(match[2]) / 100)
    kept = np.sort(rng.permutation(dataset.n_cells)[:n_kept])
    cells = dataset.cells[kept]
    return replace(dataset, name=name, expression=dataset.expression[:, kept], cells=cells)
