"""What claims are judged by: frames of results, and the comparisons that are made of them."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import product
from typing import Any, Literal

import numpy as np
import pandas as pd

from infosem.data import CELLS
from infosem_study.claims.claim import Found, Gain
from infosem_study.methods import METHODS
from infosem_study.nulls import MEAN
from infosem_study.pages import audit
from infosem_study.reported import reported
from infosem_study.statistics import (
    Estimate,
    estimate,
    from_error,
    seeds_of,
)
from infosem_study.verdicts import NOT_RUN, CannotBeTested, format_cases

__all__ = [
    "CHANCE",
    "COLUMNS",
    "CONSTANT",
    "NETWORKS",
    "SUPERVISED",
    "TABLES",
    "Evidence",
    "across",
    "by_case",
    "compare",
    "differences",
    "of_constants",
    "of_splits",
    "paper_numbers",
    "rank",
    "within",
]

CHANCE = "Random"
"""A rival: the share of positives itself, which a random score has in the mean."""
CONSTANT = "Random TF constant"
COLUMNS = {"AUPRC": "auprc", "Hit@1%": "hit"}
SUPERVISED = ("One-hot LR", "MatComp", "scGREAT", "GENELink")
NETWORKS = {"specific": "cell-type-specific", "non_specific": "non-cell-type-specific"}
"""By the name of the frame of their results."""
TABLES = {
    "Table 1": ("specific", "unseen"),
    "Table 3": ("specific", "seen"),
    "Table 4": ("non_specific", "seen"),
    "Table 5": ("non_specific", "unseen"),
}
"""The frame, and the test, that each of the paper's tables is about."""

Pair = tuple[str, str]


class Evidence:
    """The frames that `judged` is given, of the paper's data sets only.

    Attributes
    ----------
    frames : dict of str to DataFrame or None
    of_paper : bool
        Whether there are such, or no frames at all.
    """

    def __init__(self, **frames: pd.DataFrame | None) -> None:
        self.frames = {
            name: None if frame is None else frame[frame["dataset"].isin([*CELLS, MEAN])]
            for name, frame in frames.items()
        }
        cells = self.frames.get("cells")
        if cells is not None:  # a method on some of the cells is a method of its own
            at = zip(cells["method"], cells["percent"], strict=True)
            names = [name if name == CONSTANT else f"{name}, {percent}%" for name, percent in at]
            self.frames["cells"] = cells.assign(method=names)
        given = [frame for frame in self.frames.values() if frame is not None]
        self.of_paper = not given or any(len(frame) for frame in given)
        self._known: dict[tuple[object, ...], Any] = {}  # what several claims ask for

    def of(self, name: str) -> pd.DataFrame:
        """A frame, if there is one with data sets of the paper.

        Raises
        ------
        CannotBeTested
            If there is none.
        """
        frame = self.frames.get(name)
        if frame is None or not len(frame):
            raise CannotBeTested(NOT_RUN)
        return frame

    def once(self, function: Callable[..., Any], *asked: object) -> Any:
        """What a function of this evidence and of what is asked returns, computed once."""
        key = (function.__qualname__, *asked)
        if key not in self._known:
            self._known[key] = function(self, *asked)
        return self._known[key]

    def wide(self, name: str, column: str) -> pd.DataFrame:
        """A column of a frame, training seeds averaged: a row per data set and split.

        A column per method; that of `CHANCE` is the share of positives.
        """
        return self.once(_wide, name, column)  # type: ignore[no-any-return]


def _wide(evidence: Evidence, name: str, column: str) -> pd.DataFrame:
    rows, base = evidence.of(name), f"{column.partition('_')[0]}_base"
    table = rows.pivot_table(column, ["dataset", "split"], "method", sort=False)
    if base in rows and column.endswith("auprc"):
        table[CHANCE] = rows.groupby(["dataset", "split"], sort=False)[base].mean()
    return table.round(5)  # constant scores have the share of positives, but for rounding


@cache
def paper_numbers(source: str, metric: str, column: str = "value") -> pd.DataFrame:
    """One metric of one of the paper's tables, or its errors: data sets by methods."""
    table = reported(source)
    own = table[table["quantity"] == metric]
    return own.pivot(index="dataset", columns="method", values=column)


def by_case(values: "pd.Series[float]") -> dict[str, float]:
    """Numbers by data set, without those that are not there."""
    return {str(case): float(value) for case, value in values.dropna().items()}


# --- differences ----------------------------------------------------------------------------------


def differences(wide: pd.DataFrame, method: str, rival: str) -> dict[str, Estimate]:
    """Of two methods on the splits that both have, by data set; empty if one was not run."""
    if not {method, rival} <= set(wide):
        return {}
    values = (wide[method] - wide[rival]).dropna()
    return of_splits(values)


def of_splits(values: "pd.Series[float]") -> dict[str, Estimate]:
    """The mean over splits of each data set, of values by data set and split."""
    groups = values.dropna().groupby("dataset", sort=False)
    return {str(dataset): estimate(part) for dataset, part in groups}


