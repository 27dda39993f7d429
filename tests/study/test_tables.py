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


def test_fewer_splits_than_others_have_are_told(rows):
    few = rows[(rows["method"] == "DeepSEM") | (rows["split"] < 1)]
    table = tables.format_beside_paper(tables.beside_paper(few), "AUPRC")
    assert table.loc["InfoSEM-B", ("hESC (BioBERT)", "ours")].endswith(", 1 split")
    assert "split" not in table.loc["DeepSEM", ("hESC (BioBERT)", "ours")]


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
