"""The null of a random order of the TFs, which knows nothing.

Each TF has a random number, and its pairs are in random order. What that scores on a block depends
on the order of the TFs, and on how many pairs and positives each has there: these counts are kept
(see `derived`), and the null is drawn from them anew each time, on any machine.

A draw is one number for each TF of a data set, the same on all splits. These share TFs, so that a
lucky order is lucky on many of them: the mean over the splits is one value of the null, and the
splits need not be independent.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from infosem.data import Dataset
from infosem.splits import Split
from infosem_study.derived import derive
from infosem_study.execution import scores_of
from infosem_study.jobs import Job, results_of
from infosem_study.methods import METHODS
from infosem_study.scheduling import HERE, Runner
from infosem_study.statistics import METRICS, mean_over_seeds
from infosem_study.store import Store

__all__ = [
    "BROKEN",
    "CONSTANT",
    "LEVEL",
    "MEAN",
    "N_DRAWS",
    "UNINFORMED",
    "bands",
    "beyond_constant",
    "constants",
    "count_tfs",
    "draws",
    "measures",
    "place_among",
    "tf_counts",
]

Floats = NDArray[np.float64]

N_DRAWS = 2000
LEVEL = 0.05
"""Of the false discovery rate below which a method counts as better than its null."""
BROKEN = "AUPRC, ties broken"
CONSTANT = "Random TF constant"
MEAN = "mean"
"""Of the data sets, in the place of the name of one."""
UNINFORMED = ("Random", CONSTANT)
"""Methods without information, of which nothing is tested."""

_COUNTS = {"test": str, "tf": str, "n_pairs": int, "n_positive": int}
_BEYOND = ["method", "dataset", "metric", "splits", "mean", "null mean", "low", "high", "p"]
_STORED = 1e-6  # the ledger has six digits


# --- counts ---------------------------------------------------------------------------------------


def tf_counts(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """How many pairs and positives every TF has in the two tests of a split.

    They are kept in ``tf-counts/<network>/<data set>.csv``, under the run of Random.

    Parameters
    ----------
    store : Store
        In whose folder the table is kept.
    rows : DataFrame
        With the networks, data sets and splits that are wanted, as from `comparison.compare`.
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        network, dataset, split, test ("seen" or "unseen"), tf, n_pairs, n_positive.

    Raises
    ------
    InfosemError
        If something is missing and cannot be made: see `derived.derive` and `scheduling.Runner`.
    """
    parts = []
    for (network, dataset), part in rows.groupby(["network", "dataset"], sort=False):
        splits = tuple(int(split) for split in np.unique(part["split"]))
        job = Job(METHODS["Random"], str(dataset), str(network), 0, splits)
        runner.run([job], store)
        runs, compute = results_of(store, [job]), partial(_counted, store)
        table = derive(store, "tf-counts", _COUNTS, runs, compute, runner=runner)
        parts.append(table.assign(network=str(network)))
    return pd.concat(parts, ignore_index=True)[["network", "dataset", "split", *_COUNTS]]


def _counted(store: Store, run: Mapping[str, Any]) -> pd.DataFrame:
    dataset, split, _ = scores_of(store, run)  # which looks that it is the data of the run
    return count_tfs(dataset, split)


def count_tfs(dataset: Dataset, split: Split) -> pd.DataFrame:
    """The lines of `tf_counts` for one split."""
    parts = []
    for test, pairs in (("seen", split.seen), ("unseen", split.unseen)):
        counts = {
            "test": test,
            "tf": dataset.tf_names,
            "n_pairs": pairs.sum(axis=1),
            "n_positive": (pairs & dataset.network).sum(axis=1),
        }
        parts.append(pd.DataFrame(counts))
    both = pd.concat(parts, ignore_index=True)
    return both[both["n_pairs"] > 0]


# --- draws ----------------------------------------------------------------------------------------


def constants(dataset: str, tfs: Iterable[str], n: int = N_DRAWS) -> Floats:
    """Random constants of TFs, all different: each TF has a stream of its own.

    Parameters
    ----------
    dataset : str
        Its name.
    tfs : iterable of str
        Some of its TFs.
    n : int
        How often they are drawn.

    Returns
    -------
    ndarray of float, shape (n, n_tfs)
        On [0, 1). Those of a TF do not depend on which others are asked for.
    """
    streams = (np.random.default_rng([*b"nulls", *f"{dataset} {tf}".encode()]) for tf in tfs)
    return np.stack([stream.random(n) for stream in streams], axis=1)


def measures(
    constants: ArrayLike, n_pairs: ArrayLike, n_positive: ArrayLike, *, broken: bool = False
) -> dict[str, Floats]:
    """What constants per TF get on a block, from its counts alone.

    Parameters
    ----------
    constants : array_like of float, shape (n, n_tfs)
        All of a line different; higher is more likely.
    n_pairs, n_positive : array_like of int, shape (n_tfs,)
        Of each TF, in the block; a pair at least.
    broken : bool
        Also with ties broken.

    Returns
    -------
    dict of str to ndarray of float, shape (n,)
        "AUPRC" and "Hit@1%", as `metrics.auprc` and `metrics.hit_at` have them, for which the pairs
        of a TF are ties; and `BROKEN`, the mean AUPRC over all orders of tied pairs, exactly.
    """
    order = np.argsort(-np.asarray(constants), axis=1)
    tied, hits = np.asarray(n_pairs)[order], np.asarray(n_positive)[order]
    end, found = tied.cumsum(axis=1), hits.cumsum(axis=1)
    start, before = end - tied, found - hits  # pairs and positives above those of the TF
    n, n_found = int(end[0, -1]), found[:, -1]
    n_top = max(1, round(0.01 * n))
    last = (end >= n_top).argmax(axis=1)[:, np.newaxis]  # the TF whose pairs straddle the limit

    def at(values: NDArray[Any]) -> Floats:
        return np.asarray(np.take_along_axis(values, last, axis=1)[:, 0], dtype=float)

    result = {
        "AUPRC": (hits * (found / end)).sum(axis=1) / n_found,
        "Hit@1%": (at(before) + (n_top - at(start)) * at(hits / tied)) / n_top,
    }
    if broken:
        # Within the pairs of a TF, the place j holds a positive with probability hits / tied, and
        # those of the TF above it hold their share of its other positives. Sums of 1 / j:
        harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, n + 1))])
        inverse = harmonic[end] - harmonic[start]
        others = (hits - 1) / np.maximum(tied - 1, 1)
        terms = hits / tied * ((before + 1) * inverse + others * (tied - (start + 1) * inverse))
        result[BROKEN] = terms.sum(axis=1) / n_found
    return result


def draws(counts: pd.DataFrame, *, broken: bool = False) -> pd.DataFrame:
    """What each draw gets in each test.

    Parameters
    ----------
    counts : DataFrame
        From `tf_counts`, or a part of it.
    broken : bool
        Also with ties broken.

    Returns
    -------
    DataFrame
        One row per network, dataset, test, metric (a key of `measures`) and split, which are its
        index, and one column for each of `N_DRAWS`. The constants of a draw are the same in all
        rows of a data set.
    """
    names, parts = ["network", "dataset", "test", "metric", "split"], {}
    for (network, dataset), of_dataset in counts.groupby(["network", "dataset"], sort=False):
        tfs, place = np.unique(of_dataset["tf"].to_numpy(dtype=str), return_inverse=True)
        drawn = constants(str(dataset), tfs)
        own = of_dataset.assign(place=place)
        for (test, split), block in own.groupby(["test", "split"], sort=False):
            counted = block["n_pairs"], block["n_positive"]
            found = measures(drawn[:, block["place"]], *counted, broken=broken)
            for metric, values in found.items():
                parts[network, dataset, test, metric, split] = values
    index = pd.MultiIndex.from_tuples(parts, names=names)
    return pd.DataFrame(np.stack([*parts.values()]), index=index).sort_index()


def _untied(counts: pd.DataFrame) -> pd.DataFrame:
    """`draws` with the pairs of a TF in random order, as no method ties them."""
    both = draws(counts, broken=True).drop("AUPRC", level="metric")
    return both.rename({BROKEN: "AUPRC"}, level="metric").sort_index()


def bands(counts: pd.DataFrame) -> pd.DataFrame:
    """What random orders of the TFs get, in the mean over the splits, with ties broken.

    Parameters
    ----------
    counts : DataFrame
        From `tf_counts`.

    Returns
    -------
    DataFrame
        One row per network, dataset, test and metric: mean, sd, low, median and high (2.5%, 50% and
        97.5% quantiles of the draws).
    """
    groups = ["network", "dataset", "test", "metric"]
    means = _untied(counts).groupby(groups).mean()
    low, median, high = np.quantile(means, [0.025, 0.5, 0.975], axis=1)
    found = {"mean": means.mean(axis=1), "sd": means.std(axis=1)}
    return pd.DataFrame(found).assign(low=low, median=median, high=high).reset_index()


# --- tests ----------------------------------------------------------------------------------------


def place_among(value: float, null: ArrayLike, error: float = 0.0) -> float:
    """p-value of a number: the share of draws that reach it, itself counted as one of them.

    Parameters
    ----------
    value : float
    null : array_like of float
        The draws.
    error : float
        By which the number may have been rounded up.
    """
    null = np.asarray(null)
    return float((1 + (null >= value - error).sum()) / (1 + null.size))


def beyond_constant(rows: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Place each method among random orders of the TFs, on unseen genes.

    If a method were an order of the TFs that is drawn at random, p would be at most 5% in one of
    twenty cases, however much its splits overlap: the order and the draws are exchangeable. A mean
    over training seeds hangs less on luck, so that its p is too large if anything.

    Parameters
    ----------
    rows : DataFrame
        As from `comparison.compare`, on one network.
    counts : DataFrame
        From `tf_counts` of these rows.

    Returns
    -------
    DataFrame
        One row per method, data set and metric: method, dataset, metric, splits (how many the
        method has), mean (over these, of means over training seeds), null mean, low and high (mean
        and 95% band of the draws, in the mean over the same splits), p, q and verdict, "better"
        where q is below `LEVEL`. q is the false discovery rate by Benjamini and Hochberg, for each
        metric over the family of all methods and data sets of these rows. `UNINFORMED` methods are
        no hypotheses, and left out. Last, where there are several data sets, a row of their `MEAN`
        per method and metric, whose draws are means of one draw of each; q is missing there, and
        "better" stands where the mean lies above the band.
    """
    tested = rows[~rows["method"].isin(UNINFORMED)]
    long = tested.melt(["dataset", "method", "seed", "split"], list(METRICS), var_name="metric")
    groups = ["method", "dataset", "metric"]
    by_split = mean_over_seeds(long.replace({"metric": METRICS}), groups)
    of_unseen = _untied(counts[counts["test"] == "unseen"]).droplevel(["network", "test"])
    lines: list[dict[str, Any]] = []
    several: dict[tuple[Any, Any], list[tuple[int, float, Floats]]] = {}
    known: dict[tuple[Any, ...], Floats] = {}  # most methods have the same splits
    for (method, dataset, metric), values in by_split.groupby(groups, sort=False):
        splits, mean = tuple(values.index.get_level_values("split")), values.mean()
        place = (dataset, metric, *splits)
        if place not in known:
            known[place] = (
                of_unseen.loc[(str(dataset), str(metric)), :].loc[[*splits]].to_numpy().mean(axis=0)
            )
        null = known[place]
        lines.append(_placed(method, dataset, metric, len(splits), mean, null))
        several.setdefault((method, metric), []).append((len(splits), mean, null))
    table = pd.DataFrame(lines, columns=_BEYOND)  # which may be empty
    table["q"] = table.groupby("metric")["p"].transform(stats.false_discovery_control)
    of_means = [
        _placed(method, MEAN, metric, min(n), np.mean(means), np.mean(of_nulls, axis=0))
        for (method, metric), parts in several.items()
        if len(parts) > 1
        for n, means, of_nulls in [zip(*parts, strict=True)]
    ]
    table = pd.DataFrame([*table.to_dict("records"), *of_means], columns=[*_BEYOND, "q"])
    # Beside the intervals of claims, which have two sides.
    better = np.where(table["q"].isna(), table["mean"] > table["high"], table["q"] < LEVEL)
    return table.assign(verdict=np.where(better, "better", "no difference shown"))


def _placed(
    method: Any, dataset: Any, metric: Any, n_splits: int, mean: float, null: Floats
) -> dict[str, Any]:
    """A line of `beyond_constant`."""
    low, high = np.quantile(null, [0.025, 0.975])
    names = {"method": method, "dataset": dataset, "metric": metric, "splits": n_splits}
    found = {"mean": mean, "null mean": null.mean(), "low": low, "high": high}
    return {**names, **found, "p": place_among(mean, null, _STORED)}
