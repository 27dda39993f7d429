"""Readings of the paper: their design, what is counted of them, and what is found in them."""

import json

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from infosem_study import Store
from infosem_study.pages import multiverse
from infosem_study.pages.multiverse import design
from infosem_study.pages.multiverse.text import describe, describe_importance
from infosem_study.scheduling import STORED_ONLY, Runner

NETWORK = "cell-type-specific"


def test_any_number_of_blocks_has_every_level_equally_often():
    whole = multiverse.configurations(3 * design.BLOCK)
    for n in (1, 2, 3):
        part = whole.head(n * design.BLOCK)
        for choice in multiverse.CHOICES:
            counts = part[choice.name].value_counts()
            assert set(counts.index) == set(choice.levels)
            assert counts.nunique() == 1, choice.name


def test_more_configurations_leave_the_first_as_they_are():
    pd.testing.assert_frame_equal(multiverse.configurations(5), multiverse.configurations(30)[:5])
    # They must be those of the stored runs, whatever the version of numpy.
    first = multiverse.configurations(1).iloc[0]
    assert [*first[["KL weight", "steps", "vectors", "sigma_l"]]] == [
        "0.1", "joint", "as they are", "paper's"
    ]  # fmt: skip


@pytest.mark.parametrize("network", ["cell-type-specific", "non-cell-type-specific"])
def test_each_level_of_a_choice_makes_another_training(network):
    usual = {choice.name: next(iter(choice.levels)) for choice in multiverse.CHOICES}
    prepare = {
        "model": lambda levels: design.model("hESC", network, levels, 10.0),
        "labels": lambda levels: design.with_labels("hESC", network, levels, 10.0),
    }
    for choice in multiverse.CHOICES:
        who = "labels" if choice in design.OF_LABELS else "model"
        made = [
            repr(sorted(prepare[who]({**usual, choice.name: level}).settings.items()))
            for level in choice.levels
        ]
        assert len(set(made)) == len(choice.levels), choice.name
    free = {repr(design.rival("hESC", network, {**usual, c.name: level}).settings)
            for c in design.OF_TEXT for level in c.levels}  # fmt: skip
    assert len(free) == 1  # DeepSEM knows nothing of text


def made_up(effect, n=24, n_alphas=2, noise=0.01, datasets=("A", "B"), seed=0):
    """Rows of `readings` in which `effect(levels)` is the gain."""
    rng = np.random.default_rng(seed)
    lines = []
    for config, levels in multiverse.configurations(n).iterrows():
        for dataset in datasets:
            bases = rng.normal(0.3, 0.05, size=10)
            for alpha in range(n_alphas):
                for split, base in enumerate(bases):
                    for what in ("rival", "model", "control"):
                        value = base + rng.normal(0, noise)
                        value += effect(levels) if what == "model" else 0
                        lines.append({
                            "network": NETWORK, "dataset": dataset, "config": config,
                            "claim": "text", "what": what, "alpha": str(alpha), "seed": 0,
                            "split": split, "fit": rng.random(), "seconds": 36.0,
                            "key": f"{what} {config} {alpha * (what != 'rival')} {dataset}",
                            **dict.fromkeys(multiverse.MEASURES, value),
                        })  # fmt: skip
    return pd.DataFrame(lines)


def counted(rows):
    table = multiverse.over_datasets(multiverse.gains(rows, ["auprc"]))
    found = multiverse.summary(table, ["A", "B"]).set_index("against")
    return found.loc["rival"], found.loc["control"], table


def test_effect_that_is_everywhere_is_counted_everywhere():
    against_rival, against_control, table = counted(made_up(lambda levels: 0.05))
    assert against_rival["readings"] == 24 * 3  # two alphas, and the one that is chosen
    for found in (against_rival, against_control):
        assert found["ahead"] == found["positive"] == found["readings"]
        assert found["behind"] == 0
        assert found["median"] == pytest.approx(0.05, abs=0.005)
    # The control knows nothing, and is held against the rival, too.
    null = multiverse.summary(table, ["A", "B"]).set_index("against").loc["null"]
    assert null["readings"] == against_control["readings"]
    assert null["median"] == pytest.approx(0, abs=0.005)
    assert null["ahead"] < null["readings"] / 4


