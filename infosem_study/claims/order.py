"""What a score says beyond what random orders of the TFs have, too."""

from functools import partial
from itertools import product

from infosem_study.claims.claim import SECTIONS, Claim
from infosem_study.claims.evidence import COLUMNS, NETWORKS, TABLES, of_constants
from infosem_study.verdicts import claim_id

__all__ = ["claims"]


def claims() -> list[Claim]:
    """In the order of the page."""
    main = claim_id("InfoSEM-B above constant", "AUPRC", "Table 1")
    sections = {"Table 1": "constants", "Table 5": "constants, non-specific"}
    return [
        Claim(
            known := claim_id(method, "above constant", metric, source),
            f"Unseen genes: {method} beats a random order of the TFs by {metric}, "
            f"{NETWORKS[TABLES[source][0]]}",
            "",
            SECTIONS[sections[source]],
            partial(of_constants, method, source, metric),
            headline=known == main,
            detail_of=main * (known != main and method == "InfoSEM-B"),
        )
        for method, source, metric in product(
            ("InfoSEM-B", "DeepSEM", "InfoSEM-BC"), sections, COLUMNS
        )
    ]
