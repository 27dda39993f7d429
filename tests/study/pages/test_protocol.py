"""What the paper leaves open: the counts, the runs of each choice, and what is said of them."""

import numpy as np
import pandas as pd
import pytest

from infosem import InfosemError
from infosem.data import CELLS
from infosem_study import Runner, Store, cli, everything, execution, studies
from infosem_study.comparison import compare
from infosem_study.pages import protocol
from infosem_study.scheduling import STORED_ONLY
from infosem_study.variants import load

HERE = Runner(n_jobs=1)


@pytest.fixture
def rows():
    """Two data sets, six splits; numbers by hand, so that it is known what should be said of them.

    With "every gene a target" the share of positives falls by 0.1, and DeepSEM's AUPRC with it.
    InfoSEM-B is ahead in Table 1 and behind with "a quarter more epochs".
    """
    rng = np.random.default_rng(0)
    auprc = {
        ("as in Table 1", "DeepSEM"): 0.3,
        ("as in Table 1", "InfoSEM-B"): 0.4,
        ("every gene a target", "DeepSEM"): 0.2,
        ("every gene a target", "InfoSEM-B"): 0.4,
        ("no gene dropped", "DeepSEM"): 0.3,
        ("a quarter more epochs", "DeepSEM"): 0.3,
        ("a quarter more epochs", "InfoSEM-B"): 0.2,
    }
    lines = [
        {
            "dataset": dataset, "choice": choice, "method": method, "seed": 0, "split": split,
            "unseen_auprc": mean + 0.01 * split + 0.001 * rng.normal(), "unseen_hit": 0.5,
            "unseen_base": 0.1 if choice == "every gene a target" else 0.2,
        }
        for dataset in ("hESC", "mDC")
        for (choice, method), mean in auprc.items()
        for split in range(6)
    ]  # fmt: skip
    return pd.DataFrame(lines)


def test_every_choice_is_run_on_its_own_pairs_and_genes(tmp_path, monkeypatch):
    """Which runs it is made of; they are not run."""
    asked = []

    def compare(store, *, datasets, methods, splits, runner, **changes):
        asked.append((datasets, methods, changes))
        seeds = changes.get("seeds", (0,))
        return pd.DataFrame([{"method": m, "seed": s, "split": 0} for m in methods for s in seeds])

    monkeypatch.setattr(studies, "compare", compare)
    found = studies.protocol_choices(Store(tmp_path), datasets=["hESC"])
    assert found["choice"].unique().tolist() == list(studies.PROTOCOL_CHOICES)
    assert set(found["dataset"]) == {"hESC"}
    asked = dict(zip(studies.PROTOCOL_CHOICES, asked, strict=True))
    assert asked[protocol.USUAL][2] == {"seeds": (0,), "keeps_alpha": False}
    assert asked["no gene dropped"][:2] == (
        ["hESC:genes-all"],
        ["DeepSEM", "Random", "Random TF constant"],
    )
    assert asked["no TF with itself"][2]["protocol"].self_pairs is False
    assert "Random" in asked["no TF with itself"][1]
    assert asked["A starts half as large"][1:] == (
        ["DeepSEM", "InfoSEM-B"],
        {"seeds": (0,), "settings": {"start": 0.5}, "keeps_alpha": True},
    )
    assert asked["a fifth fewer epochs"][2] == {
        "seeds": (0,), "epochs": 120, "keeps_alpha": True
    }  # fmt: skip
    # The other seed is trained with the settings that the first one chose.
    assert asked[protocol.SEED][2]["seeds"] == (0, 1)
    assert set(found.loc[found["choice"] == protocol.SEED, "seed"]) == {1}


def test_departures_have_several_seeds_on_one_data_set(tmp_path, monkeypatch):
    def compare(store, *, datasets, methods, seeds, **_):
        lines = [{"dataset": datasets[0], "method": m, "seed": s} for m in methods for s in seeds]
        return pd.DataFrame(lines)

    monkeypatch.setattr(studies, "compare", compare)
    found = studies.departures(Store(tmp_path), datasets=["mDC", "hESC"])
    assert set(found["dataset"]) == {"hESC"}
    assert set(found["method"]) == {"DeepSEM", "InfoSEM-B"}
    counted = found.groupby(["choice", "method"])["seed"].nunique()
    assert set(counted) == {5} and len(counted) == 2 * (1 + len(studies.DEPARTURES))


