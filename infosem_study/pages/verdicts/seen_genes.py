"""What accuracy on seen genes is made of."""

from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from infosem_study import statistics
from infosem_study.pages.verdicts.claim import (
    _BIAS,
    _CONTROLS,
    _FIGURE3B,
    _PAGE_OF,
    _TABLE3,
    _TABLE5,
    _Claim,
    _kind,
)
from infosem_study.pages.verdicts.evidence import (
    _METRICS,
    _NETWORKS,
    _SAME_SHARES,
    _SUPERVISED,
    _TABLES,
    _TRIVIAL,
    _Evidence,
    _gains_on_seen,
    _line,
    _Missing,
    _theirs,
)
from infosem_study.pages.verdicts.judges import (
    _NO_RUNS,
    _above,
    _each,
    _Finding,
    _mean,
    _never,
    _number,
    _ranked,
    _tally,
    _where,
)
from infosem_study.pages.verdicts.shown import _VERDICTS
from infosem_study.pages.verdicts.survival import _Better

# fmt: off
_UNSUPERVISED = ("GRNBoost2", "DeepSEM", "InfoSEM-B")


def _on_seen_genes() -> list[_Claim]:
    """What accuracy on seen genes is made of: Sections 1, 4.1 and 5.1, Appendices D and E.1."""
    figure3a, figure5 = "Section 5.1, Figure 3 (a)", "Appendix D, Figure 5"
    blind = ("One-hot LR", "MatComp", "GENELink")

    def judged(text: str, stands_in: str, better: _Better | None = None, key: str = "") -> _Claim:
        judge = partial(_of_bias, key or text)
        return _Claim("seen genes", text, stands_in, _BIAS, judge, better)

    def own(text: str, stands_in: str, page: str, judge: Any, *more: Any) -> _Claim:
        return _Claim("seen genes", text, stands_in, page, partial(judge, *more))

    strong = "One-hot LR's TF coefficients follow the TFs' shares of positives"
    predicts = "{} predicts of a TF's seen test pairs what most training pairs are"
    return [
        *(judged(f"Seen genes: {one} is as good as {other}", figure3a)
          for one, other in product(_TRIVIAL, ("GENELink", "scGREAT"))),
        *(own(f"Seen genes: One-hot LR or MatComp is always in the top 2, {_kind(source)}",
              f"Appendix E.1, {source}", _PAGE_OF[source],
              _ranked, _TRIVIAL, 2, source, _METRICS, 4, any, all)
          for source in ("Table 3", "Table 4")),
        own("Seen genes: every supervised method is above every unsupervised one",
            "Section 1, Table 3", _TABLE3, _above, _SUPERVISED, _UNSUPERVISED, "Table 3"),
        own("Seen genes: supervised methods reach an AUPRC of about 0.85", "Section 1", _TABLE3,
            _highest),
        own("Seen genes: methods do as in earlier studies", "Section 5.1", _TABLE3, _never,
            "those have other splits"),
        judged("From seen to unseen genes supervised methods lose 42% of AUPRC, cell-type-specific",
               "Section 5.1",
               key="From seen to unseen genes supervised methods lose a part of their AUPRC"),
        own("From seen to unseen genes they lose 79% of AUPRC, non-cell-type-specific",
            "Section 5.1", _TABLE5, _drop, "non_specific", "AUPRC", 0.79),
        *(own(f"From seen to unseen genes they lose Hit@1%, too, {_NETWORKS[name]}", "Section 5.1",
              page, _drop, name, "Hit@1%", None)
          for name, page in (("specific", "table1#hit-1"), ("non_specific", _TABLE5))),
        judged("Unseen genes: supervised methods are no better than chance", figure3a),
        judged("Unseen genes: DeepSEM is above One-hot LR, MatComp, GENELink", figure3a,
               _Better("DeepSEM", blind)),
        judged("Unseen genes: DeepSEM is above scGREAT", figure3a,
               _Better("DeepSEM", ("scGREAT",))),
        own("Most TFs have far more negatives than positives", "Section 4.1, Figure 3 (b)",
            _FIGURE3B, _imbalance),
        judged(strong, "Section 5.1, Figure 3 (b)",
               key=f"{strong} (rank correlation at least 0.8)"),
        *(judged(predicts.format(name), "Section 5.1, Figure 3 (c)")
          for name in ("One-hot LR", "scGREAT")),
        *(own(f"{name}'s accuracy on seen genes comes from shares of positives", "Section 5.1",
              _CONTROLS, _of_shares, name)
          for name in ("One-hot LR", "MatComp", "GENELink")),
        judged("Downsampling lowers the AUPRC on seen genes", f"Section 5.1, {figure5}"),
        judged("Downsampled, the AUPRC on seen genes is still above the share of positives",
               figure5),
        judged("Downsampling does not help on unseen genes", f"Section 5.1, {figure5}"),
        judged("Unseen genes: DeepSEM is above One-hot LR, MatComp, GENELink, downsampled", figure5,
               _Better("DeepSEM", blind)),
        judged("Unseen genes: DeepSEM is above scGREAT, downsampled", figure5,
               _Better("DeepSEM", ("scGREAT",))),
    ]


