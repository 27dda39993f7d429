"""Every claim of the paper that can be tested, with its verdict: what the page of verdicts shows.

Where another module judges a claim, its verdict is taken over: `tables` (percentages, Tables 1 and
5, Figures 4 and 6), `bias` (Section 5.1, Appendix D), `recall` (Table 6), `tuning` (Appendix C).
The rest is judged here. There is one row a claim, whatever was run.
"""

import html
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property, partial
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from infosem.data import CELLS
from infosem.errors import InfosemError
from infosem_study import statistics, tables
from infosem_study.methods import METHODS
from infosem_study.pages import (
    audit,
    bias_analysis,
    cell_subsampling,
    embedding_sensitivity,
    table1,
)
from infosem_study.pages.appendix import recall, tuning
from infosem_study.reported import reported

__all__ = ["PAGES", "claims", "describe", "linked", "stored"]

PAGES = {
    "table1": "Table 1",
    "bias_analysis": "Seen genes",
    "embedding_sensitivity": "Embeddings",
    "cell_subsampling": "Fewer cells",
    "protocol": "Protocol",
    "audit": "Audit",
    "appendix": "Appendix",
}
"""The pages of the book that show claims, and what a link to them says."""

_CONSTANT = "Random TF constant"
_METRICS = {"AUPRC": "auprc", "Hit@1%": "hit"}
_TRIVIAL = ("One-hot LR", "MatComp")
_SUPERVISED = (*_TRIVIAL, "scGREAT", "GENELink")
_INFOSEM = ("InfoSEM-B", "InfoSEM-BC")
_UNSUPERVISED = ("GRNBoost2", "DeepSEM", "InfoSEM-B")
_NETWORKS = {"specific": "cell-type-specific", "non_specific": "non-cell-type-specific"}
# Which of them, and which test, each of the paper's tables is about.
_TABLES = {
    "Table 1": ("specific", "unseen"),
    "Table 3": ("specific", "seen"),
    "Table 4": ("non_specific", "seen"),
    "Table 5": ("non_specific", "unseen"),
}
_STRONG = 0.8  # a rank correlation that counts as the same order
_MOST, _HALF = 0.9, 0.5  # of a table's numbers: where it is reproduced, and where partly
_NO_RUNS = "its runs are not in the ledger"


def stored(
    function: Callable[..., pd.DataFrame], *args: Any, **options: Any
) -> pd.DataFrame | None:
    """What a function returns, or None where it lacks something that it may not run, or cannot.

    Parameters
    ----------
    function : callable
        One that computes what the ledger lacks, such as `comparison.compare`.
    *args, **options
        Of the function. With ``runner=STORED_ONLY`` it may run nothing.
    """
    try:
        return function(*args, **options)
    except InfosemError as error:
        print(f"{function.__name__}: {error}")
        return None


# --- what is judged -------------------------------------------------------------------------------


class _Finding(NamedTuple):
    """What became of a claim."""

    verdict: str
    because: str
    ours: str = "-"
    paper: str = "-"


class _Better(NamedTuple):
    """That a method is better than others on unseen genes, which the audit looks into."""

    method: str
    against: tuple[str, ...] = ()  # chance, where there is none
    sources: tuple[str, ...] = ("Table 1",)
    metric: str = "AUPRC"


class _Claim(NamedTuple):
    about: str
    text: str
    stands_in: str
    page: str  # of the book, and the section
    judge: Callable[["_Evidence"], _Finding]
    audit: _Better | Callable[["_Evidence"], str] | None = None


class _Missing(Exception):
    """There is nothing to judge a claim by."""


