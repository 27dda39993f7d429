"""What accuracy on seen genes is made of: Sections 1 and 5.1, Appendices D and E.1."""

from functools import partial
from itertools import product

import pandas as pd

from infosem_study.claims.claim import SECTIONS, Claim, Found
from infosem_study.claims.evidence import (
    COLUMNS,
    NETWORKS,
    SUPERVISED,
    TABLES,
    Evidence,
    across,
    compare,
    of_splits,
    paper_numbers,
    rank,
)
from infosem_study.claims.kinds import never
from infosem_study.methods import METHODS
from infosem_study.pages.bias_analysis.memory import LOG_ODDS, predictions, rank_correlations
from infosem_study.statistics import estimate, seeds_of
from infosem_study.studies import DOWNSAMPLED
from infosem_study.verdicts import (
    AS_GOOD,
    NOT_RUN,
    STRONG,
    CannotBeTested,
    above,
    below,
    between,
    claim_id,
)

__all__ = ["SAME_SHARES", "claims", "contrast_on_seen"]

SAME_SHARES = "labels shuffled within TFs"
"""The control that leaves a TF its share of positives, and takes its pairs."""
_TRIVIAL = ("One-hot LR", "MatComp")
_DEEP = ("GENELink", "scGREAT")
_UNSUPERVISED = ("GRNBoost2", "DeepSEM", "InfoSEM-B")
_HALF, _REACHED, _ABOUT = 0.5, 0.85, 0.05


# fmt: off
def claims() -> list[Claim]:
    """In the order of the page."""
    figure3a, figure5 = "Section 5.1, Figure 3 (a)", "Appendix D, Figure 5"
    as_good = above(-AS_GOOD["AUPRC"])
    names = "seen-names-are-enough"
    predicts = "{} predicts of a TF's seen test pairs what most training pairs are"
    return [
        Claim(names,
              "Seen genes: One-hot LR, which knows only names, is as good as GENELink and scGREAT",
              figure3a, SECTIONS["seen genes"],
              partial(compare, ["One-hot LR"], _DEEP, source="Table 3", how="mean"), as_good,
              headline=True),
        *(Claim(claim_id("seen", one, "not below", other),
                f"Seen genes: {one} is as good as {other}", figure3a, SECTIONS["seen genes"],
                partial(compare, [one], [other], source="Table 3"), as_good,
                detail_of=names * (one == "One-hot LR"))
          for one, other in product(_TRIVIAL, _DEEP)),
        *(Claim(claim_id("seen trivial top 2", metric, source),
                f"Seen genes: One-hot LR or MatComp is in the top 2 by {metric}, "
                f"{NETWORKS[TABLES[source][0]]}", f"Appendix E.1, {source}", SECTIONS[source],
                partial(rank, _TRIVIAL, 2, source, metric))
          for source, metric in product(("Table 3", "Table 4"), COLUMNS)),
        Claim("seen-supervised-above-unsupervised",
              "Seen genes: every supervised method is above every unsupervised one",
              "Section 1, Table 3", SECTIONS["Table 3"],
              partial(compare, SUPERVISED, _UNSUPERVISED, source="Table 3")),
        Claim("seen-supervised-auprc",
              "Seen genes: supervised methods reach an AUPRC of about 0.85", "Section 1",
              SECTIONS["Table 3"], _highest, between(_REACHED, _ABOUT), ".3f"),
        Claim("seen-as-in-earlier-studies", "Seen genes: methods do as in earlier studies",
              "Section 5.1", SECTIONS["Table 3"], partial(never, "those have other splits")),
        Claim("more-negatives", "Most TFs have far more negatives than positives",
              "Section 4.1, Figure 3 (b)", SECTIONS["Figure 3 (b)"], _imbalance, above(_HALF),
              ".0%"),
        Claim("coefficients-follow-shares",
              "One-hot LR's TF coefficients follow the TFs' shares of positives (rank "
              f"correlation above {STRONG:g})", "Section 5.1, Figure 3 (b)",
              SECTIONS["seen genes"], _coefficients, above(STRONG), ".3f"),
        *(Claim(claim_id(name, "predicts shares"), predicts.format(name),
                "" if name == "GENELink" else "Section 5.1, Figure 3 (c)",
                SECTIONS["seen genes"], partial(_predicts, name), above(_HALF), ".0%")
          for name in LOG_ODDS),
        *(Claim(claim_id("seen", name, "from shares"),
                f"More than half of {name}'s gain on seen genes is left without the right pairs",
                "Section 5.1", SECTIONS["controls"],
                partial(contrast_on_seen, {(name, SAME_SHARES): 1, (name, "none"): -_HALF}))
          for name in ("One-hot LR", "MatComp", "GENELink")),
        Claim("downsampling-lowers-seen", "Downsampling lowers the AUPRC of all on seen genes",
              f"Section 5.1, {figure5}", SECTIONS["seen genes"],
              partial(compare, DOWNSAMPLED, [METHODS[name].base for name in DOWNSAMPLED],
                      source="Table 3", how="most", paired=True), below()),
        Claim("downsampled-seen-above-share",
              "Downsampled, the AUPRC of all on seen genes is still above the share of positives",
              figure5, SECTIONS["seen genes"],
              partial(compare, DOWNSAMPLED, ["Random"], source="Table 3")),
    ]


