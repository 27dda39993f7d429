"""What Section 5.1 and Appendix D of the paper claim, and where it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from infosem_study.methods import METHODS
from infosem_study.pages.bias_analysis.memory import LOG_ODDS, predictions, rank_correlations
from infosem_study.pages.bias_analysis.seen_unseen import (
    by_split,
    downsampled_pairs,
    drops,
    drops_by_split,
    paper_auprc,
    supervised,
)
from infosem_study.statistics import confidence_interval, format_number
from infosem_study.verdicts import (
    FEWEST_SPLITS,
    NOT_CLAIMED,
    NOT_RUN,
    STRONG,
    WITHIN,
    Claim,
    Rule,
    above,
    below,
    claim_id,
    format_cases,
    format_verdict,
    mostly,
    not_above,
    not_below,
    strong,
    tally,
)

__all__ = ["format_verdicts", "verdicts"]

# Of unseen genes these cannot know anything: their scores are constant there.
_BLIND = ("One-hot LR", "MatComp", "GENELink")


@dataclass(frozen=True, eq=False)
class _Claim(Claim):
    """With the numbers that it is judged by.

    Attributes
    ----------
    values : DataFrame
        A row per data set and split; a column per method, if it is about methods.
    rule : Rule
    paper : Series, optional
        The paper's number of each data set, where it prints one.
    claimed : Series, optional
        Whether the paper's numbers make the claim on a data set; by default on all.
    form : str
        How its numbers are printed.
    n_least : int
        Splits that a case must have.
    """

    values: pd.DataFrame
    rule: Rule
    paper: pd.Series | None = None
    claimed: pd.Series | None = None
    form: str = "+.3f"
    n_least: int = FEWEST_SPLITS


def verdicts(rows: pd.DataFrame, coefs: pd.DataFrame, probs: pd.DataFrame) -> pd.DataFrame:
    """What Section 5.1 and Appendix D claim, and where it holds.

    A case is a data set or, where a claim is about several methods, a method on a data set. From
    its splits come the mean of a difference and the 95% interval of that mean by Student's t. A
    claim is counted on the data sets on which the paper's own numbers make it.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`.
    coefs, probs : DataFrame
        From `coefficients` and `probabilities`.

    Returns
    -------
    DataFrame
        One row per claim: id; claim; paper (mean over data sets, NaN where it prints no number);
        ours (mean over data sets; methods are averaged on each split before), with error, its
        standard error; claimed_on (data sets); splits (their numbers, of the cases); holds (bool by
        case); verdict; because, why there is no case, if not for want of runs. Empty for data sets
        that the paper does not have.
    """
    rows = rows[rows["dataset"].isin(paper_auprc("unseen").index)]
    if not len(rows):
        return pd.DataFrame()
    coefs, probs = (table[table["dataset"].isin(rows["dataset"])] for table in (coefs, probs))
    wide = {
        name: by_split(rows, name)
        for name in ("seen_auprc", "unseen_auprc", "seen_base", "unseen_base")
    }
    claims = [
        _Claim("drop-auprc", "From seen to unseen genes supervised methods lose a part of their "
               "AUPRC", drops_by_split(rows)[["drop"]], above,
               paper=drops(rows).set_index("dataset")["paper_drop"], form=".0%"),
        *_on_methods(wide),
        *_on_memory(coefs, probs),
        *_on_downsampling(wide),
    ]  # fmt: skip
    return pd.DataFrame([_judged(claim) for claim in claims])


def format_verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """`verdicts`, as a table to read."""
    lines = []
    for row in table.to_dict("records"):
        claim, holds, splits = row["claim"], row["holds"], row["splits"]
        fails = [case for case, good in holds.items() if not good]
        lines.append(
            {
                "claim": claim.sentence,
                "paper": format_number(row["paper"], form=claim.form),
                "ours": format_number(row["ours"], row["error"], form=claim.form),
                "claimed on": format_cases(row["claimed_on"], "-"),
                "splits": "-".join(map(str, sorted({*splits[:1], *splits[-1:]}))) or "-",
                "holds in": f"{sum(holds.values())} of {len(holds)}" if holds else "-",
                "but not in": format_cases(fails, "-"),
                "verdict": row["because"] or format_verdict(row["verdict"], ours=claim.ours),
            }
        )
    return pd.DataFrame(lines)


# --- the claims -----------------------------------------------------------------------------------
# Of AUPRC: each metric in `wide` has a row per data set and split, a column per method.


def _on_methods(wide: Mapping[str, pd.DataFrame]) -> list[_Claim]:
    """Section 5.1."""
    seen, unseen, base = wide["seen_auprc"], wide["unseen_auprc"], wide["unseen_base"]
    full = [name for name in supervised(seen.columns) if not METHODS[name].downsampled]
    theirs, errors, theirs_unseen = (
        paper_auprc("seen"), paper_auprc("seen", "sem"), paper_auprc("unseen")
    )  # fmt: skip
    claims = []
    for method, other in product(("One-hot LR", "MatComp"), ("GENELink", "scGREAT")):
        difference = theirs[method] - theirs[other]
        error = np.hypot(errors[method], errors[other])
        claims.append(
            _Claim(claim_id("seen", method, "not below", other),
                   f"Seen genes: {method} is as good as {other}", _minus(seen, method, other),
                   not_below, difference, difference >= -WITHIN * error)
        )  # fmt: skip
    by_label = theirs_unseen[supervised(theirs_unseen.columns)]
    return [
        *claims,
        _Claim("supervised-not-above-chance",
               "Unseen genes: supervised methods are no better than chance",
               unseen[full] - base[full], not_above,
               by_label.mean(axis=1) - theirs_unseen["Random"]),
        *(_deepsem_above(unseen, methods) for methods in (_BLIND, ["scGREAT"])),
    ]  # fmt: skip


def _on_memory(coefs: pd.DataFrame, probs: pd.DataFrame) -> list[_Claim]:
    """Section 5.1 on what One-hot LR and others have learned of TFs."""
    rho = rank_correlations(coefs).set_index(["dataset", "split"])[["rho"]]
    told = predictions(coefs, probs)
    worst = told.groupby(["dataset", "split", "method"], sort=False)["as_trained"].min().unstack()
    return [
        _Claim("coefficients-follow-shares",
               "One-hot LR's TF coefficients follow the TFs' shares of positives (rank "
               f"correlation at least {STRONG:g})", rho, strong, form=".3f"),
        *(
            _Claim(claim_id(name, "predicts shares"),
                   f"{name} predicts of a TF's seen test pairs what most training pairs are",
                   worst.filter([name]), mostly, form=".0%", n_least=1,
                   ours=name == "GENELink")  # the paper has the other two
            for name in LOG_ODDS
        ),
    ]  # fmt: skip


def _on_downsampling(wide: Mapping[str, pd.DataFrame]) -> list[_Claim]:
    """Appendix D, which prints no number."""
    seen, unseen, base = wide["seen_auprc"], wide["unseen_auprc"], wide["seen_base"]
    fewer = [name for name in map(str, seen.columns) if METHODS[name].downsampled]
    pairs = downsampled_pairs(seen.columns)
    variants, full = [name for name, _ in pairs], [name for _, name in pairs]
    lift = (seen[fewer] - base[fewer]).rename(columns=lambda name: METHODS[name].base)
    # The columns have the names of the methods without it.
    lowered, helped = (
        test[variants].set_axis(full, axis="columns") - test[full] for test in (seen, unseen)
    )
    return [
        _Claim("downsampling-lowers-seen", "Downsampling lowers the AUPRC on seen genes",
               lowered, below),
        _Claim("downsampled-seen-above-share",
               "Downsampled, the AUPRC on seen genes is still above the share of positives",
               lift, above),
        _Claim("downsampling-not-above-unseen", "Downsampling does not help on unseen genes",
               helped, not_above),
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
    theirs = paper_auprc("unseen")
    paper = theirs["DeepSEM"] - theirs[list(methods)].max(axis=1)
    names = [
        name
        for name in map(str, table.columns)
        if METHODS[name].downsampled and METHODS[name].base in methods
    ]
    best, values = (
        table.filter(names if downsampled else [*methods]),
        pd.DataFrame(index=table.index),
    )
    if "DeepSEM" in table and len(best.columns):
        values["DeepSEM"] = table["DeepSEM"] - best.max(axis=1)
    return _Claim(
        claim_id("DeepSEM above", *methods, "downsampled" * downsampled),
        f"Unseen genes: DeepSEM is above {', '.join(methods)}" + ", downsampled" * downsampled,
        values, above, None if downsampled else paper, paper > 0,
    )  # fmt: skip


# --- the judge ------------------------------------------------------------------------------------


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
    holds, sizes = {}, []
    for (dataset, method), case in cases:
        if (n := len(case)) < claim.n_least:
            continue
        name = f"{method} on {dataset}" if values.shape[1] > 1 else str(dataset)
        name += f" ({n} splits)" * (n < n_most)
        holds[name] = claim.rule(confidence_interval(pd.Series(case.to_numpy())))
        sizes.append(n)
    verdict, because = (tally(holds) if holds else NOT_RUN), ""
    if not len(datasets):
        verdict = because = NOT_CLAIMED
    elif len(values) and not holds:
        because = "one split only"
    of_dataset = values.mean(axis=1).groupby("dataset", sort=False)
    return {
        "id": claim.id,
        "claim": claim,
        "paper": np.nan if claim.paper is None else claim.paper.reindex(datasets).mean(),
        "ours": of_dataset.mean().mean(),
        "error": np.sqrt((of_dataset.sem() ** 2).sum(skipna=False)) / max(1, of_dataset.ngroups),
        "claimed_on": [*datasets],
        "splits": sorted(sizes),
        "holds": holds,
        "verdict": verdict,
        "because": because,
    }
