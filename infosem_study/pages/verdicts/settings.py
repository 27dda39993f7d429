"""Data and settings."""

from functools import partial

from infosem_study.pages.verdicts.claim import _APPENDIX_B, _APPENDIX_C, _Claim
from infosem_study.pages.verdicts.evidence import _NETWORKS, _Evidence, _Missing
from infosem_study.pages.verdicts.judges import _Finding, _tally, _where


# fmt: off
def _on_settings() -> list[_Claim]:
    searched = (("InfoSEM-B", "sigma_w"), ("InfoSEM-BC", "sigma_l and h"))
    return [
        *(_Claim("settings", f"The data sets have the counts of Appendix B, {kind}", "Appendix B",
                 _APPENDIX_B, partial(_counts, kind))
          for kind in _NETWORKS.values()),
        *(_Claim("settings", f"{what}: cross-validation chooses what Appendix C prints, {network}",
                 "Appendix C", _APPENDIX_C, partial(_settings, method, network))
          for network in _NETWORKS.values()
          for method, what in searched),
    ]


def _settings(method: str, network: str, evidence: _Evidence) -> _Finding:
    same = "method == @method and network == @network and paper_auprc.notna()"
    own = evidence.settings.query(same).set_index("dataset")
    if not len(own):
        raise _Missing
    holds = own.index[own["verdict"] != "below the best"]
    ours, paper = (
        ", ".join(f"{dataset} {_values(setting)}" for dataset, setting in own[column].items())
        for column in ("best", "paper")
    )
    where = _where([*holds], [*own.index])
    return _Finding(_tally(len(holds), len(own)), f"best within the noise {where}", ours, paper)


def _values(setting: str) -> str:
    """The numbers of "sigma_l 0.1, h 128"."""
    return " and ".join(part.split(" ")[-1] for part in setting.split(", "))


def _counts(network: str, evidence: _Evidence) -> _Finding:
    table = evidence.of("counts").query("network == @network").dropna(subset="paper")
    near = (table["ours"] - table["paper"]).abs() < 0.01 * table["paper"]
    by_dataset = near.groupby(table["dataset"], sort=False)
    where = ", ".join(f"{name} {part.sum()} of {len(part)}" for name, part in by_dataset)
    return _Finding(
        _tally(int(near.sum()), len(near)), where, f"{near.sum()} within 1%", f"{len(near)} counts"
    )
