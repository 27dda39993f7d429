"""What scores without information get."""

import shutil

import numpy as np
import pandas as pd
import pytest

from infosem.errors import InfosemError
from infosem_study import Store, nulls
from infosem_study.pages import audit
from infosem_study.pages.audit.luck import mean_over_splits


def test_noise_lies_above_the_share_of_positives_and_constants_spread_wider(audited):
    whole = mean_over_splits(audit.nulls(*audited)).query("measure == 'AUPRC'")
    by_kind = whole.set_index("kind")
    assert by_kind.loc["noise", "mean"] > by_kind.loc["one constant", "mean"]
    assert by_kind.loc["TF constant", "sd"] > by_kind.loc["noise", "sd"]
    assert by_kind.loc["one constant", "sd"] == pytest.approx(0)


def test_one_constant_has_the_share_of_positives_and_with_ties_broken_what_noise_has(audited):
    _, rows = audited
    table = audit.nulls(*audited)
    shares = rows[rows["method"] == "Random"].drop_duplicates("split").set_index("split")
    constant = table[table["kind"] == "one constant"].set_index(["block", "measure"])
    noise = table[table["kind"] == "noise"].set_index(["block", "measure"])
    for split, share in shares["unseen_base"].items():
        block = str(split)
        assert constant.loc[(block, "AUPRC"), "mean"] == pytest.approx(share, abs=1e-5)
        at_chance = constant.loc[(block, "AUPRC, ties broken"), "mean"]
        low, high = noise.loc[(block, "AUPRC"), ["low", "high"]]
        assert low < at_chance < high
        error = noise.loc[(block, "AUPRC"), "sd"] / 200**0.5
        assert noise.loc[(block, "AUPRC"), "mean"] == pytest.approx(at_chance, abs=4 * error)


def test_a_block_is_a_split_or_all_of_them_and_draws_do_not_depend_on_the_others(audited, tmp_path):
    store, rows = audited
    both = audit.nulls(store, rows)
    assert both.groupby("block")["n_splits"].unique().map(list).to_dict() == {
        "0": [1], "1": [1], "0 1": [2]
    }  # fmt: skip
    assert set(mean_over_splits(both)["block"]) == {"0 1"}
    alone = Store(shutil.copytree(store.root, tmp_path / "ledger"))
    one = audit.nulls(alone, rows[rows["split"] == 1])
    assert set(one["block"]) == {"1"}
    values = ["kind", "measure", "mean", "sd", "low", "median", "high"]
    same = both.loc[both["block"] == "1", values].reset_index(drop=True)
    pd.testing.assert_frame_equal(one[values], same)


def test_constants_of_tfs_are_those_of_the_whole_book(audited):
    store, rows = audited
    own = mean_over_splits(audit.nulls(store, rows)).query("kind == 'TF constant'")
    assert (own["n_draws"] == nulls.N_DRAWS).all()
    bands = nulls.bands(nulls.tf_counts(store, rows)).query("test == 'unseen'")
    own = own[own["measure"] != "AUPRC"].replace({"measure": {nulls.BROKEN: "AUPRC"}})  # no ties
    both = own.merge(bands, left_on="measure", right_on="metric", suffixes=("", "_there"))
    assert set(both["metric"]) == {"AUPRC", "Hit@1%"}
    for column in ("mean", "sd", "low", "median", "high"):
        np.testing.assert_allclose(both[column], both[f"{column}_there"])
    others = audit.nulls(store, rows).query("kind != 'TF constant'")
    assert (others["n_draws"] == 200).all()


def test_without_random_there_is_nowhere_to_keep_nulls(audited):
    store, rows = audited
    with pytest.raises(InfosemError, match="none of Random"):
        audit.nulls(store, rows[rows["method"] == "DeepSEM"])


@pytest.fixture
def planted():
    """Numbers that are easy to read, for all splits, and others for a single one."""
    means = {"one constant": 0.2, "noise": 0.21, "TF constant": 0.25, "target constant": 0.22,
             "sum": 0.24}  # fmt: skip
    lines = [
        {"network": "n", "dataset": "d", "block": block, "n_splits": n_splits, "kind": kind,
         "measure": measure, "n_draws": 200, "mean": mean + more + shift, "sd": sd,
         "low": mean + more - sd, "median": mean + more, "high": mean + more + sd}
        for block, n_splits, shift in (("0", 1, 0.5), ("0 1", 2, 0.0))
        for kind, mean in means.items()
        for measure, more in (("AUPRC", 0.0), ("AUPRC, ties broken", -0.01), ("Hit@1%", 0.1))
        for sd in [0.0 if kind == "one constant" else 0.04 if kind == "TF constant" else 0.02]
    ]  # fmt: skip
    return pd.DataFrame(lines)


def test_table_shows_the_mean_over_splits_with_its_range(planted):
    table = audit.format_nulls(planted)["d"]
    assert table["n", "one constant", 200, "AUPRC"] == "0.200"
    assert table["n", "TF constant", 200, "AUPRC"] == "0.250 [0.210, 0.290]"
    assert table["n", "TF constant", 200, "AUPRC, ties broken"] == "0.240 [0.200, 0.280]"
    assert ("n", "noise", 200, "AUPRC, ties broken") not in table.index


def test_answer_sets_luck_against_the_share_of_positives(planted):
    assert audit.describe_nulls(planted).splitlines() == [
        "n, AUPRC beyond the share of positives:",
        "  noise, mean: d +0.010",
        "  TF constant, mean: d +0.050",
        "  TF constant, the highest 2.5% of draws: d +0.090",
        "  target constant, the highest 2.5% of draws: d +0.040",
        "  what breaking ties adds to the mean of TF constants: d -0.010",
        "  the range of TF constants is wider than that of noise: d 2.0 times",
    ]