def compare(
    methods: Sequence[str],
    rivals: Sequence[str],
    evidence: Evidence,
    *,
    source: str = "Table 1",
    metric: str = "AUPRC",
    frame: str = "",
    how: Literal["least", "most", "mean"] = "least",
    claimed: bool = False,
    paired: bool = False,
    only: Sequence[str] = CELLS,
) -> Found:
    """Methods less rivals on the same splits, beside the paper's difference of the same.

    Parameters
    ----------
    methods, rivals : sequence of str
    evidence : Evidence
    source, metric : str
        Of the paper.
    frame : str
        Of ours, where it is not that of the table; the paper's numbers are left out then.
    how : {"least", "most", "mean"}
        What counts of several methods and rivals: the pair with the smallest difference on a data
        set, or the largest, or the mean of the methods less that of the rivals, where all were run.
    claimed : bool
        Whether only data sets count on which the paper's difference is above 0.
    paired : bool
        Whether each method has its own rival, instead of every method every rival.
    only : sequence of str
        Data sets that count.

    Raises
    ------
    CannotBeTested
        If nothing of it was run.
    """
    name, test = TABLES[source]
    column, name = f"{test}_{COLUMNS[metric]}", frame or name
    wide = evidence.wide(name, column)
    theirs = paper_numbers(source, metric) if not frame else pd.DataFrame()
    pairs = [*(zip(methods, rivals, strict=True) if paired else product(methods, rivals))]
    if how == "mean":
        wide, theirs = (
            _with_means(_with_means(table, methods), rivals) for table in (wide, theirs)
        )
        pairs = [(_named(methods), _named(rivals))]
    papers = _of_pairs({pair: _paper(theirs, *pair) for pair in pairs}, how)
    found = {pair: differences(wide, *pair) for pair in pairs}
    chosen: dict[str, tuple[Estimate, Pair]] = {}
    sign = -1 if how == "most" else 1
    for pair, cases in found.items():
        for case, one in cases.items():
            if case not in only:
                continue
            if case not in chosen or sign * one.mean < sign * chosen[case][0].mean:
                chosen[case] = one, pair
    if claimed:
        chosen = {case: one for case, one in chosen.items() if papers.get(case, 0.0) > 0}
    if not chosen:
        raise CannotBeTested(NOT_RUN)
    notes = []
    if len(pairs) > 1:
        (nearest, *_) = sorted(chosen.values(), key=lambda one: sign * one[0].mean)
        notes.append(f"closest: {' and '.join(nearest[1])}")
    if missing := [one for one in dict.fromkeys([*methods, *rivals]) if one not in wide]:
        notes.append(f"not run: {format_cases(missing)}")
    return Found(
        {case: one for case, (one, _) in chosen.items()},
        papers,
        _seeds(evidence.of(name), [*methods, *rivals], chosen),
        "; ".join(notes),
    )


def _named(methods: Sequence[str]) -> str:
    return " and ".join(methods)


