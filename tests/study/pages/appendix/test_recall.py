"""Recall at a threshold of 0.5, and what it is worth."""

import numpy as np
import pandas as pd
import pytest

from infosem import make_split
from infosem_study import Runner, Store, execution
from infosem_study.comparison import compare
from infosem_study.execution import scores_of
from infosem_study.methods import METHODS
from infosem_study.pages.appendix import recall
from infosem_study.scheduling import STORED_ONLY

MIN_MAX, Z_SCORE, RANK = (
    f"{name}, test pairs" for name in ("min-max", "logistic of z-score", "rank")
)


def at_half(dataset, scores, conversion=None):
    table = recall.recall_at_half(dataset, make_split(dataset, seed=0), scores)
    table = table.set_index("conversion")[["recall", "passing"]]
    return table if conversion is None else tuple(table.loc[conversion])


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A ledger with two methods on the synthetic data, and its rows."""
    store = Store(tmp_path_factory.mktemp("ledger"))
    methods = ["Random", "Random TF constant", "One-hot LR"]
    rows = compare(
        store, datasets=["synthetic"], methods=methods, splits=range(2), runner=Runner(n_jobs=1)
    )
    return store, rows


@pytest.fixture
def found():
    """Recalls of two methods on hESC under two conversions, on three splits."""
    lines = [
        {
            "dataset": "hESC", "key": method, "method": method, "split": split, "seed": 0,
            "conversion": conversion, "recall": level + 0.1 * split, "passing": level - 0.05,
            "beyond": 0.05 + 0.1 * split, "embedding": None,
        }
        for method, level in (("DeepSEM", 0.0), ("InfoSEM-B", 0.1))
        for conversion in ("one", "two")
        for split in range(3 if method == "DeepSEM" else 2)
    ]  # fmt: skip
    table = pd.DataFrame(lines)
    table.loc[table["conversion"] == "two", "recall"] += 0.5
    return table


# --- from scores ----------------------------------------------------------------------------------


def test_each_conversion_passes_the_pairs_that_it_says(synthetic):
    split = make_split(synthetic, seed=0)
    scores = np.zeros(synthetic.network.shape)
    n = split.unseen.sum()
    scores[split.unseen] = np.arange(n) ** 2  # max n^2: half of it at 0.71 n, the mean at 0.58 n
    scores[tuple(np.argwhere(split.train)[0])] = 10 * n**2  # one pair elsewhere
    passing = at_half(synthetic, scores)["passing"]
    assert passing[RANK] == pytest.approx(0.5, abs=1 / n)
    assert passing[MIN_MAX] == pytest.approx(1 - 0.5**0.5, abs=2 / n)
    assert passing[Z_SCORE] == pytest.approx(1 - 3**-0.5, abs=2 / n)
    assert passing["min-max, all pairs"] == 0
    assert passing["rank, all pairs"] > 1 - 2 / n  # most others are 0
    assert passing["the score as it is"] == (n - 1) / n


def test_the_network_itself_is_recalled_and_its_opposite_is_not(synthetic):
    share = synthetic.network[make_split(synthetic, seed=0).unseen].mean()
    for conversion in (MIN_MAX, Z_SCORE, "the score as it is"):
        assert at_half(synthetic, synthetic.network * 1.0, conversion) == (1, share)
        assert at_half(synthetic, 1.0 - synthetic.network, conversion) == (0, 1 - share)


def test_constant_scores_get_what_they_let_pass(synthetic):
    for value in (0.0, 0.3):
        table = at_half(synthetic, np.full(synthetic.network.shape, value))
        assert (table["recall"] == table["passing"]).all()
        # They are at 1/2 of all that come with them, which passes.
        assert table.loc[[Z_SCORE, RANK, MIN_MAX], "passing"].tolist() == [1, 1, 0]


def test_noise_recalls_the_share_that_it_lets_pass(synthetic):
    rng = np.random.default_rng(0)
    tables = [at_half(synthetic, rng.random(synthetic.network.shape) ** 3) for _ in range(300)]
    mean = sum(tables) / len(tables)
    np.testing.assert_allclose(mean["recall"], mean["passing"], atol=0.03)


# --- of runs --------------------------------------------------------------------------------------


def test_recalls_are_made_once_and_follow_the_scores(finished):
    store, rows = finished
    methods = ["One-hot LR", "Random"]
    made = recall.recalls(store, rows, methods, runner=Runner(n_jobs=1))
    assert len(made) == len(methods) * 2 * len(recall.CONVERSIONS)
    assert (made["seed"] == 0).all()  # Random has more
    for method in methods:
        run = rows[(rows["method"] == method) & (rows["seed"] == 0) & (rows["split"] == 1)].iloc[0]
        dataset, split, scores = scores_of(store, run)
        own = made[(made["method"] == method) & (made["split"] == 1)].reset_index()
        expected = recall.recall_at_half(dataset, split, scores)
        pd.testing.assert_frame_equal(own[[*expected]], expected, rtol=1e-5)
    np.testing.assert_allclose(made["beyond"], made["recall"] - made["passing"])
    again = recall.recalls(store, rows, methods, runner=STORED_ONLY)
    pd.testing.assert_frame_equal(again, made)


def test_what_serves_several_splits_is_run_once(finished, monkeypatch):
    store, rows = finished
    executed, execute = [], execution.execute

    def counted(job, *rest, **options):
        executed.append((job.method.name, job.splits))
        return execute(job, *rest, **options)

    monkeypatch.setattr(execution, "execute", counted)
    monkeypatch.delenv("INFOSEM_SCORES", raising=False)
    recall.recalls(
        Store(store.root), rows, ["Random TF constant", "One-hot LR"],
        runner=Runner(n_jobs=1, recompute=True),
    )  # fmt: skip
    assert executed == [("Random TF constant", (0,)), ("One-hot LR", (0,)), ("One-hot LR", (1,))]


# --- tables ---------------------------------------------------------------------------------------


def test_the_paper_s_recall_stands_beside_ours(found):
    table = recall.compared(found).set_index(["conversion", "method"])
    line = table.loc[("one", "InfoSEM-B")]
    assert (line["paper"], line["paper_sem"]) == (0.19, 0.09)
    assert line["mean"] == pytest.approx(0.15)
    assert line["difference"] == pytest.approx(0.15 - 0.19)
    assert (line["passing"], line["beyond"]) == pytest.approx((0.05, 0.1))
    assert np.isnan(table.loc[("one", "InfoSEM-BC"), "mean"])
    text = recall.format_compared(table.reset_index())["hESC"]
    assert text.loc[("the paper: not told", "InfoSEM-BC")].tolist() == ["0.22 (0.09)", "-", "-"]
    assert text.loc[("one", "InfoSEM-B"), "recall"] == "0.15 (0.05), 2 splits"
    assert text.loc[("one", "InfoSEM-B"), "beyond"] == "+0.10 (0.05)"
    assert text.loc[("two", "InfoSEM-BC")].tolist() == ["-", "-", "-"]


def test_conversions_are_ordered_by_their_distance_from_the_paper(found):
    table = recall.conversions(recall.compared(found))
    assert table["conversion"].tolist() == ["one", "zero everywhere", "two"]
    one, zero, two = table.to_dict("records")
    assert one["recall"] == pytest.approx((0.1 + 0.15) / 2)
    assert one["from the paper"] == pytest.approx((0.0 + 0.04) / 2)
    assert zero["from the paper"] == pytest.approx((0.10 + 0.19) / 2)
    assert (one["within errors"], two["within errors"]) == ("2 of 2", "0 of 2")
    assert one["InfoSEM-B ahead by recall"] == "1 of 1"
    assert one["by what is beyond"] == "0 of 1"  # 0.1 and 0.15


def test_other_data_sets_than_the_paper_s_have_a_table_without_it(found):
    table = recall.compared(found.assign(dataset="synthetic"))
    assert table["paper"].isna().all()
    assert recall.conversions(table)["from the paper"].isna().all()
    assert "the paper: not told" not in recall.format_compared(table).index
    assert set(recall.TABLE6_METHODS) <= set(METHODS)
