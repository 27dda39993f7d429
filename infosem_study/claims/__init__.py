"""Every claim, of the paper and ours, in one catalogue, with what becomes of it.

`evidence` makes one comparison of frames of results, `claim` says what a claim is, and each topic
(`seen_genes`, `unseen_genes`, `text`, `labels`, `order`, `numbers`, `settings`) has its claims;
`kinds` has what several topics have. `catalogue` judges them by the rule of
`infosem_study.verdicts`, `shown` makes tables of them, and `answer` the front page. A page shows
those of its own sections.
"""

from infosem_study.claims.answer import answer, answer_figure
from infosem_study.claims.catalogue import TOPICS, Judged, by_chance, catalogue, judged
from infosem_study.claims.shown import (
    PAGES,
    describe,
    describe_by_chance,
    details,
    headline_markdown,
    headlines,
    of_page,
    topic_table,
)

__all__ = [
    "PAGES",
    "TOPICS",
    "Judged",
    "answer",
    "answer_figure",
    "by_chance",
    "catalogue",
    "describe",
    "describe_by_chance",
    "details",
    "headline_markdown",
    "headlines",
    "judged",
    "of_page",
    "topic_table",
]
