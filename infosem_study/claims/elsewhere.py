"""What edges known from elsewhere are worth, as the second prior of InfoSEM; all of it is ours."""

from functools import partial

import numpy as np
import pandas as pd

from infosem_study.claims.claim import SECTIONS, Claim, Found
from infosem_study.claims.evidence import Evidence
from infosem_study.knowledge import DEGREES_KEPT, OTHER_TFS
from infosem_study.pages import known_edges
from infosem_study.pages.known_edges import MEASURES, Who, mask, model
from infosem_study.pages.known_edges.differences import MEAN
from infosem_study.statistics import Estimate
from infosem_study.verdicts import NOT_RUN, CannotBeTested, claim_id

__all__ = ["claims"]

_RIVALS = {
    "no edges": Who("InfoSEM-B", ""),
    "edges of other TFs": model(OTHER_TFS),
    "edges drawn anew, degrees kept": model(DEGREES_KEPT),
    "the same edges as a mask on DeepSEM": mask("DeepSEM"),
}
# What a score of the target alone cannot win comes last, and says most.
_MEASURES = ("within", "own")


def claims() -> list[Claim]:
    """In the order of the page."""
    return [
        Claim(
            claim_id("database", measure, rival),
            f"Edges of a database, as the second prior of InfoSEM, are better than {rival} "
            f"({MEASURES[measure]})",
            "",
            SECTIONS["known edges"],
            partial(_difference, measure, against),
        )
        for measure in _MEASURES
        for rival, against in _RIVALS.items()
    ]


def _difference(measure: str, against: Who, evidence: Evidence) -> Found:
    table = evidence.of("known")
    own = known_edges.of_database(table, table["database"].iloc[0])
    found = known_edges.differences(own, model(), [against], [measure])
    if not len(found):
        raise CannotBeTested(NOT_RUN)
    numbers = found.set_index("dataset")[["mean", "low", "high", "n", "freedom"]]
    # No error: the intervals are drawn.
    cases = {
        str(dataset): Estimate(mean, low, high, np.nan, int(n), freedom)
        for dataset, (mean, low, high, n, freedom) in numbers.iterrows()
    }
    whole = cases.pop(MEAN, None) or next(iter(cases.values()))
    return Found(cases, seeds=_seeds(own), note="interval over TFs", of_all=whole)


def _seeds(table: pd.DataFrame) -> str:
    return str(table.loc[table["form"] != "", "seed"].nunique())
