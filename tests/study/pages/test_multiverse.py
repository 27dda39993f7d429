"""Readings of the paper: their design, what is counted of them, and what is found in them."""

import json

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from infosem_study import Store
from infosem_study.pages import multiverse
from infosem_study.pages.multiverse import design
from infosem_study.scheduling import STORED_ONLY, Runner

NETWORK = "cell-type-specific"
# The paper's gains of text by hand from Table 1: InfoSEM-B less DeepSEM, mean of hESC and hHEP.
OF_TEXT = (0.331 - 0.265 + 0.498 - 0.435) / 2


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


ALPHAS = ("own", "10")


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
                            "claim": "text", "what": what, "alpha": ALPHAS[alpha], "seed": 0,
                            "split": split, "fit": rng.random(), "seconds": 36.0,
                            "key": f"{what} {config} {alpha * (what != 'rival')} {dataset}",
                            **dict.fromkeys(multiverse.MEASURES, value),
                        })  # fmt: skip
    return pd.DataFrame(lines)


def counted(rows):
    table = multiverse.over_datasets(multiverse.gains(rows, ["auprc"]))
    found = multiverse.summary(table).set_index("against")
    return found.loc["rival"], found.loc["control"], table


def test_effect_that_is_everywhere_is_counted_everywhere():
    against_rival, against_control, table = counted(made_up(lambda levels: 0.05))
    assert against_rival["readings"] == 24 * 3  # two alphas, and the one that is chosen
    for found in (against_rival, against_control):
        assert found["ahead"] == found["positive"] == found["readings"]
        assert found["behind"] == 0
        assert found["median"] == pytest.approx(0.05, abs=0.005)
    # The control knows nothing, and is held against the rival, too.
    null = multiverse.summary(table).set_index("against").loc["control's own"]
    assert null["readings"] == against_control["readings"]
    assert null["median"] == pytest.approx(0, abs=0.005)
    assert null["ahead"] < null["readings"] / 4


def test_no_effect_is_ahead_no_more_often_than_its_level():
    found, _, _ = counted(made_up(lambda levels: 0.0, n=48, n_alphas=1))
    assert found["readings"] == 48
    assert found["ahead"] + found["behind"] <= 8  # 2.4 expected; more has probability 0.001
    assert 12 <= found["positive"] <= 36


def test_readings_of_one_claim_do_not_depend_on_the_data_sets_of_another():
    text = made_up(lambda levels: 0.0, n=2)
    labels = made_up(lambda levels: 0.0, n=2, datasets=("A",), n_alphas=1).assign(claim="labels")
    found = multiverse.over_datasets(multiverse.gains(pd.concat([text, labels]), ["auprc"]))
    assert dict(found.groupby("claim")["dataset"].unique().map(list)) == {
        "text": ["A, B"], "labels": ["A"]}  # fmt: skip


def test_chosen_alpha_is_that_of_the_training_edges():
    rows = made_up(lambda levels: 0.0, n=1, datasets=("A",))
    rows["auprc"] = ((rows["what"] == "model") & (rows["alpha"] == "10")) * 1.0
    rows["fit"] = np.where(rows["split"] < 4, rows["alpha"] == "10", rows["alpha"] == "own") * 1.0
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


def test_counts_have_the_readings_their_controls_and_the_papers_gain():
    rows = made_up(lambda levels: 0.05, n=12, datasets=("hESC", "hHEP"))
    rows.loc[(rows["what"] == "control") & (rows["config"] % 3 > 0), "auprc"] = np.nan
    table = counted(rows)[2]
    own = table[table["against"] == "rival"]
    (line,) = multiverse.format_counts(multiverse.summary(table)).to_dict("records")
    assert line["readings"] == 36
    assert line["ahead, behind"] == "36, 0"
    assert line["with a control"] == "12, 0 of 12"
    assert line["median gain"] == f"{own['difference'].median():+.3f}"
    reached = (own["difference"] >= 0.0645).sum()
    assert (line["paper's gain"], line["reached"]) == ("+0.065", str(reached))


def test_figures_show_every_reading():
    rows = made_up(lambda levels: 0.05 * (levels["steps"] == "joint"), n=12)
    table = counted(rows)[2]
    figure = multiverse.curve_figure(table)
    above, below = figure.axes[:2]
    assert sum(len(line.get_xdata()) for line in above.lines if line.get_marker() == "o") == 36
    assert len(below.get_yticklabels()) == 3 + sum(
        len(choice.levels) for choice in (*design.OF_MODEL, *design.OF_TEXT)
    )
    multiverse.importance_figure(
        multiverse.importance(table[table["against"] == "rival"], n=10)
    ).canvas.draw()