def test_no_effect_is_ahead_no_more_often_than_its_level():
    found, _, _ = counted(made_up(lambda levels: 0.0, n=48, n_alphas=1))
    assert found["readings"] == 48
    assert found["ahead"] + found["behind"] <= 8  # 2.4 expected; more has probability 0.001
    assert 12 <= found["positive"] <= 36


def test_choice_that_matters_is_found_and_no_other():
    rows = made_up(lambda levels: 0.04 * (levels["steps"] == "joint"))
    table = counted(rows)[2]
    one = table[(table["against"] == "rival") & (table["measure"] == "AUPRC")]
    found = multiverse.importance(one, n=300)
    assert found["choice"].iloc[0] == "steps"
    assert found["share"].iloc[0] > 0.8
    assert [*found.loc[found["q"] < 0.05, "choice"]] == ["steps"]
    assert found["low"].iloc[0] > 0.5
    assert "steps (" in describe_importance(found)


def test_pair_that_matters_only_together_is_found():
    def effect(levels):
        return 0.05 * ((levels["steps"] == "joint") != (levels["prior of Z"] == "learned"))

    table = counted(made_up(effect, n=48))[2]
    one = table[table["against"] == "rival"]
    assert multiverse.importance(one, n=50)["share"].iloc[0] < 0.3
    pairs = multiverse.importance(one, pairs=True, n=50)
    assert pairs["choice"].iloc[0] == "prior of Z x steps"
    assert pairs["share"].iloc[0] > 0.6


def test_choice_that_matters_with_one_alpha_only_is_found():
    rows = made_up(lambda levels: 0.0, n=24)
    joint = multiverse.configurations(24)["steps"] == "joint"
    where = joint[rows["config"]].to_numpy() & (rows["alpha"] == "1") & (rows["what"] == "model")
    rows.loc[where, "auprc"] += 0.05
    table = counted(rows)[2].query("against == 'rival' and alpha != 'chosen'")
    pairs = multiverse.importance(table, pairs=True, n=50)
    assert pairs["choice"].iloc[0] == "steps x alpha"
    # Of a 2 x 2 table with one cell that differs, each main effect and the pair explain a third.
    assert pairs["share"].iloc[0] == pytest.approx(1 / 3, abs=0.05)
    single = multiverse.importance(table, n=50).set_index("choice")["share"]
    assert single["steps"] == pytest.approx(1 / 3, abs=0.05)
    assert single["alpha"] == pytest.approx(1 / 3, abs=0.05)


def test_chosen_alpha_is_that_of_the_training_edges():
    rows = made_up(lambda levels: 0.0, n=1, datasets=("A",))
    rows["auprc"] = np.where(rows["what"] == "model", rows["alpha"].astype(float), 0.0)
    rows["fit"] = np.where(rows["split"] < 4, rows["alpha"] == "1", rows["alpha"] == "0") * 1.0
    found = multiverse.gains(rows, ["auprc"]).query("alpha == 'chosen' and against == 'rival'")
    assert found["difference"].iloc[0] == pytest.approx(0.4)


def test_table_by_level_has_the_median_of_its_readings():
    rows = made_up(lambda levels: 0.04 * (levels["steps"] == "joint"), n=12)
    found = multiverse.by_level(multiverse.gains(rows, ["auprc"]))
    assert found.loc[("steps", "joint"), "readings"] == 18
    assert float(found.loc[("steps", "joint"), "A"]) == pytest.approx(0.04, abs=0.005)
    assert float(found.loc[("steps", "in turns"), "A"]) == pytest.approx(0, abs=0.005)


