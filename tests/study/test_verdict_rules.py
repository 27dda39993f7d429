"""The rules of verdicts, one by one."""

import numpy as np
import pandas as pd
import pytest

from infosem_study import verdicts
from infosem_study.statistics import Interval

NO_END = Interval(0.2, -np.inf, np.inf)  # of one split


def test_an_id_outlives_spelling():
    assert verdicts.claim_id("InfoSEM-B", "above", "DeepSEM", "Hit@1%") == (
        "infosem-b-above-deepsem-hit-1"
    )
    assert verdicts.claim_id("seen", "", 20) == "seen-20"


def test_a_claim_of_ours_is_marked():
    assert verdicts.Claim("a", "It rains").sentence == "It rains"
    assert verdicts.Claim("a", "It rains", ours=True).sentence == "(ours) It rains"


@pytest.mark.parametrize(
    ("found", "holding"),
    [
        (Interval(0.2, 0.1, 0.3), {"above", "not_below"}),
        (Interval(-0.2, -0.3, -0.1), {"below", "not_above"}),
        (Interval(0.0, 0.0, 0.0), {"not_above", "not_below"}),
        (NO_END, {"not_above", "not_below"}),
        (Interval(0.6, 0.1, 1.0), {"above", "not_below", "mostly"}),
        (Interval(0.8, 0.7, 0.9), {"above", "not_below", "mostly", "strong"}),
    ],
)
def test_what_holds_follows_from_the_interval(found, holding):
    names = ("above", "below", "not_above", "not_below", "mostly", "strong")
    assert {name for name in names if getattr(verdicts, name)(found)} == holding


@pytest.mark.parametrize(
    ("held", "n_claimed", "verdict"),
    [
        ("11", None, "reproduced"), ("10", None, "partly"), ("00", None, "not reproduced"),
        ("1110", 3, "reproduced"), ("1100", 3, "partly"),
    ],
)  # fmt: skip
def test_tally_counts_where_a_claim_holds(held, n_claimed, verdict):
    holds = {str(i): good == "1" for i, good in enumerate(held)}
    assert verdicts.tally(holds, n_claimed) == verdict


def test_without_cases_there_is_nothing_to_judge():
    with pytest.raises(verdicts.NotRun):
        verdicts.tally({})
    with pytest.raises(verdicts.NotRun):
        verdicts.judge_numbers(pd.Series([], dtype=bool))


@pytest.mark.parametrize(
    ("n_same", "verdict"), [(9, "reproduced"), (8, "partly"), (5, "partly"), (4, "not reproduced")]
)
def test_a_table_is_judged_by_the_share_of_its_numbers(n_same, verdict):
    same = verdicts.near(pd.Series([0.19] * n_same + [-0.2] * (10 - n_same)), 0.1)
    assert verdicts.judge_numbers(same) == verdict


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (Interval(0.25, 0.1, 0.4), "reproduced"),
        (Interval(0.2, 0.15, 0.25), "partly"),
        (Interval(0.2, -0.1, 0.5), "undecided"),
        (Interval(0.0, -0.1, 0.1), "not reproduced"),
        (Interval(-0.3, -0.4, -0.2), "not reproduced"),
        (NO_END, "undecided"),
    ],
)
def test_a_gain_is_judged_by_its_interval(found, verdict):
    assert verdicts.judge_size(found, 0.3) == verdict


def test_where_a_claim_holds_is_told():
    told = verdicts.format_where({"hESC": True, "mDC": False, "mESC": True})
    assert told == "on hESC, mESC; not on mDC"
    assert verdicts.format_where({"hESC": True}) == "on hESC"
    assert verdicts.format_where({"hESC": False, "mDC": False}) == "on none of 2"
    assert verdicts.format_cases([]) == "none"


def test_our_own_claims_hold_or_do_not():
    words = [verdicts.format_verdict(word, ours=True) for word in verdicts.VERDICTS[:3]]
    assert words == ["holds", "partly", "does not hold"]
    assert verdicts.format_verdict("reproduced", ours=False) == "reproduced"
