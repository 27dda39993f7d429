"""How the tables and answers of this page are put into words."""

from collections.abc import Iterable

import pandas as pd

__all__ = ["by_dataset", "listed"]


def by_dataset(table: pd.DataFrame, index: list[str]) -> pd.DataFrame:
    """A column text, rows by data sets, in the order in which they come."""
    order = [*dict.fromkeys(map(tuple, table[index].to_numpy()))]
    wide = table.pivot(index=index, columns="dataset", values="text")
    columns = [*dict.fromkeys(table["dataset"])]
    return wide.loc[order, columns].fillna("-").rename_axis(columns=None)


def listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
