"""Edges known from elsewhere: what a database has of the TFs and genes of a data set, and controls.

The database is another network on the same genes: BEELINE's non-specific network or STRING, both
put together from experiments in other cells. No edge of the network that is judged is looked at,
but of the synthetic data set, whose database is made from what is planted there.
"""

import numpy as np
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.errors import InfosemError, require
from infosem.splits import UNKNOWN
from infosem_study.variants import base_name, load

__all__ = ["DEGREES_KEPT", "EDGES", "HALF", "OTHER_TFS", "OWN", "UNRELATED", "known_edges",
           "popularity"]  # fmt: skip

OWN, OTHER_TFS, DEGREES_KEPT = "own", "other TFs", "degrees kept"
EDGES = (OWN, OTHER_TFS, DEGREES_KEPT)
"""Which edges `known_edges` tells: those that the database has; each TF those of another, so that
targets keep how many regulators they have; edges drawn anew, so that TFs and targets both keep
how many they have."""
HALF, UNRELATED = "half", "unrelated"
"""Databases of the synthetic data set: half of the edges that are planted; and as many of each TF
that have nothing to do with it."""

Labels = NDArray[np.int8]
Edges = NDArray[np.bool_]

_SWAPS = 20  # tried for each edge; the share of edges that move does not grow any more


def known_edges(
    dataset: Dataset, database: str, *, edges: str = OWN, percent: int = 100, seed: int = 0
) -> Labels:
    """What a database tells of the pairs of a data set.

    Parameters
    ----------
    dataset : Dataset
        Or a variant of one, as from `variants.load`.
    database : str
        A network of BEELINE, but not that of `dataset`; on the synthetic data set, `HALF` or
        `UNRELATED`.
    edges : str
        One of `EDGES`.
    percent : int
        Of the edges, from 1 to 100; the others count as absent. Fewer are among more.
    seed : int
        Of what is drawn, which does not depend on the order of the genes.

    Returns
    -------
    ndarray of int8, (n_tfs, n_genes)
        1 for an edge, 0 for none of a TF that has some, and ``UNKNOWN`` for TFs that have none and
        for pairs of a TF with itself.

    Raises
    ------
    InfosemError
        For a database, `edges` or `percent` that there is not, and where the database has no edge
        of these TFs.
    """
    require(edges in EDGES, "edges", f"{edges!r} is unknown", f"choose from {EDGES}")
    require(percent in range(1, 101), "percent", f"{percent}", "give a whole number from 1 to 100")
    found = _of_database(dataset, database)
    # Drawn on sorted names; the TFs are sorted already.
    by_name = np.argsort(dataset.genes)
    itself = (dataset.tfs[:, np.newaxis] == np.arange(dataset.n_genes))[:, by_name]
    drawn = found[:, by_name]
    rng = np.random.default_rng([*b"knowledge", EDGES.index(edges), seed])
    if edges == OTHER_TFS:
        drawn = _of_other_tfs(drawn, rng)
    elif edges == DEGREES_KEPT:
        drawn = _swapped(drawn, itself, rng)
    drawn &= ~itself
    if percent < 100:
        drawn = _fewer(drawn, percent, np.random.default_rng([*b"percent", seed]))
    labels = np.where(drawn.any(axis=1, keepdims=True) & ~itself, drawn, UNKNOWN)
    result = np.empty(labels.shape, dtype=np.int8)
    result[:, by_name] = labels
    return result


def popularity(dataset: Dataset, database: str) -> NDArray[np.float64]:
    """How many regulators each gene has in a database, of all TFs that it knows, (n_genes,)."""
    if base_name(dataset.name) == "synthetic":
        found = _made_up(dataset, database)
    else:
        found = _loaded(dataset, database).network
    return np.asarray(found.sum(axis=0), dtype=np.float64)


def _of_database(dataset: Dataset, database: str) -> Edges:
    """The edges of a database in the order of a data set, (n_tfs, n_genes)."""
    if base_name(dataset.name) == "synthetic":
        return _made_up(dataset, database)
    other = _loaded(dataset, database)
    found = np.zeros((dataset.n_tfs, dataset.n_genes), dtype=bool)
    _, here, there = np.intersect1d(dataset.tf_names, other.tf_names, return_indices=True)
    if not len(here):
        raise InfosemError(
            f"database: {database} knows none of the TFs of {dataset.name}; name another"
        )
    found[here] = other.network[there]
    return found


def _loaded(dataset: Dataset, database: str) -> Dataset:
    """The data set with the network of a database, which is not the one that is judged."""
    name = base_name(dataset.name)
    if database == dataset.network_name:
        raise InfosemError(
            f"database: {database} is the network that is judged on {name}; name another"
        )
    other = load(name, database, embedding=None)
    if not np.array_equal(other.genes, dataset.genes):
        raise InfosemError(
            f"{dataset.name}: has not the genes of {name}, for which there are databases"
        )
    return other


def _made_up(dataset: Dataset, database: str) -> Edges:
    """A database of the synthetic data set."""
    choices = HALF, UNRELATED
    require(database in choices, "database", f"{database!r} is unknown", f"choose from {choices}")
    planted = load("synthetic", "planted", embedding=None).network  # `dataset` may hide it
    rng = np.random.default_rng([*b"database", choices.index(database)])
    found = np.zeros_like(planted)
    for row, labels, tf in zip(found, planted, dataset.tfs, strict=True):
        there = np.flatnonzero(labels)
        known = there if database == HALF else np.delete(np.arange(len(row)), tf)
        row[rng.choice(known, len(there) // 2, replace=False)] = True
    return found


def _of_other_tfs(found: Edges, rng: np.random.Generator) -> Edges:
    """Give each TF that has edges those of another: all in a circle of random order."""
    drawn = found.copy()
    circle = rng.permutation(np.flatnonzero(found.any(axis=1)))
    drawn[circle] = found[np.roll(circle, 1)]
    return drawn


def _swapped(found: Edges, itself: Edges, rng: np.random.Generator) -> Edges:
    """Exchange the targets of two edges, again and again, where that makes two new ones."""
    drawn = found.copy()
    sources, targets = np.nonzero(drawn)
    for one, two in rng.integers(len(sources), size=(_SWAPS * len(sources), 2)):
        new = ([sources[one], sources[two]], [targets[two], targets[one]])
        if drawn[new].any() or itself[new].any():
            continue
        drawn[sources[one], targets[one]] = drawn[sources[two], targets[two]] = False
        drawn[new] = True
        targets[one], targets[two] = targets[two], targets[one]
    return drawn


def _fewer(found: Edges, percent: int, rng: np.random.Generator) -> Edges:
    """Some percent of the edges, one at least."""
    edges = np.argwhere(found)
    kept = rng.permutation(len(edges))[: max(1, round(len(edges) * percent / 100))]
    drawn = np.zeros_like(found)
    drawn[tuple(edges[kept].T)] = True
    return drawn
