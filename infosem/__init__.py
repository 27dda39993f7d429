"""InfoSEM: gene regulatory networks from expression, gene embeddings and known edges."""

from infosem.datasets import Dataset, load_beeline, simulate
from infosem.embeddings import attach
from infosem.errors import InfosemError
from infosem.ledger import Ledger
from infosem.methods import METHODS, infer, method_for
from infosem.splits import Protocol, make_split
from infosem.training import Fit, Settings, fit

__all__ = [
    "METHODS",
    "Dataset",
    "Fit",
    "InfosemError",
    "Ledger",
    "Protocol",
    "Settings",
    "attach",
    "fit",
    "infer",
    "load_beeline",
    "make_split",
    "method_for",
    "simulate",
]
