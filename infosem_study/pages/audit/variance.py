"""Where the variance is, and how much data a difference takes to be seen."""

from functools import cache

import numpy as np
import pandas as pd
from scipy import optimize, stats

from infosem_study.pages.audit.block import N_GROUPS
from infosem_study.pages.audit.runs import GROUP
from infosem_study.pages.audit.text import listed
from infosem_study.pages.audit.within_tfs import paired_within
from infosem_study.reported import reported

__all__ = [
    "components",
    "describe_components",
    "describe_power",
    "power",
    "shown_errors",
    "shown_splits",
    "tf_components",
]

_POWER = 0.8
_SOURCES = {"cell-type-specific": "Table 1", "non-cell-type-specific": "Table 5"}


def components(rows: pd.DataFrame, metric: str = "unseen_auprc") -> pd.DataFrame:
    """Spread between splits, between training seeds, and the rest, of methods with several seeds.

    They come from the analysis of variance of the crossed table without repeats. A variance that
    comes out negative is 0.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`, with several seeds.
    metric : str
        A column of `rows`.

    Returns
    -------
    DataFrame
        One row per network, data set and method: mean, sd_split, sd_seed, sd_rest (standard
        deviations), n_splits, n_seeds. A split where a seed is missing is left out.
    """
    lines = []
    for names, part in rows.groupby(GROUP, sort=False):
        table = part.pivot_table(metric, "split", "seed").dropna().to_numpy()
        n_splits, n_seeds = table.shape
        if min(n_splits, n_seeds) < 2:
            continue
        of_split, of_seed = table.mean(axis=1), table.mean(axis=0)
        rest = table - of_split[:, np.newaxis] - of_seed + table.mean()
        ms_rest = np.square(rest).sum() / ((n_splits - 1) * (n_seeds - 1))
        variances = (
            of_split.var(ddof=1) - ms_rest / n_seeds,
            of_seed.var(ddof=1) - ms_rest / n_splits,
            ms_rest,
        )
        sds = np.sqrt(np.maximum(variances, 0))
        lines.append((*names, table.mean(), *sds, n_splits, n_seeds))
    columns = [*GROUP, "mean", "sd_split", "sd_seed", "sd_rest", "n_splits", "n_seeds"]
    return pd.DataFrame(lines, columns=columns)


def describe_components(table: pd.DataFrame) -> str:
    """How splits and seeds compare, in words: `components`."""
    if not len(table):
        return "No method has several training seeds on the same splits."
    texts = []
    for (network, method), part in table.groupby(["network", "method"], sort=False):
        ratios = part["sd_split"].to_numpy() / np.hypot(*part[["sd_seed", "sd_rest"]].to_numpy().T)
        told = (f"{name} {ratio:.1f}" for name, ratio in zip(part["dataset"], ratios, strict=True))
        texts.append(
            f"{method}, {network}, ratio of the spread between splits to that between seeds: "
            f"{listed(told)}."
        )
    return "\n".join(texts)


def tf_components(table: pd.DataFrame, value: str = "gain") -> pd.DataFrame:
    """Spread between TFs, and between the splits of one TF (other targets), of a score within TFs.

    Training seeds are averaged first.
    They come from the one-way analysis of variance with unequal numbers. A variance that comes out
    negative is 0.

    Parameters
    ----------
    table : DataFrame
        From `within`.
    value : {"gain", "specific"}

    Returns
    -------
    DataFrame
        One row per network, data set and method: mean (over TFs), sd_tf, sd_rest, n_tfs, n_values.
        Methods of which no TF has several splits are left out.
    """
    lines = []
    over_seeds = table.groupby([*GROUP, "tf", "split"], sort=False)[value].mean()
    for names, part in over_seeds.groupby(GROUP, sort=False):
        groups = part.groupby("tf")
        sizes, of_tf, n = groups.size(), groups.mean(), len(part)
        n_tfs = len(sizes)
        if n_tfs < 2 or n == n_tfs:
            continue
        ms_rest = groups.apply(lambda x: np.square(x - x.mean()).sum()).sum() / (n - n_tfs)
        ms_tf = (sizes * np.square(of_tf - part.mean())).sum() / (n_tfs - 1)
        size = (n - np.square(sizes).sum() / n) / (n_tfs - 1)
        sds = np.sqrt(np.maximum([(ms_tf - ms_rest) / size, ms_rest], 0))
        lines.append((*names, of_tf.mean(), *sds, n_tfs, n))
    columns = [*GROUP, "mean", "sd_tf", "sd_rest", "n_tfs", "n_values"]
    return pd.DataFrame(lines, columns=columns)


