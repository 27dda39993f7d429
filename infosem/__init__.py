"""InfoSEM: gene regulatory networks from expression, gene embeddings and known edges."""

from infosem import tl
from infosem.data import Dataset, load_beeline, simulate
from infosem.embeddings import attach
from infosem.ensemble import Ensemble, infer_ensemble
from infosem.errors import InfosemError
from infosem.infer import Network, infer
from infosem.prepare import Prepared, prepare
from infosem.splits import Protocol, make_split
from infosem.training import Fit, Settings, fit

__all__ = [
    "Dataset",
    "Ensemble",
    "Fit",
    "InfosemError",
    "Network",
    "Prepared",
    "Protocol",
    "Settings",
    "attach",
    "fit",
    "infer",
    "infer_ensemble",
    "load_beeline",
    "make_split",
    "prepare",
    "simulate",
    "tl",
]
