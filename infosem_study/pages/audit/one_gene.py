"""What one gene of a pair tells: scores that look at the TF alone, or at the target alone."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from infosem.data import Dataset
from infosem.splits import Split
from infosem_study.baselines.correlation import standardised
from infosem_study.execution import scores_of
from infosem_study.pages.audit.block import Block
from infosem_study.pages.audit.measures import Floats, average_precisions, gain
from infosem_study.pages.audit.runs import first_seed, kept, random_rows
from infosem_study.pages.audit.text import listed
from infosem_study.presets import method_for
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store
from infosem_study.variants import base_name, load

__all__ = ["describe_shortcuts", "features", "shortcut_means", "shortcuts"]

_SHORTCUTS = {"feature": str, "role": str, "sign": str, "train_auprc": float, "auprc": float,
              "tf_gain": float, "target_gain": float}  # fmt: skip


def shortcuts(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """Scores that look at one gene of a pair only, and at no label.

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
        One row per network, dataset, split, feature, role ("TF" or "target": whose feature it is)
        and sign ("+": more is likelier): train_auprc (AUPRC of the training edges of the split),
        auprc (of its unseen block), tf_gain and target_gain (mean `measures.gain` within TFs and
        within targets).

    Raises
    ------
    InfosemError
        As `derived.derive`, without rows of Random, and if no TF of a split has enough positives
        and negatives.
    """

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        dataset, split, _ = scores_of(store, run)
        method = method_for("InfoSEM-B", base_name(dataset.name), run["network"])
        embedding = method.settings["embedding"]
        with_text = load(run["dataset"], run["network"], embedding=embedding)
        return _shortcuts_of(dataset, split, features(with_text, embedding))

    return kept(store, "shortcuts", _SHORTCUTS, random_rows(rows), compute, runner=runner)


def features(dataset: Dataset, embedding: str) -> dict[str, Floats]:
    """What can be known of a gene alone, without labels: one number per gene, by name.

    Parameters
    ----------
    dataset : Dataset
    embedding : str
        One of its embeddings, of text; its number is the cosine of the vector of a gene with the
        mean vector.

    Returns
    -------
    dict of str to ndarray of float, shape (n_genes,)
    """
    x = dataset.expression
    scaled = standardised(dataset, "mean absolute correlation")
    vectors = np.asarray(dataset.embeddings[embedding], dtype=np.float64)
    centroid = vectors.mean(axis=0)
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(centroid)
    return {
        "mean expression": x.mean(axis=1),
        "variance of expression": x.var(axis=1),
        "share of zeros": (x == 0).mean(axis=1),
        "mean |correlation|": np.abs(scaled @ scaled.T / x.shape[1]).mean(axis=1),
        "closeness to the mean text": vectors @ centroid / np.where(lengths > 0, lengths, 1),
        "length of the symbol": np.array([len(name) for name in dataset.genes], dtype=float),
    }


def _shortcuts_of(dataset: Dataset, split: Split, of_gene: Mapping[str, Floats]) -> pd.DataFrame:
    block, train = Block(dataset, split), split.train
    lines = []
    for (feature, value), role, sign in product(of_gene.items(), ("TF", "target"), "+-"):
        signed = value if sign == "+" else -value
        scores = signed[dataset.tfs][:, np.newaxis] if role == "TF" else signed
        scores = np.broadcast_to(scores, dataset.network.shape)
        own = block.of(scores)
        by_tf = block.within_tfs(own)
        lines.append(
            {
                "feature": feature,
                "role": role,
                "sign": sign,
                "train_auprc": average_precisions(dataset.network[train], scores[train]),
                "auprc": average_precisions(block.labels.ravel(), own.ravel()),
                "tf_gain": gain(by_tf["auprc"], by_tf["n_positive"], by_tf["n_pairs"]).mean(),
                "target_gain": block.within_targets(own)[1],
            }
        )
    return pd.DataFrame(lines)


def shortcut_means(table: pd.DataFrame) -> pd.DataFrame:
    """Means over splits of shortcuts, and of those that training edges choose.

    Parameters
    ----------
    table : DataFrame
        From `shortcuts`.

    Returns
    -------
    DataFrame
        One row per network, data set, feature, role and sign: means over splits of auprc, tf_gain
        and target_gain. Besides "+" and "-" there is the sign "by training edges", chosen on every
        split by the AUPRC of its training edges: a shortcut that uses labels. The feature "any",
        role "any", is chosen so among all.
    """
    names = ["network", "dataset", "feature", "role", "sign"]
    split = ["network", "dataset", "split"]
    by_sign = table.sort_values("train_auprc", ascending=False, kind="stable")
    labelled = by_sign.groupby([*split, "feature", "role"], sort=False).head(1)
    best = by_sign.groupby(split, sort=False).head(1).assign(feature="any", role="any")
    chosen = pd.concat([labelled, best]).assign(sign="by training edges")
    values = ["auprc", "tf_gain", "target_gain"]
    both = pd.concat([table, chosen])
    order = both[names].drop_duplicates()
    return order.merge(both.groupby(names)[values].mean().reset_index(), on=names)


def describe_shortcuts(table: pd.DataFrame, rows: pd.DataFrame) -> str:
    """Which shortcuts are as good as the models, in words.

    Parameters
    ----------
    table : DataFrame
        From `shortcut_means`.
    rows : DataFrame
        From `runs.results`.
    """
    texts = []
    means = first_seed(rows).pivot_table("unseen_auprc", ["network", "dataset"], "method")
    means = means.filter(["DeepSEM", "InfoSEM-B", "InfoSEM-BC"])
    for (network, dataset), part in table.groupby(["network", "dataset"], sort=False):
        free = part[part["sign"] != "by training edges"]
        first = free.sort_values("auprc").iloc[-1]
        best = part[part["feature"] == "any"].iloc[0]
        models = means.loc[[(network, dataset)]].iloc[0]
        beaten = [f"{name} ({auprc:.3f})" for name, auprc in models.items()
                  if best["auprc"] >= auprc]  # fmt: skip
        by_tf = free.sort_values("tf_gain").iloc[-1]
        of_tf = part[part["role"] == "TF"].pivot(index="feature", columns="sign", values="auprc")
        taught = (of_tf["by training edges"] - of_tf[["+", "-"]].mean(axis=1)).mean()
        texts.append(
            f"{dataset} ({network}): the best shortcut is the {first['role']}'s "
            f"{first['feature']} ({first['sign']}), with an AUPRC of {first['auprc']:.3f}, "
            "chosen on the test itself. The one that training edges choose has "
            f"{best['auprc']:.3f} and reaches {listed(beaten)}. Choosing the sign of a TF's "
            "feature by training edges and not by a coin changes the AUPRC by "
            f"{taught:+.3f}. Within TFs the highest gain is {by_tf['tf_gain']:+.3f} "
            f"({by_tf['role']}'s {by_tf['feature']}, {by_tf['sign']})."
        )
    return "\n".join(texts)
