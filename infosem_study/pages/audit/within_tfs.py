"""Who ranks the targets of a TF well, and not only the TFs: scores that shortcuts cannot win."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from infosem_study.execution import scores_of
from infosem_study.nulls import UNINFORMED
from infosem_study.pages.audit.block import Block
from infosem_study.pages.audit.measures import chance
from infosem_study.pages.audit.runs import GROUP, every_seed, kept
from infosem_study.pages.audit.text import by_dataset, listed
from infosem_study.scheduling import HERE, Runner
from infosem_study.statistics import estimate
from infosem_study.store import Store

__all__ = [
    "MEASURES",
    "describe_within",
    "format_within",
    "paired_within",
    "within",
    "within_summary",
    "within_targets",
]

MEASURES = ("pooled", "within TFs", "own TF", "within targets")
"""The four scores of `within_summary`, each a gain: 0 is chance and 1 is perfect."""

_WITHIN = {"tf": str, "n_positive": int, "n_pairs": int, "auprc": float, "others": float}
_TARGETS = {"n_tfs": int, "n_targets": int, "target_gain": float}


def within(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """AUPRC within each unseen TF with enough pairs of both classes.

    Parameters
    ----------
    store : Store
        In whose folder the table is kept.
    rows : DataFrame
        From `runs.results`; all training seeds count.
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        One row per run and TF: network, dataset, method, split, seed, key, the columns of
        `Block.within_tfs`, gain (`measures.gain` of auprc) and specific. The last is what the TF's
        own row has more than `others`, the rows of the other TFs on its labels, on the scale of the
        gain. What is the same for all TFs, as a good ranking of targets is, cannot win there;
        neither can what is the same for all targets, nor their sum.

    Raises
    ------
    InfosemError
        As `derived.derive`, and if no TF of a split has enough positives and negatives.
    """

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        dataset, split, scores = scores_of(store, run)
        block = Block(dataset, split)
        return block.within_tfs(block.of(scores))

    table = kept(store, "audit", _WITHIN, rows, compute, by_seed=True, runner=runner)
    base = chance(table["n_positive"], table["n_pairs"])
    return table.assign(
        gain=(table["auprc"] - base) / (1 - base),
        specific=(table["auprc"] - table["others"]) / (1 - base),
    )


def within_targets(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """How well each run ranks the TFs of a target.

    Parameters
    ----------
    store, rows, runner
        As for `within`.

    Returns
    -------
    DataFrame
        One row per run: network, dataset, method, split, seed, key, n_tfs (unseen), n_targets
        and target_gain (`Block.within_targets`).

    Raises
    ------
    InfosemError
        As `derived.derive`.
    """

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        dataset, split, scores = scores_of(store, run)
        block = Block(dataset, split)
        line = (len(block.tfs), *block.within_targets(block.of(scores)))
        return pd.DataFrame([line], columns=[*_TARGETS])

    return kept(store, "within-targets", _TARGETS, rows, compute, by_seed=True, runner=runner)


def within_summary(rows: pd.DataFrame, table: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """The pooled score beside those within TFs and within targets, on one scale.

    Parameters
    ----------
    rows : DataFrame
        From `runs.results`.
    table : DataFrame
        From `within`.
    targets : DataFrame
        From `within_targets`.

    Returns
    -------
    DataFrame
        One row per network, data set, method and measure: mean, low and high (95% interval) and n.
        "within TFs" and "own TF" (`specific` of `within`) are means over TFs, each the mean of its
        splits, with an interval over the n TFs. "pooled" (AUPRC beyond the share of positives, as a
        part of what there is to gain) and "within targets" are means over n splits
        (`statistics.estimate`). Training seeds are averaged first.
    """
    lines = []
    for measure, value in (("within TFs", "gain"), ("own TF", "specific")):
        by_tf = table.groupby([*GROUP, "tf"], sort=False)[value].mean()
        for names, values in by_tf.groupby(GROUP, sort=False):
            lines.append((*names, measure, *_interval(values)))
    base = rows["unseen_base"]
    pooled = every_seed(rows.assign(value=(rows["unseen_auprc"] - base) / (1 - base)))
    of_targets = targets[targets["n_targets"] > 0].assign(value=targets["target_gain"])
    for measure, frame in (("pooled", pooled), ("within targets", of_targets)):
        by_split = frame.groupby([*GROUP, "split"], sort=False)["value"].mean()
        for names, values in by_split.groupby(GROUP, sort=False):
            lines.append((*names, measure, *_interval(values)))
    return pd.DataFrame(lines, columns=[*GROUP, "measure", "mean", "low", "high", "n"])


def format_within(summary: pd.DataFrame, measure: str) -> pd.DataFrame:
    """One measure of `within_summary`, as a table to read: network and method by data sets."""
    own = summary[summary["measure"] == measure]
    rounded = own[["mean", "low", "high"]].round(3) + 0.0  # no -0
    text = [
        f"{mean:+.3f}" if np.isinf(low) else f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"
        for mean, low, high in rounded.to_numpy()
    ]
    return by_dataset(own.assign(text=text), ["network", "method"])


def describe_within(summary: pd.DataFrame) -> str:
    """Who is above chance by which measure, in words."""
    texts = []
    for network, part in summary.groupby("network", sort=False):
        texts.append(f"{network}, where the 95% interval lies above 0 (data sets):")
        for measure in MEASURES:
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
        One row per network and data set: difference (mean over TFs, of means over the splits that
        both methods have), low and high (95% interval over TFs), sd (over TFs), n_tfs.
        Empty if one of the methods is not there.
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
        found = estimate(values)
        lines.append(
            {
                "network": network,
                "dataset": dataset,
                "difference": found.mean,
                "low": found.low,
                "high": found.high,
                "sd": values.std(),
                "n_tfs": found.n,
            }
        )
    return pd.DataFrame(lines)


def _interval(values: "pd.Series[float]") -> tuple[float, float, float, int]:
    found = estimate(values)
    return found.mean, found.low, found.high, found.n
