"""Gains over the rival and over the control, reading by reading, and which choices move them."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from infosem_study.claims.evidence import paper_numbers
from infosem_study.pages.multiverse import design
from infosem_study.pages.multiverse.runs import MEASURES
from infosem_study.statistics import Estimate, combine, estimate, from_error

__all__ = [
    "AGAINST",
    "CLAIMS",
    "averages",
    "by_level",
    "by_seed",
    "choices_of",
    "effects",
    "gains",
    "importance",
    "over_datasets",
    "paper_gain",
    "summary",
]

CLAIMS = {"text": ("InfoSEM-B", "DeepSEM"), "labels": ("InfoSEM-BC", "InfoSEM-B")}
"""What is compared in each claim: the model and its rival."""
_TABLES = {"cell-type-specific": "Table 1", "non-cell-type-specific": "Table 5"}
AGAINST = {
    "rival": ("model", "rival"),
    "control": ("model", "control"),
    # Of the readings that have a control: what the counts are where there is something to learn
    # from, and where there is nothing.
    "rival, where there is a control": ("model", "rival"),
    "control's own": ("control", "rival"),
}
"""What is subtracted from what, of the whats of `runs.readings`, by the name of the comparison."""
_READING = ["network", "claim", "config", "alpha", "against", "measure"]
_ENDS = ["difference", "low", "high", "sem", "n", "freedom"]
_TOGETHER = ", "
_N_DEALS = 5000
_ROUNDING = 1e-9  # of a share: a deal that is as good must count as one


def gains(rows: pd.DataFrame, measures: Sequence[str] = tuple(MEASURES)) -> pd.DataFrame:
    """How far each reading is ahead, on each data set.

    Parameters
    ----------
    rows : DataFrame
        From `runs.readings`.
    measures : sequence of str
        Of `MEASURES`.

    Returns
    -------
    DataFrame
        One row per network, claim, config, alpha (with "chosen" where there are several), against
        (one of `AGAINST`), measure (its name) and dataset: difference, low, high, sem, n and
        freedom as of `statistics.Estimate`, over splits, of means over training seeds. Where there
        are several seeds, sem and the interval hold them, too: the variance over seeds is a mean
        over the readings of a data set, as each has few. Seeds of two data sets have nothing in
        common, so that `over_datasets` may take them for independent.
    """
    found, seeds = _over_splits(rows, measures), [part for _, part in rows.groupby("seed")]
    if len(seeds) < 2:
        return found
    alike = [name for name in [*_READING, "dataset"] if name not in ("config", "alpha")]
    each = pd.concat([_over_splits(part, measures) for part in seeds])
    variances = each.groupby([*_READING, "dataset"])["difference"].var().groupby(alike).mean()
    of_mean = variances.reindex(pd.MultiIndex.from_frame(found[alike])).to_numpy() / len(seeds)
    errors = np.sqrt(np.square(found["sem"]) + of_mean)
    # Splits give fewer degrees of freedom, so that a seed never makes an interval narrower.
    with_seeds = map(from_error, found["difference"], errors, found["n"], found["freedom"])
    ends = ["low", "high", "sem"]
    found[ends] = pd.DataFrame(with_seeds, index=found.index)[ends]
    return found


def _over_splits(rows: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """`gains` with intervals over splits alone."""
    lines = []
    for against, measure, differences in _differences(rows, measures):
        of = [*_READING[:4], "dataset"]
        for reading, values in differences.groupby(of, sort=False):
            line = dict(zip(of, reading, strict=True))
            found = dict(zip(_ENDS, estimate(values), strict=True))
            lines.append({**line, "against": against, "measure": measure, **found})
    order = [*_READING, "dataset", *_ENDS]
    return pd.DataFrame(lines)[order]


def averages(rows: pd.DataFrame, measures: Sequence[str] = tuple(MEASURES)) -> pd.DataFrame:
    """The gain in the mean of all readings.

    Of a setting it is the mean over its readings, splits and data sets. The variance of the mean
    over settings and of that over splits add up, as both are drawn: what hangs on both counts
    twice, so that the interval is too wide, if anything. It is one for these TFs.

    Parameters
    ----------
    rows : DataFrame
        From `runs.readings`.
    measures : sequence of str
        Of `MEASURES`.

    Returns
    -------
    DataFrame
        One row per network, claim, against and measure: settings (how many all data sets have),
        the names of the data sets in the column dataset, difference, low, high, sem, n and freedom
        as of `statistics.Estimate`, and the two parts of sem, over_settings and over_splits.
    """
    lines = []
    for against, measure, all_differences in _differences(rows, measures):
        for where, differences in all_differences.groupby(["network", "claim"], sort=False):
            by_config = differences.groupby(["config", "dataset"]).mean().unstack().dropna()
            own = differences[differences.index.isin(by_config.index, level="config")]
            over_configs = estimate(by_config.mean(axis=1))
            over_splits = combine(
                estimate(values)
                for _, values in own.groupby(["dataset", "split"]).mean().groupby("dataset")
            )
            # Only its error counts.
            centred = over_splits._replace(mean=0.0)
            found = combine([over_configs, centred], weights=[1.0, 1.0])
            lines.append(
                {
                    **dict(zip(("network", "claim"), where, strict=True)),
                    "against": against, "measure": measure, "settings": len(by_config),
                    "dataset": _TOGETHER.join(map(str, by_config.columns)),
                    **dict(zip(_ENDS, found, strict=True)),
                    "over_settings": over_configs.sem, "over_splits": over_splits.sem,
                }
            )  # fmt: skip
    by_claim = pd.DataFrame(lines).groupby(["network", "claim"], sort=False)
    return pd.concat([part for _, part in by_claim], ignore_index=True)


def _differences(
    rows: pd.DataFrame, measures: Sequence[str]
) -> Iterator[tuple[str, str, "pd.Series[float]"]]:
    """For each `AGAINST` and measure (its name): the gain by reading, data set and split.

    Of several training seeds the means.
    """
    rows = pd.concat([rows, _chosen(rows)], ignore_index=True)
    index = ["network", "claim", "config", "alpha", "dataset", "split"]
    for name in measures:
        wide = rows.pivot_table(name, index, "what", aggfunc="mean", sort=False)
        for against, (what, other) in AGAINST.items():
            needed = [what, other, *(["control"] if "control" in against else [])]
            if {*needed} <= set(wide):
                yield (
                    against,
                    MEASURES[name],
                    (wide[what] - wide[other])[wide[needed].notna().all(axis=1)],
                )


def _chosen(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the alpha that fits the training edges of their split best, as a level."""
    asked = rows[rows["claim"] == "text"]
    if asked["alpha"].nunique() < 2:
        return asked.iloc[:0]
    group = ["network", "dataset", "config", "what", "seed", "split"]
    fits = asked["fit"].fillna(-np.inf)  # of trainings that diverged
    best = fits.groupby([asked[name] for name in group], sort=False).idxmax()
    return asked.loc[best].assign(alpha=design.CHOSEN)


