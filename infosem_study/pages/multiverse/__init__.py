"""Every reading of the paper: what comes out of hundreds of ways to decide what it leaves open."""

from infosem_study.pages.multiverse.design import (
    CHOICES,
    CHOSEN,
    choices_table,
    configurations,
)
from infosem_study.pages.multiverse.figures import curve_figure, importance_figure
from infosem_study.pages.multiverse.gains import (
    CLAIMS,
    by_level,
    gains,
    importance,
    over_datasets,
    summary,
)
from infosem_study.pages.multiverse.runs import MEASURES, readings
from infosem_study.pages.multiverse.text import describe, describe_importance

__all__ = [
    "CHOICES",
    "CHOSEN",
    "CLAIMS",
    "MEASURES",
    "by_level",
    "choices_table",
    "configurations",
    "curve_figure",
    "describe",
    "describe_importance",
    "gains",
    "importance",
    "importance_figure",
    "over_datasets",
    "readings",
    "summary",
]
