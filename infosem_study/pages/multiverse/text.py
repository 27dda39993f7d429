"""What the readings say together, in words."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from infosem_study.pages.multiverse import design
from infosem_study.pages.multiverse.gains import (
    AGAINST,
    CLAIMS,
    averages,
    choices_of,
    gains,
    over_datasets,
    paper_gain,
    summary,
)
from infosem_study.pages.multiverse.importance import effects
from infosem_study.statistics import combine, estimate, format_end, format_interval

__all__ = [
    "describe_effects",
    "describe_errors",
    "describe_importance",
    "describe_seeds",
    "describe_settings",
    "format_averages",
    "format_counts",
    "format_datasets",
    "format_importance",
    "format_importance_elsewhere",
    "format_seeds",
    "format_summary",
    "headline",
    "told",
]

_Line = Mapping[Hashable, Any]
_WHAT = {"text": "Text helps", "labels": "Labels help"}
_ENOUGH = 10  # readings, to be told of on the front page
_READING = ["config", "alpha"]
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
    """The gain from text of this book's own reading, and how far training seeds move it.

    Parameters
    ----------
    rows : DataFrame
        From `comparison.compare`: InfoSEM-B and DeepSEM on the same data sets, splits and seeds.
    """
    model, rival = CLAIMS["text"]
    n, means, parts, wider = rows["seed"].nunique(), [], [], []
    for measure, column in (("AUPRC", "unseen_auprc"), ("Hit@1%", "unseen_hit")):
        wide = rows.pivot_table(column, ["seed", "dataset", "split"], "method")
        differences = (wide[model] - wide[rival]).dropna()
        by_seed = [
            combine(estimate(values) for _, values in part.groupby("dataset"))
            for _, part in differences.groupby("seed")
        ]
        means.append(f"{np.mean([found.mean for found in by_seed]):+.3f} {measure}")
        spread = np.std([found.mean for found in by_seed], ddof=1)
        error = np.sqrt(np.mean([found.sem**2 for found in by_seed]))
        parts.append(f"{spread:.3f} in {measure} (the standard error over splits is {error:.3f})")
        wider.append(f"{np.sqrt(1 + (spread / error) ** 2 / n):.2f}")
    return (
        f"Text gains {' and '.join(means)} in this book's own reading, in the mean of {n} training "
        f"seeds. One seed's gain has a standard deviation over seeds of {' and of '.join(parts)}. "
        f"For the mean of the seeds, intervals that hold both would be {' and '.join(wider)} times "
        "as wide."
    )


def format_seeds(
    table: pd.DataFrame, measures: Sequence[str] = ("AUPRC", "Hit@1%", "within TFs")
) -> pd.DataFrame:
    """How the gain of the same readings differs between training seeds, as a table to read.

    Parameters
    ----------
    table : DataFrame
        From `gains.by_seed`.
    measures : sequence of str
        Which are told of the mean over data sets; of each data set the first is.
    """
    own, lines = table[(table["against"] == "rival") & table["measure"].isin(measures)], []
    for where, part in own.groupby(["network", "claim", "dataset", "measure"], sort=False):
        network, claim, dataset, measure = map(str, where)
        together = dataset == _together(own[(own["network"] == network) & (own["claim"] == claim)])
        if not together and measure != measures[0]:
            continue
        (model, rival), form = CLAIMS[claim], _form(network)[1:]
        gain, low, high = (
            part.pivot(index=_READING, columns="seed", values=end).dropna()
            for end in ("difference", "low", "high")
        )
        ahead, behind = low > 0, high < 0
        line = {"claim": f"{model} minus {rival}", "network": network,
                "data set": _data_set(dataset), "measure": measure,
                "readings": len(gain)}  # fmt: skip
        for seed in gain:
            line[f"ahead, behind: seed {seed}"] = f"{ahead[seed].sum()}, {behind[seed].sum()}"
        over_seeds, over_readings = _spread(gain)
        # Undefined where there is one reading, or no difference between any.
        share = f"{(over_seeds / over_readings) ** 2:.0%}" if over_readings > 0 else "-"
        line |= {
            "with every seed": f"{ahead.all(axis=1).sum()}, {behind.all(axis=1).sum()}",
            "turned round": int((ahead.any(axis=1) & behind.any(axis=1)).sum()),
            "SD over seeds": f"{over_seeds:{form}}",
            "SD over readings": f"{over_readings:{form}}",
            "share of the seed": share,
        }
        lines.append(line)
    return pd.DataFrame(lines).set_index("claim").rename_axis(None)


def _together(table: pd.DataFrame) -> str:
    """What the mean over data sets is called in a table that has it: all of their names."""
    return str(max(table["dataset"], key=len))


def _data_set(name: str) -> str:
    """What a data set, or the mean over several, is called in a table to read."""
    return "mean of all" if "," in name else name


def _spread(gain: pd.DataFrame) -> tuple[float, float]:
    """Standard deviations of gains, a column for each seed: over seeds, and over readings."""
    return float(np.sqrt(gain.var(axis=1).mean())), float(np.sqrt(gain.var().mean()))


def told(rows: pd.DataFrame) -> str:
    """`headline` of readings.

    Parameters
    ----------
    rows : DataFrame
        From `book.shown`; it may be empty.
    """
    if not len(rows):
        return ""
    counts = summary(over_datasets(gains(rows, ["auprc", "within"])))
    return headline(counts, averages(rows, ["auprc"]))


def headline(table: pd.DataFrame, means: pd.DataFrame) -> str:
    """What the front page says of the readings, in a few sentences for each claim.

    Parameters
    ----------
    table : DataFrame
        From `gains.summary` of `gains.over_datasets`.
    means : DataFrame
        From `gains.averages` of the same readings.

    Returns
    -------
    str
        Empty if there are no readings.
    """
    index = ["network", "claim", "against", "measure"]
    by, mean_of = (
        {tuple(line[name] for name in index): line for line in part.to_dict("records")}
        for part in (table, means)
    )
    specific, other = "cell-type-specific", "non-cell-type-specific"

    def gained(network: str, claim: str) -> str:
        """The mean gain beside the paper's, and how many readings are ahead and behind."""
        at = network, claim, "rival", "AUPRC"
        of, counts, form = _mean(mean_of[at], network), by[at], _form(network)
        _, rival = CLAIMS[claim]
        return (
            f"gains {of} AUPRC over {rival} in the mean of all (the paper: "
            f"{counts['paper']:{form}}). It is shown to be "
            f"{in_how_many(counts, 'ahead in', 'behind in')}"
        )

    def in_how_many(counts: _Line, ahead: str, behind: str) -> str:
        return f"{ahead} {counts['ahead'] or 'none'} and {behind} {counts['behind'] or 'none'}"

    def ways(network: str, claim: str) -> str:
        return str(by[network, claim, "rival", "AUPRC"]["readings"])

    sentences = []
    if (specific, "text", "rival", "AUPRC") in by:
        within = by[specific, "text", "rival", "within TFs"]
        settings = mean_of[specific, "text", "rival", "AUPRC"]["settings"]
        sentences.append(
            f"Over {ways(specific, 'text')} ways to make them ({settings} settings with several "
            "weights of the prior each), some beyond the paper, InfoSEM-B "
            f"{gained(specific, 'text')}, and among the targets of a single TF "
            f"{in_how_many(within, 'in', 'in')}."
        )
        control = by.get((specific, "text", "control", "AUPRC"))
        if control is not None and control["readings"] >= _ENOUGH:
            sentences.append(
                f"With {_CONTROLS['text']}, tried in {control['readings']} of them, it is shown to "
                f"be {in_how_many(control, 'worse in', 'better in')}."
            )
    if (other, "text", "rival", "AUPRC") in by:
        sentence = (
            f"On the non-specific networks, over {ways(other, 'text')} ways, InfoSEM-B "
            f"{gained(other, 'text')}"
        )
        if own := by.get((other, "text", "control's own", "AUPRC")):
            same = by[other, "text", "rival, where there is a control", "AUPRC"]
            sentence += (
                f"; with {_CONTROLS['text']} it is ahead in {own['ahead']} of {own['readings']}, "
                f"with the right text in {same['ahead']} of the same"
            )
        sentences.append(f"{sentence}.")
    if (specific, "labels", "rival", "AUPRC") in by:
        sentences.append(
            f"Over {ways(specific, 'labels')} ways, on two splits each, InfoSEM-BC "
            f"{gained(specific, 'labels')}."
        )
    return " ".join(["The paper leaves choices open.", *sentences]) if sentences else ""


