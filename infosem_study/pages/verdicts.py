"""The page of all claims: the results of the other pages, as far as they are stored."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from infosem.errors import InfosemError
from infosem_study import nulls, studies
from infosem_study.claims.evidence import NETWORKS
from infosem_study.comparison import compare
from infosem_study.pages import audit, bias_analysis, known_edges, protocol
from infosem_study.pages.appendix import recall, tuning
from infosem_study.scheduling import STORED_ONLY, Runner
from infosem_study.store import Store

__all__ = ["gather", "stored", "stored_within"]

Frames = dict[str, pd.DataFrame | None]


def stored(
    function: Callable[..., pd.DataFrame], *args: Any, **options: Any
) -> pd.DataFrame | None:
    """What a function returns, or None where it lacks something that it may not run, or cannot.

    Parameters
    ----------
    function : callable
        One that computes what the ledger lacks, such as `comparison.compare`.
    *args, **options
        Of the function. With ``runner=STORED_ONLY`` it may run nothing.
    """
    try:
        return function(*args, **options)
    except InfosemError as error:
        print(f"{function.__name__}: {error}")
        return None


def gather(
    store: Store,
    *,
    datasets: Sequence[str],
    splits: Sequence[int] = tuple(range(10)),
    split: int = 0,
    runner: Runner,
) -> Frames:
    """Everything that claims are judged by, as far as it is stored or may be run.

    What is missing is None; why is printed.

    Parameters
    ----------
    store : Store
    datasets, splits
        As for `comparison.compare`.
    split : int
        The one of which predicted probabilities are looked at.
    runner : Runner
        `scheduling.STORED_ONLY` runs nothing.

    Returns
    -------
    dict of str to DataFrame or None
        By the names that `claims.judged` gives them.
    """
    where: dict[str, Any] = {"datasets": datasets, "splits": splits, "runner": runner}
    methods = [*studies.TABLE1_METHODS, *studies.DOWNSAMPLED]
    specific = stored(compare, store, methods=methods, seeds=studies.SEEDS, **where)
    non_specific = stored(compare, store, **studies.STUDIES["non-specific"], **where)
    frames: Frames = {
        "specific": specific,
        "non_specific": non_specific,
        "embeddings": stored(studies.sensitivity, store, **where),
        "cells": stored(studies.subsampling, store, **where),
        "settings": _joined(
            stored(tuning.search, store, datasets=datasets, network=network, runner=runner)
            for network in NETWORKS.values()
        ),
        "counts": stored(protocol.counts, store, datasets=datasets, runner=runner),
    }
    # From scores, which the ledger does not hold.
    if specific is not None:
        frames |= _memory(store, specific, split=split, runner=runner)
    if non_specific is not None:
        frames["recalls"] = stored(recall.recalls, store, non_specific, runner=runner)
    frames["within"] = stored_within(store, specific, non_specific, runner=runner)
    frames["beyond"] = _joined(
        stored(_beyond, store, rows[rows["method"].isin(chosen)], runner)
        for rows, chosen in (
            (specific, studies.TABLE1_METHODS), (non_specific, studies.NON_SPECIFIC_METHODS)
        )
        if rows is not None
    )  # fmt: skip
    if shown := [name for name in datasets if name in known_edges.DATASETS]:
        frames["known"] = stored(
            known_edges.judged,
            store,
            datasets=shown,
            parts=known_edges.SHOWN["cell-type-specific"],
            splits=splits,
            runner=runner,
        )
    controls = [
        stored(studies.controls, store, network=NETWORKS[name], taken=taken, **where)
        for name, taken in (
            ("specific", studies.CONTROLS),
            ("non_specific", studies.NON_SPECIFIC_CONTROLS),
        )
    ]
    # Without columns that have no value, whose type could not be told.
    frames["controls"] = _joined(
        None if part is None else part.dropna(axis=1, how="all") for part in controls
    )
    return frames


def _beyond(store: Store, rows: pd.DataFrame, runner: Runner) -> pd.DataFrame:
    """Methods of one network among random orders of the TFs; the family is that of its page."""
    found = nulls.beyond_constant(rows, nulls.tf_counts(store, rows, runner=runner))
    return found.assign(network=rows["network"].iloc[0])


def stored_within(
    store: Store, *rows: pd.DataFrame | None, runner: Runner = STORED_ONLY
) -> pd.DataFrame | None:
    """`audit.within` of the methods that are audited, for claims of a gain; None if not stored.

    Parameters
    ----------
    store : Store
    *rows : DataFrame or None
        From `comparison.compare`, each of one kind of networks.
    runner : Runner
    """
    audited = _joined(
        part[part["method"].isin(audit.METHODS_OF.get(str(network), ()))]
        for frame in rows
        if frame is not None
        for network, part in frame.groupby("network", sort=False)
    )
    if audited is None or not len(audited):
        return None
    return stored(audit.within, store, audited, runner=runner)


def _memory(store: Store, rows: pd.DataFrame, *, split: int, runner: Runner) -> Frames:
    """What methods have learned of TFs."""
    coefs = stored(bias_analysis.coefficients, store, rows, runner=runner)
    if coefs is None:
        return {}
    tfs = bias_analysis.illustrated_tfs(coefs, split=split)
    probs = _joined(
        stored(bias_analysis.probabilities, store, rows, tfs, [name], split=split, runner=runner)
        for name in bias_analysis.LOG_ODDS
    )
    return {"coefficients": coefs, "probabilities": probs}


def _joined(parts: Iterable[pd.DataFrame | None]) -> pd.DataFrame | None:
    found = [part for part in parts if part is not None]
    return pd.concat(found) if found else None