def test_widest_interval_leaves_room_for_the_others():
    table = counted(made_up(lambda levels: 0.05, n=12))[2].query("against == 'rival'")
    table = table.reset_index(drop=True)
    table.loc[0, ["low", "high"]] = [-5.0, 5.0]
    low, high = multiverse.curve_figure(table).axes[0].get_ylim()
    assert -0.1 < low < table["low"][1:].min()
    assert table["high"][1:].max() < high < 0.2


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
        found = multiverse.summary(multiverse.gains(rows, ["auprc"]))
        counted[name] = found.set_index("against").loc["control"]
    text, no_text = counted.values()
    assert text["readings"] == text["positive"] == 6  # two configurations of four have a control
    assert text["ahead"] > text["behind"] == 0
    assert text["median"] > 0.03
    # One order of the text against another is luck, which goes both ways.
    assert 0 < no_text["positive"] < no_text["readings"]
    assert no_text["ahead"] <= no_text["behind"]
    assert no_text["median"] < 0.01


def test_extent_and_cost_count_a_training_once():
    rows = made_up(lambda levels: 0.0, n=12)
    found = multiverse.extent(rows)
    assert [*found["data set"]] == ["A", "B"]
    assert (found["configurations"] == 12).all()
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
    rows = made_up(lambda levels: effect, n=12, datasets=("hESC", "hHEP"))
    table = counted(rows)[2]
    within = table.assign(measure="within TFs", low=-1.0, high=1.0)
    labels = pd.concat([table, within]).assign(claim="labels")
    other = pd.concat([table, within]).assign(network="non-cell-type-specific")
    found = multiverse.summary(pd.concat([table, within, labels, other]))
    pooled = found[(found["measure"] == "AUPRC") & (found["network"] == NETWORK)]
    pooled = pooled.set_index(["claim", "against"])
    ahead, behind = pooled.loc[("text", "rival"), ["ahead", "behind"]].replace(0, "none")
    worse, better = pooled.loc[("text", "control"), ["ahead", "behind"]].replace(0, "none")
    own = pooled.loc[("text", "control's own"), "ahead"]
    right = pooled.loc[("text", "rival, where there is a control"), "ahead"]
    means = multiverse.averages(rows, ["auprc"])
    means = pd.concat([means, means.assign(claim="labels"),
                       means.assign(network="non-cell-type-specific")])  # fmt: skip
    mean, low, high = means.set_index("against").loc["rival"].iloc[0][["difference", "low", "high"]]
    gain, finer = (f"{mean:+.{n}f} [{low:+.{n}f}, {high:+.{n}f}]" for n in (3, 4))
    counts = f"It is shown to be ahead in {ahead} and behind in {behind}"
    assert multiverse.headline(found, means) == (
        "The paper leaves choices open. Over 36 ways to make them (12 settings with several "
        "weights of the prior each), some beyond the paper, "
        f"InfoSEM-B gains {gain} AUPRC over DeepSEM in the mean of all (the paper: "
        f"{OF_TEXT:+.3f}). {counts}, and among the targets of a single TF in none and in none. "
        "With text of other genes, tried in 36 of them, it is shown to be "
        f"worse in {worse} and better in {better}. "
        f"On the non-specific networks, over 36 ways, InfoSEM-B gains {finer} AUPRC over DeepSEM "
        f"in the mean of all (the paper: +0.0055). {counts}; with text of other genes it is ahead "
        f"in {own} of 36, with the right text in {right} of the same. Over 36 ways, on two splits "
        f"each, InfoSEM-BC gains {gain} AUPRC over InfoSEM-B in the mean of all (the paper: "
        f"{(0.331 - 0.331 + 0.499 - 0.498) / 2:+.3f}). {counts}."
    )


