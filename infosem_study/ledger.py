"""Results that outlive the process, with where they came from.

One row is one finished run: a JSON object on one line of
``<root>/<network>/<data set>/<method>.jsonl``, with sorted keys and floats of 6 significant digits,
so that the files can be read, searched and compared line by line. A run without labels is evaluated
on many splits and so has them all in one row; a run that used the labels of one split has just it.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from infosem.errors import InfosemError
from infosem_study.environment import versions

__all__ = ["Ledger", "Row", "key"]

Row = dict[str, Any]

# What a run is (its key is a hash over these) ...
_KEY_FIELDS = (
    "method", "version", "settings", "dataset", "network", "fingerprint", "protocol", "seed",
)  # fmt: skip
# ... what came out of it, and how it went.
_FIELDS = (
    *_KEY_FIELDS, "splits", "seconds", "peak_mib", "machine", "versions", "date", "key",
)  # fmt: skip
_TYPES: dict[str, type] = {
    "method": str, "version": int, "settings": dict, "dataset": str, "network": str,
    "fingerprint": str, "protocol": dict, "seed": int, "splits": dict, "seconds": float,
    "peak_mib": float, "machine": str, "versions": dict, "date": str, "key": str,
}  # fmt: skip


class Ledger:
    """A folder of finished runs.

    It may be killed at any moment, and any number of processes may write at once. A line cut short
    by a kill is ignored, and dropped when the next row is appended to its file.

    Parameters
    ----------
    root : path
        The folder; it is made when the first row is appended.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = Path(root)

    def create(self) -> None:
        """Make the folder, if it is not there.

        Raises
        ------
        InfosemError
            If nothing can be written there.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with self._lock():
                pass
        except OSError as error:
            todo = "name a folder that can be written"
            raise InfosemError(f"{self.root}: no ledger can be kept ({error}); {todo}") from error

    def append(self, row: Mapping[str, Any]) -> Row:
        """Store a finished run; it is on the disk when this returns.

        Where a stored row has the same key and a split in common, the new one counts.

        Parameters
        ----------
        row : mapping
            method : str
            version : int
                The method's, raised when its results change.
            settings : dict
                Flat: names to str, int, float, bool or None.
            dataset, network, fingerprint : str
                ``Dataset.name``, ``.network_name`` and ``.fingerprint()``.
            protocol : dict
                How splits are drawn, flat like `settings`.
            seed : int
                Training seed.
            splits : dict
                Split seed -> {metric: float}.
            seconds, peak_mib : float
                Wall time in s and peak memory in MiB.
            machine : str
                From `environment.machine`.
            versions : dict, optional
                By default from `environment.versions`.
            date : str, optional
                By default now, UTC.

        Returns
        -------
        dict
            The row as it is stored, with its key (see `key`).

        Raises
        ------
        InfosemError
            If a field is missing, unknown, of the wrong type or not finite; nothing is stored then.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        stored = _checked({"versions": versions(), "date": now, **row}, "row")
        path, line = self._path(stored), _line(stored)
        self.create()
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock(), path.open("ab+", buffering=0) as file:
            file.seek(0)
            data = file.read()
            tail = data[data.rfind(b"\n") + 1 :]
            # Only the end of the last line may be missing.
            written = line if _parsed(tail) is None else b"\n" + line
            if tail and written is line:
                file.truncate(len(data) - len(tail))
            if file.write(written) != len(written):
                raise InfosemError(f"{path}: the row was not written whole; is the disk full?")
            os.fsync(file.fileno())
        row_on_disk: Row = json.loads(line)
        return row_on_disk

    def rows(self, **filters: Any) -> list[Row]:
        """Return the stored rows, without splits that a later row superseded.

        Parameters
        ----------
        **filters
            Field names with the value wanted, or a list, tuple or set of them, for example
            ``method="DeepSEM", dataset=["hESC", "mDC"]``.

        Returns
        -------
        list of dict
            As given to `append`, floats rounded to 6 significant digits, split seeds as str.

        Raises
        ------
        InfosemError
            If a filter is no field, or a line of a file cannot be read.
        """
        if unknown := set(filters) - set(_FIELDS):
            raise InfosemError(
                f"{', '.join(sorted(unknown))}: a row has no such field; choose from {_FIELDS}"
            )
        paths = sorted(self.root.rglob("*.jsonl"))
        if isinstance(wanted := filters.get("key"), str):  # one run is found without reading all
            paths = [path for path in paths if wanted.encode() in path.read_bytes()]
        rows = [row for path in paths for row in _live(_read(path))]
        return [r for r in rows if all(_matches(r[name], f) for name, f in filters.items())]

    def compact(self) -> None:
        """Sort every file and drop what was superseded; the content stays the same.

        Each file is replaced at once, so that a kill leaves either the old or the new one.

        Raises
        ------
        InfosemError
            If a line of a file cannot be read.
        """
        for path in sorted(self.root.rglob("*.jsonl")):
            with self._lock():
                rows = sorted(_live(_read(path)), key=_order)
                part = path.with_suffix(".tmp")
                with part.open("wb") as file:
                    file.writelines(map(_line, rows))
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(part, path)

    def _path(self, row: Mapping[str, Any]) -> Path:
        network, dataset, method = (_slug(row[name]) for name in ("network", "dataset", "method"))
        return self.root / network / dataset / f"{method}.jsonl"

    def _lock(self) -> FileLock:
        # One for the whole ledger: an append takes milliseconds. It ends with the process.
        return FileLock(self.root / ".lock")


