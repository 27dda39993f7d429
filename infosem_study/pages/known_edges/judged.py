"""What is judged on this page: InfoSEM-BC with a database's edges, and rivals who know the same."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem_study.derived import derive
from infosem_study.execution import scores_of
from infosem_study.jobs import Job, results_of
from infosem_study.knowledge import DEGREES_KEPT, OTHER_TFS, OWN, known_edges, popularity
from infosem_study.methods import METHODS
from infosem_study.pages.audit.measures import Floats
from infosem_study.pages.known_edges.measures import MEASURES, Judge
from infosem_study.pages.known_edges.runs import NO_EDGES, rivals, seeds_of, trained
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store
from infosem_study.variants import load

__all__ = ["ALONE", "MASKED", "OF_DATABASE", "OURS", "factors", "judged", "random_runs"]

OURS = "InfoSEM-BC"
MASKED = "edges x "
"""Stands before the name of a method whose scores are multiplied by what is known of a pair."""
ALONE, POPULARITY, EXPRESSION = "edges alone", "number of regulators", "mean expression"
OF_DATABASE = (ALONE, POPULARITY, "One-hot LR", EXPRESSION)
"""What is made from the database, and the last from expression, without any training on cells.
MatComp is not among them: it fills in what is unknown, and here no pair is."""

_COLUMNS: dict[str, type] = {
    "tf": str, "known": bool, "n_positive": int, **dict.fromkeys(MEASURES, float),
}  # fmt: skip
_WHAT = ("score", "edges", "database", "form", "percent")
# Eq. 9's probabilities of an edge that is there and of one that is absent; a half where nothing is
# known, as of a logit of 0.
_PRESENT, _ABSENT, _UNKNOWN = 0.95, 0.05, 0.5


def judged(
    store: Store,
    *,
    datasets: Sequence[str],
    network: str = "cell-type-specific",
    parts: Mapping[str, Sequence[int]],
    splits: Sequence[int] = tuple(range(10)),
    runner: Runner = HERE,
) -> pd.DataFrame:
    """How good each score is within each TF, computing and storing what is not stored.

    The tables are ``known-edges/seed-<seed>/<network>/<data set>.csv`` beside the ledger.

    Parameters
    ----------
    store, datasets, network, parts, splits, runner
        As for `runs.trained`.

    Returns
    -------
    DataFrame
        One row per network, dataset, score, edges, database, form, percent, seed and tf, with key
        and the columns of `measures.Judge.by_tf`. The score is `OURS`; "InfoSEM-B", the same
        without edges; DeepSEM, Pearson correlation or GRNBoost2; one of these times what is known
        of a pair, `MASKED`; or one of `OF_DATABASE`. edges is one of `knowledge.EDGES`, "expression
        shuffled", or "" where the database plays no part. form is "" for all but `OURS`.

    Raises
    ------
    InfosemError
        As `runs.trained` and `derived.derive`.
    """
    how: dict[str, Any] = {"datasets": datasets, "network": network, "splits": splits,
                           "runner": runner}  # fmt: skip
    with store.keeping_scores() as keeping:
        rows = trained(keeping, parts=parts, **how)
        others = rivals(keeping, seeds=seeds_of(parts), **how)
        random = random_runs(keeping, datasets, rows, tuple(splits), runner)
        runs = [
            {**run, "method": " | ".join(str(run[name]) for name in _WHAT), "split": splits[0]}
            for run in _runs(rows, others, random)
        ]

        def compute(run: Mapping[str, Any]) -> pd.DataFrame:
            judge = _judge(run["dataset"], run["network"], run["database"])
            found = judge.by_tf(_scores(keeping, run))
            # Of TFs that the database does not know, the others are what they are without it.
            told = run["score"] in (OURS, "InfoSEM-B")
            return found if told else found[found["known"]]

        # A file for each seed, so that none is large.
        seeds = sorted({run["seed"] for run in runs})
        by_seed = [
            derive(
                keeping, f"known-edges/seed-{seed}", _COLUMNS,
                [run for run in runs if run["seed"] == seed], compute, by_seed=True, runner=runner,
            )
            for seed in seeds
        ]  # fmt: skip
    table = pd.concat(by_seed, ignore_index=True)
    about = pd.DataFrame(runs).drop(columns="key")
    merged = table.merge(about, on=["dataset", "method", "split", "seed"], how="left")
    return merged[["network", "dataset", *_WHAT, "seed", "key", *_COLUMNS]]


def random_runs(
    store: Store,
    datasets: Sequence[str],
    rows: pd.DataFrame,
    splits: tuple[int, ...],
    runner: Runner,
) -> pd.DataFrame:
    """The runs of Random, under whose keys stands what no run was made for."""
    networks = rows.set_index("dataset")["network"]
    jobs = [
        Job(METHODS["Random"], name, networks[networks.index == name].iloc[0], 0, splits)
        for name in datasets
    ]
    runner.run(jobs, store)
    return pd.DataFrame(results_of(store, jobs))


def _runs(
    rows: pd.DataFrame, others: pd.DataFrame, random: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    """Everything that is judged, each once."""
    fields = ["network", "dataset", "seed", "key"]
    models = rows[rows["edges"] != NO_EDGES]
    own = [*fields, *_WHAT[1:]]
    for run in _lines(models[own]):
        yield {**run, "score": OURS}
    # What is known where: a mask for every database, control and part of the edges of a model.
    where = ["dataset", "seed", "database", "percent", "edges"]
    known = models.loc[models["edges"].isin((OWN, OTHER_TFS, DEGREES_KEPT)), where]

    def same(run: Mapping[str, Any]) -> pd.DataFrame:
        own = (known["dataset"] == run["dataset"]) & (known["seed"] == run["seed"])
        found: pd.DataFrame = known[own]
        return found

    without = pd.concat([rows[rows["edges"] == NO_EDGES], others])
    for run in _lines(without[["method", *fields]]):
        score = run.pop("method")
        for line in _lines(same(run)):
            yield {**run, **line, "score": MASKED + score, "form": ""}
        for database in same(run)["database"].unique():
            yield {**run, "database": database, "score": score, **_NO_PART}
    for run in _lines(random[fields]):
        alone = same(run)[same(run)["edges"] == OWN]
        for line in _lines(alone):
            for score in OF_DATABASE[:-1] if line["percent"] == 100 else [ALONE]:
                yield {**run, **line, "score": score, "form": ""}
        for database in alone["database"].unique():
            yield {**run, "database": database, "score": EXPRESSION, **_NO_PART}


def _lines(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The lines of a frame, each once."""
    names = [*map(str, frame.columns)]
    lines = frame.drop_duplicates().itertuples(index=False, name=None)
    return [dict(zip(names, line, strict=True)) for line in lines]