def _mean(line: _Line, network: str) -> str:
    """A mean with its 95% interval."""
    return format_interval(line["difference"], line["low"], line["high"], _form(network))


def format_averages(
    table: pd.DataFrame, measures: Sequence[str] = ("AUPRC", "Hit@1%", "within TFs")
) -> pd.DataFrame:
    """The gain in the mean of all readings beside the paper's, as a table to read.

    Parameters
    ----------
    table : DataFrame
        From `gains.averages`, of one or several sets of data sets.
    measures : sequence of str
        Which are told.
    """
    lines = []
    for where, part in table.groupby(["network", "claim", "measure", "dataset"], sort=False):
        network, claim, measure, dataset = map(str, where)
        if measure not in measures:
            continue
        by = {str(line["against"]): line for line in part.to_dict("records")}
        own, (model, rival) = by["rival"], CLAIMS[claim]
        paper, control = paper_gain(part[part["against"] == "rival"]), by.get("control")
        line = {
            "claim": f"{model} minus {rival}", "network": network, "measure": measure,
            "data set": _data_set(dataset),
            "settings": own["settings"], "mean gain [95%]": _mean(own, network),
            "paper's gain": "-", "the paper's is": "-", "minus the control [95%]": "-",
            "settings with one": 0,
        }  # fmt: skip
        if not np.isnan(paper):
            line["paper's gain"] = f"{paper:{_form(network)}}"
            above, below = paper > own["high"], paper < own["low"]
            line["the paper's is"] = "above" if above else "below" if below else "inside"
        if control is not None:
            line["minus the control [95%]"] = _mean(control, network)
            line["settings with one"] = control["settings"]
        lines.append(line)
    return pd.DataFrame(lines).set_index("claim").rename_axis(None)


