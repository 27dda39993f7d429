"""Edges known from elsewhere, as the second prior of InfoSEM: do they help, and beyond a mask?"""

from infosem_study.pages.known_edges.runs import FORMS, PARTS, SHOWN, rivals, shown, trained

__all__ = ["FORMS", "PARTS", "SHOWN", "rivals", "shown", "trained"]
