"""Which choices move the gain of a reading."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from infosem.errors import InfosemError
from infosem_study.pages.multiverse import design
from infosem_study.pages.multiverse.gains import choices_of, gains, over_datasets
from infosem_study.pages.multiverse.runs import MEASURES
from infosem_study.statistics import from_error

__all__ = ["effects", "importance", "importance_elsewhere"]

_N_DEALS = 5000
_ROUNDING = 1e-9  # of a share: a deal that is as good must count as one


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

    Raises
    ------
    InfosemError
        If there are fewer than two configurations with all alphas.
    """
    wide = table.pivot(index="config", columns="alpha", values="difference").dropna()
    if len(wide) < 2:
        raise InfosemError(
            f"the importance of choices: {len(wide)} setting has all weights of the prior, and two "
            "are needed; take more configurations"
        )
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


def importance_elsewhere(rows: pd.DataFrame, level: float = 0.05) -> pd.DataFrame:
    """Which choice is furthest above chance by other measures, and in parts of the readings.

    Parameters
    ----------
    rows : DataFrame
        From `runs.readings`: of one network and claim.
    level : float
        The false discovery rate at which a choice is shown to move the gain.

    Returns
    -------
    DataFrame
        One row per part of the rows (all by several measures; each seed alone, and without each
        data set, by the first): readings (which part), measure (its name), shown (the choices that
        are, as text); and the line of `importance` that is furthest above chance.
    """
    first, *others = ("auprc", "hit", "within")
    parts = [("all", rows, name) for name in (first, *others)]
    for column, name in (("seed", "seed {} alone"), ("dataset", "without {}")):
        for value in rows[column].unique() if rows[column].nunique() > 1 else ():
            kept = (rows[column] == value) == (column == "seed")
            parts.append((name.format(value), rows[kept], first))
    lines = []
    for name, part, measure in parts:
        table = over_datasets(gains(part[part["what"] != "control"], [measure]))
        found = importance(table[table["against"] == "rival"])
        shown = ", ".join(found.loc[found["q"] < level, "choice"]) or "none"
        where = {"readings": name, "measure": MEASURES[measure], "shown": shown}
        lines.append(found.head(1).assign(**where))
    return pd.concat(lines, ignore_index=True)


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
