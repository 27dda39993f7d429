"""Tables that several pages show: ours beside the paper's, differences, costs, origins."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from infosem_study.methods import METHODS
from infosem_study.reported import reported
from infosem_study.statistics import (
    METRICS,
    Estimate,
    combine,
    format_fewer_splits,
    format_interval,
    format_numbers,
    from_error,
    paired,
    summarise,
)

__all__ = [
    "beside_paper",
    "core_hours",
    "format_beside_paper",
    "format_costs",
    "format_inputs",
    "format_keys",
    "format_means",
    "format_paired",
    "format_seen_and_unseen",
    "from_paper",
    "machines",
]


def format_inputs(names: Sequence[str]) -> pd.DataFrame:
    """What each method looks at, from the registry: the paper's Table 2.

    Parameters
    ----------
    names : sequence of str
        Some of `methods.METHODS`.

    Returns
    -------
    DataFrame
        One row per method: method, expression and labels ("yes", "-"), and external prior ("text"
        for gene embeddings, "motifs" for a database of them, "-").
    """
    methods = [METHODS[name] for name in names]
    return pd.DataFrame(
        {
            "method": list(names),
            "expression": ["yes" if m.expression else "-" for m in methods],
            "labels": ["yes" if m.labels else "-" for m in methods],
            "external prior": [
                "text" if m.embeddings else "motifs" if m.motifs else "-" for m in methods
            ],
        }
    )


def beside_paper(
    rows: pd.DataFrame, source: str = "Table 1", metrics: Mapping[str, str] = METRICS
) -> pd.DataFrame:
    """`statistics.summarise`, with the paper's number, its standard error and the difference.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`.
    source : str
        Which of the paper's tables.
    metrics : mapping of str to str
        Columns of `rows`, and what that table calls them.

    Returns
    -------
    DataFrame
        Columns of `summarise`, with the paper's name of the metric, and embedding (the one used on
        the data set, or ""), paper, paper_sem, difference (ours - paper); NaN where the paper has
        no such number. "InfoSEM-B (bias)" is ours, and stands beside no number of the paper. The
        paper's methods that `rows` lacks follow, with NaN for ours.
    """
    ours = summarise(rows, tuple(metrics)).replace({"metric": dict(metrics)})
    theirs = reported(source)[["method", "dataset", "quantity", "value", "sem"]].rename(
        columns={"quantity": "metric", "value": "paper", "sem": "paper_sem"}
    )
    theirs = theirs[theirs["dataset"].isin(rows["dataset"])]
    both = ours.merge(theirs, how="outer", on=["dataset", "method", "metric"])
    order = [*dict.fromkeys([*rows["method"], *theirs["method"]])]
    both = both.sort_values(
        ["metric", "dataset", "method"],
        key=lambda column: column.map(order.index) if column.name == "method" else column,
        ignore_index=True,
    )
    used = rows.dropna(subset="embedding").drop_duplicates("dataset")
    embedding = both["dataset"].map(used.set_index("dataset")["embedding"]).fillna("")
    return both.assign(embedding=embedding, difference=both["mean"] - both["paper"])


PAPER_SPLITS = 10
"""Over how many splits the paper's numbers and their errors are (Section 5)."""


def from_paper(compared: pd.DataFrame) -> list[Estimate]:
    """Ours less the paper's number, with the errors of both, for lines that have both.

    Parameters
    ----------
    compared : DataFrame
        From `beside_paper`. An error that is missing counts as none.
    """
    own = compared.dropna(subset=["mean", "paper"]).fillna({"paper_sem": 0.0})
    return [
        combine(
            [
                from_error(line["mean"], line["sem"], int(line["n_splits"]), line["n_splits"] - 1),
                from_error(line["paper"], line["paper_sem"], PAPER_SPLITS, PAPER_SPLITS - 1),
            ],
            [1, -1],
        )
        for line in own.to_dict("records")
    ]


def format_beside_paper(compared: pd.DataFrame, metric: str) -> pd.DataFrame:
    """One metric of `beside_paper` as the paper prints it: methods by data sets.

    Every cell is a mean with its standard error in parentheses; "-" where the paper has none, and
    "not run" where we have none. A method that was run on fewer splits than others has their number
    behind it. Behind the name of a data set stands its embedding.

    Parameters
    ----------
    compared : DataFrame
        From `beside_paper`.
    metric : str
        By the paper's name.
    """
    chosen = compared[compared["metric"] == metric]
    ours = format_numbers(chosen["mean"], chosen["sem"], "not run")
    few = format_fewer_splits(chosen["n_splits"])
    label = chosen["dataset"] + np.where(chosen["embedding"], " (" + chosen["embedding"] + ")", "")
    columns = {
        "ours": [number + note for number, note in zip(ours, few, strict=True)],
        "paper": format_numbers(chosen["paper"], chosen["paper_sem"]),
        "difference": ["-" if np.isnan(d) else f"{d:+.3f}" for d in chosen["difference"]],
    }
    text = chosen[["method"]].assign(dataset=label, **columns)
    no_database = (text["method"] == "SCENIC") & (text["ours"] == "not run")
    text.loc[no_database, "ours"] = "not run: needs a cisTarget database"
    table = text.pivot(index="method", columns="dataset", values=list(columns))
    order = [(name, column) for name in label.unique() for column in columns]
    table = table.swaplevel(axis=1)[order].loc[chosen["method"].unique()]
    return table.rename_axis(index="", columns=["", ""])