def _of_bias(claim: str, evidence: _Evidence) -> _Finding:
    row = _line(evidence.bias, claim=claim)
    if row["verdict"] not in _VERDICTS[:3]:
        return _Finding("not run", row["verdict"] if "split" in row["verdict"] else _NO_RUNS)
    because = f"in {row['holds in']} cases"
    if row["but not in"] != "-":
        because += f"; not {row['but not in']}"
    return _Finding(row["verdict"], because, row["ours"], row["paper"])


def _drop(name: str, metric: str, claimed: float | None, evidence: _Evidence) -> _Finding:
    """By which part supervised methods fall from seen to unseen genes.

    Averaged as in `bias_analysis.drops`. A ratio of means over splits, as a Hit@1% of a split may
    be 0.
    """
    rows, column = evidence.of(name), _METRICS[metric]
    own = rows[rows["method"].isin(_SUPERVISED)]
    columns = [f"seen_{column}", f"unseen_{column}"]
    by_split = own.groupby(["dataset", "split"], sort=False)[columns].mean()
    lines = {}
    for dataset, part in by_split.groupby("dataset", sort=False):
        seen, unseen = part.to_numpy(dtype=float).T
        kept = unseen.mean() / seen.mean()
        error = stats.sem(unseen - kept * seen) / seen.mean() if len(part) > 1 else np.nan
        lines[dataset] = (1 - kept, error)
    found = pd.DataFrame.from_dict(lines, orient="index", columns=["mean", "sem"], dtype=float)
    papers = {
        test: _theirs(source, metric)[[*_SUPERVISED]].mean(axis=1)
        for source, (network, test) in _TABLES.items()
        if network == name
    }
    in_tables = float((1 - papers["unseen"] / papers["seen"]).mean())
    goal = in_tables if claimed is None else claimed
    ours, mean = _mean(found, ".0%"), float(found["mean"].mean())
    half = 1.96 * float(np.sqrt(np.square(found["sem"]).sum(skipna=False))) / len(found)
    names = ", ".join(name for name in _SUPERVISED if name in set(own["method"]))
    because, verdict = f"{names}: they fall, by as much as errors tell", "reproduced"
    if not mean - half > 0:
        because, verdict = f"{names}: no fall is shown", "not reproduced"
    elif abs(mean - goal) > half:
        because, verdict = f"{names}: they fall, by another part", "partly"
    of_tables = f"its tables: {in_tables:.0%}"
    paper = of_tables if claimed is None else f"{claimed:.0%} ({of_tables})"
    return _Finding(verdict, because, ours, paper)


def _imbalance(evidence: _Evidence) -> _Finding:
    coefs = evidence.of("coefficients")
    low = (coefs["share"] < 0.5).astype(float)
    parts = low.groupby(coefs["dataset"], sort=False).mean()
    holds = parts.index[parts > 0.5]
    because = f"a share below one half have most TFs {_where(holds, [*parts.index])}"
    return _Finding(_tally(len(holds), len(parts)), because, _each(parts, ".0%"))


def _highest(evidence: _Evidence) -> _Finding:
    summary = statistics.summarise(evidence.of("specific"), ["seen_auprc"])
    own = summary[summary["method"].isin(_SUPERVISED)]
    if not len(own):
        raise _Missing
    row = own.nlargest(1, "mean").to_dict("records")[0]
    theirs = _theirs("Table 3", "AUPRC")[[*_SUPERVISED]].to_numpy().max()
    return _Finding(
        "reproduced" if abs(row["mean"] - 0.85) < 0.05 else "not reproduced",
        f"{row['method']} on {row['dataset']}; within 0.05 is about",
        _number(row["mean"], row["sem"], ".3f"),
        f"0.85 (its table: {theirs:.3f})",
    )


def _of_shares(method: str, evidence: _Evidence) -> _Finding:
    """What of a gain on seen genes is left where a TF's labels are given to its other pairs."""
    (own, shuffled), splits = _gains_on_seen(evidence, (method, "none"), (method, _SAME_SHARES))
    left = shuffled / own
    holds = left.index[left >= 0.5]
    where = _where(holds, [*left.index])
    because = f"half or more of the gain is left without the pairs {where}; {splits}"
    return _Finding(_tally(len(holds), len(left)), because, f"left: {_each(left, '.0%')}")
