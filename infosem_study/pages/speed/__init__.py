"""Speed and memory: from the rows of benchmarks/bench.py to the tables and figures of the page."""

from infosem_study.pages.speed.rows import describe_disturbance, medians_of, read
from infosem_study.pages.speed.tables import (
    format_ratios,
    loglog_fit,
    scaling_figure,
    scaling_fits,
    sections,
)
from infosem_study.pages.speed.targets import format_targets

__all__ = [
    "describe_disturbance",
    "format_ratios",
    "format_targets",
    "loglog_fit",
    "medians_of",
    "read",
    "scaling_figure",
    "scaling_fits",
    "sections",
]
