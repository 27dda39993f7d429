"""Claims of a kind that several topics have."""

from collections.abc import Sequence
from functools import partial
from itertools import product

import pandas as pd

from infosem_study.claims.claim import SECTIONS, Claim, Found, Gain
from infosem_study.claims.evidence import (
    COLUMNS,
    NETWORKS,
    TABLES,
    Evidence,
    by_case,
    compare,
    differences,
    paper_numbers,
    rank,
)
from infosem_study.pages import table1
from infosem_study.pages.appendix import recall
from infosem_study.pages.cell_subsampling import PAPER_ON
from infosem_study.verdicts import (
    AS_GOOD,
    NOT_RUN,
    CannotBeTested,
    above,
    claim_id,
)

__all__ = [
    "fewer_cells",
    "gains",
    "higher_recall",
    "improvements",
    "network_of",
    "never",
    "of_conversion",
    "top",
]

RECALL = "Recall@0.5"


def never(because: str, evidence: Evidence) -> Found:
    """That a claim cannot be tested."""
    raise CannotBeTested(because)


def network_of(source: str) -> str:
    """The kind of networks that one of the paper's tables is about."""
    return NETWORKS[TABLES[source][0]]


# fmt: off
def improvements(method: str, against: str, *, headline: bool = False) -> list[Claim]:
    """That a method is better by each metric, on both kinds of networks; the first is the main."""
    first = claim_id(method, "above", against, "AUPRC", "Table 1")
    return [
        Claim(known := claim_id(method, "above", against, metric, source),
              f"Unseen genes: {method} improves upon {against} by {metric}, {network_of(source)}",
              f"Section 5.2, {source}", SECTIONS[f"{source}, verdicts"],
              partial(compare, [method], [against], source=source, metric=metric),
              gain=Gain([method], [against], [network_of(source)]),
              headline=headline and known == first, detail_of=first * (known != first))
        for source, metric in product(("Table 1", "Table 5"), COLUMNS)
    ]


def gains(method: str, against: str, said: float, *by: float) -> list[Claim]:
    """The percentages of the abstract, and those of Section 5.2 on both kinds of networks."""
    rival = {"existing models": "DeepSEM"}.get(against, against)
    named = against + f" ({rival})" * (rival != against)
    known = claim_id(method, "over", against)
    return [
        Claim(claim_id(known, "percent"), f"{method} improves on {named} (the paper: by {said:g}%)",
              "Abstract, Sections 1, 6", SECTIONS["percentages"], partial(_percentage, known),
              form="+.1%", gain=Gain([method], [rival], [*NETWORKS.values()])),
        *(Claim(claim_id(method, "over DeepSEM percent", source),
                f"{method} improves on DeepSEM, {network_of(source)} (the paper: by {percent:g}%)",
                "Section 5.2", SECTIONS["percentages"],
                partial(_percentage, claim_id(method, "over DeepSEM", network_of(source))),
                form="+.1%", gain=Gain([method], ["DeepSEM"], [network_of(source)]))
          for source, percent in zip(("Table 1", "Table 5"), by, strict=True)),
    ]


def top(methods: Sequence[str], k: int, source: str, text: str) -> list[Claim]:
    """That one of methods is among the k best by each metric, where the paper's table has it."""
    best = "has the best" if k == 1 else f"is in the top {k} by"
    return [
        Claim(claim_id(*methods, "top", k, metric, source),
              f"Unseen genes: {text} {best} {metric}, {network_of(source)}",
              f"Section 5.2, {source}", SECTIONS[source],
              partial(rank, methods, k, source, metric),
              gain=Gain(methods, (), [network_of(source)]))
        for metric in COLUMNS
    ]


def fewer_cells(method: str) -> Claim:
    """That a fifth of the cells is enough for a method."""
    return Claim(
        claim_id("cells", method, "20 not below DeepSEM 100"),
        f"{method} with 20% of the cells is as good as DeepSEM with all",
        "Section 5.2, Appendix E.3, Figure 6", SECTIONS["Figure 6"],
        partial(compare, [f"{method}, 20%"], ["DeepSEM, 100%"], frame="cells", only=[PAPER_ON]),
        above(-AS_GOOD["AUPRC"]),
    )


def higher_recall(method: str, against: str) -> list[Claim]:
    """That a method has a higher recall than another, and beyond what passes anyway."""
    return [
        Claim(claim_id("recall", method, "above", against),
              f"{method} has a higher recall than {against}", "Table 6", SECTIONS["Table 6"],
              partial(_recall, "recall", method, against), form="+.2f"),
        Claim(claim_id("recall beyond", method, "above", against),
              f"{method} has a higher recall than {against} beyond the share of pairs that pass",
              "", SECTIONS["Table 6"], partial(_recall, "beyond", method, against), form="+.2f"),
    ]


# fmt: on
# --- their judges ---------------------------------------------------------------------------------


def _percentage(known: str, evidence: Evidence) -> Found:
    """That of `table1.percentages` with this id."""
    table = evidence.once(_percentages)
    own = table[table["id"] == known] if len(table) else table
    if not len(own) or not own["cases"].iloc[0]:
        raise CannotBeTested(NOT_RUN)
    (row,) = own.to_dict("records")
    note = f"on {len(row['cases'])} of {row['claimed_cases']} networks"
    if not row["follows"]:
        note += f"; the paper's own tables give {row['tables']:.1f}%"
    return Found(row["cases"], said=row["paper"] / 100, note=note)


def _percentages(evidence: Evidence) -> pd.DataFrame:
    at_hand = [frame for name in NETWORKS if (frame := evidence.frames.get(name)) is not None]
    if not at_hand:
        raise CannotBeTested(NOT_RUN)
    return table1.percentages(pd.concat(at_hand))


def of_conversion(evidence: Evidence) -> tuple[str, pd.DataFrame]:
    """The conversion that comes nearest to the paper's Table 6, and `recall.compared` with it."""
    table = recall.compared(evidence.of("recalls"))
    order = recall.conversions(table)["conversion"]
    nearest = str(order[order.isin(recall.CONVERSIONS)].iloc[0])
    return nearest, table[table["conversion"] == nearest]


def _recall(measure: str, method: str, against: str, evidence: Evidence) -> Found:
    nearest, _ = evidence.once(of_conversion)
    rows = evidence.of("recalls")
    own = rows[rows["conversion"] == nearest]
    wide = own.pivot_table(measure, ["dataset", "split"], "method", sort=False)
    cases = differences(wide, method, against)
    if not cases:
        raise CannotBeTested(NOT_RUN)
    table = paper_numbers("Table 6", RECALL)
    papers = by_case(table[method] - table[against]) if measure == "recall" else {}
    return Found(cases, papers, "1", f"conversion: {nearest}")
