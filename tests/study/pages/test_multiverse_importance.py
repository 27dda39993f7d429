"""Which choices move the gain of a reading: those that were made to, and no others."""

import pandas as pd
import pytest
from test_multiverse import counted, made_up

from infosem.errors import InfosemError
from infosem_study.pages import multiverse
from infosem_study.pages.multiverse.importance import effects
from infosem_study.pages.multiverse.text import describe_effects, describe_importance


def test_choice_that_matters_is_found_and_no_other():
    rows = made_up(lambda levels: 0.04 * (levels["steps"] == "joint"))
    table = counted(rows)[2]
    one = table[(table["against"] == "rival") & (table["measure"] == "AUPRC")]
    found = multiverse.importance(one, n=300)
    assert found["choice"].iloc[0] == "steps"
    assert found["share"].iloc[0] > 0.8
    assert [*found.loc[found["q"] < 0.05, "choice"]] == ["steps"]
    assert found["low"].iloc[0] > 0.5
    assert describe_importance(found).startswith("Steps (")


def test_pair_that_matters_only_together_is_found():
    def effect(levels):
        return 0.05 * ((levels["steps"] == "joint") != (levels["prior of Z"] == "learned"))

    table = counted(made_up(effect, n=48))[2]
    one = table[table["against"] == "rival"]
    assert multiverse.importance(one, n=50)["share"].iloc[0] < 0.3
    pairs = multiverse.importance(one, pairs=True, n=50)
    assert pairs["choice"].iloc[0] == "prior of Z x steps"
    assert pairs["share"].iloc[0] > 0.6


def test_pair_has_nothing_of_what_one_choice_does_alone():
    # With twelve settings likelihood and rate of w are not balanced against each other.
    table = counted(made_up(lambda levels: 0.05 * (levels["rate of w"] == "2e-4"), n=12, noise=0))[
        2
    ]
    one = table[table["against"] == "rival"]
    found = multiverse.importance(one, pairs=True, n=20).set_index("choice")["share"]
    assert found["likelihood x rate of w"] == pytest.approx(0, abs=1e-9)
    assert (found >= -1e-9).all()
    single = multiverse.importance(one, n=20).set_index("choice")["share"]
    assert single["rate of w"] == pytest.approx(1)


def test_two_settings_show_no_choice_to_matter():
    table = counted(made_up(lambda levels: 0.05 * (levels["rate of w"] == "2e-4"), n=2))[2]
    one = table[table["against"] == "rival"]
    for pairs in (False, True):
        assert "No " in describe_importance(multiverse.importance(one, pairs=pairs, n=50))
    found = multiverse.by_level(multiverse.gains(made_up(lambda levels: 0.0, n=2), ["auprc"]))
    assert found["readings"].dtype.kind == "i"


def test_importance_of_one_setting_is_an_error():
    table = counted(made_up(lambda levels: 0.0, n=1))[2].query("against == 'rival'")
    with pytest.raises(InfosemError, match="1 setting has all weights"):
        multiverse.importance(table)


def test_twelve_settings_cannot_tell_the_choices_apart_and_36_can():
    tables = {n: counted(made_up(lambda levels: 0.0, n=n, n_alphas=1))[2] for n in (12, 36)}
    (known, few), (same, many) = (effects(tables[n]) for n in (12, 36))
    assert known == same == many == 18
    assert few == 11
    assert "cannot be told apart" in describe_effects(tables[12])
    assert "can be told apart" in describe_effects(tables[36])


def test_choice_that_matters_with_one_alpha_only_is_found():
    rows = made_up(lambda levels: 0.0, n=24)
    joint = multiverse.configurations(24)["steps"] == "joint"
    where = joint[rows["config"]].to_numpy() & (rows["alpha"] == "10") & (rows["what"] == "model")
    rows.loc[where, "auprc"] += 0.05
    table = counted(rows)[2].query("against == 'rival' and alpha != 'chosen'")
    pairs = multiverse.importance(table, pairs=True, n=50)
    assert pairs["choice"].iloc[0] == "steps x alpha"
    # Of a 2 x 2 table with one cell that differs, each main effect and the pair explain a third.
    assert pairs["share"].iloc[0] == pytest.approx(1 / 3, abs=0.05)
    single = multiverse.importance(table, n=50).set_index("choice")["share"]
    assert single["steps"] == pytest.approx(1 / 3, abs=0.05)
    assert single["alpha"] == pytest.approx(1 / 3, abs=0.05)


def test_choice_that_matters_with_one_seed_only_is_told():
    def joint(levels):
        return 0.04 * (levels["steps"] == "joint")

    first = made_up(lambda levels: 0.0, n=36, n_alphas=1)
    second = made_up(joint, n=36, n_alphas=1).assign(seed=1)
    found = multiverse.importance_elsewhere(pd.concat([first, second]))
    assert [*found["readings"]] == [
        "all", "all", "all", "seed 0 alone", "seed 1 alone", "without A", "without B",
    ]  # fmt: skip
    has = found.set_index("readings")["shown"].str.contains("steps")
    assert has["all"].all() and has["seed 1 alone"] and has["without A"]
    assert not has["seed 0 alone"]
    told = multiverse.format_importance_elsewhere(found)
    assert told.loc[4, "furthest above chance"] == "steps"
