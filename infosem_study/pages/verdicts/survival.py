"""The audit of a claim that a method is better than others on unseen genes.

A ranking of whole TFs, or of targets, can get far by luck: what passes these tests is more.
"""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from infosem_study.methods import METHODS
from infosem_study.pages import audit
from infosem_study.pages.cell_subsampling import PAPER_ON
from infosem_study.pages.verdicts.evidence import (
    CONSTANT,
    NETWORKS,
    TABLES,
    Evidence,
    line_of,
    paper_numbers,
)
from infosem_study.verdicts import NOT_RUN, NotRun, format_cases

__all__ = ["Audit", "Better", "cells_matter", "survives"]


class Better(NamedTuple):
    """That a method is better than others on unseen genes, which the audit looks into.

    Attributes
    ----------
    method : str
    against : tuple of str
        Chance, where there is none.
    sources : tuple of str
        The paper's tables that say so.
    metric : str
        Of the claim.
    """

    method: str
    against: tuple[str, ...] = ()
    sources: tuple[str, ...] = ("Table 1",)
    metric: str = "AUPRC"


Audit = Better | Callable[[Evidence], str]
"""What is asked of a claim; of some kinds it is a function of their own."""

_FAILED = {
    "constant": "not shown to beat a TF constant",
    "within": "not better within TFs",
    "gain": "no gain over chance",
}


def survives(asked: Audit | None, evidence: Evidence) -> str:
    """Whether a claim survives the audit, in words (see `catalogue.claims`)."""
    if asked is None or not evidence.of_paper:
        return "-"
    try:
        return _audited(asked, evidence) if isinstance(asked, Better) else asked(evidence)
    except NotRun:
        return NOT_RUN


def _audited(asked: Better, evidence: Evidence) -> str:
    """Where a method passes all tests."""
    outcomes: dict[str, dict[str, bool | None]] = {}  # None: not run
    for source in asked.sources:
        name, _ = TABLES[source]
        rows, theirs = evidence.of(name), paper_numbers(source, asked.metric)
        for dataset in rows.loc[rows["method"] == asked.method, "dataset"].unique():
            numbers = theirs.loc[dataset]
            if any(numbers[asked.method] <= numbers[rival] for rival in asked.against):
                continue  # it is not said there
            where = dataset + ", non-specific" * (name == "non_specific")
            outcomes[where] = {
                "constant": _beats_constant(evidence, asked, name, dataset),
                "within": _better_within(evidence, asked, NETWORKS[name], dataset),
                **_beats_controls(evidence, asked.method, NETWORKS[name], dataset),
            }
    passed = [where for where, tests in outcomes.items() if all(tests.values())]
    failed = [where for where, tests in outcomes.items() if False in tests.values()]
    if len(passed) + len(failed) < len(outcomes) or not outcomes:
        raise NotRun
    if not passed:
        counted = Counter(
            test for tests in outcomes.values() for test, good in tests.items() if good is False
        )
        ((test, _),) = counted.most_common(1)
        return f"no: {_FAILED.get(test, f'as good with {test}')}"
    return "yes" if not failed else f"on {format_cases(passed)} only"


# --- the tests ------------------------------------------------------------------------------------


def _beats_constant(evidence: Evidence, asked: Better, name: str, dataset: str) -> bool | None:
    if evidence.frames["beyond"] is None:
        return None
    row = line_of(
        evidence.of("beyond"), network=NETWORKS[name], method=asked.method, dataset=dataset,
        metric=asked.metric,
    )  # fmt: skip
    return bool(row["verdict"] == "better")


def _better_within(evidence: Evidence, asked: Better, network: str, dataset: str) -> bool | None:
    if evidence.frames["within"] is None:
        return None
    # Without expression, scores of an unseen TF are constant, and at chance within it.
    rivals = {name if METHODS[name].expression else CONSTANT for name in asked.against}
    found = []
    for rival in rivals or {CONSTANT}:
        table = evidence.once(_within, network, asked.method, rival)
        own = table[table["dataset"] == dataset] if len(table) else table
        if not len(own):
            return None
        found.append(bool(own["low"].iloc[0] > 0))
    return all(found)


def _within(evidence: Evidence, network: str, method: str, rival: str) -> pd.DataFrame:
    table = evidence.of("within")
    return audit.paired_within(table[table["network"] == network], method, rival)


def _beats_controls(
    evidence: Evidence, method: str, network: str, dataset: str
) -> dict[str, bool | None]:
    """Whether there is a gain over chance, and whether each control takes some of it."""
    try:
        left = evidence.once(Evidence.left_of_gain, network)
    except NotRun:
        return {"controls": None}
    own = left[(left["method"] == method) & (left["dataset"] == dataset)]
    found: dict[str, bool | None] = dict(
        zip(own["control"].replace("none", "gain"), own["low"] > 0, strict=True)
    )
    return found if len(found) > 1 else {"controls": None}


# --- another audit --------------------------------------------------------------------------------


def cells_matter(evidence: Evidence) -> str:
    """That few cells are enough says something where more cells help at all."""
    row = line_of(evidence.cells, id="deepsem-100-above-20")
    return "yes" if row["holds"].get(PAPER_ON) else "no: cells do not help DeepSEM"
