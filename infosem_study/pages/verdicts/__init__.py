"""Every claim of the paper that can be tested, with its verdict: what the page of verdicts shows.

`frames` gathers the results of the other pages, and `evidence` their verdicts on them; what they do
not judge is judged here. Each topic (`seen_genes`, `text`, `labels`, `numbers`, `settings`) has its
claims and the judges that it alone needs; `claim` and `judges` have what several need, `recall`
what concerns Table 6. `survival` asks of a claim what the audit asks, `catalogue` makes the table,
and `shown` its text. The rules stand in `infosem_study.verdicts`.
"""

from infosem_study.pages.verdicts.catalogue import claims
from infosem_study.pages.verdicts.frames import gather
from infosem_study.pages.verdicts.shown import PAGES, describe, linked

__all__ = ["PAGES", "claims", "describe", "gather", "linked"]
