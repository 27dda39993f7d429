"""Data sets: expression, a known network and gene embeddings, and where they come from."""

from infosem.data.dataset import (
    CELLS,
    NETWORKS,
    Dataset,
    appendix_b,
    data_available,
    data_folder,
    load_beeline,
    load_descriptions,
    load_gene_info,
    normalise_genes,
    simulate,
)

__all__ = [
    "CELLS",
    "NETWORKS",
    "Dataset",
    "appendix_b",
    "data_available",
    "data_folder",
    "load_beeline",
    "load_descriptions",
    "load_gene_info",
    "normalise_genes",
    "simulate",
]
