"""The tables as they are printed, and what is said of them."""

from functools import partial
from itertools import product

import numpy as np

from infosem_study import tables
from infosem_study.pages.verdicts import recall
from infosem_study.pages.verdicts.claim import SECTIONS, PaperClaim
from infosem_study.pages.verdicts.evidence import METRICS, TABLES, Evidence, paper_numbers
from infosem_study.pages.verdicts.judges import Finding, above_all, format_each, never
from infosem_study.pages.verdicts.survival import Better
from infosem_study.verdicts import (
    STRONG,
    claim_id,
    format_cases,
    format_where,
    judge_numbers,
    near,
    tally,
)

__all__ = ["claims"]


# fmt: off
def claims() -> list[PaperClaim]:
    """In the order of the page."""
    return [
        *(PaperClaim(claim_id(what, metric, source), f"{text}{metric} in {source}", source,
                     SECTIONS.get(f"{source}, {metric}", SECTIONS[source]),
                     partial(judge, source, metric))
          for source, metric in product(TABLES, METRICS)
          for what, text, judge in (("numbers", "The ", _numbers),
                                    ("order", "The order of the methods by ", _order))),
        PaperClaim("numbers-recall-table-6", "The recall in Table 6", "Table 6",
                   SECTIONS["Table 6"], recall.numbers),
        PaperClaim("recall-above-auprc",
                   "The recall in Table 6 is much higher than the AUPRC in Table 5",
                   "Appendix E.2", SECTIONS["Table 6"], recall.much_higher, recall.not_free),
        *(PaperClaim(claim_id("small", metric),
                     f"{metric} is very small on non-specific networks", "Appendix E.2",
                     SECTIONS["Table 5"], partial(_small, metric))
          for metric in METRICS),
        PaperClaim("noisier-negatives", "Negatives of non-specific networks are noisier",
                   "Appendix E.2", SECTIONS["Table 5"],
                   partial(never, "the truth about negatives is not known")),
        PaperClaim("deepsem-above-grnboost2",
                   "DeepSEM outperforms earlier unsupervised methods (GRNBoost2)",
                   "Section 2.2, Table 1", SECTIONS["Table 1"],
                   partial(above_all, ["DeepSEM"], ["GRNBoost2"], "Table 1"),
                   Better("DeepSEM", ("GRNBoost2",))),
    ]


# fmt: on
def _numbers(source: str, metric: str, evidence: Evidence) -> Finding:
    """How many numbers of a table are ours, within errors."""
    name, test = TABLES[source]
    both = tables.beside_paper(evidence.of(name), source, {f"{test}_{METRICS[metric]}": metric})
    both = both[both["metric"] == metric].dropna(subset=["mean", "sem", "paper"])
    same = near(both["difference"], np.hypot(both["sem"], both["paper_sem"].fillna(0)))
    far = both[~same].groupby("method", sort=False).size()
    off = format_cases(f"{name} on {n}" for name, n in far.items())
    return Finding(
        judge_numbers(same),
        f"off: {off}; mean difference {both['difference'].mean():+.3f}",
        f"{same.sum()} within errors",
        f"{len(same)} numbers",
    )


def _order(source: str, metric: str, evidence: Evidence) -> Finding:
    """On how many data sets the methods are in the same order, by a strong rank correlation."""
    ours = evidence.means(source, metric)
    rho = ours.corrwith(paper_numbers(source, metric), axis=1, method="spearman")
    rho = rho.reindex(ours.index).dropna()
    holds = (rho >= STRONG).to_dict()
    because = f"rank correlation at least {STRONG:g} {format_where(holds)}"
    return Finding(tally(holds), because, format_each(rho, ".2f"))


def _small(metric: str, evidence: Evidence) -> Finding:
    """Whether the highest mean on non-specific networks is below the lowest of Table 1."""
    highest = evidence.means("Table 5", metric).max(axis=1)
    lowest = evidence.means("Table 1", metric).min(axis=1).reindex(highest.index)
    holds = (highest < lowest).to_dict()
    return Finding(
        tally(holds),
        f"the highest is below the lowest of Table 1 {format_where(holds)}",
        f"at most {highest.max():.3f}",
        f"at most {paper_numbers('Table 5', metric).to_numpy().max():.3f}",
    )
