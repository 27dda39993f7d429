"""The tables and the answers of this page, in words."""

from collections.abc import Iterable, Sequence

import pandas as pd

from infosem_study.knowledge import OWN
from infosem_study.pages.known_edges.differences import (
    MASKS,
    MEAN,
    OF_TARGETS,
    Who,
    controls,
    differences,
    model,
    of_database,
)
from infosem_study.pages.known_edges.judged import OURS
from infosem_study.pages.known_edges.measures import MEASURES
from infosem_study.pages.known_edges.runs import FORMS
from infosem_study.statistics import format_interval
from infosem_study.verdicts import CONTRADICTED, SHOWN

__all__ = [
    "answer",
    "answers",
    "describe",
    "describe_forms",
    "describe_percents",
    "format_answers",
    "format_table",
]


def format_table(table: pd.DataFrame, measure: str, row: str = "who") -> pd.DataFrame:
    """One measure of `gains` or `differences`, as a table to read.

    Parameters
    ----------
    table : DataFrame
    measure : str
        One of `MEASURES`.
    row : {"who", "against"}
        What has a line of its own.
    """
    own = table[table["measure"] == measure]
    text = _intervals(own)
    order = [*dict.fromkeys(own[row])]
    wide = own.assign(text=text).pivot(index=row, columns="dataset", values="text")
    columns = [*dict.fromkeys(own["dataset"])]
    return wide.loc[order, columns].fillna("-").rename_axis(index=None, columns=None)


def answer(table: pd.DataFrame, ours: Who | None = None, measure: str = "within") -> str:
    """On how many data sets known edges help, and beyond what: the answer of the page.

    Parameters
    ----------
    table : DataFrame
        From `differences.of_database`.
    ours : Who, optional
        By default InfoSEM-BC with the paper's prior.
    measure : str
        One of `MEASURES`.
    """
    ours = ours or model()
    groups = {
        "all its controls": controls(ours.form),
        "all masks": MASKS,
        "all scores that look at the target alone": OF_TARGETS,
    }
    every = [who for group in groups.values() for who in group]
    found = differences(table, ours, every, [measure])
    datasets = [name for name in dict.fromkeys(found["dataset"]) if name != MEAN]
    held = {}
    for what, group in groups.items():
        own = found[found["against"].isin([str(who) for who in group])]
        ahead = (own["outcome"] == SHOWN).groupby(own["dataset"]).all()
        held[what] = [name for name in datasets if ahead.get(name, False)]
    everywhere = [name for name in datasets if all(name in names for names in held.values())]
    texts = [
        f"{MEASURES[measure]}: known edges in {ours} help beyond all controls and rivals on "
        f"{_counted(everywhere, len(datasets))}."
    ]
    texts += [
        f"It is ahead of {what} on {_counted(names, len(datasets))}."
        for what, names in held.items()
    ]
    return " ".join(texts)


def answers(table: pd.DataFrame, measures: Sequence[str] = ("within", "own")) -> str:
    """`answer` for every database and form of the prior with controls, a line for each measure.

    Parameters
    ----------
    table : DataFrame
        From `judged.judged`.
    measures : sequence of str
        Of `MEASURES`.
    """
    texts = []
    for database in table["database"].unique():
        own = of_database(table, database)
        texts += [
            f"{database}, {answer(own, model(form=form), measure)}"
            for form in _with_controls(own)
            for measure in measures
        ]
    return "\n".join(texts)


def format_answers(
    table: pd.DataFrame, measures: Sequence[str] = ("within", "own", "new")
) -> pd.DataFrame:
    """On which data sets known edges are ahead of whom, as a table to read.

    Parameters
    ----------
    table : DataFrame
        From `judged.judged`.
    measures : sequence of str
        Of `MEASURES`.

    Returns
    -------
    DataFrame
        One row per database, form of the prior with controls, and measure; one column per group of
        rivals, with the data sets on which InfoSEM-BC is ahead of all of the group.
    """
    lines = []
    for database in table["database"].unique():
        own = of_database(table, database)
        for form in _with_controls(own):
            other_tfs, degrees, shuffled, without = controls(form)
            groups = {
                "other edges": (other_tfs, degrees), "no edges": (without,),
                "expression of other genes": (shuffled,), "all masks": MASKS,
                "all scores of the target alone": OF_TARGETS,
            }  # fmt: skip
            for measure in measures:
                ahead = {
                    f"ahead of {name}": _ahead(own, model(form=form), group, measure)
                    for name, group in groups.items()
                }
                names = {"database": database, "absent edges": form, "by": MEASURES[measure]}
                lines.append({**names, **ahead})
    return pd.DataFrame(lines)