def test_a_choice_of_pairs_changes_the_test_and_not_the_training(tmp_path, monkeypatch):
    every = studies.PROTOCOL_CHOICES["every gene a target"]
    quick = {protocol.USUAL: {"epochs": 0.05}, "every gene a target": {"epochs": 0.05, **every}}
    monkeypatch.setattr(studies, "PROTOCOL_CHOICES", quick)
    store = Store(tmp_path)
    options = {"datasets": ["synthetic"], "choices": [*quick], "splits": range(2)}
    found = studies.protocol_choices(store, **options, runner=HERE)
    assert set(found["method"]) == {"DeepSEM", "InfoSEM-B"}
    shares = found.groupby("choice")["unseen_base"].mean()
    assert shares["every gene a target"] < shares[protocol.USUAL]
    settings = [row["settings"] for row in store.rows() if row["method"] == "DeepSEM"]
    assert len(settings) == 2
    assert settings[0] == settings[1]
    assert studies.protocol_choices(store, **options, runner=STORED_ONLY).equals(found)


def test_synthetic_data_drop_no_gene(synthetic):
    kept = load("synthetic:genes-all", "planted", embedding=None)
    assert kept.name == "synthetic:genes-all"
    assert kept.fingerprint() == synthetic.fingerprint()


def test_counts_are_kept_and_the_data_not_asked_for_again(tmp_path, synthetic, monkeypatch):
    store = Store(tmp_path)
    counted = protocol.counts(store, datasets=["synthetic"], runner=HERE)
    ours = counted.set_index(["network", "quantity"])["ours"]
    assert ours["cell-type-specific", "genes"] == synthetic.n_genes
    assert ours["cell-type-specific", "positive_links"] == synthetic.network.sum()
    assert counted["paper"].isna().all()
    text = protocol.format_counts(counted, "cell-type-specific")
    assert text.loc["TFs", ("synthetic", "ours")] == str(synthetic.n_tfs)
    assert text.loc["TFs", ("synthetic", "paper")] == "-"

    monkeypatch.setattr(execution, "load", lambda *_, **__: pytest.fail("was loaded"))
    assert protocol.counts(store, datasets=["synthetic"], runner=HERE).equals(counted)


def test_counts_run_nothing_that_no_study_runs(tmp_path):
    store, where = Store(tmp_path), {"datasets": ["synthetic"], "splits": range(2), "runner": HERE}
    compare(store, methods=["Random"], **where)
    with pytest.raises(InfosemError, match="no result of Random on synthetic:genes-all"):
        protocol.counts(store, datasets=["synthetic"], runner=STORED_ONLY)
    everything.EVERYTHING["all-genes"](store, **where)
    n_rows = len(store.rows())
    assert len(protocol.counts(store, datasets=["synthetic"], runner=HERE))
    assert len(store.rows()) == n_rows


@pytest.mark.needs_data
def test_counts_stand_beside_those_of_the_paper(tmp_path):
    counted = protocol.counts(Store(tmp_path), datasets=["mDC"], runner=HERE)
    specific = counted[counted["network"] == "cell-type-specific"].set_index("quantity")
    assert specific.loc["positive_links", ["ours", "paper"]].tolist() == [1129, 1129]
    assert specific.loc["tfs", "paper"] == 21  # pairs divided by genes
    assert specific.loc["genes", "ours, all genes"] > specific.loc["genes", "ours"]


def test_share_of_positives_is_held_against_the_paper_s_random_row(rows):
    random = [rows.assign(method=name) for name in ("Random", "Random TF constant")]
    table = protocol.base_rates(pd.concat(random)).set_index(["dataset", "choice"])
    line = table.loc[("hESC", "every gene a target")]
    assert (line["share"], line["paper"]) == (0.1, 0.222)
    assert line["difference"] == pytest.approx(-0.122)
    assert table.loc["hESC", "nearest"].to_dict() == {
        "as in Table 1": "yes",
        "every gene a target": "",
        "no gene dropped": "yes",
        "a quarter more epochs": "yes",
    }
    assert "yes" in set(table.loc["mDC", "nearest"])


