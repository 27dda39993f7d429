"""What the readings say together, in words."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from infosem_study.pages.multiverse import design
from infosem_study.pages.multiverse.gains import (
    AGAINST,
    CLAIMS,
    choices_of,
    effects,
    gains,
    over_datasets,
    summary,
)
from infosem_study.statistics import combine, estimate, format_end

__all__ = [
    "describe_effects",
    "describe_importance",
    "describe_seeds",
    "describe_settings",
    "format_counts",
    "format_datasets",
    "format_importance",
    "format_summary",
    "headline",
    "told",
]

_WHAT = {"text": "Text helps", "labels": "Labels help"}
_ENOUGH = 10  # readings, to be told of on the front page
_CONTROLS = {"text": "text of other genes", "labels": "labels of other targets"}


def _form(network: str) -> str:
    return f"+.{design.digits(network)}f"


def describe_settings(table: pd.DataFrame, claim: str = "text", measure: str = "AUPRC") -> str:
    """How many settings have readings ahead, and how readings do that are closest to the paper.

    Parameters
    ----------
    table : DataFrame
        From `gains.over_datasets`.
    claim, measure : str
    """
    own = table[
        (table["claim"] == claim) & (table["against"] == "rival") & (table["measure"] == measure)
    ]
    texts = []
    for network, part in own.groupby("network", sort=False):
        ahead, behind = part["low"] > 0, part["high"] < 0
        printed = design.printed(int(part["config"].max()) + 1, choices_of(claim))
        texts.append(
            f"{network}, {measure}: the readings ahead come from "
            f"{part.loc[ahead, 'config'].nunique()} of {part['config'].nunique()} settings, those "
            f"behind from {part.loc[behind, 'config'].nunique()}."
        )
        for which, what in (
            (part["alpha"] == "own", "with DeepSEM's own alpha, the most literal one"),
            (part["alpha"] == design.CHOSEN, "whose alpha the training edges choose"),
            (part["config"].map(printed), "that contradict nothing the paper prints"),
        ):
            if which.any():
                texts[-1] += (
                    f" Of the {which.sum()} readings {what}, {(which & ahead).sum()} are ahead and "
                    f"{(which & behind).sum()} behind."
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
    parts, wider = [], []
    for measure, column in (("AUPRC", "unseen_auprc"), ("Hit@1%", "unseen_hit")):
        wide = rows.pivot_table(column, ["seed", "dataset", "split"], "method")
        differences = (wide[model] - wide[rival]).dropna()
        by_seed = [
            combine(estimate(values) for _, values in part.groupby("dataset"))
            for _, part in differences.groupby("seed")
        ]
        spread = np.std([found.mean for found in by_seed], ddof=1)
        error = np.sqrt(np.mean([found.sem**2 for found in by_seed]))
        parts.append(f"{spread:.3f} in {measure} (the standard error over splits is {error:.3f})")
        wider.append(f"{np.sqrt(1 + (spread / error) ** 2):.2f}")
    return (
        f"Over {rows['seed'].nunique()} training seeds the gain of this book's own reading has a "
        f"standard deviation of {' and of '.join(parts)}. Intervals with both would be "
        f"{' and '.join(wider)} times as wide."
    )


def told(rows: pd.DataFrame) -> str:
    """`headline` of readings.

    Parameters
    ----------
    rows : DataFrame
        From `book.shown`; it may be empty.
    """
    return headline(summary(over_datasets(gains(rows, ["auprc", "within"])))) if len(rows) else ""


def headline(table: pd.DataFrame) -> str:
    """What the front page says of the readings, in a few sentences for each claim.

    Parameters
    ----------
    table : DataFrame
        From `gains.summary` of `gains.over_datasets`.

    Returns
    -------
    str
        Empty if there are no readings.
    """
    index = ["network", "claim", "against", "measure"]
    by = {tuple(line[name] for name in index): line for line in table.to_dict("records")}
    specific, other = "cell-type-specific", "non-cell-type-specific"
    sentences = []
    if (specific, "text", "rival", "AUPRC") in by:
        sentences.append(
            _of_text({key[2:]: by[key] for key in by if key[:2] == (specific, "text")})
        )
    if (other, "text", "rival", "AUPRC") in by:
        pooled = by[other, "text", "rival", "AUPRC"]
        within = by[other, "text", "rival", "within TFs"]
        sentence = (
            f"On the non-specific networks InfoSEM-B is ahead in {pooled['ahead']} of "
            f"{pooled['readings']} and behind in {pooled['behind']}, and among the targets of a "
            f"single TF in {within['ahead']} and {within['behind']}"
        )
        if own := by.get((other, "text", "control's own", "AUPRC")):
            sentence += (
                f"; with {_CONTROLS['text']} it is ahead in {own['ahead']} of {own['readings']}"
            )
        sentences.append(f"{sentence}.")
    if (specific, "labels", "rival", "AUPRC") in by:
        sentences.append(_of_labels(by[specific, "labels", "rival", "AUPRC"]))
    return " ".join(["The paper leaves choices open.", *sentences]) if sentences else ""


_Line = Mapping[Hashable, Any]


def _of_text(by: Mapping[tuple[Hashable, ...], _Line]) -> str:
    (model, rival), pooled = CLAIMS["text"], by["rival", "AUPRC"]
    within, control = by["rival", "within TFs"], by.get(("control", "AUPRC"))
    neither = pooled["readings"] - pooled["ahead"] - pooled["behind"]
    sentence = (
        f"Of {pooled['readings']} ways to make them, some beyond the paper, {model} is shown to be "
        f"ahead of {rival} by AUPRC in {pooled['ahead']} and behind in {pooled['behind']}; "
        f"{neither} show neither. Among the targets of a single TF it is ahead in "
        f"{within['ahead']} and behind in {within['behind']}."
    )
    if control is not None and control["readings"] >= _ENOUGH:
        sentence += (
            f" {model} with {_CONTROLS['text']} was tried in {control['readings']} of them, and is "
            f"shown to be worse in {control['ahead']} and better in {control['behind']}."
        )
    return sentence


def _of_labels(pooled: _Line) -> str:
    # On two splits a reading can show little, so that counts alone would mislead.
    model, rival = CLAIMS["labels"]
    return (
        f"In {pooled['readings']} ways, on two splits each, {model} is shown to be ahead of "
        f"{rival} by AUPRC in {pooled['ahead']} and behind in {pooled['behind']}; the "
        f"median gain is {pooled['median']:+.3f}, and {pooled['holds']} of the intervals hold "
        f"the paper's {pooled['paper']:+.3f}."
    )


def format_counts(
    table: pd.DataFrame, measures: Sequence[str] = ("AUPRC", "Hit@1%", "within TFs")
) -> pd.DataFrame:
    """In how many readings each claim holds, as a table to read.

    Parameters
    ----------
    table : DataFrame
        From `gains.summary`.
    measures : sequence of str
        Which are told.
    """
    lines = []
    for where, part in table.groupby(["network", "claim", "measure"], sort=False):
        network, claim, measure = map(str, where)
        if measure not in measures:
            continue
        by = {str(line["against"]): line for line in part.to_dict("records")}
        own, (model, rival), form = by["rival"], CLAIMS[claim], _form(network)
        median, low, high = (format_end(own[name], form) for name in ("median", "low", "high"))
        line = {
            "claim": f"{model} minus {rival}", "network": network, "measure": measure,
            "readings": own["readings"], "ahead, behind": _both(own),
            "the same for other TFs": f"{own['ahead_wide']}, {own['behind_wide']}",
            "median gain": median, "middle 90%": f"{low} to {high}", "paper's gain": "-",
            "reached": "-", "in the interval": "-", "with a control": "-", "the control": "-",
        }  # fmt: skip
        if not np.isnan(own["paper"]):
            line["paper's gain"] = f"{own['paper']:{form}}"
            line["reached"], line["in the interval"] = str(own["reached"]), str(own["holds"])
        if "control" in by:
            same = by["rival, where there is a control"]
            line["with a control"] = f"{_both(same)} of {same['readings']}"
            line["the control"] = _both(by["control's own"])
        lines.append(line)
    return pd.DataFrame(lines).set_index("claim").rename_axis(None)


def _both(line: _Line) -> str:
    return f"{line['ahead']}, {line['behind']}"


def format_summary(table: pd.DataFrame) -> pd.DataFrame:
    """`gains.summary`, as a table to read: counts of readings first, then their gains."""
    lines = []
    for line in table.to_dict("records"):
        form, claim, paper = _form(line["network"]), line["claim"], "-"
        if not np.isnan(line["paper"]):
            paper = f"{line['paper']:{form}}, reached in {line['reached']}"
        what, other = AGAINST[line["against"]]
        names = dict(zip(("model", "rival"), CLAIMS[claim], strict=True))
        names["control"] = _CONTROLS[claim]
        median, low, high = (format_end(line[name], form) for name in ("median", "low", "high"))
        lines.append(
            {
                "claim": _WHAT[claim], "network": line["network"], "measure": line["measure"],
                "what": names[what], "minus": names[other], "readings": line["readings"],
                "ahead": line["ahead"], "behind": line["behind"], "median gain": median,
                "middle 90%": f"{low} to {high}", "paper": paper,
            }
        )  # fmt: skip
    return pd.DataFrame(lines)


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
        for own in summary(part[part["against"] == "rival"]).to_dict("records"):
            if own["measure"] in ("AUPRC", "Hit@1%", "within TFs"):
                counts = f"{own['ahead']} ahead, {own['behind']} behind"
                line["readings"] = str(own["readings"])
                line[own["measure"]] = f"{counts}, {format_end(own['median'], _form(network))}"
        lines.append(line)
    return pd.DataFrame(lines)


def format_importance(table: pd.DataFrame) -> pd.DataFrame:
    """`gains.importance`, as a table to read."""
    return pd.DataFrame(
        {
            "choice": table["choice"],
            "share [95%]": [
                f"{share:.0%} [{low:.0%}, {high:.0%}]"
                for share, low, high in table[["share", "low", "high"]].to_numpy()
            ],
            "by chance": table["chance"].map("{:.0%}".format),
            "q": table["q"].map("{:.3f}".format),
        }
    )


def describe_importance(table: pd.DataFrame, level: float = 0.05) -> str:
    """Which choices, or pairs of them, move the gain beyond chance; from `gains.importance`."""
    found = table[table["q"] < level]
    rate = f"false discovery rate {level:.0%}"
    if not len(found):
        pairs = table["choice"].str.contains(" x ").all()
        return f"No {'pair' if pairs else 'choice'} is shown to move the gain ({rate})."
    parts = [f"{line.choice} ({line.share:.0%})" for line in found.itertuples()]
    names = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    verb = "moves" if len(parts) == 1 else "move"
    sentence = f"{names} {verb} the gain beyond chance (share of its variance; {rate})."
    return sentence[0].upper() + sentence[1:]


def describe_effects(table: pd.DataFrame) -> str:
    """Whether there are enough settings to tell the choices apart; as `gains.effects`."""
    n, (known, separable) = table["config"].nunique(), effects(table)
    if separable < known:
        return (
            f"With {n} settings the choices cannot be told apart: their levels have {known} "
            f"effects, of which {separable} can be separated. Levels that were drawn together "
            "share what one of them does."
        )
    return (
        f"With {n} settings all {known} effects of the levels can be told apart, but levels that "
        "were often drawn together still share a part."
    )
