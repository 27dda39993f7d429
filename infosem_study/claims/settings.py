"""The data and the settings of the paper: Appendices B and C."""

from functools import partial

import numpy as np
import pandas as pd

from infosem_study.claims.claim import SECTIONS, Claim, Found
from infosem_study.claims.evidence import NETWORKS, Evidence
from infosem_study.pages.appendix import tuning
from infosem_study.statistics import Estimate, from_error
from infosem_study.verdicts import (
    AS_GOOD,
    CANNOT_BE_TESTED,
    MOST,
    NOT_RUN,
    SAME_COUNT,
    CannotBeTested,
    above,
    below,
    claim_id,
)

__all__ = ["claims"]


# fmt: off
def claims() -> list[Claim]:
    """In the order of the page."""
    searched = (("InfoSEM-B", "sigma_w"), ("InfoSEM-BC", "sigma_l and h"))
    margin = AS_GOOD["AUPRC"]
    return [
        *(Claim(claim_id("counts", network),
                f"The data sets have the counts of Appendix B: {MOST:.0%} within {SAME_COUNT:.0%}, "
                f"{network}", "Appendix B", SECTIONS["Appendix B"], partial(_counts, network),
                above(MOST), ".0%")
          for network in NETWORKS.values()),
        *(Claim(claim_id("settings", method, network),
                f"{what}: what Appendix C prints is at most {margin:g} below what cross-validation "
                f"finds best, {network}", "Appendix C", SECTIONS["Appendix C"],
                partial(_settings, method, what, network), below(margin))
          for network in NETWORKS.values()
          for method, what in searched),
    ]


# fmt: on
def _counts(network: str, evidence: Evidence) -> Found:
    """Which share of the counts is the paper's; counts have no error."""
    table = evidence.of("counts").query("network == @network").dropna(subset="paper")
    if not len(table):
        raise CannotBeTested(NOT_RUN)
    same = (table["ours"] - table["paper"]).abs() <= SAME_COUNT * table["paper"]

    def share(part: "pd.Series[bool]") -> Estimate:
        return from_error(float(part.mean()), 0.0, len(part), np.inf)

    by_dataset = same.groupby(table["dataset"], sort=False)
    cases = {str(name): share(part) for name, part in by_dataset}
    return Found(cases, of_all=share(same), note=f"{same.sum()} of {len(same)} counts")


def _settings(method: str, what: str, network: str, evidence: Evidence) -> Found:
    """How far the paper's settings are below the best."""
    table = evidence.once(_chosen)
    own = table[(table["method"] == method) & (table["network"] == network)]
    own = own.dropna(subset="paper_auprc")
    if not len(own):
        raise CannotBeTested(NOT_RUN)
    flat = own["verdict"] == CANNOT_BE_TESTED
    if flat.all():
        moved = (own["best_auprc"] - own["lowest_auprc"]).max()
        raise CannotBeTested(
            f"{what} has no effect to speak of at this scale: over all that was tried the AUPRC "
            f"moves by {moved:.4f} at most, so that any value would pass"
        )
    own = own[~flat]
    cases = {
        line.dataset: from_error(line.difference, line.sem, int(line.n), line.n - 1)
        for line in own.itertuples()
    }
    told = ", ".join(
        f"{line.dataset} {line.best} (paper: {line.paper})" for line in own.itertuples()
    )
    return Found(cases, seeds="1", note=f"interval over TFs; best: {told}")


def _chosen(evidence: Evidence) -> pd.DataFrame:
    return tuning.chosen(evidence.of("settings"))
