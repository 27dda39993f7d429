"""Gains over the rival and over the control, reading by reading, and which choices move them."""

from collections.abc import Sequence
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
    "CLAIMS",
    "by_level",
    "choices_of",
    "gains",
    "importance",
    "over_datasets",
    "paper_gain",
    "summary",
]

CLAIMS = {"text": ("InfoSEM-B", "DeepSEM"), "labels": ("InfoSEM-BC", "InfoSEM-B")}
"""What is compared in each claim: the model and its rival."""
_TABLES = {"cell-type-specific": "Table 1", "non-cell-type-specific": "Table 5"}
_AGAINST = {
    "rival": ("model", "rival"),
    "control": ("model", "control"),
    "null": ("control", "rival"),  # what the counts of the first are where nothing is to be found
}
_READING = ["network", "claim", "config", "alpha", "against", "measure"]
_ENDS = ["difference", "low", "high", "sem", "n", "freedom"]
_N_DEALS = 1000


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
        ("rival" or "control"; "null" is the control against the rival), measure (its name) and
        dataset: difference, low, high, sem, n and freedom as of `statistics.Estimate`, over splits,
        of means over training seeds.
    """
    rows = pd.concat([rows, _chosen(rows)], ignore_index=True)
    index = ["network", "claim", "config", "alpha", "dataset", "split"]
    lines = []
    for name in measures:
        # Of several seeds the mean, of each what.
        wide = rows.pivot_table(name, index, "what", aggfunc="mean", sort=False)
        for against, (what, other) in _AGAINST.items():
            if not {what, other} <= set(wide):
                continue
            differences = (wide[what] - wide[other]).dropna()
            for reading, values in differences.groupby(index[:-1], sort=False):
                line = dict(zip(index[:-1], reading, strict=True))
                found = dict(zip(_ENDS, estimate(values), strict=True))
                lines.append({**line, "against": against, "measure": MEASURES[name], **found})
    order = [*_READING, "dataset", *_ENDS]
    return pd.DataFrame(lines)[order]


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
    """The mean over data sets of each reading that all of them have; from `gains`."""
    parts = [part for _, part in table.groupby("network", sort=False)]
    lines = []
    for part in parts:
        n_datasets = part["dataset"].nunique()
        for reading, own in part.groupby(_READING, sort=False):
            if len(own) == n_datasets:
                found = combine(Estimate(*line) for line in own[_ENDS].itertuples(index=False))
                lines.append(dict(zip([*_READING, *_ENDS], [*reading, *found], strict=True)))
    return pd.DataFrame(lines, columns=[*_READING, *_ENDS])


def paper_gain(claim: str, measure: str, datasets: Sequence[str], network: str) -> float:
    """The paper's gain in Table 1 or 5, mean over data sets; NaN where it has none."""
    if measure not in ("AUPRC", "Hit@1%") or network not in _TABLES:
        return np.nan
    numbers, (model, rival) = paper_numbers(_TABLES[network], measure), CLAIMS[claim]
    return float((numbers[model] - numbers[rival]).reindex([*datasets]).mean())


