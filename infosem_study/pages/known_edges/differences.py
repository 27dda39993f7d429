"""Who is better than whom within the same TFs, by data set and in their mean."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from infosem_study.knowledge import DEGREES_KEPT, OTHER_TFS, OWN
from infosem_study.nulls import MEAN
from infosem_study.pages.known_edges.judged import ALONE, EXPRESSION, MASKED, OURS, POPULARITY
from infosem_study.pages.known_edges.measures import MEASURES
from infosem_study.pages.known_edges.runs import FORMS, SHUFFLED
from infosem_study.statistics import Estimate, bootstrap
from infosem_study.verdicts import GAIN, judge

__all__ = [
    "EVERYONE",
    "MASKS",
    "MEAN",
    "OF_MASK",
    "OF_TARGETS",
    "WITHOUT",
    "Who",
    "by_percent",
    "chosen_forms",
    "controls",
    "differences",
    "gains",
    "mask",
    "model",
    "of_database",
]

PAPERS = next(iter(FORMS))


class Who(NamedTuple):
    """A score, and what it is told."""

    score: str = OURS
    edges: str = OWN
    form: str = ""

    def __str__(self) -> str:
        what = [] if self.edges in ("", OWN) else [self.edges]
        if self.score == OURS and self.form not in ("", PAPERS):
            what.append(f"absent edges: {self.form}")
        return f"{self.score} ({', '.join(what)})" if what else self.score


def model(edges: str = OWN, form: str = PAPERS) -> Who:
    """InfoSEM-BC, told these edges, with this form of the prior."""
    return Who(OURS, edges, form)


def mask(method: str, edges: str = OWN) -> Who:
    """The scores of a method times these edges."""
    return Who(MASKED + method, edges)


def controls(form: str = PAPERS) -> tuple[Who, ...]:
    """InfoSEM-BC without the right TF, the right pair, or expression; and without edges."""
    taken = (model(edges, form) for edges in (OTHER_TFS, DEGREES_KEPT, SHUFFLED))
    return (*taken, Who("InfoSEM-B", ""))


MASKS = (Who(ALONE), *map(mask, ("DeepSEM", "InfoSEM-B", "Pearson correlation", "GRNBoost2")))
"""The poor man's priors: the edges, and scores that are multiplied by them."""
OF_TARGETS = (Who(POPULARITY), Who("One-hot LR"), Who(EXPRESSION, ""))
"""Scores that look at the target alone, or at the sum of a TF's and a target's number."""
WITHOUT = tuple(Who(name, "") for name in ("DeepSEM", "Pearson correlation", "GRNBoost2"))
"""Methods that no database is told to."""
EVERYONE = (model(), *controls(), *MASKS, *OF_TARGETS, *WITHOUT)
"""InfoSEM-BC, and all that it is compared with."""
OF_MASK = (mask("DeepSEM", OTHER_TFS), mask("DeepSEM", DEGREES_KEPT), Who("DeepSEM", ""))
"""The controls of a mask."""


def of_database(
    table: pd.DataFrame, database: str, *, percent: int = 100, known: bool = True
) -> pd.DataFrame:
    """The lines of `judged.judged` that rest on a database, of the TFs that it knows, or not."""
    same = (table["database"] == database) & (table["percent"] == percent)
    return table[same & (table["known"] == known)]


def _values(table: pd.DataFrame, who: Who, measure: str) -> "pd.Series[float]":
    """By data set and TF, means over training seeds."""
    own = (table["score"] == who.score) & (table["edges"] == who.edges)
    own &= table["form"] == who.form
    return table[own].groupby(["dataset", "tf"], sort=False)[measure].mean()


def _line(names: Mapping[str, Any], found: Estimate) -> dict[str, Any]:
    numbers = {"mean": found.mean, "low": found.low, "high": found.high, "n": found.n}
    return {**names, **numbers, "freedom": found.freedom, "outcome": judge(found, GAIN)}