def over_datasets(table: pd.DataFrame) -> pd.DataFrame:
    """The mean over data sets of each reading that all of them have; from `gains`.

    All are those of the same claim and network. They stand in the column dataset, as one text.
    """
    lines = []
    for _, part in table.groupby(["network", "claim"], sort=False):
        names = [*part["dataset"].unique()]
        for reading, own in part.groupby(_READING, sort=False):
            if len(own) == len(names):
                found = combine(Estimate(*line) for line in own[_ENDS].itertuples(index=False))
                lines.append([*reading, _TOGETHER.join(names), *found])
    return pd.DataFrame(lines, columns=[*_READING, "dataset", *_ENDS])


def by_seed(rows: pd.DataFrame, measures: Sequence[str] = tuple(MEASURES)) -> pd.DataFrame:
    """`gains` of each training seed by itself, on each data set and as the mean over them.

    Intervals are over splits alone.

    Parameters
    ----------
    rows : DataFrame
        From `runs.readings`, of several seeds.
    measures : sequence of str
        Of `MEASURES`.

    Returns
    -------
    DataFrame
        As from `over_datasets` and, if there are several data sets, from `gains`, with the column
        seed.
    """
    found = []
    for seed, part in rows.groupby("seed", sort=False):
        each = gains(part, measures)
        found.append(over_datasets(each).assign(seed=seed))
        if each["dataset"].nunique() > 1:
            found.append(each.assign(seed=seed))
    return pd.concat(found, ignore_index=True)