def test_changes_are_those_on_the_same_splits(rows):
    changed = protocol.changes(rows).set_index(["choice", "method", "dataset", "metric"])
    assert protocol.USUAL not in changed.index
    line = changed.loc[("every gene a target", "DeepSEM", "hESC", "AUPRC")]
    assert line["difference"] == pytest.approx(-0.1, abs=0.002)
    assert line["sem"] == pytest.approx(0.01 * np.std(range(6), ddof=1) / 6**0.5, abs=0.001)
    assert line["low"] < line["difference"] < line["high"] < 0
    assert line["moves"]
    assert line["shown"]
    # Its share of positives moved as far: beyond it nothing did.
    lift = changed.loc[
        ("every gene a target", "DeepSEM", "hESC", "AUPRC beyond the share of positives")
    ]
    assert lift["difference"] == pytest.approx(0, abs=0.002)
    assert not lift["moves"]
    assert not changed.loc[("no gene dropped", "DeepSEM", "hESC", "AUPRC"), "moves"]


def test_verdicts_name_the_data_sets(rows):
    behind = (rows["choice"] == "a quarter more epochs") & (rows["method"] == "InfoSEM-B")
    noise = np.where(rows["split"] % 2, 0.9, -0.9)  # so that the interval holds 0
    wide = behind & (rows["dataset"] == "mDC")
    rows["unseen_auprc"] += np.where(wide, noise, 0)
    changed, ordered = protocol.changes(rows), protocol.order(rows)
    table = protocol.format_verdicts(changed, ordered)
    assert table.index.tolist() == [
        "every gene a target",
        "no gene dropped",
        "a quarter more epochs",
    ]
    assert table["AUPRC", "DeepSEM"].tolist() == ["hESC*, mDC*", "none", "none"]
    assert table["AUPRC", "InfoSEM-B"].tolist() == ["none", "-", "hESC*, mDC"]
    lift = table["AUPRC beyond the share of positives", "InfoSEM-B"]
    assert lift.tolist() == ["hESC*, mDC*", "-", "-"]
    assert table["order", "AUPRC"].tolist() == ["none", "-", "hESC*, mDC"]
    assert table["order", "Hit@1%"].tolist() == ["none", "-", "none"]
    said = protocol.describe_order(ordered)
    assert "Of 8 cases" in said
    assert "in 2;" in said
    assert said.endswith("in both: 1.")
    text = protocol.format_differences(ordered)
    assert text.columns.tolist() == ["choice", "metric", "hESC", "mDC"]
    assert text.loc[0, "hESC"].startswith("+0.1")


def test_luck_of_the_seed_is_told_apart(rows):
    seed = rows[rows["choice"] == "a quarter more epochs"].assign(choice=protocol.SEED)
    said = protocol.describe_order(protocol.order(pd.concat([rows, seed])))
    assert "Of 8 cases" in said
    assert said.endswith("Another training seed alone changes it in 2 of 4.")


def test_figure_has_a_panel_for_each_metric_and_data_set(rows):
    figure = protocol.choices_figure(protocol.changes(rows))
    assert len(figure.axes) == 4
    assert [axis.get_title() for axis in figure.axes] == ["hESC", "mDC", "", ""]
    assert [axis.get_xlabel() for axis in figure.axes] == ["", "", "change", "change"]
    # One split has no interval; it is drawn all the same.
    protocol.choices_figure(protocol.changes(rows[rows["split"] == 0]))


def test_run_protocol_prints_every_choice(tmp_path, capsys, monkeypatch, rows):
    monkeypatch.setitem(everything.EVERYTHING, "protocol", lambda *_, **__: rows.copy())
    arguments = ["run", "protocol", "--datasets", CELLS[0], "--ledger", str(tmp_path)]
    assert cli.main(arguments) == 0
    out = capsys.readouterr().out
    assert out.count("InfoSEM-B, a quarter more epochs") == 2  # both metrics
    for option in (["--methods", "Random"], ["--seeds", "1"], ["--complete"]):
        assert cli.main([*arguments, *option]) == 2
        assert f"{option[0]}: cannot be given to the study protocol" in capsys.readouterr().err
