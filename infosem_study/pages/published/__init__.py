"""What the authors of DeepSEM and of scGREAT published of their own runs, beside ours."""

from infosem_study.pages.published.deepsem import (
    agreement,
    agreement_figure,
    format_agreement,
    released,
)
from infosem_study.pages.published.scgreat import (
    AS_PUBLISHED,
    CELLS,
    format_differences,
    format_rivals,
    rivals,
    rivals_figure,
)

__all__ = [
    "AS_PUBLISHED",
    "CELLS",
    "agreement",
    "agreement_figure",
    "format_agreement",
    "format_differences",
    "format_rivals",
    "released",
    "rivals",
    "rivals_figure",
]
