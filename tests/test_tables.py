import numpy as np
import pandas as pd
import pytest
from scipy import stats

from infosem import tables


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


def test_summary_averages_seeds_first_and_errs_over_splits(rows):
    line = tables.summarise(rows).query("method == 'DeepSEM' and metric == 'unseen_auprc'").iloc[0]
    values = rows[rows["method"] == "DeepSEM"].pivot(
        index="split", columns="seed", values="unseen_auprc"
    )
    by_split, by_seed = values.mean(axis=1), values.mean(axis=0)
    assert line["mean"] == pytest.approx(values.to_numpy().mean())
    assert line["sem"] == pytest.approx(by_split.std(ddof=1) / np.sqrt(3))
    assert line["seed_sd"] == pytest.approx(by_seed.std(ddof=1))
    assert (line["n_splits"], line["n_seeds"]) == (3, 2)


def test_paper_stands_beside_ours(rows):
    compared = tables.beside_paper(rows)
    line = compared.query("method == 'DeepSEM' and metric == 'AUPRC'").iloc[0]
    assert (line["paper"], line["paper_sem"]) == (0.265, 0.032)
    assert line["difference"] == pytest.approx(line["mean"] - 0.265)
    table = tables.wide(compared, "AUPRC")
    assert table.loc["DeepSEM", ("hESC (BioBERT)", "paper")] == "0.265 (0.032)"
    ours = table.loc["DeepSEM", ("hESC (BioBERT)", "ours")]
    assert ours == f"{line['mean']:.3f} ({line['sem']:.3f})"
    difference = table.loc["DeepSEM", ("hESC (BioBERT)", "difference")]
    assert difference == f"{line['difference']:+.3f}"
    assert table.loc["scGREAT", ("hESC (BioBERT)", "ours")] == "not run"


def test_what_the_paper_does_not_have_stays_empty(rows):
    own = rows[rows["method"] == "InfoSEM-B"].assign(dataset="synthetic", method="InfoSEM-B (bias)")
    table = tables.wide(tables.beside_paper(own), "AUPRC")
    assert table.loc["InfoSEM-B (bias)", ("synthetic (BioBERT)", "paper")] == "-"
    assert tables.verdicts(own).empty


def test_paired_interval_is_that_of_the_t_test(rows):
    line = tables.paired(rows, "InfoSEM-B", "DeepSEM").query("metric == 'AUPRC'").iloc[0]
    by_split = rows.groupby(["method", "split"])["unseen_auprc"].mean().unstack("method")
    test = stats.ttest_rel(by_split["InfoSEM-B"], by_split["DeepSEM"])
    low, high = test.confidence_interval(0.95)
    assert (line["low"], line["high"]) == (pytest.approx(low), pytest.approx(high))
    assert (line["wins"], line["n_splits"], line["verdict"]) == (3, 3, "better")
    reverse = tables.paired(rows, "DeepSEM", "InfoSEM-B").query("metric == 'AUPRC'").iloc[0]
    assert reverse["verdict"] == "worse"
    same = tables.paired(rows, "InfoSEM-B", "DeepSEM").query("metric == 'Hit@1%'").iloc[0]
    assert same["verdict"] == "no difference shown"


def test_verdicts_count_the_data_sets_on_which_a_claim_holds(rows):
    other = rows.assign(dataset="mDC")
    # On the second data set the methods change places.
    other["method"] = other["method"].map({"DeepSEM": "InfoSEM-B", "InfoSEM-B": "DeepSEM"})
    claim = "claim == 'InfoSEM-B improves upon DeepSEM' and metric == 'AUPRC'"
    for data, verdict, holds in (
        (rows, "reproduced", "hESC"),
        (other, "not reproduced", "none"),
        (pd.concat([rows, other]), "partly", "hESC"),
    ):
        line = tables.verdicts(data).query(claim).iloc[0]
        assert (line["verdict"], line["holds on"]) == (verdict, holds)


def test_costs_and_traces_name_each_run_once(rows):
    costs = tables.costs(rows).set_index("method")
    assert costs.loc["DeepSEM", "runs"] == 2
    assert costs.loc["DeepSEM", "alpha (splits)"] == "1 (3)"
    keys = tables.traced(rows).set_index("method").iloc[:, -1]
    assert keys["DeepSEM"] == "DeepSEM0 DeepSEM1"


def test_method_is_placed_among_draws_of_the_constant(rows):
    rng = np.random.default_rng(1)
    # 30 draws that agree on all splits: an interval over splits would call each one certain.
    draws = pd.concat(
        rows[(rows["method"] == "DeepSEM") & (rows["seed"] == 0)].assign(
            method="Random TF constant", seed=seed, unseen_auprc=0.4 + 0.1 * rng.normal()
        )
        for seed in range(30)
    )
    null = draws.groupby("seed")["unseen_auprc"].mean()
    placed = tables.beyond_constant(pd.concat([rows, draws])).query("metric == 'AUPRC'")
    placed = placed.set_index("method")
    for method in ("DeepSEM", "InfoSEM-B"):
        mean = rows[rows["method"] == method]["unseen_auprc"].mean()
        p = (1 + (null >= mean).sum()) / 31
        assert placed.loc[method, "p"] == pytest.approx(p, abs=5e-4)
        assert placed.loc[method, "verdict"] == ("better" if p < 0.05 else "no difference shown")


def test_claim_counts_only_where_the_paper_makes_it(rows):
    """The paper's DeepSEM is ahead of Random on hESC, and behind it on mESC."""
    ahead = rows.replace({"method": {"InfoSEM-B": "DeepSEM", "DeepSEM": "Random"}})
    table = tables.verdicts(pd.concat([ahead, ahead.assign(dataset="mESC")]))
    line = table.query("claim == 'DeepSEM beats chance' and metric == 'AUPRC'").iloc[0]
    assert (line["claimed on"], line["verdict"]) == ("hESC", "reproduced")
