"""The tables as they are printed, and what is said of them."""

from functools import partial
from itertools import product

import numpy as np
import pandas as pd

from infosem_study import statistics, tables
from infosem_study.claims.claim import SECTIONS, Claim, Found
from infosem_study.claims.evidence import (
    COLUMNS,
    TABLES,
    Evidence,
    across,
    by_case,
    of_splits,
    paper_numbers,
)
from infosem_study.claims.kinds import RECALL, never, of_conversion
from infosem_study.statistics import Estimate, combine, seeds_of
from infosem_study.verdicts import (
    MOST,
    NOT_RUN,
    SAME_NUMBER,
    STRONG,
    CannotBeTested,
    above,
    below,
    between,
    claim_id,
    same_shares,
)

__all__ = ["claims"]


# fmt: off
def claims() -> list[Claim]:
    """In the order of the page."""
    nearly = f"are the paper's: {MOST:.0%} of them differ by less than {SAME_NUMBER:.0%}"
    return [
        *(claim
          for source, metric in product(TABLES, COLUMNS)
          for section in [SECTIONS.get(f"{source}, {metric}", SECTIONS[source])]
          for claim in (
              Claim(claim_id("numbers", metric, source), f"The {metric}s in {source} {nearly}",
                    source, section, partial(_numbers, source, metric), above(MOST), ".0%"),
              Claim(claim_id("order", metric, source),
                    f"The order of the methods by {metric} in {source} is the paper's: rank "
                    f"correlation above {STRONG:g}", source, section,
                    partial(_order, source, metric), above(STRONG), ".2f"),
          )),
        Claim("numbers-recall-table-6", f"The recalls in Table 6 {nearly}", "Table 6",
              SECTIONS["Table 6"], _recalls, above(MOST), ".0%"),
        Claim("recall-above-auprc",
              "The recall in Table 6 is more than twice the AUPRC in Table 5", "Appendix E.2",
              SECTIONS["Table 6"], _times, above(2), ".1f"),
        Claim("recall-beyond-passing",
              "The recall in Table 6 is beyond the share of pairs that pass", "",
              SECTIONS["Table 6"], _beyond, form="+.2f"),
        *(Claim(claim_id("small", metric),
                f"{metric} is very small on non-specific networks: the highest is below the lowest "
                "of Table 1", "Appendix E.2", SECTIONS["Table 5"], partial(_small, metric),
                below())
          for metric in COLUMNS),
        Claim("noisier-negatives", "Negatives of non-specific networks are noisier",
              "Appendix E.2", SECTIONS["Table 5"],
              partial(never, "the truth about negatives is not known")),
    ]


# fmt: on
def _same(lines: pd.DataFrame, note: str = "") -> Found:
    """How many numbers are the paper's, of lines of `tables.beside_paper`."""
    both = lines.dropna(subset=["mean", "paper"])
    if not len(both):
        raise CannotBeTested(NOT_RUN)
    sides = [between(0, SAME_NUMBER * number) for number in both["paper"]]
    found = same_shares(tables.from_paper(both), sides)
    off = (both["mean"] / both["paper"]).groupby(both["method"], sort=False).median()
    far = ", ".join(f"{name} {x:.2f}" for name, x in off.items() if abs(x - 1) > SAME_NUMBER)
    told = (
        f"{round(found.low * found.n)} of {found.n} shown to be the same, "
        f"{round((1 - found.high) * found.n)} to differ"
        + f"; ours divided by the paper's, median: {far}" * bool(far)
        + f"; {note}" * bool(note)
    )
    by_dataset = {
        str(name): same_shares(
            tables.from_paper(part), [between(0, SAME_NUMBER * x) for x in part["paper"]]
        )
        for name, part in both.groupby("dataset", sort=False)
    }
    return Found(by_dataset, note=told, of_all=found)


