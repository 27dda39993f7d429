"""The claims as the page shows them."""

import html
from collections import Counter

import pandas as pd

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
