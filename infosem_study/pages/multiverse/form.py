"""The interactive form: a reader picks choices, and sees the gains of the readings that are left.

What happens in the browser is in `book/_static/readings.js`, which needs nothing else.
"""

import json
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from infosem_study.pages.multiverse import design
from infosem_study.pages.multiverse.gains import CLAIMS, choices_of, over_datasets, paper_gain

__all__ = ["form"]

_MEASURES = ("AUPRC", "within TFs", "Hit@1%")
_TITLES = {"text": "Text", "labels": "Labels"}
_MEAN = "mean of the data sets"


def form(table: pd.DataFrame) -> str:
    """The form, as HTML; without a script it says where the numbers are.

    Parameters
    ----------
    table : DataFrame
        From `gains.gains`, of one network or several.
    """
    table = table[(table["against"] == "rival") & table["measure"].isin(_MEASURES)]
    parts = {}
    for where, part in table.groupby(["claim", "network"], sort=False):
        claim, network = map(str, where)
        model, rival = CLAIMS[claim]
        parts[f"{_TITLES[claim]}: {model} minus {rival}, {network}"] = _part(part, claim, network)
    # "<" would end the element.
    data = json.dumps(parts, separators=(",", ":")).replace("<", "\\u003c")
    return (
        '<div class="readings">\n'
        f'<p class="readings-static">{escape(_sentence(parts))}</p>\n'
        f'<script type="application/json">{data}</script>\n'
        '<script defer src="../_static/readings.js"></script>\n'
        "</div>\n"
    )


def _sentence(parts: dict[str, Any]) -> str:
    n = sum(len(part["readings"]) for part in parts.values())
    return (
        f"With JavaScript, {n} reading{'s' * (n != 1)} can be picked by their choices here. The "
        "figures and tables of this page show all of them."
    )


def _part(part: pd.DataFrame, claim: str, network: str) -> dict[str, Any]:
    """One claim on one network: levels of choices, readings, and gains on each data set."""
    datasets = [*part["dataset"].unique()]
    frames = {name: part[part["dataset"] == name] for name in datasets}
    if len(datasets) > 1:
        frames = {_MEAN: over_datasets(part), **frames}
    readings = part[["config", "alpha"]].drop_duplicates().sort_values(["config", "alpha"])
    levels = design.configurations(int(readings["config"].max()) + 1).loc[readings["config"]]
    choices = {"alpha": design.alphas_in(part["alpha"])}
    choices |= {choice.name: [*choice.levels] for choice in choices_of(claim)}
    columns = {"alpha": readings["alpha"].tolist()}
    columns |= {name: levels[name].tolist() for name in choices if name != "alpha"}
    return {
        "choices": choices,
        "readings": [
            [choices[name].index(columns[name][i]) for name in choices]
            for i in range(len(readings))
        ],
        "gains": {
            name: {measure: _ends(frame, measure, readings) for measure in _MEASURES}
            for name, frame in frames.items()
        },
        "paper": {
            name: {
                measure: _number(paper_gain(frame[frame["measure"] == measure]))
                for measure in _MEASURES
            }
            for name, frame in frames.items()
        },
        "digits": design.digits(network),
    }


def _ends(frame: pd.DataFrame, measure: str, readings: pd.DataFrame) -> list[list[float | None]]:
    """Difference, low and high of each reading; None where there is none."""
    own = frame[frame["measure"] == measure].set_index(["config", "alpha"])
    own = own.reindex(pd.MultiIndex.from_frame(readings))
    return [[_number(x) for x in line] for line in own[["difference", "low", "high"]].to_numpy()]


def _number(value: float) -> float | None:
    # Significant digits, so that what is not 0 stays on its side.
    return float(f"{value:.4g}") if np.isfinite(value) else None
