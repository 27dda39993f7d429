"""The TF permutation null, and the place of methods in it."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from infosem_study.pages import audit
from infosem_study.pages.audit.permutation import permuted


def test_permutation_null_is_that_of_exchanged_rows(busy):
    dataset, split = busy
    scores = np.round(np.random.default_rng(3).random(dataset.network.shape), 1)
    line = permuted(dataset, split, scores, n=400)
    pairs = split.unseen
    assert line["auprc"] == pytest.approx(
        average_precision_score(dataset.network[pairs], scores[pairs])
    )
    unseen = np.flatnonzero(pairs.any(axis=1))
    assert line["n_tfs"] == len(unseen)
    rng, slow = np.random.default_rng(4), []
    for _ in range(400):
        rows = np.arange(dataset.n_tfs)
        rows[unseen] = rng.permutation(unseen)
        slow.append(average_precision_score(dataset.network[pairs], scores[rows][pairs]))
    assert line["null_mean"] == pytest.approx(np.mean(slow), abs=4 * np.std(slow) / 20)
    assert line["null_sd"] == pytest.approx(np.std(slow), rel=0.2)


def test_p_of_noise_is_not_small_too_often(busy):
    rng = np.random.default_rng(5)
    ps = [permuted(*busy, rng.random((32, 200)), n=99)["p"] for _ in range(40)]
    assert 0.3 < np.mean(ps) < 0.7


@pytest.fixture
def places():
    """From `audit.placed`: of one method that can be told from the null, one that cannot."""
    ps = {"Random": (0.001, 0.001), "DeepSEM": (0.001, 0.003), "InfoSEM-B": (0.5, 0.04),
          "PIDC": (0.9, 0.8)}  # fmt: skip
    table = pd.DataFrame(
        {"network": "n", "dataset": "d", "method": method, "split": split, "auprc": 0.2 + split,
         "null_mean": 0.1, "null_sd": 0.02, "p": p}
        for method, of_splits in ps.items()
        for split, p in enumerate(of_splits)
    )  # fmt: skip
    return audit.placed(table)


def test_p_is_twice_the_mean_over_splits_and_q_controls_the_false_discovery_rate(places):
    by_method = places.set_index("method")
    assert by_method["p"].to_dict() == pytest.approx(
        {"Random": 0.002, "DeepSEM": 0.004, "InfoSEM-B": 0.54, "PIDC": 1.0}
    )
    assert np.isnan(by_method.loc["Random", "q"])  # it is no hypothesis
    tested = by_method.loc[["DeepSEM", "InfoSEM-B", "PIDC"], "q"]
    assert tested.tolist() == pytest.approx([3 * 0.004, 3 * 0.54 / 2, 1.0])
    assert by_method["n_low"].tolist() == [2, 2, 1, 0]
    assert (places["auprc"] == 0.7).all()
    assert (places["n_splits"] == 2).all()


def test_answer_names_who_can_be_told_from_the_null(places):
    assert audit.describe_placed(places) == (
        "n: of 3 pairs of method and data set, 1 have p < 0.05 and 1 a false discovery rate below "
        "0.05: DeepSEM on d (p 0.004, q 0.012). On 3 of 6 single splits p is below 0.05."
    )
    none = audit.describe_placed(places.assign(q=0.5))
    assert "0 a false discovery rate below 0.05: none." in none
