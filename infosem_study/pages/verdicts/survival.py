"""The audit of a claim."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from infosem_study import statistics
from infosem_study.methods import METHODS
from infosem_study.pages import audit
from infosem_study.pages.verdicts.evidence import (
    _CONSTANT,
    _NETWORKS,
    _TABLES,
    _Evidence,
    _left,
    _line,
    _Missing,
    _theirs,
)


class _Better(NamedTuple):
    """That a method is better than others on unseen genes, which the audit looks into."""

    method: str
    against: tuple[str, ...] = ()  # chance, where there is none
    sources: tuple[str, ...] = ("Table 1",)
    metric: str = "AUPRC"


_AGAINST = {
    "constant": "not shown to beat a TF constant",
    "within": "not better within TFs",
    "gain": "no gain over chance",
}


def _survives(asked: _Better | Callable[[_Evidence], str] | None, evidence: _Evidence) -> str:
    if asked is None or not evidence.of_paper:
        return "-"
    try:
        return _audited(asked, evidence) if isinstance(asked, _Better) else asked(evidence)
    except _Missing:
        return "not run"


def _audited(asked: _Better, evidence: _Evidence) -> str:
    """Where a method passes all tests that a ranking of TFs, or of targets, does not pass."""
    outcomes: dict[str, dict[str, bool | None]] = {}  # None: not run
    for source in asked.sources:
        name, _ = _TABLES[source]
        rows, theirs = evidence.of(name), _theirs(source, asked.metric)
        for dataset in rows.loc[rows["method"] == asked.method, "dataset"].unique():
            numbers = theirs.loc[dataset]
            if any(numbers[asked.method] <= numbers[rival] for rival in asked.against):
                continue  # it is not said there
            where = dataset + ", non-specific" * (name == "non_specific")
            outcomes[where] = {
                "constant": _beats_constant(evidence, asked, name, dataset),
                "within": _better_within(evidence, asked, _NETWORKS[name], dataset),
                **_beats_controls(evidence, asked.method, _NETWORKS[name], dataset),
            }
    passed = [where for where, tests in outcomes.items() if all(tests.values())]
    failed = [where for where, tests in outcomes.items() if False in tests.values()]
    if len(passed) + len(failed) < len(outcomes) or not outcomes:
        raise _Missing
    if not passed:
        counted = Counter(
            test for tests in outcomes.values() for test, good in tests.items() if good is False
        )
        ((test, _),) = counted.most_common(1)
        return f"no: {_AGAINST.get(test, f'as good with {test}')}"
    return "yes" if not failed else f"on {', '.join(passed)} only"


def _beats_constant(evidence: _Evidence, asked: _Better, name: str, dataset: str) -> bool | None:
    table = evidence.once(_constants, name, asked.method)
    if table is None:
        return None
    row = _line(table, dataset=dataset, metric=asked.metric)
    return bool(row["verdict"] == "better")


def _constants(evidence: _Evidence, name: str, method: str) -> pd.DataFrame | None:
    rows = evidence.of(name)
    pair = rows[rows["method"].isin([method, _CONSTANT])]
    return statistics.beyond_constant(pair) if pair["method"].nunique() == 2 else None


def _better_within(evidence: _Evidence, asked: _Better, network: str, dataset: str) -> bool | None:
    if evidence.frames["within"] is None:
        return None
    # Without expression, scores of an unseen TF are constant, and at chance within it.
    rivals = {name if METHODS[name].expression else _CONSTANT for name in asked.against}
    found = []
    for rival in rivals or {_CONSTANT}:
        table = evidence.once(_within, network, asked.method, rival)
        own = table[table["dataset"] == dataset] if len(table) else table
        if not len(own):
            return None
        found.append(bool(own["low"].iloc[0] > 0))
    return all(found)


def _within(evidence: _Evidence, network: str, method: str, rival: str) -> pd.DataFrame:
    table = evidence.of("within")
    return audit.paired_within(table[table["network"] == network], method, rival)


def _beats_controls(
    evidence: _Evidence, method: str, network: str, dataset: str
) -> dict[str, bool | None]:
    """Whether there is a gain over chance, and whether each control takes some of it."""
    try:
        left = evidence.once(_left, network).reset_index()
    except _Missing:
        return {"controls": None}
    own = left[(left["method"] == method) & (left["dataset"] == dataset)]
    found: dict[str, bool | None] = dict(
        zip(own["control"].replace("none", "gain"), own["low"] > 0, strict=True)
    )
    return found if len(found) > 1 else {"controls": None}


def _cells_matter(evidence: _Evidence) -> str:
    """That few cells are enough says something where more cells help at all."""
    row = _line(evidence.cells, claim="More cells help DeepSEM: better with all than with 20%")
    better = str(row.get("hESC")).endswith(", better")
    return "yes" if better else "no: cells do not help DeepSEM"
