"""The answer of the front page, with every outcome that a claim can have."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import stats

from infosem_study import claims
from infosem_study.claims.claim import Claim, Found
from infosem_study.statistics import Estimate, from_error
from infosem_study.verdicts import (
    CANNOT_BE_TESTED,
    CONTRADICTED,
    OUTCOMES,
    SHOWN,
    SMALLER,
    UNDECIDED,
)

CASES = ("hESC", "hHEP")
TOLD = {
    "infosem-b-above-deepsem-auprc-table-1": "all pairs of unseen genes",
    "infosem-b-above-deepsem-within-tfs": "the targets of a single TF",
    "infosem-b-above-constant-auprc-table-1": "random order of the TFs",
    "infosem-b-above-constant-hit-1-table-1": "By Hit@1%",
    "infosem-bc-above-infosem-b-auprc-table-1": "as a second prior",
    "seen-names-are-enough": "a logistic regression on names",
}


def judged(outcome, *, mean=0.05):
    """The claims that the answer is made of, with that outcome."""
    cases = {case: from_error(mean + 0.01 * i, 0.01, 10, 9) for i, case in enumerate(CASES)}
    found = Found(cases, dict.fromkeys(CASES, 0.04))
    wanted = {*TOLD, "infosem-bc-above-deepsem-auprc-table-1"}
    return [
        claims.Judged(
            claim, topic, outcome, "because",
            None if outcome == CANNOT_BE_TESTED else found, replace(found, papers={}),
        )
        for topic, claim in claims.catalogue() if claim.id in wanted
    ]  # fmt: skip


def test_its_claims_are_in_the_catalogue():
    assert {one.claim.id for one in judged(SHOWN)} >= set(TOLD)


@pytest.mark.parametrize("outcome", [SHOWN, CONTRADICTED, UNDECIDED])
def test_each_claim_has_a_sentence_for_each_outcome(outcome):
    text = claims.answer(judged(outcome))
    assert [words in text for words in TOLD.values()] == [True] * len(TOLD)
    assert text.count("+0.055 [") == len(TOLD)
    assert text.startswith("**In short.** Text ") and "your own cells" in text
    assert text.count("the paper has +0.040") == 2
    assert not set("{}") & set(text)


def test_what_is_smaller_has_a_sentence_where_the_paper_has_a_number():
    found = [
        replace(one, outcome=SMALLER) if "above" in one.claim.id and "table-1" in one.claim.id
        and "constant" not in one.claim.id else one
        for one in judged(SHOWN)
    ]  # fmt: skip
    text = claims.answer(found)
    assert "a gain as large as the paper's is excluded" in text
    assert "Labels as a second prior are not shown to help further" in text


@pytest.mark.parametrize(("error", "told"), [(0.01, "would still"), (0.02, "would not")])
def test_it_says_what_other_tfs_would_leave_of_the_gain(error, told):
    cases = {case: from_error(0.05, error, 10, 9) for case in CASES}
    found = [replace(one, found=Found(cases, dict.fromkeys(CASES, 0.04))) for one in judged(SHOWN)]
    assert f"and the gain of text {told} be shown." in claims.answer(found)


def test_what_many_claims_would_leave_is_that_of_benjamini_and_hochberg():
    # By hand: with p of .01 six times, .03 and .04 of eight claims all remain; one p of .5 more,
    # and of nine the rates are .015, .039 and .045; eight more, and those of .03, .04 are lost.
    def one(i, p):
        half = stats.t.ppf(0.975, 9) * 0.01
        mean = stats.t.isf(p / 2, 9) * 0.01
        found = Found({"A": Estimate(mean, mean - half, mean + half, 0.01, 10, 9)})
        claim = Claim(f"c{i}", f"claim {i}", "", "table1#auprc", lambda _: found)
        return claims.Judged(claim, "text", SHOWN if p < 0.05 else UNDECIDED, "because", found)

    few = [one(i, p) for i, p in enumerate([0.01] * 6 + [0.03, 0.04])]
    for added, lost in ((0, []), (1, []), (8, [6, 7])):
        found = [*few, *(one(8 + i, 0.5) for i in range(added))]
        decided, gone = claims.by_chance(found)
        assert decided == few
        assert gone == [few[i] for i in lost]
        text = claims.describe_by_chance(found)
        assert f"{8 - len(lost)} of 8 that are" in text
        assert ("claim 6" in text) == bool(lost)
    assert claims.by_chance(judged(CANNOT_BE_TESTED)) == ([], [])
    assert claims.describe_by_chance([]) == "No claim was decided."


def test_answer_says_which_of_its_outcomes_many_claims_would_not_leave():
    weak = {case: from_error(-0.02, 0.0118, 10, 9) for case in CASES}  # p = .03
    found = [
        replace(one, found=Found(weak), outcome=CONTRADICTED)
        if one.claim.id == "infosem-b-above-deepsem-within-tfs"
        else one
        for one in judged(SHOWN)
    ]
    assert "Corrected" not in claims.answer(found)
    nothing = {case: from_error(0.0, 0.01, 10, 9) for case in CASES}
    many = [replace(one, outcome=UNDECIDED, found=Found(nothing)) for one in judged(SHOWN)]
    text = claims.answer([*found, *many, *many])
    assert text.count("the difference among the targets of a single TF would be undecided") == 1
    # The first sentence has no interval, and does not say more than is left.
    assert "Text does not help" in claims.answer(found)
    assert "Text does not help" not in text
    assert "Text is not shown to help" in text


def test_outcomes_are_told_apart():
    outcomes = [outcome for outcome in OUTCOMES if outcome != SMALLER]
    texts = {claims.answer(judged(outcome)) for outcome in outcomes}
    assert len(texts) == len(outcomes)
    assert claims.answer(judged(CANNOT_BE_TESTED)) == ""
    assert claims.answer([]) == ""


def test_picture_shows_each_data_set_and_the_mean_beside_the_paper():
    axes = np.reshape(claims.answer_figure(judged(SHOWN)).axes, (2, 2))
    names = [label.get_text() for label in axes[0, 0].get_yticklabels()]
    assert names == [*CASES, "mean"]
    for row, column in product(range(2), range(2)):
        lines = {line.get_label(): line for line in axes[row, column].lines}
        assert ("paper" in lines) == (column == 0)
        (container,) = axes[row, column].containers
        np.testing.assert_allclose(container.lines[0].get_xdata(), [0.05, 0.06, 0.055])


def test_picture_leaves_out_what_was_not_run():
    figure = claims.answer_figure(judged(CANNOT_BE_TESTED))
    pooled, within = figure.axes[:2]
    assert not pooled.containers
    assert len(within.containers) == 1
