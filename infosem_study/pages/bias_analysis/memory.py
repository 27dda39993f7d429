"""What One-hot LR and others have learned of seen TFs: how often each is positive.

For Section 5.1 of the paper. Coefficients and predicted probabilities are derived tables
(see `derived`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats

from infosem.data import Dataset
from infosem.errors import InfosemError
from infosem.splits import Split
from infosem_study.derived import derive, runs_of
from infosem_study.execution import scores_of
from infosem_study.scheduling import HERE, Runner
from infosem_study.statistics import format_number, format_numbers
from infosem_study.store import Store
from infosem_study.variants import base_name

__all__ = [
    "LOG_ODDS",
    "coefficients",
    "format_predictions",
    "illustrated_tfs",
    "predictions",
    "probabilities",
    "rank_correlations",
    "tf_coefficients",
    "tf_probabilities",
]

Scores = NDArray[np.float64]

LOG_ODDS = ("One-hot LR", "GENELink", "scGREAT")
"""Methods whose scores are log-odds, so that they predict probabilities."""
# The caption of Figure 3: its TFs on hESC, and their shares of positives in training.
_PAPER_SHARES = {"TFAP2A": 0.89, "SNAI2": 0.06}
_COEFFICIENTS = {"tf": str, "n_train": int, "share": float, "coefficient": float}
_PROBABILITIES = {"tf": str, "probability": float}


# --- from scores ----------------------------------------------------------------------------------


def tf_coefficients(dataset: Dataset, split: Split, scores: Scores) -> pd.DataFrame:
    """One-hot LR's coefficient of each seen TF, beside its share of positives in training.

    The log-odds are an intercept plus the coefficient of the TF plus that of the target, so that
    the difference of two rows is the difference of two TFs' coefficients. They are centred on the
    seen TFs: the penalty is on the coefficients and not on the intercept, hence those of the TFs
    with training pairs sum to zero, and the centred ones are the coefficients themselves.

    Parameters
    ----------
    dataset : Dataset
    split : Split
    scores : ndarray of float, shape (n_tfs, n_genes)
        Log-odds of One-hot LR, trained on the training pairs of the split.

    Returns
    -------
    DataFrame
        One row per seen TF, in the order of the data set: tf, n_train (training pairs), share (of
        them that are positive) and coefficient (log-odds).

    Raises
    ------
    InfosemError
        If the scores are not a sum of a number for the TF and one for the target.

    References
    ----------
    InfoSEM, Section 5.1 and Figure 3 (b).
    """
    of_tf, of_target = scores.mean(axis=1), scores.mean(axis=0)
    additive = of_tf[:, np.newaxis] + of_target - scores.mean()
    if not np.allclose(scores, additive, rtol=0, atol=1e-6 * max(1.0, np.ptp(scores))):
        raise InfosemError(
            f"scores on {dataset.name}: not a sum over the TF and the target, so there are no "
            "coefficients to be had; give the scores of One-hot LR"
        )
    seen = split.train.any(axis=1)
    n_train = split.train.sum(axis=1)[seen]
    return pd.DataFrame(
        {
            "tf": dataset.tf_names[seen],
            "n_train": n_train,
            "share": (dataset.network & split.train).sum(axis=1)[seen] / n_train,
            "coefficient": of_tf[seen] - of_tf[seen].mean(),
        }
    )


def tf_probabilities(
    dataset: Dataset, split: Split, scores: Scores, tfs: Sequence[str]
) -> pd.DataFrame:
    """Predicted probabilities of the seen test pairs of some TFs.

    Parameters
    ----------
    dataset : Dataset
    split : Split
    scores : ndarray of float, shape (n_tfs, n_genes)
        Log-odds.
    tfs : sequence of str
        Names of seen TFs.

    Returns
    -------
    DataFrame
        One row per pair: tf and probability, ascending within a TF; the targets are not named.

    Raises
    ------
    InfosemError
        If a TF has no pair in the seen test.

    References
    ----------
    InfoSEM, Section 5.1 and Figure 3 (c).
    """
    parts = []
    for name in tfs:
        row = np.flatnonzero(dataset.tf_names == name)
        pairs = scores[row][split.seen[row]]
        if not len(pairs):
            raise InfosemError(
                f"tfs: {name} has no seen test pair on {dataset.name}, split {split.seed}; choose "
                "a seen TF"
            )
        parts.append(pd.DataFrame({"tf": name, "probability": np.sort(special.expit(pairs))}))
    return pd.concat(parts, ignore_index=True)


# --- derived tables -------------------------------------------------------------------------------


def coefficients(store: Store, rows: pd.DataFrame, *, runner: Runner = HERE) -> pd.DataFrame:
    """`tf_coefficients` of every One-hot LR run, computing and storing what is not stored.

    Parameters
    ----------
    store : Store
        In whose folder the files are.
    rows : DataFrame
        From `comparison.compare`; with One-hot LR.
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        One row per data set, split and seen TF: dataset, key, method, split and the columns of
        `tf_coefficients`, floats to 6 significant digits.

    Raises
    ------
    InfosemError
        If a file is broken or stale (a line of it has the key of another run), or something is
        missing and cannot be made (see `scheduling.Runner`); or because the run gives other metrics
        now than those in the ledger.
    """

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        return tf_coefficients(*scores_of(store, run))

    runs = runs_of(rows, ["One-hot LR"])
    return derive(store, "coefficients", _COEFFICIENTS, runs, compute, runner=runner)


def probabilities(
    store: Store,
    rows: pd.DataFrame,
    tfs: Mapping[str, Sequence[str]],
    methods: Sequence[str] = LOG_ODDS[:2],
    *,
    split: int = 0,
    runner: Runner = HERE,
) -> pd.DataFrame:
    """`tf_probabilities` on one split, computing and storing what is not stored.

    Parameters
    ----------
    store : Store
        In whose folder the files are.
    rows : DataFrame
        From `comparison.compare`; runs that are not among them are left out.
    tfs : mapping of str to sequence of str
        The TFs of each data set (`illustrated_tfs`).
    methods : sequence of str
        Some of `LOG_ODDS`. On hESC, a run takes seconds, a minute and ten minutes.
    split : int
    runner : Runner
        Whether and where to compute.

    Returns
    -------
    DataFrame
        One row per data set, method and pair: dataset, key, method, split, tf and probability.

    Raises
    ------
    InfosemError
        As `coefficients`, and if the scores of a method are no log-odds.
    """
    if wrong := [name for name in methods if name not in LOG_ODDS]:
        raise InfosemError(f"methods: {wrong} give no log-odds; choose from {list(LOG_ODDS)}")

    def compute(run: Mapping[str, Any]) -> pd.DataFrame:
        return tf_probabilities(*scores_of(store, run), tfs[run["dataset"]])

    runs = runs_of(rows[rows["split"] == split], methods)
    return derive(
        store, "probabilities", _PROBABILITIES, runs, compute, only=("tf", tfs), runner=runner
    )


# --- tables ---------------------------------------------------------------------------------------


def rank_correlations(coefs: pd.DataFrame) -> pd.DataFrame:
    """Spearman's rank correlation of TFs' coefficients with their shares, for each split.

    Parameters
    ----------
    coefs : DataFrame
        From `coefficients`.

    Returns
    -------
    DataFrame
        dataset, split, tfs (their number), rho, and range, the largest coefficient less the
        smallest (log-odds).
    """
    lines = []
    for (dataset, split), part in coefs.groupby(["dataset", "split"], sort=False):
        lines.append(
            {
                "dataset": dataset,
                "split": split,
                "tfs": len(part),
                "rho": float(stats.spearmanr(part["coefficient"], part["share"]).statistic),
                "range": np.ptp(part["coefficient"]),
            }
        )
    return pd.DataFrame(lines)


def illustrated_tfs(coefs: pd.DataFrame, *, split: int = 0) -> dict[str, tuple[str, str]]:
    """Two TFs of each data set, the first with many positives and the second with few.

    The paper's TFAP2A and SNAI2 on hESC where both are seen on the split, else those with the
    highest and the lowest share of positives in training (of equal ones the first by name).

    Parameters
    ----------
    coefs : DataFrame
        From `coefficients`.
    split : int
    """
    chosen = {}
    for dataset, part in coefs[coefs["split"] == split].groupby("dataset", sort=False):
        high, low = tuple(_PAPER_SHARES)
        shares = part.sort_values("tf").set_index("tf")["share"]
        if base_name(str(dataset)) != "hESC" or not {high, low} <= set(shares.index):
            high, low = str(shares.idxmax()), str(shares.idxmin())
        chosen[str(dataset)] = (high, low)
    return chosen


def predictions(coefs: pd.DataFrame, probs: pd.DataFrame) -> pd.DataFrame:
    """How the predicted probabilities of a TF's seen test pairs follow its training pairs.

    Parameters
    ----------
    coefs, probs : DataFrame
        From `coefficients` and `probabilities`.

    Returns
    -------
    DataFrame
        One row per data set, split, TF and method: pairs, mean and sd (of the probabilities),
        positive (part of the pairs with a probability above 1/2), share (of positives in training),
        paper_share (NaN where the paper names none), and as_trained, the part of the pairs whose
        probability lies on the side of 1/2 on which the share does.
    """
    pairs = probs.assign(positive=probs["probability"] > 0.5)
    groups = pairs.groupby(["dataset", "split", "tf", "method"], sort=False)
    told = pd.DataFrame(
        {
            "pairs": groups.size(),
            "mean": groups["probability"].mean(),
            "sd": groups["probability"].std(),
            "positive": groups["positive"].mean(),
        }
    ).reset_index()
    told = told.merge(coefs[["dataset", "split", "tf", "share"]], how="left")
    as_trained = told["positive"].where(told["share"] > 0.5, 1 - told["positive"])
    paper = told["tf"].map(_PAPER_SHARES).where(told["dataset"] == "hESC")
    return told.assign(paper_share=paper, as_trained=as_trained)


def format_predictions(told: pd.DataFrame) -> pd.DataFrame:
    """`predictions`, as a table to read."""
    table = told[["dataset", "tf", "share", "paper_share", "method", "pairs"]].copy()
    table["paper_share"] = [format_number(value, form=".2f") for value in told["paper_share"]]
    table["mean (sd) probability"] = format_numbers(told["mean"], told["sd"])
    table["above 1/2"] = [f"{part:.0%}" for part in told["positive"]]
    names = {"share": "share in training", "paper_share": "the paper's"}
    return table.rename(columns=names).round(3)