def _with_means(table: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    """With a column of the mean of some, where there are all."""
    if not set(methods) <= set(table):
        return table
    return table.assign(**{_named(methods): table[[*methods]].mean(axis=1, skipna=False)})


def _paper(theirs: pd.DataFrame, method: str, rival: str) -> dict[str, float]:
    if not {method, rival} <= set(theirs):
        return {}
    return by_case(theirs[method] - theirs[rival])


def _of_pairs(by_pair: dict[Pair, dict[str, float]], how: str) -> dict[str, float]:
    """The paper's least or largest difference on each data set."""
    table = pd.DataFrame(by_pair.values(), dtype=float)
    if table.empty:
        return {}
    return by_case(table.max() if how == "most" else table.min())


def _seeds(rows: pd.DataFrame, methods: Iterable[str], cases: Iterable[str]) -> str:
    return seeds_of(rows[rows["method"].isin([*methods]) & rows["dataset"].isin([*cases])])


def rank(methods: Sequence[str], k: int, source: str, metric: str, evidence: Evidence) -> Found:
    """The best of methods less the k-th best of the others that the paper has.

    On the data sets on which the paper's own numbers have it there. Among methods that were run, by
    differences on the splits that both have: else one that was run on few splits would win by easy
    ones.

    Raises
    ------
    CannotBeTested
        If nothing of it was run.
    """
    name, test = TABLES[source]
    wide, theirs = evidence.wide(name, f"{test}_{COLUMNS[metric]}"), paper_numbers(source, metric)
    others = [str(one) for one in theirs if one not in (*methods, CHANCE)]
    papers = {}
    for case in CELLS:
        numbers = theirs.T[case]
        best = float(numbers[[*methods]].max())
        # The others of the best method are all but itself.
        left = numbers.drop(CHANCE, errors="ignore").dropna().drop(numbers[[*methods]].idxmax())
        papers[case] = best - float(left.nlargest(k).iloc[-1])
    cases, told = {}, []
    for case in (case for case, margin in papers.items() if margin >= 0):
        margins: dict[str, tuple[Estimate, str]] = {}
        for method in methods:
            found = []
            for rival in [*others, *(one for one in methods if one != method)]:
                one = differences(wide, method, rival).get(case)
                if one is not None and one.n > 1:
                    found.append((one, rival))
            found.sort(key=lambda pair: pair[0].mean)
            if len(found) >= k:
                margins[method] = found[k - 1]
        if margins:
            method, (one, rival) = max(margins.items(), key=lambda item: item[1][0].mean)
            cases[case] = one
            told.append((abs(one.mean), f"{method} and {rival} on {case}"))
    if not cases:
        raise CannotBeTested(NOT_RUN)
    claimed = sum(margin >= 0 for margin in papers.values())
    note = f"nearest decision: {min(told)[1]}; so its table has it on {claimed} of {len(papers)}"
    return Found(cases, papers, _seeds(evidence.of(name), methods, cases), note)


def across(
    values: "pd.Series[float]",
    papers: "pd.Series[float] | None" = None,
    *,
    most: float = np.inf,
) -> Found:
    """Of numbers without errors of their own, one by data set: their mean over data sets.

    Its interval ends at `most`, which none can exceed.
    """
    known = values.dropna()
    if not len(known):
        raise CannotBeTested(NOT_RUN)
    cases = {str(case): from_error(float(x), np.nan, 1, 0) for case, x in known.items()}
    theirs = {} if papers is None else by_case(papers)
    whole = estimate(known)
    whole = whole._replace(high=min(whole.high, most))
    return Found(cases, theirs, of_all=whole, note="interval over data sets")


# --- what the audit has ---------------------------------------------------------------------------


def within(gain: Gain, evidence: Evidence, value: str = "gain") -> Found:
    """The same difference within TFs, over the targets of one TF at a time.

    The interval is over TFs. Of several methods and rivals the closest pair counts.

    Parameters
    ----------
    gain : Gain
    evidence : Evidence
    value : {"gain", "specific"}
        Of `audit.within`: what a TF's pairs are ranked by, or how much of it needs the right TF.
    """
    # Without expression, scores of an unseen TF are constant, and at chance within it.
    rivals = {
        name if name in METHODS and METHODS[name].expression else CONSTANT
        for name in gain.rivals or (CONSTANT,)
    }
    table = evidence.of("within")
    table = table[table["network"].isin([*gain.networks])]
    cases: dict[str, Estimate] = {}
    for method, rival in product(gain.methods, sorted(rivals)):
        paired = evidence.once(_paired_within, tuple(gain.networks), method, rival, value)
        for line in paired.itertuples():
            case = f"{line.dataset}{', non-specific' * line.network.startswith('non')}"
            one = from_error(line.difference, line.sd / np.sqrt(line.n_tfs), line.n_tfs,
                             line.n_tfs - 1)  # fmt: skip
            if case not in cases or one.mean < cases[case].mean:
                cases[case] = one
    if not cases:
        raise CannotBeTested(NOT_RUN)
    seeds = _seeds(table, [*gain.methods, *rivals], table["dataset"].unique())
    return Found(cases, seeds=seeds, note="interval over TFs")


def _paired_within(
    evidence: Evidence, networks: Sequence[str], method: str, rival: str, value: str
) -> pd.DataFrame:
    table = evidence.of("within")
    return audit.paired_within(table[table["network"].isin([*networks])], method, rival, value)


def of_constants(method: str, source: str, metric: str, evidence: Evidence) -> Found:
    """A method's mean minus that of random orders of the TFs on the same splits.

    The interval is that of the null, of 2,000 orders of the TFs (`nulls.beyond_constant`): from
    the mean to where 97.5% and 2.5% of the orders lie. It lies above 0 where the mean lies above
    the band, and does not shrink with the number of splits.
    """
    table = evidence.of("beyond")
    own = table[
        (table["method"] == method)
        & (table["metric"] == metric)
        & (table["network"] == NETWORKS[TABLES[source][0]])
    ]
    cases, ps = {}, []
    for line in own.to_dict("records"):
        low, high = line["mean"] - line["high"], line["mean"] - line["low"]
        cases[line["dataset"]] = Estimate(
            line["mean"] - line["null mean"], low, high, (high - low) / 3.92, line["splits"], np.inf
        )
        q = "" if np.isnan(line["q"]) else f" (q {line['q']:.3f})"
        ps.append(f"{line['dataset']} {line['p']:.3f}{q}")
    if not cases:
        raise CannotBeTested(NOT_RUN)
    whole = cases.pop(MEAN, None)
    seeds = _seeds(evidence.of(TABLES[source][0]), [method], cases)
    told = f"p: {', '.join(ps)}; interval of random orders"
    return Found(cases, seeds=seeds, note=told, of_all=whole)
