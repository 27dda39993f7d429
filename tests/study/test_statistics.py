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
    reverse = statistics.paired(rows, "DeepSEM", "InfoSEM-B").query("metric == 'AUPRC'").iloc[0]
    assert reverse["verdict"] == "worse"
    same = statistics.paired(rows, "InfoSEM-B", "DeepSEM").query("metric == 'Hit@1%'").iloc[0]
    assert same["verdict"] == "no difference shown"


def test_one_split_is_paired_and_shows_no_difference(rows):
    few = rows[(rows["method"] == "DeepSEM") | (rows["split"] < 1)]
    line = statistics.paired(few, "InfoSEM-B", "DeepSEM").query("metric == 'AUPRC'").iloc[0]
    assert (line["n_splits"], line["verdict"]) == (1, "no difference shown")
    assert (line["low"], line["high"]) == (-np.inf, np.inf)


def test_the_interval_of_a_mean_is_student_s():
    values = pd.Series([0.1, 0.4, 0.2, 0.5])
    mean, low, high = statistics.confidence_interval(values)
    expected = stats.t.interval(0.95, 3, loc=values.mean(), scale=values.sem())
    assert mean == values.mean()
    assert (low, high) == pytest.approx(expected)


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


def test_fewer_splits_than_others_are_told():
    n_splits = pd.Series([10, 3, 1, np.nan])
    assert statistics.format_fewer_splits(n_splits) == ["", ", 3 splits", ", 1 split", ""]
