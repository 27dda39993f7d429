"""How far luck goes: what scores without information get."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from infosem.data import Dataset
from infosem.metrics import hit_at
from infosem.splits import Split
from infosem_study.execution import scores_of
from infosem_study.nulls import BROKEN, N_DRAWS, draws, tf_counts
from infosem_study.pages.audit.block import Block
from infosem_study.pages.audit.measures import Floats, average_precisions, chunks
from infosem_study.pages.audit.runs import kept, random_rows
from infosem_study.pages.audit.text import by_dataset, listed
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store

__all__ = ["describe_nulls", "format_nulls", "mean_over_splits", "nulls"]

_N_DRAWS = 200  # of what needs every pair; constants per TF are cheap
_KINDS = ("one constant", "noise", "TF constant", "target constant", "sum")
_NULLS = {"block": str, "kind": str, "measure": str, "mean": float, "sd": float, "low": float,
          "median": float, "high": float}  # fmt: skip


def nulls(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """What scores without information get on the unseen block.

    Parameters
    ----------
    store : Store
        In whose folder the table is kept.
    rows : DataFrame
        From `runs.results`; with Random.
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        One row per network, dataset, block, kind and measure: mean, sd, low, median and high (2.5%,
        50% and 97.5% quantiles of the draws), n_draws, and n_splits of the block. A block is a
        split, or all of them, with blanks between: the mean over these, where the constants of a
        draw are those of the TFs and targets on all splits. The kinds are "one constant", "noise",
        "TF constant", "target constant" and "sum" of the last two; the measures "AUPRC", "AUPRC,
        ties broken" (mean over the orders of equal scores) and "Hit@1%". TF constants are those of
        `nulls.draws`, as in every table and figure of the book. Of the others, which need every
        pair of a block, there are fewer draws.

    Raises
    ------
    InfosemError
        As `derived.derive` and `nulls.tf_counts`, and without rows of Random.
    """
    parts = [_of_tfs(tf_counts(store, random_rows(rows), runner=runner))]
    for _, own in random_rows(rows).groupby("network", sort=False):
        splits = {
            str(dataset): [int(split) for split in np.unique(part["split"])]
            for dataset, part in own.groupby("dataset", sort=False)
        }
        blocks = {name: [*map(_name, _blocks(seeds))] for name, seeds in splits.items()}
        first = own[own["split"] == own["split"].min()]  # the run that stands for all splits
        table = kept(store, "nulls", _NULLS, first, partial(_drawn, store, splits),
                     only=("block", blocks), runner=runner)  # fmt: skip
        parts.append(table.assign(n_draws=_N_DRAWS))
    both = pd.concat(parts, ignore_index=True)
    both = both.assign(n_splits=both["block"].str.count(" ") + 1)
    order = {column: list(dict.fromkeys(rows[column])) for column in ("network", "dataset")}
    order |= {"kind": list(_KINDS)}
    both = both.sort_values(
        ["network", "dataset", "n_splits", "block", "kind"], kind="stable", ignore_index=True,
        key=lambda values: values.map(order[values.name].index) if values.name in order else values,
    )  # fmt: skip
    return both[["network", "dataset", *_NULLS, "n_draws", "n_splits"]]


def _of_tfs(counts: pd.DataFrame) -> pd.DataFrame:
    """The lines of `nulls` of constants per TF."""
    drawn = draws(counts[counts["test"] == "unseen"], broken=True)
    lines = []
    for (network, dataset, measure), own in drawn.groupby(["network", "dataset", "metric"]):
        by_split = own.droplevel(["network", "dataset", "test", "metric"])
        for block in _blocks([*by_split.index]):
            summary = _summary(by_split.loc[[*block]].mean(axis=0).to_numpy())
            lines.append((network, dataset, _name(block), "TF constant", measure, *summary))
    columns = ["network", "dataset", *_NULLS]
    table = pd.DataFrame(lines, columns=columns).assign(n_draws=N_DRAWS)
    order = ["AUPRC", BROKEN, "Hit@1%"]  # as of the other kinds
    return table.sort_values("measure", key=lambda names: names.map(order.index), kind="stable")


def _summary(values: Floats) -> tuple[float, ...]:
    low, median, high = np.quantile(values, [0.025, 0.5, 0.975])
    return values.mean(), values.std(ddof=1), low, median, high


def _blocks(splits: Sequence[int]) -> list[Sequence[int]]:
    """Each split, and all of them."""
    return [*([split] for split in splits), *([splits] if len(splits) > 1 else [])]


def _name(block: Sequence[int]) -> str:
    return " ".join(map(str, block))


def _drawn(
    store: Store, splits: Mapping[str, Sequence[int]], run: Mapping[str, Any]
) -> pd.DataFrame:
    """The lines of `nulls` of one data set, of which `run` is a run on any split."""
    seeds = splits[run["dataset"]]
    by_split = {}
    for seed in seeds:
        dataset, split, _ = scores_of(store, {**run, "split": seed})
        by_split[seed] = _drawn_on(dataset, split)
    lines = []
    for kind, measure in by_split[seeds[0]]:
        for block in _blocks(seeds):
            values = np.mean([by_split[seed][kind, measure] for seed in block], axis=0)
            lines.append((_name(block), kind, measure, *_summary(values)))
    return pd.DataFrame(lines, columns=[*_NULLS])


def _drawn_on(dataset: Dataset, split: Split) -> dict[tuple[str, str], list[float]]:
    """What every draw gets on one split, by kind and measure."""
    block, noise = Block(dataset, split), np.random.default_rng([*b"noise", split.seed])
    constants = np.random.default_rng([*b"nulls"])  # the same on all splits
    of_tf = constants.random((_N_DRAWS, dataset.n_tfs, 1))[:, block.tfs]
    of_target = constants.random((_N_DRAWS, 1, dataset.n_genes))[:, :, block.targets]
    labels = block.labels.ravel()
    found: dict[tuple[str, str], list[float]] = {}
    for part in chunks(_N_DRAWS, labels.size):
        shape = (part.stop - part.start, *block.labels.shape)
        kinds = {
            "one constant": np.zeros(shape),
            "noise": noise.random(shape),
            "target constant": np.broadcast_to(of_target[part], shape),
            "sum": of_tf[part] + of_target[part],
        }
        for kind, drawn in kinds.items():
            scores = drawn.reshape(-1, labels.size)
            measured = {
                "AUPRC": average_precisions(labels, scores),
                BROKEN: average_precisions(labels, scores, broken=True),
                "Hit@1%": np.array([hit_at(labels, line) for line in scores]),
            }
            for measure, values in measured.items():
                found.setdefault((kind, measure), []).extend(values)
    return found


def mean_over_splits(table: pd.DataFrame) -> pd.DataFrame:
    """Lines of `nulls` for the mean over all splits of a data set."""
    most = table.groupby(["network", "dataset"])["n_splits"].transform("max")
    return table[table["n_splits"] == most]


def format_nulls(table: pd.DataFrame) -> pd.DataFrame:
    """`nulls` of the mean over splits, as a table to read.

    Returns
    -------
    DataFrame
        One row per network, kind, number of draws and measure, and one column per data set: mean
        and, in brackets, 95% range over draws.
    """
    whole = mean_over_splits(table)
    shown = [
        f"{mean:.3f}" if high - low < 1e-9 else f"{mean:.3f} [{low:.3f}, {high:.3f}]"
        for mean, low, high in whole[["mean", "low", "high"]].to_numpy()
    ]
    # Without ties, breaking them changes nothing.
    same = whole["kind"].isin(["noise", "sum"]) & (whole["measure"] == BROKEN)
    lines = whole.assign(text=shown).rename(columns={"n_draws": "draws"})[~same]
    return by_dataset(lines, ["network", "kind", "draws", "measure"])


def describe_nulls(table: pd.DataFrame) -> str:
    """How far luck alone goes, in words: for the mean over all splits, by network."""
    texts = []
    for network, whole in mean_over_splits(table).groupby("network", sort=False):
        auprc = whole[whole["measure"] == "AUPRC"]
        broken = whole[whole["measure"] == BROKEN]
        share = _of_kind(auprc, "one constant", "mean")
        of_tfs = _of_kind(auprc, "TF constant", "mean")
        ratios = _of_kind(auprc, "TF constant", "sd") / _of_kind(auprc, "noise", "sd")
        lucky_tfs = _of_kind(auprc, "TF constant", "high") - share
        lucky_targets = _of_kind(auprc, "target constant", "high") - share
        ties = _of_kind(broken, "TF constant", "mean") - of_tfs
        texts.append(
            f"{network}, AUPRC beyond the share of positives:\n"
            f"  noise, mean: {_each(_of_kind(auprc, 'noise', 'mean') - share)}\n"
            f"  TF constant, mean: {_each(of_tfs - share)}\n"
            f"  TF constant, the highest 2.5% of draws: {_each(lucky_tfs)}\n"
            f"  target constant, the highest 2.5% of draws: {_each(lucky_targets)}\n"
            f"  what breaking ties adds to the mean of TF constants: {_each(ties)}\n"
            "  the range of TF constants is wider than that of noise: "
            f"{_each(ratios, '{:.1f} times')}"
        )
    return "\n".join(texts)


def _of_kind(whole: pd.DataFrame, kind: str, column: str) -> "pd.Series[float]":
    """A column of one kind of scores, by data set."""
    return whole[whole["kind"] == kind].set_index("dataset")[column]


def _each(values: "pd.Series[float]", form: str = "{:+.3f}") -> str:
    return listed(f"{name} {form.format(value)}" for name, value in values.items())
