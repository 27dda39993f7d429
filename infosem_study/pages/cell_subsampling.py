"""The page of fewer cells: what is left of the methods with a part of them (Figure 6)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from infosem_study import nulls
from infosem_study.figures import DOTTED, METHOD_STYLES, NULL, constants_band, legend, panels
from infosem_study.nulls import CONSTANT
from infosem_study.statistics import (
    METRICS,
    format_interval,
    format_numbers,
    paired,
    summarise,
)
from infosem_study.verdicts import (
    NOT_RUN,
    Claim,
    Rule,
    above,
    claim_id,
    format_verdict,
    not_below,
    outcomes,
    tally,
)

__all__ = [
    "PAPER_ON",
    "beyond_constant",
    "by_percent",
    "format_by_percent",
    "format_costs",
    "format_verdicts",
    "subsampling_figure",
    "verdicts",
]

PAPER_ON = "hESC"
"""The data set of the paper's Figure 6."""
_LONGER = " (longer)"  # behind the name of a method, in the rows of `studies.subsampling`


def by_percent(rows: pd.DataFrame, metric: str = "unseen_auprc") -> pd.DataFrame:
    """`statistics.summarise`, for each percentage of the cells.

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


def format_by_percent(rows: pd.DataFrame, metric: str = "unseen_auprc") -> pd.DataFrame:
    """One metric by percentage of the cells: mean over splits with its standard error.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.
    metric : str
        A column of `rows`.

    Returns
    -------
    DataFrame
        One row per data set and method, one column per percentage, and the largest standard
        deviation over draws of the mean over splits.
    """
    summary = by_percent(rows, metric)
    groups = summary.groupby(["dataset", "method"])
    text = format_numbers(summary["mean"], summary["sem"])
    table = summary.assign(text=text).pivot(
        index=["dataset", "method"], columns="percent", values="text"
    )
    table.columns = [f"{percent}%" for percent in table.columns]
    spread = groups["seed_sd"].max().reindex(table.index)
    table["largest sd over draws"] = ["-" if np.isnan(sd) else f"{sd:.3f}" for sd in spread]
    order = [*dict.fromkeys(zip(rows["dataset"], rows["method"], strict=True))]
    return table.reindex(order).fillna("-").reset_index()


def subsampling_figure(
    rows: pd.DataFrame, bands: pd.DataFrame, metric: str = "unseen_auprc"
) -> Figure:
    """One metric against the percentage of the cells, one panel per data set (Figure 6).

    Points are means over splits, and bars their standard errors, of means over draws of the cells.
    Open markers are of longer training. The grey band holds 95% of random constants per TF, the
    dashed line is their mean, the dotted one the share of positives.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.
    bands : DataFrame
        From `nulls.bands`.
    metric : str
        A column of `rows`, of unseen genes.
    """
    summary = by_percent(rows, metric)
    datasets = rows["dataset"].unique()
    lines = [name for name in rows["method"].unique() if name != CONSTANT]
    usual = [name for name in lines if not name.endswith(_LONGER)]
    figure, axes = panels(1, len(datasets), max(5.5, 1.2 + 2.6 * len(datasets)), 4)
    for axis, dataset in zip(axes.flat, datasets, strict=True):
        panel = summary[summary["dataset"] == dataset]
        for name in lines:
            short = name.removesuffix(_LONGER)
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
                          label=name.replace(_LONGER, ", trained longer"))  # fmt: skip
        constants_band(axis, bands, dataset, METRICS[metric], upright=False)
        base = rows.loc[rows["dataset"] == dataset].drop_duplicates("split")["unseen_base"].mean()
        axis.axhline(base, **DOTTED, label="share of positives")
        axis.set_xticks(sorted(rows["percent"].unique()))
        axis.set_title(dataset, fontsize=10)
        axis.set_xlabel("cells (%)")
    axes[0, 0].set_ylabel(f"{METRICS[metric]} on unseen genes")
    legend(figure, *axes.flat)
    return figure


# --- verdicts -------------------------------------------------------------------------------------

_At = tuple[str, int]  # a method, and the percentage of the cells that it sees
_WORDS: dict[Rule, str] = {above: "better", not_below: "not worse"}


@dataclass(frozen=True)
class _Claim(Claim):
    """That a method is better than another, or no worse, in all of some pairs."""

    pairs: tuple[tuple[_At, _At], ...]
    rule: Rule


def beyond_constant(rows: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """`nulls.beyond_constant` of every method with every percentage of the cells.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.
    counts : DataFrame
        From `nulls.tf_counts` of these rows.

    Returns
    -------
    DataFrame
        As from `nulls.beyond_constant`, the methods being "DeepSEM, 20%" and so on.
    """
    return nulls.beyond_constant(_by_label(rows), counts)


def verdicts(rows: pd.DataFrame, beyond: pd.DataFrame | None = None) -> pd.DataFrame:
    """What the paper says of fewer cells, and what else the rows say, for AUPRC on unseen genes.

    Differences are on the same splits, means over draws, with the 95% interval over splits
    (`statistics.paired`). A random constant per TF is beaten where `beyond_constant` says so. A
    claim about every percentage holds on a data set where it does so at all of them.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.
    beyond : DataFrame, optional
        From `beyond_constant`; without it, nothing is known of random constants.

    Returns
    -------
    DataFrame
        One row per claim: id; claim; holds (bool by data set, of those with its methods); found, by
        data set the numbers as text, of several percentages the smallest and the largest, or "-";
        verdict, of a claim of the paper on `PAPER_ON` only; because, why it was not run, if not for
        want of runs.
    """
    by_label = _by_label(rows)
    datasets = list(dict.fromkeys(rows["dataset"]))
    lines = []
    for claim in _claims(rows):
        found = {
            name: _found(
                claim,
                by_label[by_label["dataset"] == name],
                None if beyond is None else beyond[beyond["dataset"] == name],
            )
            for name in datasets
        }
        holds = {name: outcome[0] for name, outcome in found.items() if outcome}
        asked = {name: good for name, good in holds.items() if claim.ours or name == PAPER_ON}
        elsewhere = not claim.ours and PAPER_ON not in datasets
        lines.append(
            {
                "id": claim.id,
                "claim": claim,
                "holds": holds,
                "found": {name: outcome[1] if outcome else "-" for name, outcome in found.items()},
                "verdict": tally(asked) if asked else NOT_RUN,
                "because": f"no {PAPER_ON} here" if elsewhere else "",
            }
        )
    return pd.DataFrame(lines)


def format_verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """`verdicts`, as a table to read."""
    return pd.DataFrame(
        {
            "claim": row["claim"].text,
            "claimed on": "(ours)" if row["claim"].ours else PAPER_ON,
            **row["found"],
            "verdict": row["because"] or format_verdict(row["verdict"], ours=row["claim"].ours),
        }
        for row in table.to_dict("records")
    )


def _claims(rows: pd.DataFrame) -> list[_Claim]:
    of_cells = rows[rows["method"] != CONSTANT]
    percents = sorted(of_cells["percent"].unique())
    few, most = percents[0], percents[-1]
    whole = "all" if most == 100 else f"{most}%"

    def at_every(method: str, against: str) -> tuple[tuple[_At, _At], ...]:
        return tuple(((method, percent), (against, percent)) for percent in percents)

    claims = [
        *(
            _Claim(claim_id(name, few, "not below DeepSEM", most),
                   f"{name} with {few}% of the cells is no worse than DeepSEM with {whole}",
                   (((name, few), ("DeepSEM", most)),), not_below)
            for name in ("InfoSEM-B", "InfoSEM-BC")
        ),
        _Claim("infosem-bc-above-infosem-b",
               "InfoSEM-BC is better than InfoSEM-B at every percentage",
               at_every("InfoSEM-BC", "InfoSEM-B"), above),
        _Claim("infosem-b-above-deepsem", "InfoSEM-B is better than DeepSEM at every percentage",
               at_every("InfoSEM-B", "DeepSEM"), above, ours=True),
        _Claim("infosem-b-above-constant",
               "InfoSEM-B beats a random constant per TF at every percentage",
               at_every("InfoSEM-B", CONSTANT), above, ours=True),
    ]  # fmt: skip
    for name in dict.fromkeys(of_cells["method"]):
        if name.endswith(_LONGER):
            usual = name.removesuffix(_LONGER)
            claim = _Claim(claim_id(name, few, "not below", most),
                           f"Trained longer, {usual} with {few}% is no worse than with {whole}",
                           (((name, few), (usual, most)),), not_below, ours=True)  # fmt: skip
        else:
            claim = _Claim(claim_id(name, most, "above", few),
                           f"More cells help {name}: better with {whole} than with {few}%",
                           (((name, most), (name, few)),), above, ours=True)  # fmt: skip
        claims.append(claim)
    return claims


def _label(at: _At) -> str:
    method, percent = at
    return method if method == CONSTANT else f"{method}, {percent}%"


def _by_label(rows: pd.DataFrame) -> pd.DataFrame:
    labels = [_label(at) for at in zip(rows["method"], rows["percent"], strict=True)]
    return rows.assign(method=labels)


def _found(
    claim: _Claim, rows: pd.DataFrame, beyond: pd.DataFrame | None
) -> tuple[bool, str] | None:
    """Whether a claim holds in all of its pairs, on one data set, and the numbers in words.

    None where one of the methods was not run, or nothing is known of random constants.
    """
    pairs = [(_label(at), _label(rival)) for at, rival in claim.pairs]
    labels = {label for pair in pairs for label in pair}
    if not labels <= set(rows["method"]):
        return None
    if CONSTANT in labels:
        if beyond is None:
            return None
        table = beyond[beyond["method"].isin(labels) & (beyond["metric"] == "AUPRC")]
        good = [word == "better" for word in table["verdict"]]
        numbers = [f"q {q:.3f}" for q in table["q"].sort_values()]
    else:
        table = pd.concat([paired(rows, *pair, ["unseen_auprc"]) for pair in pairs])
        good = outcomes(table, claim.rule)
        numbers = [f"{difference:+.3f}" for difference in table["difference"].sort_values()]
        if len(pairs) == 1:
            numbers = [*map(format_interval, table["difference"], table["low"], table["high"])]
    if len(pairs) == 1:
        return good[0], f"{numbers[0]}, {table['verdict'].iloc[0]}"
    told = f"{_WORDS[claim.rule]} at {sum(good)} of {len(pairs)}"
    return all(good), f"{numbers[0]} to {numbers[-1]}, {told}"


# --- costs ----------------------------------------------------------------------------------------


def format_costs(rows: pd.DataFrame) -> pd.DataFrame:
    """Median wall time of a run, by percentage of the cells.

    Parameters
    ----------
    rows : DataFrame
        From `studies.subsampling`.

    Returns
    -------
    DataFrame
        One row per data set and method: seconds per run for each percentage, the number of
        runs and minutes of all, on one core. Runs that only chose alpha are not counted.
    """
    runs = rows[rows["method"] != CONSTANT].drop_duplicates(["key", "seconds"])
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
