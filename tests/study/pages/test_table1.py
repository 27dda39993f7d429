"""The percentages that follow from Table 1, and its means beside constants."""

import numpy as np
import pandas as pd
import pytest

from infosem_study.pages import table1


@pytest.fixture
def rows():
    """Two methods, three splits, two seeds on one data set."""
    rng = np.random.default_rng(0)
    lines = [
        {
            "dataset": "hESC", "method": method, "seed": seed, "split": split,
            "unseen_auprc": 0.3 + shift + 0.1 * split + 0.01 * rng.normal(),
            "unseen_hit": 0.5, "embedding": "BioBERT" if shift else None,
            "alpha": 1.0, "key": f"{method}{seed}",
            "seconds": 2.0, "peak_mib": 300.0,
        }
        for method, shift in (("DeepSEM", 0.0), ("InfoSEM-B", 0.2))
        for seed in (0, 1)
        for split in (0, 1, 2)
    ]  # fmt: skip
    return pd.DataFrame(lines)


@pytest.fixture
def both_networks(rows):
    """InfoSEM-B at a multiple of DeepSEM, on two data sets and both kinds of networks."""
    old = rows[rows["method"] == "DeepSEM"]
    rng = np.random.default_rng(1)
    parts = []
    for network, dataset, factor in (
        ("cell-type-specific", "hESC", 1.1),
        ("cell-type-specific", "mDC", 1.5),
        ("non-cell-type-specific", "hESC", 2.0),
    ):
        where = {"network": network, "dataset": dataset}
        noise = 1 + 0.01 * rng.normal(size=len(old))
        auprc, hit = factor * old["unseen_auprc"] * noise, factor * old["unseen_hit"] / noise
        better = old.assign(method="InfoSEM-B", unseen_auprc=auprc, unseen_hit=hit)
        parts += [old.assign(**where), better.assign(**where)]
    return pd.concat(parts, ignore_index=True)


def test_percentages_of_the_paper_follow_from_its_tables_but_for_one(both_networks):
    table = table1.format_percentages(table1.percentages(both_networks))
    assert table["paper"].tolist() == ["25%", "52%", "31%", "66%", "38.5%", "11.1%"]
    assert table["follows"].tolist() == ["yes"] * 5 + ["no"]
    recomputed = [float(text.partition("%")[0]) for text in table["from its tables"]]
    assert recomputed[:4] == pytest.approx([25, 52, 31, 66], abs=0.5)
    assert recomputed[4:] == pytest.approx([38.5, 7.4], abs=0.11)


def test_our_percentages_are_means_over_data_sets_and_networks(both_networks):
    table = table1.format_percentages(table1.percentages(both_networks))
    ours = [float(text.partition("%")[0]) for text in table["ours"][[0, 1, 4]]]
    assert ours == pytest.approx([30, 100, 53.3], abs=1.0)
    assert table["on"].tolist() == ["2 of 4", "1 of 4", "0 of 4", "0 of 4", "3 of 8", "0 of 8"]
    assert table["verdict"][[0, 1, 2]].tolist() == ["shown", "shown", "cannot be tested"]
    one_split = both_networks[both_networks["split"] == 0]
    assert table1.percentages(one_split)["verdict"][0] == "undecided"
    assert table1.percentages(both_networks.assign(dataset="synthetic")).empty


def test_jackknife_error_of_a_mean_of_ratios_to_a_constant_is_that_of_the_mean(rows):
    # Where DeepSEM is the same on all splits the gain is linear in InfoSEM-B.
    level = np.where(rows["method"] == "DeepSEM", 0.2, rows["unseen_auprc"])
    gain = table1._gain(rows.assign(unseen_auprc=level, unseen_hit=level), "InfoSEM-B", "DeepSEM")
    by_split = rows[rows["method"] == "InfoSEM-B"].groupby("split")["unseen_auprc"].mean() / 0.2
    assert (gain.mean, gain.sem, gain.n) == pytest.approx((by_split.mean() - 1, by_split.sem(), 3))


def test_the_paper_s_own_numbers_are_held_against_the_constants():
    """Of the paper's nine AUPRCs on hESC those of InfoSEM-B and -BC, 0.331, are the highest."""
    lines = [
        {"method": name, "dataset": "hESC", "metric": "AUPRC", "p": p, "splits": n_splits,
         "low": 0.1, "high": high, "verdict": verdict}
        for name, p, n_splits, high, verdict in (
            ("scGREAT", 0.5, 3, 0.2, "no difference shown"),
            ("DeepSEM", 0.001, 10, 0.3, "better"),
            ("GENIE3", 0.04, 10, 0.3, "no difference shown"),
        )
    ]  # fmt: skip
    first, second = table1.describe_beyond_constant(pd.DataFrame(lines)).splitlines()
    assert first == (
        "Of 3 means, 2 have a p below 0.05, and 1 a false discovery rate below 0.05. "
        "Passing: DeepSEM on hESC (AUPRC)."
    )
    assert "own 9 means by AUPRC" in second
    assert "2 lie above the 95% band of these orders (InfoSEM-B on hESC, InfoSEM-BC" in second
    assert second.endswith("and 0 below it.")
    means = pd.DataFrame(
        {"method": method, "dataset": "mean", "metric": "AUPRC", "p": p, "q": np.nan, "splits": 10,
         "low": 0.1, "high": 0.3, "verdict": verdict}
        for method, p, verdict in (
            ("DeepSEM", 0.01, "better"), ("GENIE3", 0.03, "no difference shown"),
            ("PIDC", 0.2, "no difference shown"),
        )
    )  # fmt: skip
    told = table1.describe_beyond_constant(pd.concat([pd.DataFrame(lines), means])).splitlines()
    assert told[0] == first and told[2] == second
    assert told[1] == (
        "In the mean of the data sets by AUPRC, above the 95% band of these orders: "
        "DeepSEM (p 0.010). Just within it: GENIE3 (p 0.030)."
    )
