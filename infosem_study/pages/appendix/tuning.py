"""The settings that only InfoSEM has, searched as the paper says, beside the paper's choice.

Appendix C of the paper: sigma_w, sigma_l and h are cross-validated "on the training set using known
GRN". Here a quarter of the training pairs of a split is hidden (`splits.hide`), InfoSEM gets the
rest, and the hidden pairs judge. The seen test and the unseen block play no part. The results are a
derived table (see `derived`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, product
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem.data import Dataset
from infosem.errors import InfosemError
from infosem.metrics import auprc
from infosem.splits import UNKNOWN, Split, hide, make_split
from infosem_study.comparison import compare
from infosem_study.derived import derive, runs_of
from infosem_study.execution import one_thread
from infosem_study.jobs import stored_job
from infosem_study.ledger import key
from infosem_study.reported import reported
from infosem_study.scheduling import HERE, Runner
from infosem_study.statistics import Estimate, format_interval, from_error
from infosem_study.store import Store
from infosem_study.variants import load
from infosem_study.verdicts import AS_GOOD, CANNOT_BE_TESTED, below, judge

__all__ = ["GRID", "chosen", "format_chosen", "format_grid", "given", "search"]

GRID: dict[str, list[dict[str, float]]] = {
    "InfoSEM-B": [{"sigma_w": value} for value in (0.1, 1.0, 10.0, 100.0)],
    "InfoSEM-BC": [
        {"sigma_l": value, "h": rank}
        for value, rank in product((0.03, 0.1, 0.1**0.5, 1.0), (32, 128))
    ],
}
"""What is tried, under the paper's names; every value of the paper's Appendix C is among it."""

_COLUMNS = {"without": str, "auprc": float, "seconds": float}
# The paper's names of what is varied, and those in `training.Settings`.
_NAMES = {"sigma_w": "sigma_w", "sigma_l": "sigma_l", "h": "rank"}


# --- the search -----------------------------------------------------------------------------------


def search(
    store: Store,
    *,
    datasets: Sequence[str],
    network: str = "cell-type-specific",
    splits: Sequence[int] = (0,),
    grid: Mapping[str, Sequence[Mapping[str, float]]] = GRID,
    runner: Runner = HERE,
) -> pd.DataFrame:
    """AUPRC on hidden training pairs for each setting, computing and storing what is not stored.

    One training run per data set, split and setting: the run of Table 1 on that split, with the
    setting in place of its own and without the hidden labels. InfoSEM-B uses no labels at all. The
    weight alpha is that of the run, chosen on all training edges of the split.

    Parameters
    ----------
    store : Store
        In whose folder the files are, and that has or gets the runs whose settings are varied.
    datasets, network
        As for `comparison.compare`.
    splits : sequence of int
    grid : mapping of str to sequence of mapping
        By method, the settings to try: sigma_w, sigma_l and h.
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        Per data set, method, split and setting one line, where `without` is empty, and one more for
        each seen TF, `without` whose pairs the AUPRC is. Columns network, dataset, method, split,
        setting (as text), sigma_w, sigma_l and h (NaN where it is not varied), without, auprc,
        seconds (of the training run) and key (of the run whose settings are varied).

    Raises
    ------
    InfosemError
        For a method or setting that `grid` cannot have; if a file is broken or stale, or something
        is missing and cannot be made: see `scheduling.Runner`.
    """
    if unknown := sorted(set(grid) - set(GRID)):
        raise InfosemError(f"grid: {unknown} cannot be searched; choose from {list(GRID)}")
    if unknown := sorted({name for s in chain(*grid.values()) for name in s} - set(_NAMES)):
        raise InfosemError(f"grid: {unknown} are no settings of it; choose from {list(_NAMES)}")
    rows = compare(
        store,
        datasets=datasets,
        network=network,
        methods=list(grid),
        splits=splits,
        runner=replace(runner, recompute=False),
    )
    # In the files each setting makes a method of its own.
    runs: list[dict[str, Any]] = [
        {**run, "method": _stored_name(method, setting), "setting": setting}
        for method, tried in grid.items()
        for run in runs_of(rows, [method])
        for setting in tried
    ]
    about = pd.DataFrame(
        {
            "stored": _stored_name(method, setting),
            "method": method,
            "setting": _text(setting),
            **dict.fromkeys(_NAMES, np.nan),
            **setting,
        }
        for method, tried in grid.items()
        for setting in tried
    )
    found = derive(store, "settings", _COLUMNS, runs, partial(_validated, store), runner=runner)
    found = found.rename(columns={"method": "stored"}).merge(about, how="left", on="stored")
    networks = rows.drop_duplicates("dataset").set_index("dataset")["network"]
    order = ["network", "dataset", "method", "split", "setting", *_NAMES, *_COLUMNS, "key"]
    return found.assign(network=found["dataset"].map(networks))[order]


def given(dataset: Dataset, split: Split) -> tuple[Dataset, NDArray[np.int8], NDArray[np.bool_]]:
    """What a method gets while its settings are searched, and what it is judged on.

    Returns
    -------
    Dataset
        Without its network.
    ndarray of int8, (n_tfs, n_genes)
        The labels: 1 and 0 on training pairs that are not hidden, `splits.UNKNOWN` elsewhere.
    ndarray of bool, (n_tfs, n_genes)
        The hidden pairs.

    Raises
    ------
    InfosemError
        As `splits.hide`.
    """
    hidden = hide(dataset, split)
    edges = np.where(hidden, np.int8(UNKNOWN), split.train_edges(dataset.network))
    return replace(dataset, network=np.zeros_like(dataset.network)), edges, hidden


def _validated(store: Store, run: Mapping[str, Any]) -> pd.DataFrame:
    """The lines of one training run; `run` has the key of the run whose settings are varied."""
    job = stored_job(store, run)
    dataset = load(*job.data[:2], embedding=job.embedding)
    if key({**job.identity(), "fingerprint": dataset.fingerprint(job.embedding)}) != run["key"]:
        raise InfosemError(
            f"{job}: the data are not those of the ledger's run {run['key']}; use the same data, "
            "or another ledger"
        )
    split = make_split(dataset, seed=run["split"], protocol=job.protocol)
    blind, edges, hidden = given(dataset, split)
    method = job.method.with_settings(
        **{_NAMES[name]: value for name, value in run["setting"].items()}
    )
    started = perf_counter()
    try:
        with one_thread():
            scores = method(blind, edges if method.labels else None, seed=job.seed)
    except InfosemError as error:
        raise InfosemError(f"{job}, {_text(run['setting'])}: {error}") from error
    seconds = perf_counter() - started
    judged = {"": hidden}
    for i in np.flatnonzero(hidden.any(axis=1)):
        judged[dataset.tf_names[i]] = hidden & (np.arange(len(hidden)) != i)[:, np.newaxis]
    return pd.DataFrame(
        {
            "without": list(judged),
            "auprc": [auprc(dataset.network[m], scores[m]) for m in judged.values()],
            "seconds": seconds,
        }
    )


def _stored_name(method: str, setting: Mapping[str, float]) -> str:
    return f"{method}, {_text(setting)}"


def _text(setting: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in setting.items())


# --- beside the paper -----------------------------------------------------------------------------


def chosen(table: pd.DataFrame) -> pd.DataFrame:
    """The setting that the search finds best beside the one of the paper's Appendix C.

    The error of their difference is that of the jackknife over TFs: what it would be with one TF
    less, for each seen TF. Neither the training seed nor that the best of many is too good by
    chance is in it; both would speak for the paper's setting.

    Parameters
    ----------
    table : DataFrame
        From `search`.

    Returns
    -------
    DataFrame
        One row per network, data set and method: n_settings (tried), best and its best_auprc,
        paper and its paper_auprc ("" and NaN where the paper has none), lowest_auprc (of all
        settings); AUPRCs are means over splits. difference (best - paper), with low, high and sem,
        n (seen TFs), and verdict on the claim that the paper's setting is at most
        `verdicts.AS_GOOD` below the best: by `verdicts.judge`; "cannot be tested" where this is so
        of every setting that was tried, so that the claim could not fail;
        "not tried" where the search lacks it, "not in the paper".
    """
    lines = []
    for where, part in table.groupby(["network", "dataset", "method"], sort=False):
        network, dataset, method = map(str, where)
        by_setting = part.pivot(index=["without", "split"], columns="setting", values="auprc")
        whole = by_setting.loc[[""]].mean()
        best = str(whole.idxmax())
        wanted = _of_paper(network, dataset, part)
        paper = "" if wanted is None else _text(wanted)
        line = {
            "network": network,
            "dataset": dataset,
            "method": method,
            "n_settings": len(whole),
            "best": best,
            "best_auprc": whole[best],
            "paper": paper,
            "paper_auprc": whole.get(paper, np.nan),
            "lowest_auprc": whole.min(),
            **dict.fromkeys(("difference", "low", "high", "sem", "n"), np.nan),
            "verdict": "not tried" if paper else "not in the paper",
        }
        if paper in whole:
            found = _jackknifed(by_setting[best] - by_setting[paper])
            line |= {"difference": found.mean, "low": found.low, "high": found.high}
            line |= {"sem": found.sem, "n": found.n}
            margin = AS_GOOD["AUPRC"]
            could_fail = np.ptp(whole.to_numpy()) >= margin
            line["verdict"] = judge(found, below(margin)) if could_fail else CANNOT_BE_TESTED
        lines.append(line)
    return pd.DataFrame(lines)


def _of_paper(network: str, dataset: str, part: pd.DataFrame) -> dict[str, float] | None:
    """The paper's values of what was varied, in the order of `GRID`; None if it has none."""
    table = reported("Appendix C")
    own = table[(table["network"] == network) & (table["dataset"] == dataset)]
    values = own.set_index("quantity")["value"]
    varied = [name for name in _NAMES if part[name].notna().any()]
    return {name: float(values[name]) for name in varied} if len(values) else None