def _with_controls(table: pd.DataFrame) -> list[str]:
    """The forms of the prior whose controls were run, too."""
    controlled = table[(table["score"] == OURS) & (table["edges"] != OWN)]
    return [form for form in FORMS if (controlled["form"] == form).any()]


def _ahead(table: pd.DataFrame, ours: Who, group: Sequence[Who], measure: str) -> str:
    """The data sets on which a score is ahead of all of a group."""
    found = differences(table, ours, group, [measure])
    if not len(found):
        return "not run"
    single = found[found["dataset"] != MEAN]
    ahead = (single["outcome"] == SHOWN).groupby(single["dataset"], sort=False).all()
    return _listed(ahead.index[ahead])


def describe(found: pd.DataFrame) -> str:
    """Of each comparison, where it is ahead and where behind; one line for each rival and measure.

    Parameters
    ----------
    found : DataFrame
        From `differences`.
    """
    texts = []
    for (who, against, measure), part in found.groupby(["who", "against", "measure"], sort=False):
        single = part[part["dataset"] != MEAN]
        outcome = single.set_index("dataset")["outcome"]
        ahead = [str(name) for name in outcome.index[outcome == SHOWN]]
        behind = [str(name) for name in outcome.index[outcome == CONTRADICTED]]
        text = f"{MEASURES[str(measure)]}: {who} is ahead of {against} on {_listed(ahead)}"
        if behind:
            text += f", and behind on {_listed(behind)}"
        mean = part[part["dataset"] == MEAN]
        if len(mean):
            text += f"; {_intervals(mean)[0]} in the mean of {len(single)} data sets"
        texts.append(f"{text}.")
    return "\n".join(texts)


def describe_forms(chosen: pd.DataFrame) -> str:
    """Which form of the prior the other data sets choose, in words; from `chosen_forms`."""
    if not len(chosen):
        return "There is one form of the prior, or one data set: nothing was chosen."
    single = chosen[chosen["dataset"] != MEAN].drop_duplicates("dataset")
    texts = [
        f"{form} for {_listed(part['dataset'])}"
        for form, part in single.groupby("form", sort=False)
    ]
    lines = ["Chosen on the other data sets: " + "; ".join(texts) + "."]
    for against, part in chosen.groupby("against", sort=False):
        (mean,) = _intervals(part[part["dataset"] == MEAN])
        lines.append(f"Minus {against}: {mean} in the mean.")
    return "\n".join(lines)


def describe_percents(found: pd.DataFrame, measure: str = "within") -> str:
    """What parts of the edges give in the mean of data sets, in words; from `by_percent`."""
    own = found[(found["measure"] == measure) & (found["dataset"] == MEAN)]
    texts = []
    for who, part in own.groupby("who", sort=False):
        told = ", ".join(
            f"{interval} with {percent}%"
            for percent, interval in zip(part["percent"], _intervals(part), strict=True)
        )
        texts.append(f"{MEASURES[measure]}, {who}: {told}.")
    return "\n".join(texts)


def _intervals(lines: pd.DataFrame) -> list[str]:
    means = lines["mean"].round(3) + 0.0  # no -0
    return [*map(format_interval, means, lines["low"], lines["high"])]


def _listed(names: Iterable[str]) -> str:
    """Names as a sentence has them: "A, B and C", or "none"."""
    found = [*map(str, names)]
    if len(found) < 2:
        return "".join(found) or "none"
    return f"{', '.join(found[:-1])} and {found[-1]}"


def _counted(names: Sequence[str], n: int) -> str:
    return f"{_listed(names)} ({len(names)} of {n} data set{'' if n == 1 else 's'})"
