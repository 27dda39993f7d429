"""What the prior from text is worth: the abstract, Section 5.2, Figures 4 and 6."""

from functools import partial

from infosem_study.claims.claim import SECTIONS, Claim, Gain
from infosem_study.claims.evidence import NETWORKS, SUPERVISED, compare, within
from infosem_study.claims.kinds import (
    fewer_cells,
    gains,
    higher_recall,
    improvements,
    network_of,
    never,
    top,
)
from infosem_study.studies import SUBSAMPLING_PERCENTS
from infosem_study.verdicts import AS_GOOD, GAIN, Side, above, below, claim_id

__all__ = ["claims"]

_TEXT = "InfoSEM-B, text"  # as `studies.sensitivity` calls it


# fmt: off
def claims() -> list[Claim]:
    """In the order of the page."""
    better = Gain(["InfoSEM-B"], ["DeepSEM"])
    pairs = "infosem-b-above-deepsem-within-tfs"
    no_better = below(AS_GOOD["AUPRC"])

    def figure4(known: str, text: str, method: str, against: str, side: Side = GAIN,
                *, gain: Gain | None = None, ours: bool = False) -> Claim:
        return Claim(known, text, "" if ours else "Section 5.2, Figure 4", SECTIONS["Figure 4"],
                     partial(compare, [method], [against], frame="embeddings"), side, gain=gain)

    def of_cells(known: str, text: str, methods: list[str], rivals: list[str],
                 side: Side = GAIN) -> Claim:
        return Claim(claim_id("cells", known), text, "", SECTIONS["Figure 6"],
                     partial(compare, methods, rivals, frame="cells", how="mean"), side)

    def at_all(name: str) -> list[str]:
        return [f"{name}, {percent}%" for percent in SUBSAMPLING_PERCENTS]

    return [
        *improvements("InfoSEM-B", "DeepSEM", headline=True),
        Claim(pairs, "Unseen genes: InfoSEM-B improves upon DeepSEM by AUPRC within TFs, over the "
              "targets of one TF at a time", "", SECTIONS["within TFs"], partial(within, better),
              headline=True),
        Claim(claim_id(pairs, "non-specific"), "Unseen genes: InfoSEM-B improves upon DeepSEM "
              f"within TFs, {NETWORKS['non_specific']}", "", SECTIONS["within TFs"],
              partial(within, better._replace(networks=[NETWORKS["non_specific"]])),
              detail_of=pairs),
        Claim(claim_id(pairs, "own"), "Unseen genes: InfoSEM-B improves upon DeepSEM within TFs by "
              "what needs the right TF", "", SECTIONS["within TFs"],
              partial(within, better, value="specific"), detail_of=pairs),
        *gains("InfoSEM-B", "existing models", 38.5, 25, 52),
        *(claim
          for source in ("Table 1", "Table 5")
          for claim in (
              Claim(claim_id("InfoSEM-B InfoSEM-BC above all others", source),
                    "Unseen genes: InfoSEM-B and InfoSEM-BC are the two best by AUPRC, "
                    f"{network_of(source)}", f"Section 5.2, {source}", SECTIONS[source],
                    partial(compare, ["InfoSEM-B", "InfoSEM-BC"],
                            [*SUPERVISED, "GRNBoost2", "DeepSEM"], source=source)),
              *top(["InfoSEM-B"], 2, source, "InfoSEM-B"),
              Claim(claim_id("InfoSEM-B above supervised", source),
                    f"Unseen genes: InfoSEM-B surpasses supervised methods, {network_of(source)}",
                    f"Section 1, {source}", SECTIONS[source],
                    partial(compare, ["InfoSEM-B"], SUPERVISED, source=source, claimed=True),
                    gain=Gain(["InfoSEM-B"], (), [network_of(source)])),
          )),
        figure4("text-above-deepsem", "Text helps: better than DeepSEM", _TEXT, "DeepSEM",
                gain=better),
        figure4("one-hot-not-above-deepsem", "One-hot vectors do not help: no better than DeepSEM",
                "InfoSEM-B, one-hot", "DeepSEM", no_better),
        figure4("random-not-above-deepsem", "Random vectors do not help: no better than DeepSEM",
                "InfoSEM-B, random", "DeepSEM", no_better),
        figure4("text-above-one-hot", "Text is better than one-hot vectors", _TEXT,
                "InfoSEM-B, one-hot"),
        figure4("text-above-random", "Text is better than random vectors", _TEXT,
                "InfoSEM-B, random"),
        figure4("text-above-permuted", "Text is better than the same vectors on the wrong genes",
                _TEXT, "InfoSEM-B, permuted", ours=True),
        figure4("text-above-expression-shuffled",
                "Text with expression is better than text with the expression of other genes",
                _TEXT, "InfoSEM-B, expression shuffled", ours=True),
        figure4("text-above-prior-alone",
                "Text with expression is better than text without any", _TEXT,
                "Prior alone, text", ours=True),
        Claim("genept", "Text of another kind helps, too (GenePT)", "Section 5.2, Figure 4",
              SECTIONS["Figure 4"], partial(never, "its vectors are a download of 574 MB")),
        fewer_cells("InfoSEM-B"),
        of_cells("infosem-b-above-deepsem", "InfoSEM-B is better than DeepSEM, over all numbers of "
                 "cells", at_all("InfoSEM-B"), at_all("DeepSEM")),
        *(of_cells(claim_id(name, "100 above 20"), f"More cells help {name}: better with all than "
                   "with 20%", [f"{name}, 100%"], [f"{name}, 20%"])
          for name in ("DeepSEM", "InfoSEM-B", "InfoSEM-BC")),
        *(of_cells(claim_id(name, "longer 20 not below 100"),
                   f"Trained longer, {name} with 20% of the cells is as good as with all",
                   [f"{name} (longer), 20%"], [f"{name}, 100%"], above(-AS_GOOD["AUPRC"]))
          for name in ("DeepSEM", "InfoSEM-B")),
        *higher_recall("InfoSEM-B", "DeepSEM"),
    ]
