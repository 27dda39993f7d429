"""Methods to compare with, one file each, named after the method.

Each file holds one function of the same name, called as
``method(dataset, train_edges, *, seed) -> scores``.
"""
