"""Derived tables: what is computed from runs and is not in the ledger.

The ledger has the metrics of a run, not its scores. What a page shows of these besides
(coefficients, predicted probabilities, results TF by TF) takes long to compute, so that it is
stored, too: in a table beside the ledger, ``<ledger>/<name>/<network>/<data set>.csv``. Each line
has the key of the run that it comes from; with another key in the ledger it is stale.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock
from tqdm import tqdm

from infosem.errors import InfosemError
from infosem_study.execution import seconds_to_have
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store

__all__ = ["derive", "runs_of"]

_RUN = {"key": str, "method": str, "split": int, "seed": int}


def runs_of(rows: pd.DataFrame, methods: Sequence[str]) -> list[dict[str, Any]]:
    """What identifies the runs of some methods, by data set, then in the order of `methods`.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`; runs that are not among them are left out.
    methods : sequence of str

    Raises
    ------
    InfosemError
        If there is no such run.
    """
    fields = ["network", "dataset", "method", "split", "seed", "key"]
    parts = [
        part[part["method"] == method]
        for _, part in rows[fields].drop_duplicates().groupby("dataset", sort=False)
        for method in methods
    ]
    if not sum(map(len, parts)):
        raise InfosemError(f"rows: no run of {' or '.join(methods)}; add it to the comparison")
    return [dict(zip(fields, run, strict=True)) for run in pd.concat(parts).to_numpy()]


def derive(
    store: Store,
    name: str,
    columns: Mapping[str, type],
    runs: Sequence[Mapping[str, Any]],
    compute: Callable[[Mapping[str, Any]], pd.DataFrame],
    *,
    only: tuple[str, Mapping[str, Sequence[str]]] | None = None,
    by_seed: bool = False,
    runner: Runner = HERE,
) -> pd.DataFrame:
    """The lines of runs in a derived table, computing and storing what it lacks.

    Parameters
    ----------
    store : Store
        In whose folder the files are.
    name : str
        Of the table.
    columns : mapping of str to type
        Of the table, besides the key, method and split of the run.
    runs : sequence of mapping
        As from `runs_of`. Where a line is made of several runs, "members" are their keys.
    compute : callable
        ``compute(run) -> DataFrame`` with those columns: the lines of one run.
    only : (str, mapping of str to sequence of str), optional
        A column, and by data set the values of it that are wanted, in that order. A run is computed
        where one of them is missing; lines with other values stay.
    by_seed : bool
        Whether several training seeds of a method have lines on a split, which then name the seed.
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        dataset, key, method, split, seed (`by_seed`), and the columns, run by run in the order of
        `runs`; floats to 6 significant digits, or NaN.

    Raises
    ------
    InfosemError
        If a file is broken or stale (a line of it has the key of another run), if training again
        what has no kept scores takes longer than the runner allows, and what `compute` raises.
        What had been computed is stored.
    """
    types: dict[str, type] = {**_RUN, **columns}
    if not by_seed:
        del types["seed"]
    column = None if only is None else only[0]

    def path(run: Mapping[str, str]) -> Path:
        return store.root / name / run["network"] / f"{run['dataset'].replace(':', '-')}.csv"

    def wanted(run: Mapping[str, Any]) -> Sequence[str]:
        return [] if only is None else only[1][run["dataset"]]

    def computed(run: Mapping[str, Any]) -> None:
        new = compute(run).assign(**{field: run[field] for field in _RUN if field in types})
        # A column of objects would be stored with all its digits.
        _store(store, path(run), types, new[[*types]].astype(dict(types)), column)

    lacking = [
        (run,)
        for run in runs
        if runner.recompute or _lacks(_of_run(path(run), types, run), column, wanted(run))
    ]
    if lacking:
        # Scores are not in the ledger: those that a folder does not keep are trained again.
        taken = [
            {**run, "key": key} for (run,) in lacking for key in run.get("members", [run["key"]])
        ]
        seconds = seconds_to_have(store, taken)
        said = f"{store.root / name}: {len(lacking)} results are missing or to do again"
        runner.announce(said, len(lacking), seconds)
        with closing(runner.each(computed, lacking)) as done:
            for _ in tqdm(done, total=len(lacking), desc=name, unit="run", disable=None):
                pass
    parts = []
    for run in runs:
        lines = _of_run(path(run), types, run)
        if column is not None:
            lines = pd.concat([lines[lines[column] == value] for value in wanted(run)])
        parts.append(lines.assign(dataset=run["dataset"]))
    return pd.concat(parts, ignore_index=True)[["dataset", *types]]


def _lacks(lines: pd.DataFrame, column: str | None, wanted: Sequence[str]) -> bool:
    return not len(lines) if column is None else not set(wanted) <= set(lines[column])


def _of_run(path: Path, types: Mapping[str, type], run: Mapping[str, Any]) -> pd.DataFrame:
    """The lines of a file that belong to a run; none if there is no file.

    A line of another run in its place makes the file stale.
    """
    lines = _read(path, types)
    own: pd.DataFrame = lines[_same_run(lines, run)]
    if other := sorted(set(own["key"]) - {run["key"]}):
        raise InfosemError(
            f"{path}: stale; {run['method']} on split {run['split']} is of the run {other[0]}, "
            f"the ledger's is {run['key']}; delete the file, or recompute"
        )
    return own


def _same_run(lines: pd.DataFrame, run: Any) -> Any:
    same = (lines["method"] == run["method"]) & (lines["split"] == run["split"])
    return same & (lines["seed"] == run["seed"]) if "seed" in lines else same


def _read(path: Path, types: Mapping[str, type]) -> pd.DataFrame:
    """The lines of a file, which must not be changed: they are kept until the file is another."""
    if not path.is_file():
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})
    stat = path.stat()
    return _parsed(path, tuple(types.items()), (stat.st_ino, stat.st_mtime_ns, stat.st_size))


@lru_cache(maxsize=32)
def _parsed(path: Path, columns: tuple[tuple[str, type], ...], state: object) -> pd.DataFrame:
    types = dict(columns)
    # A gene may be called NaN; a number that there is not is empty.
    missing = {name: [""] for name, kind in types.items() if kind is float}
    try:
        lines = pd.read_csv(path, dtype=dict(types), keep_default_na=False, na_values=missing)
    except ValueError as error:
        raise InfosemError(f"{path}: cannot be read ({error}); restore or delete it") from error
    if list(lines.columns) != list(types):
        raise InfosemError(
            f"{path}: has the columns {', '.join(lines.columns)}, not {', '.join(types)}; restore "
            "or delete it"
        )
    return lines


def _store(
    store: Store, path: Path, types: Mapping[str, type], lines: pd.DataFrame, column: str | None
) -> None:
    """Put lines of one run into a file, in place of its older ones.

    Where a column is given, only of those with the same values of it or another key. The file is
    replaced at once, so that a kill leaves either the old or the new one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(store.root / ".lock"):  # other processes may add other runs
        kept = _read(path, types)
        superseded = _same_run(kept, lines.iloc[0])
        if column is not None:
            renewed = kept[column].isin(lines[column])
            superseded &= renewed | (kept["key"] != lines["key"].iloc[0])
        parts = [part for part in (kept.loc[~superseded], lines) if len(part)]
        merged = pd.concat(parts)
        # The order of runs is fixed, whatever the order in which they finished.
        order = ["method", "split", "seed", column]
        merged = merged.sort_values([name for name in order if name in merged], kind="stable")
        part = path.with_suffix(".tmp")
        with part.open("w", encoding="utf-8", newline="") as file:
            merged.to_csv(file, index=False, float_format="%.6g", lineterminator="\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