def test_mean_of_all_readings_has_the_errors_of_settings_and_of_splits():
    rows = made_up(lambda levels: 0.04 * (levels["steps"] == "joint"), n=24, n_alphas=1, noise=0.0)
    (found,) = multiverse.averages(rows, ["auprc"]).query("against == 'rival'").to_dict("records")
    assert found["settings"] == 24
    assert found["difference"] == pytest.approx(0.02)
    # Half of the settings gain .04, and splits do not differ.
    of_settings = 0.04 * np.sqrt(0.25 * 24 / 23) / np.sqrt(24)
    assert found["sem"] == pytest.approx(of_settings)
    # A setting that one data set lacks is left out: the first, which gains .04 or nothing.
    lacks = rows[(rows["config"] > 0) | (rows["dataset"] == "A")]
    (fewer,) = multiverse.averages(lacks, ["auprc"]).query("against == 'rival'").to_dict("records")
    first = 0.04 * (multiverse.configurations(1)["steps"].iloc[0] == "joint")
    assert fewer["settings"] == 23
    assert fewer["difference"] == pytest.approx((24 * 0.02 - first) / 23)
    # What a split adds to the gain of every setting, on one of two data sets.
    of_model = (rows["what"] == "model") & (rows["dataset"] == "A")
    moved = rows.assign(auprc=rows["auprc"] + of_model * 0.01 * rows["split"])
    (both,) = multiverse.averages(moved, ["auprc"]).query("against == 'rival'").to_dict("records")
    of_splits = 0.01 * np.std(range(10), ddof=1) / np.sqrt(10) / 2
    assert both["difference"] == pytest.approx(0.02 + 0.045 / 2)
    assert both["sem"] == pytest.approx(np.hypot(of_settings, of_splits))
    assert multiverse.describe_errors(multiverse.averages(moved, ["auprc"])) == (
        f"InfoSEM-B minus DeepSEM, {NETWORK}, AUPRC: the standard error is {of_settings:.3f} over "
        f"24 settings, {of_splits:.3f} over splits and 0.000 over training seeds."
    )


def test_mean_of_all_readings_has_the_error_of_seeds_that_settings_share():
    rows = made_up(lambda levels: 0.0, n=12, n_alphas=1, noise=0.0)
    of_model = (rows["what"] == "model") & (rows["dataset"] == "A")
    second = rows.assign(seed=1, auprc=rows["auprc"] + of_model * 0.02)
    table = multiverse.averages(pd.concat([rows, second]), ["auprc"])
    (found,) = table.query("against == 'rival'").to_dict("records")
    assert found["difference"] == pytest.approx(0.005)
    # .01 on one of two data sets, 0 on the other.
    assert found["sem"] == found["over_seeds"] == pytest.approx(0.005)
    assert [found["over_settings"], found["over_splits"]] == pytest.approx([0, 0])


def test_mean_of_all_readings_stands_beside_the_papers():
    rows = made_up(lambda levels: 0.0, n=12, datasets=("hESC", "hHEP"))
    told = multiverse.format_averages(multiverse.averages(rows)).set_index("measure")
    assert [*told["the paper's is"]] == ["above", "above", "-"]  # none within TFs
    assert told.loc["AUPRC", "paper's gain"] == f"{OF_TEXT:+.3f}"
    far = rows.assign(auprc=rows["auprc"] + (rows["what"] == "model") * 0.5)
    told = multiverse.format_averages(multiverse.averages(far, ["auprc"]))
    assert [*told["the paper's is"]] == ["below"]


def test_settings_are_counted_beside_readings():
    table = pd.DataFrame(
        {"network": "N", "claim": "text", "against": "rival", "measure": "AUPRC",
         "config": config, "alpha": alpha, "low": low, "high": low + 0.1}
        for config, alpha, low in (
            (0, "own", 0.01), (0, "10", 0.02), (0, "chosen", 0.01), (1, "own", -0.2),
            (1, "10", -0.05), (1, "chosen", -0.05), (2, "own", -0.05), (2, "chosen", -0.2),
        )
    )  # fmt: skip
    printed = multiverse.configurations(3)["constant in M"] == "no"
    rest = table[table["config"].map(printed)]
    assert len(rest)
    assert multiverse.describe_settings(table) == (
        "N, AUPRC: the readings ahead come from 1 of 3 settings, those behind from 2. Of the 3 "
        "readings with DeepSEM's own alpha, the most literal one, 1 are ahead and 1 behind. Of the "
        "3 readings whose alpha the training edges choose, 1 are ahead and 1 behind. Of the "
        f"{len(rest)} readings that contradict nothing the paper prints, {(rest['low'] > 0).sum()} "
        f"are ahead and {(rest['high'] < 0).sum()} behind."
    )


