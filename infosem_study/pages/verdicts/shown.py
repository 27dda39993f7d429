"""The claims as the page shows them: in short, and in tables with links."""

import html
from collections import Counter

import pandas as pd

from infosem_study.verdicts import PARTLY, REPRODUCED, UNDECIDED, VERDICTS

__all__ = ["PAGES", "POINTS", "describe", "linked"]

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

# The three main claims of the paper, by what they are about.
_MAIN = {
    "seen genes": "Benchmarks on seen genes reward memory",
    "text": "Text helps",
    "labels": "Labels help, as a prior",
}
POINTS: dict[str, tuple[str, str, str]] = {
    "names are enough": (
        "One-hot LR, which knows only names, does as well there as deep supervised methods",
        "One-hot LR, which knows only names, does as well there as some deep supervised methods, "
        "not as all",
        "One-hot LR, which knows only names, does worse there than deep supervised methods",
    ),
    "they fall": (
        "on unseen genes these fall by as much as the paper says",
        "on unseen genes these fall, but not everywhere by as much as the paper says",
        "on unseen genes these do not fall",
    ),
    "they are at chance": (
        "they are no better than chance there",
        "some of them are better than chance there",
        "they are better than chance there",
    ),
    "InfoSEM-B over DeepSEM": (
        "InfoSEM-B is ahead of DeepSEM wherever the paper says so",
        "InfoSEM-B is shown to be ahead of DeepSEM on some data sets, and not on others where the "
        "paper says so",
        "InfoSEM-B is nowhere shown to be ahead of DeepSEM",
    ),
    "content matters": (
        "text is better than vectors without content",
        "text is better than vectors without content on some data sets only",
        "text is nowhere shown to be better than vectors without content",
    ),
    **{
        f"InfoSEM-BC over {rival}": (
            f"InfoSEM-BC is ahead of {rival} wherever the paper says so",
            f"InfoSEM-BC is shown to be ahead of {rival} on some data sets, and not on others "
            "where the paper says so",
            f"InfoSEM-BC is nowhere shown to be ahead of {rival}",
        )
        for rival in ("DeepSEM", "InfoSEM-B")
    },
}
"""What is said of the claims on a point, if all of them are reproduced, if some are or partly, and
if none is; in order."""


def describe(table: pd.DataFrame) -> str:
    """How many claims were reproduced, and what became of the main three, as Markdown.

    Parameters
    ----------
    table : DataFrame
        From `claims`.
    """
    told = [f"**Of {len(table)} claims: {_counted(table['verdict'])}.**", ""]
    judged = VERDICTS[: VERDICTS.index(UNDECIDED) + 1]
    for about, name in _MAIN.items():
        own = table[table["about"] == about]
        sentences = []
        for point, (of_all, of_some, of_none) in POINTS.items():
            n = Counter(own.loc[own["point"] == point, "verdict"])
            n_judged = sum(n[word] for word in judged)
            if n_judged:
                some = of_some if n[REPRODUCED] + n[PARTLY] else of_none
                sentences.append(of_all if n[REPRODUCED] == n_judged else some)
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
    return ", ".join(f"{n[word]} {word}" for word in VERDICTS if n[word])


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
    text = table.drop(columns=["about", "point", "page"]).map(html.escape).assign(page=links)
    return str(text.set_index("claim").rename_axis(None).to_html(escape=False))
