"""Recall at a threshold of 0.5 (Table 6), under every way to turn a score into a probability.

The paper does not say which way is its own. It takes scores, which the ledger does not have: the
results are a derived table (see `derived`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from infosem.data import Dataset
from infosem.splits import Split
from infosem_study.derived import derive, runs_of
from infosem_study.execution import scores_of
from infosem_study.methods import METHODS
from infosem_study.scheduling import HERE, Runner
from infosem_study.statistics import format_fewer_splits, format_number, format_numbers
from infosem_study.store import Store
from infosem_study.tables import beside_paper, from_paper

__all__ = [
    "CONVERSIONS",
    "TABLE6_METHODS",
    "compared",
    "conversions",
    "format_compared",
    "recall_at_half",
    "recalls",
]

Scores = NDArray[np.float64]

TABLE6_METHODS = ("Random", "Random TF constant", "DeepSEM", "InfoSEM-B", "InfoSEM-BC")
"""The paper's three, after the two without information."""

_COLUMNS = {"conversion": str, "recall": float, "passing": float}
_METRIC = {"recall": "Recall@0.5"}


def _min_max(scores: Scores, among: Scores) -> Scores:
    result: Scores = (scores - among.min()) / (np.ptp(among) or 1.0)  # constant scores: 0
    return result


def _logistic(scores: Scores, among: Scores) -> Scores:
    result: Scores = special.expit((scores - among.mean()) / (among.std() or 1.0))
    return result


def _rank(scores: Scores, among: Scores) -> Scores:
    """The share of the others that lie below; of equal ones half counts, as with AUPRC's chance."""
    ordered = np.sort(among, axis=None)
    low, high = (np.searchsorted(ordered, scores, side) for side in ("left", "right"))
    return (low + high) / (2 * len(ordered))


CONVERSIONS: dict[str, tuple[Callable[[Scores, Scores], Scores], bool]] = {
    "the score as it is": (lambda scores, among: scores, False),
    "min-max, test pairs": (_min_max, True),
    "min-max, all pairs": (_min_max, False),
    "logistic of z-score, test pairs": (_logistic, True),
    "logistic of z-score, all pairs": (_logistic, False),
    "rank, test pairs": (_rank, True),
    "rank, all pairs": (_rank, False),
}
"""From scores to [0, 1]: a function of scores and of those that they are seen among, which are the
unseen test pairs of the split (True) or all pairs of a TF and a gene (False)."""


def recall_at_half(dataset: Dataset, split: Split, scores: Scores) -> pd.DataFrame:
    """Recall on the unseen test pairs at a threshold of 0.5, under each of `CONVERSIONS`.

    A ranking without information that lets as many pairs pass has, on average, a recall of their
    share: recall is to be read beside it. Constant scores get neither more nor less.

    Parameters
    ----------
    dataset : Dataset
    split : Split
    scores : ndarray of float, shape (n_tfs, n_genes)

    Returns
    -------
    DataFrame
        One row per conversion: conversion, recall (the part of the positives that is at 0.5 or
        above) and passing (that part of all unseen test pairs).

    References
    ----------
    InfoSEM, Table 6 and Appendix E.2.
    """
    pairs, positive = scores[split.unseen], dataset.network[split.unseen]
    lines = []
    for name, (convert, within) in CONVERSIONS.items():
        passes = convert(pairs, pairs if within else scores) >= 0.5
        lines.append((name, passes[positive].mean(), passes.mean()))
    return pd.DataFrame(lines, columns=[*_COLUMNS])


def recalls(
    store: Store,
    rows: pd.DataFrame,
    methods: Sequence[str] = TABLE6_METHODS,
    *,
    runner: Runner = HERE,
) -> pd.DataFrame:
    """`recall_at_half` of runs with their first training seed, computing what is not stored.

    Parameters
    ----------
    store : Store
        In whose folder the files are.
    rows : DataFrame
        From `comparison.compare`; runs that are not among them are left out.
    methods : sequence of str
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        One row per data set, method, split and conversion: dataset, key, method, split, the
        columns of `recall_at_half`, beyond (recall - passing), seed and embedding.

    Raises
    ------
    InfosemError
        If there is no such run, a file is broken or stale (a line of it has the key of another
        run), or something is missing and cannot be made: see `execution.scores_of`.
    """
    first = rows.groupby(["dataset", "method"])["seed"].transform("min")
    rows = rows[rows["seed"] == first]

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        return recall_at_half(*scores_of(keeping, run))

    runs = runs_of(rows, methods)
    only = ("conversion", {name: list(CONVERSIONS) for name in rows["dataset"]})
    with store.keeping_scores() as keeping:
        found = derive(store, "recall", _COLUMNS, runs, compute, only=only, runner=runner)
    found = found.merge(rows[["dataset", "method", "split", "key", "seed", "embedding"]])
    return found.assign(beyond=found["recall"] - found["passing"])


