"""How far luck goes: what scores without information get."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from infosem.metrics import hit_at
from infosem_study.execution import scores_of
from infosem_study.pages.audit.block import Block
from infosem_study.pages.audit.measures import Floats, average_precisions, chunks
from infosem_study.pages.audit.runs import kept, random_rows
from infosem_study.pages.audit.text import by_dataset, listed
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store

__all__ = ["describe_nulls", "null_table", "nulls"]

_N_DRAWS = 200
_NULLS = {"block": str, "kind": str, "measure": str, "mean": float, "sd": float, "low": float,
          "median": float, "high": float}  # fmt: skip


def nulls(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """What scores without information get on the unseen block, in 200 draws of each kind.

    Parameters
    ----------
    store : Store
        In whose folder the file is.
    rows : DataFrame
        From `results`; with Random.
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        network, dataset, block, kind, measure, mean, sd, low, median and high (2.5%, 50% and 97.5%
        quantiles). A block is a split, or several with blanks between: the mean over these, where
        the constants of a draw are those of the TFs and targets on all splits. The kinds are "one
        constant", "noise", "TF constant", "target constant" and "sum" of the last two; the
        measures "AUPRC", "AUPRC, ties broken" (mean over the orders of equal scores) and "Hit@1%".

    Raises
    ------
    InfosemError
        As `derived.derive`, and without rows of Random.
    """
    chosen = random_rows(rows)
    first = chosen[chosen["split"] == chosen["split"].min()]
    parts = []
    for network, part in first.groupby("network", sort=False):
        own = chosen[chosen["network"] == network]
        splits = {
            str(dataset): [int(split) for split in of_dataset["split"].unique()]
            for dataset, of_dataset in own.groupby("dataset", sort=False)
        }
        blocks = {
            dataset: [*dict.fromkeys([*map(str, seeds), " ".join(map(str, seeds))])]
            for dataset, seeds in splits.items()
        }

        def compute(
            run: Mapping[str, Any], splits: Mapping[str, list[int]] = splits
        ) -> pd.DataFrame:
            return _drawn(store, run, splits[run["dataset"]])

        parts.append(
            kept(store, "nulls", _NULLS, part, compute, runner=runner, only=("block", blocks))
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _drawn(store: Store, run: Mapping[str, Any], splits: Sequence[int]) -> pd.DataFrame:
    values: dict[tuple[str, str], list[Floats]] = {}
    for seed in splits:
        dataset, split, _ = scores_of(store, {**run, "split": seed})
        block, rng = Block(dataset, split), np.random.default_rng([*b"noise", seed])
        constants = np.random.default_rng([*b"nulls"])  # the same on all splits
        of_tf = constants.random((_N_DRAWS, dataset.n_tfs, 1))[:, block.tfs]
        of_target = constants.random((_N_DRAWS, 1, dataset.n_genes))[:, :, block.targets]
        found: dict[tuple[str, str], list[float]] = {}
        for part in chunks(_N_DRAWS, block.labels.size):
            shape = (part.stop - part.start, *block.labels.shape)
            kinds = {
                "one constant": np.zeros(shape),
                "noise": rng.random(shape),
                "TF constant": np.broadcast_to(of_tf[part], shape),
                "target constant": np.broadcast_to(of_target[part], shape),
                "sum": of_tf[part] + of_target[part],
            }
            labels = block.labels.ravel()
            for kind, drawn in kinds.items():
                scores = drawn.reshape(-1, labels.size)
                measured = {
                    "AUPRC": average_precisions(labels, scores),
                    "AUPRC, ties broken": average_precisions(labels, scores, broken=True),
                    "Hit@1%": np.array([hit_at(labels, line) for line in scores]),
                }
                for measure, value in measured.items():
                    found.setdefault((kind, measure), []).extend(value)
        for name, of_draws in found.items():
            values.setdefault(name, []).append(np.array(of_draws))
    lines = []
    for (kind, measure), by_split in values.items():
        blocks = {str(seed): value for seed, value in zip(splits, by_split, strict=True)}
        blocks[" ".join(map(str, splits))] = np.mean(by_split, axis=0)
        for block_name, value in blocks.items():
            low, median, high = np.quantile(value, [0.025, 0.5, 0.975])
            lines.append(
                (block_name, kind, measure, value.mean(), value.std(ddof=1), low, median, high)
            )
    return pd.DataFrame(lines, columns=[*_NULLS])


def _whole(table: pd.DataFrame) -> pd.DataFrame:
    """Lines of `nulls` for the mean over all splits: of the longest block of a data set."""
    length = table["block"].str.count(" ")
    return table[length == length.groupby([table["network"], table["dataset"]]).transform("max")]


def null_table(table: pd.DataFrame) -> pd.DataFrame:
    """`nulls` of the mean over splits, as a table to read.

    Returns
    -------
    DataFrame
        A row a network, kind and measure, a column a data set: mean and, in brackets, 95% range
        over draws.
    """
    whole = _whole(table)
    shown = [
        f"{mean:.3f}" if high - low < 1e-9 else f"{mean:.3f} [{low:.3f}, {high:.3f}]"
        for mean, low, high in whole[["mean", "low", "high"]].to_numpy()
    ]
    # Without ties, breaking them changes nothing.
    same = whole["kind"].isin(["noise", "sum"]) & (whole["measure"] == "AUPRC, ties broken")
    return by_dataset(whole.assign(text=shown)[~same], ["network", "kind", "measure"])


def describe_nulls(table: pd.DataFrame) -> str:
    """How far luck alone goes, in words: for the mean over all splits, by network."""
    texts = []
    for network, whole in _whole(table).groupby("network", sort=False):

        def told(
            kind: str, column: str = "mean", measure: str = "AUPRC", less: str = "one constant",
            whole: pd.DataFrame = whole,
        ) -> str:  # fmt: skip
            by_name = whole.set_index("dataset")
            own = by_name[(by_name["kind"] == kind) & (by_name["measure"] == measure)]
            base = by_name[(by_name["kind"] == less) & (by_name["measure"] == "AUPRC")]
            values = own[column] - base["mean"]
            return listed(f"{name} {value:+.3f}" for name, value in values.items())

        sds = whole[whole["measure"] == "AUPRC"].pivot(index="dataset", columns="kind", values="sd")
        ratios = (sds["TF constant"] / sds["noise"]).loc[whole["dataset"].unique()]
        wider = listed(f"{name} {ratio:.1f} times" for name, ratio in ratios.items())
        broken = told("TF constant", measure="AUPRC, ties broken", less="TF constant")
        texts.append(
            f"{network}, AUPRC beyond the share of positives:\n"
            f"  noise, mean: {told('noise')}\n"
            f"  TF constant, mean: {told('TF constant')}\n"
            f"  TF constant, the luckiest 2.5% of draws: {told('TF constant', 'high')}\n"
            f"  target constant, the luckiest 2.5% of draws: {told('target constant', 'high')}\n"
            f"  what breaking ties adds to the mean of TF constants: {broken}\n"
            f"  the range of TF constants is wider than that of noise: {wider}"
        )
    return "\n".join(texts)