# fmt: on
# --- their judges ---------------------------------------------------------------------------------


def _highest(evidence: Evidence) -> Found:
    """The highest AUPRC of a supervised method on seen genes."""
    wide = evidence.wide("specific", "seen_auprc")
    found = [
        (one, name, case)
        for name in SUPERVISED
        if name in wide
        for case, one in of_splits(wide[name]).items()
    ]
    if not found:
        raise CannotBeTested(NOT_RUN)
    one, name, case = max(found, key=lambda line: line[0].mean)
    rows = evidence.of("specific")
    theirs = paper_numbers("Table 3", "AUPRC")[[*SUPERVISED]].to_numpy().max()
    return Found({case: one}, said=_REACHED, seeds=seeds_of(rows[rows["method"] == name]),
                 note=f"{name} on {case}; the highest of its table is {theirs:.3f}")  # fmt: skip


def _imbalance(evidence: Evidence) -> Found:
    """The part of the TFs that have a share of positives below one half, split by split."""
    coefs = evidence.of("coefficients")
    low = (coefs["share"] < _HALF).astype(float)
    return Found(of_splits(low.groupby([coefs["dataset"], coefs["split"]], sort=False).mean()))


def _coefficients(evidence: Evidence) -> Found:
    found = rank_correlations(evidence.of("coefficients"))
    return Found(of_splits(found.set_index(["dataset", "split"])["rho"]))


def _predicts(method: str, evidence: Evidence) -> Found:
    """Of two TFs of each data set the one with the smaller part, on one split."""
    told = predictions(evidence.of("coefficients"), evidence.of("probabilities"))
    own = told[told["method"] == method]
    return across(own.groupby("dataset", sort=False)["as_trained"].min())


def contrast_on_seen(weights: dict[tuple[str, str], float], evidence: Evidence) -> Found:
    """A weighted sum of gains on seen genes, with and without an input, split by split.

    Parameters
    ----------
    weights : dict
        By method, and what is taken from it: one of `studies.CONTROLS`, or "none".
    evidence : Evidence

    Raises
    ------
    CannotBeTested
        If one of them was not run.
    """
    rows = evidence.of("controls")
    rows = rows[rows["network"] == NETWORKS["specific"]]
    gains = rows.assign(gain=rows["seen_auprc"] - rows["seen_base"]).pivot_table(
        "gain", ["dataset", "split"], ["method", "control"], sort=False
    )
    if not set(weights) <= set(gains):
        raise CannotBeTested(NOT_RUN)
    both = gains[[*weights]].dropna()
    if not len(both):
        raise CannotBeTested(NOT_RUN)
    means = both.groupby("dataset", sort=False).mean()
    told = "; ".join(
        f"{method}, {'as it is' if taken == 'none' else taken}: "
        + ", ".join(f"{name} {value:.3f}" for name, value in means[method, taken].items())
        for method, taken in weights
    )
    total = sum((weight * both[one] for one, weight in weights.items()), pd.Series(0.0, both.index))
    cases = {str(name): estimate(part) for name, part in total.groupby("dataset", sort=False)}
    return Found(cases, seeds="1", note=f"gains: {told}")