def test_readings_are_counted_on_each_data_set():
    rows = made_up(lambda levels: 0.0, n=12)
    rows.loc[(rows["dataset"] == "A") & (rows["what"] == "model"), "auprc"] += 0.05
    found = multiverse.format_datasets(multiverse.gains(rows)).set_index("data set")
    assert [*found.index] == ["A", "B"]
    assert (found["readings"] == "36").all()
    assert found.loc["A", "AUPRC"].startswith("36 ahead, 0 behind, +0.05")
    assert not found.loc["B", "AUPRC"].startswith("36")
    assert not found.loc["A", "within TFs"].startswith("36")


def test_sentences_say_one_and_many():
    many = counted(made_up(lambda levels: 0.05, n=12))[2]
    one = many.iloc[:1]
    assert "in 36 of 36 readings" in describe(multiverse.summary(many, ["A", "B"]))
    assert "in 1 of 1 reading," in describe(multiverse.summary(one, ["A", "B"]))


def test_figures_show_every_reading():
    rows = made_up(lambda levels: 0.05 * (levels["steps"] == "joint"), n=12)
    table = counted(rows)[2]
    figure = multiverse.curve_figure(table, datasets=["A", "B"])
    above, below = figure.axes[:2]
    assert sum(len(line.get_xdata()) for line in above.lines if line.get_marker() == "o") == 36
    assert len(below.get_yticklabels()) == 3 + sum(
        len(choice.levels) for choice in (*design.OF_MODEL, *design.OF_TEXT)
    )
    multiverse.importance_figure(
        multiverse.importance(table[table["against"] == "rival"], n=10)
    ).canvas.draw()


def test_readings_of_the_synthetic_data_are_stored_and_come_back(tmp_path):
    asked = {"datasets": ["synthetic"], "n": 1, "splits": (0, 1), "claims": ("text", "labels")}
    store = Store(tmp_path)
    rows = multiverse.readings(store, **asked, runner=Runner(n_jobs=1))
    again = multiverse.readings(Store(tmp_path), **asked, runner=STORED_ONLY)
    pd.testing.assert_frame_equal(rows, again)
    assert set(rows["what"]) == {"model", "rival", "control"}
    assert set(rows["claim"]) == {"text", "labels"}
    assert rows["auprc"].between(0, 1).all()
    own = rows[(rows["claim"] == "labels") & (rows["what"] == "model")]
    assert len(own) == 2 and own["key"].nunique() == 1  # two splits


def test_planted_text_is_found_and_the_text_of_others_is_not(tmp_path):
    counted = {}
    for name in ("synthetic:many-tfs", "synthetic:many-tfs-no-text"):
        rows = multiverse.readings(
            Store(tmp_path), datasets=[name], n=4, claims=("text",), runner=Runner(n_jobs=1)
        )
        found = multiverse.summary(multiverse.gains(rows, ["auprc"]), [name])
        counted[name] = found.set_index("against").loc["control"]
    text, no_text = counted.values()
    assert text["readings"] == text["positive"] == 6  # two configurations of four have a control
    assert text["ahead"] > text["behind"] == 0
    assert text["median"] > 0.03
    # One order of the text is luck, which goes both ways.
    assert no_text["ahead"] <= no_text["behind"]
    assert no_text["median"] < 0.01


def test_extent_and_cost_count_a_training_once():
    rows = made_up(lambda levels: 0.0, n=12)
    found = multiverse.extent(rows)
    assert [*found["data set"]] == ["A", "B"]
    assert (found["configurations"] == 12).all()
    assert (found["planned"] == 48).all()
    assert (found["readings"] == 36).all()
    # DeepSEM, and InfoSEM-B and its control with two alphas; all serve ten splits.
    assert (found["trainings"] == 12 * 5).all()
    assert multiverse.cost(rows) == pytest.approx(2 * 12 * 5 * 36 / 3600)


def test_form_has_every_reading_with_its_choices_and_gains():
    gains = multiverse.gains(made_up(lambda levels: 0.05 * (levels["steps"] == "joint"), n=12))
    (part,) = json.loads(
        BeautifulSoup(multiverse.form(gains), "html.parser").script.string
    ).values()
    assert len(part["readings"]) == 36
    names, levels = [*part["choices"]], part["choices"]["steps"]
    joint = [levels[reading[names.index("steps")]] == "joint" for reading in part["readings"]]
    assert sum(joint) == 18
    for dataset in ("mean of the data sets", "A", "B"):
        values = np.array(part["gains"][dataset]["AUPRC"])
        assert values.shape == (36, 3)
        assert values[joint, 0].min() > 0.03 > values[np.logical_not(joint), 0].max()


