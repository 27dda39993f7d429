import numpy as np
import pandas as pd
import pytest
from scipy import stats

from infosem_study import statistics


@pytest.fixture
def rows():
    """Two methods, three splits, two seeds on one data set."""
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {"dataset": "hESC", "method": method, "seed": seed, "split": split, "unseen_hit": 0.5,
         "unseen_auprc": 0.3 + shift + 0.1 * split + 0.01 * rng.normal()}
        for method, shift in (("DeepSEM", 0.0), ("InfoSEM-B", 0.2))
        for seed in (0, 1)
        for split in (0, 1, 2)
    )  # fmt: skip


def test_summary_averages_seeds_first_and_errs_over_splits(rows):
    summary = statistics.summarise(rows)
    line = summary.query("method == 'DeepSEM' and metric == 'unseen_auprc'").iloc[0]
    values = rows[rows["method"] == "DeepSEM"].pivot(
        index="split", columns="seed", values="unseen_auprc"
    )
    by_split, by_seed = values.mean(axis=1), values.mean(axis=0)
    assert line["mean"] == pytest.approx(values.to_numpy().mean())
    assert line["sem"] == pytest.approx(by_split.std(ddof=1) / np.sqrt(3))
    assert line["seed_sd"] == pytest.approx(by_seed.std(ddof=1))
    assert (line["n_splits"], line["n_seeds"]) == (3, 2)


def test_paired_interval_is_that_of_the_t_test(rows):
    line = statistics.paired(rows, "InfoSEM-B", "DeepSEM").query("metric == 'AUPRC'").iloc[0]
    by_split = rows.groupby(["method", "split"])["unseen_auprc"].mean().unstack("method")
    test = stats.ttest_rel(by_split["InfoSEM-B"], by_split["DeepSEM"])
    low, high = test.confidence_interval(0.95)
    assert (line["low"], line["high"]) == (pytest.approx(low), pytest.approx(high))
    assert (line["wins"], line["n_splits"], line["verdict"]) == (3, 3, "better")
    assert (line["smallest"], line["seeds"]) == (pytest.approx((high - low) / 2), "2")
    reverse = statistics.paired(rows, "DeepSEM", "InfoSEM-B").query("metric == 'AUPRC'").iloc[0]
    assert reverse["verdict"] == "worse"
    same = statistics.paired(rows, "InfoSEM-B", "DeepSEM").query("metric == 'Hit@1%'").iloc[0]
    assert same["verdict"] == "no difference shown"


def test_one_split_is_paired_and_shows_no_difference(rows):
    few = rows[(rows["method"] == "DeepSEM") | (rows["split"] < 1)]
    line = statistics.paired(few, "InfoSEM-B", "DeepSEM").query("metric == 'AUPRC'").iloc[0]
    assert (line["n_splits"], line["verdict"]) == (1, "no difference shown")
    assert (line["low"], line["high"], line["smallest"]) == (-np.inf, np.inf, np.inf)


def test_the_interval_of_a_mean_is_student_s():
    values = pd.Series([0.1, 0.4, 0.2, 0.5])
    found = statistics.estimate([*values, np.nan])
    expected = stats.t.interval(0.95, 3, loc=values.mean(), scale=values.sem())
    assert (found.mean, found.n) == (pytest.approx(values.mean()), 4)
    assert (found.low, found.high) == pytest.approx(expected)
    assert found.sem == pytest.approx(values.sem())
    assert found.smallest == pytest.approx(expected[1] - values.mean())


def test_one_value_has_no_interval_and_equal_ones_a_point():
    assert statistics.estimate([0.3])[:3] == (0.3, -np.inf, np.inf)
    assert statistics.estimate([0.25, 0.25, 0.25])[:4] == (0.25, 0.25, 0.25, 0.0)
    nothing = statistics.estimate([np.nan])
    assert np.isnan(nothing.mean) and (nothing.n, nothing.smallest) == (0, np.inf)


def test_data_sets_are_taken_together_as_by_welch():
    rng = np.random.default_rng(0)
    values = rng.normal(0.3, 0.1, 6), rng.normal(0.2, 0.4, 4)
    found = statistics.combine(map(statistics.estimate, values))
    test = stats.ttest_ind(values[0], -values[1], equal_var=False)  # of their sum
    assert found.mean == pytest.approx((values[0].mean() + values[1].mean()) / 2)
    assert (found.low, found.high) == pytest.approx(np.array(test.confidence_interval()) / 2)
    assert found.n == 4
    apart = statistics.combine(map(statistics.estimate, values), [1, -1])
    test = stats.ttest_ind(*values, equal_var=False)
    assert (apart.low, apart.high) == pytest.approx(tuple(test.confidence_interval()))


