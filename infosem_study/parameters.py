"""The parameters of a notebook: that all that papermill was given are parameters of it."""

import ast
from collections.abc import Sequence

from infosem.errors import InfosemError

__all__ = ["check_parameters"]

_INJECTED = "# Parameters"  # how papermill begins the cell that it puts in


def check_parameters(cells: Sequence[str] | None = None) -> None:
    """Fail on a notebook parameter that the notebook does not have.

    papermill puts the parameters that it is given into a cell of their own, behind the one tagged
    "parameters", and only warns of unknown ones.

    Parameters
    ----------
    cells : sequence of str, optional
        What was run so far, by default in this notebook.

    Raises
    ------
    InfosemError
        Naming the unknown parameters.
    """
    if cells is None:
        from IPython import get_ipython  # of a notebook only

        cells = get_ipython().user_ns["In"]
    injected = [i for i, cell in enumerate(cells) if cell.startswith(_INJECTED)]
    if not injected:
        return
    given, known = (_assigned(cells[i]) for i in (injected[-1], injected[-1] - 1))
    if unknown := [name for name in given if name not in known]:
        raise InfosemError(
            f"notebook parameters: {', '.join(unknown)} unknown; choose from {', '.join(known)}"
        )


def _assigned(cell: str) -> list[str]:
    """The names that a cell assigns to, each once."""
    stored = (
        node.id
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    return list(dict.fromkeys(stored))
