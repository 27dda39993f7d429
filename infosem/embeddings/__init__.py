"""Gene embeddings: one vector per gene, from a language model, and controls that know nothing."""

from infosem.embeddings.tables import biobert_symbols, convert_genept, genept
from infosem.embeddings.texts import coverage, coverage_table, gene_texts
from infosem.embeddings.vectors import TRANSFORMS, attach, centre_and_normalise

__all__ = [
    "TRANSFORMS",
    "attach",
    "biobert_symbols",
    "centre_and_normalise",
    "convert_genept",
    "coverage",
    "coverage_table",
    "gene_texts",
    "genept",
]
