"""What the prior from text is worth."""

from functools import partial

from infosem_study.pages.verdicts.claim import (
    _FIGURE4,
    _INFOSEM,
    _PAGE_OF,
    _Claim,
    _fewer_cells,
    _gains,
    _improvements,
    _kind,
    _recalled,
    _top,
)
from infosem_study.pages.verdicts.evidence import (
    _METRICS,
    _SUPERVISED,
    _differences,
    _Evidence,
    _line,
)
from infosem_study.pages.verdicts.judges import _above, _Finding, _mean, _never, _where
from infosem_study.pages.verdicts.survival import _Better


# fmt: off
def _on_text() -> list[_Claim]:
    """What the prior from text is worth: the abstract, Section 5.2, Figures 4 and 6."""
    text, better = "InfoSEM-B, text", _Better("InfoSEM-B")
    figure4 = (
        ("Text helps: better than DeepSEM", text, "DeepSEM", better._replace(against=("DeepSEM",))),
        ("One-hot vectors do not help: not better than DeepSEM",
         "InfoSEM-B, one-hot", "DeepSEM", None),
        ("Random vectors do not help: not better than DeepSEM",
         "InfoSEM-B, random", "DeepSEM", None),
        ("Text is better than one-hot vectors", text, "InfoSEM-B, one-hot", better),
        ("Text is better than random vectors", text, "InfoSEM-B, random", better),
    )
    return [
        *_gains("text", "InfoSEM-B", "existing models (DeepSEM)", 38.5, 25, 52),
        *_improvements("text", "InfoSEM-B", "DeepSEM"),
        *(
            claim
            for source in ("Table 1", "Table 5")
            for claim in (
                _top("text", _INFOSEM, 2, source, ["AUPRC"], 4,
                     "InfoSEM-B and InfoSEM-BC are the two best on all data sets"),
                _top("text", ["InfoSEM-B"], 2, source, [*_METRICS], 3,
                     "InfoSEM-B is in the top 2 by both metrics on three data sets"),
                _Claim("text", f"InfoSEM-B surpasses supervised methods, {_kind(source)}",
                       f"Section 1, {source}", _PAGE_OF[source],
                       partial(_above, ["InfoSEM-B"], _SUPERVISED, source),
                       _Better("InfoSEM-B", _SUPERVISED, (source,))),
            )
        ),
        *(_Claim("text", key, "Section 5.2, Figure 4", _FIGURE4,
                 partial(_figure4, key, method, against), audited)
          for key, method, against, audited in figure4),
        _Claim("text", "Text of another kind helps, too (GenePT)", "Section 5.2, Figure 4",
               _FIGURE4, partial(_never, "its vectors are a download of 574 MB")),
        _fewer_cells("text", "InfoSEM-B"),
        _recalled("text", "InfoSEM-B", "DeepSEM"),
    ]


def _figure4(claim: str, method: str, against: str, evidence: _Evidence) -> _Finding:
    row = _line(evidence.embeddings, claim=claim)
    verdict = row["verdict"].replace("holds", "reproduced").replace("does not hold", "")
    difference = _differences(evidence.of("embeddings"), "unseen_auprc", [(method, against)])
    where = _where(row["holds on"].split(", "), [*map(str, difference.index)])
    return _Finding(verdict or "not reproduced", where, _mean(difference))
