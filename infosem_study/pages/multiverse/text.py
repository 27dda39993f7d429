"""What the readings say together, in words."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from infosem_study.pages.multiverse.design import CHOSEN
from infosem_study.pages.multiverse.gains import CLAIMS, gains, over_datasets, summary
from infosem_study.statistics import combine, estimate, format_end

__all__ = [
    "describe",
    "describe_chosen",
    "describe_importance",
    "describe_seeds",
    "format_datasets",
    "format_importance",
    "format_summary",
    "headline",
    "told",
]

_WHAT = {"text": "Text helps", "labels": "Labels help"}
_ENOUGH = 10  # readings, to be told of on the front page
_CONTROLS = {"text": "text of other genes", "labels": "labels of other targets"}


def describe(table: pd.DataFrame, measures: Sequence[str] = ("AUPRC", "within TFs")) -> str:
    """In how many readings each claim holds, one line for each network, claim and measure.

    Parameters
    ----------
    table : DataFrame
        From `gains.summary`.
    measures : sequence of str
        Which are told.
    """
    texts = []
    index = ["network", "claim", "against", "measure"]
    by = {tuple(line[name] for name in index): line for line in table.to_dict("records")}
    for network, claim in dict.fromkeys((key[0], key[1]) for key in by):
        model, rival = CLAIMS[claim]
        for measure in measures:
            if (network, claim, "rival", measure) not in by:
                continue
            line = by[network, claim, "rival", measure]
            text = (
                f"{network}, {measure}: {_WHAT[claim]} ({model} ahead of {rival}) in "
                f"{_of(line['ahead'], line['readings'])}, {model} is behind in "
                f"{line['behind']:.0f}; the gain is positive in {line['positive']:.0f}. "
                f"Half of the readings gain {line['median']:+.3f} or more, the middle 90% "
                f"{line['low']:+.3f} to {line['high']:+.3f}."
            )
            if not np.isnan(line["paper"]):
                text += (
                    f" The paper's {line['paper']:+.3f} is reached in "
                    f"{_of(line['beyond'], line['readings'])}."
                )
            if (network, claim, "control", measure) in by:
                control = by[network, claim, "control", measure]
                text += (
                    f" It is ahead of its control, {_CONTROLS[claim]}, in "
                    f"{_of(control['ahead'], control['readings'])} that have one."
                )
            if (network, claim, "null", measure) in by:
                null = by[network, claim, "null", measure]
                text += (
                    f" The control itself is ahead of {rival} in "
                    f"{_of(null['ahead'], null['readings'])} and behind in {null['behind']:.0f}."
                )
            texts.append(text)
    return "\n".join(texts)


def _of(n: float, total: float) -> str:
    return f"{n:.0f} of {total:.0f} reading{'' if total == 1 else 's'}"


def describe_chosen(table: pd.DataFrame, measure: str = "AUPRC") -> str:
    """In how many of the configurations text helps, and with the alpha that training edges choose.

    Parameters
    ----------
    table : DataFrame
        From `gains.over_datasets`.
    measure : str
    """
    own = table[
        (table["claim"] == "text") & (table["against"] == "rival") & (table["measure"] == measure)
    ]
    texts = []
    for network, part in own.groupby("network", sort=False):
        ahead, behind = part["low"] > 0, part["high"] < 0
        n = part["config"].nunique()
        texts.append(
            f"{network}, {measure}: the readings ahead come from "
            f"{part.loc[ahead, 'config'].nunique()} of {n} settings, those behind from "
            f"{part.loc[behind, 'config'].nunique()}."
        )
        chosen = part["alpha"] == CHOSEN
        if chosen.any():
            texts[-1] += (
                f" Of the {chosen.sum()} readings whose alpha the training edges choose, as in the "
                f"paper, {(chosen & ahead).sum()} are ahead and {(chosen & behind).sum()} behind."
            )
    return "\n".join(texts)


def describe_seeds(rows: pd.DataFrame) -> str:
    """How far another training seed moves the gain from text of this book's own reading.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`: InfoSEM-B and DeepSEM on the same data sets, splits and seeds.
    """
    model, rival = CLAIMS["text"]
    parts = []
    for measure, column in (("AUPRC", "unseen_auprc"), ("Hit@1%", "unseen_hit")):
        wide = rows.pivot_table(column, ["seed", "dataset", "split"], "method")
        differences = (wide[model] - wide[rival]).dropna()
        by_seed = [
            combine(estimate(values) for _, values in part.groupby("dataset"))
            for _, part in differences.groupby("seed")
        ]
        spread = np.std([found.mean for found in by_seed], ddof=1)
        error = np.mean([found.sem for found in by_seed])
        parts.append(f"{spread:.3f} in {measure} (the standard error over splits is {error:.3f})")
    return (
        f"Over {rows['seed'].nunique()} training seeds the gain of this book's own reading has a "
        f"standard deviation of {' and of '.join(parts)}."
    )


def told(rows: pd.DataFrame) -> str:
    """`headline` of readings.

    Parameters
    ----------
    rows : DataFrame
        From `book.shown`; it may be empty.
    """
    if rows.empty:
        return ""
    together = over_datasets(gains(rows, ["auprc", "within"]))
    return headline(summary(together, [*rows["dataset"].unique()]))


def headline(table: pd.DataFrame) -> str:
    """What the front page says of the readings, in one sentence for each claim.

    Parameters
    ----------
    table : DataFrame
        From `gains.summary` of `gains.over_datasets`; the cell-type-specific networks count.

    Returns
    -------
    str
        Empty if there are no readings.
    """
    own = table[table["network"] == "cell-type-specific"] if len(table) else table
    sentences = []
    for claim in own["claim"].unique() if len(own) else ():
        model, rival = CLAIMS[claim]
        by = own[own["claim"] == claim].set_index(["against", "measure"])
        pooled, within = by.loc["rival", "AUPRC"], by.loc["rival", "within TFs"]
        n = pooled["readings"]
        neither = n - pooled["ahead"] - pooled["behind"]
        sentence = (
            f"Of {n:.0f} ways to make them, {model} is shown to be "
            f"ahead of {rival} by AUPRC in {pooled['ahead']:.0f} and behind in "
            f"{pooled['behind']:.0f}; {neither:.0f} show neither. Among the targets of a single TF "
            f"it is ahead in {within['ahead']:.0f} and behind in {within['behind']:.0f}."
        )
        control = by.loc["control", "AUPRC"] if ("control", "AUPRC") in by.index else None
        if control is not None and control["readings"] >= _ENOUGH:
            sentence += (
                f" {model} with {_CONTROLS[claim]} was tried in {control['readings']:.0f} of them, "
                f"and is shown to be worse in {control['ahead']:.0f} and better in "
                f"{control['behind']:.0f}."
            )
        sentences.append(sentence)
    return " ".join(["The paper leaves choices open.", *sentences]) if sentences else ""


def format_summary(table: pd.DataFrame) -> pd.DataFrame:
    """`gains.summary`, as a table to read: counts of readings first, then their gains."""
    where = [*zip(table["claim"], table["against"], strict=True)]
    paper = [
        "-" if np.isnan(line["paper"]) else f"{line['paper']:+.3f}, reached in {line['beyond']:.0f}"
        for line in table.to_dict("records")
    ]
    return pd.DataFrame(
        {
            "claim": [_WHAT[claim] for claim in table["claim"]],
            "network": table["network"],
            "measure": table["measure"],
            "what": [
                _CONTROLS[claim] if against == "null" else CLAIMS[claim][0]
                for claim, against in where
            ],
            "minus": [
                _CONTROLS[claim] if against == "control" else CLAIMS[claim][1]
                for claim, against in where
            ],
            "readings": table["readings"],
            "ahead": table["ahead"],
            "behind": table["behind"],
            "median gain": table["median"].map("{:+.3f}".format),
            "middle 90%": [
                f"{low:+.3f} to {high:+.3f}"
                for low, high in zip(table["low"], table["high"], strict=True)
            ],
            "paper": paper,
        }
    )


def format_datasets(table: pd.DataFrame) -> pd.DataFrame:
    """On which data sets the model is ahead of its rival, and in how many readings.

    Parameters
    ----------
    table : DataFrame
        From `gains.gains`.
    """
    lines = []
    for where, part in table.groupby(["network", "claim", "dataset"], sort=False):
        network, claim, dataset = map(str, where)
        line = {"network": network, "claim": _WHAT[claim], "data set": dataset}
        for own in summary(part[part["against"] == "rival"], [dataset]).to_dict("records"):
            if own["measure"] in ("AUPRC", "Hit@1%", "within TFs"):
                counts = f"{own['ahead']} ahead, {own['behind']} behind"
                line["readings"] = str(own["readings"])
                line[own["measure"]] = f"{counts}, {format_end(own['median'], '+.3f')}"
        lines.append(line)
    return pd.DataFrame(lines)


def format_importance(table: pd.DataFrame) -> pd.DataFrame:
    """`gains.importance`, as a table to read."""
    return pd.DataFrame(
        {
            "choice": table["choice"],
            "share [95%]": [
                f"{share:.0%} [{max(low, 0):.0%}, {min(high, 1):.0%}]"
                for share, low, high in table[["share", "low", "high"]].to_numpy()
            ],
            "by chance": table["chance"].map("{:.0%}".format),
            "q": table["q"].map("{:.3f}".format),
        }
    )


def describe_importance(table: pd.DataFrame, level: float = 0.05) -> str:
    """Which choices move the gain beyond chance; from `gains.importance`."""
    found = table[table["q"] < level]
    if not len(found):
        return "No choice moves the gain beyond chance (false discovery rate 5%)."
    parts = [f"{line.choice} ({line.share:.0%})" for line in found.itertuples()]
    names = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    verb = "moves" if len(parts) == 1 else "move"
    return f"{names} {verb} the gain beyond chance (share of its variance, false discovery 5%)."
