"""Edges known from elsewhere: what is measured, who is compared, and what is said of it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from infosem.data import simulate
from infosem.errors import InfosemError
from infosem_study import Store
from infosem_study.knowledge import (
    DEGREES_KEPT,
    HALF,
    OTHER_TFS,
    UNRELATED,
    known_edges,
    popularity,
)
from infosem_study.pages import known_edges as page
from infosem_study.pages.audit.measures import average_precisions
from infosem_study.pages.known_edges.differences import MEAN
from infosem_study.pages.known_edges.measures import Judge
from infosem_study.scheduling import STORED_ONLY, Rehearsal, Runner
from infosem_study.verdicts import CONTRADICTED, SHOWN, UNDECIDED

# --- measures -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dataset():
    return simulate()


@pytest.fixture(scope="module")
def judge(dataset):
    return Judge(dataset, known_edges(dataset, HALF), popularity(dataset, HALF))


def test_the_truth_is_perfect_by_every_measure(dataset, judge):
    found = judge.by_tf(dataset.network + 0.0).dropna(subset=["within", "new"])
    for measure in ("within", "new"):
        np.testing.assert_allclose(found[measure], 1)
    for measure in ("pooled", "targets"):  # means of shares, which alone may be more
        assert found[measure].mean() == pytest.approx(1)
    assert (found["partial"] > 0.5).all() and (found["own"] > 0.1).all()


def test_what_is_the_same_for_all_tfs_has_nothing_of_its_own(dataset, judge):
    means = np.tile(dataset.expression.mean(axis=1), (dataset.n_tfs, 1))
    popular = np.tile(popularity(dataset, HALF), (dataset.n_tfs, 1))
    for scores in (means, np.exp(means), popular):
        found = judge.by_tf(scores)
        np.testing.assert_allclose(found["own"].dropna(), 0, atol=1e-9)
        np.testing.assert_allclose(found["partial"].dropna(), 0, atol=1e-9)
        assert found["targets"].mean() == pytest.approx(0, abs=1e-9)


def test_edges_say_nothing_of_pairs_that_they_lack(dataset, judge):
    found = judge.by_tf((known_edges(dataset, HALF) == 1) + 0.0)
    np.testing.assert_allclose(found["new"].dropna(), 0, atol=1e-9)
    assert (found["within"].dropna() > 0.2).all()


def test_shares_of_tfs_make_up_the_pooled_score(dataset, judge, rng):
    scores = rng.random(dataset.network.shape) + 0.5 * dataset.network
    pairs = dataset.tfs[:, np.newaxis] != np.arange(dataset.n_genes)
    expected = average_precisions(dataset.network[pairs], scores[pairs])
    assert judge.by_tf(scores)["pooled"].mean() == pytest.approx(float(expected))


def test_tf_that_the_database_does_not_know_counts_apart(dataset, rng):
    known = known_edges(dataset, HALF)
    known[3] = -1
    found = Judge(dataset, known, popularity(dataset, HALF)).by_tf(rng.random(known.shape))
    assert [*np.flatnonzero(~found["known"])] == [3]
    assert found.loc[3, ["new", "confirmed", "pooled", "hit", "targets", "own"]].isna().all()
    assert found.loc[3, ["within", "partial"]].notna().all()


@pytest.fixture
def rng():
    return np.random.default_rng(0)


# --- comparisons ----------------------------------------------------------------------------------


def made_up(effects, n_tfs=30, datasets=("A", "B"), noise=0.02, seed=0):
    """A table of `judged` in which the model is ahead by `effects[who]`, or not at all."""
    rng = np.random.default_rng(seed)
    lines = []
    for dataset in datasets:
        base = rng.gamma(1.0, 0.05, size=n_tfs)  # of TFs, which all scores share
        for who in (*page.EVERYONE, *(page.model(form=form) for form in page.FORMS)):
            effect = effects.get(str(who), effects.get("all", 0.0))
            for one_seed in range(2):
                for tf in range(n_tfs):
                    value = base[tf] - effect + rng.normal(0, noise)
                    lines.append({
                        "network": "N", "dataset": dataset, "score": who.score,
                        "edges": who.edges, "database": "D", "form": who.form, "percent": 100,
                        "seed": one_seed, "key": "", "tf": f"TF{tf}", "known": True,
                        "n_positive": 5, **dict.fromkeys(page.MEASURES, value),
                    })  # fmt: skip
    return page.of_database(pd.DataFrame(lines), "D")


OURS = str(page.model())


def test_planted_gain_is_shown_on_each_data_set_and_in_the_mean():
    table = made_up({"all": 0.05, OURS: 0.0})
    found = page.differences(table, page.model(), page.controls() + page.MASKS, ["within"])
    assert set(found["outcome"]) == {SHOWN}
    assert found["mean"].to_numpy() == pytest.approx(0.05, abs=0.02)
    assert [*found["dataset"].unique()] == ["A", "B", MEAN]
    said = page.answer(table)
    assert "help beyond all controls and rivals on A and B (2 of 2 data sets)" in said


def test_no_gain_is_not_shown():
    table = made_up({}, datasets=("A", "B", "C"))
    found = page.differences(table, page.model(), page.EVERYONE[1:], ["within"])
    single = found[found["dataset"] != MEAN]
    assert (single["outcome"] == UNDECIDED).mean() > 0.8
    assert "rivals on none (0 of 3 data sets)" in page.answer(table)


def test_one_rival_that_does_as_well_is_enough_against_it():
    table = made_up({"all": 0.05, OURS: 0.0, "edges x DeepSEM": 0.0})
    said = page.answer(table)
    assert "controls and rivals on none (0 of 2 data sets)" in said
    assert "ahead of all its controls on A and B (2 of 2 data sets)" in said
    assert "ahead of all masks on none (0 of 2 data sets)" in said


def test_answers_stand_in_a_table_too():
    table = made_up({"all": 0.05, OURS: 0.0, "edges x DeepSEM": 0.0}, datasets=("A", "B", "C"))
    told = page.format_answers(table, ["within"]).set_index("absent edges").loc["paper's"]
    assert told["ahead of other edges"] == told["ahead of no edges"] == "A, B and C"
    assert told["ahead of all masks"] == "none"
    few = table[table["score"] != "One-hot LR"].query("score != 'mean expression'")
    few = few.query("score != 'number of regulators'")
    assert (page.format_answers(few)["ahead of all scores of the target alone"] == "not run").all()


def test_other_form_has_controls_of_its_own():
    low = page.model(form="low trust")
    table = made_up({"all": 0.05, str(low): 0.0})
    assert "(absent edges: low trust) help" in page.answer(table, low)
    assert page.controls("low trust")[0] == page.Who("InfoSEM-BC", "other TFs", "low trust")


def test_what_is_behind_is_said():
    table = made_up({"all": 0.0, OURS: 0.05}, datasets=("A",))
    found = page.differences(table, page.model(), [page.Who("DeepSEM", "")], ["within"])
    assert [*found["outcome"]] == [CONTRADICTED]
    assert "on none, and behind on A." in page.describe(found)
    assert "(0 of 1 data set)" in page.answer(table)


def test_form_is_chosen_on_the_other_data_sets():
    low, unknown = (str(page.model(form=form)) for form in ("low trust", "unknown"))
    a, b = (
        made_up({"all": 0.05, best: 0.0}, datasets=(name,))
        for name, best in (("A", low), ("B", unknown))
    )
    found = page.chosen_forms(pd.concat([a, b]))
    forms = found[found["dataset"] != MEAN].groupby("dataset")["form"].first()
    assert dict(forms) == {"A": "unknown", "B": "low trust"}
    against = found[(found["dataset"] == "A") & (found["against"] == OURS)]
    assert against["mean"].iloc[0] == pytest.approx(0, abs=0.02)  # its own best one is not used
    said = page.describe_forms(found)
    assert "unknown for A" in said and "low trust for B" in said
    assert "nothing was chosen" in page.describe_forms(page.chosen_forms(a))


def test_tables_and_figures_have_every_rival():
    table = made_up({"all": 0.05, OURS: 0.0})
    found = page.differences(table, page.model(), page.EVERYONE[1:])
    wide = page.format_table(found, "within", "against")
    assert [*wide.columns] == ["A", "B", MEAN]
    assert [*wide.index] == [str(who) for who in page.EVERYONE[1:]]
    figure = page.differences_figure(found, "within")
    assert len(figure.axes) == 3
    figure.canvas.draw()


# --- runs -----------------------------------------------------------------------------------------

ASKED = {"datasets": ["synthetic"], "splits": (0, 1, 2)}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("ledger"))


@pytest.fixture(scope="module")
def synthetic(store):
    parts = dict.fromkeys(("controls", "forms", "fewer"), (0,))
    table = page.judged(store, **ASKED, parts=parts, runner=Runner(n_jobs=1))
    again = page.judged(Store(store.root), **ASKED, parts=parts, runner=STORED_ONLY)
    pd.testing.assert_frame_equal(table.round(5), again.round(5))
    return table


def test_planted_database_is_recovered(synthetic):
    table = page.of_database(synthetic, HALF)
    rivals = (*page.controls()[:3], *page.OF_TARGETS)
    found = page.differences(table, page.model(), rivals, ["within"])
    assert (found["outcome"] == SHOWN).all(), found["mean"]
    without = page.Who("InfoSEM-B", "")
    (gain,) = page.differences(table, page.model(form="unknown"), [without], ["within"])["mean"]
    assert gain > 0.05


def test_unrelated_database_is_not(synthetic):
    table = page.of_database(synthetic, UNRELATED)
    found = page.differences(table, page.model(), page.controls(), ["within"]).set_index("against")
    assert not (found["outcome"] == SHOWN).all()
    assert found.loc["InfoSEM-B", "mean"] < 0
    assert "rivals on none (0 of 1 data set)" in page.answer(table)


def test_edges_that_are_untold_leave_new_pairs_as_good(synthetic):
    table = page.of_database(synthetic, HALF)
    found = page.gains(table, [page.model(), page.model(form="unknown")], ["new"])
    told, untold = found["mean"]
    assert untold > told + 0.1


def test_more_edges_help_more(synthetic):
    found = page.by_percent(synthetic, HALF, ["within"])
    alone = found[found["who"] == "edges alone"].set_index("percent")["mean"]
    assert alone.is_monotonic_increasing and [*alone.index] == [10, 25, 50, 100]
    for some in (found, found[found["percent"] == 100]):
        page.percents_figure(some, "within").canvas.draw()


def test_unseen_benchmark_has_the_masks_and_the_labels(store, synthetic):
    asked = {**ASKED, "parts": {"controls": (0,)}}
    table = page.unseen(store, **asked, runner=Runner(n_jobs=1))
    told = {str(who) for who in (page.model(), *page.controls(), page.mask("DeepSEM"))}
    assert told | {page.LABELS, "DeepSEM", "edges alone"} <= set(table["method"])
    assert table.groupby(["method", "seed"])["split"].nunique().eq(3).all()
    again = page.unseen(Store(store.root), **asked, runner=STORED_ONLY)
    pd.testing.assert_frame_equal(table.round(5), again.round(5))
    others = [str(page.model(edges)) for edges in (OTHER_TFS, DEGREES_KEPT)]
    found = page.unseen_differences(table, page.model(), others)
    assert (found["mean"] > 0.05).all() and found["outcome"].iloc[0] == SHOWN


def test_book_shows_its_own_data_sets_and_no_others(tmp_path):
    how = {"splits": range(10), "runner": Rehearsal()}
    assert not len(page.shown(Store(tmp_path), datasets=["hESC:genes-all"], **how))
    assert not how["runner"].seconds
    rows = page.shown(Store(tmp_path), datasets=["hESC"], **how)
    planned = rows.groupby(["network", "part"])["seed"].agg(lambda seeds: sorted(set(seeds)))
    assert dict(planned) == {
        (network, part): [*seeds]
        for network, parts in page.SHOWN.items()
        for part, seeds in parts.items()
    }


def test_network_that_is_judged_is_no_database(dataset, monkeypatch):
    judged = replace(dataset, name="hESC", network_name="cell-type-specific")
    with pytest.raises(InfosemError, match="is the network that is judged"):
        known_edges(judged, "cell-type-specific")


def test_unknown_part_is_an_error(tmp_path):
    with pytest.raises(InfosemError, match="parts: all unknown; choose from controls"):
        page.trained(Store(tmp_path), **ASKED, parts={"all": (0,)})
