"""Which runs are audited, and how what is computed of them is kept beside the ledger."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from infosem.errors import InfosemError
from infosem_study.comparison import compare
from infosem_study.derived import derive, runs_of
from infosem_study.methods import METHODS
from infosem_study.scheduling import Runner
from infosem_study.store import Store
from infosem_study.studies import FEWER_SEEDS, SEEDS

__all__ = [
    "GROUP",
    "METHODS_OF",
    "SEEDS_OF",
    "every_seed",
    "first_seed",
    "kept",
    "random_rows",
    "results",
]

_BOTH = (
    "Random", "Random TF constant", "One-hot LR", "MatComp", "Pearson correlation",
    "Partial correlation", "Mutual information", "ARACNE", "PIDC", "TIGRESS", "GENIE3",
    "GRNBoost2", "DeepSEM", "InfoSEM-B", "InfoSEM-BC",
)  # fmt: skip
METHODS_OF: dict[str, Sequence[str]] = {
    "cell-type-specific": _BOTH,
    "non-cell-type-specific": (*_BOTH, "RegDiffusion"),
}
"""The methods that are audited, by network. The page says which are not, and why."""
SEEDS_OF: dict[str, Sequence[int]] = {
    "cell-type-specific": SEEDS,
    "non-cell-type-specific": FEWER_SEEDS,
}
"""Training seeds of DeepSEM and InfoSEM-B, by network: those of the tables."""
GROUP = ["network", "dataset", "method"]
"""What tables of the audit have one row or more for."""


def results(
    store: Store,
    *,
    datasets: Sequence[str],
    methods: Mapping[str, Sequence[str]] = METHODS_OF,
    seeds: Mapping[str, Sequence[int]] = SEEDS_OF,
    **options: Any,
) -> pd.DataFrame:
    """Rows of `comparison.compare` on several networks, in one frame.

    Parameters
    ----------
    store, datasets
        As for `comparison.compare`.
    methods : mapping of str to sequence of str
        By network; with Random, under whose runs the nulls and the shortcuts are kept.
    seeds : mapping of str to sequence of int
        By network.
    **options
        More of `comparison.compare`, such as `splits` and `runner`.
    """
    parts = [
        compare(
            store,
            datasets=datasets,
            network=network,
            methods=names,
            seeds=seeds[network],
            **options,
        )
        for network, names in methods.items()
    ]
    # The synthetic data have one network, whichever is asked for.
    return pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)


def first_seed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the first training seed that each method has on a split."""
    first = rows.groupby([*GROUP, "split"])["seed"].transform("min")
    return rows[rows["seed"] == first]


def every_seed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of all training seeds of what trains; of what draws at random, those of the first."""
    trains = rows["method"].map({name: method.deep for name, method in METHODS.items()})
    first = rows.groupby([*GROUP, "split"])["seed"].transform("min")
    return rows[trains.astype(bool) | (rows["seed"] == first)]


def random_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of Random, which stand for their data set and split.

    Raises
    ------
    InfosemError
        If there is none.
    """
    found = rows[rows["method"] == "Random"]
    if not len(found):
        raise InfosemError("rows: none of Random; the nulls are kept under its runs, so add it")
    return found


def kept(
    store: Store,
    name: str,
    columns: Mapping[str, type],
    rows: pd.DataFrame,
    compute: Callable[[Mapping[str, Any]], pd.DataFrame],
    *,
    only: tuple[str, Mapping[str, Sequence[str]]] | None = None,
    by_seed: bool = False,
    runner: Runner,
) -> pd.DataFrame:
    """`derived.derive`, for the methods and networks of some rows.

    Parameters
    ----------
    store, name, columns, compute, only, by_seed, runner
        As for `derived.derive`.
    rows : DataFrame
        From `results`; by seed, of `every_seed`, else of the first.

    Returns
    -------
    DataFrame
        As from `derived.derive`, with a column network.
    """
    parts = []
    own = every_seed(rows) if by_seed else first_seed(rows)
    for network, part in own.groupby("network", sort=False):
        runs = runs_of(part, list(part["method"].unique()))
        table = derive(
            store, name, columns, runs, compute, only=only, by_seed=by_seed, runner=runner
        )
        parts.append(table.assign(network=network))
    return pd.concat(parts, ignore_index=True)