# --- tables ---------------------------------------------------------------------------------------


def compared(found: pd.DataFrame) -> pd.DataFrame:
    """`tables.beside_paper` for Table 6, under each conversion.

    Parameters
    ----------
    found : DataFrame
        From `recalls`.

    Returns
    -------
    DataFrame
        One row per conversion, data set and method: its columns for the recall, and passing and
        beyond, with beyond_sem (the standard error over splits).
    """
    parts = []
    for name, part in found.groupby("conversion", sort=False):
        groups = part.groupby(["dataset", "method"], sort=False)
        more = groups[["passing", "beyond"]].mean().assign(beyond_sem=groups["beyond"].sem())
        table = beside_paper(part, "Table 6", _METRIC).drop(columns="metric")
        table = table.merge(more.reset_index(), how="left", on=["dataset", "method"])
        parts.append(table.assign(conversion=name))
    return pd.concat(parts, ignore_index=True)


def format_compared(table: pd.DataFrame) -> pd.DataFrame:
    """`compared` as a table to read: conversions and methods by data sets.

    Of each data set three columns: the recall with its standard error over splits (with the number
    of splits where others have more), the share of all pairs that pass, and what the recall is
    beyond that. The paper's numbers come first.
    """
    numbers = format_numbers(table["mean"], table["sem"], form=".2f")
    few = format_fewer_splits(table["n_splits"])
    cells = table[["conversion", "method", "dataset"]].assign(
        recall=[number + note for number, note in zip(numbers, few, strict=True)],
        beyond=format_numbers(table["beyond"], table["beyond_sem"], form="+.2f"),
        **{"pass": [format_number(share, form=".2f") for share in table["passing"]]},
    )
    paper = table.drop_duplicates(["dataset", "method"]).dropna(subset="paper")
    theirs = paper[["method", "dataset"]].assign(
        conversion="the paper: not told",
        recall=format_numbers(paper["paper"], paper["paper_sem"], form=".2f"),
        **{"pass": "-", "beyond": "-"},
    )
    both = pd.concat([theirs, cells], ignore_index=True)
    columns = ["recall", "pass", "beyond"]
    wide = both.pivot(index=["conversion", "method"], columns="dataset", values=columns).fillna("-")
    order = [(name, column) for name in table["dataset"].unique() for column in columns]
    index = pd.MultiIndex.from_frame(both[["conversion", "method"]].drop_duplicates())
    return wide.swaplevel(axis=1)[order].loc[index].rename_axis(columns=["", ""])


def conversions(table: pd.DataFrame) -> pd.DataFrame:
    """How near each conversion comes to the paper, and what is left of the recall.

    Parameters
    ----------
    table : DataFrame
        From `compared`.

    Returns
    -------
    DataFrame
        One row per conversion, nearest first, and one for a recall of zero everywhere: conversion;
        from the paper (mean absolute difference of the recall over the paper's methods and data
        sets; NaN if none is the paper's); within errors (in how many cases of how many the
        95% interval of the difference holds 0); recall, pass and beyond, means over
        the same cases; and on how many data sets of how many the mean of InfoSEM-B lies above that
        of DeepSEM, by recall and by what is beyond.
    """
    ours = table[table["conversion"] == table["conversion"].iloc[0]].dropna(subset="mean")
    nothing = ours.assign(
        conversion="zero everywhere", mean=0.0, sem=0.0, passing=0.0, beyond=0.0,
        difference=-ours["paper"],
    )  # fmt: skip
    lines = []
    for name, part in pd.concat([table, nothing]).groupby("conversion", sort=False):
        own = part[[METHODS[method].deep for method in part["method"]]].dropna(subset="mean")
        off = from_paper(own)
        lines.append(
            {
                "conversion": name,
                "from the paper": own["difference"].abs().mean(),
                "within errors": f"{sum(one.low <= 0 <= one.high for one in off)} of {len(off)}",
                "recall": own["mean"].mean(),
                "pass": own["passing"].mean(),
                "beyond": own["beyond"].mean(),
                "InfoSEM-B ahead by recall": _ahead(own, "mean"),
                "by what is beyond": _ahead(own, "beyond"),
            }
        )
    result = pd.DataFrame(lines).sort_values("from the paper", kind="stable", ignore_index=True)
    return result.round(3)


def _ahead(table: pd.DataFrame, column: str) -> str:
    by_method = table.pivot(index="dataset", columns="method", values=column)
    if not {"InfoSEM-B", "DeepSEM"} <= set(by_method):
        return "-"
    difference = (by_method["InfoSEM-B"] - by_method["DeepSEM"]).dropna()
    return f"{(difference > 0).sum()} of {len(difference)}"
