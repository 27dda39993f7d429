"""The parameters of a notebook: that all that papermill was given are parameters of it, and fit."""

import ast
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from infosem.errors import InfosemError, require

__all__ = ["check_parameters"]

_INJECTED = "# Parameters"  # how papermill begins the cell that it puts in
# Lists that may not be empty, as nothing would be left to show, and what a number may be that is
# None by default.
_NEEDED = ("cells", "datasets", "draws", "methods", "non_specific_seeds", "percents", "seeds",
           "tried")  # fmt: skip
_NUMBERS = ("epochs", "jobs", "n_jobs")


def check_parameters(
    cells: Sequence[str] | None = None,
    namespace: Mapping[str, Any] | None = None,
    *,
    others: Collection[str] = (),
) -> None:
    """Fail on notebook parameters that the notebook does not have, or cannot use.

    papermill puts the parameters that it is given into a cell of their own, behind the one tagged
    "parameters", and only warns of unknown ones. A parameter has the kind of its default: a list
    takes a list, of text or of whole numbers from 0, a number a whole number from 1 (from 0 where
    the default is 0), a flag True or False, text another text.

    Parameters
    ----------
    cells : sequence of str, optional
        What was run so far, by default in this notebook.
    namespace : mapping, optional
        The values of its names, by default in this notebook.
    others : collection of str
        Parameters that may be of other kinds than their default, which are checked where they are
        used.

    Raises
    ------
    InfosemError
        Naming the parameters, and what they may be. Also where the notebook does not run in its
        own folder and no ledger is named: a new one would start in some other place, and all would
        be computed anew.
    """
    if cells is None or namespace is None:
        from IPython import get_ipython  # of a notebook only

        namespace = get_ipython().user_ns
        cells = namespace["In"]
    injected = [i for i, cell in enumerate(cells) if cell.startswith(_INJECTED)]
    given: dict[str, Any] = {}
    if injected:
        declared = cells[injected[-1] - 1]
        names, known = (_assigned(cells[i]) for i in (injected[-1], injected[-1] - 1))
        if unknown := [name for name in names if name not in known]:
            raise InfosemError(
                f"notebook parameters: {', '.join(unknown)} unknown; choose from {', '.join(known)}"
            )
        defaults = dict(namespace)
        exec(declared, defaults)  # the notebook's own cell, before papermill's
        given = {name: namespace[name] for name in names}
        for name, value in given.items():
            if name not in others:
                _check(name, value, defaults[name])
    if "ledger" in namespace and "ledger" not in given:
        folder = Path(namespace["ledger"])
        require(
            folder.is_dir(), "ledger", f"there is none in {folder}, as seen from {Path.cwd()}",
            "run the notebook in its folder (papermill --cwd notebooks), or name a ledger, new or "
            "not (-p ledger FOLDER)",
        )  # fmt: skip


def _check(name: str, value: Any, default: Any) -> None:
    """Fail unless a value is of the kind of its default."""
    where = f"notebook parameter {name}"
    if isinstance(default, bool):
        require(isinstance(value, bool), where, f"{value!r}", "give True or False")
    elif isinstance(default, int) or name in _NUMBERS:
        least = 0 if default == 0 else 1
        also = " or None" if default is None else ""
        good = _is_whole(value, least) or (default is None and value is None)
        require(good, where, f"{value!r}", f"give a whole number from {least}{also}")
    elif isinstance(default, str):
        require(isinstance(value, str) and value, where, f"{value!r}", "give a text")
    elif isinstance(default, list):
        of_numbers = bool(default) and _is_whole(default[0], 0)
        kind = "whole numbers from 0" if of_numbers else "texts"
        good = isinstance(value, list) and all(
            _is_whole(one, 0) if of_numbers else isinstance(one, str) for one in value
        )
        todo = f"give a list of {kind}, such as {default[:2]}"
        require(good, where, f"{value!r}", todo)
        require(value or name not in _NEEDED, where, "the list is empty", todo)
    elif isinstance(default, Mapping):
        require(isinstance(value, Mapping), where, f"{value!r}", f"give a mapping, as {default} is")


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _assigned(cell: str) -> list[str]:
    """The names that a cell assigns to, each once."""
    stored = (
        node.id
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    return list(dict.fromkeys(stored))
