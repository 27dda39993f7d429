"""Claims as pages show them: the main ones in short and by data set, the others in tables."""

import html
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from infosem_study.claims.catalogue import FALSE_DISCOVERIES, Judged, by_chance, judged
from infosem_study.claims.claim import Found, format_seeds
from infosem_study.statistics import Estimate, format_end
from infosem_study.verdicts import GAIN, OUTCOMES, judge

__all__ = [
    "PAGES",
    "describe",
    "describe_by_chance",
    "details",
    "headline_markdown",
    "headlines",
    "of_page",
    "topic_table",
]

PAGES = {
    "table1": "Table 1",
    "bias_analysis": "Seen genes",
    "embedding_sensitivity": "Embeddings",
    "cell_subsampling": "Fewer cells",
    "protocol": "Protocol",
    "audit": "Audit",
    "known_edges": "Known edges",
    "appendix": "Appendix",
}
"""The pages of the book that show claims, and what a link to them says."""


# --- numbers --------------------------------------------------------------------------------------


def _number(value: float, form: str) -> str:
    return "-" if np.isnan(value) else format(value, form)


def _interval(found: Estimate, form: str) -> str:
    mean = _number(found.mean, form)
    if np.isnan(found.mean) or np.isinf(found.low):
        return mean
    return f"{mean} [{format_end(found.low, form)}, {format_end(found.high, form)}]"


def _ours(one: Judged) -> str:
    return "-" if one.found is None else _interval(one.found.whole, one.claim.form)


def _paper(one: Judged) -> str:
    return "-" if one.found is None else _number(one.found.paper, one.claim.form)


def _within(one: Judged) -> str:
    if one.claim.gain is None:
        return ""
    if one.within is None:
        return "not run"
    found = one.within.whole
    return f"{_interval(found, '+.3f')}, {judge(found, GAIN)}"


def _rests_on(found: Found | None) -> str:
    """How many data sets, splits and seeds: "4 data sets, 10 splits, 5 seeds"."""
    if found is None:
        return "-"
    unit = "TF" if "over TFs" in found.note else "split"
    sizes = sorted({case.n for case in found.cases.values()})
    n = len(found.cases)
    parts = [f"{n} data set{'s' * (n > 1)}"]
    if "over data sets" not in found.note and sizes and np.isfinite(found.whole.low):
        told = " to ".join(map(str, dict.fromkeys([sizes[0], sizes[-1]])))
        if found.of_all is None:
            parts.append(f"{told} {unit}{'s' * (sizes[-1] > 1)}")
    if seeds := format_seeds(found.seeds):
        parts.append(seeds)
    return ", ".join(parts)


# --- the main claims ------------------------------------------------------------------------------


def headlines(found: Iterable[Judged]) -> pd.DataFrame:
    """The main claims, one comparison each: as text, with a sentence on each.

    Parameters
    ----------
    found : iterable of Judged
        From `judged`.

    Returns
    -------
    DataFrame
        One row per claim: claim, paper, ours (with the 95% interval), outcome, within TFs (the same
        difference and its outcome there), rests on, and why.
    """
    return _table(one for one in found if one.claim.headline)


_COLUMNS = ("claim", "paper", "ours [95%]", "outcome", "within TFs", "rests on", "because")


def _table(found: Iterable[Judged]) -> pd.DataFrame:
    lines = [
        (
            one.claim.sentence,
            _paper(one),
            _ours(one),
            one.outcome,
            _within(one),
            _rests_on(one.found),
            "; ".join(filter(None, [one.because, one.found.note if one.found else ""])),
        )
        for one in found
    ]
    return pd.DataFrame(lines, columns=[*_COLUMNS])


def describe(found: Sequence[Judged]) -> str:
    """What became of the main claims, as Markdown: how many had which outcome, and a line on each.

    Parameters
    ----------
    found : sequence of Judged
        From `judged`.
    """
    main = [one for one in found if one.claim.headline]
    lines = [f"**{_counted(main)}**"] if main else ["No claim is about these data."]
    return "\n".join([*lines, "", *(f"- {_sentence(one)}" for one in main)])


def _counted(main: Sequence[Judged]) -> str:
    """How many main claims of the paper have which outcome, and how many of ours."""
    texts = []
    for whose in ("the paper's", "our"):
        own = [one for one in main if bool(one.claim.stands_in) == (whose != "our")]
        n = Counter(one.outcome for one in own)
        counted = ", ".join(f"{n[word]} {word}" for word in OUTCOMES if n[word])
        if own:
            texts.append(f"Of {whose} {len(own)} main claim{'s' * (len(own) > 1)}: {counted}.")
    return " ".join(texts) or "No main claim was judged."


