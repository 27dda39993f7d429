"""The page of Table 1: percentages of the abstract, and the paper's means beside constants."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infosem_study.nulls import LEVEL, MEAN
from infosem_study.reported import reported
from infosem_study.statistics import METRICS, Estimate, combine, format_number, from_error
from infosem_study.verdicts import above, claim_id, judge

__all__ = ["describe_beyond_constant", "format_percentages", "percentages"]


def describe_beyond_constant(table: pd.DataFrame) -> str:
    """In words: how many pass the test, and where the numbers of the paper's Table 1 stand.

    Parameters
    ----------
    table : DataFrame
        From `nulls.beyond_constant`, of Table 1.
    """
    means = table[table["dataset"] == MEAN]
    table = table[table["dataset"] != MEAN]
    better = table["verdict"] == "better"
    lines = [
        f"Of {len(table)} means, {(table['p'] < LEVEL).sum()} have a p below {LEVEL}, and "
        f"{better.sum()} a false discovery rate below {LEVEL}."
    ]
    if better.any():
        passing = table[better].itertuples()
        lines[0] += (
            f" Passing: {', '.join(f'{x.method} on {x.dataset} ({x.metric})' for x in passing)}."
        )
    for metric, part in means.groupby("metric", sort=False):
        told = {
            kind: [f"{line.method} (p {line.p:.3f})" for line in part[rows].itertuples()]
            for kind, rows in (
                ("ahead", part["verdict"] == "better"),
                ("near", (part["verdict"] != "better") & (part["p"] < LEVEL)),
            )
        }
        text = (
            f"In the mean of the data sets by {metric}, above the 95% band of these orders: "
            f"{', '.join(told['ahead']) or 'none'}."
        )
        lines.append(text + f" Just within it: {', '.join(told['near'])}." * bool(told["near"]))
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
            f"{len(above)} lie above the 95% band of these orders{names and f' ({names})'}, and "
            f"{(part['value'] < part['low']).sum()} below it."
        )
    return "\n".join(lines)


# --- the percentages ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Gain:
    """A gain in percent that the paper's text states."""

    id: str
    text: str
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
    and methods. Data sets count as independent (`statistics.combine`).

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`, of both kinds of networks.

    Returns
    -------
    DataFrame
        One row per claim: id; claim (its text) and source, where it stands; paper, the number that
        is claimed, in percent as the next three; tables, what follows from the paper's tables, with
        least and most, what may follow before they were rounded; follows, whether the claimed
        number, as rounded, is in there; cases, ours by data set and network, as parts, each an
        `Estimate` on the splits that both methods have; ours, their mean; claimed_cases, how many
        there are; verdict (`verdicts.judge`). Empty for data sets that the paper does not have.

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
        at_hand = rows[rows["network"].isin(networks)].groupby(["dataset", "network"], sort=False)
        cases = {
            str(dataset) + ", non-specific" * str(network).startswith("non"): case
            for (dataset, network), part in at_hand
            if (case := _gain(part, claim.method, claim.against)).n
        }
        ours = combine(cases.values())
        rounding = 0.5 if said == int(said) else 0.05
        lines.append(
            {
                "id": claim.id,
                "claim": claim.text,
                "source": claim.source,
                "paper": said,
                "tables": recomputed,
                "least": least,
                "most": most,
                "follows": least - rounding <= said <= most + rounding,
                "cases": cases,
                "ours": ours,
                "claimed_cases": len(new) // len(METRICS),
                "verdict": judge(ours, above(), said / 100),
            }
        )
    return pd.DataFrame(lines)


def format_percentages(table: pd.DataFrame) -> pd.DataFrame:
    """`percentages`, as a table to read."""
    lines = []
    for row in table.to_dict("records"):
        ours, sizes = row["ours"], sorted({case.n for case in row["cases"].values()})
        splits = dict.fromkeys([*sizes[:1], *sizes[-1:]])
        lines.append(
            {
                "claim": row["claim"],
                "stands in": row["source"],
                "paper": f"{row['paper']:g}%",
                "from its tables": f"{row['tables']:.1f}% [{row['least']:.1f}, {row['most']:.1f}]",
                "follows": "yes" if row["follows"] else "no",
                "ours": format_number(ours.mean, ours.sem, form="+.1%"),
                "95% interval": f"[{ours.low:+.1%}, {ours.high:+.1%}]" if row["cases"] else "-",
                "on": f"{len(row['cases'])} of {row['claimed_cases']}",
                "splits": "-".join(map(str, splits)) or "-",
                "verdict": row["verdict"],
            }
        )
    return pd.DataFrame(lines)


def _gain(rows: pd.DataFrame, method: str, against: str) -> Estimate:
    """On one data set, with its jackknife standard error."""
    if not {method, against} <= set(rows["method"]):
        return combine([])
    by_split = rows.pivot_table(list(METRICS), "split", "method")  # means over training seeds
    both = by_split.swaplevel(axis=1)[[method, against]].dropna()
    new, old = both[method].to_numpy(), both[against].to_numpy()  # (split, metric)
    n = len(both)

    def gain(kept: NDArray[np.bool_]) -> float:
        return float(np.mean(new[kept].mean(axis=0) / old[kept].mean(axis=0))) - 1

    every = np.full(n, True)
    if n < 2:
        return from_error(gain(every) if n else np.nan, np.nan, n, 0)
    without = np.array([gain(np.arange(n) != split) for split in range(n)])
    return from_error(gain(every), float(np.sqrt((n - 1) * without.var())), n, n - 1)