class _Evidence:
    """The frames that `claims` is given, and the verdicts of other modules on them."""

    def __init__(self, **frames: pd.DataFrame | None) -> None:
        self.frames = {
            name: None if frame is None else frame[frame["dataset"].isin(CELLS)]
            for name, frame in frames.items()
        }
        given = [frame for frame in self.frames.values() if frame is not None]
        self.of_paper = not given or any(len(frame) for frame in given)
        self.known: dict[tuple[str, ...], Any] = {}  # what several claims ask for

    def of(self, name: str) -> pd.DataFrame:
        """A frame, if there is one with data sets of the paper."""
        frame = self.frames[name]
        if frame is None or not len(frame):
            raise _Missing
        return frame

    def once(self, function: Callable[..., Any], *asked: str) -> Any:
        """What a function of this evidence and of what is asked returns, computed once."""
        key = (function.__name__, *asked)
        if key not in self.known:
            self.known[key] = function(self, *asked)
        return self.known[key]

    @cached_property
    def percentages(self) -> pd.DataFrame:
        at_hand = [self.frames[name] for name in _NETWORKS if self.frames[name] is not None]
        if not at_hand:
            raise _Missing
        return table1.percentages(pd.concat(at_hand))

    @cached_property
    def table1(self) -> pd.DataFrame:
        return table1.verdicts(self.of("specific"))

    @cached_property
    def table5(self) -> pd.DataFrame:
        return table1.verdicts(self.of("non_specific"), "Table 5")

    @cached_property
    def bias(self) -> pd.DataFrame:
        rows, coefs = self.of("specific"), self.of("coefficients")
        probs = self.frames["probabilities"]
        if probs is None:
            probs = coefs.iloc[:0].assign(probability=0.0)
        return bias_analysis.verdicts(rows, coefs, probs)

    @cached_property
    def embeddings(self) -> pd.DataFrame:
        return embedding_sensitivity.sensitivity_verdicts(self.of("embeddings"))

    @cached_property
    def cells(self) -> pd.DataFrame:
        return cell_subsampling.subsampling_verdicts(self.of("cells"))

    @cached_property
    def recall(self) -> pd.DataFrame:
        """Under the conversion that comes nearest to the paper's Table 6."""
        table = recall.compared(self.of("recalls"))
        order = recall.conversions(table)["conversion"]
        nearest = str(order[order.isin(recall.CONVERSIONS)].iloc[0])
        found: pd.DataFrame = table[table["conversion"] == nearest]
        return found

    @cached_property
    def settings(self) -> pd.DataFrame:
        return tuning.chosen(self.of("settings"))


