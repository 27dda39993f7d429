"""What claims are judged by."""

from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import Any

import pandas as pd
from scipy import stats

from infosem.data import CELLS
from infosem.errors import InfosemError
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

_METRICS = {"AUPRC": "auprc", "Hit@1%": "hit"}


_TRIVIAL = ("One-hot LR", "MatComp")


_SUPERVISED = (*_TRIVIAL, "scGREAT", "GENELink")


_NETWORKS = {"specific": "cell-type-specific", "non_specific": "non-cell-type-specific"}


# Which of them, and which test, each of the paper's tables is about.
_TABLES = {
    "Table 1": ("specific", "unseen"),
    "Table 3": ("specific", "seen"),
    "Table 4": ("non_specific", "seen"),
    "Table 5": ("non_specific", "unseen"),
}


def stored(
    function: Callable[..., pd.DataFrame], *args: Any, **options: Any
) -> pd.DataFrame | None:
    """What a function returns, or None where it lacks something that it may not run, or cannot.

    Parameters
    ----------
    function : callable
        One that computes what the ledger lacks, such as `comparison.compare`.
    *args, **options
        Of the function. With ``runner=STORED_ONLY`` it may run nothing.
    """
    try:
        return function(*args, **options)
    except InfosemError as error:
        print(f"{function.__name__}: {error}")
        return None


class _Missing(Exception):
    """There is nothing to judge a claim by."""


class _Evidence:
    """The frames that `claims` is given, and the verdicts of other modules on them."""

    def __init__(self, **frames: pd.DataFrame | None) -> None:
        self.frames = {
            name: None if frame is None else frame[frame["dataset"].isin(CELLS)]
            for name, frame in frames.items()
        }
        given = [frame for frame in self.frames.values() if frame is not None]
        self.of_paper = not given or any(len(frame) for frame in given)
        self.known: dict[tuple[str, ...], Any] = {}  # what several claims ask for

    def of(self, name: str) -> pd.DataFrame:
        """A frame, if there is one with data sets of the paper."""
        frame = self.frames[name]
        if frame is None or not len(frame):
            raise _Missing
        return frame

    def once(self, function: Callable[..., Any], *asked: str) -> Any:
        """What a function of this evidence and of what is asked returns, computed once."""
        key = (function.__name__, *asked)
        if key not in self.known:
            self.known[key] = function(self, *asked)
        return self.known[key]

    @cached_property
    def percentages(self) -> pd.DataFrame:
        at_hand = [self.frames[name] for name in _NETWORKS if self.frames[name] is not None]
        if not at_hand:
            raise _Missing
        return table1.percentages(pd.concat(at_hand))

    @cached_property
    def table1(self) -> pd.DataFrame:
        return table1.verdicts(self.of("specific"))

    @cached_property
    def table5(self) -> pd.DataFrame:
        return table1.verdicts(self.of("non_specific"), "Table 5")

    @cached_property
    def bias(self) -> pd.DataFrame:
        rows, coefs = self.of("specific"), self.of("coefficients")
        probs = self.frames["probabilities"]
        if probs is None:
            probs = coefs.iloc[:0].assign(probability=0.0)
        return bias_analysis.verdicts(rows, coefs, probs)

    @cached_property
    def embeddings(self) -> pd.DataFrame:
        return embedding_sensitivity.sensitivity_verdicts(self.of("embeddings"))

    @cached_property
    def cells(self) -> pd.DataFrame:
        return cell_subsampling.subsampling_verdicts(self.of("cells"))

    @cached_property
    def recall(self) -> pd.DataFrame:
        """Under the conversion that comes nearest to the paper's Table 6."""
        table = recall.compared(self.of("recalls"))
        order = recall.conversions(table)["conversion"]
        nearest = str(order[order.isin(recall.CONVERSIONS)].iloc[0])
        found: pd.DataFrame = table[table["conversion"] == nearest]
        return found

    @cached_property
    def settings(self) -> pd.DataFrame:
        return tuning.chosen(self.of("settings"))


def _differences(rows: pd.DataFrame, column: str, pairs: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """Of a method and a rival, over the splits that both have, by data set.

    Columns method, rival, mean, sem and low, the lower end of the 95% interval of the mean by
    Student's t; NaN for a single split.
    """
    wide, parts = rows.pivot_table(column, ["dataset", "split"], "method", sort=False), []
    for method, rival in pairs:
        if {method, rival} <= set(wide):
            groups = (wide[method] - wide[rival]).dropna().groupby("dataset", sort=False)
            part = pd.DataFrame({"mean": groups.mean(), "sem": groups.sem()})
            part["low"] = part["mean"] - stats.t.ppf(0.975, groups.size() - 1) * part["sem"]
            parts += [part.assign(method=method, rival=rival)] * bool(len(part))
    if not parts:
        raise _Missing
    return pd.concat(parts)


@cache
def _theirs(source: str, metric: str) -> pd.DataFrame:
    """The paper's numbers: data sets by methods."""
    table = reported(source)
    own = table[table["quantity"] == metric]
    return own.pivot(index="dataset", columns="method", values="value")


def _ours(source: str, metric: str, evidence: _Evidence) -> pd.DataFrame:
    """Our means over splits, of the paper's methods: data sets by methods.

    Without what was run on fewer splits than others: its mean is that of easier or harder ones.
    """
    name, test = _TABLES[source]
    rows = evidence.of(name)
    own = rows[rows["method"].isin(_theirs(source, metric).columns)]
    n_splits = own.groupby(["dataset", "method"])["split"].transform("nunique")
    own = own[n_splits == n_splits.groupby(own["dataset"]).transform("max")]
    found = statistics.summarise(own, [f"{test}_{_METRICS[metric]}"])
    wide = found.pivot(index="dataset", columns="method", values="mean")
    return wide.loc[found["dataset"].unique()]


def _line(table: pd.DataFrame, **wanted: str) -> dict[str, Any]:
    """The row with these values."""
    for column, value in wanted.items():
        if column not in table:
            raise _Missing
        table = table[table[column] == value]
    if not len(table):
        raise _Missing
    (row,) = table.to_dict("records")
    return {str(name): value for name, value in row.items()}


def _left(evidence: _Evidence, network: str) -> pd.DataFrame:
    rows = evidence.of("controls")
    left = audit.left_of_gain(rows[rows["network"] == network])
    if not len(left):
        raise _Missing
    return left.set_index(["method", "dataset", "control"])


def _gains_on_seen(evidence: _Evidence, *of: tuple[str, str]) -> tuple[list[pd.Series], str]:
    """Gain on seen genes by data set, on the splits that all of these have: (method, control).

    And how many splits those are, to be told.
    """
    rows = evidence.of("controls")
    rows = rows[rows["network"] == _NETWORKS["specific"]]
    gains = rows.assign(gain=rows["seen_auprc"] - rows["seen_base"]).pivot_table(
        "gain", ["dataset", "split"], ["method", "control"], sort=False
    )
    if not set(of) <= set(gains):
        raise _Missing
    of_datasets = gains[[*of]].dropna().groupby("dataset", sort=False)
    means = of_datasets.mean()
    return [means[one] for one in of], f"{of_datasets.size().min()} splits"


_SAME_SHARES = "labels shuffled within TFs"


_CONSTANT = "Random TF constant"
