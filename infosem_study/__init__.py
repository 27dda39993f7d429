"""What re-runs and judges the paper: rivals, presets, runs, ledger, and the pages of the book."""

from infosem_study.methods import METHODS
from infosem_study.presets import method_for
from infosem_study.scheduling import Runner
from infosem_study.store import Store

__all__ = ["METHODS", "Runner", "Store", "method_for"]
