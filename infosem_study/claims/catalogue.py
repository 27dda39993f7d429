"""All claims, and what becomes of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

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
from infosem_study.verdicts import (
    CANNOT_BE_TESTED,
    CONTRADICTED,
    SHOWN,
    CannotBeTested,
    judge,
    p_value,
    reason,
)

__all__ = ["FALSE_DISCOVERIES", "TOPICS", "Judged", "by_chance", "catalogue", "judged"]

FALSE_DISCOVERIES = 0.05
"""Of the claims that are shown or contradicted, the share that is expected to be so by chance."""

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


def by_chance(found: Sequence[Judged]) -> tuple[list[Judged], list[Judged]]:
    """Which claims are decided, and which of these would not be for all of them together.

    A claim is decided where it is shown or contradicted. The correction is that of Benjamini and
    Hochberg, over all claims given whose interval has a p (see `verdicts.p_value`).

    Parameters
    ----------
    found : sequence of Judged
        From `judged`: of all pages, or the main claims.

    Returns
    -------
    decided, lost : list of Judged
        Those with a p that are decided, and the ones of them whose rate of false discoveries is
        above `FALSE_DISCOVERIES`.
    """
    tested = [
        (one, p)
        for one in found
        if one.found and not np.isnan(p := p_value(one.found.whole, one.claim.side))
    ]
    rates = stats.false_discovery_control([p for _, p in tested]) if tested else []
    decided = [
        (one, rate)
        for (one, _), rate in zip(tested, rates, strict=True)
        if one.outcome in (SHOWN, CONTRADICTED)
    ]
    lost = [one for one, rate in decided if rate > FALSE_DISCOVERIES]
    return [one for one, _ in decided], lost


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
