"""What Table 1 claims of the methods, and the percentages of the abstract."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from infosem_study.reported import reported
from infosem_study.statistics import METRICS, beyond_constant, paired

__all__ = ["describe_beyond_constant", "percentages", "verdicts"]


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
