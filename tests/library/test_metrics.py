"""Metrics against plain loops, and what must not change them."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infosem.data import simulate
from infosem.errors import InfosemError
from infosem.metrics import auprc, evaluate, hit_at
from infosem.splits import make_split
from infosem_study.baselines.random import random


@st.composite
def labelled_scores(draw: st.DrawFn, max_size: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Labels with both classes, and scores with many ties."""
    n = draw(st.integers(2, max_size))
    labels = draw(st.lists(st.booleans(), min_size=n, max_size=n).filter(lambda y: 0 < sum(y) < n))
    scores = draw(st.lists(st.integers(-4, 4), min_size=n, max_size=n))
    return np.array(labels), np.array(scores, dtype=float)


def plain_average_precision(labels: np.ndarray, scores: np.ndarray) -> float:
    """Sum over thresholds of (gain in recall) x precision."""
    total, found = 0.0, 0
    for threshold in sorted(set(scores), reverse=True):
        chosen = [bool(y) for y, s in zip(labels, scores, strict=True) if s >= threshold]
        total += (sum(chosen) - found) / labels.sum() * sum(chosen) / len(chosen)
        found = sum(chosen)
    return total


@given(labelled_scores())
@settings(deadline=None)
def test_auprc_is_the_sum_over_thresholds(case: tuple[np.ndarray, np.ndarray]) -> None:
    labels, scores = case
    assert auprc(labels, scores) == pytest.approx(plain_average_precision(labels, scores))


@given(labelled_scores(max_size=6), st.floats(0.01, 1))
@settings(deadline=None)
def test_hit_is_the_mean_over_all_orders_of_the_ties(
    case: tuple[np.ndarray, np.ndarray], fraction: float
) -> None:
    labels, scores = case
    n_top = max(1, round(fraction * len(labels)))
    precisions = [
        labels[list(order)][:n_top].mean()
        for order in itertools.permutations(range(len(labels)))
        if (np.diff(scores[list(order)]) <= 0).all()
    ]
    assert hit_at(labels, scores, fraction) == pytest.approx(np.mean(precisions))


@given(labelled_scores(), st.randoms(use_true_random=False), st.floats(0.01, 1))
@settings(deadline=None)
def test_order_of_the_pairs_and_scale_of_the_scores_do_not_matter(
    case: tuple[np.ndarray, np.ndarray], shuffle: object, fraction: float
) -> None:
    labels, scores = case
    index = list(range(len(labels)))
    shuffle.shuffle(index)
    for changed in (
        (labels[index], scores[index]),
        (labels, np.exp(scores) - 7),
        (labels, scores**3),
    ):
        assert auprc(*changed) == auprc(labels, scores)
        assert hit_at(*changed, fraction) == pytest.approx(hit_at(labels, scores, fraction))


def test_known_values() -> None:
    labels = np.array([[1, 0, 1], [0, 0, 0]])
    assert auprc(labels, np.array([[6, 5, 4], [3, 2, 1]])) == pytest.approx((1 + 2 / 3) / 2)
    assert auprc(labels, np.zeros((2, 3))) == pytest.approx(1 / 3)
    assert hit_at(labels, np.zeros((2, 3))) == pytest.approx(1 / 3)
    assert hit_at(labels, np.array([[6, 5, 4], [3, 2, 1]]), 0.5) == pytest.approx(2 / 3)
    # 1% of 250 pairs is 2.5, which is rounded to 2, 1% of 280 is 3, and 1% of 20 is 1, not none.
    for n, n_top in ((250, 2), (280, 3), (20, 1)):
        labels = np.arange(n) < n_top
        assert hit_at(labels, -np.arange(n)) == 1
        assert hit_at(np.arange(n) == n_top - 1, -np.arange(n)) == 1 / n_top  # the last of them
        assert hit_at(np.arange(n) == n_top, -np.arange(n)) == 0


