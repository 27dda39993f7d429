"""Baselines: what they can know, and what they cannot."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from infosem.data import Dataset, simulate
from infosem.errors import InfosemError
from infosem.metrics import auprc, evaluate
from infosem.splits import UNKNOWN, make_split
from infosem_study.baselines.aracne import aracne
from infosem_study.baselines.genelink import genelink
from infosem_study.baselines.labels import SHUFFLES, downsample, shuffle
from infosem_study.baselines.matcomp import matcomp
from infosem_study.baselines.one_hot_lr import one_hot_lr
from infosem_study.baselines.random import random
from infosem_study.baselines.scgreat import scgreat
from infosem_study.baselines.tf_constant import tf_constant
from infosem_study.baselines.tigress import tigress
from infosem_study.presets import method_for

LEARNERS = (one_hot_lr, matcomp)
METHODS = (random, tf_constant, *LEARNERS)


@pytest.fixture(scope="module")
def planted() -> Dataset:
    """A network in which the odds of an edge are the TF's times the target's, and nothing more."""
    rng = np.random.default_rng(0)
    dataset = simulate(n_tfs=16, n_targets=104, n_cells=2)
    log_odds = rng.normal(-1, 1.5, (dataset.n_tfs, 1)) + rng.normal(0, 2, dataset.n_genes)
    network = rng.random(log_odds.shape) < 1 / (1 + np.exp(-log_odds))
    network[np.arange(dataset.n_tfs), dataset.tfs] = False
    return replace(dataset, network=network)


@pytest.mark.parametrize("method", METHODS)
def test_scores_depend_on_training_labels_and_names_only(method: object, planted: Dataset) -> None:
    split = make_split(planted, seed=0)
    edges = split.train_edges(planted.network)
    scores = method(planted, edges, seed=1)
    assert scores.shape == planted.network.shape
    assert scores.dtype == np.float64
    assert np.isfinite(scores).all()

    # Labels outside the training pairs, flipped: a method that peeks at the network would differ.
    flipped = np.where(split.train, planted.network, ~planted.network)
    flipped[np.arange(planted.n_tfs), planted.tfs] = False
    other = replace(planted, network=flipped)
    np.testing.assert_array_equal(method(other, split.train_edges(flipped), seed=1), scores)
    # Even inside them, where the network and train_edges disagree, it is train_edges that counts.
    empty = replace(planted, network=np.zeros_like(planted.network))
    np.testing.assert_array_equal(method(empty, edges, seed=1), scores)

    order = np.random.default_rng(2).permutation(planted.n_genes)
    permuted = method(planted.take_genes(order), edges[:, order], seed=1)
    np.testing.assert_array_equal(permuted, scores[:, order])


@pytest.mark.parametrize("method", [random, tf_constant])
def test_noise_ignores_the_labels_and_follows_the_seed(method: object, planted: Dataset) -> None:
    scores = method(planted, None, seed=0)
    unknown = np.full(planted.network.shape, UNKNOWN, dtype=np.int8)
    np.testing.assert_array_equal(method(planted, unknown, seed=0), scores)
    assert (method(planted, None, seed=1) != scores).all()


def test_random_scores_of_two_pairs_are_independent(planted: Dataset) -> None:
    scores = random(planted, None, seed=0)
    assert len(np.unique(scores)) == scores.size
    assert np.abs(np.corrcoef(scores)[np.triu_indices(planted.n_tfs, 1)]).mean() < 0.15


def test_tf_constant_is_one_number_a_tf(planted: Dataset) -> None:
    scores = tf_constant(planted, None, seed=0)
    assert (scores == scores[:, :1]).all()
    assert len(np.unique(scores)) == planted.n_tfs


def test_one_hot_lr_recovers_degrees_and_knows_nothing_of_unseen_genes(planted: Dataset) -> None:
    split = make_split(planted, seed=0)
    scores = one_hot_lr(planted, split.train_edges(planted.network), seed=0)
    result = evaluate(scores, planted.network, split)
    degrees = np.log(split.train_edges(planted.network).clip(0).sum(axis=1) + 0.5)
    seen_tfs = split.train.any(axis=1)
    tf_effect = scores.mean(axis=1)
    assert np.corrcoef(tf_effect[seen_tfs], degrees[seen_tfs])[0, 1] > 0.9
    assert result["seen_auprc"] > result["seen_base"] + 0.25
    assert len(np.unique(scores[split.unseen])) == 1
    assert result["unseen_auprc"] == pytest.approx(result["unseen_base"])
    assert result["unseen_hit"] == pytest.approx(result["unseen_base"])


@pytest.mark.parametrize("method", LEARNERS)
def test_nothing_is_learned_from_shuffled_labels(method: object, planted: Dataset) -> None:
    split = make_split(planted, seed=0)
    rng = np.random.default_rng(0)
    lifts = []
    for seed in range(6):
        edges = split.train_edges(planted.network)
        edges[split.train] = rng.permutation(edges[split.train])
        scores = method(planted, edges, seed=seed)
        labels = planted.network[split.seen]
        lifts.append(auprc(labels, scores[split.seen]) - labels.mean())
    # Such scores are still a sum of a number per TF and one per target, so their lifts spread far
    # and centre above 0 (see tf_constant); with the true labels the lift is above 0.25.
    assert abs(np.mean(lifts)) < 0.1


def test_one_hot_lr_chooses_a_penalty_that_generalises(
    planted: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = make_split(planted, seed=0)
    edges = split.train_edges(planted.network)

    def seen_auprc(*grid: float) -> float:
        monkeypatch.setattr("infosem_study.baselines.one_hot_lr.C_GRID", grid)
        return evaluate(one_hot_lr(planted, edges, seed=0), planted.network, split)["seen_auprc"]

    too_strong, too_weak, good = seen_auprc(1e-12), seen_auprc(1e6), seen_auprc(1.0)
    assert good > max(too_strong, too_weak)
    assert seen_auprc(1e-12, 1.0, 1e6) == good


def test_validation_pairs_choose_the_penalty_and_nothing_else(
    planted: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = make_split(planted, seed=0)
    edges = split.train_edges(planted.network)
    judges = np.where(split.seen, planted.network, UNKNOWN).astype(np.int8)
    upside_down = np.where(split.seen, ~planted.network, UNKNOWN).astype(np.int8)

    def scores(validation: np.ndarray | None, *grid: float) -> np.ndarray:
        monkeypatch.setattr("infosem_study.baselines.one_hot_lr.C_GRID", grid)
        return one_hot_lr(planted, edges, seed=0, validation=validation)

    strong, good = scores(None, 1e-12), scores(None, 1.0)
    np.testing.assert_array_equal(scores(judges, 1e-12, 1.0), good)
    np.testing.assert_array_equal(scores(upside_down, 1e-12, 1.0), strong)


@pytest.mark.parametrize("method", [one_hot_lr, partial(matcomp, rank=None)])
def test_seed_draws_the_folds(method: object, planted: Dataset) -> None:
    """Of few pairs other folds choose another penalty, or rank."""
    edges = np.full(planted.network.shape, UNKNOWN, dtype=np.int8)
    edges[:6, :12] = planted.network[:6, :12]
    edges[:6:2, :12:2] = UNKNOWN
    assert len({method(planted, edges, seed=seed).tobytes() for seed in range(4)}) > 1


def test_downsampling_balances_the_labels_of_every_tf(planted: Dataset) -> None:
    edges = make_split(planted, seed=0).train_edges(planted.network)
    kept = downsample(planted, edges, seed=0)
    positives, negatives = ((edges == label).sum(1) for label in (1, 0))
    np.testing.assert_array_equal((kept == 1).sum(1), positives)
    np.testing.assert_array_equal((kept == 0).sum(1), np.minimum(positives, negatives))
    assert ((kept == edges) | ((edges == 0) & (kept == UNKNOWN))).all()
    assert (downsample(planted, edges, seed=1) != kept).any()
    method = method_for("One-hot LR (downsampled)", "", "")
    expected = one_hot_lr(planted, kept, seed=0)
    np.testing.assert_array_equal(method(planted, edges, seed=0), expected)

    order = np.random.default_rng(2).permutation(planted.n_genes)
    permuted = downsample(planted.take_genes(order), edges[:, order], seed=0)
    np.testing.assert_array_equal(permuted, kept[:, order])


@pytest.mark.parametrize("how", SHUFFLES)
def test_shuffled_labels_keep_the_pairs_and_their_number_of_positives(planted, how):
    edges = make_split(planted, seed=0).train_edges(planted.network)
    drawn = shuffle(planted, edges, how, seed=0)
    assert ((drawn < 0) == (edges < 0)).all()
    assert (drawn == 1).sum() == (edges == 1).sum()
    assert (drawn != edges).any()
    of_tfs = (drawn == 1).sum(axis=1), (edges == 1).sum(axis=1)
    assert (of_tfs[0] == of_tfs[1]).all() == (how == "shuffled within TFs")
    order = np.random.default_rng(0).permutation(planted.n_genes)
    again = shuffle(planted.take_genes(order), edges[:, order], how, seed=0)
    np.testing.assert_array_equal(again, drawn[:, order])
    method = method_for("One-hot LR", "", "").with_settings(labels=how)
    expected = method_for("One-hot LR", "", "")(planted, drawn, seed=0)
    np.testing.assert_array_equal(method(planted, edges, seed=0), expected)


def test_unknown_shuffle_is_refused(planted):
    edges = make_split(planted, seed=0).train_edges(planted.network)
    with pytest.raises(InfosemError, match="labels: 'all' is unknown"):
        shuffle(planted, edges, "all", seed=0)


@pytest.mark.parametrize("method", LEARNERS)
@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([], "0 training pairs"),
        ([1, 1, 1], "3 training pairs, 3 of them positive"),
        ([0, 0, 0], "3 training pairs, 0 of them positive"),
        ([1, 0, 0], "3 training pairs, 1 of them positive"),
    ],
)
def test_both_labels_are_needed(
    method: object, planted: Dataset, labels: list, expected: str
) -> None:
    edges = np.full(planted.network.shape, UNKNOWN, dtype=np.int8)
    edges[0, : len(labels)] = labels
    with pytest.raises(InfosemError, match=expected):
        method(planted, edges, seed=0)


@pytest.mark.parametrize("method", LEARNERS)
def test_any_negative_number_is_unknown(method: object, planted: Dataset) -> None:
    edges = make_split(planted, seed=0).train_edges(planted.network)
    other = np.where(edges == UNKNOWN, -2, edges).astype(np.int8)
    np.testing.assert_array_equal(method(planted, other, seed=0), method(planted, edges, seed=0))


@pytest.mark.parametrize("method", LEARNERS)
def test_labels_above_1_are_refused(method: object, planted: Dataset) -> None:
    edges = make_split(planted, seed=0).train_edges(planted.network)
    edges[0, 0] = 2
    with pytest.raises(InfosemError, match="train_edges holds 2; give 1 for an edge, 0 for none"):
        method(planted, edges, seed=0)


@pytest.mark.parametrize(
    ("method", "settings", "expected"),
    [
        (genelink, {"epochs": 0}, "GENELink: epochs is 0; choose at least 1"),
        (scgreat, {"epochs": 0, "embedding": "planted"}, "scGREAT: epochs is 0; choose"),
        (matcomp, {"rank": 0}, "MatComp: rank is 0; choose at least 1"),
        (matcomp, {"rank": -1}, "MatComp: rank is -1; choose at least 1"),
        (tigress, {"n_resamplings": 0}, "TIGRESS: n_resamplings is 0; choose at least 1"),
        (tigress, {"n_steps": 0}, "TIGRESS: n_steps is 0; choose at least 1"),
        (tigress, {"alpha": 0.0}, "TIGRESS: alpha is 0.0; choose more than 0 and at most 1"),
        (tigress, {"alpha": 1.1}, "TIGRESS: alpha is 1.1; choose more than 0 and at most 1"),
        (tigress, {"alpha": float("nan")}, "TIGRESS: alpha is nan; choose"),
        (aracne, {"third_genes": "tfs"}, "ARACNE: third_genes is 'tfs'; choose \"TFs\" or"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    method: object, settings: dict, expected: str, synthetic: Dataset
) -> None:
    edges = make_split(synthetic, seed=0).train_edges(synthetic.network)
    with pytest.raises(InfosemError, match=f"^{expected}"):
        method(synthetic, edges, seed=0, **settings)


def test_one_hot_lr_makes_do_with_two_of_each_label(planted: Dataset) -> None:
    edges = np.full(planted.network.shape, UNKNOWN, dtype=np.int8)
    edges[:2, :2] = [[1, 1], [0, 0]]
    scores = one_hot_lr(planted, edges, seed=0)
    assert scores[0, 0] > scores[2, 2] > scores[1, 0]


@pytest.mark.parametrize("method", LEARNERS)
def test_edges_of_another_data_set_are_refused(method: object, planted: Dataset) -> None:
    with pytest.raises(InfosemError, match="shape"):
        method(planted, np.zeros((2, 3), dtype=np.int8), seed=0)
    with pytest.raises(InfosemError, match="missing"):
        method(planted, None, seed=0)