def _numbers(source: str, metric: str, evidence: Evidence) -> Found:
    name, test = TABLES[source]
    both = tables.beside_paper(evidence.of(name), source, {f"{test}_{COLUMNS[metric]}": metric})
    return _same(both[both["metric"] == metric])


def _means(source: str, metric: str, evidence: Evidence) -> pd.DataFrame:
    """Our means over splits beside a table of the paper: data sets by the paper's methods.

    Without what was run on fewer splits than others: its mean is that of easier or harder ones.
    """
    name, test = TABLES[source]
    rows = evidence.of(name)
    own = rows[rows["method"].isin(paper_numbers(source, metric).columns)]
    n_splits = own.groupby(["dataset", "method"])["split"].transform("nunique")
    own = own[n_splits == n_splits.groupby(own["dataset"]).transform("max")]
    if not len(own):
        raise CannotBeTested(NOT_RUN)
    found = statistics.summarise(own, [f"{test}_{COLUMNS[metric]}"])
    wide = found.pivot(index="dataset", columns="method", values="mean")
    return wide.loc[found["dataset"].unique()]


def _order(source: str, metric: str, evidence: Evidence) -> Found:
    """The rank correlation of our means with the paper's, on each data set."""
    ours = _means(source, metric, evidence)
    rho = ours.corrwith(paper_numbers(source, metric), axis=1, method="spearman")
    return across(rho.reindex(ours.index), most=1.0)


def _small(metric: str, evidence: Evidence) -> Found:
    """The best method there less the worst of Table 1."""
    best, worst = (
        _extremes(source, metric, evidence, most)
        for source, most in (("Table 5", True), ("Table 1", False))
    )
    cases = {case: combine([best[case], worst[case]], [1, -1]) for case in best if case in worst}
    if not cases:
        raise CannotBeTested(NOT_RUN)
    highest, lowest = (paper_numbers(source, metric) for source in ("Table 5", "Table 1"))
    papers = by_case(highest.max(axis=1) - lowest.min(axis=1))
    rows = evidence.of("non_specific")
    return Found(cases, papers, seeds_of(rows))


def _extremes(source: str, metric: str, evidence: Evidence, most: bool) -> dict[str, Estimate]:
    name, test = TABLES[source]
    wide = evidence.wide(name, f"{test}_{COLUMNS[metric]}")
    found: dict[str, Estimate] = {}
    for method in paper_numbers(source, metric):
        if method == "Random" or method not in wide:
            continue
        for case, one in of_splits(wide[method]).items():
            if case not in found or (one.mean > found[case].mean) == most:
                found[case] = one
    return found


# --- Table 6 --------------------------------------------------------------------------------------


def _recalls(evidence: Evidence) -> Found:
    name, table = evidence.once(of_conversion)
    return _same(table, f"nearest conversion: {name}")


def _times(evidence: Evidence) -> Found:
    """The recall divided by the AUPRC, mean of the methods."""
    papers = paper_numbers("Table 6", RECALL)
    _, table = evidence.once(of_conversion)
    own = table.pivot(index="dataset", columns="method", values="mean")
    shared = [name for name in papers if name in own]
    auprc = _means("Table 5", "AUPRC", evidence)
    times = (own / auprc)[[name for name in shared if name in auprc]].mean(axis=1)
    theirs = (papers / paper_numbers("Table 5", "AUPRC")[papers.columns]).mean(axis=1)
    return across(times, theirs)


def _beyond(evidence: Evidence) -> Found:
    """Of the mean of the paper's methods on each split."""
    name, _ = evidence.once(of_conversion)
    rows = evidence.of("recalls")
    own = rows[(rows["conversion"] == name) & rows["method"].isin(paper_numbers("Table 6", RECALL))]
    by_split = own.groupby(["dataset", "split"], sort=False)["beyond"].mean()
    cases = of_splits(by_split)
    if not cases or np.isnan(combine(cases.values()).mean):
        raise CannotBeTested(NOT_RUN)
    return Found(cases, seeds="1", note=f"conversion: {name}")
