"""Whether stored results come out again: runs of the ledger done once more on this machine."""

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from infosem.data import CELLS, data_available
from infosem.errors import InfosemError
from infosem_study.baselines.scenic import database_digest
from infosem_study.environment import by_name
from infosem_study.execution import SAME, execute
from infosem_study.jobs import job_of
from infosem_study.ledger import Row
from infosem_study.methods import METHODS
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store
from infosem_study.variants import base_name, load

__all__ = ["describe_recheck", "obstacle", "sample", "verify"]


def obstacle(row: Row) -> str | None:
    """Why a stored run cannot be done again here, as far as its row tells.

    Its method has another version since, or it needs a database that is not at hand.

    Parameters
    ----------
    row : dict
        Of the ledger.

    Returns
    -------
    str or None
        The reason; None if there is nothing against it.
    """
    method = METHODS.get(row["method"])
    if method is None or method.version != row["version"]:
        now = f"is {method.version} now" if method else "is no longer there"
        return f"stale: {row['method']} had version {row['version']} and {now}"
    if method.motifs and database_digest() != row["settings"].get("database"):
        return f"{method.name}: its database is not at hand"
    return None


def sample(
    rows: Sequence[Row], n: int, *, seed: int, max_seconds: float | None = None
) -> list[Row]:
    """Draw stored runs to be done again: one of every method before a second of any.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of the ledger; those with an `obstacle` are left out.
    n : int
        How many, at most.
    seed : int
        The same seed draws the same of the same rows.
    max_seconds : float, optional
        How long they may take by their stored times, one after the other. What would take longer
        than is left of it is passed over. To score the splits comes on top: up to a second per row.
    """
    rng = np.random.default_rng(seed)
    by_method: dict[str, list[Row]] = {}
    for row in rows:
        if obstacle(row) is None:
            by_method.setdefault(row["method"], []).append(row)
    names = sorted(by_method)
    shuffled = [
        [by_method[names[i]][j] for j in rng.permutation(len(by_method[names[i]]))]
        for i in rng.permutation(len(names))
    ]
    left = np.inf if max_seconds is None else max_seconds
    chosen: list[Row] = []
    for row in (row for turn in zip_longest(*shuffled) for row in turn if row is not None):
        if len(chosen) < n and row["seconds"] <= left:
            chosen.append(row)
            left -= row["seconds"]
    return chosen


def verify(rows: Sequence[Row], runner: Runner = HERE) -> pd.DataFrame:
    """Do stored runs again on this machine, and compare.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of the ledger, which stays as it is.
    runner : Runner
        With how many processes of this machine.

    Returns
    -------
    DataFrame
        One line per row: method, dataset, network, seed, splits, key, machine (on which it was
        made); difference, the largest of all splits and metrics, of which metric and split (where),
        the stored value and the new one; verdict, differs and reason.

        The verdict is "same digits" (all 6 that the ledger keeps), "same to the third digit" (to
        within half a unit of it), "OTHER NUMBERS", "OTHER DATA", "FAILED" or "skipped". "OTHER..."
        and "FAILED" differ; there is a reason for "OTHER DATA", "FAILED" and "skipped". Behind
        "same..." and "OTHER NUMBERS" it is told where the row was made on another processor, or
        with other versions: deep methods in single precision may give other digits there.

    Raises
    ------
    InfosemError
        If real data are needed and not at hand.
    """
    for network in sorted({row["network"] for row in rows if _is_real(row)}):
        if data_available(network) is None:
            raise InfosemError(
                f"the real data ({network}) are not at hand, so their rows cannot be verified; set "
                "INFOSEM_DATA to their folder"
            )
    # Those of the same data after one another: they are loaded once.
    calls = sorted(enumerate(rows), key=lambda call: (call[1]["dataset"], call[1]["network"]))
    again = runner.each(_compared, calls)
    lines = dict(tqdm(again, total=len(calls), desc="runs", unit="run", disable=None))
    return pd.DataFrame([lines[i] for i in range(len(rows))], columns=_COLUMNS)


_COLUMNS = [
    "method", "dataset", "network", "seed", "splits", "where", "stored", "new", "difference",
    "verdict", "differs", "reason", "machine", "key",
]  # fmt: skip


def _compared(i: int, row: Row) -> tuple[int, dict[str, Any]]:
    return i, _line(row)


