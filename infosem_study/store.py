"""What a ledger holds, read once: runs are looked up in memory, and new ones are added to both."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from infosem.errors import InfosemError
from infosem_study.ledger import Ledger, Row
from infosem_study.variants import base_name

__all__ = ["Data", "Kind", "Store"]

Data = tuple[str, str, str | None]
"""What a run is made on: data set, network and embedding."""
Kind = tuple[str, str, str]
"""What decides how long a run takes: method, data set and network."""


class Store:
    """A ledger that is read when it is first asked, and from then on remembered.

    What other processes add later is not seen: open another store. What this one adds is.

    Parameters
    ----------
    root : path
        The folder of the ledger (see `ledger.Ledger`).
    scores : path, optional
        A folder in which the scores of runs are kept, which the ledger does not hold; by default
        the one that $INFOSEM_SCORES names, if it is set.

    Attributes
    ----------
    root : Path
    scores : Path or None
    """

    def __init__(
        self, root: str | os.PathLike[str], *, scores: str | os.PathLike[str] | None = None
    ) -> None:
        self.root = Path(root)
        scores = scores or os.environ.get("INFOSEM_SCORES")
        self.scores = Path(scores) if scores else None
        self._memory: _Memory | None = None

    def __getstate__(self) -> dict[str, Any]:
        # Another process reads for itself the few rows that it needs.
        return {**self.__dict__, "_memory": None}

    @property
    def memory(self) -> _Memory:
        """All rows, read on the first call."""
        if self._memory is None:
            self._memory = _Memory(Ledger(self.root).rows())
        return self._memory

    def rows(self) -> list[Row]:
        """All rows, without splits that a later row superseded; not to be changed."""
        return self.memory.rows()

    def row(self, run: Mapping[str, Any]) -> Row:
        """The row of a run.

        Parameters
        ----------
        run : mapping
            With the key and the split of one of its results.

        Raises
        ------
        InfosemError
            If there is no such run.
        """
        key, split = str(run["key"]), int(run["split"])
        if self._memory is not None:
            found = self._memory.by_split.get((key, split))
        else:  # without reading all
            rows = Ledger(self.root).rows(key=key)
            found = next((row for row in rows if str(split) in row["splits"]), None)
        if found is None:
            raise InfosemError(
                f"{self.root}: no run {key} on split {split}; give rows of this ledger"
            )
        return found

    def has(self, key: str, split: int) -> bool:
        """Whether there is a run of that key, evaluated on that split."""
        return (key, split) in self.memory.by_split

    def fingerprint(self, data: Data) -> str:
        """That of the data set in the newest row of it, or "".

        It is part of a row's key. A job does not know it until its data are loaded, which takes
        time and may not be possible. Rows of other data are as good as not there.
        """
        return self.memory.fingerprints.get(data, "")

    def expected_seconds(self, kind: Kind) -> float:
        """How long a run takes: as the last one did, else as the method on other data, or inf."""
        seconds = self.memory.seconds
        method, dataset, network = kind
        for name in (dataset, base_name(dataset)):
            if (method, name, network) in seconds:
                return seconds[method, name, network]
        others = [took for other, took in seconds.items() if other[0] == method]
        return float(np.mean(others)) if others else np.inf

    def append(self, row: Mapping[str, Any]) -> str:
        """Store a finished run (see `ledger.Ledger.append`) and return its key."""
        stored = Ledger(self.root).append(row)
        self.memory.add(stored)
        return str(stored["key"])

    def create(self) -> None:
        """Make the folder of the ledger, or say why not (see `ledger.Ledger.create`)."""
        Ledger(self.root).create()

    def compact(self) -> None:
        """Sort the files of the ledger (see `ledger.Ledger.compact`)."""
        Ledger(self.root).compact()

    def pretend(self, row: Row) -> None:
        """Count a run as done, in memory only."""
        self.memory.add(row)

    def copy(self) -> Store:
        """One that remembers the same and, from now on, other things."""
        other = copy.copy(self)
        other._memory = _Memory(self.rows())
        return other

    @contextmanager
    def keeping_scores(self) -> Iterator[Store]:
        """This store if it keeps scores; else one that does, in a folder for the meantime.

        A run without labels is then done again once, not for every split and table. Both know what
        either adds.
        """
        if self.scores is not None:
            yield self
            return
        with TemporaryDirectory() as folder:
            keeping = Store(self.root, scores=folder)
            keeping._memory = self.memory
            yield keeping


class _Memory:
    """Rows, looked up by key and split, and what is known of data and times."""

    def __init__(self, rows: list[Row]) -> None:
        self.by_split: dict[tuple[str, int], Row] = {}
        self.fingerprints: dict[Data, str] = {}
        self.seconds: dict[Kind, float] = {}
        for row in sorted(rows, key=itemgetter("date")):
            self.add(row)

    def add(self, row: Row) -> None:
        """Remember a row, which is newer than all before."""
        data = row["dataset"], row["network"], row["settings"].get("embedding")
        self.fingerprints[data] = row["fingerprint"]
        self.seconds[row["method"], row["dataset"], row["network"]] = row["seconds"]
        self.by_split.update({(row["key"], int(split)): row for split in row["splits"]})

    def rows(self) -> list[Row]:
        splits: dict[int, list[str]] = {}
        rows: dict[int, Row] = {}
        for (_, split), row in self.by_split.items():
            rows[id(row)] = row
            splits.setdefault(id(row), []).append(str(split))
        return [
            row
            if len(splits[i]) == len(row["splits"])
            else {**row, "splits": {split: row["splits"][split] for split in splits[i]}}
            for i, row in rows.items()
        ]
