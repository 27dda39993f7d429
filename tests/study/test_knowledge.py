"""Edges of databases and their controls: what each of them keeps, and what it may not tell."""

from dataclasses import replace

import numpy as np
import pytest

from infosem.data import simulate
from infosem.errors import InfosemError
from infosem.splits import UNKNOWN
from infosem_study import knowledge
from infosem_study.knowledge import (
    DEGREES_KEPT,
    HALF,
    OTHER_TFS,
    UNRELATED,
    known_edges,
    popularity,
)


@pytest.fixture(scope="module")
def blind():
    dataset = simulate()
    return replace(dataset, network=np.zeros_like(dataset.network))


def test_half_of_the_planted_edges_are_known_or_as_many_by_chance(blind):
    planted = simulate().network
    half, unrelated = (known_edges(blind, database) == 1 for database in (HALF, UNRELATED))
    np.testing.assert_array_equal(half.sum(axis=1), planted.sum(axis=1) // 2)
    np.testing.assert_array_equal(half.sum(axis=1), unrelated.sum(axis=1))
    assert not (half & ~planted).any()
    # As many as by chance: the share of edges, TF by TF.
    expected = (planted.mean(axis=1) * unrelated.sum(axis=1)).sum()
    assert 0.6 * expected < (unrelated & planted).sum() < 1.4 * expected


def test_pairs_of_a_tf_with_itself_are_never_known(blind):
    for edges in ("own", OTHER_TFS, DEGREES_KEPT):
        known = known_edges(blind, HALF, edges=edges)
        assert (known[np.arange(blind.n_tfs), blind.tfs] == UNKNOWN).all(), edges


def test_edges_of_other_tfs_are_those_of_another_tf_each(blind):
    own, other = known_edges(blind, HALF) == 1, known_edges(blind, HALF, edges=OTHER_TFS) == 1
    rest = np.setdiff1d(np.arange(blind.n_genes), blind.tfs)  # where no pair is one with itself
    assert sorted(map(bytes, own[:, rest])) == sorted(map(bytes, other[:, rest]))
    assert not any(np.array_equal(a, b) for a, b in zip(own, other, strict=True))
    np.testing.assert_array_equal(own[:, rest].sum(axis=0), other[:, rest].sum(axis=0))


def test_edges_drawn_anew_keep_both_degrees_and_move(blind):
    own = known_edges(blind, HALF) == 1
    drawn = [known_edges(blind, HALF, edges=DEGREES_KEPT, seed=seed) == 1 for seed in (0, 1)]
    for edges in drawn:
        for axis in (0, 1):
            np.testing.assert_array_equal(edges.sum(axis=axis), own.sum(axis=axis))
        assert (edges & own).sum() < 0.7 * own.sum()
    assert (drawn[0] != drawn[1]).any()


def test_fewer_edges_are_among_more(blind):
    counts, fewer = [], np.zeros((blind.n_tfs, blind.n_genes), dtype=bool)
    for percent in (10, 50, 100):
        known = known_edges(blind, HALF, percent=percent, seed=3)
        assert (known[fewer] == 1).all()
        fewer = known == 1
        counts.append(fewer.sum())
        assert (known[~fewer.any(axis=1)] == UNKNOWN).all()
    assert counts[:2] == [round(0.1 * counts[2]), round(0.5 * counts[2])]


def test_popularity_counts_the_regulators_of_a_target(blind):
    found = popularity(blind, HALF)
    np.testing.assert_array_equal(found, (known_edges(blind, HALF) == 1).sum(axis=0))


@pytest.mark.parametrize("edges", [OTHER_TFS, DEGREES_KEPT])
def test_draws_do_not_depend_on_the_order_of_genes(blind, edges):
    order = np.random.default_rng(0).permutation(blind.n_genes)
    place = np.argsort(order)
    moved = replace(
        blind, genes=blind.genes[order], expression=blind.expression[order],
        tfs=place[blind.tfs], network=blind.network[:, order], embeddings={},
    )  # fmt: skip
    # The made-up database has the order of `simulate`; a real one is loaded as the data are.
    found = knowledge._of_database(blind, HALF)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(knowledge, "_of_database", lambda *_: found[:, order])
        again = known_edges(moved, HALF, edges=edges, percent=50, seed=1)
    np.testing.assert_array_equal(
        again, known_edges(blind, HALF, edges=edges, percent=50, seed=1)[:, order]
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"database": "string"}, "database.*'string' is unknown"),
        ({"edges": "all"}, "edges.*'all' is unknown"),
        ({"percent": 0}, "percent.*from 1 to 100"),
    ],
)
def test_what_there_is_not_is_an_error(blind, given, message):
    with pytest.raises(InfosemError, match=message):
        known_edges(blind, **{"database": HALF, **given})
