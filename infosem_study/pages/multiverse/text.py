"""What the readings say together, in words."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from infosem_study.pages.multiverse.gains import CLAIMS

__all__ = ["describe", "describe_importance"]

_WHAT = {"text": "Text helps", "labels": "Labels help"}
_CONTROLS = {"text": "text of other genes", "labels": "labels of other pairs"}


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
            texts.append(text)
    return "\n".join(texts)


def _of(n: float, total: float) -> str:
    return f"{n:.0f} of {total:.0f} reading{'' if total == 1 else 's'}"


def describe_importance(table: pd.DataFrame, level: float = 0.05) -> str:
    """Which choices move the gain beyond chance; from `gains.importance`."""
    found = table[table["q"] < level]
    if not len(found):
        return "No choice moves the gain beyond chance (false discovery rate 5%)."
    parts = [f"{line.choice} ({line.share:.0%})" for line in found.itertuples()]
    names = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    verb = "moves" if len(parts) == 1 else "move"
    return f"{names} {verb} the gain beyond chance (share of its variance, false discovery 5%)."