def claims(
    *,
    specific: pd.DataFrame | None = None,
    non_specific: pd.DataFrame | None = None,
    coefficients: pd.DataFrame | None = None,
    probabilities: pd.DataFrame | None = None,
    embeddings: pd.DataFrame | None = None,
    cells: pd.DataFrame | None = None,
    recalls: pd.DataFrame | None = None,
    settings: pd.DataFrame | None = None,
    counts: pd.DataFrame | None = None,
    within: pd.DataFrame | None = None,
    controls: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every claim of the paper that can be tested, and what became of it.

    Parameters
    ----------
    specific, non_specific : DataFrame, optional
        From `comparison.compare`, on cell-type-specific networks (with downsampled methods) and
        others; with Random TF constant. What is not given counts as not run, here and below.
    coefficients, probabilities : DataFrame, optional
        From the functions of these names in `bias`.
    embeddings, cells, controls : DataFrame, optional
        From `studies.sensitivity`, `studies.subsampling` and `studies.controls`.
    recalls : DataFrame, optional
        From `recall.recalls`, on non-specific networks.
    settings : DataFrame, optional
        From `tuning.search`.
    counts : DataFrame, optional
        From `protocol.counts`.
    within : DataFrame, optional
        From `audit.within`; of the first training seed, as `controls` are.

    Returns
    -------
    DataFrame
        One row a claim, as text: about ("seen genes", "text", "labels", "numbers" or "settings");
        claim; verdict ("reproduced", "partly", "not reproduced", "undecided", "not run", or "not
        claimed", of other data sets than the paper's); survives the audit; paper and ours, numbers
        with their standard errors in parentheses; because; stands in (of the paper); and page, with
        the section of the book that shows it.

        The audit asks of a method that is said to be better than others on unseen genes, on each
        data set where the paper's numbers say so: does it beat a random constant per TF
        (`statistics.beyond_constant`), is it better within TFs (`audit.paired_within`), and has it
        a gain over chance of which each control takes some (`audit.left_of_gain`)? The answer is
        "yes" where it is to all, or tells where it is, or what speaks against it most often; "-" of
        other claims.
    """
    evidence = _Evidence(
        specific=specific, non_specific=non_specific, coefficients=coefficients,
        probabilities=probabilities, embeddings=embeddings, cells=cells, recalls=recalls,
        settings=settings, counts=counts, within=within, controls=controls,
    )  # fmt: skip
    lines = []
    for claim in _catalogue():
        finding = _judged(claim, evidence)
        lines.append(
            {
                "about": claim.about,
                "claim": claim.text,
                "verdict": finding.verdict,
                "survives the audit": _survives(claim.audit, evidence),
                "paper": finding.paper,
                "ours": finding.ours,
                "because": finding.because,
                "stands in": claim.stands_in,
                "page": claim.page,
            }
        )
    return pd.DataFrame(lines)


def _judged(claim: _Claim, evidence: _Evidence) -> _Finding:
    if not evidence.of_paper:
        return _Finding("not claimed", "these are not the paper's data sets")
    try:
        return claim.judge(evidence)
    except _Missing:
        return _Finding("not run", _NO_RUNS)


# --- the claims -----------------------------------------------------------------------------------
# fmt: off

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


def _catalogue() -> list[_Claim]:
    """All claims, in the order of the page."""
    return [*_on_seen_genes(), *_on_text(), *_on_labels(), *_on_numbers(), *_on_settings()]


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


def _on_settings() -> list[_Claim]:
    searched = (("InfoSEM-B", "sigma_w"), ("InfoSEM-BC", "sigma_l and h"))
    return [
        *(_Claim("settings", f"The data sets have the counts of Appendix B, {kind}", "Appendix B",
                 _APPENDIX_B, partial(_counts, kind))
          for kind in _NETWORKS.values()),
        *(_Claim("settings", f"{what}: cross-validation chooses what Appendix C prints, {network}",
                 "Appendix C", _APPENDIX_C, partial(_settings, method, network))
          for network in _NETWORKS.values()
          for method, what in searched),
    ]


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


# fmt: on
# --- verdicts of other modules --------------------------------------------------------------------


def _line(table: pd.DataFrame, **wanted: str) -> dict[str, Any]:
    """The row with these values."""
    for column, value in wanted.items():
        if column not in table:
            raise _Missing
        table = table[table[column] == value]
    if not len(table):
        raise _Missing
    (row,) = table.to_dict("records")
    return {str(name): value for name, value in row.items()}


def _percentage(claim: str, evidence: _Evidence) -> _Finding:
    row = _line(evidence.percentages, claim=claim)
    because = f"on {row['on']} networks"
    if row["verdict"] == "undecided":
        because += "; the interval holds 0 and the paper's number"
    if row["follows"] == "no":
        because += f"; the paper's own tables give {row['from its tables'].split(' ')[0]}"
    return _Finding(row["verdict"], because, row["ours"], row["paper"])


def _improvement(
    method: str, against: str, source: str, metric: str, evidence: _Evidence
) -> _Finding:
    table = evidence.table1 if source == "Table 1" else evidence.table5
    row = _line(table, claim=f"{method} improves upon {against}", metric=metric)
    rows, claimed = evidence.of(_TABLES[source][0]), row["claimed on"].split(", ")
    difference = _differences(rows, f"unseen_{_METRICS[metric]}", [(method, against)])
    where = _where(row["holds on"].split(", "), claimed)
    return _Finding(row["verdict"], where, _mean(difference.loc[claimed]), row["paper"])


def _of_bias(claim: str, evidence: _Evidence) -> _Finding:
    row = _line(evidence.bias, claim=claim)
    if row["verdict"] not in _VERDICTS[:3]:
        return _Finding("not run", row["verdict"] if "split" in row["verdict"] else _NO_RUNS)
    because = f"in {row['holds in']} cases"
    if row["but not in"] != "-":
        because += f"; not {row['but not in']}"
    return _Finding(row["verdict"], because, row["ours"], row["paper"])


def _figure4(claim: str, method: str, against: str, evidence: _Evidence) -> _Finding:
    row = _line(evidence.embeddings, claim=claim)
    verdict = row["verdict"].replace("holds", "reproduced").replace("does not hold", "")
    difference = _differences(evidence.of("embeddings"), "unseen_auprc", [(method, against)])
    where = _where(row["holds on"].split(", "), [*map(str, difference.index)])
    return _Finding(verdict or "not reproduced", where, _mean(difference))


def _figure6(claim: str, evidence: _Evidence) -> _Finding:
    row = _line(evidence.cells, claim=claim)
    if row["verdict"] not in _VERDICTS[:3]:
        return _Finding("not run", row["verdict"].replace("not run", _NO_RUNS))
    return _Finding(row["verdict"], f"on {row['claimed on']}", row[row["claimed on"]])


def _settings(method: str, network: str, evidence: _Evidence) -> _Finding:
    same = "method == @method and network == @network and paper_auprc.notna()"
    own = evidence.settings.query(same).set_index("dataset")
    if not len(own):
        raise _Missing
    holds = own.index[own["verdict"] != "below the best"]
    ours, paper = (
        ", ".join(f"{dataset} {_values(setting)}" for dataset, setting in own[column].items())
        for column in ("best", "paper")
    )
    where = _where([*holds], [*own.index])
    return _Finding(_tally(len(holds), len(own)), f"best within the noise {where}", ours, paper)


def _values(setting: str) -> str:
    """The numbers of "sigma_l 0.1, h 128"."""
    return " and ".join(part.split(" ")[-1] for part in setting.split(", "))


def _counts(network: str, evidence: _Evidence) -> _Finding:
    table = evidence.of("counts").query("network == @network").dropna(subset="paper")
    near = (table["ours"] - table["paper"]).abs() < 0.01 * table["paper"]
    by_dataset = near.groupby(table["dataset"], sort=False)
    where = ", ".join(f"{name} {part.sum()} of {len(part)}" for name, part in by_dataset)
    return _Finding(
        _tally(int(near.sum()), len(near)), where, f"{near.sum()} within 1%", f"{len(near)} counts"
    )


# --- verdicts of this module ----------------------------------------------------------------------


def _never(because: str, evidence: _Evidence) -> _Finding:
    return _Finding("not run", because)


def _tally(n_held: int, n: int, n_claimed: int | None = None) -> str:
    """The verdict on a claim that holds in some of n cases, and says so of so many, or of all."""
    if not n:
        raise _Missing
    if n_held >= (n if n_claimed is None else n_claimed):
        return "reproduced"
    return "partly" if n_held else "not reproduced"


def _within_errors(near: "pd.Series[bool]") -> str:
    """The verdict on numbers of which some are the paper's, as far as errors tell."""
    if not len(near):
        raise _Missing
    share = float(near.mean())
    return "reproduced" if share >= _MOST else "partly" if share >= _HALF else "not reproduced"


def _where(holds: Iterable[Any], claimed: Sequence[Any]) -> str:
    """On which data sets something holds, and on which not."""
    there = [str(name) for name in claimed if name in holds]
    elsewhere = [str(name) for name in claimed if name not in holds]
    if not there:
        return f"on none of {len(claimed)}"
    return f"on {', '.join(there)}" + (f"; not on {', '.join(elsewhere)}" if elsewhere else "")


def _differences(rows: pd.DataFrame, column: str, pairs: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """Of a method and a rival, over the splits that both have, by data set.

    Columns method, rival, mean, sem and low, the lower end of the 95% interval of the mean by
    Student's t; NaN for a single split.
    """
    wide, parts = rows.pivot_table(column, ["dataset", "split"], "method", sort=False), []
    for method, rival in pairs:
        if {method, rival} <= set(wide):
            groups = (wide[method] - wide[rival]).dropna().groupby("dataset", sort=False)
            part = pd.DataFrame({"mean": groups.mean(), "sem": groups.sem()})
            part["low"] = part["mean"] - stats.t.ppf(0.975, groups.size() - 1) * part["sem"]
            parts += [part.assign(method=method, rival=rival)] * bool(len(part))
    if not parts:
        raise _Missing
    return pd.concat(parts)


def _mean(by_dataset: pd.DataFrame, form: str = "+.3f") -> str:
    """Mean over data sets, with its standard error in parentheses."""
    if not len(by_dataset):
        raise _Missing
    errors = by_dataset["sem"].to_numpy(dtype=float)
    return _number(by_dataset["mean"].mean(), np.sqrt(np.square(errors).sum()) / len(errors), form)


def _number(value: float, error: float, form: str = "+.3f") -> str:
    shown = format(value, form)
    return shown if np.isnan(error) else f"{shown} ({error:{form.lstrip('+')}})"


def _each(values: "pd.Series[float]", form: str) -> str:
    return ", ".join(f"{name} {value:{form}}" for name, value in values.items())


@cache
def _theirs(source: str, metric: str) -> pd.DataFrame:
    """The paper's numbers: data sets by methods."""
    table = reported(source)
    own = table[table["quantity"] == metric]
    return own.pivot(index="dataset", columns="method", values="value")


def _ours(source: str, metric: str, evidence: _Evidence) -> pd.DataFrame:
    """Our means over splits, of the paper's methods: data sets by methods.

    Without what was run on fewer splits than others: its mean is that of easier or harder ones.
    """
    name, test = _TABLES[source]
    rows = evidence.of(name)
    own = rows[rows["method"].isin(_theirs(source, metric).columns)]
    n_splits = own.groupby(["dataset", "method"])["split"].transform("nunique")
    own = own[n_splits == n_splits.groupby(own["dataset"]).transform("max")]
    found = statistics.summarise(own, [f"{test}_{_METRICS[metric]}"])
    wide = found.pivot(index="dataset", columns="method", values="mean")
    return wide.loc[found["dataset"].unique()]


def _ranked(
    methods: Sequence[str],
    k: int,
    source: str,
    metrics: Iterable[str],
    n_claimed: int,
    of_methods: Callable[[Iterable[bool]], bool],
    of_metrics: Callable[[Iterable[bool]], bool],
    evidence: _Evidence,
) -> _Finding:
    """On how many data sets any, or all, of methods are among the k best by any, or all, metrics.

    Among the paper's methods that were run, by differences on the splits that both have: else a
    method that was run on few splits would win by easy ones.
    """
    name, test = _TABLES[source]
    rows, held, papers, decisions = evidence.of(name), {}, {}, []
    for metric, method in product(metrics, methods):
        theirs = _theirs(source, metric)
        pairs = product([method], theirs.columns.drop(method))
        differences = _differences(rows, f"{test}_{_METRICS[metric]}", pairs)
        for dataset, part in differences.groupby("dataset", sort=False):
            part = part.sort_values("mean")
            if len(part) >= k:
                margin, rival = part["mean"].iloc[k - 1], part["rival"].iloc[k - 1]
                held[str(dataset), metric, method] = margin >= 0
                told = _number(margin, part["sem"].iloc[k - 1])
                decisions.append(
                    (abs(margin), f"{method} on {dataset} by {metric}, {told} to {rival}")
                )
        for dataset in CELLS:
            numbers = theirs.T[dataset]
            kth = numbers.drop(method).nlargest(k).iloc[-1]
            papers[dataset, metric, method] = bool(numbers[method] >= kth)
    if not held:
        raise _Missing
    datasets = [*dict.fromkeys(dataset for dataset, _, _ in held)]
    of_all = (metrics, methods, of_methods, of_metrics)
    holds = [dataset for dataset in datasets if _holds(held, dataset, *of_all)]
    n_paper = sum(_holds(papers, dataset, *of_all) for dataset in CELLS)
    paper = f"{n_claimed} of 4" + f" (its table: {n_paper})" * (n_paper != n_claimed)
    return _Finding(
        _tally(len(holds), len(datasets), n_claimed),
        f"{_where(holds, datasets)}; nearest decision: {min(decisions)[1]}",
        f"{len(holds)} of {len(datasets)}",
        paper,
    )


def _holds(
    held: Mapping[tuple[str, str, str], bool],
    dataset: str,
    metrics: Iterable[str],
    methods: Sequence[str],
    of_methods: Callable[[Iterable[bool]], bool],
    of_metrics: Callable[[Iterable[bool]], bool],
) -> bool:
    return of_metrics(
        of_methods(held.get((dataset, metric, method), False) for method in methods)
        for metric in metrics
    )


def _above(
    methods: Sequence[str], rivals: Sequence[str], source: str, evidence: _Evidence
) -> _Finding:
    """Whether all methods are above all rivals by AUPRC, where the paper's numbers say so.

    On a data set the pair with the smallest difference counts, and whether the 95% intervals of all
    lie above 0.
    """
    name, test = _TABLES[source]
    rows, theirs = evidence.of(name), _theirs(source, "AUPRC")
    papers = theirs[[*methods]].min(axis=1) - theirs[[*rivals]].max(axis=1)
    every = _differences(rows, f"{test}_auprc", product(methods, rivals)).dropna(subset="low")
    every = every[every.index.isin(papers.index[papers > 0])]
    least = every.groupby(level=0, sort=False)["low"].min()
    worst = every.sort_values("mean", kind="stable")
    closest = " and ".join(worst[["method", "rival"]].head(1).to_numpy().ravel())
    worst = worst[~worst.index.duplicated()].loc[least.index]
    holds = [*least.index[least > 0]]
    verdict = _tally(len(holds), len(worst))
    because = f"{_where(holds, [*worst.index])}; closest: {closest}"
    return _Finding(verdict, because, _mean(worst), f"{papers[worst.index].mean():+.3f}")


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


def _recall_numbers(evidence: _Evidence) -> _Finding:
    table = evidence.recall.dropna(subset=["mean", "sem", "paper"])
    near = table["difference"].abs() < 1.96 * np.hypot(table["sem"], table["paper_sem"])
    verdict, name = _within_errors(near), table["conversion"].iloc[0]
    because = f"nearest of {len(recall.CONVERSIONS)} conversions: {name}"
    told = recall.conversions(recall.compared(evidence.of("recalls")))
    if told["conversion"].iloc[0] != name:
        verdict, because = "not reproduced", f"{because}; zero everywhere is nearer"
    return _Finding(verdict, because, f"{near.sum()} within errors", f"{len(near)} numbers")


def _recall_above(evidence: _Evidence) -> _Finding:
    papers = reported("Table 6").pivot(index="dataset", columns="method", values="value")
    own = evidence.recall.pivot(index="dataset", columns="method", values="mean")
    times = (own / _ours("Table 5", "AUPRC", evidence))[papers.columns].mean(axis=1).dropna()
    holds = times.index[times > 2]
    theirs = (papers / _theirs("Table 5", "AUPRC")[papers.columns]).mean(axis=1)
    return _Finding(
        _tally(len(holds), len(times)),
        f"more than twice as high, mean of the methods, {_where(holds, [*times.index])}",
        f"{times.mean():.1f} times as high",
        f"{theirs.mean():.1f} times as high",
    )


def _recall_order(method: str, against: str, evidence: _Evidence) -> _Finding:
    found, papers = _recall_differences("recall", method, against, evidence)
    holds = found.index[found["low"] > 0]
    verdict, where = _tally(len(holds), len(found)), _where(holds, [*found.index])
    (name,) = evidence.recall["conversion"].unique()
    return _Finding(verdict, f"{where}; {name}", _mean(found, "+.2f"), f"{papers.mean():+.2f}")


def _recall_differences(
    measure: str, method: str, against: str, evidence: _Evidence
) -> tuple[pd.DataFrame, pd.Series]:
    """By data set on which the paper's recall is higher: ours of the measure, and the paper's."""
    (name,) = evidence.recall["conversion"].unique()
    rows = evidence.of("recalls")
    found = _differences(rows[rows["conversion"] == name], measure, [(method, against)])
    table = reported("Table 6").pivot(index="dataset", columns="method", values="value")
    papers = (table[method] - table[against]).reindex(found.index)
    return found[papers > 0], papers[papers > 0]


def _left(evidence: _Evidence, network: str) -> pd.DataFrame:
    rows = evidence.of("controls")
    left = audit.left_of_gain(rows[rows["network"] == network])
    if not len(left):
        raise _Missing
    return left.set_index(["method", "dataset", "control"])


_SAME_SHARES = "labels shuffled within TFs"


def _gains_on_seen(evidence: _Evidence, *of: tuple[str, str]) -> tuple[list[pd.Series], str]:
    """Gain on seen genes by data set, on the splits that all of these have: (method, control).

    And how many splits those are, to be told.
    """
    rows = evidence.of("controls")
    rows = rows[rows["network"] == _NETWORKS["specific"]]
    gains = rows.assign(gain=rows["seen_auprc"] - rows["seen_base"]).pivot_table(
        "gain", ["dataset", "split"], ["method", "control"], sort=False
    )
    if not set(of) <= set(gains):
        raise _Missing
    of_datasets = gains[[*of]].dropna().groupby("dataset", sort=False)
    means = of_datasets.mean()
    return [means[one] for one in of], f"{of_datasets.size().min()} splits"


def _of_shares(method: str, evidence: _Evidence) -> _Finding:
    """What of a gain on seen genes is left where a TF's labels are given to its other pairs."""
    (own, shuffled), splits = _gains_on_seen(evidence, (method, "none"), (method, _SAME_SHARES))
    left = shuffled / own
    holds = left.index[left >= 0.5]
    where = _where(holds, [*left.index])
    because = f"half or more of the gain is left without the pairs {where}; {splits}"
    return _Finding(_tally(len(holds), len(left)), because, f"left: {_each(left, '.0%')}")


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


# --- the audit ------------------------------------------------------------------------------------

_AGAINST = {
    "constant": "not shown to beat a TF constant",
    "within": "not better within TFs",
    "gain": "no gain over chance",
}


def _survives(asked: _Better | Callable[[_Evidence], str] | None, evidence: _Evidence) -> str:
    if asked is None or not evidence.of_paper:
        return "-"
    try:
        return _audited(asked, evidence) if isinstance(asked, _Better) else asked(evidence)
    except _Missing:
        return "not run"


def _audited(asked: _Better, evidence: _Evidence) -> str:
    """Where a method passes all tests that a ranking of TFs, or of targets, does not pass."""
    outcomes: dict[str, dict[str, bool | None]] = {}  # None: not run
    for source in asked.sources:
        name, _ = _TABLES[source]
        rows, theirs = evidence.of(name), _theirs(source, asked.metric)
        for dataset in rows.loc[rows["method"] == asked.method, "dataset"].unique():
            numbers = theirs.loc[dataset]
            if any(numbers[asked.method] <= numbers[rival] for rival in asked.against):
                continue  # it is not said there
            where = dataset + ", non-specific" * (name == "non_specific")
            outcomes[where] = {
                "constant": _beats_constant(evidence, asked, name, dataset),
                "within": _better_within(evidence, asked, _NETWORKS[name], dataset),
                **_beats_controls(evidence, asked.method, _NETWORKS[name], dataset),
            }
    passed = [where for where, tests in outcomes.items() if all(tests.values())]
    failed = [where for where, tests in outcomes.items() if False in tests.values()]
    if len(passed) + len(failed) < len(outcomes) or not outcomes:
        raise _Missing
    if not passed:
        counted = Counter(
            test for tests in outcomes.values() for test, good in tests.items() if good is False
        )
        ((test, _),) = counted.most_common(1)
        return f"no: {_AGAINST.get(test, f'as good with {test}')}"
    return "yes" if not failed else f"on {', '.join(passed)} only"


def _beats_constant(evidence: _Evidence, asked: _Better, name: str, dataset: str) -> bool | None:
    table = evidence.once(_constants, name, asked.method)
    if table is None:
        return None
    row = _line(table, dataset=dataset, metric=asked.metric)
    return bool(row["verdict"] == "better")


def _constants(evidence: _Evidence, name: str, method: str) -> pd.DataFrame | None:
    rows = evidence.of(name)
    pair = rows[rows["method"].isin([method, _CONSTANT])]
    return statistics.beyond_constant(pair) if pair["method"].nunique() == 2 else None


def _better_within(evidence: _Evidence, asked: _Better, network: str, dataset: str) -> bool | None:
    if evidence.frames["within"] is None:
        return None
    # Without expression, scores of an unseen TF are constant, and at chance within it.
    rivals = {name if METHODS[name].expression else _CONSTANT for name in asked.against}
    found = []
    for rival in rivals or {_CONSTANT}:
        table = evidence.once(_within, network, asked.method, rival)
        own = table[table["dataset"] == dataset] if len(table) else table
        if not len(own):
            return None
        found.append(bool(own["low"].iloc[0] > 0))
    return all(found)


def _within(evidence: _Evidence, network: str, method: str, rival: str) -> pd.DataFrame:
    table = evidence.of("within")
    return audit.paired_within(table[table["network"] == network], method, rival)


def _beats_controls(
    evidence: _Evidence, method: str, network: str, dataset: str
) -> dict[str, bool | None]:
    """Whether there is a gain over chance, and whether each control takes some of it."""
    try:
        left = evidence.once(_left, network).reset_index()
    except _Missing:
        return {"controls": None}
    own = left[(left["method"] == method) & (left["dataset"] == dataset)]
    found: dict[str, bool | None] = dict(
        zip(own["control"].replace("none", "gain"), own["low"] > 0, strict=True)
    )
    return found if len(found) > 1 else {"controls": None}


def _cells_matter(evidence: _Evidence) -> str:
    """That few cells are enough says something where more cells help at all."""
    row = _line(evidence.cells, claim="More cells help DeepSEM: better with all than with 20%")
    better = str(row.get("hESC")).endswith(", better")
    return "yes" if better else "no: cells do not help DeepSEM"


def _recall_not_free(evidence: _Evidence) -> str:
    """That the recall is more than the share of all pairs that pass, for each of the methods."""
    own = evidence.recall.dropna(subset=["paper", "beyond", "beyond_sem"])
    shown = (own["beyond"] > 1.96 * own["beyond_sem"]).groupby(own["dataset"], sort=False).all()
    return _survives_on(shown.index[shown], len(shown))


def _survives_on(holds: pd.Index, n: int) -> str:
    verdict = _tally(len(holds), n)
    if verdict == "not reproduced":
        return "no: not beyond the share of all pairs that pass"
    return "yes" if verdict == "reproduced" else f"on {', '.join(holds)} only"


def _recall_beyond(method: str, against: str, evidence: _Evidence) -> str:
    """The same of recall beyond the share of all pairs that pass the threshold, which is free."""
    found, _ = _recall_differences("beyond", method, against, evidence)
    return _survives_on(found.index[found["low"] > 0], len(found))


# --- text -----------------------------------------------------------------------------------------

_VERDICTS = ("reproduced", "partly", "not reproduced", "undecided", "not run", "not claimed")
# The three main claims: what is said of the claims that start so, if all of them are reproduced, if
# some are or partly, and if none is.
_MAIN: dict[str, tuple[str, dict[str, tuple[str, str, str]]]] = {
    "seen genes": (
        "Benchmarks on seen genes reward memory",
        {
            "Seen genes: One-hot LR is": (
                "One-hot LR, which knows only names, does as well there as deep supervised methods",
                "One-hot LR, which knows only names, does as well there as some deep supervised "
                "methods, not as all",
                "One-hot LR, which knows only names, does worse there than deep supervised methods",
            ),
            "From seen to unseen genes": (
                "on unseen genes these fall by as much as the paper says",
                "on unseen genes these fall, but not everywhere by as much as the paper says",
                "on unseen genes these do not fall",
            ),
            "Unseen genes: supervised methods are": (
                "they are no better than chance there",
                "some of them are better than chance there",
                "they are better than chance there",
            ),
        },
    ),
    "text": (
        "Text helps",
        {
            "InfoSEM-B improves upon DeepSEM": (
                "InfoSEM-B is ahead of DeepSEM wherever the paper says so",
                "InfoSEM-B is shown to be ahead of DeepSEM on some data sets, and not on others "
                "where the paper says so",
                "InfoSEM-B is nowhere shown to be ahead of DeepSEM",
            ),
            "Text is better than": (
                "text is better than vectors without content",
                "text is better than vectors without content on some data sets only",
                "text is nowhere shown to be better than vectors without content",
            ),
        },
    ),
    "labels": (
        "Labels help, as a prior",
        {
            f"InfoSEM-BC improves upon {rival}": (
                f"InfoSEM-BC is ahead of {rival} wherever the paper says so",
                f"InfoSEM-BC is shown to be ahead of {rival} on some data sets, and not on others "
                "where the paper says so",
                f"InfoSEM-BC is nowhere shown to be ahead of {rival}",
            )
            for rival in ("DeepSEM", "InfoSEM-B")
        },
    ),
}


def describe(table: pd.DataFrame) -> str:
    """How many claims were reproduced, and what became of the main three, as Markdown.

    Parameters
    ----------
    table : DataFrame
        From `claims`.
    """
    told = [f"**Of {len(table)} claims: {_counted(table['verdict'])}.**", ""]
    for about, (name, parts) in _MAIN.items():
        own = table[table["about"] == about]
        sentences = []
        for start, (of_all, of_some, of_none) in parts.items():
            n = Counter(own.loc[own["claim"].str.startswith(start), "verdict"])
            n_judged = sum(n[word] for word in _VERDICTS[:4])
            if n_judged:
                some = of_some if n["reproduced"] + n["partly"] else of_none
                sentences.append(of_all if n["reproduced"] == n_judged else some)
        text = "; ".join(sentences) or "nothing was run that could tell"
        survives = own["survives the audit"]
        answers = survives[~survives.isin(["-", "not run"])]
        told.append(
            f"- **{name}.** {text[0].upper()}{text[1:]}. Of {len(own)} claims: "
            f"{_counted(own['verdict'])}."
            + f" Of {len(answers)} that could be audited {(answers == 'yes').sum()} survive, and "
            f"{answers.str.startswith('on ').sum()} on some data sets." * bool(len(answers))
        )
    return "\n".join(told)


def _counted(verdicts: "pd.Series[str]") -> str:
    n = Counter(verdicts)
    return ", ".join(f"{n[word]} {word}" for word in _VERDICTS if n[word])


def linked(table: pd.DataFrame) -> str:
    """Rows of `claims` as HTML, each with a link, for a page in the folder of the notebooks.

    Parameters
    ----------
    table : DataFrame
        From `claims`.
    """
    links = []
    for page in table["page"]:
        name, _, section = page.partition("#")
        links.append(f'<a href="{name}.html#{section}">{PAGES[name]}</a>')
    text = table.drop(columns=["about", "page"]).map(html.escape).assign(page=links)
    return str(text.set_index("claim").rename_axis(None).to_html(escape=False))
