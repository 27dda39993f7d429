import numpy as np
import pandas as pd
import pytest

from infosem_study import statistics, tables


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


def test_inputs_are_those_of_the_paper_s_table_2():
    names = ["MatComp", "GRNBoost2", "SCENIC", "InfoSEM-BC"]
    table = tables.format_inputs(names).set_index("method")
    assert table.columns.tolist() == ["expression", "labels", "external prior"]
    assert table.loc["MatComp"].tolist() == ["-", "yes", "-"]
    assert table.loc["GRNBoost2"].tolist() == ["yes", "-", "-"]
    assert table.loc["SCENIC"].tolist() == ["yes", "-", "motifs"]
    assert table.loc["InfoSEM-BC"].tolist() == ["yes", "yes", "text"]


def test_paper_stands_beside_ours(rows):
    compared = tables.beside_paper(rows)
    line = compared.query("method == 'DeepSEM' and metric == 'AUPRC'").iloc[0]
    assert (line["paper"], line["paper_sem"]) == (0.265, 0.032)
    assert line["difference"] == pytest.approx(line["mean"] - 0.265)
    table = tables.format_beside_paper(compared, "AUPRC")
    assert table.loc["DeepSEM", ("hESC (BioBERT)", "paper")] == "0.265 (0.032)"
    ours = table.loc["DeepSEM", ("hESC (BioBERT)", "ours")]
    assert ours == f"{line['mean']:.3f} ({line['sem']:.3f})"
    difference = table.loc["DeepSEM", ("hESC (BioBERT)", "difference")]
    assert difference == f"{line['difference']:+.3f}"
    assert table.loc["scGREAT", ("hESC (BioBERT)", "ours")] == "not run"


def test_what_the_paper_does_not_have_stays_empty(rows):
    own = rows[rows["method"] == "InfoSEM-B"].assign(dataset="synthetic", method="InfoSEM-B (bias)")
    table = tables.format_beside_paper(tables.beside_paper(own), "AUPRC")
    assert table.loc["InfoSEM-B (bias)", ("synthetic (BioBERT)", "paper")] == "-"
    assert tables.verdicts(own).empty


def test_fewer_splits_than_others_have_are_told(rows):
    few = rows[(rows["method"] == "DeepSEM") | (rows["split"] < 1)]
    table = tables.format_beside_paper(tables.beside_paper(few), "AUPRC")
    assert table.loc["InfoSEM-B", ("hESC (BioBERT)", "ours")].endswith(", 1 split")
    assert "split" not in table.loc["DeepSEM", ("hESC (BioBERT)", "ours")]


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
    table = tables.percentages(both_networks)
    assert table["paper"].tolist() == ["25%", "52%", "31%", "66%", "38.5%", "11.1%"]
    assert table["follows"].tolist() == ["yes"] * 5 + ["no"]
    recomputed = [float(text.partition("%")[0]) for text in table["from its tables"]]
    assert recomputed[:4] == pytest.approx([25, 52, 31, 66], abs=0.5)
    assert recomputed[4:] == pytest.approx([38.5, 7.4], abs=0.11)


def test_our_percentages_are_means_over_data_sets_and_networks(both_networks):
    table = tables.percentages(both_networks)
    ours = [float(text.partition("%")[0]) for text in table["ours"][[0, 1, 4]]]
    assert ours == pytest.approx([30, 100, 53.3], abs=1.0)
    assert table["on"].tolist() == ["2 of 4", "1 of 4", "0 of 4", "0 of 4", "3 of 8", "0 of 8"]
    assert table["verdict"][[0, 1, 2]].tolist() == ["partly", "partly", "not run"]
    one_split = both_networks[both_networks["split"] == 0]
    assert tables.percentages(one_split)["verdict"][0] == "undecided"
    assert tables.percentages(both_networks.assign(dataset="synthetic")).empty


def test_jackknife_error_of_a_mean_of_ratios_to_a_constant_is_that_of_the_mean(rows):
    # Where DeepSEM is the same on all splits the gain is linear in InfoSEM-B.
    level = np.where(rows["method"] == "DeepSEM", 0.2, rows["unseen_auprc"])
    gain, error, n = tables._gain(
        rows.assign(unseen_auprc=level, unseen_hit=level), "InfoSEM-B", "DeepSEM"
    )
    by_split = rows[rows["method"] == "InfoSEM-B"].groupby("split")["unseen_auprc"].mean() / 0.2
    assert (gain, error, n) == pytest.approx((by_split.mean() - 1, by_split.sem(), 3))


def test_lift_over_the_base_rate_on_seen_and_unseen_genes(rows):
    rows = rows.assign(seen_base=0.2, unseen_base=0.1, seen_auprc=rows["unseen_auprc"] + 0.5)
    table = tables.format_seen_and_unseen(rows, ["InfoSEM-B", "DeepSEM", "MatComp"])
    assert table["method"].tolist() == ["DeepSEM", "InfoSEM-B"]
    mean = rows.loc[rows["method"] == "DeepSEM", "unseen_auprc"].mean()
    line = table.iloc[0]
    assert line["seen"].startswith(f"{mean + 0.5 - 0.2:.3f} (")
    assert line["unseen"].startswith(f"{mean - 0.1:.3f} (")
    assert line["kept"] == f"{(mean - 0.1) / (mean + 0.3):.0%}"


