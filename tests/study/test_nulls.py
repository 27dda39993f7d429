"""Random constants per TF: what they get, and that the test against them keeps its level."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from infosem import metrics
from infosem.errors import InfosemError
from infosem.splits import make_split
from infosem_study import Runner, Store, nulls
from infosem_study.baselines.tf_constant import tf_constant
from infosem_study.comparison import compare
from infosem_study.pages.audit.measures import average_precisions
from infosem_study.scheduling import STORED_ONLY

N_SPLITS = 10


# --- what constants get ---------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_counts_give_what_the_metrics_give_of_the_scores(data):
    counts = data.draw(
        st.lists(
            st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
            min_size=1, max_size=8,
        ).filter(lambda counts: 0 < sum(hits for _, hits in counts) < sum(n for n, _ in counts))
    )  # fmt: skip
    order = data.draw(st.permutations(range(len(counts))))
    labels = np.concatenate([np.arange(n) < hits for n, hits in counts])
    scores = np.concatenate(
        [np.full(n, place) for (n, _), place in zip(counts, order, strict=True)]
    )
    n_pairs, n_positive = zip(*counts, strict=True)
    found = nulls.measures(np.array([order]), n_pairs, n_positive, broken=True)
    assert found["AUPRC"][0] == pytest.approx(metrics.auprc(labels, scores), abs=1e-12)
    assert found["Hit@1%"][0] == pytest.approx(metrics.hit_at(labels, scores), abs=1e-12)
    broken = average_precisions(labels, scores, broken=True)
    assert found[nulls.BROKEN][0] == pytest.approx(float(broken), abs=1e-12)


@pytest.fixture(scope="module")
def blocks(busy):
    """A data set, overlapping splits of it, and their counts."""
    dataset, _ = busy
    splits = [make_split(dataset, seed=seed) for seed in range(N_SPLITS)]
    counts = [nulls.count_tfs(dataset, split).assign(split=split.seed) for split in splits]
    return dataset, splits, pd.concat(counts).assign(network="n", dataset="d")


def test_counts_are_those_of_the_two_tests(blocks):
    dataset, splits, counts = blocks
    for test in ("seen", "unseen"):
        own = counts[(counts["split"] == 3) & (counts["test"] == test)]
        pairs = getattr(splits[3], test)
        assert own["n_pairs"].sum() == pairs.sum()
        assert own["n_positive"].sum() == dataset.network[pairs].sum()
        assert own["tf"].tolist() == dataset.tf_names[pairs.any(axis=1)].tolist()


def test_a_draw_is_one_order_of_the_tfs_on_all_splits(blocks):
    dataset, splits, counts = blocks
    drawn = nulls.draws(counts)
    scores = nulls.constants("d", dataset.tf_names)
    for column in (0, 7):
        constant = np.repeat(scores[column][:, np.newaxis], dataset.n_genes, axis=1)
        for split in (splits[0], splits[4]):
            expected = metrics.evaluate(constant, dataset.network, split)
            for test in ("seen", "unseen"):
                own = drawn.loc["n", "d", test, :, split.seed][column]
                assert own["AUPRC"] == pytest.approx(expected[f"{test}_auprc"])
                assert own["Hit@1%"] == pytest.approx(expected[f"{test}_hit"])


def test_constants_of_a_tf_do_not_depend_on_the_others():
    both = nulls.constants("d", ["A", "B"], 5)
    np.testing.assert_array_equal(nulls.constants("d", ["B"], 5)[:, 0], both[:, 1])
    assert len(np.unique(np.append(both, nulls.constants("e", ["A", "B"], 5)))) == 20


def test_the_band_is_of_the_mean_over_splits(blocks):
    _, _, counts = blocks
    band = nulls.bands(counts[counts["test"] == "unseen"]).set_index("metric").loc["AUPRC"]
    means = nulls.draws(counts, broken=True).loc["n", "d", "unseen", nulls.BROKEN].mean(axis=0)
    assert band["mean"] == pytest.approx(means.mean())
    assert np.mean(means < band["low"]) == pytest.approx(0.025, abs=1e-3)
    assert np.mean(means > band["high"]) == pytest.approx(0.025, abs=1e-3)
    assert len(means) == nulls.N_DRAWS


def test_it_is_that_of_the_method_of_the_ledger(blocks):
    """Whose draws are others, from the same distribution."""
    dataset, splits, counts = blocks
    means = nulls.draws(counts).loc["n", "d", "unseen", "AUPRC"].mean(axis=0)
    others = [
        np.mean([
            metrics.evaluate(tf_constant(dataset, None, seed=seed), dataset.network, split)[
                "unseen_auprc"
            ]
            for split in splits
        ])
        for seed in range(20)
    ]  # fmt: skip
    assert stats.ks_2samp(means, others).pvalue > 0.001


# --- counts beside the ledger ---------------------------------------------------------------------


def test_counts_are_kept_and_serve_without_data(tmp_path, monkeypatch):
    store = Store(tmp_path)
    rows = compare(
        store, datasets=["synthetic"], methods=["Pearson correlation"], splits=range(3),
        runner=Runner(n_jobs=1),
    )  # fmt: skip
    with pytest.raises(InfosemError, match="no result of Random"):
        nulls.tf_counts(store, rows, runner=STORED_ONLY)
    counts = nulls.tf_counts(store, rows, runner=Runner(n_jobs=1))
    assert sorted(counts["split"].unique()) == [0, 1, 2]
    (path,) = (tmp_path / "tf-counts").rglob("*.csv")
    assert path.relative_to(tmp_path).as_posix() == "tf-counts/planted/synthetic.csv"
    monkeypatch.setattr(nulls, "scores_of", lambda *_: pytest.fail("looked at the data"))
    few = nulls.tf_counts(Store(tmp_path), rows[rows["split"] == 1], runner=STORED_ONLY)
    pd.testing.assert_frame_equal(few, counts[counts["split"] == 1].reset_index(drop=True))
    some = nulls.draws(few).sort_index()
    assert some.equals(nulls.draws(counts).loc[some.index])


# --- the test -------------------------------------------------------------------------------------


def rows_of(values, **names):
    """Rows as of `compare`: `values` by split, of AUPRC and Hit@1%."""
    return pd.DataFrame(
        {"network": "n", "dataset": "d", "seed": 0, "split": split, "unseen_auprc": auprc,
         "unseen_hit": hit, **names}
        for split, (auprc, hit) in enumerate(values)
    )  # fmt: skip


def judged(blocks, scores, **names):
    """Rows of scores, as of a method."""
    dataset, splits, _ = blocks
    scores = np.broadcast_to(scores, dataset.network.shape)
    found = [metrics.evaluate(scores, dataset.network, split) for split in splits]
    return rows_of([(one["unseen_auprc"], one["unseen_hit"]) for one in found], **names)


def test_an_order_that_is_drawn_at_random_is_rejected_as_often_as_the_level_says(blocks):
    """However much the splits overlap; an interval over them would reject more often."""
    _, _, counts = blocks
    n, unseen = 400, counts[counts["test"] == "unseen"]
    tfs, place = np.unique(unseen["tf"], return_inverse=True)
    orders = np.random.default_rng(0).random((n, len(tfs)))
    by_split = [
        nulls.measures(orders[:, part["place"]], part["n_pairs"], part["n_positive"], broken=True)
        for _, part in unseen.assign(place=place).groupby("split")
    ]
    rows = pd.concat(
        rows_of([(one[nulls.BROKEN][i], one["Hit@1%"][i]) for one in by_split], method=f"m{i}")
        for i in range(n)
    )
    table = nulls.beyond_constant(rows, counts)
    for _, own in table.groupby("metric"):
        for level in (0.01, 0.05, 0.2):
            rejected = int((own["p"] <= level).sum())
            assert stats.binomtest(rejected, n, level).pvalue > 0.001
        assert stats.kstest(own["p"], "uniform").pvalue > 0.001
        assert (own["verdict"] == "better").sum() <= 1
    # Constants lie above the share of positives on average, and a lucky one on all splits.
    auprc = rows.pivot(index="method", columns="split", values="unseen_auprc")
    null = nulls.draws(unseen, broken=True).loc["n", "d", "unseen", nulls.BROKEN].mean().mean()
    over_splits = stats.ttest_1samp(auprc, null, axis=1, alternative="greater").pvalue
    assert np.mean(over_splits < 0.05) > 0.07


def test_an_order_that_knows_who_is_busy_is_found(blocks):
    dataset, _, counts = blocks
    share = dataset.network.mean(axis=1, keepdims=True)
    rng = np.random.default_rng(1)
    rough = [share + rng.normal(0, share.std(), share.shape) for _ in range(10)]
    rows = [judged(blocks, scores, method=f"rough {i}") for i, scores in enumerate(rough)]
    noise = [judged(blocks, rng.random(share.shape), method=f"noise {i}") for i in range(10)]
    best = judged(blocks, share, method="shares")
    table = nulls.beyond_constant(pd.concat([*rows, *noise, best]), counts)
    table = table[table["metric"] == "AUPRC"].set_index("method")
    assert table.loc["shares", ["p", "verdict"]].tolist() == [1 / 2001, "better"]
    found = table["verdict"] == "better"
    assert found[table.index.str.startswith("rough")].mean() > 0.6
    assert found[table.index.str.startswith("noise")].sum() <= 1


def test_means_are_over_seeds_first_and_the_null_is_on_the_splits_of_the_method(blocks):
    dataset, _, counts = blocks
    whole = judged(blocks, dataset.network.mean(axis=0), method="m")
    few = whole[whole["split"] < 3]
    two = pd.concat([few, few[few["split"] == 0].assign(seed=1, unseen_auprc=0.5)])
    (line,) = nulls.beyond_constant(two, counts).query("metric == 'AUPRC'").to_dict("records")
    values = few["unseen_auprc"].to_numpy()
    assert line["splits"] == 3
    assert line["mean"] == pytest.approx(np.mean([(values[0] + 0.5) / 2, *values[1:]]))
    null = nulls.draws(counts, broken=True).loc["n", "d", "unseen", nulls.BROKEN]
    null = null.loc[[0, 1, 2]].mean(axis=0)
    assert line["null mean"] == pytest.approx(null.mean())
    assert [line["low"], line["high"]] == pytest.approx(np.quantile(null, [0.025, 0.975]).tolist())
    assert line["p"] == pytest.approx((1 + (null >= line["mean"]).sum()) / 2001)


def test_what_is_rounded_in_the_ledger_is_reached_by_its_own_draw():
    assert nulls.place_among(0.5, [0.4, 0.5, 0.6]) == 3 / 4
    assert nulls.place_among(0.5000004, [0.4, 0.5, 0.6], 1e-6) == 3 / 4
    assert nulls.place_among(0.7, [0.4, 0.5, 0.6]) == 1 / 4


def test_the_false_discovery_rate_is_over_all_methods_and_data_sets_of_a_metric(blocks):
    _, _, counts = blocks
    both = pd.concat([counts, counts.assign(dataset="e")])
    levels = {"m": 0.9, "o": 0.45, "Random": 0.9, "Random TF constant": 0.9}
    rows = pd.concat(
        rows_of([(level, 0.0)] * N_SPLITS, method=method).assign(dataset=dataset)
        for method, level in levels.items()
        for dataset in ("d", "e")
    )
    table = nulls.beyond_constant(rows, both)
    assert set(table["method"]) == {"m", "o"}
    assert table.columns.tolist() == [
        "method", "dataset", "metric", "splits", "mean", "null mean", "low", "high", "p", "q",
        "verdict",
    ]  # fmt: skip
    means = table[table["dataset"] == nulls.MEAN]
    assert len(means) == 4 and means["q"].isna().all()
    table = table[table["dataset"] != nulls.MEAN]
    auprc = table[table["metric"] == "AUPRC"]
    assert auprc["q"].tolist() == stats.false_discovery_control(auprc["p"]).tolist()
    assert (table.loc[table["metric"] == "Hit@1%", "q"] == 1).all()
    assert set(auprc.loc[auprc["method"] == "m", "verdict"]) == {"better"}


def test_the_mean_of_data_sets_stands_among_means_of_draws(blocks):
    _, _, counts = blocks
    both = pd.concat([counts, counts.assign(dataset="e")])
    rows = pd.concat(rows_of([(0.5, 0.1)] * N_SPLITS, method="m").assign(dataset=d) for d in "de")
    table = nulls.beyond_constant(rows, both).query("metric == 'AUPRC'").set_index("dataset")
    draws = nulls.draws(both, broken=True).xs(nulls.BROKEN, level="metric").loc["n"]
    null = np.mean([draws.loc[d, "unseen"].to_numpy().mean(axis=0) for d in "de"], axis=0)
    line = table.loc[nulls.MEAN]
    assert [line["low"], line["high"]] == pytest.approx(np.quantile(null, [0.025, 0.975]).tolist())
    assert line["p"] == pytest.approx((1 + (null >= 0.5).sum()) / (1 + nulls.N_DRAWS))
    # Two data sets have a narrower band than one.
    assert line["high"] - line["low"] < 0.85 * (table.loc["d", "high"] - table.loc["d", "low"])


def test_one_tf_has_one_order():
    found = nulls.measures(nulls.constants("d", ["A"], 3), [10], [4])
    assert found["AUPRC"].tolist() == found["Hit@1%"].tolist() == pytest.approx([0.4] * 3)
