"""The statistics of the audit, on scores that are planted to be good for one reason only."""

import re
from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from infosem import make_split, simulate
from infosem.errors import InfosemError
from infosem_study import Runner, Store
from infosem_study.pages import audit
from infosem_study.pages.audit.block import Block, within_tfs
from infosem_study.pages.audit.permutation import permuted
from infosem_study.pages.audit.split_designs import designs
from infosem_study.scheduling import STORED_ONLY

METHODS = ["Random", "Random TF constant", "One-hot LR", "Pearson correlation", "DeepSEM",
           "InfoSEM-B"]  # fmt: skip


@pytest.fixture(scope="module")
def busy():
    """A network of TFs with very different numbers of targets, and one of its splits."""
    rng = np.random.default_rng(0)
    dataset = simulate(32, 168)
    share = rng.uniform(0.05, 0.8, (32, 1)) * rng.uniform(0.3, 1, 200)
    network = rng.random(share.shape) < share
    network[np.arange(32), dataset.tfs] = False
    dataset = replace(dataset, network=network)
    return dataset, make_split(dataset, seed=0)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A ledger with runs on the synthetic data, its rows, and all tables beside it."""
    store = Store(tmp_path_factory.mktemp("ledger"))
    rows = audit.results(
        store,
        datasets=["synthetic"],
        methods=dict.fromkeys(audit.METHODS_OF, METHODS),
        splits=range(2),
        runner=Runner(n_jobs=1),
    )
    audit.fill(store, rows)
    return store, rows


def judged(busy, scores):
    """Pooled p, mean gain within TFs, mean of what needs the right TF, mean gain within targets."""
    dataset, split = busy
    scores = np.broadcast_to(scores, dataset.network.shape)
    block = Block(dataset, split)
    table = within_tfs(block, block.of(scores))
    line = permuted(dataset, split, scores, n=199)
    own = audit.gain(table["auprc"], table["n_positive"], table["n_pairs"]).mean()
    return line["p"], own, (table["auprc"] - table["others"]).mean(), line["target_gain"]


# --- measures -------------------------------------------------------------------------------------


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


def test_a_share_does_not_move_the_limits_of_the_gain():
    table = audit.measures([0.1, 0.5])
    assert table["AUROC"].nunique() == 1
    assert table["gain (at most)"].str.endswith("(1)").all()


# --- what wins which score ------------------------------------------------------------------------


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
    assert p == 1  # exchanging equal rows changes nothing
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
    assert p < 0.03
    assert min(gains) > 0.1


def test_a_tf_with_itself_plays_no_part_within(busy):
    dataset, _ = busy
    scores = np.random.default_rng(2).random(dataset.network.shape)
    other = scores.copy()
    other[np.arange(dataset.n_tfs), dataset.tfs] = -1e9
    first, second = judged(busy, scores)[1:2], judged(busy, other)[1:2]
    assert first == second


def test_permutation_null_is_that_of_exchanged_rows(busy):
    dataset, split = busy
    scores = np.round(np.random.default_rng(3).random(dataset.network.shape), 1)
    line = permuted(dataset, split, scores, n=400)
    pairs = split.unseen
    assert line["auprc"] == pytest.approx(
        average_precision_score(dataset.network[pairs], scores[pairs])
    )
    unseen = np.flatnonzero(pairs.any(axis=1))
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


# --- designs and variance -------------------------------------------------------------------------


def test_folds_of_one_division_have_less_error_than_as_many_random_blocks(busy):
    dataset, _ = busy
    scores = np.random.default_rng(6).random(dataset.network.shape)
    table = designs(dataset, scores, n=100).set_index(["design", "n_blocks"])["sd"]
    assert table["folds", 16] < table["random", 16]
    assert table["random", 16] < table["random", 4]


def test_components_of_planted_variance_come_back():
    rng = np.random.default_rng(7)
    table = 0.3 + rng.normal(0, 0.05, (300, 1)) + rng.normal(0, 0.1, 30)
    table = table + rng.normal(0, 0.02, table.shape)
    rows = pd.DataFrame(
        [
            {"network": "n", "dataset": "d", "method": "m", "split": s, "seed": r,
             "unseen_auprc": table[s, r]}
            for s in range(300) for r in range(30)
        ]
    )  # fmt: skip
    (line,) = audit.components(rows).to_dict("records")
    assert line["sd_split"] == pytest.approx(0.05, rel=0.15)
    assert line["sd_seed"] == pytest.approx(0.1, rel=0.4)
    assert line["sd_rest"] == pytest.approx(0.02, rel=0.1)
    assert not len(audit.components(rows[rows["seed"] == 0]))


def test_components_of_tfs_come_back_with_unequal_numbers():
    rng = np.random.default_rng(8)
    lines = [
        {"network": "n", "dataset": "d", "method": "m", "tf": str(tf), "gain": mean + noise}
        for tf, mean in enumerate(rng.normal(0, 0.2, 400))
        for noise in rng.normal(0, 0.1, 1 + tf % 3)
    ]
    (line,) = audit.tf_components(pd.DataFrame(lines)).to_dict("records")
    assert line["sd_tf"] == pytest.approx(0.2, rel=0.15)
    assert line["sd_rest"] == pytest.approx(0.1, rel=0.15)


# --- beside the ledger ----------------------------------------------------------------------------

TABLES = (audit.nulls, audit.shortcuts, audit.permutations, audit.within, audit.folds)


def test_stored_tables_are_read_and_not_made_again(finished):
    store, rows = finished
    nulls, shortcuts, placed, inside, folds = (
        table(store, rows, runner=STORED_ONLY) for table in TABLES
    )
    assert set(nulls["block"]) == {"0", "1", "0 1"}
    assert len(shortcuts) == 2 * 6 * 2 * 2
    assert len(placed) == 2 * len(METHODS)
    assert len(folds) == 2 * 5
    merged = rows[rows["seed"] == 0].merge(placed, on=["method", "split"])
    np.testing.assert_allclose(merged["unseen_auprc"], merged["auprc"], atol=1e-5)
    constant = inside[inside["method"].isin(["Random TF constant", "One-hot LR"])]
    np.testing.assert_allclose(constant[["gain", "specific"]], 0, atol=1e-5)


def test_null_of_more_splits_is_computed(finished):
    store, rows = finished
    one = audit.nulls(store, rows[rows["split"] == 1])
    assert set(one["block"]) == {"1"}


def test_without_random_there_is_nowhere_to_keep_nulls(finished):
    store, rows = finished
    with pytest.raises(InfosemError, match="none of Random"):
        audit.nulls(store, rows[rows["method"] == "DeepSEM"])


def test_noise_lies_above_the_share_of_positives_and_constants_higher(finished):
    whole = audit.nulls(*finished).query("block == '0 1' and measure == 'AUPRC'")
    by_kind = whole.set_index("kind")
    assert by_kind.loc["noise", "mean"] > by_kind.loc["one constant", "mean"]
    assert by_kind.loc["TF constant", "sd"] > by_kind.loc["noise", "sd"]
    assert by_kind.loc["one constant", "sd"] == pytest.approx(0)


def test_every_table_figure_and_answer_can_be_made(finished):
    nulls, shortcuts, places, inside, folds = (table(*finished) for table in TABLES)
    _, rows = finished
    placed = audit.placed(places)
    assert placed["q"].isna().sum() == 2
    assert (placed["p"] >= places.groupby("method")["p"].min().min()).all()
    summary = audit.within_summary(rows, inside, places)
    assert set(summary["measure"]) == {"pooled", "within TFs", "own TF", "within targets"}
    power = audit.power(rows, inside, places)
    assert power["n_splits"].item() == 2
    short = audit.shortcut_table(shortcuts)
    labelled = short[short["sign"] == "by training edges"]
    assert len(labelled) == 13
    for text in (
        audit.describe_nulls(nulls), audit.describe_placed(placed),
        audit.describe_shortcuts(short, rows),
        audit.describe_within(summary), audit.describe_power(power), audit.describe_folds(folds),
        audit.describe_components(audit.components(rows)),
    ):  # fmt: skip
        assert len(text) > 40
        assert "nan" not in text
    for table in (audit.null_table(nulls), audit.format_within(summary, "own TF")):
        assert list(table.columns) == ["synthetic"]
    for figure in (
        audit.nulls_figure(nulls, "planted"), audit.placed_figure(placed, "planted"),
        audit.shortcuts_figure(short, nulls, "planted"),
        audit.within_figure(summary, "planted"), audit.designs_figure(folds),
    ):  # fmt: skip
        assert figure.axes


def test_power_says_what_the_paper_s_difference_takes():
    lines = [
        {"network": "cell-type-specific", "dataset": "hESC", "method": method, "seed": 0,
         "split": split, "unseen_auprc": 0.3 + (method == "InfoSEM-B") * (0.066 + wobble)}
        for split, wobble in enumerate([-0.1, 0.1] * 5)
        for method in ("DeepSEM", "InfoSEM-B")
    ]  # fmt: skip
    rows = pd.DataFrame(lines)
    inside = rows.assign(tf="A", gain=0.1)
    inside = pd.concat([inside, inside.assign(tf="B", gain=0.2)])
    table = audit.power(rows, inside, rows.assign(n_tfs=8))
    (line,) = table.to_dict("records")
    sd = np.std([-0.1, 0.1] * 5, ddof=1)
    assert line["splits"] == np.ceil((2.8016 * sd / line["paper"]) ** 2)
    assert (line["tfs"], line["of_tfs"]) == (8 * line["splits"], 32)
    assert "hESC" in audit.describe_power(table)


def test_pair_aware_prior_is_set_against_each_rival_within_the_same_tfs() -> None:
    ahead = {"InfoSEM-B": 0.1, "DeepSEM": -0.1, "InfoSEM-B (pairs), permuted": 0.1}
    lines = [
        {"network": "n", "dataset": "d", "tf": f"TF{i}", "split": 0, "method": method,
         "gain": 0.2, "specific": 0.01 * i - lead}
        for method, lead in {"InfoSEM-B (pairs)": 0.0, **ahead}.items()
        for i in range(5)
    ]  # fmt: skip
    table = audit.pair_differences(pd.DataFrame(lines)).set_index(["measure", "against"])
    for rival, lead in ahead.items():
        assert table.loc[("own TF", rival), "difference"] == pytest.approx(lead)
        assert table.loc[("within TFs", rival), "difference"] == pytest.approx(0)
    said = audit.describe_pair_differences(table.reset_index())
    assert "against InfoSEM-B: better on d, worse on none, of 1 data sets" in said
    assert "against DeepSEM: better on none, worse on d" in said
    assert said.endswith("its own control on: none.")
    better = table.reset_index().assign(low=0.1)
    assert audit.describe_pair_differences(better).endswith("its own control on: n d.")


def test_pair_aware_prior_and_its_control_are_told_apart() -> None:
    names = ["DeepSEM", "InfoSEM-B", "InfoSEM-B (pairs)", "PIDC"]
    controls = ["none", "expression shuffled", "embeddings permuted"]
    rows = pd.DataFrame(
        [{"method": name, "control": control} for name in names for control in controls]
    )
    assert audit.pair_rows(rows).to_numpy().tolist() == [
        ["DeepSEM", "none"],
        ["InfoSEM-B", "none"],
        ["InfoSEM-B (pairs)", "none"],
        ["InfoSEM-B (pairs), permuted", "embeddings permuted"],
    ]


def test_what_is_stored_beside_the_ledger_has_six_digits(finished):
    for table in TABLES:
        table(*finished)
    texts = [path.read_text() for path in finished[0].root.rglob("*.csv")]
    assert len(texts) == len(TABLES)
    assert not [found for text in texts for found in re.findall(r",-?\d\.\d{8,}", text)]
