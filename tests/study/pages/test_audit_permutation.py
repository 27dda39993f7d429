"""The TF permutation null, its level and power, and the place of methods in it."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import average_precision_score

from infosem.splits import make_split
from infosem_study.pages import audit
from infosem_study.pages.audit.permutation import permuted


@pytest.fixture(scope="module")
def splits(busy):
    """Overlapping ones: each TF is unseen on some of them."""
    dataset, _ = busy
    return [make_split(dataset, seed=seed) for seed in range(6)]


def place(busy, splits, scores, n):
    return permuted(busy[0], [(split, scores) for split in splits], n=n)


def exchanged(dataset, scores, source):
    """Scores with the rows of other TFs, where a TF with itself stays such a pair."""
    found, tfs = scores[source], dataset.tfs
    for i, other in enumerate(source):
        found[i, tfs[other]] = scores[other, tfs[i]]
        found[i, tfs[i]] = scores[other, tfs[other]]
    return found


def test_null_is_that_of_rows_exchanged_among_all_tfs_on_all_splits(busy, splits):
    dataset, _ = busy
    scores = np.round(np.random.default_rng(3).random(dataset.network.shape), 1)
    scores[np.arange(dataset.n_tfs), dataset.tfs] = 0
    line = place(busy, splits, scores, n=300)

    def mean(own):
        return np.mean([
            average_precision_score(dataset.network[split.unseen], own[split.unseen])
            for split in splits
        ])  # fmt: skip

    assert line["auprc"] == pytest.approx(mean(scores))
    # The same permutations, one by one.
    sources = np.tile(np.arange(dataset.n_tfs), (300, 1))
    sources = np.random.default_rng([*b"permutation"]).permuted(sources, axis=1)
    slow = np.array([mean(exchanged(dataset, scores, source)) for source in sources])
    assert line["null_mean"] == pytest.approx(slow.mean())
    assert line["null_sd"] == pytest.approx(slow.std(ddof=1))
    assert (line["low"], line["high"]) == pytest.approx((*np.quantile(slow, [0.025, 0.975]),))
    assert line["p"] == (1 + np.sum(slow >= line["auprc"] - 1e-12)) / 301


def test_its_mean_over_splits_spreads_less_than_one_split(busy, splits):
    scores = np.random.default_rng(4).random(busy[0].network.shape)
    whole, one = (place(busy, part, scores, n=200) for part in (splits, splits[:1]))
    assert whole["high"] - whole["low"] < 0.8 * (one["high"] - one["low"])


@pytest.mark.parametrize("itself", [0.0, 9.0], ids=["last", "first"])
def test_rows_in_a_random_order_are_rejected_as_often_as_the_level_says(busy, splits, itself):
    """Whatever they say of targets and of their own TF, however splits overlap."""
    dataset, _ = busy
    rng, n = np.random.default_rng(5), 120
    ps = []
    for _ in range(n):
        of_target = dataset.network.mean(axis=0)
        scores = of_target + rng.random((dataset.n_tfs, 1)) + rng.random(dataset.network.shape)
        scores[np.arange(dataset.n_tfs), dataset.tfs] = itself
        ps.append(place(busy, splits[:3], scores, n=39)["p"])
    for level in (0.05, 0.2):  # of 39 permutations, p can be just that
        rejected = int(np.sum(np.array(ps) <= level + 1e-9))
        assert stats.binomtest(rejected, n, level).pvalue > 0.001
    assert stats.kstest(ps, "uniform").pvalue > 0.001


def test_rows_that_know_their_tf_are_found_more_often_on_several_splits(busy, splits):
    dataset, _ = busy
    rng = np.random.default_rng(6)
    share = dataset.network.mean(axis=1, keepdims=True)
    found = []
    for _ in range(20):
        scores = share + rng.normal(0, 2 * share.std(), share.shape)
        scores = scores + rng.normal(0, 0.1, dataset.network.shape)
        found.append([place(busy, part, scores, n=99)["p"] for part in (splits, splits[:1])])
    together, alone = (np.array(found) <= 0.05).mean(axis=0)
    assert together > 0.5
    assert together > alone


def test_methods_with_labels_are_left_out(audited):
    table = audit.permutations(*audited)
    assert "One-hot LR" not in set(table["method"])
    assert {"Random", "DeepSEM", "InfoSEM-B"} <= set(table["method"])


@pytest.fixture
def places():
    """From `audit.placed`: of one method that can be told from the null, two that cannot."""
    ps = {"Random": 0.0005, "DeepSEM": 0.001, "InfoSEM-B": 0.04, "PIDC": 0.9}
    table = pd.DataFrame(
        {"network": "n", "dataset": "d", "method": method, "auprc": 0.2, "null_mean": 0.1,
         "null_sd": 0.02, "low": 0.06, "high": 0.14, "n_tfs": 20, "n_splits": 10, "p": p}
        for method, p in ps.items()
    )  # fmt: skip
    return audit.placed(table)


def test_q_is_the_false_discovery_rate_over_methods_and_data_sets(places):
    by_method = places.set_index("method")["q"]
    assert np.isnan(by_method["Random"])  # it is no hypothesis
    tested = by_method[["DeepSEM", "InfoSEM-B", "PIDC"]]
    assert tested.tolist() == pytest.approx([3 * 0.001, 3 * 0.04 / 2, 0.9])


def test_answer_names_who_can_be_told_from_the_null(places):
    assert audit.describe_placed(places) == (
        "n: of 3 pairs of method and data set, 2 have p < 0.05 and 1 a false discovery rate below "
        "0.05: DeepSEM on d (p 0.0010, q 0.0030)."
    )
    none = audit.describe_placed(places.assign(q=0.5))
    assert "0 a false discovery rate below 0.05: none." in none
