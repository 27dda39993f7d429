"""What the paper says of recall (Table 6)."""

import numpy as np
import pandas as pd

from infosem_study.pages.appendix import recall
from infosem_study.pages.verdicts.evidence import _differences, _Evidence, _ours, _theirs
from infosem_study.pages.verdicts.judges import _Finding, _mean, _tally, _where, _within_errors
from infosem_study.reported import reported


def _recall_numbers(evidence: _Evidence) -> _Finding:
    table = evidence.recall.dropna(subset=["mean", "sem", "paper"])
    near = table["difference"].abs() < 1.96 * np.hypot(table["sem"], table["paper_sem"])
    verdict, name = _within_errors(near), table["conversion"].iloc[0]
    because = f"nearest of {len(recall.CONVERSIONS)} conversions: {name}"
    told = recall.conversions(recall.compared(evidence.of("recalls")))
    if told["conversion"].iloc[0] != name:
        verdict, because = "not reproduced", f"{because}; zero everywhere is nearer"
    return _Finding(verdict, because, f"{near.sum()} within errors", f"{len(near)} numbers")


def _recall_above(evidence: _Evidence) -> _Finding:
    papers = reported("Table 6").pivot(index="dataset", columns="method", values="value")
    own = evidence.recall.pivot(index="dataset", columns="method", values="mean")
    times = (own / _ours("Table 5", "AUPRC", evidence))[papers.columns].mean(axis=1).dropna()
    holds = times.index[times > 2]
    theirs = (papers / _theirs("Table 5", "AUPRC")[papers.columns]).mean(axis=1)
    return _Finding(
        _tally(len(holds), len(times)),
        f"more than twice as high, mean of the methods, {_where(holds, [*times.index])}",
        f"{times.mean():.1f} times as high",
        f"{theirs.mean():.1f} times as high",
    )


def _recall_order(method: str, against: str, evidence: _Evidence) -> _Finding:
    found, papers = _recall_differences("recall", method, against, evidence)
    holds = found.index[found["low"] > 0]
    verdict, where = _tally(len(holds), len(found)), _where(holds, [*found.index])
    (name,) = evidence.recall["conversion"].unique()
    return _Finding(verdict, f"{where}; {name}", _mean(found, "+.2f"), f"{papers.mean():+.2f}")


def _recall_differences(
    measure: str, method: str, against: str, evidence: _Evidence
) -> tuple[pd.DataFrame, pd.Series]:
    """By data set on which the paper's recall is higher: ours of the measure, and the paper's."""
    (name,) = evidence.recall["conversion"].unique()
    rows = evidence.of("recalls")
    found = _differences(rows[rows["conversion"] == name], measure, [(method, against)])
    table = reported("Table 6").pivot(index="dataset", columns="method", values="value")
    papers = (table[method] - table[against]).reindex(found.index)
    return found[papers > 0], papers[papers > 0]


def _recall_not_free(evidence: _Evidence) -> str:
    """That the recall is more than the share of all pairs that pass, for each of the methods."""
    own = evidence.recall.dropna(subset=["paper", "beyond", "beyond_sem"])
    shown = (own["beyond"] > 1.96 * own["beyond_sem"]).groupby(own["dataset"], sort=False).all()
    return _survives_on(shown.index[shown], len(shown))


def _survives_on(holds: pd.Index, n: int) -> str:
    verdict = _tally(len(holds), n)
    if verdict == "not reproduced":
        return "no: not beyond the share of all pairs that pass"
    return "yes" if verdict == "reproduced" else f"on {', '.join(holds)} only"


def _recall_beyond(method: str, against: str, evidence: _Evidence) -> str:
    """The same of recall beyond the share of all pairs that pass the threshold, which is free."""
    found, _ = _recall_differences("beyond", method, against, evidence)
    return _survives_on(found.index[found["low"] > 0], len(found))