def _estimates(
    values: "pd.Series[float]", datasets: Sequence[str], names: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """One line for each data set, and one for their mean where there are several."""
    known = values.dropna()
    parts = {name: part.to_numpy() for name, part in known.groupby(level="dataset", sort=False)}
    lines = [
        _line({**names, "dataset": name}, bootstrap([parts[name]]))
        for name in datasets
        if name in parts
    ]
    if len(datasets) > 1 and len(lines) == len(datasets):
        together = bootstrap([parts[name] for name in datasets])
        lines.append(_line({**names, "dataset": MEAN}, together))
    return lines


def gains(
    table: pd.DataFrame, who: Sequence[Who], measures: Sequence[str] = tuple(MEASURES)
) -> pd.DataFrame:
    """What each score has, by data set and in their mean.

    Parameters
    ----------
    table : DataFrame
        From `of_database`.
    who : sequence of Who
        Those that were not judged are left out.
    measures : sequence of str
        Of `MEASURES`.

    Returns
    -------
    DataFrame
        One row per score, measure and data set: mean over TFs, low, high (95% interval by
        `statistics.bootstrap`), n (TFs) and outcome, one of `verdicts.OUTCOMES`, of the claim that
        it is above 0.
    """
    datasets = [*dict.fromkeys(table["dataset"])]
    lines = [
        line
        for one in who
        for measure in measures
        for line in _estimates(
            _values(table, one, measure), datasets, {"who": str(one), "measure": measure}
        )
    ]
    found = pd.DataFrame(lines)
    # By drawing shares of a pooled score anew, an end may come to lie beyond what it can be.
    return found.assign(high=found["high"].clip(upper=1.0)) if len(found) else found


def differences(
    table: pd.DataFrame,
    ours: Who,
    against: Sequence[Who],
    measures: Sequence[str] = tuple(MEASURES),
) -> pd.DataFrame:
    """How far one score is ahead of others, within the same TFs.

    Parameters
    ----------
    table, measures
        As for `gains`.
    ours : Who
    against : sequence of Who
        Those that were not judged are left out.

    Returns
    -------
    DataFrame
        As from `gains`, with the columns who and against, the mean being that of differences.
    """
    datasets = [*dict.fromkeys(table["dataset"])]
    lines = []
    for measure in measures:
        own = _values(table, ours, measure)
        for other in against:
            names = {"who": str(ours), "against": str(other), "measure": measure}
            lines += _estimates(own - _values(table, other, measure), datasets, names)
    return pd.DataFrame(lines)


def chosen_forms(table: pd.DataFrame, measure: str = "within") -> pd.DataFrame:
    """The form of the prior that does best on the other data sets, and what it does on each.

    Parameters
    ----------
    table : DataFrame
        From `of_database`, with several data sets and forms; else the result is empty.
    measure : str
        By which is chosen, and of which is told.

    Returns
    -------
    DataFrame
        One row per data set that is left out: dataset, form (chosen without it), against (the
        paper's form; DeepSEM's scores times the edges), and the difference there, as of
        `differences`; and those of their mean.
    """
    datasets = [*dict.fromkeys(table["dataset"])]
    values = {form: _values(table, model(form=form), measure) for form in FORMS}
    # Only what all data sets have can be chosen.
    values = {
        form: found
        for form, found in values.items()
        if set(found.index.unique("dataset")) == set(datasets)
    }
    if len(datasets) < 2 or len(values) < 2:
        return pd.DataFrame()
    means = pd.DataFrame({form: v.groupby(level="dataset").mean() for form, v in values.items()})
    forms = {name: str(means.drop(index=name).mean().idxmax()) for name in datasets}
    chosen = pd.concat([values[forms[name]].loc[[name]] for name in datasets])
    lines = []
    for other in (model(), mask("DeepSEM"), mask("InfoSEM-B")):
        names = {"measure": measure, "against": str(other)}
        lines += _estimates(chosen - _values(table, other, measure), datasets, names)
    found = pd.DataFrame(lines)
    return found.assign(form=found["dataset"].map(forms).fillna(""))


def by_percent(
    table: pd.DataFrame, database: str, measures: Sequence[str] = ("within", "own", "new")
) -> pd.DataFrame:
    """`gains` with a part of the edges, of all TFs that the whole database knows.

    Returns
    -------
    DataFrame
        As from `gains`, with a column percent.
    """
    who = (model(), mask("DeepSEM"), Who(ALONE))
    parts = [
        gains(of_database(table, database, percent=percent), who, measures).assign(percent=percent)
        for percent in sorted(table.loc[table["database"] == database, "percent"].unique())
    ]
    return pd.concat(parts, ignore_index=True)