def test_means_are_the_summary_as_text(rows):
    table = tables.format_means(rows)
    summary = statistics.summarise(rows)
    line = summary.query("method == 'DeepSEM' and metric == 'unseen_auprc'").iloc[0]
    assert table.loc["DeepSEM", "hESC"] == f"{line['mean']:.3f} ({line['sem']:.3f})"
    assert table.index.tolist() == ["DeepSEM", "InfoSEM-B"]


def test_what_embeddings_are_worth_follows_the_paired_differences(rows):
    rng = np.random.default_rng(1)
    shifts = {
        "InfoSEM-B, text": 0.2, "DeepSEM": 0.0, "InfoSEM-B, one-hot": 0.0, "InfoSEM-B, random": 0.2,
        "InfoSEM-B, permuted": 0.0, "InfoSEM-B, expression shuffled": 0.2, "Prior alone, text": 0.0,
    }  # fmt: skip
    base = rows[rows["method"] == "DeepSEM"]
    rows = pd.concat(
        base.assign(method=name, unseen_auprc=base["unseen_auprc"] + shift + 0.001 * noise)
        for name, shift in shifts.items()
        for noise in [rng.normal(size=len(base))]
    )
    verdicts = tables.sensitivity_verdicts(rows)["verdict"].tolist()
    yes, no = "holds", "does not hold"
    assert verdicts == [yes, yes, no, yes, no, yes, no, yes]


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
    costs = tables.format_costs(rows).set_index("method")
    assert costs.loc["DeepSEM", "runs"] == 2
    assert costs.loc["DeepSEM", "alpha (splits)"] == "1 (3)"
    keys = tables.format_keys(rows).set_index("method").iloc[:, -1]
    assert keys["DeepSEM"] == "DeepSEM0 DeepSEM1"


def stored(method, seconds, splits="0", **changes):
    """What a row of the ledger tells of the cost of a run."""
    versions = {"python": "3.11.7", "torch": "2.13.0"}
    return {
        "network": "cell-type-specific", "method": method, "seconds": seconds, "key": method,
        "splits": dict.fromkeys(splits.split()), "machine": "a processor", "versions": versions,
        **changes,
    }  # fmt: skip


def test_stored_costs_count_each_run_once():
    runs = [
        stored("DeepSEM", 3600.0, splits="0 1 2"),  # one run, three splits
        stored("One-hot LR", 36.0, splits="0"),  # one key, two runs
        stored("One-hot LR", 72.0, splits="1"),
        stored("DeepSEM", 1800.0, network="non-cell-type-specific"),
    ]
    costs = tables.core_hours(runs).set_index(["network", "method"])
    assert costs["runs"].tolist() == [1, 2, 1]
    assert costs["core_hours"].tolist() == pytest.approx([1.0, 0.03, 0.5])
    assert tables.core_hours([]).empty


def test_machines_and_versions_of_runs_are_counted():
    other = {"python": "3.12.1", "torch": "2.13.0"}
    runs = [
        stored("DeepSEM", 1.0, versions=other),
        *[stored("DeepSEM", 1.0)] * 2,
        stored("DeepSEM", 1.0, machine="another", versions={}),
    ]
    made = tables.machines(runs)
    assert made.iloc[0].tolist() == ["a processor", "3.11.7", "2.13.0", 2]
    assert sorted(made.iloc[1:].to_numpy().tolist()) == [
        ["a processor", "3.12.1", "2.13.0", 1],
        ["another", "-", "-", 1],
    ]
    assert tables.machines([]).empty


def test_the_paper_s_own_numbers_are_held_against_the_constants():
    """Of the paper's nine AUPRCs on hESC those of InfoSEM-B and -BC, 0.331, are the highest."""
    lines = [
        {"method": name, "dataset": "hESC", "metric": "AUPRC", "p": p, "splits": n_splits,
         "best of the constants": best}
        for name, p, n_splits, best in (
            ("scGREAT", 0.5, 3, 0.2), ("DeepSEM", 0.02, 10, 0.3), ("GENIE3", 0.5, 10, 0.3),
        )
    ]  # fmt: skip
    first, second = tables.describe_beyond_constant(pd.DataFrame(lines)).splitlines()
    assert first == "1 of 3 have a p below 0.05."
    assert "own 9 means by AUPRC" in second and ", 2 are above" in second


def test_claim_counts_only_where_the_paper_makes_it(rows):
    """The paper's DeepSEM is ahead of Random on hESC, and behind it on mESC."""
    ahead = rows.replace({"method": {"InfoSEM-B": "DeepSEM", "DeepSEM": "Random"}})
    table = tables.verdicts(pd.concat([ahead, ahead.assign(dataset="mESC")]))
    line = table.query("claim == 'DeepSEM beats chance' and metric == 'AUPRC'").iloc[0]
    assert (line["claimed on"], line["verdict"]) == ("hESC", "reproduced")