def expected_random_auprc(n: int, n_positive: int) -> float:
    """The mean of average precision over all orders of n pairs, none of them tied.

    At rank r, E[y_r (y_1 + ... + y_r)] = n_positive/n (1 + (r - 1) (n_positive - 1)/(n - 1)).
    """
    r = np.arange(1, n + 1)
    return float(((1 + (r - 1) * (n_positive - 1) / (n - 1)) / r).sum() / n)


def test_the_formula_for_random_scores_is_the_mean_over_all_orders() -> None:
    labels = np.array([1, 1, 0, 0, 0, 0])
    orders = itertools.permutations(range(6))
    mean = np.mean([auprc(labels, np.array(order)) for order in orders])
    assert expected_random_auprc(6, 2) == pytest.approx(mean)
    # What the docstring of auprc says of it, at the size of hESC's unseen test.
    assert expected_random_auprc(1350, 280) == pytest.approx(
        280 / 1350 + (1 - 280 / 1350) * (np.log(1350) - 0.423) / 1350, rel=1e-4
    )


def test_random_scores_reach_the_base_rate() -> None:
    dataset = simulate(n_cells=2)
    split = make_split(dataset, seed=0)
    train_edges = split.train_edges(dataset.network)
    runs = [
        evaluate(random(dataset, train_edges, seed=seed), dataset.network, split)
        for seed in range(400)
    ]
    for name, pairs in (("seen", split.seen), ("unseen", split.unseen)):
        base, n = dataset.network[pairs].mean(), int(pairs.sum())
        assert {run[f"{name}_base"] for run in runs} == {base}
        exact = expected_random_auprc(n, int(dataset.network[pairs].sum()))
        for metric, expected in (("hit", base), ("auprc", exact)):
            values = [run[f"{name}_{metric}"] for run in runs]
            assert abs(np.mean(values) - expected) < 4 * np.std(values) / np.sqrt(len(values))


def test_evaluate_measures_each_set_by_itself() -> None:
    dataset = simulate(n_cells=2)
    split = make_split(dataset, seed=0)
    labels = dataset.network.astype(float)
    scores = np.zeros(labels.shape)  # right on the training pairs, wrong on the unseen ones
    scores[split.train] = labels[split.train]
    scores[split.unseen] = -labels[split.unseen]
    result = evaluate(scores, dataset.network, split)
    seen, unseen = dataset.network[split.seen], dataset.network[split.unseen]
    assert result == {
        "train_auprc": 1.0,
        "seen_auprc": pytest.approx(seen.mean()),
        "seen_hit": pytest.approx(seen.mean()),
        "seen_base": seen.mean(),
        "unseen_auprc": pytest.approx(unseen.mean()),
        "unseen_hit": 0.0,
        "unseen_base": unseen.mean(),
    }
    # Pairs outside the three sets play no part.
    scores[~(split.train | split.seen | split.unseen)] = np.nan
    assert evaluate(scores, dataset.network, split) == result
    with pytest.raises(InfosemError, match="shapes"):
        evaluate(scores.T, dataset.network, split)


@pytest.mark.parametrize("metric", [auprc, hit_at])
@pytest.mark.parametrize(
    ("labels", "scores", "expected"),
    [
        ([0, 0], [1.0, 2.0], "2 pairs, 0 of them positive"),
        ([1, 1], [1.0, 2.0], "2 pairs, 2 of them positive"),
        ([], [], "0 pairs"),
        ([0, 1], [1.0, np.nan], "finite"),
        ([0, 1], [1.0, np.inf], "finite"),
        ([0, -1], [1.0, 2.0], "0 or 1"),
        ([0, 1], [1.0, 2.0, 3.0], "shape"),
    ],
)
def test_what_cannot_be_measured_is_an_error(
    metric: object, labels: list, scores: list, expected: str
) -> None:
    with pytest.raises(InfosemError, match=expected):
        metric(labels, scores)


@pytest.mark.parametrize("fraction", [0, 1.5, float("nan")])
def test_a_fraction_out_of_range_is_an_error(fraction: float) -> None:
    with pytest.raises(InfosemError, match="fraction"):
        hit_at([0, 1], [1.0, 2.0], fraction)
