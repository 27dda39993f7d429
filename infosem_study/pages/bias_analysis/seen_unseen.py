"""Accuracy on seen and on unseen genes, and what fewer training negatives do to it.

For Section 5.1 and Appendix D of the paper.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from infosem_study.methods import METHODS
from infosem_study.reported import reported
from infosem_study.statistics import format_number, format_numbers
from infosem_study.tables import beside_paper

__all__ = [
    "downsampling",
    "drops",
    "format_downsampling",
    "format_drops",
    "seen_beside_unseen",
    "supervised",
]


def seen_beside_unseen(rows: pd.DataFrame) -> pd.DataFrame:
    """AUPRC on seen and on unseen genes, ours beside the paper's (Tables 3 and 1; Figure 3 (a)).

    Returns
    -------
    DataFrame
        The columns of `tables.beside_paper`, its metric being "AUPRC, seen genes" or "AUPRC,
        unseen genes", and labels, whether the method learns from them; such methods come first.
        What the paper proposes is left out, unless `rows` has it.
    """
    parts = []
    for source, test in (("Table 3", "seen"), ("Table 1", "unseen")):
        part = beside_paper(rows, source, {f"{test}_auprc": "AUPRC"})
        part = part[part["metric"] == "AUPRC"]
        parts.append(part.assign(metric=f"AUPRC, {test} genes"))
    both = pd.concat(parts, ignore_index=True)
    both["labels"] = [METHODS[name].labels for name in both["method"]]
    chosen = ~both["method"].str.startswith("InfoSEM") | both["method"].isin(rows["method"])
    return both[chosen].sort_values("labels", ascending=False, kind="stable", ignore_index=True)


def drops(rows: pd.DataFrame) -> pd.DataFrame:
    """By how much AUPRC falls from seen to unseen genes, as a part of that on seen genes.

    On each split the AUPRC of the methods is averaged first, on seen and on unseen genes. Done with
    the paper's Tables 3 and 1 this gives the average of 42% of Section 5.1.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`. Those of the paper's methods count that learn from labels and do
        not take them as a prior (One-hot LR, MatComp, scGREAT, GENELink); ours as far as they are
        among the rows.

    Returns
    -------
    DataFrame
        One row per data set: seen, unseen, drop and sem (of the drop, over splits), and the paper's
        seen, unseen and drop as paper_<name>.
    """
    groups = drops_by_split(rows).groupby("dataset", sort=False)
    table = groups.mean().assign(sem=groups["drop"].sem())
    methods = supervised(paper_auprc("unseen").columns)
    for test in ("seen", "unseen"):
        table[f"paper_{test}"] = paper_auprc(test)[methods].mean(axis=1).reindex(table.index)
    table["paper_drop"] = 1 - table["paper_unseen"] / table["paper_seen"]
    return table.reset_index()


def format_drops(table: pd.DataFrame) -> pd.DataFrame:
    """`drops`, as a table to read, with the means over data sets in its last row."""
    n = len(table)
    last = table.drop(columns="dataset").mean()
    last["sem"] = np.sqrt((table["sem"] ** 2).sum(skipna=False)) / n
    table = pd.concat([table, last.to_frame().T.assign(dataset="mean")], ignore_index=True)
    return pd.DataFrame(
        {
            "dataset": table["dataset"],
            "seen": table["seen"].map(format_number),
            "unseen": table["unseen"].map(format_number),
            "drop": format_numbers(table["drop"], table["sem"], form=".0%"),
            "paper: seen": table["paper_seen"].map(format_number),
            "paper: unseen": table["paper_unseen"].map(format_number),
            "paper: drop": [format_number(drop, form=".0%") for drop in table["paper_drop"]],
        }
    )


def drops_by_split(rows: pd.DataFrame) -> pd.DataFrame:
    """`drops` of each split: seen, unseen and drop, by data set and split."""
    methods = supervised(paper_auprc("unseen").columns)
    groups = rows[rows["method"].isin(methods)].groupby(["dataset", "split"], sort=False)
    means = groups[["seen_auprc", "unseen_auprc"]].mean()
    means.columns = pd.Index(["seen", "unseen"])
    return means.assign(drop=1 - means["unseen"] / means["seen"])


def downsampling(rows: pd.DataFrame) -> pd.DataFrame:
    """AUPRC by itself and beyond chance, trained on all negatives and on as many as positives.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`; methods that lack one of the two are left out.

    Returns
    -------
    DataFrame
        One row per data set, method, test ("seen" or "unseen" genes) and training ("all" or
        "downsampled" negatives), on the splits that both have: auprc, base (the share of
        positives), mean (of their difference), each of these but base with its standard error
        (auprc_sem, sem), and n_splits.

    References
    ----------
    InfoSEM, Appendix D and Figure 5.
    """
    lines = []
    for dataset, part in rows.groupby("dataset", sort=False):
        for test in ("seen", "unseen"):
            auprc, base = by_split(part, f"{test}_auprc"), by_split(part, f"{test}_base")
            for name, full in downsampled_pairs(auprc.columns):
                both = auprc[[full, name]].dropna()
                share = base.loc[both.index, full]
                for training, method in (("all", full), ("downsampled", name)):
                    own = both[method]
                    lift = (own - share).round(5)
                    lines.append(
                        {
                            "dataset": dataset,
                            "method": full,
                            "test": test,
                            "training": training,
                            "auprc": own.mean(),
                            "auprc_sem": own.sem() if len(own) > 1 else np.nan,
                            "base": share.mean(),
                            "mean": lift.mean(),
                            "sem": lift.sem() if len(lift) > 1 else np.nan,
                            "n_splits": len(own),
                        }
                    )
    return pd.DataFrame(lines)


def format_downsampling(lifts: pd.DataFrame) -> pd.DataFrame:
    """`downsampling`, as a table to read: a row per data set and method."""
    where = ["dataset", "method", "n_splits"]
    cells = lifts.assign(cell=format_numbers(lifts["mean"], lifts["sem"]))
    cells["column"] = cells["test"] + ", " + cells["training"]
    order = cells["column"].unique()
    table = cells.set_index([*where, "column"])["cell"].unstack()[order]
    rows = pd.MultiIndex.from_frame(lifts[where].drop_duplicates())
    table = table.loc[rows].rename_axis(columns=None).reset_index()
    return table.rename(columns={"n_splits": "splits"})


def by_split(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """A metric, training seeds averaged: a row per data set and split, a column per method."""
    return rows.pivot_table(metric, ["dataset", "split"], "method", sort=False)


def downsampled_pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Of the downsampled methods, and those that they are variants of, where there are both."""
    names = [*names]
    variants = {METHODS[name].base: name for name in names if METHODS[name].downsampled}
    return [(variants[name], name) for name in names if name in variants]


def supervised(names: Iterable[str]) -> list[str]:
    """Those that learn from labels, without those that take them as a prior."""
    known = [name for name in names if name in METHODS]
    return [name for name in known if METHODS[name].labels and not METHODS[name].deep]


def paper_auprc(test: str, column: str = "value") -> pd.DataFrame:
    """The paper's AUPRC, or its standard error: a row per data set, a column per method."""
    table = reported({"seen": "Table 3", "unseen": "Table 1"}[test])
    table = table[table["quantity"] == "AUPRC"]
    return table.pivot(index="dataset", columns="method", values=column)
