"""Tables that several pages show: ours beside the paper's, differences, costs, origins."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from infosem_study.methods import METHODS
from infosem_study.reported import reported
from infosem_study.statistics import (
    METRICS,
    beyond_constant,
    format_fewer_splits,
    format_interval,
    format_numbers,
    paired,
    summarise,
)
from infosem_study.statistics import format_numbers as _numbers

__all__ = [
    "beside_paper",
    "by_percent",
    "core_hours",
    "format_beside_paper",
    "format_costs",
    "format_inputs",
    "format_keys",
    "format_means",
    "format_paired",
    "format_seen_and_unseen",
    "machines",
    "percentages",
    "sensitivity_verdicts",
    "subsampling_costs",
    "subsampling_verdicts",
    "summarise_percents",
    "verdicts",
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


def sensitivity_verdicts(rows: pd.DataFrame) -> pd.DataFrame:
    """What Figure 4 claims of embeddings, and what the controls say of it.

    A difference counts on a data set where its 95% interval over splits excludes 0 (`paired`).

    Parameters
    ----------
    rows : DataFrame
        From `studies.sensitivity`.

    Returns
    -------
    DataFrame
        One row a claim: the data sets on which it holds, for AUPRC on unseen genes, and verdict.
    """
    claims = (
        ("Text helps: better than DeepSEM", "InfoSEM-B, text", "DeepSEM", "better"),
        ("One-hot vectors do not help: not better than DeepSEM",
         "InfoSEM-B, one-hot", "DeepSEM", "not better"),
        ("Random vectors do not help: not better than DeepSEM",
         "InfoSEM-B, random", "DeepSEM", "not better"),
        ("Text is better than one-hot vectors", "InfoSEM-B, text", "InfoSEM-B, one-hot", "better"),
        ("Text is better than random vectors", "InfoSEM-B, text", "InfoSEM-B, random", "better"),
        ("(ours) Text is better than the same vectors on the wrong genes",
         "InfoSEM-B, text", "InfoSEM-B, permuted", "better"),
        ("(ours) Text with expression is better than text with the expression of other genes",
         "InfoSEM-B, text", "InfoSEM-B, expression shuffled", "better"),
        ("(ours) Text with expression is better than text without any",
         "InfoSEM-B, text", "Prior alone, text", "better"),
    )  # fmt: skip
    lines = []
    for claim, method, against, wanted in claims:
        table = paired(rows, method, against, ["unseen_auprc"])
        holds = (table["verdict"] == "better") == (wanted == "better")
        where = table["dataset"][holds].tolist()
        word = {len(table): "holds", 0: "does not hold"}.get(len(where), "partly")
        lines.append(
            {
                "claim": claim,
                "difference": ", ".join(
                    f"{d} {x:+.3f}"
                    for d, x in zip(table["dataset"], table["difference"], strict=True)
                ),
                "holds on": ", ".join(where) or "none",
                "verdict": word,
            }
        )
    return pd.DataFrame(lines)


def format_paired(rows: pd.DataFrame, method: str, against: str) -> pd.DataFrame:
    """`statistics.paired`, as a table to read."""
    table = paired(rows, method, against)
    interval = list(map(format_interval, table["difference"], table["low"], table["high"]))
    wins = [f"{w} of {n}" for w, n in zip(table["wins"], table["n_splits"], strict=True)]
    shown = table[["method", "against", "metric", "dataset"]].assign(
        difference=interval, **{"splits ahead": wins}, verdict=table["verdict"]
    )
    return shown.reset_index(drop=True)


def describe_beyond_constant(table: pd.DataFrame) -> str:
    """In words: how many pass the test, and whether the numbers of the paper's Table 1 could.

    Parameters
    ----------
    table : DataFrame
        From `beyond_constant`, of Table 1.
    """
    lines = [f"{(table['p'] < 0.05).sum()} of {len(table)} have a p below 0.05."]
    papers = reported("Table 1").rename(columns={"quantity": "metric"})
    papers = papers[papers["method"] != "Random"]
    # The constants on all splits: of a method that has most of them.
    whole = table.loc[table.groupby(["metric", "dataset"], sort=False)["splits"].idxmax()]
    columns = ["metric", "dataset", "best of the constants"]
    both = papers.merge(whole[columns], on=["metric", "dataset"])
    for metric, part in both.groupby("metric", sort=False):
        reach = part["value"] > part["best of the constants"]
        lines.append(
            f"Of the paper's own {len(part)} means by {metric}, on data sets that are here, "
            f"{reach.sum()} are above the best of these constants."
        )
    return "\n".join(lines)


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


_CONSTANT = "Random TF constant"
# What Table 1 and Section 5 say of these methods: claim, method, against, whether it is better.
_CLAIMS = (
    ("One-hot LR is no better than chance (by construction: its scores are constant)",
     "One-hot LR", "Random", False),
    ("DeepSEM beats chance", "DeepSEM", "Random", True),
    ("InfoSEM-B improves upon DeepSEM", "InfoSEM-B", "DeepSEM", True),
    ("InfoSEM-BC improves upon DeepSEM", "InfoSEM-BC", "DeepSEM", True),
    ("InfoSEM-BC improves upon InfoSEM-B", "InfoSEM-BC", "InfoSEM-B", True),
    ("(ours) DeepSEM beats a random constant per TF", "DeepSEM", _CONSTANT, True),
    ("(ours) InfoSEM-B beats a random constant per TF", "InfoSEM-B", _CONSTANT, True),
    ("(ours) InfoSEM-BC beats a random constant per TF", "InfoSEM-BC", _CONSTANT, True),
)  # fmt: skip


def verdicts(rows: pd.DataFrame, source: str = "Table 1") -> pd.DataFrame:
    """What the paper's Table 1 (or 5) claims of the methods at hand, and where it holds.

    That one method beats another holds on a data set where the 95% interval of the paired
    difference lies above 0 (`paired`), that it beats a random constant where `beyond_constant` says
    so, and that it is no better where neither does. A claim is counted on the data sets on which
    the paper's own numbers make it. It is reproduced where it holds on all of these, partly where
    on some. The claims marked (ours) are not the paper's, but without them its claims say little.

    Parameters
    ----------
    rows : DataFrame
        One row a data set, method, training seed and split (`comparison.compare`).
    source : {"Table 1", "Table 5"}
        Which of the paper's tables; of the networks of `rows`.

    Returns
    -------
    DataFrame
        One row a claim and metric: the paper's mean difference over the data sets, ours, where it
        holds and where it is claimed, verdict. Empty for data sets that the paper does not have.
    """
    theirs = reported(source).set_index(["method", "dataset", "quantity"])["value"]
    lines = []
    for claim, method, against, is_better in _CLAIMS:
        if not {method, against} <= set(rows["method"]):
            continue
        ours = against == _CONSTANT
        table = paired(rows, method, against)
        table["paper"] = [
            theirs.get((method, d, m), np.nan) - theirs.get((against, d, m), np.nan)
            for d, m in zip(table["dataset"], table["metric"], strict=True)
        ]
        if ours:
            null = beyond_constant(rows).set_index(["method", "dataset", "metric"])["verdict"]
            table["verdict"] = [
                null[method, d, m] for d, m in zip(table["dataset"], table["metric"], strict=True)
            ]
            table = table[table["dataset"].isin(theirs.index.unique("dataset"))]
        elif is_better:
            table = table[table["paper"] > 0]
        else:
            table = table[table["paper"].notna()]
        words = ("holds", "does not hold") if ours else ("reproduced", "not reproduced")
        for metric, part in table.groupby("metric", sort=False):
            holds = part["dataset"][(part["verdict"] == "better") == is_better].tolist()
            lines.append(
                {
                    "claim": claim,
                    "metric": metric,
                    "paper": "-" if part["paper"].isna().any() else f"{part['paper'].mean():+.3f}",
                    "ours": f"{part['difference'].mean():+.3f}",
                    "claimed on": ", ".join(part["dataset"]),
                    "holds on": ", ".join(holds) or "none",
                    "verdict": {len(part): words[0], 0: words[1]}.get(len(holds), "partly"),
                }
            )
    return pd.DataFrame(lines)


# What the paper's text says of gains in percent: claim, source, network ("" for both), method, and
# what it is compared to. "Existing models" are DeepSEM: no other comparison gives the number.
_GAINS = (
    ("InfoSEM-B over DeepSEM, cell-type-specific",
     "Section 5.2", "cell-type-specific", "InfoSEM-B", "DeepSEM"),
    ("InfoSEM-B over DeepSEM, non-cell-type-specific",
     "Section 5.2", "non-cell-type-specific", "InfoSEM-B", "DeepSEM"),
    ("InfoSEM-BC over DeepSEM, cell-type-specific",
     "Section 5.2", "cell-type-specific", "InfoSEM-BC", "DeepSEM"),
    ("InfoSEM-BC over DeepSEM, non-cell-type-specific",
     "Section 5.2", "non-cell-type-specific", "InfoSEM-BC", "DeepSEM"),
    ("InfoSEM-B over existing models (DeepSEM)", "Abstract", "", "InfoSEM-B", "DeepSEM"),
    ("InfoSEM-BC over InfoSEM-B", "Abstract", "", "InfoSEM-BC", "InfoSEM-B"),
)  # fmt: skip
_UNSEEN = {"cell-type-specific": "Table 1", "non-cell-type-specific": "Table 5"}
_LAST_DIGIT = 5e-4  # the paper's tables are rounded to three digits


def percentages(rows: pd.DataFrame) -> pd.DataFrame:
    """The gains in percent that the paper's abstract and Section 5.2 claim, recomputed.

    A gain is the ratio of two methods' means over splits, less 1, averaged over AUPRC and Hit@1% on
    unseen genes, then over data sets and, for the abstract, over both kinds of networks: this
    gives the paper's numbers, as far as they follow from its tables.

    Our standard error is a jackknife: each split of a data set is left out once, with both metrics
    and methods. Data sets count as independent, so that the squares of their errors add up. The
    95% interval is Student's t, with the degrees of freedom by Welch and Satterthwaite. The splits
    of a data set overlap, so that it is too narrow if anything.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`, of both kinds of networks.

    Returns
    -------
    DataFrame
        One row a claim, as text: claim; stands in; paper; from its tables, and in brackets the
        least and the most that it may be before the tables were rounded; follows (whether the
        claimed number, as rounded, is in there); ours, with its standard error in parentheses, on
        the splits that both methods have; on (of how many data sets and networks); splits; and
        verdict: "reproduced" where the 95% interval lies above 0 and holds the paper's
        number, "partly" where it lies above 0 only, "not reproduced" where it does neither,
        "undecided" where it holds both 0 and the paper's number, and "not run". Empty for data sets
        that the paper does not have.

    References
    ----------
    InfoSEM, abstract (the same numbers in Sections 1 and 6), Section 5.2, Tables 1 and 5.
    """
    theirs = pd.concat([reported(source).assign(network=key) for key, source in _UNSEEN.items()])
    by_method = theirs.pivot(
        index=["network", "dataset", "quantity"], columns="method", values="value"
    )
    if not len(rows) or not rows["dataset"].isin(theirs["dataset"]).any():
        return pd.DataFrame()
    lines = []
    for claim, source, network, method, against in _GAINS:
        said = reported(source, network).set_index("method")["value"][method]
        networks = [network] if network else [*_UNSEEN]
        table = by_method.loc[networks]
        new, old = table[method], table[against]
        recomputed, least, most = (
            100 * (float(np.mean((new + digit) / (old - digit))) - 1)
            for digit in (0.0, -_LAST_DIGIT, _LAST_DIGIT)
        )
        cases = [
            _gain(part, method, against)
            for _, part in rows[rows["network"].isin(networks)].groupby(["network", "dataset"])
        ]
        cases = [case for case in cases if case[2]]
        mean, error, low, high = _mean_of_cases(cases)
        rounding = 0.5 if said == int(said) else 0.05
        holds = low <= said / 100 <= high
        verdict = {
            (True, True): "reproduced", (True, False): "partly", (False, True): "undecided",
        }.get((low > 0, holds), "not reproduced")  # fmt: skip
        splits = sorted({n for _, _, n in cases})
        lines.append(
            {
                "claim": claim,
                "stands in": source,
                "paper": f"{said:g}%",
                "from its tables": f"{recomputed:.1f}% [{least:.1f}, {most:.1f}]",
                "follows": "yes" if least - rounding <= said <= most + rounding else "no",
                "ours": f"{mean:+.1%} ({error:.1%})" if cases else "-",
                "on": f"{len(cases)} of {len(new) // len(METRICS)}",
                "splits": "-".join(map(str, dict.fromkeys([*splits[:1], *splits[-1:]]))) or "-",
                "verdict": verdict if cases else "not run",
            }
        )
    return pd.DataFrame(lines)


def _gain(rows: pd.DataFrame, method: str, against: str) -> tuple[float, float, int]:
    """On one data set: the gain, its jackknife standard error, and the number of splits."""
    if not {method, against} <= set(rows["method"]):
        return np.nan, np.nan, 0
    by_split = rows.pivot_table(list(METRICS), "split", "method")  # means over training seeds
    both = by_split.swaplevel(axis=1)[[method, against]].dropna()
    new, old = both[method].to_numpy(), both[against].to_numpy()  # (split, metric)
    n = len(both)

    def gain(kept: NDArray[np.bool_]) -> float:
        return float(np.mean(new[kept].mean(axis=0) / old[kept].mean(axis=0))) - 1

    every = np.full(n, True)
    if n < 2:
        return (gain(every) if n else np.nan), np.nan, n
    without = np.array([gain(np.arange(n) != split) for split in range(n)])
    return gain(every), float(np.sqrt((n - 1) * without.var())), n


def _mean_of_cases(cases: Sequence[tuple[float, float, int]]) -> tuple[float, float, float, float]:
    """Of gains with errors: the mean, its error and the ends of its 95% interval."""
    if not cases:
        return np.nan, np.nan, np.nan, np.nan
    gains, errors, n_splits = np.array(cases).T
    mean, error = gains.mean(), np.sqrt((errors**2).sum()) / len(cases)
    if n_splits.min() < 2:
        return mean, error, -np.inf, np.inf
    freedom = (errors**2).sum() ** 2 / (errors**4 / (n_splits - 1)).sum()
    half = stats.t.ppf(0.975, freedom) * error
    return mean, error, mean - half, mean + half


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


# --- fewer cells ------------------------------------------------------------------------------


def summarise_percents(rows: pd.DataFrame, metric: str = "unseen_auprc") -> pd.DataFrame:
    """`summarise`, for each percentage of the cells.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.
    metric : str
        A column of `rows`.

    Returns
    -------
    DataFrame
        As from `summarise`, with a column percent. Every draw of cells has a training seed of its
        own, so that seed_sd is the standard deviation over draws.
    """
    parts = [
        summarise(part, [metric]).assign(percent=percent)
        for percent, part in rows.groupby("percent")
    ]
    return pd.concat(parts, ignore_index=True)


def by_percent(rows: pd.DataFrame, metric: str = "unseen_auprc") -> pd.DataFrame:
    """One metric by percentage of the cells: mean over splits with its standard error, as text.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.
    metric : str
        A column of `rows`.

    Returns
    -------
    DataFrame
        One row a data set and method, one column a percentage, and the largest standard deviation
        over draws of the mean over splits.
    """
    summary = summarise_percents(rows, metric)
    groups = summary.groupby(["dataset", "method"])
    text = _numbers(summary["mean"], summary["sem"], "-")
    table = summary.assign(text=text).pivot(
        index=["dataset", "method"], columns="percent", values="text"
    )
    table.columns = [f"{percent}%" for percent in table.columns]
    spread = groups["seed_sd"].max().reindex(table.index)
    table["largest sd over draws"] = ["-" if np.isnan(sd) else f"{sd:.3f}" for sd in spread]
    order = [*dict.fromkeys(zip(rows["dataset"], rows["method"], strict=True))]
    return table.reindex(order).fillna("-").reset_index()


def subsampling_verdicts(rows: pd.DataFrame) -> pd.DataFrame:
    """What the paper says of fewer cells, and what else the rows say, for AUPRC on unseen genes.

    Differences are on the same splits, means over draws, with the 95% interval over splits
    (`paired`). Where a claim is about every percentage, the smallest and the largest difference, or
    p (`beyond_constant`), are told, and at how many percentages it is shown.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.

    Returns
    -------
    DataFrame
        One row a claim: claimed on (the paper's data set, or "(ours)"), what was found on each
        data set, and verdict, for a claim of the paper on its data set.
    """
    is_null = rows["method"] == _CONSTANT
    at = rows["method"] + ", " + rows["percent"].astype(str) + "%"
    named = rows.assign(method=at.where(~is_null, _CONSTANT))
    percents = sorted(rows.loc[~is_null, "percent"].unique())
    few, most = (f", {percent}%" for percent in (percents[0], percents[-1]))
    told = "all" if percents[-1] == 100 else f"{percents[-1]}%"
    every = [f", {percent}%" for percent in percents]
    claims = [
        (f"{name} with {percents[0]}% of the cells is no worse than DeepSEM with {told}", _PAPER_ON,
         [(name + few, "DeepSEM" + most)], "not worse")
        for name in ("InfoSEM-B", "InfoSEM-BC")
    ] + [
        (f"{name} is better than {against} at every percentage", on,
         [(name + percent, against + percent) for percent in every], "better")
        for name, against, on in (("InfoSEM-BC", "InfoSEM-B", _PAPER_ON),
                                  ("InfoSEM-B", "DeepSEM", _OURS_ONLY))
    ] + [
        ("InfoSEM-B beats a random constant per TF at every percentage", _OURS_ONLY,
         [("InfoSEM-B" + percent, _CONSTANT) for percent in every], "better")
    ]  # fmt: skip
    for name in dict.fromkeys(rows.loc[~is_null, "method"]):
        if name.endswith(" (longer)"):
            usual = name.removesuffix(" (longer)")
            claims += [
                (f"Trained longer, {usual} with {percents[0]}% is no worse than with {told}",
                 _OURS_ONLY, [(name + few, usual + most)], "not worse")
            ]  # fmt: skip
        else:
            claims += [
                (f"More cells help {name}: better with {told} than with {percents[0]}%",
                 _OURS_ONLY, [(name + most, name + few)], "better")
            ]  # fmt: skip
    datasets = list(dict.fromkeys(rows["dataset"]))
    lines = []
    for claim, on, pairs, wanted in claims:
        line = {"claim": claim, "claimed on": on}
        found = {
            dataset: shown
            for dataset in datasets
            if (shown := _shown(named, dataset, pairs, wanted)) is not None
        }
        asked = [dataset for dataset in found if on in (_OURS_ONLY, dataset)]
        holds = [found[dataset][0] for dataset in asked]
        words = ("holds", "does not hold") if on == _OURS_ONLY else ("reproduced", "not reproduced")
        if not asked:
            verdict = "not run" if on == _OURS_ONLY or on in datasets else f"no {on} here"
        else:
            verdict = words[0] if all(holds) else "partly" if any(holds) else words[1]
        line |= {dataset: found[dataset][1] if dataset in found else "-" for dataset in datasets}
        lines.append({**line, "verdict": verdict})
    return pd.DataFrame(lines)


_PAPER_ON, _OURS_ONLY = "hESC", "(ours)"


def _shown(
    named: pd.DataFrame, dataset: str, pairs: Sequence[tuple[str, str]], wanted: str
) -> tuple[bool, str] | None:
    """Whether one method is better (or not worse) than another in all pairs, and the numbers.

    None where one of them was not run.
    """
    own = named[named["dataset"] == dataset]
    if not {name for pair in pairs for name in pair} <= set(own["method"]):
        return None
    against_constant = pairs[0][1] == _CONSTANT
    if against_constant:
        table = beyond_constant(own[own["method"].isin([name for pair in pairs for name in pair])])
        table = table[table["metric"] == "AUPRC"]
        values = [f"p {p:.3f}" for p in table["p"].sort_values()]
    else:
        table = pd.concat([paired(own, *pair, ["unseen_auprc"]) for pair in pairs])
        values = [f"{difference:+.3f}" for difference in table["difference"].sort_values()]
    good = table["verdict"] == "better" if wanted == "better" else table["verdict"] != "worse"
    if len(pairs) > 1:
        found = f"{values[0]} to {values[-1]}, {wanted} at {good.sum()} of {len(pairs)}"
    else:
        (row,) = table.to_dict("records")
        interval = "" if against_constant else f" [{row['low']:+.3f}, {row['high']:+.3f}]"
        found = f"{values[0]}{interval}, {row['verdict']}"
    return bool(good.all()), found


def subsampling_costs(rows: pd.DataFrame) -> pd.DataFrame:
    """Median wall time of a run, by percentage of the cells.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.

    Returns
    -------
    DataFrame
        One row a data set and method: seconds a run for each percentage, as text, the number of
        runs and minutes of all, on one core. Runs that only chose alpha are not counted.
    """
    runs = rows[rows["method"] != _CONSTANT].drop_duplicates(["key", "seconds"])
    groups = runs.groupby(["dataset", "method"], sort=False)
    median = runs.pivot_table("seconds", ["dataset", "method"], "percent", "median", sort=False)
    table = pd.DataFrame(
        {
            f"{percent}%, s": ["-" if np.isnan(s) else f"{s:.1f}" for s in median[percent]]
            for percent in sorted(median.columns)
        },
        index=median.index,
    )
    minutes = (groups["seconds"].sum() / 60).map("{:.1f}".format)
    return table.assign(runs=groups.size(), **{"minutes in all": minutes}).reset_index()
