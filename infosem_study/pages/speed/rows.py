"""The rows of benchmarks/bench.py."""

import json
import os
from pathlib import Path

import pandas as pd

from infosem.errors import InfosemError

__all__ = ["describe_disturbance", "medians_of", "read"]


def read(path: str | os.PathLike[str], machine: str | None = None) -> pd.DataFrame:
    """Read the measurements of one machine.

    Parameters
    ----------
    path : path
        JSON lines, as benchmarks/bench.py appends them; of rows of the same task the last counts.
    machine : str, optional
        As in the rows; by default the only one of the file.

    Returns
    -------
    DataFrame
        One row per measurement. Columns part, method, dataset, genes, cells, tfs, repeat, unit
        (epoch, step or target), amount (units measured), whole (units that a network takes),
        extrapolated, others_share (of the processors, taken by other processes meanwhile), threads,
        seconds (of `amount` units), peak_mib, machine, versions, date, what the part adds, and
        network_seconds (seconds * whole / amount).

    Raises
    ------
    InfosemError
        If the file is missing or broken, or has rows of several machines and none is chosen.
    """
    path = Path(path)
    if not path.is_file():
        raise InfosemError(f"{path}: there is no such file; make it with `make bench`")
    rows = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            rows[row["machine"], json.dumps(row["task"], sort_keys=True)] = row
        except (ValueError, KeyError, TypeError) as error:
            raise InfosemError(
                f"{path}, line {number}: not a measurement ({error}); delete the line"
            ) from error
    machines = sorted({name for name, _ in rows})
    if machine is None and len(machines) > 1:
        raise InfosemError(f"{path}: rows of several machines, choose one of {machines}")
    chosen = [row for (name, _), row in rows.items() if machine in (None, name)]
    if not chosen:
        raise InfosemError(f"{path}: no measurement of {machine or 'any machine'}; `make bench`")
    frame = pd.DataFrame(chosen).drop(columns="task")
    return frame.assign(network_seconds=frame["seconds"] * frame["whole"] / frame["amount"])


def medians_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Medians over repeats, with the smallest and the largest.

    Parameters
    ----------
    rows : DataFrame
        From `read`.

    Returns
    -------
    DataFrame
        One row per part, data set, size and method: runs, tfs, unit, amount, whole, extrapolated,
        and of
        unit_seconds (s per epoch, step or target), network_seconds and peak_mib the median under
        the name itself, the extremes under <name>_low and <name>_high.
    """
    timed = rows.assign(unit_seconds=rows["seconds"] / rows["amount"])
    # The number of TFs is a size of its own only where it is varied.
    timed = timed.assign(varied=timed["tfs"].where(timed["part"] == "tfs", 0))
    keys = ["part", "dataset", "genes", "cells", "varied", "method"]
    groups = timed.groupby(keys, sort=False)
    first = groups[["tfs", "unit", "amount", "whole", "extrapolated"]].first()
    numbers = {"runs": groups.size()}
    for name in ("unit_seconds", "network_seconds", "peak_mib"):
        numbers |= {
            name: groups[name].median(),
            f"{name}_low": groups[name].min(),
            f"{name}_high": groups[name].max(),
        }
    return first.assign(**numbers).reset_index().drop(columns="varied")


def describe_disturbance(rows: pd.DataFrame, limit: float = 0.05) -> str:
    """In how many measurements other processes took more than a part of the processors.

    Times of several threads suffer more than in proportion, as each step waits for the slowest.

    Parameters
    ----------
    rows : DataFrame
        From `read`.
    limit : float
        That part.
    """
    others = rows["others_share"]
    if not (others > limit).any():
        return (
            f"In none of {len(rows)} measurements did other processes use more than {limit:.0%} "
            "of the processors."
        )
    return (
        f"In {(others > limit).sum()} of {len(rows)} measurements other processes used more than "
        f"{limit:.0%} of the processors, up to {others.max():.0%}: times are too long there."
    )
