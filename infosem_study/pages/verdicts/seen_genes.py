"""What accuracy on seen genes is made of: Sections 1, 4.1 and 5.1, Appendices D and E.1."""

from functools import partial
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from infosem_study.pages.verdicts.claim import SECTIONS, PaperClaim, network_of
from infosem_study.pages.verdicts.evidence import (
    METRICS,
    NETWORKS,
    SUPERVISED,
    TABLES,
    Evidence,
    line_of,
    paper_numbers,
)
from infosem_study.pages.verdicts.judges import (
    NO_RUNS,
    Finding,
    above_all,
    format_each,
    format_mean,
    never,
    ranked,
)
from infosem_study.pages.verdicts.survival import Better
from infosem_study.statistics import Interval, format_number, summarise
from infosem_study.verdicts import (
    ABOUT,
    HALF,
    NOT_CLAIMED,
    NOT_REPRODUCED,
    NOT_RUN,
    PARTLY,
    REPRODUCED,
    WITHIN,
    NotRun,
    claim_id,
    format_cases,
    format_where,
    judge_size,
    tally,
)

__all__ = ["SAME_SHARES", "claims", "gains_on_seen"]

SAME_SHARES = "labels shuffled within TFs"
"""The control that leaves a TF its share of positives, and takes its pairs."""
_TRIVIAL = ("One-hot LR", "MatComp")
_BLIND = (*_TRIVIAL, "GENELink")
_UNSUPERVISED = ("GRNBoost2", "DeepSEM", "InfoSEM-B")


# fmt: off
def claims() -> list[PaperClaim]:
    """In the order of the page."""
    figure3a, figure5 = "Section 5.1, Figure 3 (a)", "Appendix D, Figure 5"
    predicts = "{} predicts of a TF's seen test pairs what most training pairs are"

    def of_bias(
        known: str, text: str, stands_in: str, audit: Better | None = None, point: str = ""
    ) -> PaperClaim:
        """One that the page on seen genes judges, under the same id."""
        return PaperClaim(known, text, stands_in, SECTIONS["seen genes"], partial(_of_bias, known),
                          audit, point)

    return [
        *(of_bias(claim_id("seen", one, "not below", other),
                  f"Seen genes: {one} is as good as {other}", figure3a,
                  point="names are enough" if one == "One-hot LR" else "")
          for one, other in product(_TRIVIAL, ("GENELink", "scGREAT"))),
        *(PaperClaim(claim_id("seen trivial top 2", source),
                     f"Seen genes: One-hot LR or MatComp is always in the top 2, "
                     f"{network_of(source)}", f"Appendix E.1, {source}", SECTIONS[source],
                     partial(ranked, _TRIVIAL, 2, source, METRICS, 4, any, all))
          for source in ("Table 3", "Table 4")),
        PaperClaim("seen-supervised-above-unsupervised",
                   "Seen genes: every supervised method is above every unsupervised one",
                   "Section 1, Table 3", SECTIONS["Table 3"],
                   partial(above_all, SUPERVISED, _UNSUPERVISED, "Table 3")),
        PaperClaim("seen-supervised-auprc",
                   "Seen genes: supervised methods reach an AUPRC of about 0.85", "Section 1",
                   SECTIONS["Table 3"], _highest),
        PaperClaim("seen-as-in-earlier-studies", "Seen genes: methods do as in earlier studies",
                   "Section 5.1", SECTIONS["Table 3"],
                   partial(never, "those have other splits")),
        of_bias("drop-auprc",
                "From seen to unseen genes supervised methods lose 42% of AUPRC, "
                "cell-type-specific", "Section 5.1", point="they fall"),
        PaperClaim("drop-auprc-non-specific",
                   "From seen to unseen genes they lose 79% of AUPRC, non-cell-type-specific",
                   "Section 5.1", SECTIONS["Table 5"],
                   partial(_drop, "non_specific", "AUPRC", 0.79), point="they fall"),
        *(PaperClaim(claim_id("drop hit", name),
                     f"From seen to unseen genes they lose Hit@1%, too, {NETWORKS[name]}",
                     "Section 5.1", SECTIONS[section], partial(_drop, name, "Hit@1%", None),
                     point="they fall")
          for name, section in (("specific", "Table 1, Hit@1%"), ("non_specific", "Table 5"))),
        of_bias("supervised-not-above-chance",
                "Unseen genes: supervised methods are no better than chance", figure3a,
                point="they are at chance"),
        of_bias(claim_id("DeepSEM above", *_BLIND),
                "Unseen genes: DeepSEM is above One-hot LR, MatComp, GENELink", figure3a,
                Better("DeepSEM", _BLIND)),
        of_bias("deepsem-above-scgreat", "Unseen genes: DeepSEM is above scGREAT", figure3a,
                Better("DeepSEM", ("scGREAT",))),
        PaperClaim("more-negatives", "Most TFs have far more negatives than positives",
                   "Section 4.1, Figure 3 (b)", SECTIONS["Figure 3 (b)"], _imbalance),
        of_bias("coefficients-follow-shares",
                "One-hot LR's TF coefficients follow the TFs' shares of positives",
                "Section 5.1, Figure 3 (b)"),
        *(of_bias(claim_id(name, "predicts shares"), predicts.format(name),
                  "Section 5.1, Figure 3 (c)")
          for name in ("One-hot LR", "scGREAT")),
        *(PaperClaim(claim_id("seen", name, "from shares"),
                     f"{name}'s accuracy on seen genes comes from shares of positives",
                     "Section 5.1", SECTIONS["controls"], partial(_from_shares, name))
          for name in ("One-hot LR", "MatComp", "GENELink")),
        of_bias("downsampling-lowers-seen", "Downsampling lowers the AUPRC on seen genes",
                f"Section 5.1, {figure5}"),
        of_bias("downsampled-seen-above-share",
                "Downsampled, the AUPRC on seen genes is still above the share of positives",
                figure5),
        of_bias("downsampling-not-above-unseen", "Downsampling does not help on unseen genes",
                f"Section 5.1, {figure5}"),
        of_bias(claim_id("DeepSEM above", *_BLIND, "downsampled"),
                "Unseen genes: DeepSEM is above One-hot LR, MatComp, GENELink, downsampled",
                figure5, Better("DeepSEM", _BLIND)),
        of_bias("deepsem-above-scgreat-downsampled",
                "Unseen genes: DeepSEM is above scGREAT, downsampled", figure5,
                Better("DeepSEM", ("scGREAT",))),
    ]