def format_means(rows: pd.DataFrame, metric: str = "unseen_auprc") -> pd.DataFrame:
    """One metric, methods by data sets: the mean over splits with its standard error.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`.
    metric : str
        A column of `rows`.
    """
    summary = summarise(rows, [metric])
    text = format_numbers(summary["mean"], summary["sem"])
    table = summary.assign(text=text).pivot(index="method", columns="dataset", values="text")
    order = [*dict.fromkeys(rows["method"])], [*dict.fromkeys(rows["dataset"])]
    return table.loc[order].fillna("-").rename_axis(index=None, columns=None)


def format_paired(rows: pd.DataFrame, method: str, against: str) -> pd.DataFrame:
    """`statistics.paired`, as a table to read."""
    table = paired(rows, method, against)
    interval = list(map(format_interval, table["difference"], table["low"], table["high"]))
    wins = [f"{w} of {n}" for w, n in zip(table["wins"], table["n_splits"], strict=True)]
    smallest = ["-" if np.isinf(half) else f"{half:.3f}" for half in table["smallest"]]
    columns: dict[str, Any] = {
        "difference": interval,
        "splits ahead": wins,
        "seeds": table["seeds"],
        "verdict": table["verdict"],
        "smallest to be shown": smallest,
    }
    shown = table[["method", "against", "metric", "dataset"]].assign(**columns)
    return shown.reset_index(drop=True)


def format_seen_and_unseen(rows: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    """AUPRC beyond the share of positives, on seen and on unseen genes.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`.
    methods : sequence of str
        Which to show; those that `rows` lacks are left out.

    Returns
    -------
    DataFrame
        One row per data set and method: seen and unseen, each the mean over splits of AUPRC minus
        the share of positives, with its standard error, and kept, the part of the first that the
        second is.
    """
    lifts = rows.assign(
        seen=rows["seen_auprc"] - rows["seen_base"],
        unseen=rows["unseen_auprc"] - rows["unseen_base"],
    )
    lifts = lifts[lifts["method"].isin(methods)]
    summary = summarise(lifts, ["seen", "unseen"]).set_index(["dataset", "method", "metric"])
    means = summary["mean"].unstack("metric")
    text = pd.Series(format_numbers(summary["mean"], summary["sem"]), index=summary.index)
    table = text.unstack("metric")[["seen", "unseen"]]
    kept = [f"{share:.0%}" for share in means["unseen"] / means["seen"]]
    order = [*dict.fromkeys(zip(lifts["dataset"], lifts["method"], strict=True))]
    return table.assign(kept=kept).loc[order].rename_axis(columns=None).reset_index()


def format_costs(rows: pd.DataFrame) -> pd.DataFrame:
    """Settings chosen on the training edges, spread over training seeds, and the cost of a run.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`.

    Returns
    -------
    DataFrame
        One row per data set and method: embedding, alpha with the number of splits that chose it,
        training seeds and the standard deviation of the mean AUPRC over them, the median wall time
        of a run in s and its median peak memory in MiB.
    """
    spread = summarise(rows, ["unseen_auprc"]).set_index(["dataset", "method"])["seed_sd"].to_dict()
    lines = []
    for (dataset, method), part in rows.groupby(["dataset", "method"], sort=False):
        alphas = part.drop_duplicates("split")["alpha"].value_counts().sort_index()
        runs = part.drop_duplicates(["key", "seconds"])  # one key may stand for several splits
        sd = spread[dataset, method]
        lines.append(
            {
                "dataset": dataset,
                "method": method,
                "embedding": part["embedding"].iloc[0] or "-",
                "alpha (splits)": ", ".join(f"{a:g} ({n})" for a, n in alphas.items()) or "-",
                "seeds": part["seed"].nunique(),
                "sd over seeds (AUPRC)": "-" if np.isnan(sd) else f"{sd:.3f}",
                "runs": len(runs),
                "seconds a run": f"{runs['seconds'].median():.1f}",
                "peak MiB": f"{runs['peak_mib'].median():.0f}",
            }
        )
    return pd.DataFrame(lines)


def format_keys(rows: pd.DataFrame) -> pd.DataFrame:
    """Where the numbers come from: the keys of the ledger's rows by data set and method.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`.
    """
    return (
        rows.groupby(["dataset", "method"], sort=False)["key"]
        .agg(lambda keys: " ".join(dict.fromkeys(keys)))
        .rename("keys of the rows in the ledger")
        .reset_index()
    )


def core_hours(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Core-hours of stored runs, by network and method.

    A row of the ledger is one run on one thread, whose wall time counts once, on however many
    splits it was evaluated. A method with labels is run anew on every split: those runs have one
    key, and a row with a time of its own each.

    Parameters
    ----------
    rows : sequence of mapping
        From `Store.rows`.

    Returns
    -------
    DataFrame
        One row per network and method: network, method, runs and core_hours. Runs that were
        superseded since, or ended without a row, are not among them.
    """
    frame = pd.DataFrame(rows, columns=["network", "method", "seconds"])
    groups = frame.groupby(["network", "method"])["seconds"]
    table = pd.DataFrame({"runs": groups.size(), "core_hours": groups.sum() / 3600})
    return table.reset_index()


def machines(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The machines, and the versions on them, that made stored runs.

    Parameters
    ----------
    rows : sequence of mapping
        From `Store.rows`.

    Returns
    -------
    DataFrame
        One row per combination, the most frequent first: machine, python, torch, runs.
    """
    columns = ["machine", "python", "torch"]
    made = [{"machine": row["machine"], **row["versions"]} for row in rows]
    frame = pd.DataFrame(made, columns=columns).fillna("-")
    return frame.value_counts().rename("runs").reset_index()
