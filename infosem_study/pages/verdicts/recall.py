"""What the paper says of recall (Table 6)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from infosem_study.pages.appendix import recall
from infosem_study.pages.verdicts.evidence import Evidence, differences, paper_numbers
from infosem_study.pages.verdicts.judges import Finding, format_mean
from infosem_study.statistics import format_number
from infosem_study.verdicts import (
    NOT_REPRODUCED,
    REPRODUCED,
    WITHIN,
    format_cases,
    format_where,
    judge_numbers,
    near,
    tally,
)

__all__ = ["beyond", "higher_than", "much_higher", "not_free", "numbers"]

_RECALL = "Recall@0.5"


def numbers(evidence: Evidence) -> Finding:
    """How many are the paper's, under the nearest conversion."""
    table = evidence.recall.dropna(subset=["mean", "sem", "paper"])
    same = near(table["difference"], np.hypot(table["sem"], table["paper_sem"]))
    verdict, name = judge_numbers(same), _conversion(evidence)
    because = f"nearest of {len(recall.CONVERSIONS)} conversions: {name}"
    told = recall.conversions(recall.compared(evidence.of("recalls")))
    if told["conversion"].iloc[0] != name:
        verdict, because = NOT_REPRODUCED, f"{because}; zero everywhere is nearer"
    return Finding(verdict, because, f"{same.sum()} within errors", f"{len(same)} numbers")


def much_higher(evidence: Evidence) -> Finding:
    """Whether recall is more than twice the AUPRC."""
    papers = paper_numbers("Table 6", _RECALL)
    own = evidence.recall.pivot(index="dataset", columns="method", values="mean")
    times = (own / evidence.means("Table 5", "AUPRC"))[papers.columns].mean(axis=1).dropna()
    theirs = (papers / paper_numbers("Table 5", "AUPRC")[papers.columns]).mean(axis=1)
    holds = (times > 2).to_dict()
    return Finding(
        tally(holds),
        f"more than twice as high, mean of the methods, {format_where(holds)}",
        f"{times.mean():.1f} times as high",
        f"{theirs.mean():.1f} times as high",
    )


def higher_than(method: str, against: str, evidence: Evidence) -> Finding:
    """Whether one method's recall is above another's, where the paper's is."""
    found, papers = _differences("recall", method, against, evidence)
    holds = (found["low"] > 0).to_dict()
    because = f"{format_where(holds)}; {_conversion(evidence)}"
    paper = format_number(papers.mean(), form="+.2f")
    return Finding(tally(holds), because, format_mean(found, "+.2f"), paper)


# --- the audit of it ------------------------------------------------------------------------------
# Recall is free as far as it is the share of all pairs that pass the threshold.


def not_free(evidence: Evidence) -> str:
    """Where the recall of each method is beyond that share."""
    own = evidence.recall.dropna(subset=["paper", "beyond", "beyond_sem"])
    shown = own["beyond"] > WITHIN * own["beyond_sem"]
    return _survives(shown.groupby(own["dataset"], sort=False).all().to_dict())


def beyond(method: str, against: str, evidence: Evidence) -> str:
    """Where one method's recall is further beyond it than another's."""
    found, _ = _differences("beyond", method, against, evidence)
    return _survives((found["low"] > 0).to_dict())


def _survives(holds: Mapping[Any, bool]) -> str:
    verdict = tally(holds)
    if verdict == NOT_REPRODUCED:
        return "no: not beyond the share of all pairs that pass"
    there = format_cases(dataset for dataset, good in holds.items() if good)
    return "yes" if verdict == REPRODUCED else f"on {there} only"


def _conversion(evidence: Evidence) -> str:
    return str(evidence.recall["conversion"].iloc[0])


def _differences(
    measure: str, method: str, against: str, evidence: Evidence
) -> tuple[pd.DataFrame, "pd.Series[float]"]:
    """By data set on which the paper's recall is higher: ours of the measure, and the paper's."""
    rows, table = evidence.of("recalls"), paper_numbers("Table 6", _RECALL)
    own = rows[rows["conversion"] == _conversion(evidence)]
    found = differences(own, measure, [(method, against)])
    papers = (table[method] - table[against]).reindex(found.index)
    return found[papers > 0], papers[papers > 0]
