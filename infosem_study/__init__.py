"""What re-runs and judges the paper: rivals, presets, runs, ledger, and the pages of the book."""

from infosem_study.ledger import Ledger
from infosem_study.methods import METHODS, infer, method_for

__all__ = ["METHODS", "Ledger", "infer", "method_for"]