def _jackknifed(difference: pd.Series) -> Estimate:
    """Mean over splits of a difference, and its 95% interval from leaving out one TF each.

    By `without` and `split`. A TF that is unseen on some split changes nothing there.
    """
    by_split = difference.unstack("split")
    whole = by_split.loc[[""]].mean()
    fewer = by_split.drop(index="").fillna(whole).mean(axis=1)
    n = len(fewer)
    error = np.sqrt((n - 1) / n * np.square(fewer - fewer.mean()).sum())
    return from_error(float(whole.mean()), float(error), n, n - 1)


def format_chosen(table: pd.DataFrame) -> pd.DataFrame:
    """`chosen`, as a table to read."""
    intervals = [
        format_interval(*interval, form=".3f")
        for interval in zip(table["difference"], table["low"], table["high"], strict=True)
    ]
    return pd.DataFrame(
        {
            "data set": table["dataset"],
            "method": table["method"],
            "tried": table["n_settings"],
            "lowest AUPRC": table["lowest_auprc"].map("{:.3f}".format),
            "best AUPRC": table["best_auprc"].map("{:.3f}".format),
            "best setting": table["best"],
            "paper's setting": table["paper"].replace("", "-"),
            "best - paper's": intervals,
            "verdict on the paper's": table["verdict"],
        }
    )


def format_grid(table: pd.DataFrame) -> pd.DataFrame:
    """Mean AUPRC over splits: settings by data sets, as text, with * at the paper's setting."""
    whole = table[table["without"] == ""]
    papers = chosen(table).set_index(["dataset", "method"])["paper"]
    groups = ["method", "setting", "dataset"]
    means = whole.groupby(groups, sort=False)["auprc"].mean().reset_index()
    means["text"] = [
        f"{value:.3f}" + "*" * (papers[dataset, method] == setting)
        for method, setting, dataset, value in means[[*groups, "auprc"]].itertuples(index=False)
    ]
    wide = means.pivot(index=["method", "setting"], columns="dataset", values="text")
    order = means[["method", "setting"]].drop_duplicates()
    wide = wide.loc[pd.MultiIndex.from_frame(order), means["dataset"].unique()]
    return wide.fillna("-").rename_axis(index=["", ""], columns=None)
