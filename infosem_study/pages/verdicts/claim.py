"""What a claim of the paper is."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import NamedTuple

from infosem_study.pages.verdicts.evidence import _METRICS, _NETWORKS, _TABLES, _Evidence
from infosem_study.pages.verdicts.judges import (
    _figure6,
    _Finding,
    _improvement,
    _percentage,
    _ranked,
)
from infosem_study.pages.verdicts.recall import _recall_beyond, _recall_order
from infosem_study.pages.verdicts.survival import _Better, _cells_matter


# fmt: off
class _Claim(NamedTuple):
    about: str
    text: str
    stands_in: str
    page: str  # of the book, and the section
    judge: Callable[["_Evidence"], _Finding]
    audit: _Better | Callable[["_Evidence"], str] | None = None


_PERCENT, _TABLE1 = "table1#the-percentages-of-the-abstract", "table1#verdicts"


_TABLE3 = "appendix#table-3-unseen-pairs-of-seen-genes-cell-type-specific"


_TABLE4 = "appendix#table-4-unseen-pairs-of-seen-genes-non-specific"


_TABLE5 = "appendix#table-5-unseen-genes-non-specific"


_TABLE6 = "appendix#table-6-recall-at-a-threshold-of-0-5-unseen-genes-non-specific"


_PAGE_OF = {"Table 1": "table1#auprc", "Table 3": _TABLE3, "Table 4": _TABLE4, "Table 5": _TABLE5}


_BIAS = "bias_analysis#verdicts"


_FIGURE3B = "bias_analysis#what-one-hot-lr-knows-of-a-tf-figure-3-b"


_FIGURE4, _FIGURE6 = "embedding_sensitivity#verdicts", "cell_subsampling#verdicts"


_CONTROLS = "audit#what-is-left-without-one-of-its-inputs"


_APPENDIX_B, _APPENDIX_C = "protocol#the-data-appendix-b", "appendix#appendix-c-settings"


_INFOSEM = ("InfoSEM-B", "InfoSEM-BC")


def _kind(source: str) -> str:
    return _NETWORKS[_TABLES[source][0]]


def _gains(about: str, method: str, against: str, said: float, *by: float) -> list[_Claim]:
    """The percentages of the abstract, and those of Section 5.2 on both kinds of networks."""
    rival = "InfoSEM-B" if against == "InfoSEM-B" else "DeepSEM"
    return [
        _Claim(about, f"{method} improves on {against} by {said:g}%", "Abstract, Sections 1, 6",
               _PERCENT, partial(_percentage, f"{method} over {against}"),
               _Better(method, (rival,), ("Table 1", "Table 5"))),
        *(_Claim(about, f"{method} improves on DeepSEM by {percent:g}%, {_kind(source)}",
                 "Section 5.2", _PERCENT,
                 partial(_percentage, f"{method} over DeepSEM, {_kind(source)}"),
                 _Better(method, ("DeepSEM",), (source,)))
          for source, percent in zip(("Table 1", "Table 5"), by, strict=True)),
    ]


def _improvements(about: str, method: str, against: str) -> list[_Claim]:
    return [
        _Claim(about, f"{method} improves upon {against} by {metric}, {_kind(source)}",
               f"Section 5.2, {source}",
               _TABLE1 if source == "Table 1" else "appendix#does-the-prior-help-here",
               partial(_improvement, method, against, source, metric),
               _Better(method, (against,), (source,), metric))
        for source, metric in product(("Table 1", "Table 5"), _METRICS)
    ]


def _top(
    about: str, methods: Sequence[str], k: int, source: str, metrics: Sequence[str], n: int,
    text: str,
) -> _Claim:
    """That all methods are among the k best by all metrics, on n data sets."""
    return _Claim(about, f"{text}, {_kind(source)}", f"Section 5.2, {source}", _PAGE_OF[source],
                  partial(_ranked, methods, k, source, metrics, n, all, all),
                  _Better(methods[0], (), (source,), metrics[0]))


def _fewer_cells(about: str, method: str) -> _Claim:
    return _Claim(about, f"{method} with 20% of the cells is as good as DeepSEM with all",
                  "Section 5.2, Appendix E.3, Figure 6", _FIGURE6,
                  partial(_figure6, f"{method} with 20% of the cells is no worse than DeepSEM with "
                          "all"), _cells_matter)


def _recalled(about: str, method: str, against: str) -> _Claim:
    return _Claim(about, f"{method} has a higher recall than {against}", "Table 6", _TABLE6,
                  partial(_recall_order, method, against), partial(_recall_beyond, method, against))