@cache
def shown_errors(n: int) -> float:
    """How many standard errors a mean difference must be to be shown with a power of 80%.

    Exactly, for normal values and the two-sided t test at 5%, which is what a 95% interval of
    Student's t that excludes 0 amounts to. It is infinite for a single value.

    Parameters
    ----------
    n : int
        How many values the mean is of.
    """
    if n < 2:
        return np.inf
    limit = stats.t.ppf(0.975, n - 1)

    def lacks(errors: float) -> float:
        return float(stats.nct.sf(limit, n - 1, errors)) - _POWER  # the other end is never reached

    return float(optimize.brentq(lacks, 1, 2 * limit))


def shown_splits(sd: float, difference: float) -> float:
    """How many splits it takes to show a difference with a power of 80%; NaN if it is no gain.

    Parameters
    ----------
    sd : float
        Standard deviation of the difference over splits.
    difference : float
        The mean that is to be shown.
    """
    if not difference > 0:
        return np.nan
    normal = stats.norm.ppf(0.975) + stats.norm.ppf(_POWER)  # which is what it takes at least
    n = max(2, int(np.ceil((normal * sd / difference) ** 2)))
    while shown_errors(n) * sd > difference * np.sqrt(n):
        n += 1
    return float(n)


def power(
    rows: pd.DataFrame,
    table: pd.DataFrame,
    targets: pd.DataFrame,
    method: str = "InfoSEM-B",
    against: str = "DeepSEM",
) -> pd.DataFrame:
    """How much data it takes to see the paper's difference of two methods.

    For the two-sided t test at 5% with a power of 80% (`shown_errors`), from the standard deviation
    of the paired difference over our splits, as if splits did not overlap.

    Parameters
    ----------
    rows, table, targets : DataFrame
        From `runs.results`, `within` and `within_targets`.
    method, against : str

    Returns
    -------
    DataFrame
        One row per network and data set: paper (its difference in AUPRC; NaN where it has none),
        ours and sd (mean and standard deviation of ours over splits), n_splits (ours), smallest
        (the difference that as many splits could show), splits (needed for the paper's), tfs
        (unseen TFs on these, were they all different), of_tfs (about the TFs that there are),
        within, within_smallest and n_tfs (the same within TFs: our difference in gain, the smallest
        that our TFs could show, and their number; the interval there is one of resampling, which
        shows somewhat smaller ones where TFs are few).
    """
    place = ["network", "dataset"]
    n_unseen = targets.groupby(place)["n_tfs"].first().to_dict()
    inside = {
        (line["network"], line["dataset"]): line
        for line in paired_within(table, method, against).to_dict("records")
    }
    lines = []
    for (network, dataset), part in rows.groupby(place, sort=False):
        wide = part.pivot_table("unseen_auprc", "split", "method")
        if not {method, against} <= set(wide):
            continue
        difference = (wide[method] - wide[against]).dropna()
        paper = _paper_difference(str(network), str(dataset), method, against)
        sd, n = difference.std(), len(difference)
        needed = shown_splits(sd, paper)
        tfs, here = n_unseen[network, dataset], inside[network, dataset]
        n_tfs = int(here["n_tfs"])
        lines.append(
            {
                "network": network,
                "dataset": dataset,
                "paper": paper,
                "ours": difference.mean(),
                "sd": sd,
                "n_splits": n,
                "smallest": shown_errors(n) * sd / np.sqrt(n),
                "splits": needed,
                "tfs": needed * tfs,
                "of_tfs": N_GROUPS * tfs,
                "within": here["difference"],
                "within_smallest": shown_errors(n_tfs) * here["sd"] / np.sqrt(n_tfs),
                "n_tfs": n_tfs,
            }
        )
    return pd.DataFrame(lines)


def _paper_difference(network: str, dataset: str, method: str, against: str) -> float:
    """Of the AUPRC of two methods, as the paper prints them; NaN where it does not."""
    if network not in _SOURCES:
        return np.nan
    theirs = reported(_SOURCES[network])
    own = theirs[(theirs["quantity"] == "AUPRC") & (theirs["dataset"] == dataset)]
    auprc = own.set_index("method")["value"]
    return float(auprc.get(method, np.nan) - auprc.get(against, np.nan))


def describe_power(table: pd.DataFrame) -> str:
    """Which of the paper's differences could be shown, in words: `power`."""
    known = table.dropna(subset="paper")
    if not len(known):
        return "The paper has no such difference on these data."
    wanting = known[~(known["tfs"] <= known["of_tfs"])]
    columns = ["network", "dataset", "paper", "tfs", "of_tfs"]
    names = listed(
        f"{dataset}, {network} (paper {paper:+.3f}"
        + ("" if np.isnan(tfs) else f": {tfs:.0f} TFs, there are about {of_tfs:.0f}")
        + ")"
        for network, dataset, paper, tfs, of_tfs in wanting[columns].to_numpy()
    )
    return (
        f"Of {len(known)} of the paper's differences, {len(known) - len(wanting)} could be shown "
        "with a power of 80% by testing every TF once. The others take more TFs than there are, or "
        f"are no gain: {names}."
    )
