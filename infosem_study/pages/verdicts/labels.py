"""What labels as a prior are worth."""

from functools import partial

from infosem_study.pages.verdicts.claim import (
    _CONTROLS,
    _FIGURE6,
    _TABLE4,
    _Claim,
    _fewer_cells,
    _gains,
    _improvements,
    _kind,
    _recalled,
    _top,
)
from infosem_study.pages.verdicts.evidence import _METRICS, _SAME_SHARES, _Evidence, _gains_on_seen
from infosem_study.pages.verdicts.judges import _each, _figure6, _Finding, _ranked, _tally, _where
from infosem_study.pages.verdicts.survival import _Better


# fmt: off
def _on_labels() -> list[_Claim]:
    """What labels as a prior are worth: the abstract, Section 5.2, Appendix E."""
    return [
        *_gains("labels", "InfoSEM-BC", "InfoSEM-B", 11.1, 31, 66),
        *_improvements("labels", "InfoSEM-BC", "DeepSEM"),
        *_improvements("labels", "InfoSEM-BC", "InfoSEM-B"),
        *(_top("labels", ["InfoSEM-BC"], 1, source, [metric], n,
               f"InfoSEM-BC has the best {metric} on {number} data sets")
          for source in ("Table 1", "Table 5")
          for metric, n, number in (("AUPRC", 4, "all"), ("Hit@1%", 3, "three"))),
        _top("labels", ["InfoSEM-BC"], 2, "Table 5", [*_METRICS], 4,
             "InfoSEM-BC is in the top 2 by both metrics on all data sets"),
        _Claim("labels", f"Seen genes: InfoSEM-BC is in the top 2 on three data sets, "
               f"{_kind('Table 4')}", "Table 4", _TABLE4,
               partial(_ranked, ["InfoSEM-BC"], 2, "Table 4", _METRICS, 3, all, any)),
        _Claim("labels", "Seen genes: what labels add to InfoSEM-BC is not shares of positives",
               "Abstract, Section 5.2", _CONTROLS, _avoids_shares),
        _fewer_cells("labels", "InfoSEM-BC"),
        _Claim("labels", "InfoSEM-BC is slightly better than InfoSEM-B at any number of cells",
               "Appendix E.3, Figure 6", _FIGURE6,
               partial(_figure6, "InfoSEM-BC is better than InfoSEM-B at every percentage"),
               _Better("InfoSEM-BC", ("InfoSEM-B",))),
        _recalled("labels", "InfoSEM-BC", "InfoSEM-B"),
    ]


def _avoids_shares(evidence: _Evidence) -> _Finding:
    """The same of InfoSEM-BC, beyond what InfoSEM-B has without labels.

    Labels that are all shuffled take that, too; what is left beyond what they leave is told.
    """
    (base, whole, shuffled, wrong), splits = _gains_on_seen(
        evidence, ("InfoSEM-B", "none"), ("InfoSEM-BC", "none"), ("InfoSEM-BC", _SAME_SHARES),
        ("InfoSEM-BC", "labels shuffled"),
    )  # fmt: skip
    left = (shuffled - base) / (whole - base)
    beyond_wrong = (shuffled - wrong) / (whole - wrong)
    holds = left.index[left < 0.5]
    because = (
        f"less than half of the gain over InfoSEM-B is left without the pairs "
        f"{_where(holds, [*left.index])}; of that over its own with all labels shuffled, "
        f"{_each(beyond_wrong, '.0%')}; {splits}"
    )
    return _Finding(_tally(len(holds), len(left)), because, f"left: {_each(left, '.0%')}")
