"""The page of Table 1: what it claims of the methods, and the percentages of the abstract."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem_study.nulls import CONSTANT, LEVEL
from infosem_study.reported import reported
from infosem_study.statistics import (
    METRICS,
    Interval,
    format_number,
    half_width,
    paired,
)
from infosem_study.verdicts import (
    NOT_RUN,
    Claim,
    Comparison,
    claim_id,
    format_cases,
    format_verdict,
    judge_size,
    not_above,
    outcomes,
    tally,
)

__all__ = [
    "describe_beyond_constant",
    "format_percentages",
    "format_verdicts",
    "percentages",
    "verdicts",
]


# --- the table ------------------------------------------------------------------------------------

_CLAIMS = (
    Comparison("one-hot-lr-not-above-random",
               "One-hot LR is no better than chance (by construction: its scores are constant)",
               "One-hot LR", "Random", not_above),
    Comparison("deepsem-above-random", "DeepSEM beats chance", "DeepSEM", "Random"),
    Comparison("infosem-b-above-deepsem", "InfoSEM-B improves upon DeepSEM",
               "InfoSEM-B", "DeepSEM"),
    Comparison("infosem-bc-above-deepsem", "InfoSEM-BC improves upon DeepSEM",
               "InfoSEM-BC", "DeepSEM"),
    Comparison("infosem-bc-above-infosem-b", "InfoSEM-BC improves upon InfoSEM-B",
               "InfoSEM-BC", "InfoSEM-B"),
    *(Comparison(claim_id(method, "above constant"), f"{method} beats a random constant per TF",
                 method, CONSTANT, ours=True)
      for method in ("DeepSEM", "InfoSEM-B", "InfoSEM-BC")),
)  # fmt: skip


def verdicts(
    rows: pd.DataFrame, source: str = "Table 1", beyond: pd.DataFrame | None = None
) -> pd.DataFrame:
    """What the paper's Table 1 (or 5) claims of the methods at hand, and where it holds.

    That one method beats another holds on a data set where the 95% interval of the paired
    difference lies above 0 (`statistics.paired`), that it beats a random constant where
    `nulls.beyond_constant` says so, and that it is no better where neither does. A claim is counted
    on the data sets on which the paper's own numbers make it.

    Parameters
    ----------
    rows : DataFrame
        One row per data set, method, training seed and split (`comparison.compare`).
    source : {"Table 1", "Table 5"}
        Which of the paper's tables; of the networks of `rows`.
    beyond : DataFrame, optional
        From `nulls.beyond_constant`; without it, nothing is said of random constants.

    Returns
    -------
    DataFrame
        One row per claim and metric: id, claim (a `verdicts.Comparison`), metric; paper and ours,
        the mean differences over the data sets on which it is claimed; holds (bool by data set, of
        these); verdict. Empty for data sets that the paper does not have.
    """
    theirs = reported(source).set_index(["method", "dataset", "quantity"])["value"]
    lines = []
    for claim in _CLAIMS:
        if not {claim.method, claim.against} <= set(rows["method"]) or (
            claim.against == CONSTANT and beyond is None
        ):
            continue
        table = paired(rows, claim.method, claim.against)
        where = [*zip(table["dataset"], table["metric"], strict=True)]
        table["paper"] = [
            theirs.get((claim.method, *place), np.nan) - theirs.get((claim.against, *place), np.nan)
            for place in where
        ]
        if beyond is not None and claim.against == CONSTANT:
            places = beyond.set_index(["method", "dataset", "metric"])["verdict"]
            table["holds"] = [places[claim.method, *place] == "better" for place in where]
            claimed = table["dataset"].isin(theirs.index.unique("dataset"))
        else:
            table["holds"] = outcomes(table, claim.rule)
            claimed = table["paper"].notna() if claim.rule is not_above else table["paper"] > 0
        for metric, part in table[claimed].groupby("metric", sort=False):
            holds = dict(zip(part["dataset"], part["holds"], strict=True))
            lines.append(
                {
                    "id": claim.id,
                    "claim": claim,
                    "metric": metric,
                    "paper": part["paper"].mean(skipna=False),
                    "ours": part["difference"].mean(),
                    "holds": holds,
                    "verdict": tally(holds),
                }
            )
    columns = ["id", "claim", "metric", "paper", "ours", "holds", "verdict"]
    return pd.DataFrame(lines, columns=columns)


def format_verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """`verdicts`, as a table to read."""
    verdicts = zip(table["verdict"], table["claim"], strict=True)
    return pd.DataFrame(
        {
            "claim": [claim.sentence for claim in table["claim"]],
            "metric": table["metric"],
            "paper": [format_number(value, form="+.3f") for value in table["paper"]],
            "ours": [format_number(value, form="+.3f") for value in table["ours"]],
            "claimed on": table["holds"].map(format_cases),
            "holds on": [
                format_cases(dataset for dataset, good in holds.items() if good)
                for holds in table["holds"]
            ],
            "verdict": [format_verdict(word, ours=claim.ours) for word, claim in verdicts],
        }
    )


def describe_beyond_constant(table: pd.DataFrame) -> str:
    """In words: how many pass the test, and where the numbers of the paper's Table 1 stand.

    Parameters
    ----------
    table : DataFrame
        From `nulls.beyond_constant`, of Table 1.
    """
    better = table["verdict"] == "better"
    lines = [
        f"Of {len(table)} means, {(table['p'] < LEVEL).sum()} have a p below {LEVEL}, and "
        f"{better.sum()} a false discovery rate below {LEVEL}."
    ]
    papers = reported("Table 1").rename(columns={"quantity": "metric"})
    papers = papers[papers["method"] != "Random"]
    # The band on all splits: of a method that has most of them.
    whole = table.loc[table.groupby(["metric", "dataset"], sort=False)["splits"].idxmax()]
    both = papers.merge(whole[["metric", "dataset", "low", "high"]], on=["metric", "dataset"])
    for metric, part in both.groupby("metric", sort=False):
        above = part[part["value"] > part["high"]]
        names = ", ".join(f"{line.method} on {line.dataset}" for line in above.itertuples())
        lines.append(
            f"Of the paper's own {len(part)} means by {metric}, on data sets that are here, "
            f"{len(above)} lie above the 95% band of these constants{names and f' ({names})'}, and "
            f"{(part['value'] < part['low']).sum()} below it."
        )
    return "\n".join(lines)


# --- the percentages ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Gain(Claim):
    """A gain in percent that the paper's text states."""

    method: str
    against: str
    source: str
    network: str = ""  # both of them


