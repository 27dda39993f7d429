"""What claims are judged by: frames of results, other pages' verdicts, the paper's numbers."""

from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import Any

import pandas as pd
from scipy import stats

from infosem.data import CELLS
from infosem_study import statistics
from infosem_study.pages import (
    audit,
    bias_analysis,
    cell_subsampling,
    embedding_sensitivity,
    table1,
)
from infosem_study.pages.appendix import recall, tuning
from infosem_study.reported import reported
from infosem_study.verdicts import NotRun

__all__ = [
    "CONSTANT",
    "METRICS",
    "NETWORKS",
    "SUPERVISED",
    "TABLES",
    "Evidence",
    "differences",
    "line_of",
    "paper_numbers",
]

CONSTANT = "Random TF constant"
METRICS = {"AUPRC": "auprc", "Hit@1%": "hit"}
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


class Evidence:
    """The frames that `claims` is given, and the verdicts of other pages on them.

    Attributes
    ----------
    frames : dict of str to DataFrame or None
        Data sets of the paper only.
    of_paper : bool
        Whether there are such, or no frames at all.
    """

    def __init__(self, **frames: pd.DataFrame | None) -> None:
        self.frames = {
            name: None if frame is None else frame[frame["dataset"].isin(CELLS)]
            for name, frame in frames.items()
        }
        given = [frame for frame in self.frames.values() if frame is not None]
        self.of_paper = not given or any(len(frame) for frame in given)
        self._known: dict[tuple[str, ...], Any] = {}  # what several claims ask for

    def of(self, name: str) -> pd.DataFrame:
        """A frame, if there is one with data sets of the paper.

        Raises
        ------
        NotRun
            If there is none.
        """
        frame = self.frames[name]
        if frame is None or not len(frame):
            raise NotRun
        return frame

    def once(self, function: Callable[..., Any], *asked: str) -> Any:
        """What a function of this evidence and of what is asked returns, computed once."""
        key = (function.__name__, *asked)
        if key not in self._known:
            self._known[key] = function(self, *asked)
        return self._known[key]

    def means(self, source: str, metric: str) -> pd.DataFrame:
        """Our means over splits beside a table of the paper: data sets by the paper's methods.

        Without what was run on fewer splits than others: its mean is that of easier or harder ones.
        """
        name, test = TABLES[source]
        rows = self.of(name)
        own = rows[rows["method"].isin(paper_numbers(source, metric).columns)]
        n_splits = own.groupby(["dataset", "method"])["split"].transform("nunique")
        own = own[n_splits == n_splits.groupby(own["dataset"]).transform("max")]
        found = statistics.summarise(own, [f"{test}_{METRICS[metric]}"])
        wide = found.pivot(index="dataset", columns="method", values="mean")
        return wide.loc[found["dataset"].unique()]

    def left_of_gain(self, network: str) -> pd.DataFrame:
        """What the controls leave of gains on unseen genes: see `audit.left_of_gain`."""
        rows = self.of("controls")
        left = audit.left_of_gain(rows[rows["network"] == network])
        if not len(left):
            raise NotRun
        return left

    @cached_property
    def percentages(self) -> pd.DataFrame:
        """See `table1.percentages`."""
        at_hand = [self.frames[name] for name in NETWORKS if self.frames[name] is not None]
        if not at_hand:
            raise NotRun
        return table1.percentages(pd.concat(at_hand))

    @cached_property
    def table1(self) -> pd.DataFrame:
        """See `table1.verdicts`."""
        return table1.verdicts(self.of("specific"))

    @cached_property
    def table5(self) -> pd.DataFrame:
        """The same of Table 5."""
        return table1.verdicts(self.of("non_specific"), "Table 5")

    @cached_property
    def bias(self) -> pd.DataFrame:
        """See `bias_analysis.verdicts`."""
        rows, coefs = self.of("specific"), self.of("coefficients")
        probs = self.frames["probabilities"]
        if probs is None:
            probs = coefs.iloc[:0].assign(probability=0.0)
        return bias_analysis.verdicts(rows, coefs, probs)

    @cached_property
    def embeddings(self) -> pd.DataFrame:
        """See `embedding_sensitivity.verdicts`."""
        return embedding_sensitivity.verdicts(self.of("embeddings"))

    @cached_property
    def cells(self) -> pd.DataFrame:
        """See `cell_subsampling.verdicts`."""
        return cell_subsampling.verdicts(self.of("cells"))

    @cached_property
    def recall(self) -> pd.DataFrame:
        """Under the conversion that comes nearest to the paper's Table 6: see `recall.compared`."""
        table = recall.compared(self.of("recalls"))
        order = recall.conversions(table)["conversion"]
        nearest = str(order[order.isin(recall.CONVERSIONS)].iloc[0])
        found: pd.DataFrame = table[table["conversion"] == nearest]
        return found

    @cached_property
    def settings(self) -> pd.DataFrame:
        """See `tuning.chosen`."""
        return tuning.chosen(self.of("settings"))


def line_of(table: pd.DataFrame, **wanted: str) -> dict[str, Any]:
    """The row of a table of verdicts with an id, and perhaps other values.

    Raises
    ------
    NotRun
        If there is none.
    """
    for column, value in wanted.items():
        if column not in table:
            raise NotRun
        table = table[table[column] == value]
    if not len(table):
        raise NotRun
    (row,) = table.to_dict("records")
    return {str(name): value for name, value in row.items()}


@cache
def paper_numbers(source: str, metric: str) -> pd.DataFrame:
    """One metric of one of the paper's tables: data sets by methods."""
    table = reported(source)
    own = table[table["quantity"] == metric]
    return own.pivot(index="dataset", columns="method", values="value")


def differences(rows: pd.DataFrame, column: str, pairs: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """Of methods and their rivals, over the splits that both have, by data set.

    Parameters
    ----------
    rows : DataFrame
        With the columns dataset, split and method.
    column : str
        What is compared.
    pairs : iterable of (str, str)
        Those that were not run are left out.

    Returns
    -------
    DataFrame
        By data set: method, rival, mean, sem and low, the lower end of the 95% interval of the
        mean by Student's t; NaN for a single split.

    Raises
    ------
    NotRun
        If no pair was run.
    """
    wide, parts = rows.pivot_table(column, ["dataset", "split"], "method", sort=False), []
    for method, rival in pairs:
        if {method, rival} <= set(wide):
            groups = (wide[method] - wide[rival]).dropna().groupby("dataset", sort=False)
            part = pd.DataFrame({"mean": groups.mean(), "sem": groups.sem()})
            part["low"] = part["mean"] - stats.t.ppf(0.975, groups.size() - 1) * part["sem"]
            parts += [part.assign(method=method, rival=rival)] * bool(len(part))
    if not parts:
        raise NotRun
    return pd.concat(parts)