def summary(table: pd.DataFrame, datasets: Sequence[str]) -> pd.DataFrame:
    """In how many readings a claim holds.

    Parameters
    ----------
    table : DataFrame
        From `over_datasets`, or `gains` of one data set.
    datasets : sequence of str
        Of which it is.

    Returns
    -------
    DataFrame
        One row per network, claim, against and measure: readings, ahead and behind (whose interval
        lies above and below 0), positive (whose difference is), median, low and high (the middle
        90% of readings), paper (its gain) and beyond (readings at or above it).
    """
    lines = []
    for where, part in table.groupby(["network", "claim", "against", "measure"], sort=False):
        network, claim, against, measure = map(str, where)
        values = part["difference"]
        paper = paper_gain(claim, measure, datasets, network) if against == "rival" else np.nan
        lines.append(
            {
                "network": network, "claim": claim, "against": against, "measure": measure,
                "readings": len(part), "ahead": int((part["low"] > 0).sum()),
                "behind": int((part["high"] < 0).sum()), "positive": int((values > 0).sum()),
                "median": values.median(), "low": values.quantile(0.05),
                "high": values.quantile(0.95), "paper": paper,
                "beyond": np.nan if np.isnan(paper) else int((values >= paper).sum()),
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
    parts = {}
    for choice, column in {"alpha": own["alpha"], **levels}.items():
        by = own.groupby([column.rename("level"), "dataset"], sort=False)["difference"]
        wide = by.median().unstack("dataset").map("{:+.3f}".format)
        parts[choice] = wide.assign(readings=by.size().unstack("dataset").iloc[:, 0])
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

    Of a choice it is the variance of the means of its levels over that of all readings; of a pair
    the same of the means of their cells, less those of both. By chance it is not 0 where
    configurations are few: `chance` is its mean where the levels are dealt to the configurations
    anew (those of alpha within each), and q the share of such deals that reach it, made a false
    discovery rate by Benjamini and Hochberg. Intervals are by the jackknife over configurations.

    Parameters
    ----------
    table : DataFrame
        From `gains` or `over_datasets`: of one network, claim, against and measure, and one value
        per configuration and alpha.
    pairs : bool
        Of pairs of choices instead of single ones.
    n : int
        Deals.

    Returns
    -------
    DataFrame
        The choices (of a pair both, joined by " x "), the most important first: share, low, high,
        chance, q.
    """
    wide = table.pivot(index="config", columns="alpha", values="difference")
    values, codes = wide.to_numpy(), _codes(wide, str(table["claim"].iloc[0]))
    rng = np.random.default_rng([*b"importance"])
    left = [np.delete(np.arange(len(values)), i) for i in range(len(values))]
    deals = np.argsort(rng.random((n, len(values))), axis=1)
    chosen = combinations(codes, 2 if pairs else 1)
    groups = {names: [codes[name] for name in names] for names in chosen}
    lines = []
    for names, cells in groups.items():
        share = _share(values, cells)
        without = [_share(values[i], [group[i] for group in cells]) for i in left]
        if names == ("alpha",):  # of which every configuration has all levels
            by_deal = [_share(rng.permuted(values, axis=1), cells) for _ in deals]
        else:
            by_deal = [_share(values, [group[deal] for group in cells]) for deal in deals]
        lines.append((" x ".join(names), share, without, by_deal))
    found = pd.DataFrame(
        {
            "choice": name,
            "share": share,
            **dict(zip(("low", "high"), _jackknifed(share, without), strict=True)),
            "chance": np.mean(by_deal),
            "q": (1 + np.sum(np.array(by_deal) >= share)) / (1 + n),
        }
        for name, share, without, by_deal in lines
    )
    found["q"] = stats.false_discovery_control(found["q"])
    return found.sort_values("share", ascending=False, ignore_index=True)


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
    return found.low, found.high


def _share(values: NDArray[np.float64], groups: Sequence[NDArray[np.intp]]) -> float:
    """Variance between the cells of the groups (less that between each group's), over all."""
    known = ~np.isnan(values)
    values = values[known] - values[known].mean()
    codes = [group[known] for group in groups]
    total = float(values @ values)
    if not total > 0:
        return 0.0
    single = [_explained(values, code) for code in codes]
    if len(codes) == 1:
        return single[0] / total
    cells = codes[0] * (1 + codes[1].max()) + codes[1]
    return (_explained(values, cells) - sum(single)) / total


def _explained(values: NDArray[np.float64], cells: NDArray[np.intp]) -> float:
    """Sum of squares between the cells to which values, of mean 0, belong."""
    sums, sizes = np.bincount(cells, values), np.bincount(cells)
    return float(np.sum(np.square(sums[sizes > 0]) / sizes[sizes > 0]))
