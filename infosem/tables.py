"""From rows of the ledger to the tables of the book: means, errors, differences, verdicts.

The tables of speed come from the rows that benchmarks/bench.py writes.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from infosem.errors import InfosemError
from infosem.methods import METHODS
from infosem.reported import reported

__all__ = [
    "METRICS",
    "SEEN_METRICS",
    "beside_paper",
    "beyond_constant",
    "costs",
    "disturbed",
    "loglog_fit",
    "means",
    "paired",
    "paired_text",
    "scaling_fits",
    "seen_and_unseen",
    "sensitivity_verdicts",
    "speed_medians",
    "speed_rows",
    "speed_tables",
    "speed_targets",
    "speed_text",
    "summarise",
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
