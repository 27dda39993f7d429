"""Controls: an input is taken from a method, and what its gain becomes."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from infosem_study import Runner, Store, studies
from infosem_study.pages import audit
from infosem_study.scheduling import Rehearsal


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    store = Store(tmp_path_factory.mktemp("ledger"))
    return studies.controls(
        store,
        datasets=["synthetic"],
        taken={
            "expression shuffled": ["Partial correlation"],
            "labels shuffled within TFs": ["One-hot LR", "MatComp"],
            "labels shuffled": ["One-hot LR", "MatComp"],
        },
        splits=range(4),
        runner=Runner(n_jobs=1),
    )


def test_each_control_is_a_run_of_its_own(rows: pd.DataFrame) -> None:
    found = rows.groupby("method")["control"].agg(lambda names: [*dict.fromkeys(names)])
    assert found["Partial correlation"] == ["none", "expression shuffled"]
    labels = ["none", "labels shuffled within TFs", "labels shuffled"]
    assert found["One-hot LR"] == found["MatComp"] == labels
    assert rows.groupby(["method", "control"])["key"].unique().explode().is_unique


def test_a_slow_method_has_the_same_few_splits_with_and_without_its_labels(tmp_path) -> None:
    rows = studies.controls(
        Store(tmp_path),
        datasets=["hESC"],
        taken={"labels shuffled": ["One-hot LR", "InfoSEM-BC"]},
        runner=Rehearsal(),
    )
    splits = rows.groupby(["method", "control"])["split"].agg(list)
    for control in ("none", "labels shuffled"):
        assert splits["One-hot LR", control] == [*range(10)]
        assert splits["InfoSEM-BC", control] == [0, 1, 2]


def test_what_a_method_knows_is_lost_with_its_input(rows: pd.DataFrame) -> None:
    left = audit.left_of_gain(rows).set_index(["method", "control"])
    assert left.loc[("Partial correlation", "none"), "low"] > 0
    assert left.loc[("Partial correlation", "expression shuffled"), "low"] > 0
    seen = audit.left_of_gain(rows, "seen").set_index(["method", "control"])["gain"]
    assert abs(seen["One-hot LR", "labels shuffled"]) < 0.1


def test_methods_are_judged_on_the_test_that_they_can_pass(rows: pd.DataFrame) -> None:
    left = audit.left_by_test(rows)
    assert left.groupby("method", sort=False)["test"].unique().map(list).to_dict() == {
        "Partial correlation": ["unseen"], "One-hot LR": ["seen"], "MatComp": ["seen"]
    }  # fmt: skip
    of_labels = rows[rows["method"] != "Partial correlation"]
    seen = audit.left_of_gain(of_labels, "seen")
    own = left[left["test"] == "seen"].drop(columns="test").reset_index(drop=True)
    pd.testing.assert_frame_equal(own, seen)


def test_gain_and_loss_are_paired_by_split() -> None:
    rng = np.random.default_rng(0)
    means = {"none": 0.3, "expression shuffled": 0.1, "no expression": 0.3}
    gains = {name: mean + rng.normal(0, 0.03, (3, 2)) for name, mean in means.items()}
    lines = [
        {"dataset": "d", "method": "m", "control": control, "seed": seed, "split": split,
         "unseen_base": 0.1 * split, "unseen_auprc": 0.1 * split + gain[split, seed]}
        for control, gain in gains.items()
        for split in range(3)
        for seed in range(2)
    ]  # fmt: skip
    left = audit.left_of_gain(pd.DataFrame(lines)).set_index("control")
    by_split = {control: gain.mean(axis=1) for control, gain in gains.items()}
    for control, own in by_split.items():
        lost = by_split["none"] - own
        line = left.loc[control]
        assert line["gain"] == pytest.approx(own.mean())
        assert line["sem"] == pytest.approx(stats.sem(own))
        assert line["lost"] == pytest.approx(lost.mean())
        assert line["n_splits"] == 3
        interval = stats.ttest_1samp(own if control == "none" else lost, 0).confidence_interval()
        assert line[["low", "high"]].tolist() == pytest.approx([*interval])
    answer = audit.describe_controls(left.reset_index())
    assert "1 of 1 pairs" in answer
    assert "expression shuffled: takes some of the gain in 1 of 1" in answer
    share = gains["expression shuffled"].mean() / gains["none"].mean()
    assert f"of their summed gain {share:.0%} is left" in answer
    assert "no expression: takes some of the gain in 0 of 1" in answer
    text = audit.format_left_of_gain(left.reset_index())
    assert text["d"].str.endswith("*").tolist() == [True, True, False]
