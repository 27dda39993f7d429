"""The paper's own benchmark, unseen TFs and targets, with a database's edges in place of labels."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from infosem.metrics import evaluate
from infosem_study.comparison import compare
from infosem_study.derived import derive
from infosem_study.execution import scores_of
from infosem_study.knowledge import known_edges
from infosem_study.pages.known_edges.differences import MEAN, Who, mask
from infosem_study.pages.known_edges.judged import ALONE, factors, random_runs
from infosem_study.pages.known_edges.runs import NO_EDGES, rivals, seeds_of, trained
from infosem_study.scheduling import HERE, Runner
from infosem_study.statistics import METRICS, combine, estimate, mean_over_seeds
from infosem_study.store import Store
from infosem_study.verdicts import GAIN, judge

__all__ = ["LABELS", "unseen", "unseen_differences"]

LABELS = "InfoSEM-BC (training labels)"
"""Table 1's, which is told edges of other TFs and targets, of the network that is judged."""

_FIELDS = ["network", "dataset", "method", "seed", "split", "key", *METRICS]


def unseen(
    store: Store,
    *,
    datasets: Sequence[str],
    network: str = "cell-type-specific",
    parts: Mapping[str, Sequence[int]],
    splits: Sequence[int] = tuple(range(10)),
    runner: Runner = HERE,
) -> pd.DataFrame:
    """How good each score is on the unseen pairs of the splits, computing what is not stored.

    The masks are in ``known-edges-unseen/<network>/<data set>.csv`` beside the ledger, the others
    in the ledger.

    Parameters
    ----------
    store, datasets, network, parts, splits, runner
        As for `runs.trained`; edges are those of the first database, all of them.

    Returns
    -------
    DataFrame
        One row per network, dataset, method, seed and split, with key and `statistics.METRICS`. The
        method is `LABELS`, or a `differences.Who` in words.

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
        labels = compare(keeping, methods=["InfoSEM-BC"], seeds=seeds_of(parts), **how)
        random = random_runs(keeping, datasets, rows, tuple(splits), runner)
        told = rows[rows["database"] != ""]
        # Not the part of a database that is made up, or the second one.
        first = told.groupby("dataset")["database"].first()
        told = told[(told["database"] == told["dataset"].map(first)) & (told["percent"] == 100)]
        told_what = zip(told["edges"], told["form"], strict=True)
        names = [str(Who(edges=edges, form=form)) for edges, form in told_what]
        deepsem = others[others["method"] == "DeepSEM"]
        runs: list[dict[str, Any]] = [
            {**dict(zip(_FIELDS, run, strict=False)), "method": str(name)}
            for part, name in ((deepsem, mask("DeepSEM")), (random, Who(ALONE)))
            for run in part[_FIELDS[:6]].itertuples(index=False)
        ]
        columns = dict.fromkeys(METRICS, float)

        def compute(run: Mapping[str, Any]) -> pd.DataFrame:
            dataset, split, scores = scores_of(keeping, run)
            known = known_edges(dataset, first[run["dataset"]], seed=run["seed"])
            of_pairs = 1.0 if run["method"] == ALONE else scores
            found = evaluate(of_pairs * factors(known), dataset.network, split)
            return pd.DataFrame([{name: found[name] for name in METRICS}])

        made = derive(
            keeping, "known-edges-unseen", columns, runs, compute, by_seed=True, runner=runner
        )
    without = rows[rows["edges"] == NO_EDGES]
    everyone = [
        told.assign(method=names), without, labels.assign(method=LABELS), deepsem,
        made.assign(network=rows["network"].iloc[0]),
    ]  # fmt: skip
    return pd.concat([part[_FIELDS] for part in everyone], ignore_index=True)


def unseen_differences(
    rows: pd.DataFrame, ours: Who, against: Sequence[str], metric: str = "unseen_auprc"
) -> pd.DataFrame:
    """How far one score is ahead of others on unseen pairs, on the same splits.

    Parameters
    ----------
    rows : DataFrame
        From `unseen`.
    ours : Who
    against : sequence of str
        Methods of `rows`.
    metric : str
        One of `statistics.METRICS`.

    Returns
    -------
    DataFrame
        One row per rival and data set, and of the mean of these: who, against, measure, dataset,
        mean, low, high (95% interval by `statistics.estimate`), n (splits) and outcome, one of
        `verdicts.OUTCOMES`, of the claim that it is above 0.
    """
    long = rows.melt(["dataset", "method", "seed", "split"], [metric], var_name="metric")
    by_split = mean_over_seeds(long, ["dataset", "metric", "method"]).unstack("method")
    lines = []
    for other in against:
        difference = (by_split[str(ours)] - by_split[other]).dropna()
        found = {
            str(name): estimate(values)
            for name, values in difference.groupby(level="dataset", sort=False)
        }
        if len(found) > 1:
            found[MEAN] = combine(found.values())
        for name, one in found.items():
            lines.append({
                "who": str(ours), "against": other, "measure": METRICS[metric], "dataset": name,
                "mean": one.mean, "low": one.low, "high": one.high, "n": one.n,
                "outcome": judge(one, GAIN),
            })  # fmt: skip
    return pd.DataFrame(lines)