def test_spread_over_seeds_is_that_of_the_gain_and_not_of_the_methods():
    seeds = {0: 0.02, 1: 0.04}  # the gain of each
    noise = {0: 0.01, 1: -0.01}  # by split
    rows = pd.DataFrame(
        {"dataset": dataset, "seed": seed, "split": split, "method": method,
         "unseen_auprc": 0.1 * seed + has_text * (gain + noise[split]),
         "unseen_hit": 0.5 + has_text * noise[split]}
        for seed, gain in seeds.items() for dataset in "AB" for split in range(2)
        for has_text, method in enumerate(("DeepSEM", "InfoSEM-B"))
    )  # fmt: skip
    # Standard errors: .01 on each data set, .01 / sqrt 2 of their mean; over seeds .02 / sqrt 2.
    assert multiverse.describe_seeds(rows) == (
        "Text gains +0.030 AUPRC and +0.000 Hit@1% in this book's own reading, in the mean of 2 "
        "training seeds. One seed's gain has a standard deviation over seeds of 0.014 in AUPRC "
        "(the standard error over splits is 0.007) and of 0.000 in Hit@1% (the standard error over "
        "splits is 0.007). For the mean of the seeds, intervals that hold both would be 1.73 and "
        "1.00 times as wide."
    )


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        # By hand from Tables 1 and 5: InfoSEM-B less DeepSEM, mean of hESC and hHEP.
        ("cell-type-specific", OF_TEXT),
        ("non-cell-type-specific", (0.036 - 0.028 + 0.029 - 0.026) / 2),
        ("planted", np.nan),
    ],
)
def test_papers_gain_is_that_of_the_table_of_its_network(network, expected):
    table = counted(made_up(lambda levels: 0.05, n=12))[2].assign(network=network)
    line = multiverse.summary(table.assign(dataset="hESC, hHEP")).set_index("against").loc["rival"]
    assert line["paper"] == pytest.approx(expected, nan_ok=True)
    own = table[table["against"] == "rival"]
    assert line["reached"] == (own["difference"] >= expected).sum()
    assert line["holds"] == ((own["low"] <= expected) & (own["high"] >= expected)).sum()


def test_form_keeps_on_its_side_what_is_nearly_0():
    gains = multiverse.gains(made_up(lambda levels: 0.0, n=1), ["auprc", "hit", "within"])
    gains[["difference", "low", "high"]] = 0.00004, 0.000003, 0.0001
    script = BeautifulSoup(multiverse.form(gains), "html.parser").script
    (part,) = json.loads(script.string).values()
    assert part["gains"]["A"]["AUPRC"][0] == [0.00004, 0.000003, 0.0001]


def test_headline_of_no_readings_says_nothing():
    assert multiverse.headline(pd.DataFrame(), pd.DataFrame()) == ""


def test_seeds_are_compared_reading_by_reading():
    moved = 0.03  # what the second seed adds to each gain
    first = made_up(lambda levels: 0.05, n=12, n_alphas=1, noise=0.002)
    second = made_up(lambda levels: 0.05 + moved, n=12, n_alphas=1, noise=0.002)
    table = multiverse.by_seed(pd.concat([first, second.assign(seed=1)]), ["auprc"])
    assert table.groupby("seed")["config"].nunique().to_dict() == {0: 12, 1: 12}
    found, *each = multiverse.format_seeds(table).reset_index().to_dict("records")
    assert [line["data set"] for line in (found, *each)] == ["mean of all", "A", "B"]
    assert found["index"] == "InfoSEM-B minus DeepSEM"
    assert found["ahead, behind: seed 0"] == found["with every seed"] == "12, 0"
    assert (found["readings"], found["turned round"]) == (12, 0)
    assert float(found["SD over seeds"]) == pytest.approx(moved / np.sqrt(2), abs=0.002)
    assert float(found["SD over readings"]) < 0.005
    third = table[table["seed"] == 1].assign(seed=2)  # of which the figure has no place
    shown = pd.concat([table, third])
    figure = multiverse.seeds_figure(shown[shown["dataset"] == "A, B"])
    points = figure.axes[0].containers[0].lines[0].get_xydata()
    assert len(points) == 12
    assert np.mean(points[:, 1] - points[:, 0]) == pytest.approx(moved, abs=0.002)


def test_reading_that_turns_with_the_seed_is_counted():
    first = made_up(lambda levels: 0.05, n=12, n_alphas=1)
    second = made_up(lambda levels: -0.05, n=12, n_alphas=1).assign(seed=1)
    table = multiverse.by_seed(pd.concat([first, second]), ["auprc"])
    found = multiverse.format_seeds(table).iloc[0]
    assert (found["with every seed"], found["turned round"]) == ("0, 0", 12)
    # Seeds that move a gain by its own size leave nothing decided.
    together, _, _ = counted(pd.concat([first, second]))
    assert (together["ahead"], together["behind"]) == (0, 0)


