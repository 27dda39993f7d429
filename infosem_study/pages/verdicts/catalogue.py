"""All claims, and what became of each."""

from collections.abc import Callable

import pandas as pd

from infosem_study.pages.verdicts import labels, numbers, seen_genes, settings, text
from infosem_study.pages.verdicts.claim import PaperClaim
from infosem_study.pages.verdicts.evidence import Evidence
from infosem_study.pages.verdicts.judges import NO_RUNS, Finding
from infosem_study.pages.verdicts.survival import survives
from infosem_study.verdicts import NOT_CLAIMED, NOT_RUN, NotRun

__all__ = ["TOPICS", "claims"]

TOPICS: dict[str, Callable[[], list[PaperClaim]]] = {
    "seen genes": seen_genes.claims,
    "text": text.claims,
    "labels": labels.claims,
    "numbers": numbers.claims,
    "settings": settings.claims,
}
"""What the claims are about, in the order of the page."""


def claims(
    *,
    specific: pd.DataFrame | None = None,
    non_specific: pd.DataFrame | None = None,
    coefficients: pd.DataFrame | None = None,
    probabilities: pd.DataFrame | None = None,
    embeddings: pd.DataFrame | None = None,
    cells: pd.DataFrame | None = None,
    recalls: pd.DataFrame | None = None,
    settings: pd.DataFrame | None = None,
    counts: pd.DataFrame | None = None,
    within: pd.DataFrame | None = None,
    controls: pd.DataFrame | None = None,
    beyond: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every claim of the paper that can be tested, and what became of it.

    Parameters
    ----------
    specific, non_specific : DataFrame, optional
        From `comparison.compare`, on cell-type-specific networks (with downsampled methods) and
        others. What is not given counts as not run, here and below.
    coefficients, probabilities : DataFrame, optional
        From the functions of these names in `bias_analysis`.
    embeddings, cells, controls : DataFrame, optional
        From `studies.sensitivity`, `studies.subsampling` and `studies.controls`.
    recalls : DataFrame, optional
        From `recall.recalls`, on non-specific networks.
    settings : DataFrame, optional
        From `tuning.search`.
    counts : DataFrame, optional
        From `protocol.counts`.
    within : DataFrame, optional
        From `audit.within`; of the first training seed, as `controls` are.
    beyond : DataFrame, optional
        From `nulls.beyond_constant`, with a column network.

    Returns
    -------
    DataFrame
        One row per claim, under its id, as text: about (one of `TOPICS`); point, the part of the
        paper's main points that it speaks to, or ""; claim; verdict (one of `verdicts.VERDICTS`;
        "not claimed" of other data sets than the paper's); survives the audit; paper and ours,
        numbers with their standard errors in parentheses; because; stands in (of the paper); and
        page, with the section of the book that shows it.

        The audit asks of a method that is said to be better than others on unseen genes, on each
        data set where the paper's numbers say so: does it beat a random constant per TF
        (`nulls.beyond_constant`), is it better within TFs (`audit.paired_within`), and has it
        a gain over chance of which each control takes some (`audit.left_of_gain`)? The answer is
        "yes" where it is to all, or tells where it is, or what speaks against it most often; "-" of
        other claims.
    """
    evidence = Evidence(
        specific=specific, non_specific=non_specific, coefficients=coefficients,
        probabilities=probabilities, embeddings=embeddings, cells=cells, recalls=recalls,
        settings=settings, counts=counts, within=within, controls=controls, beyond=beyond,
    )  # fmt: skip
    lines = []
    for about, of_topic in TOPICS.items():
        for claim in of_topic():
            finding = _judged(claim, evidence)
            lines.append(
                {
                    "id": claim.id,
                    "about": about,
                    "point": claim.point,
                    "claim": claim.text,
                    "verdict": finding.verdict,
                    "survives the audit": survives(claim.audit, evidence),
                    "paper": finding.paper,
                    "ours": finding.ours,
                    "because": finding.because,
                    "stands in": claim.stands_in,
                    "page": claim.section,
                }
            )
    return pd.DataFrame(lines).set_index("id")


def _judged(claim: PaperClaim, evidence: Evidence) -> Finding:
    if not evidence.of_paper:
        return Finding(NOT_CLAIMED, "these are not the paper's data sets")
    try:
        return claim.judge(evidence)
    except NotRun:
        return Finding(NOT_RUN, NO_RUNS)