_NO_PART = {"edges": "", "form": "", "percent": 100}


@lru_cache(maxsize=2)
def _judge(dataset: str, network: str, database: str) -> Judge:
    found = load(dataset, network, embedding=None)
    return Judge(found, known_edges(found, database), popularity(found, database))


def _scores(store: Store, run: Mapping[str, Any]) -> Floats:
    """The scores of what `_runs` names, (n_tfs, n_genes)."""
    score = str(run["score"])
    if score not in OF_DATABASE:
        scores = scores_of(store, run)[2]
        return scores * factors(_known(run)) if score.startswith(MASKED) else scores
    dataset = load(run["dataset"], run["network"], embedding=None)
    if score == EXPRESSION:
        return np.tile(dataset.dense().expression.mean(axis=1), (dataset.n_tfs, 1))
    if score == POPULARITY:
        return np.tile(popularity(dataset, run["database"]), (dataset.n_tfs, 1))
    known = _known(run)
    if score == ALONE:
        return factors(known)
    # As in `execution.execute`, a method does not get what it may not see.
    hidden = np.zeros(known.shape, dtype=bool)
    return METHODS[score](replace(dataset, network=hidden), known, seed=0)


def _known(run: Mapping[str, Any]) -> NDArray[np.int8]:
    dataset = load(run["dataset"], run["network"], embedding=None)
    return known_edges(
        dataset, run["database"], edges=run["edges"], percent=run["percent"], seed=run["seed"]
    )


def factors(known: NDArray[np.int8]) -> Floats:
    """How likely each pair is an edge, by what is known of it."""
    return np.select([known == 1, known == 0], [_PRESENT, _ABSENT], _UNKNOWN)