_GAINS = (
    *(_Gain(claim_id(method, "over DeepSEM", network), f"{method} over DeepSEM, {network}",
            method, "DeepSEM", "Section 5.2", network)
      for method in ("InfoSEM-B", "InfoSEM-BC")
      for network in ("cell-type-specific", "non-cell-type-specific")),
    # They are DeepSEM alone: no other comparison gives the number.
    _Gain("infosem-b-over-existing-models", "InfoSEM-B over existing models (DeepSEM)",
          "InfoSEM-B", "DeepSEM", "Abstract"),
    _Gain("infosem-bc-over-infosem-b", "InfoSEM-BC over InfoSEM-B",
          "InfoSEM-BC", "InfoSEM-B", "Abstract"),
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
        One row per claim: id; claim; paper, the number that is claimed, in percent as the next
        three; tables, what follows from the paper's tables, with least and most, what may follow
        before they were rounded; follows, whether the claimed number, as rounded, is in there;
        ours, with error, its standard error, as parts, on the splits that both methods have; cases
        (data sets and networks that have some) and claimed_cases; splits, how many there are in
        each case; verdict (`verdicts.judge_size`). Empty for data sets that the paper does not
        have.

    References
    ----------
    InfoSEM, abstract (the same numbers in Sections 1 and 6), Section 5.2, Tables 1 and 5.
    """
    theirs = pd.concat([reported(source).assign(network=key) for key, source in _UNSEEN.items()])
    by_method = theirs.pivot(
        index=["network", "dataset", "quantity"], columns="method", values="value"
    )
    of_paper = len(rows) and rows["dataset"].isin(theirs["dataset"]).any()
    lines = []
    for claim in _GAINS if of_paper else ():
        said = reported(claim.source, claim.network).set_index("method")["value"][claim.method]
        networks = [claim.network] if claim.network else [*_UNSEEN]
        table = by_method.loc[networks]
        new, old = table[claim.method], table[claim.against]
        recomputed, least, most = (
            100 * (float(np.mean((new + digit) / (old - digit))) - 1)
            for digit in (0.0, -_LAST_DIGIT, _LAST_DIGIT)
        )
        cases = [
            _gain(part, claim.method, claim.against)
            for _, part in rows[rows["network"].isin(networks)].groupby(["network", "dataset"])
        ]
        cases = [case for case in cases if case[2]]
        found, error = _mean_of_cases(cases)
        rounding = 0.5 if said == int(said) else 0.05
        lines.append(
            {
                "id": claim.id,
                "claim": claim,
                "paper": said,
                "tables": recomputed,
                "least": least,
                "most": most,
                "follows": least - rounding <= said <= most + rounding,
                "ours": found.mean,
                "error": error,
                "cases": len(cases),
                "claimed_cases": len(new) // len(METRICS),
                "splits": tuple(n for _, _, n in cases),
                "verdict": judge_size(found, said / 100) if cases else NOT_RUN,
            }
        )
    return pd.DataFrame(lines)


def format_percentages(table: pd.DataFrame) -> pd.DataFrame:
    """`percentages`, as a table to read."""
    lines = []
    for row in table.to_dict("records"):
        splits = dict.fromkeys(f(row["splits"]) for f in (min, max) if row["splits"])
        lines.append(
            {
                "claim": row["claim"].sentence,
                "stands in": row["claim"].source,
                "paper": f"{row['paper']:g}%",
                "from its tables": f"{row['tables']:.1f}% [{row['least']:.1f}, {row['most']:.1f}]",
                "follows": "yes" if row["follows"] else "no",
                "ours": format_number(row["ours"], row["error"], form="+.1%"),
                "on": f"{row['cases']} of {row['claimed_cases']}",
                "splits": "-".join(map(str, splits)) or "-",
                "verdict": row["verdict"],
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


def _mean_of_cases(cases: Sequence[tuple[float, float, int]]) -> tuple[Interval, float]:
    """Of gains with errors: the mean with its 95% interval, and its error."""
    if not cases:
        return Interval(np.nan, np.nan, np.nan), np.nan
    gains, errors, n_splits = np.array(cases).T
    mean, error = gains.mean(), np.sqrt((errors**2).sum()) / len(cases)
    if n_splits.min() < 2:
        return Interval(mean, -np.inf, np.inf), error
    freedom = (errors**2).sum() ** 2 / (errors**4 / (n_splits - 1)).sum()
    half = half_width(error, freedom)
    return Interval(mean, mean - half, mean + half), error