@pytest.mark.parametrize("effect", [0.05, -0.05, 0.0])
def test_headline_counts_what_the_summary_has(effect):
    table = counted(made_up(lambda levels: effect, n=12))[2]
    within = table.assign(measure="within TFs", low=-1.0, high=1.0)
    found = multiverse.summary(pd.concat([table, within]), ["A", "B"])
    pooled = found[found["measure"] == "AUPRC"].set_index("against")
    ahead, behind = pooled.loc["rival", ["ahead", "behind"]]
    assert multiverse.headline(found) == (
        "The paper leaves choices open. Of 36 ways to make them, InfoSEM-B is shown to be ahead of "
        f"DeepSEM by AUPRC in {ahead} and behind in {behind}; {36 - ahead - behind} show neither. "
        "Among the targets of a single TF it is ahead in 0 and behind in 0. InfoSEM-B with text of "
        "other genes was tried in 36 of them, and is shown to be worse in "
        f"{pooled.loc['control', 'ahead']} and better in {pooled.loc['control', 'behind']}."
    )


def test_settings_are_counted_beside_readings():
    table = pd.DataFrame(
        {"network": "N", "claim": "text", "against": "rival", "measure": "AUPRC",
         "config": config, "alpha": alpha, "low": low, "high": low + 0.1}
        for config, alpha, low in (
            (0, "own", 0.01), (0, "10", 0.02), (0, "chosen", 0.01), (1, "own", -0.2),
            (1, "10", -0.05), (1, "chosen", -0.05), (2, "own", -0.05), (2, "chosen", -0.2),
        )
    )  # fmt: skip
    assert multiverse.describe_chosen(table) == (
        "N, AUPRC: the readings ahead come from 1 of 3 settings, those behind from 2. Of the 3 "
        "readings whose alpha the training edges choose, as in the paper, 1 are ahead and 1 behind."
    )


def test_spread_over_seeds_is_that_of_the_gain_and_not_of_the_methods():
    seeds = {0: 0.02, 1: 0.04}  # the gain of each
    rows = pd.DataFrame(
        {"dataset": dataset, "seed": seed, "split": split, "method": method,
         "unseen_auprc": 0.1 * seed + 0.01 * split + gain * (method == "InfoSEM-B"),
         "unseen_hit": 0.5}
        for seed, gain in seeds.items() for dataset in "AB" for split in range(3)
        for method in ("DeepSEM", "InfoSEM-B")
    )  # fmt: skip
    assert multiverse.describe_seeds(rows) == (
        "Over 2 training seeds the gain of this book's own reading has a standard deviation of "
        "0.014 in AUPRC (the standard error over splits is 0.000) and of 0.000 in Hit@1% (the "
        "standard error over splits is 0.000)."
    )


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        # By hand from Tables 1 and 5: InfoSEM-B less DeepSEM, mean of hESC and hHEP.
        ("cell-type-specific", (0.331 - 0.265 + 0.498 - 0.435) / 2),
        ("non-cell-type-specific", (0.036 - 0.028 + 0.029 - 0.026) / 2),
        ("planted", np.nan),
    ],
)
def test_papers_gain_is_that_of_the_table_of_its_network(network, expected):
    table = counted(made_up(lambda levels: 0.05, n=12))[2].assign(network=network)
    line = multiverse.summary(table, ["hESC", "hHEP"]).set_index("against").loc["rival"]
    assert line["paper"] == pytest.approx(expected, nan_ok=True)
    assert np.isnan(line["beyond"]) == np.isnan(expected)


def test_headline_of_no_readings_says_nothing():
    assert multiverse.headline(pd.DataFrame()) == ""
