"""What wins which score, on scores that are planted to be good for one reason only."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from infosem.errors import InfosemError
from infosem_study.pages import audit
from infosem_study.pages.audit.block import Block
from infosem_study.pages.audit.permutation import permuted


def judged(busy, scores):
    """Pooled p, mean gain within TFs, mean of what needs the right TF, mean gain within targets."""
    dataset, split = busy
    scores = np.broadcast_to(scores, dataset.network.shape)
    block = Block(dataset, split)
    table = block.within_tfs(block.of(scores))
    p = permuted(dataset, [(split, scores)], n=199)["p"]
    own = audit.gain(table["auprc"], table["n_positive"], table["n_pairs"]).mean()
    _, of_targets = block.within_targets(block.of(scores))
    return p, own, (table["auprc"] - table["others"]).mean(), of_targets


def test_busy_tfs_win_the_pooled_score_alone(busy):
    dataset, _ = busy
    p, within, own, targets = judged(busy, dataset.network.mean(axis=1, keepdims=True))
    assert p < 0.03
    assert within == pytest.approx(0)
    assert own == pytest.approx(0)
    assert targets > 0.2


def test_busy_targets_do_not_win_where_the_tf_must_be_the_right_one(busy):
    dataset, _ = busy
    p, within, own, targets = judged(busy, dataset.network.mean(axis=0))
    assert p > 0.05  # exchanging equal rows changes nothing but for TFs with themselves
    assert within > 0.05
    assert own == pytest.approx(0)
    assert targets == pytest.approx(0)


def test_a_sum_of_both_does_not_win_there_either(busy):
    dataset, _ = busy
    of_tf, of_target = dataset.network.mean(axis=1, keepdims=True), dataset.network.mean(axis=0)
    p, within, own, targets = judged(busy, of_tf + of_target)
    assert (p < 0.03, within > 0.05, targets > 0.2) == (True, True, True)
    assert own == pytest.approx(0)


def test_knowing_pairs_wins_every_score(busy):
    dataset, _ = busy
    noise = np.random.default_rng(1).normal(0, 0.7, dataset.network.shape)
    p, *gains = judged(busy, dataset.network + noise)
    assert p == 1 / 200  # what there is counts as one of 200
    assert min(gains) > 0.1


def test_a_tf_with_itself_plays_no_part_within(busy):
    dataset, split = busy
    assert Block(dataset, split).itself.any()
    scores = np.random.default_rng(2).random(dataset.network.shape)
    other = scores.copy()
    other[np.arange(dataset.n_tfs), dataset.tfs] = 1e9
    (pooled, *first), (other_pooled, *second) = judged(busy, scores), judged(busy, other)
    assert first == second
    assert pooled != other_pooled


def test_tfs_with_few_of_one_class_are_left_out(busy):
    dataset, split = busy
    block = Block(dataset, split)
    for i, most in enumerate((False, True)):
        block.labels[i] = most
        others = np.flatnonzero(~block.itself[i])
        block.labels[i, others[:2]] = not most
    table = block.within_tfs(np.zeros(block.labels.shape))
    assert table["tf"].tolist() == dataset.tf_names[block.tfs][2:].tolist()
    block.labels[:] = False
    with pytest.raises(InfosemError, match="split 0: no unseen TF has 3 positives"):
        block.within_tfs(np.zeros(block.labels.shape))


@pytest.fixture
def scored():
    """Rows, and tables from `within` and `within_targets`: TF B has one split, A two."""
    gains = {("A", 0): 0.1, ("A", 1): 0.3, ("B", 0): 0.4}
    table = pd.DataFrame(
        {"network": "n", "dataset": "d", "method": method, "split": split, "tf": tf,
         "gain": gain + better, "specific": gain / 2}
        for method, better in (("DeepSEM", 0.0), ("InfoSEM-B", 0.2))
        for (tf, split), gain in gains.items()
        if (method, tf, split) != ("InfoSEM-B", "A", 1)
    )  # fmt: skip
    rows = pd.DataFrame(
        {"network": "n", "dataset": "d", "method": method, "split": split, "seed": seed,
         "unseen_base": 0.2, "unseen_auprc": auprc + (seed - 0.5)}  # which cancels
        for method in ("DeepSEM", "InfoSEM-B")
        for split, auprc in enumerate((0.2, 0.28, 0.36))
        for seed in range(2)
    )  # fmt: skip
    places = rows[rows["seed"] == 0].assign(
        n_targets=[5, 5, 0] * 2, target_gain=[0.1, 0.2, 0.0] * 2
    )
    return rows, table, places


def test_summary_averages_splits_of_a_tf_first_and_has_intervals_of_its_units(scored):
    summary = audit.within_summary(*scored)
    own = summary[summary["method"] == "DeepSEM"].set_index("measure")
    assert own["mean"].to_dict() == pytest.approx(
        {"within TFs": 0.3, "own TF": 0.15, "pooled": 0.1, "within targets": 0.15}
    )
    assert own["n"].to_dict() == {"within TFs": 2, "own TF": 2, "pooled": 3, "within targets": 2}
    half = stats.t.ppf(0.975, 2) * stats.sem([0.0, 0.1, 0.2])
    pooled = own.loc["pooled", ["low", "high"]].tolist()
    assert pooled == pytest.approx([0.1 - half, 0.1 + half])
    half = stats.t.ppf(0.975, 1) * stats.sem([0.2, 0.4])
    ends = own.loc["within TFs", ["low", "high"]].tolist()
    assert ends == pytest.approx([0.3 - half, 0.3 + half])


def test_table_has_an_interval_where_there_are_several_units(scored):
    rows, table, places = scored
    one_split = rows[rows["split"] == 1], table[table["tf"] == "B"], places[places["split"] == 1]
    alone = audit.within_summary(*one_split)
    assert audit.format_within(alone, "pooled").loc[("n", "DeepSEM"), "d"] == "+0.100"
    assert audit.format_within(alone, "own TF").loc[("n", "DeepSEM"), "d"] == "+0.200"
    whole = audit.format_within(audit.within_summary(*scored), "within TFs")
    assert whole.loc[("n", "DeepSEM"), "d"] == "+0.300 [-0.971, +1.571]"


def test_methods_are_compared_on_the_splits_of_a_tf_that_both_have(scored):
    _, table, _ = scored
    (line,) = audit.paired_within(table, "InfoSEM-B", "DeepSEM").to_dict("records")
    assert line["difference"] == pytest.approx(0.2)
    assert (line["low"], line["high"]) == pytest.approx((0.2, 0.2))
    assert line["n_tfs"] == 2
    assert not len(audit.paired_within(table, "InfoSEM-B", "PIDC"))


def test_answer_names_who_is_above_chance_by_each_measure():
    lows = {"pooled": 0.1, "within TFs": -0.1, "own TF": 0.000001, "within targets": 0.1}
    summary = pd.DataFrame(
        {"network": "n", "dataset": dataset, "method": method, "measure": measure,
         "mean": low + 0.1 + better + 0.01 * (dataset == "e"), "low": low, "high": 1.0}
        for method, better in (("Random", 0.5), ("DeepSEM", 0.1), ("PIDC", 0.0))
        for dataset in ("d", "e")
        for measure, low in lows.items()
    )  # fmt: skip
    summary.loc[(summary["method"] == "PIDC") & (summary["dataset"] == "e"), "low"] = -1.0
    assert audit.describe_within(summary).splitlines() == [
        "n, where the 95% interval lies above 0 (data sets):",
        "  pooled, 3 of 4: DeepSEM (d, e), PIDC (d)",
        "  within TFs, 0 of 4: none",
        "  own TF, 0 of 4: none",  # what is stored is rounded
        "  within targets, 3 of 4: DeepSEM (d, e), PIDC (d)",
        "  The highest gain that needs the TF to be the right one: +0.210, DeepSEM on e.",
    ]
