"""Gene embeddings: one vector per gene, from a language model, and controls that know nothing."""

from infosem.embeddings.vectors import (
    attach,
    biobert_symbols,
    centre_and_normalise,
    convert_genept,
    coverage,
    coverage_table,
    gene_texts,
    genept,
)

__all__ = [
    "attach",
    "biobert_symbols",
    "centre_and_normalise",
    "convert_genept",
    "coverage",
    "coverage_table",
    "gene_texts",
    "genept",
]
