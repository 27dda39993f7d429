"""Who ranks the targets of a TF well, and not only the TFs: scores that shortcuts cannot win."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from infosem_study.execution import scores_of
from infosem_study.pages.audit.block import Block, within_tfs
from infosem_study.pages.audit.measures import chance
from infosem_study.pages.audit.runs import GROUP, UNINFORMED, first_seed, kept
from infosem_study.pages.audit.text import by_dataset, listed
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store

__all__ = ["describe_within", "format_within", "paired_within", "within", "within_summary"]

_N_RESAMPLES = 2000
_WITHIN = {"tf": str, "n_positive": int, "n_pairs": int, "auprc": float, "others": float}


def within(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """AUPRC within each unseen TF with enough pairs of both classes.

    Parameters
    ----------
    store, rows, runner
        As for `nulls`; of all methods, first training seed.

    Returns
    -------
    DataFrame
        One row a run and TF: network, dataset, method, split, key, tf, n_positive, n_pairs, auprc
        (mean over the orders of equal scores; the TF with itself is left out), others, and gain and
        specific. `others` is the mean AUPRC of the rows of the other unseen TFs on the labels of
        this one, and `specific` what its own row has more, on the scale of `gain`: what is the same
        for all TFs, as a good ranking of targets is, cannot win there, and neither can what is the
        same for all targets, nor their sum.

    Raises
    ------
    InfosemError
        As `derived.derive`, and if no TF of a split has enough positives and negatives.
    """

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        dataset, split, scores = scores_of(store, run)
        block = Block(dataset, split)
        return within_tfs(block, block.of(scores))

    table = kept(store, "audit", _WITHIN, rows, compute, runner=runner)
    base = chance(table["n_positive"], table["n_pairs"])
    return table.assign(
        gain=(table["auprc"] - base) / (1 - base),
        specific=(table["auprc"] - table["others"]) / (1 - base),
    )


def _interval(values: NDArray[Any]) -> tuple[float, float]:
    """95% interval of the mean by resampling: percentiles of the bootstrap."""
    if len(values) < 2:
        return np.nan, np.nan
    found = stats.bootstrap(
        (values,), np.mean, n_resamples=_N_RESAMPLES, method="percentile",
        rng=np.random.default_rng([*b"bootstrap"]),
    )  # fmt: skip
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def _by_tf(table: pd.DataFrame, value: str) -> pd.Series:
    """A value of `within` of each TF, its splits averaged."""
    return table.groupby([*GROUP, "tf"], sort=False)[value].mean()


def within_summary(rows: pd.DataFrame, table: pd.DataFrame, permuted: pd.DataFrame) -> pd.DataFrame:
    """The pooled score beside those within TFs and within targets, on one scale.

    Parameters
    ----------
    rows : DataFrame
        From `results`; first training seed.
    table : DataFrame
        From `within`.
    permuted : DataFrame
        From `permutations`.

    Returns
    -------
    DataFrame
        One row a network, data set, method and measure: mean, low and high (95% interval) and n.
        "within TFs" and "own TF" (`specific` of `within`) are means over TFs, each the mean of its
        splits, with an interval by resampling the n TFs. "pooled" (AUPRC beyond the share of
        positives, as a part of what there is to gain) and "within targets" are means over n splits,
        with Student's interval; splits overlap, so that it is too narrow if anything.
    """
    lines = []
    for measure, value in (("within TFs", "gain"), ("own TF", "specific")):
        for names, values in _by_tf(table, value).groupby(GROUP, sort=False):
            low, high = _interval(values.to_numpy())
            lines.append((*names, measure, values.mean(), low, high, len(values)))
    base = rows["unseen_base"]
    pooled = first_seed(rows.assign(value=(rows["unseen_auprc"] - base) / (1 - base)))
    targets = permuted[permuted["n_targets"] > 0].assign(value=permuted["target_gain"])
    for measure, frame in (("pooled", pooled), ("within targets", targets)):
        for names, values in frame.groupby(GROUP, sort=False)["value"]:
            n, mean = len(values), values.mean()
            half = stats.t.ppf(0.975, n - 1) * values.sem() if n > 1 else np.nan
            lines.append((*names, measure, mean, mean - half, mean + half, n))
    return pd.DataFrame(lines, columns=[*GROUP, "measure", "mean", "low", "high", "n"])


def format_within(summary: pd.DataFrame, measure: str) -> pd.DataFrame:
    """One measure of `within_summary`, as a table to read: network and method by data sets."""
    own = summary[summary["measure"] == measure]
    rounded = own[["mean", "low", "high"]].round(3) + 0.0  # no -0
    text = [
        f"{mean:+.3f}" if np.isnan(low) else f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"
        for mean, low, high in rounded.to_numpy()
    ]
    return by_dataset(own.assign(text=text), ["network", "method"])


def describe_within(summary: pd.DataFrame) -> str:
    """Who is above chance by which measure, in words."""
    texts = []
    for network, part in summary.groupby("network", sort=False):
        texts.append(f"{network}, where the 95% interval lies above 0 (data sets):")
        for measure in ("pooled", "within TFs", "own TF", "within targets"):
            own = part[(part["measure"] == measure) & ~part["method"].isin(UNINFORMED)]
            above = own[own["low"] > 1e-5]  # what is stored is rounded
            names = (
                f"{method} ({', '.join(found['dataset'])})"
                for method, found in above.groupby("method", sort=False)
            )
            texts.append(f"  {measure}, {len(above)} of {len(own)}: {listed(names)}")
        best = part[~part["method"].isin(UNINFORMED) & (part["measure"] == "own TF")]
        top = best.sort_values("mean").iloc[-1]
        texts.append(
            f"  The highest gain that needs the TF to be the right one: {top['mean']:+.3f}, "
            f"{top['method']} on {top['dataset']}."
        )
    return "\n".join(texts)


def paired_within(
    table: pd.DataFrame, method: str, against: str, value: str = "gain"
) -> pd.DataFrame:
    """Difference of two methods within the same TFs.

    Parameters
    ----------
    table : DataFrame
        From `within`.
    method, against : str
    value : {"gain", "specific"}

    Returns
    -------
    DataFrame
        One row a network and data set: difference (mean over TFs, of means over the splits that
        both methods have), low and high (95% interval by resampling TFs), sd (over TFs), n_tfs.
    """
    pair = table[table["method"].isin([method, against])]
    names = ["network", "dataset", "tf", "split"]
    wide = pair.pivot_table(value, names, "method", sort=False)
    if not {method, against} <= set(wide):
        return pd.DataFrame()
    difference = (wide[method] - wide[against]).dropna()
    by_tf = difference.groupby(["network", "dataset", "tf"], sort=False).mean()
    lines = []
    for (network, dataset), values in by_tf.groupby(["network", "dataset"], sort=False):
        low, high = _interval(values.to_numpy())
        lines.append(
            {
                "network": network,
                "dataset": dataset,
                "difference": values.mean(),
                "low": low,
                "high": high,
                "sd": values.std(),
                "n_tfs": len(values),
            }
        )
    return pd.DataFrame(lines)
