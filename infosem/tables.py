"""From rows of the ledger to the tables of the book: means, errors, differences, verdicts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from infosem.reported import reported

__all__ = [
    "METRICS",
    "beside_paper",
    "beyond_constant",
    "costs",
    "paired",
    "paired_text",
    "summarise",
    "traced",
    "verdicts",
    "wide",
]

METRICS = {"unseen_auprc": "AUPRC", "unseen_hit": "Hit@1%"}


def summarise(rows: pd.DataFrame, metrics: Sequence[str] = tuple(METRICS)) -> pd.DataFrame:
    """Mean over splits with its standard error, of means over training seeds.

    Parameters
    ----------
    rows : DataFrame
        One row a data set, method, training seed and split (`study.table1`).
    metrics : sequence of str
        Columns of `rows`.

    Returns
    -------
    DataFrame
        One row a data set, method and metric: mean, sem (over splits), seed_sd (standard deviation
        over training seeds of the mean over splits), n_splits, n_seeds.
    """
    long = rows.melt(["dataset", "method", "seed", "split"], list(metrics), var_name="metric")
    groups = ["dataset", "method", "metric"]
    over_splits = _by_split(long, groups).groupby(groups, sort=False)
    by_seed = long.groupby([*groups, "seed"], sort=False)["value"].mean()
    over_seeds = by_seed.groupby(groups, sort=False)
    return pd.DataFrame(
        {
            "mean": over_splits.mean(),
            "sem": over_splits.sem(),
            "seed_sd": over_seeds.std(),
            "n_splits": over_splits.size(),
            "n_seeds": over_seeds.size(),
        }
    ).reset_index()


def beside_paper(rows: pd.DataFrame, source: str = "Table 1") -> pd.DataFrame:
    """`summarise`, with the paper's number, its standard error and the difference.

    Returns
    -------
    DataFrame
        Columns of `summarise`, with the paper's name of the metric, and embedding (the one used on
        the data set, or ""), paper, paper_sem, difference (ours - paper); NaN where the paper has
        no such number. "InfoSEM-B (bias)" is ours, and stands beside no number of the paper. The
        paper's methods that `rows` lacks follow, with NaN for ours.
    """
    ours = summarise(rows).replace({"metric": METRICS})
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


def wide(compared: pd.DataFrame, metric: str) -> pd.DataFrame:
    """One metric of `beside_paper` as the paper prints it: methods by data sets, as text.

    Every cell is a mean with its standard error in parentheses; "-" where the paper has none, and
    "not run" where we have none. Behind the name of a data set stands its embedding.
    """
    chosen = compared[compared["metric"] == metric]
    label = chosen["dataset"] + np.where(chosen["embedding"], " (" + chosen["embedding"] + ")", "")
    columns = {
        "ours": _numbers(chosen["mean"], chosen["sem"], "not run"),
        "paper": _numbers(chosen["paper"], chosen["paper_sem"], "-"),
        "difference": ["-" if np.isnan(d) else f"{d:+.3f}" for d in chosen["difference"]],
    }
    text = chosen[["method"]].assign(dataset=label, **columns)
    table = text.pivot(index="method", columns="dataset", values=list(columns))
    order = [(name, column) for name in label.unique() for column in columns]
    table = table.swaplevel(axis=1)[order].loc[chosen["method"].unique()]
    return table.rename_axis(index="", columns=["", ""])


def paired(
    rows: pd.DataFrame, method: str, against: str, metrics: Sequence[str] = tuple(METRICS)
) -> pd.DataFrame:
    """Difference of two methods on the same splits, training seeds averaged.

    Returns
    -------
    DataFrame
        One row a data set and metric: method, against, difference (mean over splits), low and high
        (95% confidence interval of the mean by Student's t), wins (splits on which the method is
        ahead), n_splits, and verdict: "better" or "worse" where the interval excludes 0, else
        "no difference shown". The splits overlap, so that the interval is too narrow if anything.
    """
    long = rows.melt(["dataset", "method", "seed", "split"], list(metrics), var_name="metric")
    by_split = _by_split(long, ["dataset", "metric", "method"]).unstack("method")
    difference = by_split[method] - by_split[against]
    lines = []
    for (dataset, metric), values in difference.groupby(["dataset", "metric"], sort=False):
        n, mean = len(values), values.mean()
        half = stats.t.ppf(0.975, n - 1) * values.sem() if n > 1 else np.inf
        verdict = "better" if mean > half else "worse" if mean < -half else "no difference shown"
        lines.append(
            {
                "dataset": dataset,
                "metric": METRICS.get(str(metric), str(metric)),
                "method": method,
                "against": against,
                "difference": mean,
                "low": mean - half,
                "high": mean + half,
                "wins": int((values > 0).sum()),
                "n_splits": n,
                "verdict": verdict,
            }
        )
    return pd.DataFrame(lines)


def paired_text(rows: pd.DataFrame, method: str, against: str) -> pd.DataFrame:
    """`paired`, as a table to read."""
    table = paired(rows, method, against)
    interval = [
        f"{d:+.3f} [{low:+.3f}, {high:+.3f}]"
        for d, low, high in zip(table["difference"], table["low"], table["high"], strict=True)
    ]
    wins = [f"{w} of {n}" for w, n in zip(table["wins"], table["n_splits"], strict=True)]
    shown = table[["method", "against", "metric", "dataset"]].assign(
        difference=interval, **{"splits ahead": wins}, verdict=table["verdict"]
    )
    return shown.reset_index(drop=True)


def beyond_constant(rows: pd.DataFrame) -> pd.DataFrame:
    """Place each method among random constants per TF.

    One draw of the constants is one order of the TFs, shared by all splits; its mean over the
    splits is one value of the null distribution. The splits cannot tell how lucky it was, the draws
    can.

    Returns
    -------
    DataFrame
        One row a method that uses expression or labels, data set and metric: its mean over splits
        (training seeds averaged), the null's mean and largest value, p = (1 + number of draws that
        reach the method's mean) / (1 + number of draws), and verdict, "better" where p < 0.05.
    """
    long = rows.melt(["dataset", "method", "seed", "split"], list(METRICS), var_name="metric")
    long = long.replace({"metric": METRICS})
    is_null = long["method"] == "Random TF constant"
    draws = long[is_null].groupby(["dataset", "metric", "seed"])["value"].mean()
    tested = long[~is_null & (long["method"] != "Random")]
    means = tested.groupby(["method", "dataset", "metric"], sort=False)["value"].mean()
    lines = []
    for method, dataset, metric, mean in means.reset_index().itertuples(index=False):
        null = draws.loc[dataset, metric].to_numpy()
        p = (1 + int((null >= mean).sum())) / (1 + len(null))
        lines.append(
            {
                "method": method,
                "dataset": dataset,
                "metric": metric,
                "mean": round(mean, 3),
                "mean of the constants": round(null.mean(), 3),
                "best of the constants": round(null.max(), 3),
                "p": round(p, 3),
                "verdict": "better" if p < 0.05 else "no difference shown",
            }
        )
    return pd.DataFrame(lines)


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


def verdicts(rows: pd.DataFrame) -> pd.DataFrame:
    """What the paper's Table 1 claims of the methods at hand, and on which data sets it holds.

    That one method beats another holds on a data set where the 95% interval of the paired
    difference lies above 0 (`paired`), that it beats a random constant where `beyond_constant` says
    so, and that it is no better where neither does. A claim is counted on the data sets on which
    the paper's own numbers make it. It is reproduced where it holds on all of these, partly where
    on some. The claims marked (ours) are not the paper's, but without them its claims say little.

    Returns
    -------
    DataFrame
        One row a claim and metric: the paper's mean difference over the data sets, ours, where it
        holds and where it is claimed, verdict. Empty for data sets that the paper does not have.
    """
    theirs = reported("Table 1").set_index(["method", "dataset", "quantity"])["value"]
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


def costs(rows: pd.DataFrame) -> pd.DataFrame:
    """Settings chosen on the training edges, spread over training seeds, and the cost of a run.

    Returns
    -------
    DataFrame
        One row a data set and method: embedding, alpha with the number of splits that chose it,
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


def traced(rows: pd.DataFrame) -> pd.DataFrame:
    """Where the numbers come from: the keys of the ledger's rows by data set and method."""
    return (
        rows.groupby(["dataset", "method"], sort=False)["key"]
        .agg(lambda keys: " ".join(dict.fromkeys(keys)))
        .rename("keys of the rows in the ledger")
        .reset_index()
    )


def _by_split(long: pd.DataFrame, groups: list[str]) -> pd.Series:
    return long.groupby([*groups, "split"], sort=False)["value"].mean()


def _numbers(means: pd.Series, sems: pd.Series, missing: str) -> list[str]:
    return [_number(mean, sem, missing) for mean, sem in zip(means, sems, strict=True)]


def _number(mean: float, sem: float, missing: str) -> str:
    if np.isnan(mean):
        return missing
    return f"{mean:.3f}" if np.isnan(sem) else f"{mean:.3f} ({sem:.3f})"
