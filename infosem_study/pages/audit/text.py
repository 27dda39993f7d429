"""How the tables and answers of this page are put into words."""

from collections.abc import Iterable

import pandas as pd

__all__ = ["by_dataset", "listed"]


def by_dataset(table: pd.DataFrame, index: list[str]) -> pd.DataFrame:
    """The column text of a table, with one column per data set; rows in their first order."""
    order = [*dict.fromkeys(map(tuple, table[index].to_numpy()))]
    wide = table.pivot(index=index, columns="dataset", values="text")
    columns = [*dict.fromkeys(table["dataset"])]
    return wide.loc[order, columns].fillna("-").rename_axis(columns=None)


def listed(names: Iterable[str]) -> str:
    """Names with commas between, or "none"."""
    return ", ".join(names) or "none"