# fmt: on
# --- their judges ---------------------------------------------------------------------------------


def _of_bias(claim: str, evidence: Evidence) -> Finding:
    """The claim with that id of `bias_analysis.verdicts`."""
    row = line_of(evidence.bias, id=claim)
    if row["verdict"] == NOT_RUN:
        return Finding(NOT_RUN, row["because"] or NO_RUNS)
    if row["verdict"] == NOT_CLAIMED:  # on the data sets at hand
        return Finding(NOT_RUN, NO_RUNS)
    holds, form = row["holds"], row["claim"].form
    fails = [case for case, good in holds.items() if not good]
    because = f"in {len(holds) - len(fails)} of {len(holds)} cases"
    because += f"; not {format_cases(fails)}" * bool(fails)
    ours = format_number(row["ours"], row["error"], form=form)
    return Finding(row["verdict"], because, ours, format_number(row["paper"], form=form))


def _drop(name: str, metric: str, claimed: float | None, evidence: Evidence) -> Finding:
    """By which part supervised methods fall from seen to unseen genes.

    Averaged as in `bias_analysis.drops`. A ratio of means over splits, as a Hit@1% of a split may
    be 0.
    """
    rows, column = evidence.of(name), METRICS[metric]
    own = rows[rows["method"].isin(SUPERVISED)]
    columns = [f"seen_{column}", f"unseen_{column}"]
    by_split = own.groupby(["dataset", "split"], sort=False)[columns].mean()
    lines = {}
    for dataset, part in by_split.groupby("dataset", sort=False):
        seen, unseen = part.to_numpy(dtype=float).T
        kept = unseen.mean() / seen.mean()
        error = stats.sem(unseen - kept * seen) / seen.mean() if len(part) > 1 else np.nan
        lines[dataset] = (1 - kept, error)
    found = pd.DataFrame.from_dict(lines, orient="index", columns=["mean", "sem"], dtype=float)
    ours = format_mean(found, ".0%")
    papers = {
        test: paper_numbers(source, metric)[[*SUPERVISED]].mean(axis=1)
        for source, (network, test) in TABLES.items()
        if network == name
    }
    in_tables = float((1 - papers["unseen"] / papers["seen"]).mean())
    mean = float(found["mean"].mean())
    half = WITHIN * float(np.sqrt(np.square(found["sem"]).sum(skipna=False))) / len(found)
    half = np.inf if np.isnan(half) else half  # a single split
    verdict = judge_size(
        Interval(mean, mean - half, mean + half), in_tables if claimed is None else claimed
    )
    told = {
        REPRODUCED: "they fall, by as much as errors tell",
        PARTLY: "they fall, by another part",
        NOT_REPRODUCED: "no fall is shown",
    }
    names = format_cases(name for name in SUPERVISED if name in set(own["method"]))
    of_tables = f"its tables: {in_tables:.0%}"
    paper = of_tables if claimed is None else f"{claimed:.0%} ({of_tables})"
    because = told.get(verdict, "whether they fall is open")
    return Finding(verdict, f"{names}: {because}", ours, paper)


