"""Every reading of the paper: what comes out of hundreds of ways to decide what it leaves open."""

from infosem_study.pages.multiverse.book import cost, diverged, extent, shown
from infosem_study.pages.multiverse.design import (
    CHOICES,
    CHOSEN,
    choices_table,
    configurations,
)
from infosem_study.pages.multiverse.figures import (
    curve_figure,
    datasets_figure,
    importance_figure,
    seeds_figure,
)
from infosem_study.pages.multiverse.form import form
from infosem_study.pages.multiverse.gains import (
    CLAIMS,
    averages,
    by_level,
    by_seed,
    gains,
    over_datasets,
    summary,
)
from infosem_study.pages.multiverse.importance import importance, importance_elsewhere
from infosem_study.pages.multiverse.runs import MEASURES, readings
from infosem_study.pages.multiverse.text import (
    describe_effects,
    describe_errors,
    describe_importance,
    describe_seeds,
    describe_settings,
    format_averages,
    format_counts,
    format_datasets,
    format_importance,
    format_importance_elsewhere,
    format_seeds,
    format_summary,
    headline,
    told,
)

__all__ = [
    "CHOICES",
    "CHOSEN",
    "CLAIMS",
    "MEASURES",
    "averages",
    "by_level",
    "by_seed",
    "choices_table",
    "configurations",
    "cost",
    "curve_figure",
    "datasets_figure",
    "describe_effects",
    "describe_errors",
    "describe_importance",
    "describe_seeds",
    "describe_settings",
    "diverged",
    "extent",
    "form",
    "format_averages",
    "format_counts",
    "format_datasets",
    "format_importance",
    "format_importance_elsewhere",
    "format_seeds",
    "format_summary",
    "gains",
    "headline",
    "importance",
    "importance_elsewhere",
    "importance_figure",
    "over_datasets",
    "readings",
    "seeds_figure",
    "shown",
    "summary",
    "told",
]
