"""The rule of verdicts: four outcomes, the same in both directions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from infosem_study import verdicts
from infosem_study.statistics import Estimate, estimate
from infosem_study.verdicts import (
    CANNOT_BE_TESTED,
    CONTRADICTED,
    GAIN,
    SHOWN,
    SMALLER,
    UNDECIDED,
    Side,
    above,
    below,
    between,
    judge,
    p_value,
)

numbers = st.floats(-1, 1, allow_nan=False)
widths = st.floats(0, 1)
EXCHANGED = {SHOWN: CONTRADICTED, CONTRADICTED: SHOWN, UNDECIDED: UNDECIDED}


def interval(mean, half):
    return Estimate(mean, mean - half, mean + half, half / 2, 10, 9)


def mirrored(found):
    return Estimate(-found.mean, -found.high, -found.low, found.sem, found.n, found.freedom)


@pytest.mark.parametrize(
    ("low", "high", "said", "outcome"),
    [
        (0.01, 0.09, 0.05, SHOWN),
        (0.01, 0.03, 0.05, SHOWN),  # and smaller than the paper's, which is told beside it
        (-0.036, 0.137, 0.066, UNDECIDED),  # it holds both
        (-0.01, 0.03, 0.05, SMALLER),  # an effect as large as the paper's is excluded
        (-0.01, 0.03, np.nan, UNDECIDED),
        (-0.01, 0.03, -0.05, UNDECIDED),  # the paper's own number does not say it
        (-0.09, -0.01, 0.05, CONTRADICTED),
        (-0.09, -0.01, np.nan, CONTRADICTED),
        (0.0, 0.0, np.nan, UNDECIDED),  # the same on all splits: neither is better
        (-np.inf, np.inf, 0.05, UNDECIDED),  # a single split
    ],
)
def test_a_gain_is_judged_by_its_interval_and_the_paper_s(low, high, said, outcome):
    middle = (low + high) / 2 if np.isfinite(low) else 0.1
    found = Estimate(middle, low, high, 0.01, 10, 9)
    assert judge(found, GAIN, said) == outcome
    # A fall is a gain the other way round.
    assert judge(mirrored(found), below(), -said) == outcome


def test_as_good_is_shown_within_its_margin_only():
    as_good, no_better = above(-0.02), below(0.02)
    assert judge(interval(-0.005, 0.01), as_good) == SHOWN
    assert judge(interval(0.0, 0.1), as_good) == UNDECIDED  # no evidence is none of equality
    assert judge(interval(-0.1, 0.01), as_good) == CONTRADICTED
    assert judge(interval(0.0, 0.1), no_better) == UNDECIDED
    assert judge(interval(0.0, 0.01), no_better) == SHOWN
    # The paper's number is told, and no effect of that size is claimed.
    assert judge(interval(-0.01, 0.02), as_good, 0.06) == UNDECIDED
    assert judge(interval(0.85, 0.02), between(0.85, 0.05)) == SHOWN
    assert judge(interval(0.7, 0.02), between(0.85, 0.05)) == CONTRADICTED


def test_without_numbers_nothing_can_be_tested():
    assert judge(estimate([]), GAIN) == judge(estimate([np.nan]), GAIN) == CANNOT_BE_TESTED
    assert judge(estimate([0.5]), GAIN, 0.1) == UNDECIDED


@given(numbers, widths)
def test_exchanging_the_methods_exchanges_the_outcomes(mean, half):
    found = interval(mean, half)
    assert judge(mirrored(found), GAIN) == EXCHANGED[judge(found, GAIN)]
    assert judge(found, below()) == EXCHANGED[judge(found, GAIN)]


@given(numbers, widths, st.floats(0.001, 1), numbers, numbers, widths, widths)
def test_what_is_undecided_stays_so_with_less_evidence(mean, half, said, one, two, lower, higher):
    found = interval(mean, half)
    wider = found._replace(low=found.low - lower, high=found.high + higher)
    for side in (GAIN, below(), Side(min(one, two), max(one, two))):
        outcome = judge(found, side, said)
        if outcome == UNDECIDED:  # but that it may come to hold 0, beside a number that is not
            assert judge(wider, side, said) in (UNDECIDED, SMALLER)
            assert judge(wider, side) == UNDECIDED
        elif outcome == CONTRADICTED:
            assert judge(wider, side, said) != SHOWN


@given(st.lists(numbers, min_size=3, max_size=10, unique=True), numbers, numbers)
def test_p_is_below_the_level_where_a_claim_is_decided_and_else_above(values, one, two):
    found = estimate(values)
    for side in (GAIN, below(one), Side(min(one, two), max(one, two))):
        p = p_value(found, side)
        ends = (abs(end - bound) for end in (found.low, found.high) for bound in side)
        if min(ends) > 1e-9:  # else rounding decides
            assert (p < 0.05) == (judge(found, side) in (SHOWN, CONTRADICTED))


def test_p_of_a_difference_is_that_of_student_and_of_draws_that_of_each_half():
    values = [0.03, 0.01, -0.02, 0.05]
    expected = stats.ttest_1samp(values, 0).pvalue
    assert p_value(estimate(values), GAIN) == pytest.approx(expected)
    assert p_value(estimate(values), below()) == pytest.approx(expected)
    draws = Estimate(0.02, -0.01, 0.03, np.nan, 15, np.nan)
    assert p_value(draws, GAIN) == pytest.approx(2 * stats.norm.sf(1.96 * 2 / 3), rel=1e-3)
    assert p_value(draws, above(0.025)) == pytest.approx(2 * stats.norm.sf(1.96 / 2), rel=1e-3)
    for without in (estimate([0.5]), estimate([]), Estimate(0.9, 0.2, 1, np.nan, 36, 0)):
        assert np.isnan(p_value(without, GAIN))


@given(numbers, widths, st.floats(0.001, 1))
def test_no_interval_shows_a_gain_and_its_contrary(mean, half, said):
    found = interval(mean, half)
    outcomes = {judge(found, GAIN, said), judge(found, below(), -said)}
    assert outcomes != {SHOWN}
    # What holds the paper's number and 0 decides nothing.
    if found.low <= 0 <= found.high and found.low <= said <= found.high:
        assert judge(found, GAIN, said) == UNDECIDED


def rates(effect, said, n_splits=10, repeats=4000):
    """How often each outcome comes about, for differences with that mean and sd 1."""
    rng = np.random.default_rng(0)
    values = rng.normal(effect, 1.0, (repeats, n_splits))
    found = [judge(estimate(row), GAIN, said) for row in values]
    return {outcome: found.count(outcome) / repeats for outcome in (SHOWN, CONTRADICTED, SMALLER)}


def test_errors_are_at_their_level_and_planted_effects_are_found():
    """Of independent splits each error has 2.5%; where the paper is right by two sd, or wrong."""
    assert rates(0.0, said=2.0)[SHOWN] == pytest.approx(0.025, abs=0.008)
    assert rates(0.0, said=2.0)[CONTRADICTED] == pytest.approx(0.025, abs=0.008)
    assert rates(2.0, said=2.0)[SMALLER] < 0.001  # it would have to miss 0 as well
    assert rates(0.5, said=0.5)[SMALLER] == pytest.approx(0.025, abs=0.008)
    assert rates(2.0, said=2.0)[SHOWN] > 0.99
    assert rates(0.0, said=2.0)[SMALLER] > 0.92


# --- in words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "said", "text"),
    [
        (interval(0.05, 0.04), 0.06, "the interval lies above 0; it holds the paper's +0.060"),
        (interval(-0.05, 0.04), 0.06,
         "the interval lies nowhere above 0; the paper's +0.060 lies outside"),
        (interval(0.0, 0.04), 0.06,
         "the interval excludes the paper's +0.060, and shows no effect"),
        (interval(0.0, 0.04), np.nan,
         "the interval lies partly above 0; a difference of 0.040 could have been shown"),
        (estimate([0.1]), 0.06, "a single split has no interval"),
        (estimate([]), 0.06, verdicts.NOT_RUN),
    ],
)  # fmt: skip
def test_a_reason_says_what_the_interval_does(found, said, text):
    assert verdicts.reason(found, GAIN, said) == text


def test_numbers_of_a_table_are_counted_with_what_is_open():
    same, other, open_ = interval(0.0, 0.01), interval(0.5, 0.1), interval(0.0, 0.5)
    sides = [between(0, 0.1)] * 10
    found = verdicts.same_shares([same] * 9 + [other], sides)
    assert found[:3] == pytest.approx((0.9, 0.9, 0.9))
    found = verdicts.same_shares([same] * 5 + [other] + [open_] * 4, sides)
    assert found[:3] == pytest.approx((0.9, 0.5, 0.9))
    assert judge(found, above(0.8)) == UNDECIDED
    assert judge(verdicts.same_shares([other] * 3 + [open_] * 7, sides), above(0.8)) == CONTRADICTED
    with pytest.raises(verdicts.CannotBeTested):
        verdicts.same_shares([], [])


def test_an_id_outlives_spelling():
    assert verdicts.claim_id("InfoSEM-B", "above", "DeepSEM", "Hit@1%") == (
        "infosem-b-above-deepsem-hit-1"
    )
    assert verdicts.claim_id("seen", "", 20) == "seen-20"


def test_cases_stand_in_a_row():
    assert verdicts.format_cases(["hESC", "mDC"]) == "hESC, mDC"
    assert verdicts.format_cases([]) == "none"
