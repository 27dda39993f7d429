"""Splits: what is never in two sets, what never reaches training, and what does not matter."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infosem.data import Dataset
from infosem.errors import InfosemError
from infosem.splits import UNKNOWN, Protocol, Split, hide, make_split

TARGETS = ("positive-in-block", "positive-anywhere", "all")

protocols = st.builds(
    Protocol,
    targets=st.sampled_from(TARGETS),
    unseen_fraction=st.sampled_from([0.25, 0.4]),
    train_fraction=st.sampled_from([0.5, 0.75]),
    self_pairs=st.booleans(),
)


def random_dataset(seed: int, n_tfs: int, n_others: int, density: float) -> Dataset:
    """A data set with a random network; genes in random order, some TFs being targets too."""
    rng = np.random.default_rng(seed)
    genes = np.array([f"G{i:03d}" for i in rng.permutation(n_tfs + n_others)])
    chosen = rng.choice(len(genes), n_tfs, replace=False)
    tfs = chosen[np.argsort(genes[chosen])]
    network = rng.random((n_tfs, len(genes))) < density
    network[np.arange(n_tfs), tfs] = False
    return Dataset(
        name="random",
        network_name="planted",
        expression=rng.random((len(genes), 3)),
        genes=genes,
        cells=np.array(["A", "B", "C"]),
        tfs=tfs,
        network=network,
    )


datasets = st.builds(
    random_dataset,
    seed=st.integers(0, 10**6),
    n_tfs=st.integers(6, 12),
    n_others=st.integers(15, 30),
    density=st.sampled_from([0.2, 0.5]),
)


def split_or_error(dataset: Dataset, seed: int, protocol: Protocol) -> Split | str:
    try:
        return make_split(dataset, seed=seed, protocol=protocol)
    except InfosemError as error:
        return str(error)


@given(dataset=datasets, seed=st.integers(0, 10**6), protocol=protocols)
@settings(deadline=None, max_examples=100)
def test_sets_are_disjoint_and_no_unseen_gene_is_in_training(
    dataset: Dataset, seed: int, protocol: Protocol
) -> None:
    split = split_or_error(dataset, seed, protocol)
    if isinstance(split, str):  # rare; make_split's own test has the conditions
        assert "both positives and negatives" in split
        return
    masks = (split.train, split.seen, split.unseen)
    assert not (sum(mask.astype(int) for mask in masks) > 1).any()

    def genes_of(mask: np.ndarray) -> tuple[set[str], set[str]]:
        rows, columns = np.nonzero(mask)
        return set(dataset.tf_names[rows]), set(dataset.genes[columns])

    known_tfs, known_targets = genes_of(split.train)
    unseen_tfs, unseen_targets = genes_of(split.unseen)
    assert not (known_tfs | known_targets) & (unseen_tfs | unseen_targets)
    # The seen test, on the other hand, is between genes of the seen block only.
    seen_tfs, seen_targets = genes_of(split.seen)
    assert not (seen_tfs | seen_targets) & (unseen_tfs | unseen_targets)

    known = split.train | split.seen
    for mask in (known, split.unseen):
        tf_rows, target_columns = mask.any(axis=1), mask.any(axis=0)
        missing = np.outer(tf_rows, target_columns) & ~mask
        if protocol.self_pairs:
            assert not missing.any()  # a block has all pairs of its TFs and its targets
        else:
            rows, columns = np.nonzero(missing)
            assert (dataset.tfs[rows] == columns).all()
        if protocol.targets == "positive-in-block":
            assert (mask & dataset.network).any(axis=0)[target_columns].all()
        elif protocol.targets == "positive-anywhere":
            assert dataset.network.any(axis=0)[target_columns].all()
    assert protocol.self_pairs or not (known | split.unseen)[:, dataset.tfs].diagonal().any()

    per_tf = known.sum(axis=1)
    np.testing.assert_array_equal(
        split.train.sum(axis=1), np.rint(per_tf * protocol.train_fraction)
    )


@given(
    dataset=datasets,
    seed=st.integers(0, 10**6),
    protocol=protocols,
    order=st.randoms(use_true_random=False),
)
@settings(deadline=None, max_examples=50)
def test_permuting_the_genes_permutes_the_split(
    dataset: Dataset, seed: int, protocol: Protocol, order: object
) -> None:
    index = list(range(dataset.n_genes))
    order.shuffle(index)
    split = split_or_error(dataset, seed, protocol)
    other = split_or_error(dataset.take_genes(np.array(index)), seed, protocol)
    if isinstance(split, str):
        assert other == split
        return
    np.testing.assert_array_equal(other.train, split.train[:, index])
    np.testing.assert_array_equal(other.seen, split.seen[:, index])
    np.testing.assert_array_equal(other.unseen, split.unseen[:, index])


def test_a_fourth_is_unseen() -> None:
    dataset = random_dataset(seed=0, n_tfs=20, n_others=60, density=0.3)
    split = make_split(dataset, seed=0, protocol=Protocol(targets="all"))
    assert split.unseen.any(axis=1).sum() == 5
    assert split.unseen.any(axis=0).sum() == 20  # 5 TFs as targets and a fourth of the 60 others
    assert split.unseen.sum() == 5 * 20
    assert (split.train | split.seen).sum() == 15 * 60
    # 3:1 of 60 pairs of each seen TF
    assert set(split.train.sum(axis=1)) == {0, 45}


def test_the_block_rule_keeps_targets_that_have_a_positive_where_it_says() -> None:
    dataset = random_dataset(seed=0, n_tfs=12, n_others=60, density=0.12)
    n_targets = {}
    for targets in TARGETS:
        split = make_split(dataset, seed=1, protocol=Protocol(targets=targets))
        n_targets[targets] = int(split.unseen.any(axis=0).sum())
    assert n_targets["positive-in-block"] < n_targets["positive-anywhere"] < n_targets["all"]


def test_seeds_give_different_splits_and_the_same_seed_the_same() -> None:
    dataset = random_dataset(seed=0, n_tfs=12, n_others=30, density=0.4)
    first, again, other = (make_split(dataset, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.train, again.train)
    np.testing.assert_array_equal(first.unseen, again.unseen)
    assert (first.unseen != other.unseen).any()


def test_splits_are_those_that_they_have_always_been() -> None:
    """All stored results rest on the random stream: change this only along with all of them."""
    dataset = random_dataset(seed=0, n_tfs=12, n_others=30, density=0.4)
    split = make_split(dataset, seed=3)
    masks = np.stack([split.train, split.seen, split.unseen, hide(dataset, split)])
    assert masks.sum(axis=(1, 2)).tolist() == [207, 72, 21, 54]
    digests = [hashlib.sha256(np.packbits(mask).tobytes()).hexdigest()[:8] for mask in masks]
    assert digests == ["b13b4e6b", "22f142d6", "95d49edd", "5b720f7b"]


def test_every_gene_is_unseen_and_every_pair_in_training_equally_often() -> None:
    dataset = random_dataset(seed=0, n_tfs=12, n_others=28, density=0.5)
    protocol = Protocol(targets="all")
    splits = [make_split(dataset, seed=seed, protocol=protocol) for seed in range(300)]
    unseen = [split.unseen for split in splits]
    # Each is unseen with probability 1/4: 5 standard deviations of a mean of 300.
    bound = 5 * np.sqrt(0.25 * 0.75 / 300)
    assert np.abs(np.mean([mask.any(axis=1) for mask in unseen], axis=0) - 0.25).max() < bound
    assert np.abs(np.mean([mask.any(axis=0) for mask in unseen], axis=0) - 0.25).max() < bound
    # Of the 30 seen targets, 22 (3/4, rounded to even) are for training, for any seen TF.
    known = np.sum([split.train | split.seen for split in splits], axis=0)
    train = np.sum([split.train for split in splits], axis=0) / known
    assert (np.abs(train - 22 / 30) < 5 * np.sqrt(0.25 * 0.75 / known)).all()


def test_train_edges_show_the_training_pairs_only() -> None:
    dataset = random_dataset(seed=0, n_tfs=12, n_others=30, density=0.4)
    split = make_split(dataset, seed=0)
    edges = split.train_edges(dataset.network)
    assert edges.dtype == np.int8
    np.testing.assert_array_equal(edges != UNKNOWN, split.train)
    np.testing.assert_array_equal(edges[split.train] == 1, dataset.network[split.train])
    flipped = split.train_edges(np.where(split.train, dataset.network, ~dataset.network))
    np.testing.assert_array_equal(flipped, edges)
    with pytest.raises(InfosemError, match="shape"):
        split.train_edges(dataset.network[1:])


def test_masks_cannot_be_changed_by_accident() -> None:
    split = make_split(random_dataset(seed=0, n_tfs=12, n_others=30, density=0.4), seed=0)
    with pytest.raises(ValueError, match="read-only"):
        split.train[0, 0] = True


@pytest.mark.parametrize(
    ("n_tfs", "density", "expected"),
    [
        (2, 0.5, "unseen test would hold 0 pairs"),  # a fourth of 2, rounded to even, is none
        (12, 0.0, "training pairs would hold 0 pairs, 0 of them positive"),
        (4, 0.5, "unseen test would hold .* positives and negatives are needed"),
    ],
)
def test_a_set_without_both_labels_is_an_error(n_tfs: int, density: float, expected: str) -> None:
    # With 4 TFs one is unseen, so every target kept in its block is a positive.
    dataset = random_dataset(seed=0, n_tfs=n_tfs, n_others=30, density=density)
    with pytest.raises(InfosemError, match=expected):
        make_split(dataset, seed=0)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"targets": "some"}, "targets='some'"),
        ({"unseen_fraction": 0}, "unseen_fraction=0"),
        ({"unseen_fraction": 1.0}, "unseen_fraction=1.0"),
        ({"train_fraction": float("nan")}, "train_fraction=nan"),
    ],
)
def test_a_protocol_that_makes_no_sense_is_an_error(settings: dict, expected: str) -> None:
    with pytest.raises(InfosemError, match=expected):
        Protocol(**settings)
