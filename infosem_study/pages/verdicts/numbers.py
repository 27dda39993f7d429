"""The tables as they are printed."""

from functools import partial
from itertools import product

import numpy as np

from infosem_study import tables
from infosem_study.pages.verdicts.claim import _PAGE_OF, _TABLE5, _TABLE6, _Claim
from infosem_study.pages.verdicts.evidence import _METRICS, _TABLES, _Evidence, _ours, _theirs
from infosem_study.pages.verdicts.judges import (
    _STRONG,
    _above,
    _each,
    _Finding,
    _never,
    _tally,
    _where,
    _within_errors,
)
from infosem_study.pages.verdicts.recall import _recall_above, _recall_not_free, _recall_numbers
from infosem_study.pages.verdicts.survival import _Better


# fmt: off
def _on_numbers() -> list[_Claim]:
    """The tables as they are printed, and what is said of them."""
    def page(source: str, metric: str) -> str:
        return "table1#hit-1" if (source, metric) == ("Table 1", "Hit@1%") else _PAGE_OF[source]

    return [
        *(_Claim("numbers", f"{what}{metric} in {source}", source, page(source, metric),
                 partial(judge, source, metric))
          for source, metric in product(_TABLES, _METRICS)
          for what, judge in (("The ", _numbers), ("The order of the methods by ", _order))),
        _Claim("numbers", "The recall in Table 6", "Table 6", _TABLE6, _recall_numbers),
        _Claim("numbers", "The recall in Table 6 is much higher than the AUPRC in Table 5",
               "Appendix E.2", _TABLE6, _recall_above, _recall_not_free),
        *(_Claim("numbers", f"{metric} is very small on non-specific networks", "Appendix E.2",
                 _TABLE5, partial(_small, metric))
          for metric in _METRICS),
        _Claim("numbers", "Negatives of non-specific networks are noisier", "Appendix E.2", _TABLE5,
               partial(_never, "the truth about negatives is not known")),
        _Claim("numbers", "DeepSEM outperforms earlier unsupervised methods (GRNBoost2)",
               "Section 2.2, Table 1", "table1#auprc",
               partial(_above, ["DeepSEM"], ["GRNBoost2"], "Table 1"),
               _Better("DeepSEM", ("GRNBoost2",))),
    ]


def _numbers(source: str, metric: str, evidence: _Evidence) -> _Finding:
    """How many numbers of a table are ours, to within 1.96 standard errors of the difference."""
    name, test = _TABLES[source]
    both = tables.beside_paper(evidence.of(name), source, {f"{test}_{_METRICS[metric]}": metric})
    both = both[both["metric"] == metric].dropna(subset=["mean", "sem", "paper"])
    off = both["difference"].abs()
    near = off < 1.96 * np.hypot(both["sem"], both["paper_sem"].fillna(0))
    far = both[~near].groupby("method", sort=False).size()
    because = "off: " + (", ".join(f"{name} on {n}" for name, n in far.items()) or "none")
    return _Finding(
        _within_errors(near),
        f"{because}; mean difference {both['difference'].mean():+.3f}",
        f"{near.sum()} within errors",
        f"{len(near)} numbers",
    )


def _order(source: str, metric: str, evidence: _Evidence) -> _Finding:
    ours = _ours(source, metric, evidence)
    rho = ours.corrwith(_theirs(source, metric), axis=1, method="spearman")
    rho = rho.reindex(ours.index).dropna()
    holds = rho.index[rho >= _STRONG]
    because = f"rank correlation at least {_STRONG:g} {_where(holds, [*rho.index])}"
    return _Finding(_tally(len(holds), len(rho)), because, _each(rho, ".2f"))


def _small(metric: str, evidence: _Evidence) -> _Finding:
    highest = _ours("Table 5", metric, evidence).max(axis=1)
    lowest = _ours("Table 1", metric, evidence).min(axis=1).reindex(highest.index)
    holds = highest.index[highest < lowest]
    return _Finding(
        _tally(len(holds), len(highest)),
        f"the highest is below the lowest of Table 1 {_where(holds, [*highest.index])}",
        f"at most {highest.max():.3f}",
        f"at most {_theirs('Table 5', metric).to_numpy().max():.3f}",
    )
