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
from infosem_study.studies import FEWER_SEEDS, SEEDS
from infosem_study.variants import base_name, shuffled

__all__ = [
    "DATASETS", "FORMS", "NO_EDGES", "PARTS", "SHOWN", "SHUFFLED", "rivals", "seeds_of",
    "shown", "trained",
]  # fmt: skip

FORMS: dict[str, dict[str, float]] = {
    "paper's": {},
    "trust 0.1": {"absent_trust": 0.1},
    "low trust": {"absent_trust": 0.01},
    "trust 0.001": {"absent_trust": 0.001},
    "unknown": {"absent_trust": 0.0},
    "mean 0.2": {"absent_mean": 0.2},
    "mean 0.2, low trust": {"absent_mean": 0.2, "absent_trust": 0.01},
}
"""Forms of the prior of edges that the database lacks: Eq. 9's; with a standard deviation 3, 10 and
32 times as large; none; and with a mean probability of .2 in place of .05."""

SHUFFLED, NO_EDGES = "expression shuffled", "no edges"
"""Two more controls: each gene has the expression of another; and InfoSEM-B, with the same settings
and no database."""


_OTHER_NETWORK = "the other network"
_OTHER = {
    "cell-type-specific": "non-cell-type-specific",
    "non-cell-type-specific": "cell-type-specific",
}


class _Part(NamedTuple):
    """What is trained: all combinations of these."""

    databases: Sequence[str] = (_OTHER_NETWORK,)
    forms: Sequence[str] = ("paper's",)
    edges: Sequence[str] = (OWN,)
    percents: Sequence[int] = (100,)


PARTS: dict[str, _Part] = {
    "controls": _Part(edges=(OWN, OTHER_TFS, DEGREES_KEPT, SHUFFLED, NO_EDGES)),
    "forms": _Part(forms=("low trust", "unknown"), edges=(OWN, OTHER_TFS, DEGREES_KEPT, SHUFFLED)),
    "levels": _Part(
        forms=("trust 0.1", "trust 0.001", "mean 0.2", "mean 0.2, low trust"),
    ),
    "string": _Part(databases=(STRING,), edges=(OWN, OTHER_TFS, DEGREES_KEPT, SHUFFLED)),
    "fewer": _Part(percents=(10, 25, 50)),
}
"""What is trained for which question."""
_SYNTHETIC = {
    "controls": PARTS["controls"]._replace(databases=(HALF, UNRELATED)),
    "forms": PARTS["forms"]._replace(databases=(HALF, UNRELATED)),
    "fewer": PARTS["fewer"]._replace(databases=(HALF,)),
}

DATASETS = ("hESC", "hHEP", "mDC", "mESC")
SHOWN: dict[str, dict[str, Sequence[int]]] = {
    "cell-type-specific": {
        "controls": SEEDS,
        **dict.fromkeys(("forms", "levels", "fewer", "string"), FEWER_SEEDS),
    },
    "non-cell-type-specific": {"controls": FEWER_SEEDS},
}
"""What the page shows of each network that is judged, on `DATASETS`: parts, and their seeds."""

_RIVALS = ("DeepSEM", "Pearson correlation", "GRNBoost2")


def trained(
    store: Store,
    *,
    datasets: Sequence[str],
    network: str = "cell-type-specific",
    parts: Mapping[str, Sequence[int]],
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
    parts : mapping of str to sequence of int
        Some of `PARTS`, and for each the seeds of training and of what is drawn of the edges. Those
        that the synthetic data have not are left out there.
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
        for job, about in _jobs(dataset, network, parts, tuple(splits)):
            jobs.append(job)
            lines += [{**about, "dataset": dataset}] * len(job.splits)
    runner.run(jobs, store)
    rows = pd.DataFrame(results_of(store, jobs))
    return rows.drop(columns="dataset", errors="ignore").join(pd.DataFrame(lines))


def _jobs(
    dataset: str,
    network: str,
    parts: Mapping[str, Sequence[int]],
    splits: tuple[int, ...],
) -> Iterator[tuple[Job, Mapping[str, Any]]]:
    """The trainings on a data set, with what they are."""
    name = base_name(dataset)
    if name == "synthetic":
        network = "planted"
    known = _SYNTHETIC if name == "synthetic" else PARTS
    for part in (part for part in parts if part in known):
        for named, form, edges, percent in product(*known[part]):
            if edges == NO_EDGES and named != known[part].databases[0]:
                continue  # once is enough
            database = _OTHER[network] if named == _OTHER_NETWORK else named
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
            for seed in parts[part]:
                yield Job(method, on, network, seed, splits), about


def seeds_of(parts: Mapping[str, Sequence[int]]) -> list[int]:
    """All seeds of some parts, in order."""
    return sorted({seed for seeds in parts.values() for seed in seeds})


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
    rows = [pd.DataFrame()]
    for network, parts in SHOWN.items():
        on = [name for name in datasets if name in DATASETS]
        if network == "cell-type-specific":
            on += [name for name in datasets if name == "synthetic"]
        how: dict[str, Any] = {"datasets": on, "network": network, "splits": splits}
        if on:
            rivals(store, **how, seeds=seeds_of(parts), runner=runner)
            rows.append(trained(store, **how, parts=parts, runner=runner))
    return pd.concat(rows, ignore_index=True)