def paper_gain(table: pd.DataFrame) -> float:
    """The paper's gain in Table 1 or 5, mean over data sets; NaN where it has none.

    Parameters
    ----------
    table : DataFrame
        From `gains` or `over_datasets`: of one network, claim, measure and dataset.
    """
    network, claim, measure, names = (
        str(table[column].iloc[0]) for column in ("network", "claim", "measure", "dataset")
    )
    if measure not in ("AUPRC", "Hit@1%") or network not in _TABLES:
        return np.nan
    numbers, (model, rival) = paper_numbers(_TABLES[network], measure), CLAIMS[claim]
    return float((numbers[model] - numbers[rival]).reindex(names.split(_TOGETHER)).mean())


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """In how many readings a claim holds.

    Parameters
    ----------
    table : DataFrame
        From `over_datasets`, or `gains` of one data set.

    Returns
    -------
    DataFrame
        One row per network, claim, against and measure: readings, ahead and behind (whose interval
        lies above and below 0), ahead_wide and behind_wide (the same with intervals twice as wide,
        as they would be for other TFs: see `statistics.estimate`), positive (whose difference is),
        median, low and high (the middle 90% of readings), paper (its gain), reached (readings at or
        above it) and holds (whose interval holds it).
    """
    lines = []
    for where, part in table.groupby(["network", "claim", "against", "measure"], sort=False):
        values, low, high = (part[name] for name in ("difference", "low", "high"))
        paper = paper_gain(part) if where[2] == "rival" else np.nan
        lines.append(
            {
                **dict(zip(("network", "claim", "against", "measure"), where, strict=True)),
                "readings": len(part), "ahead": int((low > 0).sum()),
                "behind": int((high < 0).sum()), "ahead_wide": int((2 * low > values).sum()),
                "behind_wide": int((2 * high < values).sum()),
                "positive": int((values > 0).sum()), "median": values.median(),
                "low": values.quantile(0.05), "high": values.quantile(0.95), "paper": paper,
                "reached": int((values >= paper).sum()),
                "holds": int(((low <= paper) & (paper <= high)).sum()),
            }
        )  # fmt: skip
    return pd.DataFrame(lines)


def by_level(table: pd.DataFrame, measure: str = "AUPRC") -> pd.DataFrame:
    """The median gain over the rival of the readings with each level of each choice.

    Parameters
    ----------
    table : DataFrame
        From `gains`, of one network and claim.
    measure : str

    Returns
    -------
    DataFrame
        One row per choice and level, alpha first; one column per data set, and readings.
    """
    own = table[(table["measure"] == measure) & (table["against"] == "rival")]
    claim = str(own["claim"].iloc[0])
    levels = design.configurations(int(own["config"].max()) + 1).loc[own["config"]]
    levels = levels[[choice.name for choice in choices_of(claim)]].reset_index(drop=True)
    own = own.reset_index(drop=True)
    order = {choice.name: [*choice.levels] for choice in choices_of(claim)}
    order["alpha"] = design.alphas_in(own["alpha"])
    digits = design.digits(str(own["network"].iloc[0]))
    parts = {}
    for choice, column in {"alpha": own["alpha"], **levels}.items():
        by = own.groupby([column.rename("level"), "dataset"], sort=False)["difference"]
        wide = by.median().unstack("dataset")
        n = by.size().unstack("dataset").iloc[:, 0]
        told = wide.map(f"{{:+.{digits}f}}".format).assign(readings=n)
        parts[choice] = told.loc[[level for level in order[choice] if level in told.index]]
    found: pd.DataFrame = pd.concat(parts, names=["choice"])
    return found


def choices_of(claim: str) -> tuple[design.Choice, ...]:
    """The choices that a claim can depend on."""
    if claim == "text":
        return (*design.OF_MODEL, *design.OF_TEXT)
    # Which have one form of the prior.
    text = [choice for choice in design.OF_TEXT if choice.name != "form of the prior"]
    return (*design.OF_MODEL, *text, *design.OF_LABELS)


# --- which choices matter -------------------------------------------------------------------------


def importance(table: pd.DataFrame, *, pairs: bool = False, n: int = _N_DEALS) -> pd.DataFrame:
    """Which choices move the gain: the share of its variance between the levels of each.

    Of a choice it is the variance of the means of its levels over that of all readings. Of a pair
    it is the variance of the means of their cells beyond the best sum of an effect of each
    (least squares, as the levels of two choices are not balanced against each other).

    By chance it is not 0 where configurations are few: `chance` is its mean where the gains are
    dealt to the configurations anew (those of alpha within each; of a pair what the sum leaves),
    and q the share of such deals that reach it, made a false discovery rate by Benjamini and
    Hochberg. Intervals are by the jackknife over configurations, and end at 0 and 1.

    Parameters
    ----------
    table : DataFrame
        From `gains` or `over_datasets`: of one network, claim, against and measure. Configurations
        that lack an alpha are left out.
    pairs : bool
        Of pairs of choices instead of single ones.
    n : int
        Deals.

    Returns
    -------
    DataFrame
        The choices (of a pair both, joined by " x "), those furthest above chance first: share,
        low, high, chance, q.
    """
    wide = table.pivot(index="config", columns="alpha", values="difference").dropna()
    values, codes = wide.to_numpy(), _codes(wide, str(table["claim"].iloc[0]))
    rng = np.random.default_rng([*b"importance"])
    left = [np.delete(np.arange(len(values)), i) for i in range(len(values))]
    deals = np.argsort(rng.random((n, len(values))), axis=1)
    lines = []
    for names in combinations(codes, 2 if pairs else 1):
        groups = [codes[name] for name in names]
        share, rest, spaces = _share(values, groups)
        without = [_share(values[i], [group[i] for group in groups])[0] for i in left]
        # Of alpha every configuration has all levels.
        within = names == ("alpha",)
        dealt = rng.permuted(np.stack([rest] * n), axis=2) if within else rest[deals]
        by_deal = _explained(dealt.reshape(n, -1), *spaces) / (_total(values) or 1)
        lines.append((" x ".join(names), share, without, by_deal))
    found = pd.DataFrame(
        {
            "choice": name,
            "share": share,
            **dict(zip(("low", "high"), _jackknifed(share, without), strict=True)),
            "chance": by_deal.mean(),
            "q": (1 + np.sum(by_deal >= share - _ROUNDING)) / (1 + n),
        }
        for name, share, without, by_deal in lines
    )
    found["q"] = stats.false_discovery_control(found["q"])
    order = (found["share"] - found["chance"]).sort_values(ascending=False).index
    return found.loc[order].reset_index(drop=True)