def _imbalance(evidence: Evidence) -> Finding:
    """On how many data sets most TFs have a share of positives below one half."""
    coefs = evidence.of("coefficients")
    low = (coefs["share"] < HALF).astype(float)
    parts = low.groupby(coefs["dataset"], sort=False).mean()
    holds = (parts > HALF).to_dict()
    because = f"a share below one half have most TFs {format_where(holds)}"
    return Finding(tally(holds), because, format_each(parts, ".0%"))


def _highest(evidence: Evidence) -> Finding:
    """Whether the highest AUPRC of a supervised method on seen genes is about the paper's."""
    summary = summarise(evidence.of("specific"), ["seen_auprc"])
    own = summary[summary["method"].isin(SUPERVISED)]
    if not len(own):
        raise NotRun
    row = own.nlargest(1, "mean").to_dict("records")[0]
    theirs = paper_numbers("Table 3", "AUPRC")[[*SUPERVISED]].to_numpy().max()
    return Finding(
        REPRODUCED if abs(row["mean"] - 0.85) < ABOUT else NOT_REPRODUCED,
        f"{row['method']} on {row['dataset']}; within {ABOUT:g} is about",
        format_number(row["mean"], row["sem"]),
        f"0.85 (its table: {theirs:.3f})",
    )


def _from_shares(method: str, evidence: Evidence) -> Finding:
    """What of a gain on seen genes is left where a TF's labels are given to its other pairs."""
    (own, shuffled), splits = gains_on_seen(evidence, (method, "none"), (method, SAME_SHARES))
    left = shuffled / own
    holds = (left >= HALF).to_dict()
    because = f"half or more of the gain is left without the pairs {format_where(holds)}; {splits}"
    return Finding(tally(holds), because, f"left: {format_each(left, '.0%')}")


def gains_on_seen(evidence: Evidence, *of: tuple[str, str]) -> tuple[list["pd.Series[float]"], str]:
    """Gains on seen genes with and without an input, on the splits that all of them have.

    Parameters
    ----------
    evidence : Evidence
    *of : (str, str)
        Methods, and what is taken from them: one of `studies.CONTROLS`, or "none".

    Returns
    -------
    list of Series
        Of each of them the mean over splits by data set.
    str
        How many splits those are, to be told.

    Raises
    ------
    NotRun
        If one of them was not run.
    """
    rows = evidence.of("controls")
    rows = rows[rows["network"] == NETWORKS["specific"]]
    gains = rows.assign(gain=rows["seen_auprc"] - rows["seen_base"]).pivot_table(
        "gain", ["dataset", "split"], ["method", "control"], sort=False
    )
    if not set(of) <= set(gains):
        raise NotRun
    of_datasets = gains[[*of]].dropna().groupby("dataset", sort=False)
    means = of_datasets.mean()
    return [means[one] for one in of], f"{of_datasets.size().min()} splits"
