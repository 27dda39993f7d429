"""Every claim of the paper that can be tested, with its verdict: what the page of verdicts shows.

Where another module judges a claim, its verdict is taken over: `tables` (percentages, Tables 1 and
5, Figures 4 and 6), `bias` (Section 5.1, Appendix D), `recall` (Table 6), `tuning` (Appendix C).
The rest is judged here. There is one row a claim, whatever was run.
"""

from infosem_study.pages.verdicts.catalogue import claims
from infosem_study.pages.verdicts.evidence import stored
from infosem_study.pages.verdicts.shown import PAGES, describe, linked

__all__ = ["PAGES", "claims", "describe", "linked", "stored"]