def _sentence(one: Judged) -> str:
    text = f"**{one.claim.sentence}: {one.outcome}.** "
    if one.found is None:
        return f"{text}{one.because[0].upper()}{one.because[1:]}."
    paper = f" (paper {_paper(one)})" if _paper(one) != "-" else ""
    text += f"{_ours(one)}{paper}, on {_rests_on(one.found)}: {one.because}."
    if one.within is not None:
        text += f" Within TFs: {_within(one)}, on {_rests_on(one.within)}."
    return text


def describe_by_chance(found: Sequence[Judged]) -> str:
    """What would be left of the outcomes, corrected for the number of claims; as Markdown.

    Parameters
    ----------
    found : sequence of Judged
        From `judged`, of all pages.
    """
    main = [one for one in found if one.claim.headline]
    parts = []
    for whose, own in (("claims on all pages", found), ("main claims alone", main)):
        decided, lost = by_chance(own)
        if decided:
            text = (
                f"Corrected for the number of {whose}, at a false discovery rate of "
                f"{FALSE_DISCOVERIES:.0%}, {len(decided) - len(lost)} of {len(decided)} that are "
                "shown or contradicted would remain so."
            )
            lines = [f"- {one.claim.sentence} ({one.outcome}, {_ours(one)})" for one in lost]
            parts.append("\n".join([f"{text} Not so:", "", *lines] if lost else [text]))
    return "\n\n".join(parts) or "No claim was decided."


def headline_markdown(found: Sequence[Judged]) -> str:
    """The table of the main claims for the front page and README, as Markdown."""
    table = headlines(found).drop(columns="because")
    lines = [
        "| " + " | ".join(map(str, row)) + " |"
        for row in [table.columns, ["---"] * table.shape[1], *table.to_numpy()]
    ]
    return "\n".join([*lines, "", _counted([one for one in found if one.claim.headline]), ""])


def details(found: Sequence[Judged]) -> str:
    """The main claims by data set, metric and kind of network, as HTML, folded."""
    parts = []
    for main in (one for one in found if one.claim.headline):
        same = [one for one in found if main.claim.id in (one.claim.id, one.claim.detail_of)]
        lines = pd.DataFrame(
            {
                "claim": one.claim.sentence,
                "on": case,
                "paper": _number(paper, one.claim.form),
                "ours [95%]": _interval(estimate, one.claim.form),
                "outcome": judge(estimate, one.claim.side, paper),
                "splits or TFs": _sizes(one.found) if case == "mean" else str(estimate.n),
                "within TFs": _within_case(one, case),
            }
            for one in same
            if one.found is not None
            for case, estimate in [*one.found.cases.items(), ("mean", one.found.whole)]
            for paper in [one.found.paper if case == "mean" else one.found.papers.get(case, np.nan)]
        )
        text = lines.map(html.escape).to_html(escape=False, index=False) if len(lines) else ""
        parts.append(
            f"<details><summary>{html.escape(main.claim.sentence)}: {main.outcome}</summary>"
            f"{text or html.escape(main.because)}</details>"
        )
    return "\n".join(parts)


def _sizes(found: Found) -> str:
    """From the fewest splits or TFs of a case to the most: "11 to 73"."""
    sizes = sorted({case.n for case in found.cases.values()})
    return " to ".join(map(str, dict.fromkeys([sizes[0], sizes[-1]])))


def _within_case(one: Judged, case: str) -> str:
    if one.within is None:
        return "-"
    found = one.within.whole if case == "mean" else one.within.cases.get(case)
    return "-" if found is None else _interval(found, "+.3f")


# --- the others -----------------------------------------------------------------------------------


def topic_table(found: Sequence[Judged], topic: str) -> str:
    """Claims on a topic but the main ones, as HTML, with links to the sections that show them."""
    own = [one for one in found if one.topic == topic and not one.claim.headline]
    table = _table(own).assign(**{"stands in": [one.claim.stands_in or "-" for one in own]})
    links = []
    for one in own:
        name, _, section = one.claim.section.partition("#")
        links.append(f'<a href="{name}.html#{section}">{PAGES[name]}</a>')
    shown = table.map(html.escape).assign(page=links)
    return str(shown.set_index("claim").rename_axis(None).to_html(escape=False))


def of_page(page: str, **frames: pd.DataFrame | None) -> pd.DataFrame:
    """The claims that a page shows, with what became of them, as a table to read.

    Parameters
    ----------
    page : str
        A notebook's name.
    **frames : DataFrame or None
        What the page has of the frames of `judged`.

    Returns
    -------
    DataFrame
        One row per claim. Empty for data sets that the paper does not have.
    """
    table = _table(judged(page, **frames))
    if not len(table):
        return table
    told = frames.get("within") is not None and table["within TFs"].any()
    return table.loc[:, [column != "within TFs" or told for column in table]]
