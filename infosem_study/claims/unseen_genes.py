"""What is left of methods on unseen genes: Sections 2.2 and 5.1, Appendix D."""

from functools import partial
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from infosem_study.claims.claim import SECTIONS, Claim, Found, Gain
from infosem_study.claims.evidence import (
    CHANCE,
    COLUMNS,
    NETWORKS,
    SUPERVISED,
    TABLES,
    Evidence,
    by_case,
    compare,
    paper_numbers,
)
from infosem_study.claims.kinds import never
from infosem_study.statistics import from_error
from infosem_study.verdicts import (
    AS_GOOD,
    NOT_RUN,
    CannotBeTested,
    below,
    claim_id,
    format_cases,
)

__all__ = ["claims"]

_BLIND = ("One-hot LR", "MatComp", "GENELink")
"""Of unseen genes these cannot know anything: their scores are constant there."""


# fmt: off
def claims() -> list[Claim]:
    """In the order of the page."""
    figure3a, figure5 = "Section 5.1, Figure 3 (a)", "Appendix D, Figure 5"
    no_better = below(AS_GOOD["AUPRC"])
    chance = "supervised-not-above-chance"
    constant = "by construction their scores are constant there"
    falls = {("specific", "AUPRC"): 0.42, ("non_specific", "AUPRC"): 0.79}
    drop = "From seen to unseen genes supervised methods lose {}, {}"

    def deepsem_above(rivals: tuple[str, ...], *, downsampled: bool = False) -> Claim:
        names = [f"{name} (downsampled)" for name in rivals] if downsampled else rivals
        return Claim(
            claim_id("DeepSEM above", *rivals, "downsampled" * downsampled),
            f"Unseen genes: DeepSEM is above {format_cases(rivals)}{', downsampled' * downsampled}",
            figure5 if downsampled else figure3a, SECTIONS["seen genes"],
            partial(compare, ["DeepSEM"], names, claimed=not downsampled,
                    only=("hESC", "hHEP", "mDC")),
            gain=Gain(["DeepSEM"], rivals),
        )

    return [
        Claim(chance, "Unseen genes: scGREAT, the one supervised method that can tell them "
              "apart, is no better than chance", figure3a,
              SECTIONS["seen genes"], partial(compare, ["scGREAT"], [CHANCE]), no_better,
              headline=True),
        Claim("blind-not-above-chance",
              "Unseen genes: One-hot LR, MatComp and GENELink are no better than chance",
              figure3a, SECTIONS["seen genes"], partial(never, constant), no_better,
              detail_of=chance),
        *(Claim(claim_id("drop", metric, name),
                drop.format(metric, NETWORKS[name]) + (f" (the paper: {said:.0%})" if said else ""),
                "Section 5.1", SECTIONS[section], partial(_drop, name, metric, said), form=".0%")
          for (name, metric), section in zip(
              product(NETWORKS, COLUMNS),
              ("seen genes", "Table 1, Hit@1%", "Table 5", "Table 5"), strict=True)
          for said in [falls.get((name, metric))]),
        *(Claim(claim_id("DeepSEM above random", metric), f"Unseen genes: DeepSEM beats chance by "
                f"{metric}, where its table has it", "Table 1", SECTIONS["Table 1, verdicts"],
                partial(compare, ["DeepSEM"], [CHANCE], metric=metric, claimed=True),
                gain=Gain(["DeepSEM"]))
          for metric in COLUMNS),
        deepsem_above(_BLIND),
        deepsem_above(("scGREAT",)),
        Claim("deepsem-above-grnboost2",
              "DeepSEM outperforms earlier unsupervised methods (GRNBoost2)",
              "Section 2.2, Table 1", SECTIONS["Table 1"],
              partial(compare, ["DeepSEM"], ["GRNBoost2"]),
              gain=Gain(["DeepSEM"], ["GRNBoost2"])),
        Claim("downsampling-not-above-unseen",
              "Downsampling does not help scGREAT on unseen genes", f"Section 5.1, {figure5}",
              SECTIONS["seen genes"], partial(compare, ["scGREAT (downsampled)"], ["scGREAT"]),
              no_better),
        Claim("downsampling-not-above-unseen-blind",
              "Downsampling does not help One-hot LR, MatComp and GENELink on unseen genes",
              f"Section 5.1, {figure5}", SECTIONS["seen genes"], partial(never, constant),
              no_better),
        deepsem_above(_BLIND, downsampled=True),
        deepsem_above(("scGREAT",), downsampled=True),
    ]


# fmt: on
def _drop(name: str, metric: str, said: float | None, evidence: Evidence) -> Found:
    """By which part supervised methods fall from seen to unseen genes, on average.

    A ratio of means over splits, as a Hit@1% of a split may be 0, with the error of a ratio.
    """
    rows, column = evidence.of(name), COLUMNS[metric]
    own = rows[rows["method"].isin(SUPERVISED)]
    columns = [f"seen_{column}", f"unseen_{column}"]
    by_split = own.groupby(["dataset", "split"], sort=False)[columns].mean()
    if not len(by_split):
        raise CannotBeTested(NOT_RUN)
    cases = {}
    for dataset, part in by_split.groupby("dataset", sort=False):
        seen, unseen = part.to_numpy(dtype=float).T
        kept, n = unseen.mean() / seen.mean(), len(part)
        error = float(stats.sem(unseen - kept * seen) / seen.mean()) if n > 1 else np.nan
        cases[str(dataset)] = from_error(1 - kept, error, n, n - 1)
    papers = _paper_drops(name, metric)
    in_tables = float(papers.mean())
    names = [one for one in SUPERVISED if one in set(own["method"])]
    note = f"{format_cases(names)}; its tables give {in_tables:.0%}"
    return Found(cases, by_case(papers), note=note, said=in_tables if said is None else said)


def _paper_drops(name: str, metric: str) -> "pd.Series[float]":
    seen, unseen = (
        paper_numbers(source, metric)[[*SUPERVISED]].mean(axis=1)
        for wanted in ("seen", "unseen")
        for source, (network, test) in TABLES.items()
        if network == name and test == wanted
    )
    return 1 - unseen / seen
