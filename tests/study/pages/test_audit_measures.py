"""Average precision of many rankings at once, against scikit-learn's and against all orders."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from infosem.errors import InfosemError
from infosem_study.pages import audit
from infosem_study.pages.audit import measures


@pytest.mark.parametrize("n_values", [1, 2, 5, 1000])
def test_average_precisions_are_those_of_sklearn(n_values):
    rng = np.random.default_rng(n_values)
    labels = rng.random((20, 30)) < 0.3
    labels[:, 0] = True
    scores = rng.integers(0, n_values, (20, 30)).astype(float)
    lines = [average_precision_score(*line) for line in zip(labels, scores, strict=True)]
    np.testing.assert_allclose(audit.average_precisions(labels, scores), lines)
    one_score = [average_precision_score(line, scores[0]) for line in labels]
    np.testing.assert_allclose(audit.average_precisions(labels, scores[0]), one_score)
    one_label = [average_precision_score(labels[0], line) for line in scores]
    np.testing.assert_allclose(audit.average_precisions(labels[0], scores), one_label)


def test_broken_ties_are_the_mean_over_all_orders():
    labels, scores = np.array([1, 0, 0, 1, 1, 0]), np.array([2, 2, 1, 1, 1, 0.0])
    orders = [np.array(order) for order in permutations(range(6))]
    allowed = [order for order in orders if (np.diff(scores[order]) <= 0).all()]
    mean = np.mean([average_precision_score(labels[order], -np.arange(6)) for order in allowed])
    assert audit.average_precisions(labels, scores, broken=True) == pytest.approx(mean)


def test_chance_is_the_mean_over_all_orders():
    for n_positive in (1, 3, 4):
        labels = np.arange(5) < n_positive
        orders = [labels[list(order)] for order in permutations(range(5))]
        mean = audit.average_precisions(orders, -np.arange(5.0)).mean()
        assert audit.chance(n_positive, 5) == pytest.approx(mean)
        constant = audit.average_precisions(labels, np.zeros(5), broken=True)
        assert audit.gain(constant, n_positive, 5) == pytest.approx(0)
    assert audit.gain(1.0, 2, 5) == 1


def test_line_without_positives_is_refused():
    with pytest.raises(InfosemError, match="without positives"):
        audit.average_precisions([[1, 0], [0, 0]], [1.0, 2.0])


def test_a_share_moves_auprc_and_not_auroc_nor_the_ends_of_the_gain():
    table = audit.format_measures([0.1, 0.5])
    assert table["AUROC"].tolist() == ["0.76", "0.76"]
    assert table["gain (at most)"].str.endswith("(1)").all()
    rng, found = np.random.default_rng(0), []
    for share in (0.1, 0.5):
        labels = np.arange(100_000) < share * 100_000
        scores = rng.normal(labels.astype(float))
        found.append(audit.average_precisions(labels, scores))
    np.testing.assert_allclose(table["AUPRC"].astype(float), found, atol=0.015)


def test_chunks_cover_all_rankings_once_and_stay_small(monkeypatch):
    monkeypatch.setattr(measures, "_CHUNK", 10)
    for n, size, longest in ((7, 3, 3), (6, 5, 2), (3, 100, 1), (2, 1, 2)):
        parts = measures.chunks(n, size)
        assert [i for part in parts for i in range(part.start, part.stop)] == [*range(n)]
        assert max(part.stop - part.start for part in parts) == longest