def describe_errors(table: pd.DataFrame, measure: str = "AUPRC") -> str:
    """What the intervals of `gains.averages` of text are made of, a line for each network.

    Readings of labels differ in their splits, so that the two errors cannot be told apart.
    """
    own = table[
        (table["claim"] == "text") & (table["against"] == "rival") & (table["measure"] == measure)
    ]
    texts = []
    for line in own.to_dict("records"):
        (model, rival), form = CLAIMS[line["claim"]], _form(line["network"])[1:]
        texts.append(
            f"{model} minus {rival}, {line['network']}, {measure}: the standard error is "
            f"{line['over_settings']:{form}} over {line['settings']} settings, "
            f"{line['over_splits']:{form}} over splits and {line['over_seeds']:{form}} over "
            "training seeds."
        )
    return "\n".join(texts)


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
    """`importance.importance`, as a table to read."""
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


def format_importance_elsewhere(table: pd.DataFrame) -> pd.DataFrame:
    """`importance.importance_elsewhere`, as a table to read."""
    told = format_importance(table)
    told.insert(0, "shown to matter", table["shown"])
    told.insert(0, "measure", table["measure"])
    told.insert(0, "readings", table["readings"])
    return told.rename(columns={"choice": "furthest above chance"})


def describe_importance(table: pd.DataFrame, level: float = 0.05) -> str:
    """Which choices, or pairs, move the gain beyond chance; from `importance.importance`."""
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
    """Whether there are enough settings to tell the choices apart; as `importance.effects`."""
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
