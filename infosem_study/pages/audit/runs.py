"""Which runs are audited, and how what is computed of them is kept beside the ledger."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from infosem.errors import InfosemError
from infosem_study.comparison import compare
from infosem_study.derived import derive, runs_of
from infosem_study.scheduling import Runner
from infosem_study.store import Store

__all__ = [
    "GROUP",
    "METHODS_OF",
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
GROUP = ["network", "dataset", "method"]
"""What tables of the audit have one row or more for."""


def results(
    store: Store,
    *,
    datasets: Sequence[str],
    methods: Mapping[str, Sequence[str]] = METHODS_OF,
    **options: Any,
) -> pd.DataFrame:
    """Rows of `comparison.compare` on several networks, in one frame.

    Parameters
    ----------
    store, datasets
        As for `comparison.compare`.
    methods : mapping of str to sequence of str
        By network; with Random, under whose runs the nulls and the shortcuts are kept.
    **options
        More of `comparison.compare`, such as `splits` and `runner`.
    """
    parts = [
        compare(store, datasets=datasets, network=network, methods=names, **options)
        for network, names in methods.items()
    ]
    # The synthetic data have one network, whichever is asked for.
    return pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)


def first_seed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the first training seed that each method has on a split."""
    first = rows.groupby([*GROUP, "split"])["seed"].transform("min")
    return rows[rows["seed"] == first]


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
    runner: Runner,
) -> pd.DataFrame:
    """`derived.derive`, for the methods and networks of some rows, first training seed.

    Parameters
    ----------
    store, name, columns, compute, only, runner
        As for `derived.derive`.
    rows : DataFrame
        From `results`.

    Returns
    -------
    DataFrame
        As from `derived.derive`, with a column network.
    """
    parts = []
    for network, part in first_seed(rows).groupby("network", sort=False):
        runs = runs_of(part, list(part["method"].unique()))
        table = derive(store, name, columns, runs, compute, only=only, runner=runner)
        parts.append(table.assign(network=network))
    return pd.concat(parts, ignore_index=True)