def effects(table: pd.DataFrame) -> tuple[int, int]:
    """How many effects the choices of a claim have, and how many can be told apart.

    Parameters
    ----------
    table : DataFrame
        From `gains` or `over_datasets`, of one claim.

    Returns
    -------
    all_effects, separable : int
        Of each choice one less than it has levels; and the rank of their columns beside the mean,
        over the configurations at hand.
    """
    choices = choices_of(str(table["claim"].iloc[0]))
    configs = np.unique(table["config"])
    levels = design.configurations(int(configs.max()) + 1).loc[configs]
    columns = [np.equal.outer(levels[c.name].to_numpy(str), [*c.levels]) for c in choices]
    known = np.hstack([np.ones((len(levels), 1)), *columns])
    return sum(len(c.levels) - 1 for c in choices), int(np.linalg.matrix_rank(known)) - 1


def _codes(wide: pd.DataFrame, claim: str) -> dict[str, NDArray[np.intp]]:
    """The level that each value has of every choice, as a number; of alpha where it has several."""
    levels = design.configurations(int(wide.index.max()) + 1).loc[wide.index]
    codes = {}
    for choice in choices_of(claim):
        code = np.unique(levels[choice.name].to_numpy(str), return_inverse=True)[1]
        codes[choice.name] = np.broadcast_to(code[:, np.newaxis], wide.shape)
    if wide.shape[1] > 1:
        codes["alpha"] = np.broadcast_to(np.arange(wide.shape[1]), wide.shape)
    return codes


def _jackknifed(share: float, without: Sequence[float]) -> tuple[float, float]:
    """The 95% interval of a share from what it is without each configuration."""
    n, others = len(without), np.array(without)
    error = np.sqrt((n - 1) / n * np.square(others - others.mean()).sum())
    found = from_error(share, float(error), n, n - 1)
    return max(found.low, 0.0), min(found.high, 1.0)


_Spaces = tuple[NDArray[np.float64], NDArray[np.float64]]


def _share(
    values: NDArray[np.float64], groups: Sequence[NDArray[np.intp]]
) -> tuple[float, NDArray[np.float64], _Spaces]:
    """The share of a choice, or of a pair beyond both; what these leave; and two spaces.

    Bases of what is known already (the mean, or the sum of both), and of all cells, which hold it.
    """
    flat = [group.ravel() for group in groups]
    if len(flat) == 1:
        (cells,), alone = flat, np.ones((values.size, 1))
    else:
        cells, alone = flat[0] * (1 + flat[1].max()) + flat[1], np.hstack([*map(_dummies, flat)])
    spaces = _basis(alone), _basis(_dummies(cells))
    rest = values.ravel() - spaces[0] @ (spaces[0].T @ values.ravel())
    share = float(_explained(rest[np.newaxis], *spaces)[0]) / (_total(values) or 1)
    return share, rest.reshape(values.shape), spaces


def _total(values: NDArray[np.float64]) -> float:
    return float(np.square(values - values.mean()).sum())


def _explained(
    rows: NDArray[np.float64], alone: NDArray[np.float64], both: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The sum of squares of each row that lies in the second space, but not in the first."""
    second, first = np.square(rows @ both).sum(axis=1), np.square(rows @ alone).sum(axis=1)
    return np.asarray(second - first)


def _dummies(cells: NDArray[np.intp]) -> NDArray[np.float64]:
    """A column for each cell, with 1 where it is."""
    return np.equal.outer(cells, np.unique(cells)).astype(float)


def _basis(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthonormal columns of the same span."""
    left, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(left[:, sizes > 1e-9 * sizes[0]])
