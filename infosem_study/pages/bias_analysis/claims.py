"""What Section 5.1 and Appendix D of the paper claim, and where it holds."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from infosem_study.pages.bias_analysis.memory import LOG_ODDS, predictions, rank_correlations
from infosem_study.pages.bias_analysis.seen_unseen import (
    _DOWNSAMPLED,
    _by_split,
    _drops_by_split,
    _number,
    _paper,
    drops,
    supervised,
)

__all__ = ["verdicts"]

# Of unseen genes these cannot know anything: their scores are constant there.
_BLIND = ("One-hot LR", "MatComp", "GENELink")


_STRONG = 0.8  # a rank correlation that we call strong; the paper has the word and no number


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