def key(job: Mapping[str, Any]) -> str:
    """Return 12 hexadecimal digits that identify a run, whatever the order of its settings.

    A number in the book is traced to its row by this key and its split.

    Parameters
    ----------
    job : mapping
        The fields method, version, settings, dataset, network, fingerprint, protocol and seed;
        others are ignored. Floats count to 6 significant digits, and 1.0 is the same as 1.

    Raises
    ------
    InfosemError
        If a field is missing or of the wrong type.
    """
    fields = {name: _field(name, job, "job") for name in _KEY_FIELDS}
    for name in ("settings", "protocol"):
        fields[name] = {
            k: int(v) if isinstance(v, float) and v.is_integer() else v
            for k, v in fields[name].items()
        }
    return hashlib.sha256(_line(fields)).hexdigest()[:12]


# --------------------------------------------------------------------------------------------------
# Rows and lines
# --------------------------------------------------------------------------------------------------


def _checked(row: Mapping[str, Any], where: str) -> Row:
    """Return a row of plain, rounded values with its key, or say what is wrong with it."""
    if unknown := set(row) - set(_FIELDS):
        names = ", ".join(sorted(map(str, unknown)))
        raise InfosemError(f"{where}: unknown field {names}; the fields are {', '.join(_FIELDS)}")
    own_key = key(row)
    if row.get("key", own_key) != own_key:
        raise InfosemError(
            f"{where}: the key {row['key']} does not fit the content ({own_key}): the row was "
            "edited; restore it, or delete the line and run again"
        )
    return {name: _field(name, {**row, "key": own_key}, where) for name in _FIELDS}


def _field(name: str, row: Mapping[str, Any], where: str) -> Any:
    if name not in row:
        raise InfosemError(f"{where}: the field {name!r} is missing; add it")
    where, kind = f"{where}: {name}", _TYPES[name]
    if kind is not dict:
        return _scalar(row[name], where, (kind, int) if kind is float else (kind,))
    value = row[name]
    if name == "splits":
        value = _dict(value, where)
        if not value:
            raise InfosemError(f"{where} is empty; give at least one split")
        return {_split(k, where): _metrics(v, f"{where}[{k}]") for k, v in value.items()}
    return {k: _scalar(v, f"{where}[{k!r}]") for k, v in _dict(value, where, str).items()}


def _metrics(values: Any, where: str) -> dict[str, float]:
    metrics = _dict(values, where, str)
    if not metrics:
        raise InfosemError(f"{where} is empty; give at least one metric")
    if clash := sorted(set(metrics) & {*_FIELDS, "split"}):  # both would be a column of a table
        raise InfosemError(f"{where}: {', '.join(clash)} is the name of a field; rename the metric")
    return {k: float(_scalar(v, f"{where}[{k!r}]", (float, int))) for k, v in metrics.items()}


def _dict(value: Any, where: str, keys: type | None = None) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(k, keys or object) for k in value):
        raise InfosemError(f"{where}: {value!r} is not a dict of names to values; give one")
    return value


def _split(seed: Any, where: str) -> str:
    try:
        return str(int(seed))
    except (TypeError, ValueError) as error:
        raise InfosemError(f"{where}: {seed!r} is not the seed of a split; give an int") from error


def _scalar(
    value: Any, where: str, kinds: tuple[type, ...] = (str, int, float, bool, type(None))
) -> Any:
    """Return a plain Python value, floats rounded to 6 significant digits."""
    if isinstance(value, np.generic):
        value = value.item()
    if type(value) not in kinds:  # not isinstance: a bool is no int here
        names = ", ".join(kind.__name__ for kind in kinds)
        raise InfosemError(f"{where}: {value!r} is not one of {names}; convert it")
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        raise InfosemError(f"{where}: {value} cannot be stored; only finite numbers can")
    return float(f"{value:.6g}")


def _line(row: Mapping[str, Any]) -> bytes:
    return (json.dumps(row, sort_keys=True, allow_nan=False) + "\n").encode("ascii")


def _parsed(line: bytes) -> Row | None:
    # None if it is no whole row: a JSON object that was cut short is never valid JSON.
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _read(path: Path) -> list[Row]:
    """Return the rows of a file in the order they were appended."""
    *lines, tail = path.read_bytes().split(b"\n")
    if _parsed(tail) is not None:
        lines.append(tail)
    rows = []
    for number, line in enumerate(lines, start=1):
        where = f"{path}, line {number}"
        row = _parsed(line)
        if row is None:
            raise InfosemError(f"{where}: not a ledger row; restore the file or delete the line")
        rows.append(_checked(row, where))
    return rows


def _live(rows: list[Row]) -> list[Row]:
    """Drop splits that a later row with the same key has, and rows of which nothing is left."""
    last = {(row["key"], split): i for i, row in enumerate(rows) for split in row["splits"]}
    live = []
    for i, row in enumerate(rows):
        splits = {s: metrics for s, metrics in row["splits"].items() if last[row["key"], s] == i}
        if splits:
            live.append({**row, "splits": splits})
    return live


def _order(row: Row) -> tuple[Any, ...]:
    # Runs of one configuration stand together, by seed and then by split.
    configuration = {name: row[name] for name in _KEY_FIELDS if name not in ("version", "seed")}
    splits = sorted(int(split) for split in row["splits"])
    return row["version"], _line(configuration), row["seed"], splits, _line(row)


def _matches(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, list | tuple | set) else bool(value == wanted)


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.+-]+", "-", name)[:80].strip("-.") or "unnamed"
