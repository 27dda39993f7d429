"""Edges known from elsewhere, as the second prior of InfoSEM: do they help, and beyond a mask?"""

from infosem_study.pages.known_edges.differences import (
    EVERYONE,
    MASKS,
    OF_MASK,
    OF_TARGETS,
    WITHOUT,
    Who,
    by_percent,
    chosen_forms,
    controls,
    differences,
    gains,
    mask,
    model,
    of_database,
)
from infosem_study.pages.known_edges.figures import differences_figure, percents_figure
from infosem_study.pages.known_edges.judged import judged
from infosem_study.pages.known_edges.measures import MEASURES
from infosem_study.pages.known_edges.runs import DATASETS, FORMS, PARTS, SHOWN, shown, trained
from infosem_study.pages.known_edges.text import (
    answer,
    answers,
    describe,
    describe_forms,
    describe_percents,
    format_answers,
    format_table,
)
from infosem_study.pages.known_edges.unseen import LABELS, unseen, unseen_differences

__all__ = [
    "DATASETS",
    "EVERYONE",
    "FORMS",
    "LABELS",
    "MASKS",
    "MEASURES",
    "OF_MASK",
    "OF_TARGETS",
    "PARTS",
    "SHOWN",
    "WITHOUT",
    "Who",
    "answer",
    "answers",
    "by_percent",
    "chosen_forms",
    "controls",
    "describe",
    "describe_forms",
    "describe_percents",
    "differences",
    "differences_figure",
    "format_answers",
    "format_table",
    "gains",
    "judged",
    "mask",
    "model",
    "of_database",
    "percents_figure",
    "shown",
    "trained",
    "unseen",
    "unseen_differences",
]
