"""What is left of the methods with fewer cells (Figure 6)."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from infosem_study.figures import DASHED, DOTTED, METHOD_STYLES, NULL, legend, panels
from infosem_study.statistics import METRICS, beyond_constant, format_numbers, paired, summarise

__all__ = [
    "by_percent",
    "subsampling_costs",
    "subsampling_figure",
    "subsampling_verdicts",
    "summarise_percents",
]

_CONSTANT = "Random TF constant"


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
    text = format_numbers(summary["mean"], summary["sem"], "-")
    table = summary.assign(text=text).pivot(
        index=["dataset", "method"], columns="percent", values="text"
    )
    table.columns = [f"{percent}%" for percent in table.columns]
    spread = groups["seed_sd"].max().reindex(table.index)
    table["largest sd over draws"] = ["-" if np.isnan(sd) else f"{sd:.3f}" for sd in spread]
    order = [*dict.fromkeys(zip(rows["dataset"], rows["method"], strict=True))]
    return table.reindex(order).fillna("-").reset_index()


def subsampling_figure(rows: pd.DataFrame, metric: str = "unseen_auprc") -> Figure:
    """One metric against the percentage of the cells, one panel a data set (Figure 6).

    Points are means over splits, and bars their standard errors, of means over draws of the cells.
    Open markers are of longer training. The dashed line is a random constant per TF, the dotted one
    the share of positives.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.
    metric : str
        A column of `rows`, of unseen genes.
    """
    summary = summarise_percents(rows, metric)
    datasets = rows["dataset"].unique()
    lines = [name for name in rows["method"].unique() if name != "Random TF constant"]
    usual = [name for name in lines if not name.endswith(" (longer)")]
    figure, axes = panels(1, len(datasets), max(5.5, 1.2 + 2.6 * len(datasets)), 4)
    for axis, dataset in zip(axes.flat, datasets, strict=True):
        panel = summary[summary["dataset"] == dataset]
        for name in lines:
            short = name.removesuffix(" (longer)")
            colour, marker = METHOD_STYLES.get(short, (NULL, "x"))
            points = panel[panel["method"] == name]
            if not len(points):  # run on other data sets only
                continue
            # Side by side, so that one bar does not hide another.
            shift = 1.8 * (usual.index(short) - (len(usual) - 1) / 2)
            axis.errorbar(points["percent"] + shift, points["mean"], yerr=points["sem"],
                          color=colour, marker=marker, markersize=5, linewidth=1.2,
                          markerfacecolor=colour if name == short else "white",
                          linestyle="-" if name == short else "none",
                          label=name.replace(" (longer)", ", trained longer"))  # fmt: skip
        null = panel.loc[panel["method"] == "Random TF constant", "mean"]
        if len(null):
            axis.axhline(null.item(), **DASHED, label="random constant per TF")
        base = rows.loc[rows["dataset"] == dataset].drop_duplicates("split")["unseen_base"].mean()
        axis.axhline(base, **DOTTED, label="share of positives")
        axis.set_xticks(sorted(rows["percent"].unique()))
        axis.set_title(dataset, fontsize=10)
        axis.set_xlabel("cells (%)")
    axes[0, 0].set_ylabel(f"{METRICS[metric]} on unseen genes")
    legend(figure, *axes.flat)
    return figure


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
