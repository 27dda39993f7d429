"""From rows of the ledger to the tables of the book: means, errors, differences, verdicts.

The tables of speed come from the rows that benchmarks/bench.py writes.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from infosem.errors import InfosemError
from infosem.methods import METHODS
from infosem.reported import reported

__all__ = [
    "METRICS",
    "SEEN_METRICS",
    "beside_paper",
    "beyond_constant",
    "by_percent",
    "controls_said",
    "costs",
    "disturbed",
    "left_of_gain",
    "left_of_gain_text",
    "loglog_fit",
    "means",
    "paired",
    "paired_text",
    "percentages",
    "scaling_fits",
    "seen_and_unseen",
    "sensitivity_verdicts",
    "speed_medians",
    "speed_rows",
    "speed_tables",
    "speed_targets",
    "speed_text",
    "stored_costs",
    "stored_on",
    "subsampling_costs",
    "subsampling_verdicts",
    "summarise",
    "summarise_percents",
    "traced",
    "verdicts",
    "what_methods_use",
    "wide",
]

METRICS = {"unseen_auprc": "AUPRC", "unseen_hit": "Hit@1%"}
SEEN_METRICS = {"seen_auprc": "AUPRC", "seen_hit": "Hit@1%"}


def what_methods_use(names: Sequence[str]) -> pd.DataFrame:
    """The paper's Table 2, from the registry: what each method looks at.

    Parameters
    ----------
    names : sequence of str
        Some of `methods.METHODS`.

    Returns
    -------
    DataFrame
        One row a method: method, expression and labels ("yes", "-"), and external prior ("text"
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


def summarise(rows: pd.DataFrame, metrics: Sequence[str] = tuple(METRICS)) -> pd.DataFrame:
    """Mean over splits with its standard error, of means over training seeds.

    Parameters
    ----------
    rows : DataFrame
        One row a data set, method, training seed and split (`study.compare`).
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


def beside_paper(
    rows: pd.DataFrame, source: str = "Table 1", metrics: Mapping[str, str] = METRICS
) -> pd.DataFrame:
    """`summarise`, with the paper's number, its standard error and the difference.

    Parameters
    ----------
    rows : DataFrame
        As for `summarise`.
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


def wide(compared: pd.DataFrame, metric: str) -> pd.DataFrame:
    """One metric of `beside_paper` as the paper prints it: methods by data sets, as text.

    Every cell is a mean with its standard error in parentheses; "-" where the paper has none, and
    "not run" where we have none. A method that was run on fewer splits than others has their number
    behind it. Behind the name of a data set stands its embedding.
    """
    chosen = compared[compared["metric"] == metric]
    ours = _numbers(chosen["mean"], chosen["sem"], "not run")
    most = chosen["n_splits"].max()
    few = [f", {n:.0f} split{'s' * (n > 1)}" if n < most else "" for n in chosen["n_splits"]]
    label = chosen["dataset"] + np.where(chosen["embedding"], " (" + chosen["embedding"] + ")", "")
    columns = {
        "ours": [number + note for number, note in zip(ours, few, strict=True)],
        "paper": _numbers(chosen["paper"], chosen["paper_sem"], "-"),
        "difference": ["-" if np.isnan(d) else f"{d:+.3f}" for d in chosen["difference"]],
    }
    text = chosen[["method"]].assign(dataset=label, **columns)
    no_database = (text["method"] == "SCENIC") & (text["ours"] == "not run")
    text.loc[no_database, "ours"] = "not run: needs a cisTarget database"
    table = text.pivot(index="method", columns="dataset", values=list(columns))
    order = [(name, column) for name in label.unique() for column in columns]
    table = table.swaplevel(axis=1)[order].loc[chosen["method"].unique()]
    return table.rename_axis(index="", columns=["", ""])


def means(rows: pd.DataFrame, metric: str = "unseen_auprc") -> pd.DataFrame:
    """One metric, methods by data sets: the mean over splits with its standard error, as text.

    Parameters
    ----------
    rows : DataFrame
        One row a data set, method, training seed and split (`study.compare`).
    metric : str
        A column of `rows`.
    """
    summary = summarise(rows, [metric])
    text = _numbers(summary["mean"], summary["sem"], "-")
    table = summary.assign(text=text).pivot(index="method", columns="dataset", values="text")
    order = [*dict.fromkeys(rows["method"])], [*dict.fromkeys(rows["dataset"])]
    return table.loc[order].fillna("-").rename_axis(index=None, columns=None)


def sensitivity_verdicts(rows: pd.DataFrame) -> pd.DataFrame:
    """What Figure 4 claims of embeddings, and what the controls say of it.

    A difference counts on a data set where its 95% interval over splits excludes 0 (`paired`).

    Parameters
    ----------
    rows : DataFrame
        From `study.sensitivity`.

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
    difference = (by_split[method] - by_split[against]).dropna()  # the splits that both have
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
    draws = long[is_null].set_index(["dataset", "metric", "split"]).sort_index()
    tested = long[~is_null & (long["method"] != "Random")]
    lines = []
    for (method, dataset, metric), part in tested.groupby(
        ["method", "dataset", "metric"], sort=False
    ):
        mean = part["value"].mean()
        on_its_splits = draws.loc[[(dataset, metric, split) for split in part["split"].unique()]]
        null = on_its_splits.groupby("seed")["value"].mean().to_numpy()
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


def seen_and_unseen(rows: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    """AUPRC beyond the share of positives, on seen and on unseen genes.

    Parameters
    ----------
    rows : DataFrame
        One row a data set, method, training seed and split (`study.compare`).
    methods : sequence of str
        Which to show; those that `rows` lacks are left out.

    Returns
    -------
    DataFrame
        One row a data set and method: seen and unseen, each the mean over splits of AUPRC minus the
        share of positives, with its standard error, and kept, the part of the first that the second
        is.
    """
    lifts = rows.assign(
        seen=rows["seen_auprc"] - rows["seen_base"],
        unseen=rows["unseen_auprc"] - rows["unseen_base"],
    )
    lifts = lifts[lifts["method"].isin(methods)]
    summary = summarise(lifts, ["seen", "unseen"]).set_index(["dataset", "method", "metric"])
    means = summary["mean"].unstack("metric")
    text = pd.Series(_numbers(summary["mean"], summary["sem"], "-"), index=summary.index)
    table = text.unstack("metric")[["seen", "unseen"]]
    kept = [f"{share:.0%}" for share in means["unseen"] / means["seen"]]
    order = [*dict.fromkeys(zip(lifts["dataset"], lifts["method"], strict=True))]
    return table.assign(kept=kept).loc[order].rename_axis(columns=None).reset_index()


def left_of_gain(rows: pd.DataFrame, test: str = "unseen") -> pd.DataFrame:
    """What a method's AUPRC beyond the share of positives is, and becomes without one input.

    Parameters
    ----------
    rows : DataFrame
        From `study.controls`.
    test : {"unseen", "seen"}

    Returns
    -------
    DataFrame
        One row a data set, method and control: gain, the mean over splits of AUPRC minus the share
        of positives, with sem, its standard error; lost, the mean by which it is below the method's
        own on the same splits, with low and high, its 95% confidence interval by Student's t; and
        n_splits. Where control is "none", low and high are those of the gain.
    """
    gains = rows.assign(value=rows[f"{test}_auprc"] - rows[f"{test}_base"])
    by_split = _by_split(gains, ["dataset", "method", "control"])
    lines = []
    for (dataset, method), part in by_split.groupby(["dataset", "method"], sort=False):
        own = part.xs("none", level="control").droplevel(["dataset", "method"])
        for control, values in part.groupby("control", sort=False):
            gain = values.droplevel(["dataset", "method", "control"])
            lost = (own - gain).dropna() if control != "none" else gain
            half = stats.t.ppf(0.975, len(lost) - 1) * lost.sem() if len(lost) > 1 else np.inf
            lines.append(
                {
                    "dataset": dataset,
                    "method": method,
                    "control": control,
                    "gain": gain.mean(),
                    "sem": gain.sem(),
                    "lost": lost.mean() if control != "none" else 0.0,
                    "low": lost.mean() - half,
                    "high": lost.mean() + half,
                    "n_splits": len(lost),
                }
            )
    return pd.DataFrame(lines)


def left_of_gain_text(left: pd.DataFrame) -> pd.DataFrame:
    """`left_of_gain` to read: gain with its standard error, and "*" where the control takes some.

    That is where the interval of what is lost lies above 0; for the method as it is, where that of
    the gain does.
    """
    text = [
        number + "*" * (low > 0)
        for number, low in zip(_numbers(left["gain"], left["sem"], "-"), left["low"], strict=True)
    ]
    table = left.assign(text=text).pivot(
        index=["method", "control"], columns="dataset", values="text"
    )
    order = [*dict.fromkeys(zip(left["method"], left["control"], strict=True))]
    table = table.loc[order, [*dict.fromkeys(left["dataset"])]].fillna("-")
    return table.rename_axis(columns=None).reset_index().rename(columns={"control": "taken away"})


def controls_said(left: pd.DataFrame) -> str:
    """In how many cases with a gain each control takes some of it, in words."""
    index = ["dataset", "method"]
    has = left[(left["control"] == "none") & (left["low"] > 0)].set_index(index)
    lines = [
        f"{len(has)} of {(left['control'] == 'none').sum()} pairs of method and data set have a "
        "gain whose interval lies above 0."
    ]
    for control, part in left[left["control"] != "none"].groupby("control", sort=False):
        of_gains = part.set_index(index)
        of_gains = of_gains.loc[of_gains.index.intersection(has.index)]
        own = has.loc[of_gains.index, "gain"]
        share = f"{of_gains['gain'].sum() / own.sum():.0%}" if len(own) else "-"
        lines.append(
            f"{control}: takes some of the gain in {(of_gains['low'] > 0).sum()} of "
            f"{len(of_gains)} of them; of their summed gain {share} is left."
        )
    return "\n".join(lines)


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
        One row a data set, method, training seed and split (`study.compare`).
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
        From `study.compare`, of both kinds of networks.

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


def stored_costs(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Core-hours of stored runs, by network and method.

    A row of the ledger is one run on one thread, whose wall time counts once, on however many
    splits it was evaluated. A method with labels is run anew on every split: those runs have one
    key, and a row with a time of its own each.

    Parameters
    ----------
    rows : sequence of mapping
        From `Ledger.rows`.

    Returns
    -------
    DataFrame
        One row a network and method: network, method, runs and core_hours. Runs that were
        superseded since, or ended without a row, are not among them.
    """
    frame = pd.DataFrame(rows, columns=["network", "method", "seconds"])
    groups = frame.groupby(["network", "method"])["seconds"]
    table = pd.DataFrame({"runs": groups.size(), "core_hours": groups.sum() / 3600})
    return table.reset_index()


def stored_on(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The machines and the versions that made stored runs.

    Parameters
    ----------
    rows : sequence of mapping
        From `Ledger.rows`.

    Returns
    -------
    DataFrame
        One row a combination, the most frequent first: machine, python, torch, runs.
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
        From `study.subsampling`.
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
        From `study.subsampling`.
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
        From `study.subsampling`.

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
        if not {name for pair in pairs for name in pair} <= set(named["method"]):
            lines.append({**line, **dict.fromkeys(datasets, "-"), "verdict": "not run"})
            continue
        found = {dataset: _shown(named, dataset, pairs, wanted) for dataset in datasets}
        asked = datasets if on == _OURS_ONLY else [d for d in datasets if d == on]
        holds = [found[dataset][0] for dataset in asked]
        words = ("holds", "does not hold") if on == _OURS_ONLY else ("reproduced", "not reproduced")
        verdict = words[0] if all(holds) else "partly" if any(holds) else words[1]
        line |= {dataset: text for dataset, (_, text) in found.items()}
        lines.append({**line, "verdict": verdict if asked else f"no {on} here"})
    return pd.DataFrame(lines)


_PAPER_ON, _OURS_ONLY = "hESC", "(ours)"


def _shown(
    named: pd.DataFrame, dataset: str, pairs: Sequence[tuple[str, str]], wanted: str
) -> tuple[bool, str]:
    """Whether one method is better (or not worse) than another in all pairs, and the numbers."""
    own = named[named["dataset"] == dataset]
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
        From `study.subsampling`.

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
    minutes = [f"{total:.1f}" for total in groups["seconds"].sum() / 60]
    return table.assign(runs=groups.size(), **{"minutes in all": minutes}).reset_index()


# --- speed ------------------------------------------------------------------------------------


def speed_rows(path: str | os.PathLike[str], machine: str | None = None) -> pd.DataFrame:
    """Read the measurements of one machine.

    Parameters
    ----------
    path : path
        JSON lines, as benchmarks/bench.py appends them; of rows of the same task the last counts.
    machine : str, optional
        As in the rows; by default the only one of the file.

    Returns
    -------
    DataFrame
        One row a measurement. Columns part, method, dataset, genes, cells, repeat, unit (epoch,
        step or target), amount (units measured), whole (units that a network takes), extrapolated,
        others_share (of the processors, taken by other processes meanwhile), threads, seconds (of
        `amount` units), peak_mib, machine, versions, date, what the part adds, and network_seconds
        (seconds * whole / amount).

    Raises
    ------
    InfosemError
        If the file is missing or broken, or has rows of several machines and none is chosen.
    """
    path = Path(path)
    if not path.is_file():
        raise InfosemError(f"{path}: there is no such file; make it with `make bench`")
    rows = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            rows[row["machine"], json.dumps(row["task"], sort_keys=True)] = row
        except (ValueError, KeyError, TypeError) as error:
            raise InfosemError(
                f"{path}, line {number}: not a measurement ({error}); delete the line"
            ) from error
    machines = sorted({name for name, _ in rows})
    if machine is None and len(machines) > 1:
        raise InfosemError(f"{path}: rows of several machines, choose one of {machines}")
    chosen = [row for (name, _), row in rows.items() if machine in (None, name)]
    if not chosen:
        raise InfosemError(f"{path}: no measurement of {machine or 'any machine'}; `make bench`")
    frame = pd.DataFrame(chosen).drop(columns="task")
    return frame.assign(network_seconds=frame["seconds"] * frame["whole"] / frame["amount"])


def speed_medians(rows: pd.DataFrame) -> pd.DataFrame:
    """Medians over repeats, with the smallest and the largest.

    Returns
    -------
    DataFrame
        One row a part, data set, size and method: runs, unit, amount, whole, extrapolated, and of
        unit_seconds (s an epoch, step or target), network_seconds and peak_mib the median under the
        name itself, the extremes under <name>_low and <name>_high.
    """
    timed = rows.assign(unit_seconds=rows["seconds"] / rows["amount"])
    groups = timed.groupby(["part", "dataset", "genes", "cells", "method"], sort=False)
    first = groups[["unit", "amount", "whole", "extrapolated"]].first()
    numbers = {"runs": groups.size()}
    for name in ("unit_seconds", "network_seconds", "peak_mib"):
        numbers |= {
            name: groups[name].median(),
            f"{name}_low": groups[name].min(),
            f"{name}_high": groups[name].max(),
        }
    return first.assign(**numbers).reset_index()


def speed_text(medians: pd.DataFrame, against: str) -> pd.DataFrame:
    """Part of `speed_medians`, as a table to read.

    Every time is a median with the range over the runs in parentheses. The last columns are how
    many times as long a network takes, and as much memory, as with the method `against`, and what
    was measured: a part of a run is extrapolated to the whole.
    """
    base = medians[medians["method"] == against].set_index(["dataset", "genes", "cells"])
    where = pd.MultiIndex.from_frame(medians[["dataset", "genes", "cells"]])
    epochs = medians["unit"] == "epoch"
    part = [
        f"{amount} of {whole} {unit}s" if extrapolated else f"{whole} {unit}s"
        for amount, whole, unit, extrapolated in zip(
            *(medians[c] for c in ("amount", "whole", "unit", "extrapolated")), strict=True
        )
    ]
    ratios = {
        name: medians[name].to_numpy() / base[name].reindex(where).to_numpy()
        for name in ("network_seconds", "peak_mib")
    }
    return pd.DataFrame(
        {
            "data": medians["dataset"],
            "genes": medians["genes"],
            "cells": medians["cells"],
            "method": medians["method"],
            "runs": medians["runs"],
            "s an epoch": np.where(epochs, _ranges(medians, "unit_seconds"), "-"),
            "s a network": _ranges(medians, "network_seconds"),
            "measured": part,
            f"time / {against}": [f"{r:.3g}" for r in ratios["network_seconds"]],
            "peak MiB": [f"{mib:.0f}" for mib in medians["peak_mib"]],
            f"memory / {against}": [f"{r:.2f}" for r in ratios["peak_mib"]],
        }
    ).reset_index(drop=True)


def loglog_fit(x: ArrayLike, y: ArrayLike) -> tuple[float, float]:
    """Exponent e of y = c x^e by least squares on logarithms, and its standard error.

    The error is NaN for two points, which any power fits.

    Raises
    ------
    InfosemError
        For fewer than two different x, or anything that is not positive.
    """
    sizes, values = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if len(np.unique(sizes)) < 2 or not (np.all(sizes > 0) and np.all(values > 0)):
        raise InfosemError("log-log fit: give at least two different sizes, all values positive")
    line = stats.linregress(np.log(sizes), np.log(values))
    return float(line.slope), float(line.stderr) if len(sizes) > 2 else float("nan")


def scaling_fits(medians: pd.DataFrame, part: str) -> pd.DataFrame:
    """Exponents of the time of a network, or of an epoch, in the size that the part varies.

    Parameters
    ----------
    medians : DataFrame
        From `speed_medians`.
    part : {"genes", "cells"}

    Returns
    -------
    DataFrame
        One row a method: sizes (their number), from, to, exponent and stderr. A method that was
        measured at one size only is left out.
    """
    lines = []
    for method, points in medians[medians["part"] == part].groupby("method", sort=False):
        if points[part].nunique() < 2:
            continue
        exponent, stderr = loglog_fit(points[part], points["network_seconds"])
        lines.append(
            {
                "method": method,
                "sizes": len(points),
                "from": points[part].min(),
                "to": points[part].max(),
                "exponent": exponent,
                "stderr": stderr,
            }
        )
    return pd.DataFrame(lines)


def disturbed(rows: pd.DataFrame, limit: float = 0.05) -> str:
    """Say how many measurements other processes took part of the processors from.

    Times of several threads suffer more than in proportion, as each step waits for the slowest.
    """
    others = rows["others_share"]
    if not (others > limit).any():
        return (
            f"In none of {len(rows)} measurements did other processes use more than {limit:.0%} "
            "of the processors."
        )
    return (
        f"In {(others > limit).sum()} of {len(rows)} measurements other processes used more than "
        f"{limit:.0%} of the processors, up to {others.max():.0%}: times are too long there."
    )


def speed_tables(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every table that rows of `speed_rows` allow, by its title."""
    medians = speed_medians(rows)
    found: dict[str, pd.DataFrame] = {}
    for part, title, against in (
        ("network", "One network on real data", "InfoSEM-B"),
        ("literal", "The literal model beside DeepSEM, same epochs and batches", "DeepSEM"),
        ("genes", "Simulated data, more and more genes", "InfoSEM-B"),
        ("cells", "Simulated data, more and more cells", "DeepSEM"),
    ):
        chosen = medians[medians["part"] == part]
        if len(chosen):
            found[title] = speed_text(chosen, against)
        if part in ("genes", "cells") and len(fits := scaling_fits(medians, part)):
            found[f"Time = c x {part}^exponent"] = fits.round(2)
    for part, title, columns in (
        ("agreement", "The literal model beside DeepSEM, results on the same draws", _agreement),
        ("limit", "The arithmetic that a step cannot avoid, beside the measured time", _limit),
        ("many", "One thread in each of many processes, or many threads in one", _many),
    ):
        chosen = rows[rows["part"] == part]
        if len(chosen):
            found[title] = columns(chosen)
    if len(targets := speed_targets(rows)):
        found["Targets"] = targets
    return found


_OURS = ("DeepSEM", "InfoSEM-B", "InfoSEM-BC")
_LITERAL = "literal DeepSEM"


def speed_targets(rows: pd.DataFrame) -> pd.DataFrame:
    """What the engine was to reach, beside what was measured.

    Ratios are of medians; where a target speaks of several data sets the worst of them counts. A
    target is left out where what it speaks of was not measured.

    Returns
    -------
    DataFrame
        target, measured, and met ("yes", "no").
    """
    medians = speed_medians(rows)

    def by_method(value: str) -> pd.DataFrame:
        wide = medians.pivot_table(value, ["part", "dataset", "genes"], "method")
        return wide.reindex(columns=[*_OURS, _LITERAL, "RegDiffusion", "GRNBoost2"])

    time, memory = by_method("network_seconds"), by_method("peak_mib")

    def at(frame: pd.DataFrame, part: str, **index: object) -> pd.DataFrame:
        chosen = frame[frame.index.get_level_values("part") == part]
        for name, value in index.items():
            chosen = chosen[chosen.index.get_level_values(name) == value]
        return chosen

    pairs, net, large = (
        at(time, "literal", dataset="hESC"), at(time, "network"), at(time, "genes", genes=5000)
    )  # fmt: skip
    least_literal = memory[list(_OURS)].max(axis=1) / memory[_LITERAL]
    agreement, limit = (rows[rows["part"] == part] for part in ("agreement", "limit"))
    at_least, at_most = "at least", "at most"
    checks: list[tuple[str, str, float, float]] = [
        ("DeepSEM, times as fast as the literal model on hESC", at_least, 20,
         (pairs[_LITERAL] / pairs["DeepSEM"]).min()),
        ("the same over a whole network, the literal model's epochs taken as equal", at_least, 20,
         (at(time, "literal", dataset="hESC")[_LITERAL].droplevel(0)
          / at(time, "network", dataset="hESC")["DeepSEM"].droplevel(0)).min()),
        ("DeepSEM, final objective off the literal model's, relative", at_most, 1e-3,
         _worst(agreement, "objective_difference", max)),
        ("DeepSEM, Spearman of |A| with the literal model's", at_least, 0.999,
         _worst(agreement, "spearman", min)),
        ("InfoSEM-B, times as long as DeepSEM on real data", at_most, 1.3,
         (net["InfoSEM-B"] / net["DeepSEM"]).max()),
        ("InfoSEM-BC, times as long as DeepSEM on real data", at_most, 1.6,
         (net["InfoSEM-BC"] / net["DeepSEM"]).max()),
        ("InfoSEM-B, times as fast as RegDiffusion on real data", at_least, 1,
         (net["RegDiffusion"] / net["InfoSEM-B"]).min()),
        ("InfoSEM-B, times as fast as GRNBoost2 on real data", at_least, 1,
         (net["GRNBoost2"] / net["InfoSEM-B"]).min()),
        ("this package, peak memory by the literal model's", at_most, 1, least_literal.max()),
        ("this package, peak memory at 5000 genes, GiB", at_most, 3,
         at(memory, "genes", genes=5000)[list(_OURS)].max().max() / 1024),
        ("DeepSEM, times as fast as the literal model at 5000 genes", at_least, 10,
         (large[_LITERAL] / large["DeepSEM"]).min()),
        ("DeepSEM, unavoidable arithmetic by measured time", at_least, 0.5,
         (limit["gflop"] / limit["gflops"] / limit["seconds"]).median() if len(limit) else np.nan),
    ]  # fmt: skip
    return pd.DataFrame(
        [
            {
                "target": f"{what}: {word} {goal:g}",
                "measured": f"{value:.6f}" if goal == 0.999 else f"{value:.3g}",
                "met": "yes" if (value >= goal if word == at_least else value <= goal) else "no",
            }
            for what, word, goal, value in checks
            if np.isfinite(value)
        ]
    )


def _worst(rows: pd.DataFrame, column: str, worst: Callable[[pd.Series], float]) -> float:
    return float(worst(rows[column])) if len(rows) else float("nan")


def _agreement(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "data": rows["dataset"],
            "epochs": rows["amount"],
            "literal, s": rows["seconds"].round(1),
            "DeepSEM, s": rows["our_seconds"].round(1),
            "ratio": (rows["seconds"] / rows["our_seconds"]).round(1),
            "final objective, relative difference": [
                f"{d:.1e}" for d in rows["objective_difference"]
            ],
            "Spearman of |A|": [f"{s:.6f}" for s in rows["spearman"]],
        }
    ).reset_index(drop=True)


def _limit(rows: pd.DataFrame) -> pd.DataFrame:
    """Medians over the runs."""
    ideal = rows["gflop"] / rows["gflops"]
    table = pd.DataFrame(
        {
            "data": rows["dataset"],
            "epochs": rows["amount"],
            "GFLOP/s of a product": rows["gflops"].round(0),
            "unavoidable GFLOP": rows["gflop"].round(0),
            "unavoidable s": ideal.round(2),
            "measured s": rows["seconds"].round(2),
            "share": (ideal / rows["seconds"]).round(2),
        }
    )
    return table.groupby(["data", "epochs"], sort=False).median().reset_index()


def _many(rows: pd.DataFrame) -> pd.DataFrame:
    """Medians over the repeats."""
    groups = rows.groupby(["dataset", "method", "runs", "processes", "amount"], sort=False)
    table = groups[["seconds", "peak_mib"]].median().reset_index()
    base = table.loc[table["processes"] == 1, "seconds"]
    return pd.DataFrame(
        {
            "data": table["dataset"],
            "how": table["method"],
            "runs": [
                f"{runs:.0f} of {epochs} epochs"
                for runs, epochs in zip(table["runs"], table["amount"], strict=True)
            ],
            "s for all": table["seconds"].round(2),
            "throughput / one process": (base.median() / table["seconds"]).round(2),
            "peak MiB, together": table["peak_mib"].round(0),
        }
    )


def _ranges(medians: pd.DataFrame, name: str) -> list[str]:
    """Median with the range in parentheses, where there is more than one run."""
    return [
        f"{middle:.3g} ({low:.3g}-{high:.3g})" if runs > 1 else f"{middle:.3g}"
        for middle, low, high, runs in zip(
            medians[name], medians[f"{name}_low"], medians[f"{name}_high"], medians["runs"],
            strict=True,
        )
    ]  # fmt: skip


def _by_split(long: pd.DataFrame, groups: list[str]) -> pd.Series:
    return long.groupby([*groups, "split"], sort=False)["value"].mean()


def _numbers(means: pd.Series, sems: pd.Series, missing: str) -> list[str]:
    return [_number(mean, sem, missing) for mean, sem in zip(means, sems, strict=True)]


def _number(mean: float, sem: float, missing: str) -> str:
    if np.isnan(mean):
        return missing
    return f"{mean:.3f}" if np.isnan(sem) else f"{mean:.3f} ({sem:.3f})"
