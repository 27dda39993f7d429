"""All claims, and what becomes of each."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from infosem_study.claims import (
    elsewhere,
    labels,
    numbers,
    order,
    seen_genes,
    settings,
    text,
    unseen_genes,
)
from infosem_study.claims.claim import Claim, Found
from infosem_study.claims.evidence import Evidence, within
from infosem_study.verdicts import CANNOT_BE_TESTED, CannotBeTested, judge, reason

__all__ = ["TOPICS", "Judged", "catalogue", "judged"]

TOPICS: dict[str, Callable[[], list[Claim]]] = {
    "seen genes": seen_genes.claims,
    "unseen genes": unseen_genes.claims,
    "text": text.claims,
    "labels": labels.claims,
    "known edges": elsewhere.claims,
    "order of TFs": order.claims,
    "tables": numbers.claims,
    "data and settings": settings.claims,
}
"""What the claims are about, in the order of the page."""


@dataclass(frozen=True)
class Judged:
    """A claim, and what became of it.

    Attributes
    ----------
    claim : Claim
    topic : str
        One of `TOPICS`.
    outcome : str
        One of `verdicts.OUTCOMES`.
    because : str
        Why, in words.
    found : Found, optional
        What it was judged by.
    within : Found, optional
        Of a gain, the same difference within TFs.
    """

    claim: Claim
    topic: str
    outcome: str
    because: str
    found: Found | None = None
    within: Found | None = None


def catalogue() -> list[tuple[str, Claim]]:
    """Every claim of the paper that this book knows of, and ours, with its topic."""
    return [(topic, claim) for topic, claims in TOPICS.items() for claim in claims()]


def judged(page: str = "", **frames: pd.DataFrame | None) -> list[Judged]:
    """What became of every claim, or of those that a page shows.

    Parameters
    ----------
    page : str
        A notebook's name; "" for all claims.
    **frames : DataFrame or None
        The results at hand; a claim that needs others was not run. specific and non_specific, from
        `comparison.compare` on cell-type-specific networks (with downsampled methods) and others,
        with Random TF constant; coefficients and probabilities, from the functions of these names
        in `bias_analysis`; embeddings, cells and controls, from `studies.sensitivity`,
        `studies.subsampling` and `studies.controls`; recalls, from `recall.recalls`; settings, from
        `tuning.search`; counts, from `protocol.counts`; within, from `audit.within`; known, from
        `known_edges.judged`.

    Returns
    -------
    list of Judged
        Empty where there are frames, but of no data set of the paper.
    """
    evidence = Evidence(**frames)
    if not evidence.of_paper:
        return []
    return [
        _judged(topic, claim, evidence)
        for topic, claim in catalogue()
        if not page or claim.section.startswith(f"{page}#")
    ]


def _judged(topic: str, claim: Claim, evidence: Evidence) -> Judged:
    beside = None
    if claim.gain is not None:
        try:
            beside = within(claim.gain, evidence)
        except CannotBeTested:
            beside = None
    try:
        found = claim.find(evidence)
    except CannotBeTested as error:
        return Judged(claim, topic, CANNOT_BE_TESTED, str(error), None, beside)
    outcome = judge(found.whole, claim.side, found.paper)
    because = reason(found.whole, claim.side, found.paper, claim.form)
    return Judged(claim, topic, outcome, because, found, beside)
