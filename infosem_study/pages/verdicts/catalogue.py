"""All claims, judged."""

import pandas as pd

from infosem_study.pages.verdicts.claim import _Claim
from infosem_study.pages.verdicts.evidence import _Evidence, _Missing
from infosem_study.pages.verdicts.judges import _NO_RUNS, _Finding
from infosem_study.pages.verdicts.labels import _on_labels
from infosem_study.pages.verdicts.numbers import _on_numbers
from infosem_study.pages.verdicts.seen_genes import _on_seen_genes
from infosem_study.pages.verdicts.settings import _on_settings
from infosem_study.pages.verdicts.survival import _survives
from infosem_study.pages.verdicts.text import _on_text


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
) -> pd.DataFrame:
    """Every claim of the paper that can be tested, and what became of it.

    Parameters
    ----------
    specific, non_specific : DataFrame, optional
        From `comparison.compare`, on cell-type-specific networks (with downsampled methods) and
        others; with Random TF constant. What is not given counts as not run, here and below.
    coefficients, probabilities : DataFrame, optional
        From the functions of these names in `bias`.
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

    Returns
    -------
    DataFrame
        One row a claim, as text: about ("seen genes", "text", "labels", "numbers" or "settings");
        claim; verdict ("reproduced", "partly", "not reproduced", "undecided", "not run", or "not
        claimed", of other data sets than the paper's); survives the audit; paper and ours, numbers
        with their standard errors in parentheses; because; stands in (of the paper); and page, with
        the section of the book that shows it.

        The audit asks of a method that is said to be better than others on unseen genes, on each
        data set where the paper's numbers say so: does it beat a random constant per TF
        (`statistics.beyond_constant`), is it better within TFs (`audit.paired_within`), and has it
        a gain over chance of which each control takes some (`audit.left_of_gain`)? The answer is
        "yes" where it is to all, or tells where it is, or what speaks against it most often; "-" of
        other claims.
    """
    evidence = _Evidence(
        specific=specific, non_specific=non_specific, coefficients=coefficients,
        probabilities=probabilities, embeddings=embeddings, cells=cells, recalls=recalls,
        settings=settings, counts=counts, within=within, controls=controls,
    )  # fmt: skip
    lines = []
    for claim in _catalogue():
        finding = _judged(claim, evidence)
        lines.append(
            {
                "about": claim.about,
                "claim": claim.text,
                "verdict": finding.verdict,
                "survives the audit": _survives(claim.audit, evidence),
                "paper": finding.paper,
                "ours": finding.ours,
                "because": finding.because,
                "stands in": claim.stands_in,
                "page": claim.page,
            }
        )
    return pd.DataFrame(lines)


def _judged(claim: _Claim, evidence: _Evidence) -> _Finding:
    if not evidence.of_paper:
        return _Finding("not claimed", "these are not the paper's data sets")
    try:
        return claim.judge(evidence)
    except _Missing:
        return _Finding("not run", _NO_RUNS)


def _catalogue() -> list[_Claim]:
    """All claims, in the order of the page."""
    return [*_on_seen_genes(), *_on_text(), *_on_labels(), *_on_numbers(), *_on_settings()]
