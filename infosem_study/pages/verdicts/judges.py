"""How claims of several topics are judged."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from infosem.data import CELLS
from infosem_study.pages.cell_subsampling import PAPER_ON
from infosem_study.pages.verdicts.evidence import (
    METRICS,
    TABLES,
    Evidence,
    differences,
    line_of,
    paper_numbers,
)
from infosem_study.statistics import format_number
from infosem_study.verdicts import NOT_RUN, UNDECIDED, NotRun, claim_id, format_where, tally

__all__ = [
    "NO_RUNS",
    "Finding",
    "above_all",
    "figure6",
    "format_each",
    "format_mean",
    "improvement",
    "never",
    "percentage",
    "ranked",
]

NO_RUNS = "its runs are not in the ledger"


class Finding(NamedTuple):
    """What became of a claim."""

    verdict: str
    because: str
    ours: str = "-"
    paper: str = "-"


def never(because: str, evidence: Evidence) -> Finding:
    """That a claim cannot be judged."""
    return Finding(NOT_RUN, because)


def format_mean(by_dataset: pd.DataFrame, form: str = "+.3f") -> str:
    """Mean over data sets of the column mean, with its standard error in parentheses."""
    if not len(by_dataset):
        raise NotRun
    errors = by_dataset["sem"].to_numpy(dtype=float)
    error = np.sqrt(np.square(errors).sum()) / len(errors)
    return format_number(by_dataset["mean"].mean(), error, form=form)


def format_each(values: "pd.Series[float]", form: str) -> str:
    """A number of each data set."""
    return ", ".join(f"{name} {value:{form}}" for name, value in values.items())


# --- what other pages have judged -----------------------------------------------------------------


def percentage(claim: str, evidence: Evidence) -> Finding:
    """The claim with that id of `table1.percentages`."""
    row = line_of(evidence.percentages, id=claim)
    because = f"on {row['cases']} of {row['claimed_cases']} networks"
    if row["verdict"] == UNDECIDED:
        because += "; the interval holds 0 and the paper's number"
    if not row["follows"]:
        because += f"; the paper's own tables give {row['tables']:.1f}%"
    ours = format_number(row["ours"], row["error"], form="+.1%")
    return Finding(row["verdict"], because, ours, f"{row['paper']:g}%")


def improvement(method: str, against: str, source: str, metric: str, evidence: Evidence) -> Finding:
    """That of `table1.verdicts`, of Table 1 or 5."""
    table = evidence.table1 if source == "Table 1" else evidence.table5
    row = line_of(table, id=claim_id(method, "above", against), metric=metric)
    rows = evidence.of(TABLES[source][0])
    found = differences(rows, f"unseen_{METRICS[metric]}", [(method, against)])
    ours = format_mean(found.loc[[*row["holds"]]])
    paper = format_number(row["paper"], form="+.3f")
    return Finding(row["verdict"], format_where(row["holds"]), ours, paper)


def figure6(claim: str, evidence: Evidence) -> Finding:
    """The claim with that id of `cell_subsampling.verdicts`."""
    row = line_of(evidence.cells, id=claim)
    if row["verdict"] == NOT_RUN:
        return Finding(NOT_RUN, row["because"] or NO_RUNS)
    return Finding(row["verdict"], f"on {PAPER_ON}", row["found"][PAPER_ON])


# --- ranks ----------------------------------------------------------------------------------------

_Quantifier = Callable[[Iterable[bool]], bool]  # any or all


def ranked(
    methods: Sequence[str],
    k: int,
    source: str,
    metrics: Iterable[str],
    n_claimed: int,
    of_methods: _Quantifier,
    of_metrics: _Quantifier,
    evidence: Evidence,
) -> Finding:
    """On how many data sets any, or all, of methods are among the k best by any, or all, metrics.

    Among the paper's methods that were run, by differences on the splits that both have: else a
    method that was run on few splits would win by easy ones.
    """
    name, test = TABLES[source]
    rows, held, papers, decisions = evidence.of(name), {}, {}, []
    for metric, method in product(metrics, methods):
        theirs = paper_numbers(source, metric)
        pairs = product([method], theirs.columns.drop(method))
        margins = differences(rows, f"{test}_{METRICS[metric]}", pairs)
        for dataset, part in margins.groupby("dataset", sort=False):
            part = part.sort_values("mean")
            if len(part) >= k:
                margin, rival = part["mean"].iloc[k - 1], part["rival"].iloc[k - 1]
                held[str(dataset), metric, method] = margin >= 0
                told = format_number(margin, part["sem"].iloc[k - 1], form="+.3f")
                decisions.append(
                    (abs(margin), f"{method} on {dataset} by {metric}, {told} to {rival}")
                )
        for dataset in CELLS:
            numbers = theirs.T[dataset]
            kth = numbers.drop(method).nlargest(k).iloc[-1]
            papers[dataset, metric, method] = bool(numbers[method] >= kth)
    if not held:
        raise NotRun

    def holds(by_case: Mapping[tuple[str, str, str], bool], dataset: str) -> bool:
        return of_metrics(
            of_methods(by_case.get((dataset, metric, method), False) for method in methods)
            for metric in metrics
        )

    ours = {dataset: holds(held, dataset) for dataset, _, _ in held}
    n_paper = sum(holds(papers, dataset) for dataset in CELLS)
    return Finding(
        tally(ours, n_claimed),
        f"{format_where(ours)}; nearest decision: {min(decisions)[1]}",
        f"{sum(ours.values())} of {len(ours)}",
        f"{n_claimed} of 4" + f" (its table: {n_paper})" * (n_paper != n_claimed),
    )


def above_all(
    methods: Sequence[str], rivals: Sequence[str], source: str, evidence: Evidence
) -> Finding:
    """Whether all methods are above all rivals by AUPRC, where the paper's numbers say so.

    On a data set the pair with the smallest difference counts, and whether the 95% intervals of all
    lie above 0.
    """
    name, test = TABLES[source]
    rows, theirs = evidence.of(name), paper_numbers(source, "AUPRC")
    papers = theirs[[*methods]].min(axis=1) - theirs[[*rivals]].max(axis=1)
    every = differences(rows, f"{test}_auprc", product(methods, rivals)).dropna(subset="low")
    every = every[every.index.isin(papers.index[papers > 0])]
    least = every.groupby(level=0, sort=False)["low"].min()
    worst = every.sort_values("mean", kind="stable")
    closest = " and ".join(worst[["method", "rival"]].head(1).to_numpy().ravel())
    worst = worst[~worst.index.duplicated()].loc[least.index]
    holds = (least > 0).to_dict()
    return Finding(
        tally(holds),
        f"{format_where(holds)}; closest: {closest}",
        format_mean(worst),
        f"{papers[worst.index].mean():+.3f}",
    )
