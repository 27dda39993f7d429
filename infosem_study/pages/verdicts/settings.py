"""The data and the settings of the paper: Appendices B and C."""

from functools import partial

from infosem_study.pages.verdicts.claim import SECTIONS, PaperClaim
from infosem_study.pages.verdicts.evidence import NETWORKS, Evidence
from infosem_study.pages.verdicts.judges import Finding
from infosem_study.verdicts import SAME_COUNT, NotRun, claim_id, format_where, tally

__all__ = ["claims"]


# fmt: off
def claims() -> list[PaperClaim]:
    """In the order of the page."""
    searched = (("InfoSEM-B", "sigma_w"), ("InfoSEM-BC", "sigma_l and h"))
    return [
        *(PaperClaim(claim_id("counts", network),
                     f"The data sets have the counts of Appendix B, {network}", "Appendix B",
                     SECTIONS["Appendix B"], partial(_counts, network))
          for network in NETWORKS.values()),
        *(PaperClaim(claim_id("settings", method, network),
                     f"{what}: cross-validation chooses what Appendix C prints, {network}",
                     "Appendix C", SECTIONS["Appendix C"], partial(_settings, method, network))
          for network in NETWORKS.values()
          for method, what in searched),
    ]


# fmt: on
def _counts(network: str, evidence: Evidence) -> Finding:
    """How many counts are the paper's."""
    table = evidence.of("counts").query("network == @network").dropna(subset="paper")
    same = (table["ours"] - table["paper"]).abs() < SAME_COUNT * table["paper"]
    by_dataset = same.groupby(table["dataset"], sort=False)
    return Finding(
        tally(dict(enumerate(same))),
        ", ".join(f"{name} {part.sum()} of {len(part)}" for name, part in by_dataset),
        f"{same.sum()} within {SAME_COUNT:.0%}",
        f"{len(same)} counts",
    )


def _settings(method: str, network: str, evidence: Evidence) -> Finding:
    """On how many data sets the paper's setting is as good as the best, within the noise."""
    same = "method == @method and network == @network and paper_auprc.notna()"
    own = evidence.settings.query(same).set_index("dataset")
    if not len(own):
        raise NotRun
    holds = (own["verdict"] != "below the best").to_dict()
    tried = evidence.of("settings").drop_duplicates("setting").set_index("setting")
    tried = tried[["sigma_w", "sigma_l", "h"]]

    def values(setting: str) -> str:
        return " and ".join(f"{value:g}" for value in tried.loc[setting].dropna())

    ours, paper = (
        ", ".join(f"{dataset} {values(setting)}" for dataset, setting in own[column].items())
        for column in ("best", "paper")
    )
    return Finding(tally(holds), f"best within the noise {format_where(holds)}", ours, paper)
