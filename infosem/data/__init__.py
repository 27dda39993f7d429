"""Data sets: expression, a known network and gene embeddings, and where they come from."""

from infosem.data.beeline import CELLS, NETWORKS, STRING, appendix_b, data_available, load_beeline
from infosem.data.cells import Cells, read_cells, select_genes
from infosem.data.dataset import Dataset, normalise_genes
from infosem.data.download import data_folder
from infosem.data.edges import database_edges, read_edges
from infosem.data.genes import gene_text, load_descriptions, load_gene_info
from infosem.data.names import match_names
from infosem.data.regulators import TFList, read_tfs, tf_list
from infosem.data.simulation import simulate

__all__ = [
    "CELLS",
    "NETWORKS",
    "STRING",
    "Cells",
    "Dataset",
    "TFList",
    "appendix_b",
    "data_available",
    "data_folder",
    "database_edges",
    "gene_text",
    "load_beeline",
    "load_descriptions",
    "load_gene_info",
    "match_names",
    "normalise_genes",
    "read_cells",
    "read_edges",
    "read_tfs",
    "select_genes",
    "simulate",
    "tf_list",
]
