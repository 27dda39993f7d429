"""Judges that several topics use."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from infosem.data import CELLS
from infosem_study.pages.verdicts.evidence import (
    _METRICS,
    _TABLES,
    _differences,
    _Evidence,
    _line,
    _Missing,
    _theirs,
)
from infosem_study.pages.verdicts.shown import _VERDICTS

_MOST, _HALF = 0.9, 0.5  # of a table's numbers: where it is reproduced, and where partly


_STRONG = 0.8  # a rank correlation that counts as the same order


_NO_RUNS = "its runs are not in the ledger"


class _Finding(NamedTuple):
    """What became of a claim."""

    verdict: str
    because: str
    ours: str = "-"
    paper: str = "-"


def _never(because: str, evidence: _Evidence) -> _Finding:
    return _Finding("not run", because)


def _tally(n_held: int, n: int, n_claimed: int | None = None) -> str:
    """The verdict on a claim that holds in some of n cases, and says so of so many, or of all."""
    if not n:
        raise _Missing
    if n_held >= (n if n_claimed is None else n_claimed):
        return "reproduced"
    return "partly" if n_held else "not reproduced"


def _within_errors(near: "pd.Series[bool]") -> str:
    """The verdict on numbers of which some are the paper's, as far as errors tell."""
    if not len(near):
        raise _Missing
    share = float(near.mean())
    return "reproduced" if share >= _MOST else "partly" if share >= _HALF else "not reproduced"


def _where(holds: Iterable[Any], claimed: Sequence[Any]) -> str:
    """On which data sets something holds, and on which not."""
    there = [str(name) for name in claimed if name in holds]
    elsewhere = [str(name) for name in claimed if name not in holds]
    if not there:
        return f"on none of {len(claimed)}"
    return f"on {', '.join(there)}" + (f"; not on {', '.join(elsewhere)}" if elsewhere else "")


def _mean(by_dataset: pd.DataFrame, form: str = "+.3f") -> str:
    """Mean over data sets, with its standard error in parentheses."""
    if not len(by_dataset):
        raise _Missing
    errors = by_dataset["sem"].to_numpy(dtype=float)
    return _number(by_dataset["mean"].mean(), np.sqrt(np.square(errors).sum()) / len(errors), form)


def _number(value: float, error: float, form: str = "+.3f") -> str:
    shown = format(value, form)
    return shown if np.isnan(error) else f"{shown} ({error:{form.lstrip('+')}})"


def _each(values: "pd.Series[float]", form: str) -> str:
    return ", ".join(f"{name} {value:{form}}" for name, value in values.items())


def _percentage(claim: str, evidence: _Evidence) -> _Finding:
    row = _line(evidence.percentages, claim=claim)
    because = f"on {row['on']} networks"
    if row["verdict"] == "undecided":
        because += "; the interval holds 0 and the paper's number"
    if row["follows"] == "no":
        because += f"; the paper's own tables give {row['from its tables'].split(' ')[0]}"
    return _Finding(row["verdict"], because, row["ours"], row["paper"])


def _improvement(
    method: str, against: str, source: str, metric: str, evidence: _Evidence
) -> _Finding:
    table = evidence.table1 if source == "Table 1" else evidence.table5
    row = _line(table, claim=f"{method} improves upon {against}", metric=metric)
    rows, claimed = evidence.of(_TABLES[source][0]), row["claimed on"].split(", ")
    difference = _differences(rows, f"unseen_{_METRICS[metric]}", [(method, against)])
    where = _where(row["holds on"].split(", "), claimed)
    return _Finding(row["verdict"], where, _mean(difference.loc[claimed]), row["paper"])


def _figure6(claim: str, evidence: _Evidence) -> _Finding:
    row = _line(evidence.cells, claim=claim)
    if row["verdict"] not in _VERDICTS[:3]:
        return _Finding("not run", row["verdict"].replace("not run", _NO_RUNS))
    return _Finding(row["verdict"], f"on {row['claimed on']}", row[row["claimed on"]])


