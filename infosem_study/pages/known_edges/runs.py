"""The trainings with a database's edges, their controls, and the runs of their rivals."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import pandas as pd

from infosem.data import STRING
from infosem.errors import InfosemError
from infosem_study.jobs import Job, results_of
from infosem_study.knowledge import DEGREES_KEPT, HALF, OTHER_TFS, OWN, UNRELATED
from infosem_study.presets import method_for
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store
from infosem_study.studies import FEWER_SEEDS
from infosem_study.variants import base_name, shuffled

__all__ = ["FORMS", "NO_EDGES", "PARTS", "SHOWN", "SHUFFLED", "rivals", "shown", "trained"]

FORMS: dict[str, dict[str, float]] = {
    "paper's": {},
    "low trust": {"absent_trust": 0.01},
    "unknown": {"absent_trust": 0.0},
}
"""Forms of the prior of edges that the database lacks: Eq. 9's, that with a standard deviation ten
times as large, and none."""

SHUFFLED, NO_EDGES = "expression shuffled", "no edges"
"""Two more controls: each gene has the expression of another; and InfoSEM-B, with the same settings
and no database."""


class _Part(NamedTuple):
    """What is trained: all combinations of these."""

    databases: Sequence[str] = ("non-cell-type-specific",)
    forms: Sequence[str] = ("paper's",)
    edges: Sequence[str] = (OWN, OTHER_TFS)
    percents: Sequence[int] = (100,)


PARTS: dict[str, _Part] = {
    "controls": _Part(edges=(OWN, OTHER_TFS, DEGREES_KEPT, SHUFFLED, NO_EDGES)),
    "forms": _Part(forms=("low trust", "unknown"), edges=(OWN, OTHER_TFS, DEGREES_KEPT)),
    "string": _Part(databases=(STRING,)),
    "fewer": _Part(edges=(OWN,), percents=(10, 25, 50)),
}
"""What is trained for which question."""
_SYNTHETIC = {
    "controls": PARTS["controls"]._replace(databases=(HALF, UNRELATED)),
    "forms": PARTS["forms"]._replace(databases=(HALF, UNRELATED)),
    "fewer": PARTS["fewer"]._replace(databases=(HALF,)),
}

SHOWN: dict[str, Sequence[Any]] = {
    "datasets": ("hESC", "hHEP", "mDC", "mESC"),
    "parts": ("controls", "forms"),
    "seeds": FEWER_SEEDS,
}
"""What the page shows; to be raised as runs come in."""

_RIVALS = ("DeepSEM", "Pearson correlation", "GRNBoost2")


def trained(
    store: Store,
    *,
    datasets: Sequence[str],
    network: str = "cell-type-specific",
    parts: Sequence[str] = ("controls",),
    seeds: Sequence[int] = FEWER_SEEDS,
    splits: Sequence[int] = tuple(range(10)),
    runner: Runner = HERE,
) -> pd.DataFrame:
    """Rows of InfoSEM-BC with a database's edges, computing what the ledger lacks.

    Parameters
    ----------
    store : Store
    datasets : sequence of str
    network : str
        That is judged; none of its labels is used.
    parts : sequence of str
        Of `PARTS`; those that the synthetic data have not are left out there.
    seeds : sequence of int
        Of training, and of what is drawn of the edges.
    splits : sequence of int
        A training serves them all.
    runner : Runner

    Returns
    -------
    DataFrame
        As from `comparison.compare`, with the columns database ("" without one), form, edges,
        percent and part.

    Raises
    ------
    InfosemError
        For a part that there is not, and as `scheduling.Runner.run`.
    """
    if wrong := [part for part in parts if part not in PARTS]:
        raise InfosemError(f"parts: {', '.join(wrong)} unknown; choose from {', '.join(PARTS)}")
    jobs: list[Job] = []
    lines: list[dict[str, Any]] = []
    for dataset in datasets:
        for job, about in _jobs(dataset, network, parts, seeds, tuple(splits)):
            jobs.append(job)
            lines += [{**about, "dataset": dataset}] * len(job.splits)
    runner.run(jobs, store)
    rows = pd.DataFrame(results_of(store, jobs))
    return rows.drop(columns="dataset", errors="ignore").join(pd.DataFrame(lines))


def _jobs(
    dataset: str,
    network: str,
    parts: Sequence[str],
    seeds: Sequence[int],
    splits: tuple[int, ...],
) -> Iterator[tuple[Job, Mapping[str, Any]]]:
    """The trainings on a data set, with what they are."""
    name = base_name(dataset)
    if name == "synthetic":
        network = "planted"
    known = _SYNTHETIC if name == "synthetic" else PARTS
    for part in (part for part in parts if part in known):
        for database, form, edges, percent in product(*known[part]):
            if edges == NO_EDGES and database != known[part].databases[0]:
                continue  # once is enough
            about = {
                "part": part, "database": database, "form": form, "edges": edges,
                "percent": percent,
            }  # fmt: skip
            method = method_for("InfoSEM-BC (database)", name, network)
            method = method.with_settings(database=database, **FORMS[form])
            if edges == NO_EDGES:
                method, about["database"] = method_for("InfoSEM-B", name, network), ""
            elif edges in (OTHER_TFS, DEGREES_KEPT):
                method = method.with_settings(edges=edges)
            if percent < 100:
                method = method.with_settings(percent=percent)
            on = shuffled(dataset) if edges == SHUFFLED else dataset
            for seed in seeds:
                yield Job(method, on, network, seed, splits), about


def rivals(
    store: Store,
    *,
    datasets: Sequence[str],
    network: str = "cell-type-specific",
    seeds: Sequence[int] = FEWER_SEEDS,
    splits: Sequence[int] = tuple(range(10)),
    runner: Runner = HERE,
) -> pd.DataFrame:
    """Rows of the methods whose scores are multiplied by the database's edges.

    Parameters
    ----------
    store, datasets, network, seeds, splits, runner
        As for `trained`; what draws nothing has the first seed.

    Returns
    -------
    DataFrame
        As from `comparison.compare`.
    """
    jobs = []
    for dataset, rival in product(datasets, _RIVALS):
        on = "planted" if base_name(dataset) == "synthetic" else network
        method = method_for(rival, base_name(dataset), on)
        own = seeds if method.deep else (0,)
        jobs += [Job(method, dataset, on, seed, tuple(splits)) for seed in own]
    runner.run(jobs, store)
    return pd.DataFrame(results_of(store, jobs))


def shown(
    store: Store, *, datasets: Sequence[str], splits: Sequence[int], runner: Runner = HERE
) -> pd.DataFrame:
    """The rows of `trained` that the page shows: of `SHOWN`, and of the synthetic data."""
    on = [name for name in datasets if name in (*SHOWN["datasets"], "synthetic")]
    how: dict[str, Any] = {"datasets": on, "splits": splits, "seeds": SHOWN["seeds"]}
    if not on:
        return pd.DataFrame()
    rivals(store, **how, runner=runner)
    return trained(store, **how, parts=SHOWN["parts"], runner=runner)