def test_gain_that_is_only_that_of_a_seed_is_not_shown():
    moves = np.random.default_rng(0).normal(0, 0.03, size=(2, 48))
    how = {"n": 48, "n_alphas": 1, "noise": 0.002, "datasets": ["A"]}
    first, second = (
        made_up(lambda levels, of=of: of[levels.name], **how).assign(seed=seed)
        for seed, of in enumerate(moves)
    )
    decided = [
        found["ahead"] + found["behind"]
        for found, _, _ in map(counted, (first, second, pd.concat([first, second])))
    ]
    assert min(decided[:2]) > 40
    assert decided[2] <= 5


def test_reading_has_the_variance_over_seeds_of_its_kind():
    rng, rows = np.random.default_rng(0), made_up(lambda levels: 0.0, n=24, noise=0.002)
    moved = (rows["alpha"] == "10") & (rows["what"] == "model") & (rows["dataset"] == "A")
    moves = rng.normal(0, 0.03, size=24)[rows["config"]] * moved
    second = rows.assign(seed=1, auprc=rows["auprc"] + moves)
    found = multiverse.gains(pd.concat([rows, second]), ["auprc"]).query("against == 'rival'")
    sem = found.groupby(["dataset", "alpha"])["sem"].max()
    own = found.groupby(["dataset", "alpha"])["over_splits"].max()
    assert sem["A", "own"] == own["A", "own"]
    assert sem["B", "10"] == own["B", "10"]
    # The difference of two seeds is normal, so that its variance over seeds is half of .03^2.
    assert sem["A", "10"] == pytest.approx(0.03 / 2, rel=0.4)


def test_reading_has_one_interval_against_its_rival():
    rng, rows = np.random.default_rng(0), made_up(lambda levels: 0.0, n=12, n_alphas=1)
    rows = rows[(rows["what"] != "control") | (rows["config"] < 3)]
    moves = rng.normal(0, 0.03, size=12)[rows["config"]] * (rows["what"] == "model")
    both = pd.concat([rows, rows.assign(seed=1, auprc=rows["auprc"] + moves)])
    reading = ["config", "dataset"]
    parts = dict(iter(multiverse.gains(both, ["auprc"]).set_index(reading).groupby("against")))
    same = parts["rival, where there is a control"]["sem"]
    assert len(same) == 6
    pd.testing.assert_series_equal(same, parts["rival"]["sem"].loc[same.index])
    # A reading that lacks a seed has the error of its kind all the same.
    lacks = multiverse.gains(both[(both["config"] > 0) | (both["seed"] == 0)], ["auprc"])
    lacks = lacks.query("against == 'rival'")
    assert (lacks["sem"] > lacks["over_splits"]).all()


def test_error_of_one_seed_is_over_splits_in_the_mean_of_data_sets_too():
    table = counted(made_up(lambda levels: 0.0, n=2))[2]
    assert [*table["over_splits"]] == pytest.approx([*table["sem"]])


def test_other_tfs_double_the_error_over_splits_alone():
    rows = made_up(lambda levels: 0.05, n=2, n_alphas=1, datasets=["A"])
    line = multiverse.gains(rows, ["auprc"]).query("against == 'rival'").iloc[[0]]
    line = line.assign(difference=0.3, low=0.1, high=0.5, sem=0.1)
    wide = [
        multiverse.summary(line.assign(over_splits=part))["ahead_wide"].item()
        # 2 x .2 is more than .3; but not sqrt(1 + 3 / 4) x .2.
        for part in (0.1, 0.05)
    ]
    assert wide == [0, 1]


def test_seed_that_changes_nothing_leaves_the_intervals():
    rows = made_up(lambda levels: 0.01, n=12)
    once = multiverse.gains(rows)
    twice = multiverse.gains(pd.concat([rows, rows.assign(seed=1)]))
    pd.testing.assert_frame_equal(once, twice, check_dtype=False)


def test_seed_has_no_share_where_all_readings_are_the_same():
    rows = made_up(lambda levels: 0.0, n=2, n_alphas=1).assign(auprc=0.5)
    table = multiverse.by_seed(pd.concat([rows, rows.assign(seed=1)]), ["auprc"])
    assert set(multiverse.format_seeds(table)["share of the seed"]) == {"-"}