def test_what_has_no_error_leaves_the_mean_without_an_interval():
    exact, alone = statistics.estimate([0.2, 0.2]), statistics.estimate([0.4])
    assert statistics.combine([exact, alone])[:3] == (pytest.approx(0.3), -np.inf, np.inf)
    assert statistics.combine([exact, exact])[:3] == (0.2, 0.2, 0.2)
    assert np.isnan(statistics.combine([]).mean)
    known = statistics.from_error(0.1, 0.05, 10, np.inf)  # by the normal distribution
    assert statistics.combine([known]).high == pytest.approx(0.1 + 1.96 * 0.05, abs=1e-4)


def test_seeds_are_counted_where_there_is_training():
    rows = pd.DataFrame({"method": ["DeepSEM"] * 3 + ["Random"] * 2, "seed": [0, 1, 2, 0, 1]})
    assert statistics.seeds_of(rows) == "3"
    assert statistics.seeds_of(rows[rows["method"] == "Random"]) == "-"
    more = pd.DataFrame({"method": ["InfoSEM-B"], "seed": [0]})
    assert statistics.seeds_of(pd.concat([rows, more])) == "1 to 3"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((0.1234, 0.0567), "0.123 (0.057)"),
        ((0.1234, np.nan), "0.123"),
        ((np.nan, np.nan, "not run"), "not run"),
        ((0.1234, 0.0567, "-", "+.2f"), "+0.12 (0.06)"),
        ((0.1234, 0.0567, "-", ".0%"), "12% (6%)"),
    ],
)
def test_a_number_is_printed_with_its_error(arguments, text):
    assert statistics.format_number(*arguments) == text


def test_an_interval_is_printed_with_its_mean():
    assert statistics.format_interval(0.1, -0.05, 0.25) == "+0.100 [-0.050, +0.250]"
    assert statistics.format_interval(0.1, -0.05, 0.25, ".3f") == "0.100 [-0.050, +0.250]"
    assert statistics.format_interval(np.nan, np.nan, np.nan) == "-"
    # The side of an end decides what is shown.
    assert statistics.format_interval(0.1, -0.0003, 0.25) == "+0.100 [-0.0003, +0.250]"
    assert statistics.format_interval(0.0, 0.0, 1e-17) == "+0.000 [+0.000, +0.000]"


def test_fewer_splits_than_others_are_told():
    n_splits = pd.Series([10, 3, 1, np.nan])
    assert statistics.format_fewer_splits(n_splits) == ["", ", 3 splits", ", 1 split", ""]


def test_bootstrap_of_normal_values_is_about_students_interval():
    rng = np.random.default_rng(0)
    assert statistics.bootstrap([[0.1, 0.3]]) == statistics.estimate([0.1, 0.3])
    for n in (12, 20, 80):
        values = rng.normal(0.1, 0.5, size=n)
        found, expected = statistics.bootstrap([values]), statistics.estimate(values)
        assert found.mean == pytest.approx(expected.mean)
        assert found.n == n
        for end in ("low", "high"):
            distance = getattr(found, end) - getattr(expected, end)
            assert abs(distance) < 0.2 * expected.smallest, (n, end)


def test_bootstrap_is_as_skewed_as_the_values():
    found = statistics.bootstrap([np.random.default_rng(0).gamma(0.3, size=40)])
    assert found.high - found.mean > 1.15 * (found.mean - found.low)


def test_bootstrap_of_data_sets_is_that_of_their_mean():
    rng = np.random.default_rng(0)
    parts = [rng.normal(shift, 0.2, size=n) for shift, n in ((0.1, 30), (0.5, 60))]
    found = statistics.bootstrap([*parts, [np.nan]])
    expected = statistics.combine(map(statistics.estimate, parts))
    assert found.mean == pytest.approx(expected.mean) == pytest.approx(0.3, abs=0.1)
    assert found.smallest == pytest.approx(expected.smallest, rel=0.1)


def test_bootstrap_covers_what_it_should():
    rng = np.random.default_rng(1)
    found = [statistics.bootstrap([rng.gamma(1.0, size=20)], 400) for _ in range(300)]
    missed = np.mean([not one.low < 1 < one.high for one in found])
    assert 0.02 < missed < 0.11


def test_bootstrap_of_nothing_or_one_value_has_no_interval():
    assert np.isnan(statistics.bootstrap([]).mean)
    one = statistics.bootstrap([[0.2], [np.nan]])
    assert (one.mean, one.low, one.high, one.n) == (0.2, -np.inf, np.inf, 1)
    same = statistics.bootstrap([[0.2, 0.2, 0.2]])
    assert (same.low, same.high) == pytest.approx((0.2, 0.2))
