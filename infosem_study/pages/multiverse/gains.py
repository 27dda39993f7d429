"""Gains over the rival and over the control, reading by reading and in the mean."""

from collections.abc import Hashable, Iterator, Sequence

import numpy as np
import pandas as pd

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
    "gains",
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
        freedom as of `statistics.Estimate`, of means over training seeds; and over_splits, the part
        of sem that is over splits. Where there are several seeds, the rest is over these. A reading
        has few, so that the variance is a mean over readings of a kind (see `_over_seeds`). Seeds
        of two data sets have nothing in common: `over_datasets` takes them for independent.
    """
    lines, of = [], [*_READING[:4], "dataset"]
    errors: dict[tuple[str, str], dict[Hashable, Estimate]] = {}
    for against, measure, differences in _differences(rows, measures):
        # A reading has one interval against its rival, whether it has a control or not.
        pooled = "rival" if against.startswith("rival") else against
        if (pooled, measure) not in errors:
            errors[pooled, measure] = _over_seeds(differences)
        over_seeds = errors[pooled, measure]
        by_split = differences.groupby([*of, "split"], sort=False).mean()
        for reading, values in by_split.groupby(of, sort=False):
            line = dict(zip(of, reading, strict=True))
            over_splits = found = estimate(values)
            if reading in over_seeds:
                error = over_seeds[reading]._replace(n=found.n)
                found = combine([over_splits, error], weights=[1.0, 1.0])
            line |= {"against": against, "measure": measure, "over_splits": over_splits.sem}
            lines.append({**line, **dict(zip(_ENDS, found, strict=True))})
    order = [*_READING, "dataset", *_ENDS, "over_splits"]
    return pd.DataFrame(lines)[order]


def _over_seeds(differences: "pd.Series[float]") -> dict[Hashable, Estimate]:
    """The error over training seeds of each reading on a data set, around 0; none of one seed.

    It is the same for all readings of a data set with the same alpha and form of the prior, which
    decide how far a seed can move InfoSEM away from its rival. Settings have their seeds in common
    and do not tell quite as much as if each had its own: there are too many degrees of freedom.
    """
    if differences.empty:
        return {}
    of = [*_READING[:4], "dataset"]
    found = differences.groupby([*of, "seed"]).mean().groupby(of).agg(["var", "size"])
    found = found.reset_index().assign(freedom=lambda table: table["size"] - 1)
    forms = design.configurations(int(found["config"].max()) + 1)["form of the prior"]
    # Labels have one form.
    found["form"] = found["config"].map(forms).where(found["claim"] == "text", "")
    kinds = found.groupby(["network", "claim", "dataset", "alpha", "form"])
    errors = np.sqrt(kinds["var"].transform("mean") / found["size"])
    freedom = kinds["freedom"].transform("sum")
    readings = found[of].itertuples(index=False, name=None)
    return {
        reading: from_error(0.0, error, 0, n)
        for reading, error, n in zip(readings, errors, freedom, strict=True)
        if n > 0
    }


def averages(rows: pd.DataFrame, measures: Sequence[str] = tuple(MEASURES)) -> pd.DataFrame:
    """The gain in the mean of all readings.

    Of a setting it is the mean over its readings, splits and data sets. The variances of the mean
    over settings, over splits and over training seeds, which all settings have in common, add up,
    as all are drawn: what hangs on two of them counts twice, so that the interval is too wide, if
    anything. It is one for these TFs.

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
        as of `statistics.Estimate`, and the parts of sem: over_settings, over_splits and
        over_seeds, which is 0 where there is one seed. Readings of labels differ in their splits,
        so that their over_splits holds a part of the settings.
    """
    lines = []
    for against, measure, all_differences in _differences(rows, measures):
        for where, differences in all_differences.groupby(["network", "claim"], sort=False):
            by_config = differences.groupby(["config", "dataset"]).mean().unstack().dropna()
            own = differences[differences.index.isin(by_config.index, level="config")]
            over_configs = estimate(by_config.mean(axis=1))
            drawn = ["split", "seed"] if own.index.unique("seed").size > 1 else ["split"]
            errors = {
                name: combine(
                    estimate(values)
                    for _, values in own.groupby(["dataset", name]).mean().groupby("dataset")
                )
                for name in drawn
            }
            # Only their errors count.
            centred = [error._replace(mean=0.0, n=over_configs.n) for error in errors.values()]
            found = combine([over_configs, *centred], weights=[1.0] * (1 + len(centred)))
            lines.append(
                {
                    **dict(zip(("network", "claim"), where, strict=True)),
                    "against": against, "measure": measure, "settings": len(by_config),
                    "dataset": _TOGETHER.join(map(str, by_config.columns)),
                    **dict(zip(_ENDS, found, strict=True)),
                    "over_settings": over_configs.sem, "over_splits": errors["split"].sem,
                    "over_seeds": errors["seed"].sem if "seed" in errors else 0.0,
                }
            )  # fmt: skip
    by_claim = pd.DataFrame(lines).groupby(["network", "claim"], sort=False)
    return pd.concat([part for _, part in by_claim], ignore_index=True)


def _differences(
    rows: pd.DataFrame, measures: Sequence[str]
) -> Iterator[tuple[str, str, "pd.Series[float]"]]:
    """For each `AGAINST` and measure (its name): the gain by reading, data set, seed and split."""
    rows = pd.concat([rows, _chosen(rows)], ignore_index=True)
    index = ["network", "claim", "config", "alpha", "dataset", "seed", "split"]
    for name in measures:
        wide = rows.pivot_table(name, index, "what", sort=False)
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
                over_splits = np.sqrt(np.square(own["over_splits"]).sum(skipna=False)) / len(own)
                lines.append([*reading, _TOGETHER.join(names), *found, over_splits])
    return pd.DataFrame(lines, columns=[*_READING, "dataset", *_ENDS, "over_splits"])


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
        lies above and below 0), ahead_wide and behind_wide (the same with the error over splits
        twice as large, as it would be for other TFs: see `statistics.estimate`), positive (whose
        difference is), median, low and high (the middle 90% of readings), paper (its gain), reached
        (readings at or above it) and holds (whose interval holds it).
    """
    lines = []
    for where, part in table.groupby(["network", "claim", "against", "measure"], sort=False):
        values, low, high = (part[name] for name in ("difference", "low", "high"))
        paper = paper_gain(part) if where[2] == "rival" else np.nan
        of_splits = (part["over_splits"] / part["sem"]).fillna(1)
        wider = np.sqrt(1 + 3 * np.square(of_splits))
        above, below = (wider * (end - values) + values for end in (low, high))
        lines.append(
            {
                **dict(zip(("network", "claim", "against", "measure"), where, strict=True)),
                "readings": len(part), "ahead": int((low > 0).sum()),
                "behind": int((high < 0).sum()), "ahead_wide": int((above > 0).sum()),
                "behind_wide": int((below < 0).sum()),
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