def _line(row: Row) -> dict[str, Any]:
    """The line of `verify` for one row."""
    line = {name: row[name] for name in ("method", "dataset", "network", "seed", "machine", "key")}
    line |= {"splits": _in_short([int(split) for split in row["splits"]]), "differs": False}
    line |= {"reason": ""}
    if why := obstacle(row):
        return {**line, "verdict": "skipped", "reason": why}
    job = job_of(row)
    try:
        dataset = load(*job.data[:2], embedding=job.embedding)
    except InfosemError as error:
        return {**line, "verdict": "skipped", "reason": f"{job}: {error}"}
    if (own := dataset.fingerprint(job.embedding)) != row["fingerprint"]:
        why = f"{job}: fingerprint {own}, stored {row['fingerprint']}"
        return {**line, "verdict": "OTHER DATA", "differs": True, "reason": why}
    try:
        again = execute(job).row
    except InfosemError as error:
        if isinstance(error.__cause__, ImportError):  # of a package that not everyone has
            return {**line, "verdict": "skipped", "reason": f"{job}: {error}"}
        return {**line, "verdict": "FAILED", "differs": True, "reason": f"{job}: {error}"}
    values = []
    for split, metrics in row["splits"].items():
        for metric, stored in metrics.items():
            new = float(f"{again['splits'][split][metric]:.6g}")  # as the ledger would keep it
            values.append((abs(new - stored), stored, new, f"{metric}, split {split}"))
    line |= dict(zip(("difference", "stored", "new", "where"), max(values), strict=True))
    verdict = "same to the third digit" if line["difference"] else "same digits"
    if differs := line["difference"] >= SAME:
        verdict = "OTHER NUMBERS"
    return {**line, "verdict": verdict + _elsewhere(row, again), "differs": differs}


def _elsewhere(row: Row, again: Row) -> str:
    """What is another where the stored run was made, that can change digits."""
    # One run has one thread, however many cores there are.
    one, other = (re.sub(r", \d+ cores", "", where["machine"]) for where in (row, again))
    if "(family" not in one:  # older rows have the name of the processor alone
        other = by_name(other)
    differences = ["on another machine"] * (one != other)
    packages = [p for p, now in again["versions"].items() if row["versions"].get(p) != now]
    if packages:
        differences.append(f"with another {', '.join(packages)}")
    return f" (stored {', '.join(differences)})" if differences else ""


def _is_real(row: Row) -> bool:
    return base_name(row["dataset"]) in CELLS


def _in_short(splits: list[int]) -> str:
    first, last = min(splits), max(splits)
    if len(splits) > 1 and sorted(splits) == list(range(first, last + 1)):
        return f"{first}-{last}"
    return ", ".join(map(str, sorted(splits)))


def describe_recheck(store: Store, rows: pd.DataFrame) -> str:
    """Repeat some of the runs behind a table on the real data, if these are at hand, and tell.

    One-hot LR on one split of each data set, and the DeepSEM run that took the least time. A run
    passes that gives the stored numbers to within half a unit of the third digit behind the point.

    Parameters
    ----------
    store : Store
    rows : DataFrame
        From `comparison.compare`.

    Returns
    -------
    str
        What was repeated, and whether it gave the stored numbers.
    """
    if not set(rows["dataset"]) & set(CELLS):
        return "Only the synthetic data set was asked for: all was computed here."
    if data_available() is None:
        return (
            "The real data are not at hand: the numbers of the real data sets on this page are "
            "those stored in the ledger; the synthetic ones were computed just now."
        )
    keys = set(rows["key"])
    stored = [row for row in store.rows() if row["key"] in keys and row["dataset"] in CELLS]
    by_cell = {row["dataset"]: row for row in stored if row["method"] == "One-hot LR"}
    deepsem = [row for row in stored if row["method"] == "DeepSEM"]
    chosen = [*by_cell.values(), *sorted(deepsem, key=lambda row: row["seconds"])[:1]]
    lines = [
        "The real data are at hand. The tables show the stored results all the same, but for what",
        "was missing; these runs were repeated just now, to compare:",
    ]
    for line in verify(chosen).to_dict("records"):
        verdict = "the stored numbers"
        if line["reason"]:
            verdict = f"{line['verdict']}: {line['reason']}"
        elif line["differs"]:
            verdict = f"{line['verdict']}, up to {line['difference']:.3g} off"
        lines.append(f"  {line['method']} on {line['dataset']}: {verdict}")
    return "\n".join(lines)
