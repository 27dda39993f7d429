"""Every study that the book shows, in one list, and what of it is not stored yet."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from infosem_study.comparison import compare
from infosem_study.pages import known_edges, multiverse
from infosem_study.pages.published import released
from infosem_study.scheduling import HERE, Rehearsal, Runner
from infosem_study.store import Store
from infosem_study.studies import (
    NON_SPECIFIC_CONTROLS,
    STRING_STUDY,
    STUDIES,
    controls,
    departures,
    learning_curve,
    prior_settings,
    protocol_choices,
    sensitivity,
    smallest,
    subsampling,
)
from infosem_study.variants import all_genes

__all__ = ["EVERYTHING", "plan"]


def _curve(
    store: Store, *, datasets: Sequence[str], splits: Sequence[int], runner: Runner = HERE
) -> pd.DataFrame:
    """The learning curve that the page of Table 1 shows."""
    return learning_curve(store, smallest(datasets), split=splits[0], runner=runner)


def _scales(
    store: Store, *, datasets: Sequence[str], splits: Sequence[int], runner: Runner = HERE
) -> pd.DataFrame:
    """The settings of InfoSEM-B's prior that the page of embeddings shows."""
    return prior_settings(store, datasets=[smallest(datasets)], splits=splits, runner=runner)


def _all_genes(
    store: Store, *, datasets: Sequence[str], splits: Sequence[int], runner: Runner = HERE
) -> pd.DataFrame:
    """The runs under whose keys the counts of Appendix B are kept, no gene dropped."""
    return compare(
        store, datasets=[all_genes(name) for name in datasets], methods=["Random"],
        network="non-cell-type-specific", splits=splits[:1], runner=runner,
    )  # fmt: skip


EVERYTHING: dict[str, Callable[..., pd.DataFrame]] = {
    **{name: partial(compare, **wanted) for name, wanted in STUDIES.items()},
    "learning-curve": _curve,
    "embeddings": sensitivity,
    "prior-settings": _scales,
    "protocol": protocol_choices,
    "departures": departures,
    "all-genes": _all_genes,
    "string": partial(compare, **STRING_STUDY),
    "published": released,
    "controls": controls,
    "controls-non-specific": partial(
        controls, network="non-cell-type-specific", taken=NON_SPECIFIC_CONTROLS
    ),
    "subsampling": subsampling,
    "multiverse": multiverse.shown,
    "known-edges": known_edges.shown,
}
"""Every study that the book shows; to be called with a store, and `datasets`, `splits` and
a `runner` as for `compare`."""


def plan(store: Store, *, recompute: bool = False, **study: Any) -> pd.DataFrame:
    """What `EVERYTHING` would run, and how long that takes.

    Parameters
    ----------
    store : Store
        It stays as it is.
    recompute : bool
        Count also what is stored.
    **study
        What the studies are to be called with.

    Returns
    -------
    DataFrame
        One row per study, in order: study, runs (how many the ledger will lack, when those before
        are done), seconds (of one core, by earlier runs) and unknown, the number of runs of methods
        of which there is none, which are not in the seconds.
    """
    ahead, lines = store.copy(), []
    for name, compute in EVERYTHING.items():
        rehearsal = Rehearsal(recompute=recompute)
        compute(ahead, runner=rehearsal, **study)
        known = [seconds for seconds in rehearsal.seconds if np.isfinite(seconds)]
        n_runs = len(rehearsal.seconds)
        lines.append((name, n_runs, sum(known), n_runs - len(known)))
    return pd.DataFrame(lines, columns=["study", "runs", "seconds", "unknown"])
