"""Which readings the book shows, and what they took to make."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from infosem.data import CELLS
from infosem_study.pages.multiverse.runs import readings
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store

__all__ = ["AGAIN", "SHOWN", "again", "cost", "diverged", "extent", "shown"]

SHOWN: dict[tuple[str, str], range] = {
    ("text", "cell-type-specific"): range(36),
    ("labels", "cell-type-specific"): range(36),
    ("text", "non-cell-type-specific"): range(12),
    ("labels", "non-cell-type-specific"): range(12),
}
"""The configurations that the book shows on every data set, by claim and network."""
# Text's first block has a setting in which I - A is nearly singular, and a training takes minutes.
AGAIN: dict[tuple[str, str], range] = {
    ("text", "cell-type-specific"): range(12, 36),
    ("labels", "cell-type-specific"): range(36),
    ("text", "non-cell-type-specific"): range(12),
    ("labels", "non-cell-type-specific"): range(12),
}
"""Those of them that it has with a second training seed, too."""
_SEEDS = (0, 1)


def shown(
    store: Store,
    *,
    datasets: Sequence[str],
    splits: Sequence[int] = tuple(range(10)),
    seeds: Sequence[int] = (0,),
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
        wanted = {case: range(configurations) for case in SHOWN if case[1] == "cell-type-specific"}
    return _of(store, wanted, datasets=asked, splits=splits, seeds=seeds, runner=runner)


def again(
    store: Store,
    *,
    datasets: Sequence[str],
    splits: Sequence[int] = tuple(range(10)),
    runner: Runner = HERE,
) -> pd.DataFrame:
    """Those readings of the book that have a second training seed, with both, as `shown`."""
    asked = [name for name in datasets if name in CELLS]
    return _of(store, AGAIN, datasets=asked, splits=splits, seeds=_SEEDS, runner=runner)


def _of(store: Store, wanted: Mapping[tuple[str, str], range], **how: Any) -> pd.DataFrame:
    parts = [
        readings(store, network=network, first=some.start, n=some.stop, claims=[claim], **how)
        for (claim, network), some in wanted.items()
    ]
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
