"""Ensembles of training seeds: what is averaged, what is stored, what is shown."""

import numpy as np
import pandas as pd
import pytest

from infosem import InfosemError, metrics
from infosem_study import Runner, Store, ensembles
from infosem_study.comparison import compare
from infosem_study.execution import scores_of
from infosem_study.scheduling import STORED_ONLY


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, pd.DataFrame]:
    store = Store(tmp_path_factory.mktemp("ledger"))
    rows = compare(
        store, datasets=["synthetic"], methods=["One-hot LR", "DeepSEM", "InfoSEM-BC"],
        splits=range(2), seeds=[0, 1, 2], epochs=2, runner=Runner(n_jobs=1),
    )  # fmt: skip
    return store, rows


@pytest.fixture(scope="module")
def found(finished: tuple[Store, pd.DataFrame]) -> pd.DataFrame:
    return ensembles.ensembles(*finished, runner=Runner(n_jobs=1))


def test_deep_methods_get_every_seed_and_others_the_first(finished):
    seeds = finished[1].groupby("method")["seed"].nunique()
    assert dict(seeds) == {"One-hot LR": 1, "DeepSEM": 3, "InfoSEM-BC": 3}


def test_an_ensemble_has_the_metrics_of_the_mean_score(finished, found):
    store, rows = finished
    for method in ("DeepSEM", "InfoSEM-BC"):
        seeds = rows[(rows["method"] == method) & (rows["split"] == 1)].to_dict("records")
        dataset, split, _ = scores_of(store, seeds[0])
        mean = sum(scores_of(store, run)[2] for run in seeds) / 3
        expected = metrics.evaluate(mean, dataset.network, split)
        (line,) = found[(found["method"] == method) & (found["split"] == 1)].to_dict("records")
        assert (line["n_seeds"], line["seed"]) == (3, 0)
        for name, value in expected.items():
            assert line[name] == pytest.approx(value, rel=1e-5)


def test_what_is_stored_is_not_computed_again(finished, found):
    pd.testing.assert_frame_equal(ensembles.ensembles(*finished, runner=STORED_ONLY), found)


def test_the_file_tells_ensembles_of_other_seeds_apart(finished, found):
    stored = pd.read_csv(finished[0].root / "ensembles" / "planted" / "synthetic.csv")
    whole = stored["method"].str.contains("ensemble of 3")
    assert set(stored["method"][whole]) == {
        f"{method}, ensemble of 3 ({key})"
        for method, key in zip(found["method"], found["key"], strict=True)
    }


def test_ensembles_of_other_seeds_stand_side_by_side(finished, found):
    store, rows = finished
    here = Runner(n_jobs=1)
    fewer = ensembles.ensembles(store, rows[rows["seed"] < 2], runner=here)
    assert set(fewer["method"]) == {"DeepSEM", "InfoSEM-BC"}
    assert (fewer["n_seeds"] == 2).all()
    # As many, but not the same.
    others = ensembles.ensembles(store, rows[rows["seed"] > 0], runner=here)
    assert list(others["method"]) == list(fewer["method"])
    assert not set(others["key"]) & set(fewer["key"])
    assert (others["unseen_auprc"] != fewer["unseen_auprc"]).any()
    pd.testing.assert_frame_equal(ensembles.ensembles(*finished, runner=STORED_ONLY), found)


def test_one_seed_makes_no_ensemble(finished):
    store, rows = finished
    with pytest.raises(InfosemError, match="several training seeds"):
        ensembles.ensembles(store, rows[rows["seed"] == 0])


def test_beside_single_runs():
    where = {"network": "planted", "dataset": "d", "method": "M"}
    single = {(0, 0): 0.1, (0, 1): 0.3, (1, 0): 0.2, (1, 1): 0.2}
    rows = pd.DataFrame(
        [{**where, "split": k, "seed": s, "unseen_auprc": v} for (k, s), v in single.items()]
    )
    together = pd.DataFrame(
        [{**where, "n_seeds": 2, "split": k, "seed": 0, "unseen_auprc": v}
         for k, v in ((0, 0.3), (1, 0.4))]
    )  # fmt: skip
    # "first" is that of the smallest seed, in whatever order the rows come
    table = ensembles.compared(rows[::-1], together, {"unseen_auprc": "AUPRC"})
    (line,) = table.to_dict("records")
    # by seed: .15 and .25; by split: .2 and .2, so that the ensemble gains .1 and .2
    wanted = {"first": 0.15, "lowest": 0.15, "highest": 0.25, "single": 0.2, "sem": 0.0}
    wanted |= {"ensemble": 0.35, "gain": 0.15, "n_seeds": 2, "n_splits": 2}
    wanted |= {"seed_sd": np.sqrt(0.005), "ensemble_sem": 0.05}
    for name, value in wanted.items():
        assert line[name] == pytest.approx(value), name
    half = 12.7062 * 0.05  # Student's t with one degree of freedom
    assert (line["low"], line["high"]) == pytest.approx((0.15 - half, 0.15 + half), rel=1e-4)
    (text,) = ensembles.format_compared(table).to_dict("records")
    assert text["mean of seeds (s.e.)"] == "0.200 (0.000)"
    assert text["lowest to highest"] == "0.150 to 0.250"


def test_differences_are_of_ensembles_and_of_the_first_seed():
    # On each split: three seeds of A and two of B, of which the first is 1; C has one only.
    single = {"A": [0.5, 0.1, 0.1], "B": [0.2, 0.2], "C": [0.3]}
    rows = pd.DataFrame(
        [{"dataset": "d", "method": name, "seed": 1 + i, "split": split, "unseen_auprc": value,
          "unseen_hit": value}
         for name, values in single.items() for i, value in enumerate(values) for split in range(3)]
    )  # fmt: skip
    found = pd.DataFrame(
        [{"dataset": "d", "method": name, "n_seeds": n, "seed": 1, "split": split,
          "unseen_auprc": value, "unseen_hit": value}
         for name, n, value in (("A", 3, 0.4), ("B", 2, 0.6), ("B", 3, 0.9))
         for split in range(3)]
    )  # fmt: skip
    table = ensembles.format_differences(rows, found, "B")
    auprc = table[table["metric"] == "AUPRC"].set_index(["method", "against"])["difference"]
    assert auprc.str.partition(" ")[0].to_dict() == {
        ("A, ensemble of 3", "B, ensemble of 2"): "-0.200",
        ("A, one seed", "B, one seed"): "+0.300",
        ("C, one seed", "B, one seed"): "+0.100",
    }


def test_one_method_has_no_difference(finished, found):
    alone = finished[1].query("method == 'DeepSEM'")
    assert not len(ensembles.format_differences(alone, found, "DeepSEM"))


def test_in_words():
    gains = {"low": [0.01, -0.3], "high": [0.03, -0.1], "gain": [0.02, -0.2]}
    seeds = {"lowest": [0.1, 0.2], "highest": [0.2, 0.25], "sem": [0.04, 0.06]}
    text = ensembles.describe_compared(pd.DataFrame({"metric": "AUPRC", **gains, **seeds}))
    assert "seed lie 0.050 to 0.100 apart" in text and "splits is 0.040 to 0.060" in text
    assert "-0.090 on average, from -0.200 to +0.020" in text
    assert "above 0 in 1, below 0 in 1 of 2 cases" in text
