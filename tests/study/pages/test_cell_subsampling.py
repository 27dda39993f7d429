"""Fewer cells: which runs these are, on whose choice of alpha, and what is said of them."""

import numpy as np
import pandas as pd
import pytest

from infosem import InfosemError
from infosem_study import Runner, Store, comparison, studies
from infosem_study.comparison import compare
from infosem_study.ledger import key
from infosem_study.pages import cell_subsampling
from infosem_study.presets import candidates_for

METHODS = ["Random TF constant", "Pearson correlation", "DeepSEM", "InfoSEM-B"]
# Hardly any training: few cells are few steps.
SMALL = {
    "datasets": ["synthetic"], "methods": METHODS, "percents": [50, 100], "draws": [0, 1],
    "splits": range(2), "in_full": ["synthetic"], "runner": Runner(n_jobs=1),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Train the deep methods for three epochs."""
    usual = comparison.method_for

    def shorter(*names, **options):
        method = usual(*names, **options)
        return method.with_settings(epochs=3) if method.deep else method

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "method_for", shorter)
        yield


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("ledger"))
    return store, studies.subsampling(store, **SMALL)


def test_every_percentage_has_every_draw_and_split(finished):
    _, rows = finished
    counts = rows.groupby(["method", "percent"]).size()
    for name in ("DeepSEM", "InfoSEM-B"):
        assert counts[name, 50] == counts[name, 100] == counts[f"{name} (longer)", 50] == 4
    assert counts["Pearson correlation", 50] == 4
    assert counts["Pearson correlation", 100] == 2  # all cells can be drawn in one way only
    assert ("Random TF constant", 50) not in counts
    assert set(rows["dataset"]) == {"synthetic"}
    assert not rows.duplicated(["method", "percent", "draw", "split"]).any()


def test_draws_differ_in_cells_and_all_cells_are_the_rows_of_table1(finished):
    store, rows = finished
    part = rows[(rows["method"] == "Pearson correlation") & (rows["percent"] == 50)]
    assert part.groupby("draw")["unseen_auprc"].first().nunique() == 2
    stored = {row["key"]: row for row in store.rows()}
    datasets = [stored[k]["dataset"] for k in part["key"]]
    assert sorted(set(datasets)) == ["synthetic:cells-50-0", "synthetic:cells-50-1"]
    table1 = compare(
        store,
        datasets=["synthetic"],
        methods=METHODS,
        splits=range(2),
        seeds=[0, 1],
        runner=Runner(n_jobs=1),
    )
    assert set(table1["key"]) == set(rows.loc[rows["percent"] == 100, "key"])


def test_a_draw_has_a_seed_of_its_own_and_longer_training_more_epochs(finished):
    store, rows = finished
    stored = {row["key"]: row for row in store.rows()}
    for row in rows[rows["method"].str.startswith("DeepSEM")].to_dict("records"):
        assert row["seed"] == row["draw"] == stored[row["key"]]["seed"]
        epochs = stored[row["key"]]["settings"]["epochs"]
        assert epochs == (6 if row["method"] == "DeepSEM (longer)" else 3)


def test_alpha_is_what_all_cells_chose_on_the_training_edges_of_the_split(finished, tmp_path):
    """By hand-made results in which what fits the training edges is worst on the unseen block."""
    template = next(
        row
        for row in finished[0].rows()
        if (row["method"], row["dataset"], row["seed"]) == ("InfoSEM-B", "synthetic", 0)
    )
    best = {0: 1.0, 1: 10.0}  # split -> alpha with the higher AUPRC on training edges
    store = Store(tmp_path)
    for candidate in candidates_for("synthetic"):
        row = {k: v for k, v in template.items() if k != "key"}
        row["settings"] = {**row["settings"], **candidate}
        row["splits"] = {
            str(split): {
                **template["splits"]["0"],
                "train_auprc": 0.9 if candidate["alpha"] == alpha else 0.1,
                "unseen_auprc": 0.1 if candidate["alpha"] == alpha else 0.9,
            }
            for split, alpha in best.items()
        }
        store.append(row)
    rows = studies.subsampling(
        store, datasets=["synthetic"], methods=["InfoSEM-B"], draws=[0], percents=[30, 50],
        splits=[0, 1], in_full=["synthetic"], runner=Runner(n_jobs=1),
    )  # fmt: skip
    assert set(rows["percent"]) == {30, 50}
    assert dict(zip(rows["split"], rows["alpha"], strict=True)) == best
    assert rows.groupby("split")["alpha"].nunique().eq(1).all()
    # Nothing was screened on fewer cells: a run per percentage and alpha, one more trained longer.
    fewer = [row for row in store.rows() if ":" in row["dataset"]]
    assert len(fewer) == 3 * 2
    assert all(len(row["splits"]) == 1 for row in fewer)
    assert len({key(row) for row in fewer}) == 6


def test_what_is_stored_is_not_run_again(finished, monkeypatch):
    store, rows = finished
    monkeypatch.setattr("infosem_study.scheduling.execute", lambda *_: pytest.fail("was run again"))
    assert studies.subsampling(store, **SMALL).equals(rows)
    without = studies.subsampling(store, **{**SMALL, "in_full": [], "percents": [50]})
    assert set(without["method"]) == set(METHODS)
    assert set(without.loc[without["method"] != "Random TF constant", "percent"]) == {50}


@pytest.mark.parametrize("percent", [0, 101, 12.5])
def test_a_percentage_that_there_is_not_is_refused(percent, tmp_path):
    with pytest.raises(InfosemError, match=rf"percents: \[{percent}\]"):
        studies.subsampling(Store(tmp_path), **{**SMALL, "percents": [percent]})


def made_rows(levels, n_splits=6):
    """Rows in which a method has the given AUPRC, with a little noise: (method, percent) -> x."""
    rng = np.random.default_rng(0)
    levels = {("Random TF constant", 100): 0.2, **levels}
    return pd.DataFrame(
        [
            {
                "dataset": dataset, "method": method, "percent": percent, "draw": draw,
                "seed": draw, "split": split, "unseen_auprc": level + rng.normal(0, 0.005),
                "unseen_hit": level, "unseen_base": 0.15, "seconds": 60.0 + draw,
                "key": f"{dataset}{method}{percent}{draw}",
            }
            for dataset in ("hESC", "mDC")
            for (method, percent), level in levels.items()
            for draw in range(20 if "constant" in method else 2)
            for split in range(n_splits)
        ]
    )  # fmt: skip


BANDS = pd.DataFrame(
    {"dataset": dataset, "metric": "AUPRC", "test": "unseen", "mean": 0.2, "low": 0.1, "high": 0.4}
    for dataset in ("hESC", "mDC")
)


def test_what_takes_long_is_run_where_asked(finished):
    store, _ = finished
    more = {"methods": ["DeepSEM", "InfoSEM-BC"], "draws": [0], "percents": [50, 100]}
    without = studies.subsampling(store, **{**SMALL, **more, "in_full": ["hESC"]})
    assert set(without["method"]) == {"DeepSEM"}
    alone = {**SMALL, **more, "methods": ["InfoSEM-BC"], "in_full": ["hESC"]}
    assert not len(studies.subsampling(store, **alone))
    rows = studies.subsampling(store, **{**SMALL, **more})
    counts = rows.groupby(["method", "percent"]).size()
    assert counts["InfoSEM-BC", 50] == counts["InfoSEM-BC", 100] == counts["DeepSEM", 50] == 2
    assert "InfoSEM-BC (longer)" not in set(rows["method"])


def test_table_has_a_column_per_percentage():
    rows = made_rows({("DeepSEM", 20): 0.2, ("DeepSEM", 100): 0.3})
    table = cell_subsampling.format_by_percent(rows).set_index(["dataset", "method"])
    assert table.loc[("hESC", "Random TF constant"), "20%"] == "-"
    assert table.loc[("mDC", "DeepSEM"), "100%"].startswith(("0.29", "0.30"))
    flat = cell_subsampling.format_by_percent(rows, "unseen_hit").set_index(["dataset", "method"])
    assert flat.loc[("hESC", "DeepSEM")].tolist() == ["0.200 (0.000)", "0.300 (0.000)", "0.000"]


def test_cost_counts_a_run_once():
    rows = made_rows({("DeepSEM", 20): 0.2, ("DeepSEM", 100): 0.3})
    (line, _) = cell_subsampling.format_costs(rows).to_dict("records")
    assert line == {
        "dataset": "hESC", "method": "DeepSEM", "20%, s": "60.5", "100%, s": "60.5", "runs": 4,
        "minutes in all": "4.0",
    }  # fmt: skip


def test_cost_of_a_method_stands_in_its_line():
    levels = [(name, n) for n in (100, 20) for name in ("Pearson correlation", "DeepSEM")]
    levels.append(("DeepSEM (longer)", 20))
    rows = made_rows(dict.fromkeys(levels, 0.2))
    longer = rows["method"] == "DeepSEM (longer)"  # as from `subsampling`: last, and on hESC only
    rows = pd.concat([rows[~longer], rows[longer & (rows["dataset"] == "hESC")]])
    rows["seconds"] += rows["method"].map({"DeepSEM": 600}).fillna(0)
    table = cell_subsampling.format_costs(rows)
    spent = rows.drop_duplicates("key").groupby(["dataset", "method"])["seconds"].sum() / 60
    assert len(table) == 5
    for line in table.to_dict("records"):
        assert line["minutes in all"] == f"{spent[line['dataset'], line['method']]:.1f}"


def test_figure_shows_means_over_draws_and_splits():
    rows = made_rows({("DeepSEM", 20): 0.2, ("DeepSEM", 100): 0.3, ("DeepSEM (longer)", 20): 0.25})
    panels = cell_subsampling.subsampling_figure(rows, BANDS).axes
    assert [panel.get_title() for panel in panels] == ["hESC", "mDC"]
    lines = dict(zip(*reversed(panels[0].get_legend_handles_labels()), strict=True))
    means = lines["DeepSEM"][0].get_ydata()
    assert means == pytest.approx([0.2, 0.3], abs=0.01)
    assert lines["DeepSEM, trained longer"][0].get_markerfacecolor() == "white"
    assert lines["mean of these orders"].get_ydata()[0] == 0.2
    (band,) = panels[0].patches
    assert (band.get_y(), band.get_height()) == pytest.approx((0.1, 0.3))


def test_a_line_is_drawn_only_where_the_method_was_run():
    rows = made_rows({(name, n): 0.2 for name in ("DeepSEM", "InfoSEM-BC") for n in (20, 100)})
    rows = rows[(rows["dataset"] == "hESC") | (rows["method"] != "InfoSEM-BC")]
    panels = cell_subsampling.subsampling_figure(rows, BANDS).axes
    with_it, without = (panel.get_legend_handles_labels()[1] for panel in panels)
    assert set(with_it) - set(without) == {"InfoSEM-BC"}
