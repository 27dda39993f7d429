"""What methods that learn from labels know of seen genes: how often each is positive.

For Section 5.1 and Appendix D of the paper. One-hot LR's coefficients and predicted probabilities
are kept beside the ledger (see `derive`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats

from infosem.data import Dataset
from infosem.errors import InfosemError
from infosem.splits import Split
from infosem_study.derived import derive, runs_of
from infosem_study.execution import scores_of
from infosem_study.methods import METHODS
from infosem_study.reported import reported
from infosem_study.scheduling import HERE, Runner
from infosem_study.store import Store
from infosem_study.tables import beside_paper
from infosem_study.variants import base_name

__all__ = [
    "coefficients",
    "downsampling",
    "drops",
    "format_downsampling",
    "format_drops",
    "format_predictions",
    "illustrated_tfs",
    "predictions",
    "probabilities",
    "rank_correlations",
    "seen_beside_unseen",
    "supervised",
    "tf_coefficients",
    "tf_probabilities",
    "verdicts",
]

Scores = NDArray[np.float64]

LOG_ODDS = ("One-hot LR", "GENELink", "scGREAT")
"""Methods whose scores are log-odds, so that they predict probabilities."""

_DOWNSAMPLED = " (downsampled)"
# The caption of Figure 3: its TFs on hESC, and their shares of positives in training.
_PAPER_SHARES = {"TFAP2A": 0.89, "SNAI2": 0.06}
# Of unseen genes these cannot know anything: their scores are constant there.
_BLIND = ("One-hot LR", "MatComp", "GENELink")
_STRONG = 0.8  # a rank correlation that we call strong; the paper has the word and no number

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
        One row a seen TF, in the order of the data set: tf, n_train (training pairs), share (of
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
        One row a pair: tf and probability, ascending within a TF; the targets are not named.

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


# --- kept beside the ledger -----------------------------------------------------------------------


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
        One row a data set, split and seen TF: dataset, key, method, split and the columns of
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
        One row a data set, method and pair: dataset, key, method, split, tf and probability.

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
        store,
        "probabilities",
        _PROBABILITIES,
        runs,
        compute,
        runner=runner,
        only=("tf", tfs),
    )


# --- tables ---------------------------------------------------------------------------------------


def seen_beside_unseen(rows: pd.DataFrame) -> pd.DataFrame:
    """AUPRC on seen and on unseen genes, ours beside the paper's (Tables 3 and 1; Figure 3 (a)).

    Returns
    -------
    DataFrame
        The columns of `tables.beside_paper`, its metric being "AUPRC, seen genes" or "AUPRC,
        unseen genes", and labels, whether the method learns from them; such methods come first.
        What the paper proposes is left out, unless `rows` has it.
    """
    parts = []
    for source, test in (("Table 3", "seen"), ("Table 1", "unseen")):
        part = beside_paper(rows, source, {f"{test}_auprc": "AUPRC"})
        part = part[part["metric"] == "AUPRC"]
        parts.append(part.assign(metric=f"AUPRC, {test} genes"))
    both = pd.concat(parts, ignore_index=True)
    both["labels"] = [METHODS[name].labels for name in both["method"]]
    chosen = ~both["method"].str.startswith("InfoSEM") | both["method"].isin(rows["method"])
    return both[chosen].sort_values("labels", ascending=False, kind="stable", ignore_index=True)


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
        One row a data set, split, TF and method: pairs, mean and sd (of the probabilities),
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
    table["paper_share"] = [_number(value, form=".2f") for value in told["paper_share"]]
    table["mean (sd) probability"] = list(map(_number, told["mean"], told["sd"]))
    table["above 1/2"] = [f"{part:.0%}" for part in told["positive"]]
    names = {"share": "share in training", "paper_share": "the paper's"}
    return table.rename(columns=names).round(3)


def drops(rows: pd.DataFrame) -> pd.DataFrame:
    """By how much AUPRC falls from seen to unseen genes, as a part of that on seen genes.

    On each split the AUPRC of the methods is averaged first, on seen and on unseen genes. Done with
    the paper's Tables 3 and 1 this gives the average of 42% of Section 5.1.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`. Those of the paper's methods count that learn from labels and do
        not take them as a prior (One-hot LR, MatComp, scGREAT, GENELink); ours as far as they are
        among the rows.

    Returns
    -------
    DataFrame
        One row a data set: seen, unseen, drop and sem (of the drop, over splits), and the paper's
        seen, unseen and drop as paper_<name>.
    """
    by_split = _drops_by_split(rows)
    groups = by_split.groupby("dataset", sort=False)
    table = groups.mean().assign(sem=groups["drop"].sem())
    methods = supervised(_paper("unseen").columns)
    for test in ("seen", "unseen"):
        table[f"paper_{test}"] = _paper(test)[methods].mean(axis=1).reindex(table.index)
    table["paper_drop"] = 1 - table["paper_unseen"] / table["paper_seen"]
    return table.reset_index()


def format_drops(table: pd.DataFrame) -> pd.DataFrame:
    """`drops`, as a table to read, with the means over data sets in its last row."""
    n = len(table)
    last = table.drop(columns="dataset").mean()
    last["sem"] = np.sqrt((table["sem"] ** 2).sum(skipna=False)) / n
    table = pd.concat([table, last.to_frame().T.assign(dataset="mean")], ignore_index=True)
    percent = [_number(*pair, form=".0%") for pair in zip(table["drop"], table["sem"], strict=True)]
    return pd.DataFrame(
        {
            "dataset": table["dataset"],
            "seen": table["seen"].map(_number),
            "unseen": table["unseen"].map(_number),
            "drop": percent,
            "paper: seen": table["paper_seen"].map(_number),
            "paper: unseen": table["paper_unseen"].map(_number),
            "paper: drop": [_number(drop, form=".0%") for drop in table["paper_drop"]],
        }
    )


def _drops_by_split(rows: pd.DataFrame) -> pd.DataFrame:
    """`drops` of each split: seen, unseen and drop, by data set and split."""
    methods = supervised(_paper("unseen").columns)
    groups = rows[rows["method"].isin(methods)].groupby(["dataset", "split"], sort=False)
    means = groups[["seen_auprc", "unseen_auprc"]].mean()
    means.columns = pd.Index(["seen", "unseen"])
    return means.assign(drop=1 - means["unseen"] / means["seen"])


def downsampling(rows: pd.DataFrame) -> pd.DataFrame:
    """AUPRC beyond the share of positives, trained on all negatives and on as many as positives.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`; methods that lack one of the two are left out.

    Returns
    -------
    DataFrame
        One row a data set, method, test ("seen" or "unseen" genes) and training ("all" or
        "downsampled" negatives): mean, sem and n_splits, on the splits that both have.

    References
    ----------
    InfoSEM, Appendix D and Figure 5.
    """
    lines = []
    for dataset, part in rows.groupby("dataset", sort=False):
        for test in ("seen", "unseen"):
            lift = (_by_split(part, f"{test}_auprc") - _by_split(part, f"{test}_base")).round(5)
            for full in map(str, lift.columns):
                if full + _DOWNSAMPLED not in lift.columns:
                    continue
                both = lift[[full, full + _DOWNSAMPLED]].dropna()
                for training, values in zip(("all", "downsampled"), both.to_numpy().T, strict=True):
                    lines.append(
                        {
                            "dataset": dataset,
                            "method": full,
                            "test": test,
                            "training": training,
                            "mean": values.mean(),
                            "sem": stats.sem(values) if len(values) > 1 else np.nan,
                            "n_splits": len(values),
                        }
                    )
    return pd.DataFrame(lines)


def format_downsampling(lifts: pd.DataFrame) -> pd.DataFrame:
    """`downsampling`, as a table to read: a row a data set and method."""
    where = ["dataset", "method", "n_splits"]
    cells = lifts.assign(cell=list(map(_number, lifts["mean"], lifts["sem"])))
    cells["column"] = cells["test"] + ", " + cells["training"]
    order = cells["column"].unique()
    table = cells.set_index([*where, "column"])["cell"].unstack()[order]
    rows = pd.MultiIndex.from_frame(lifts[where].drop_duplicates())
    table = table.loc[rows].rename_axis(columns=None).reset_index()
    return table.rename(columns={"n_splits": "splits"})


def _number(value: float, error: float = np.nan, form: str = ".3f") -> str:
    """A number with its error in parentheses, where there is one, or "-"."""
    if np.isnan(value):
        return "-"
    return format(value, form) + ("" if np.isnan(error) else f" ({error:{form.lstrip('+')}})")


def _by_split(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """A metric, training seeds averaged: a row a data set and split, a column a method."""
    return rows.pivot_table(metric, ["dataset", "split"], "method", sort=False)


def supervised(names: Iterable[str]) -> list[str]:
    """Those that learn from labels, without those that take them as a prior."""
    known = [name for name in names if name in METHODS]
    return [name for name in known if METHODS[name].labels and not METHODS[name].deep]


def _paper(test: str, column: str = "value") -> pd.DataFrame:
    """The paper's AUPRC, or its standard error: a row a data set, a column a method."""
    table = reported({"seen": "Table 3", "unseen": "Table 1"}[test])
    table = table[table["quantity"] == "AUPRC"]
    return table.pivot(index="dataset", columns="method", values=column)


# --- verdicts -------------------------------------------------------------------------------------


class _Claim(NamedTuple):
    """Something that the paper says, and what it is judged by."""

    text: str
    values: pd.DataFrame  # a row a data set and split, a column a method
    holds: Callable[[float, float, float], bool]  # by mean, and low and high end of its interval
    paper: pd.Series | None = None  # the paper's number of each data set, where it prints one
    claimed: pd.Series | None = None  # whether the paper's numbers make the claim on a data set
    form: str = "+.3f"
    n_least: int = 2  # splits that a case must have


def _above(mean: float, low: float, high: float) -> bool:
    return low > 0


def _below(mean: float, low: float, high: float) -> bool:
    return high < 0


def _not_above(mean: float, low: float, high: float) -> bool:
    return low <= 0


def _not_below(mean: float, low: float, high: float) -> bool:
    return high >= 0


def verdicts(rows: pd.DataFrame, coefs: pd.DataFrame, probs: pd.DataFrame) -> pd.DataFrame:
    """What Section 5.1 and Appendix D claim, and where it holds.

    A case is a data set or, where a claim is about several methods, a method on a data set. From
    its splits come the mean of a difference and the 95% interval of that mean by Student's t: above
    means that the interval lies above 0, not below that it does not lie below 0. A claim is counted
    on the data sets on which the paper's own numbers make it, in cases of at least two splits.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`.
    coefs, probs : DataFrame
        From `coefficients` and `probabilities`.

    Returns
    -------
    DataFrame
        One row a claim: paper (mean over data sets; "-" where it prints no number), ours (mean over
        data sets, with its standard error in parentheses; methods are averaged on each split
        before), claimed on, splits (of a case), holds in (number of cases), but not in, and
        verdict: "reproduced" in all cases, "partly" in some, "not reproduced" in none; "not run",
        "one split only" and "not claimed" (on any of the data sets at hand) where there is no case.
        Empty for data sets that the paper does not have.
    """
    rows = rows[rows["dataset"].isin(_paper("unseen").index)]
    if not len(rows):
        return pd.DataFrame()
    coefs, probs = (table[table["dataset"].isin(rows["dataset"])] for table in (coefs, probs))
    wide = {
        name: _by_split(rows, name)
        for name in ("seen_auprc", "unseen_auprc", "seen_base", "unseen_base")
    }
    claims = [
        _Claim("From seen to unseen genes supervised methods lose a part of their AUPRC",
               _drops_by_split(rows)[["drop"]], _above,
               paper=drops(rows).set_index("dataset")["paper_drop"], form=".0%"),
        *_claims_on_methods(wide),
        *_claims_on_memory(coefs, probs),
        *_claims_on_downsampling(wide),
    ]  # fmt: skip
    return pd.DataFrame([_judged(claim) for claim in claims])


def _claims_on_methods(wide: Mapping[str, pd.DataFrame]) -> list[_Claim]:
    """Section 5.1 on AUPRC; each metric has a row a data set and split, a column a method."""
    seen, unseen, base = wide["seen_auprc"], wide["unseen_auprc"], wide["unseen_base"]
    full = [name for name in supervised(seen.columns) if not name.endswith(_DOWNSAMPLED)]
    theirs, errors, theirs_unseen = _paper("seen"), _paper("seen", "sem"), _paper("unseen")
    claims = []
    for method, other in product(("One-hot LR", "MatComp"), ("GENELink", "scGREAT")):
        difference = theirs[method] - theirs[other]
        error = np.hypot(errors[method], errors[other])
        claims.append(
            _Claim(f"Seen genes: {method} is as good as {other}", _minus(seen, method, other),
                   _not_below, difference, difference >= -1.96 * error)
        )  # fmt: skip
    by_label = theirs_unseen[supervised(theirs_unseen.columns)]
    return [
        *claims,
        _Claim("Unseen genes: supervised methods are no better than chance",
               unseen[full] - base[full], _not_above,
               by_label.mean(axis=1) - theirs_unseen["Random"]),
        *(_deepsem_above(unseen, methods) for methods in (_BLIND, ["scGREAT"])),
    ]  # fmt: skip


def _claims_on_memory(coefs: pd.DataFrame, probs: pd.DataFrame) -> list[_Claim]:
    """Section 5.1 on what One-hot LR and others have learned of TFs."""
    rho = rank_correlations(coefs).set_index(["dataset", "split"])[["rho"]]
    told = predictions(coefs, probs)
    worst = told.groupby(["dataset", "split", "method"], sort=False)["as_trained"].min().unstack()
    return [
        _Claim("One-hot LR's TF coefficients follow the TFs' shares of positives (rank "
               f"correlation at least {_STRONG:g})", rho,
               lambda mean, low, high: mean >= _STRONG, form=".3f"),
        *(
            _Claim("(ours) " * (name == "GENELink")  # the paper has the other two
                   + f"{name} predicts of a TF's seen test pairs what most training pairs are",
                   worst.filter([name]), lambda mean, low, high: mean > 0.5, form=".0%", n_least=1)
            for name in LOG_ODDS
        ),
    ]  # fmt: skip


def _claims_on_downsampling(wide: Mapping[str, pd.DataFrame]) -> list[_Claim]:
    """Appendix D, which prints no number; `wide` as for `_claims_on_methods`."""
    seen, unseen, base = wide["seen_auprc"], wide["unseen_auprc"], wide["seen_base"]
    fewer = [name for name in map(str, seen.columns) if name.endswith(_DOWNSAMPLED)]
    paired = [name for name in fewer if name.removesuffix(_DOWNSAMPLED) in seen.columns]
    full = [name.removesuffix(_DOWNSAMPLED) for name in paired]
    return [
        _Claim("Downsampling lowers the AUPRC on seen genes",
               seen[paired] - seen[full].to_numpy(), _below),
        _Claim("Downsampled, the AUPRC on seen genes is still above the share of positives",
               seen[fewer] - base[fewer], _above),
        _Claim("Downsampling does not help on unseen genes",
               unseen[paired] - unseen[full].to_numpy(), _not_above),
        *(_deepsem_above(unseen, methods, downsampled=True) for methods in (_BLIND, ["scGREAT"])),
    ]  # fmt: skip


def _minus(table: pd.DataFrame, method: str, other: str) -> pd.DataFrame:
    """Their difference on each split; empty if one was not run."""
    if not {method, other} <= set(table):
        return pd.DataFrame(index=table.index)
    return (table[method] - table[other]).to_frame(method)


def _deepsem_above(
    table: pd.DataFrame, methods: Sequence[str], *, downsampled: bool = False
) -> _Claim:
    """DeepSEM, less the best of some supervised methods on each split."""
    theirs = _paper("unseen")
    paper = theirs["DeepSEM"] - theirs[list(methods)].max(axis=1)
    names = [name + _DOWNSAMPLED * downsampled for name in methods]
    best, values = table.filter(names), pd.DataFrame(index=table.index)
    if "DeepSEM" in table and len(best.columns):
        values["DeepSEM"] = table["DeepSEM"] - best.max(axis=1)
    text = f"Unseen genes: DeepSEM is above {', '.join(methods)}" + ", downsampled" * downsampled
    return _Claim(text, values, _above, None if downsampled else paper, paper > 0)


def _judged(claim: _Claim) -> dict[str, Any]:
    """The line of `verdicts` of a claim."""
    # Constant scores have the share of positives, but for the rounding of the ledger.
    values = claim.values.rename_axis(columns="method").round(5)
    datasets = values.index.unique("dataset")
    if claim.claimed is not None:
        datasets = datasets[[bool(claim.claimed[name]) for name in datasets]]
        values = values[values.index.get_level_values("dataset").isin(datasets)]
    values = values.dropna(how="all")
    cases = values.stack().dropna().groupby(["dataset", "method"], sort=False)
    n_most = max(map(len, cases.groups.values()), default=0)
    outcomes, sizes = {}, []
    for (dataset, method), case in cases:
        if (n := len(case)) < claim.n_least:
            continue
        mean = float(case.to_numpy().mean())
        half = float(stats.t.ppf(0.975, n - 1) * stats.sem(case)) if n > 1 else 0.0
        name = f"{method} on {dataset}" if values.shape[1] > 1 else str(dataset)
        name = name.replace(_DOWNSAMPLED, "") + (f" ({n} splits)" if n < n_most else "")
        outcomes[name] = claim.holds(mean, mean - half, mean + half)
        sizes.append(n)
    fails = [name for name, holds in outcomes.items() if not holds]
    n_held = len(outcomes) - len(fails)
    if outcomes:
        verdict = {len(outcomes): "reproduced", 0: "not reproduced"}.get(n_held, "partly")
    elif len(datasets):
        verdict = "one split only" if len(values) else "not run"
    else:
        verdict = "not claimed"
    of_dataset = values.mean(axis=1).groupby("dataset", sort=False)
    error = np.sqrt((of_dataset.sem() ** 2).sum(skipna=False)) / max(1, of_dataset.ngroups)
    paper = np.nan if claim.paper is None else claim.paper.reindex(datasets).mean()
    return {
        "claim": claim.text,
        "paper": _number(paper, form=claim.form),
        "ours": _number(of_dataset.mean().mean(), error, claim.form),
        "claimed on": ", ".join(datasets) or "-",
        "splits": "-".join(map(str, sorted({min(sizes), max(sizes)}))) if sizes else "-",
        "holds in": f"{n_held} of {len(outcomes)}" if outcomes else "-",
        "but not in": ", ".join(fails) or "-",
        "verdict": verdict,
    }