def _ranked(
    methods: Sequence[str],
    k: int,
    source: str,
    metrics: Iterable[str],
    n_claimed: int,
    of_methods: Callable[[Iterable[bool]], bool],
    of_metrics: Callable[[Iterable[bool]], bool],
    evidence: _Evidence,
) -> _Finding:
    """On how many data sets any, or all, of methods are among the k best by any, or all, metrics.

    Among the paper's methods that were run, by differences on the splits that both have: else a
    method that was run on few splits would win by easy ones.
    """
    name, test = _TABLES[source]
    rows, held, papers, decisions = evidence.of(name), {}, {}, []
    for metric, method in product(metrics, methods):
        theirs = _theirs(source, metric)
        pairs = product([method], theirs.columns.drop(method))
        differences = _differences(rows, f"{test}_{_METRICS[metric]}", pairs)
        for dataset, part in differences.groupby("dataset", sort=False):
            part = part.sort_values("mean")
            if len(part) >= k:
                margin, rival = part["mean"].iloc[k - 1], part["rival"].iloc[k - 1]
                held[str(dataset), metric, method] = margin >= 0
                told = _number(margin, part["sem"].iloc[k - 1])
                decisions.append(
                    (abs(margin), f"{method} on {dataset} by {metric}, {told} to {rival}")
                )
        for dataset in CELLS:
            numbers = theirs.T[dataset]
            kth = numbers.drop(method).nlargest(k).iloc[-1]
            papers[dataset, metric, method] = bool(numbers[method] >= kth)
    if not held:
        raise _Missing
    datasets = [*dict.fromkeys(dataset for dataset, _, _ in held)]
    of_all = (metrics, methods, of_methods, of_metrics)
    holds = [dataset for dataset in datasets if _holds(held, dataset, *of_all)]
    n_paper = sum(_holds(papers, dataset, *of_all) for dataset in CELLS)
    paper = f"{n_claimed} of 4" + f" (its table: {n_paper})" * (n_paper != n_claimed)
    return _Finding(
        _tally(len(holds), len(datasets), n_claimed),
        f"{_where(holds, datasets)}; nearest decision: {min(decisions)[1]}",
        f"{len(holds)} of {len(datasets)}",
        paper,
    )


def _holds(
    held: Mapping[tuple[str, str, str], bool],
    dataset: str,
    metrics: Iterable[str],
    methods: Sequence[str],
    of_methods: Callable[[Iterable[bool]], bool],
    of_metrics: Callable[[Iterable[bool]], bool],
) -> bool:
    return of_metrics(
        of_methods(held.get((dataset, metric, method), False) for method in methods)
        for metric in metrics
    )


def _above(
    methods: Sequence[str], rivals: Sequence[str], source: str, evidence: _Evidence
) -> _Finding:
    """Whether all methods are above all rivals by AUPRC, where the paper's numbers say so.

    On a data set the pair with the smallest difference counts, and whether the 95% intervals of all
    lie above 0.
    """
    name, test = _TABLES[source]
    rows, theirs = evidence.of(name), _theirs(source, "AUPRC")
    papers = theirs[[*methods]].min(axis=1) - theirs[[*rivals]].max(axis=1)
    every = _differences(rows, f"{test}_auprc", product(methods, rivals)).dropna(subset="low")
    every = every[every.index.isin(papers.index[papers > 0])]
    least = every.groupby(level=0, sort=False)["low"].min()
    worst = every.sort_values("mean", kind="stable")
    closest = " and ".join(worst[["method", "rival"]].head(1).to_numpy().ravel())
    worst = worst[~worst.index.duplicated()].loc[least.index]
    holds = [*least.index[least > 0]]
    verdict = _tally(len(holds), len(worst))
    because = f"{_where(holds, [*worst.index])}; closest: {closest}"
    return _Finding(verdict, because, _mean(worst), f"{papers[worst.index].mean():+.3f}")
