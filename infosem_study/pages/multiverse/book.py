"""Which readings the book shows, and what they took to make."""

from collections.abc import Sequence

import pandas as pd

from infosem.data import CELLS
from infosem_study.pages.multiverse.runs import readings
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store

__all__ = ["SEEDS", "SHOWN", "cost", "diverged", "extent", "shown"]

SHOWN = {
    ("text", "cell-type-specific"): 36,
    ("labels", "cell-type-specific"): 36,
    ("text", "non-cell-type-specific"): 12,
    ("labels", "non-cell-type-specific"): 12,
}
"""How many configurations the book shows on every data set, by claim and network."""
SEEDS = (0, 1)
"""The training seeds of all of them."""


def shown(
    store: Store,
    *,
    datasets: Sequence[str],
    splits: Sequence[int] = tuple(range(10)),
    seeds: Sequence[int] = SEEDS,
    configurations: int | None = None,
    runner: Runner = HERE,
) -> pd.DataFrame:
    """The readings that the book shows, computing and storing what is not stored.

    Parameters
    ----------
    store : Store
    datasets : sequence of str
    splits, seeds : sequence of int
    configurations : int, optional
        Of the cell-type-specific network of every data set, or of the synthetic data, instead of
        those of the book.
    runner : Runner

    Returns
    -------
    DataFrame
        From `runs.readings`.

    Raises
    ------
    InfosemError
        As `runs.readings`.
    """
    wanted, asked = SHOWN, [name for name in datasets if name in CELLS]
    if configurations is not None:
        asked = [*datasets]
        wanted = {case: configurations for case in SHOWN if case[1] == "cell-type-specific"}
    parts = [
        readings(
            store, datasets=asked, network=network, n=n, splits=splits, seeds=seeds,
            claims=[claim], runner=runner,
        )
        for (claim, network), n in wanted.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def extent(rows: pd.DataFrame) -> pd.DataFrame:
    """How many configurations, readings and trainings there are.

    Parameters
    ----------
    rows : DataFrame
        From `shown`.

    Returns
    -------
    DataFrame
        One row per network, claim and dataset: configurations, readings, trainings.
    """
    lines = []
    for where, part in rows.groupby(["network", "claim", "dataset"], sort=False):
        network, claim, dataset = map(str, where)
        models = part[part["what"] == "model"]
        per_config = models.groupby("config")["alpha"].nunique()
        # Where there are several alphas, the one that training edges choose is a reading, too.
        n = int((per_config + (per_config > 1)).sum())
        lines.append((network, claim, dataset, len(per_config), n, len(_trainings(part))))
    columns = ["network", "claim", "data set", "configurations", "readings", "trainings"]
    return pd.DataFrame(lines, columns=columns)


def cost(rows: pd.DataFrame) -> float:
    """Core-hours that the trainings took, each on one core."""
    return float(_trainings(rows)["seconds"].sum()) / 3600


def diverged(rows: pd.DataFrame) -> int:
    """How many trainings diverged, so that all their scores are the same."""
    return int(_trainings(rows)["fit"].isna().sum())


def _trainings(rows: pd.DataFrame) -> pd.DataFrame:
    """One line for each training: InfoSEM-BC has one for each split, all others serve all."""
    own = rows["split"].where(_labelled(rows), -1)
    return rows.assign(own=own).drop_duplicates(["dataset", "key", "own"])


def _labelled(rows: pd.DataFrame) -> "pd.Series[bool]":
    return (rows["claim"] == "labels") & (rows["what"] != "rival")
