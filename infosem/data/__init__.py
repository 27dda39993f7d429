"""Data sets: expression, a known network and gene embeddings, and where they come from."""

from infosem.data.beeline import CELLS, NETWORKS, STRING, appendix_b, data_available, load_beeline
from infosem.data.dataset import Dataset, normalise_genes
from infosem.data.download import data_folder
from infosem.data.genes import load_descriptions, load_gene_info
from infosem.data.simulation import simulate

__all__ = [
    "CELLS",
    "NETWORKS",
    "STRING",
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
