"""What only a build knows of the pages `reproduce.md` and `references.md`: times, hours, address.

`book/build.py` writes them as files beside the staged page, which includes them; none is committed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from joblib import cpu_count
from markdown_it import MarkdownIt
from nbformat import NotebookNode

from infosem_study import Store
from infosem_study.tables import core_hours, machines

LEAST_SECONDS = 0.5  # of a cell that has a line of its own
LONGEST_CODE = 60  # characters of the line that stands for a cell


class CodeCell(NamedTuple):
    """A code cell that papermill has run."""

    heading: str  # the nearest one above
    code: str  # its first line that is no comment
    seconds: float


def code_cells(notebook: NotebookNode) -> list[CodeCell]:
    """Read the times that papermill has left in a notebook."""
    cells, heading = [], ""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            lines = [line for line in cell.source.splitlines() if not line.startswith("#")]
            code = next(filter(str.strip, lines), "")
            if len(code) > LONGEST_CODE:
                code = code[: LONGEST_CODE - 2] + " …"
            cells.append(CodeCell(heading, code, cell.metadata.papermill["duration"]))
        elif cell.cell_type == "markdown":
            tokens = MarkdownIt().parse(cell.source)
            for opening, inline in pairwise(tokens):
                if opening.type == "heading_open":
                    # In a table of its own, "1. Luck" would begin a list.
                    heading = re.sub(r"^(\d+)\.", r"\1\.", inline.content)
    return cells


def write(
    folder: Path,
    pages: Mapping[str, Sequence[CodeCell]],
    store: Store,
    citation: Mapping[str, Any],
) -> None:
    """Write the files that `reproduce.md` and `references.md` include.

    Parameters
    ----------
    folder : path
        Of the staged page; the notebooks are in ../notebooks.
    pages : mapping of str to sequence of CodeCell
        By the name of the notebook; empty if none was run.
    store : Store
    citation : mapping
        CITATION.cff.
    """
    repository = citation.get("repository-code")
    for name, text in (
        ("seconds_of_cells.md", seconds_of_cells(pages)),
        ("hours_of_runs.md", hours_of_runs(store)),
        ("colab_cell.md", colab_cell(repository)),
        ("how_to_cite.md", how_to_cite(citation)),
    ):
        (folder / name).write_text(text, encoding="utf-8")


def seconds_of_cells(pages: Mapping[str, Sequence[CodeCell]]) -> str:
    """Tell what each page and each slow cell took."""
    if not pages:
        return (
            "This build ran no notebook and shows their stored outputs (`book/build.py --stored`), "
            "so that there are no times to tell. `make book` fills in this section.\n"
        )
    timed = [(page, cell) for page, cells in pages.items() for cell in cells]
    total = sum(cell.seconds for _, cell in timed)
    slow = [(page, cell) for page, cell in timed if cell.seconds >= LEAST_SECONDS]
    by_page = sorted(pages.items(), key=lambda item: -sum(cell.seconds for cell in item[1]))
    by_cell = sorted(slow, key=lambda item: -item[1].seconds)
    cores = cpu_count()
    return "\n\n".join(
        [
            f"As this build ran them, on {cores} core{'s' * (cores > 1)}, as many notebooks side "
            "by side as there are cores. A cell may use several cores, and shares them with the "
            "notebooks beside it, so that it can take less time when run alone. "
            f"All {len(timed)} code cells together: {total:.0f} s.",
            table(
                ["page", "code cells", "seconds", "slowest cell"],
                [
                    [
                        link(page),
                        str(len(cells)),
                        f"{sum(cell.seconds for cell in cells):.1f}",
                        f"{max((cell.seconds for cell in cells), default=0):.1f}",
                    ]
                    for page, cells in by_page
                ],
            ),
            f"{len(slow)} cells took {LEAST_SECONDS} s or more:",
            table(
                ["page", "seconds", "under the heading", "first line of the cell"],
                [
                    [link(page), f"{cell.seconds:.1f}", cell.heading, f"`` {cell.code} ``"]
                    for page, cell in by_cell
                ],
            ),
        ]
    )


def hours_of_runs(store: Store) -> str:
    """Tell what the runs in the ledger took, and where they were made."""
    rows = store.rows()
    if not rows:
        return "The ledger of this build has no runs.\n"
    costs, made = core_hours(rows), machines(rows)
    return "\n\n".join(
        [
            f"{costs['runs'].sum()} runs in {costs['core_hours'].sum():.1f} core-hours:",
            table(
                ["network", "method", "runs", "core-hours"],
                [
                    [line.network, line.method, str(line.runs), f"{line.core_hours:.3f}"]
                    for line in costs.sort_values("core_hours", ascending=False).itertuples()
                ],
            ),
            "They were made on:",
            table(
                ["machine", "Python", "PyTorch", "runs"],
                [
                    [line.machine, line.python, line.torch, str(line.runs)]
                    for line in made.itertuples()
                ],
            ),
        ]
    )


def colab_cell(repository: str | None) -> str:
    """Show the cell that makes a notebook run on Colab."""
    address = repository or "ADDRESS"
    lines = [
        "```ipython3",
        f"!git clone --depth 1 {address} infosem",
        "%cd infosem",
        "%pip install --quiet --constraint constraints.txt '.[study,text]'",
        "%cd notebooks",
        "```",
    ]
    if repository is None:
        lines += [
            "",
            "`ADDRESS` is that of the repository. It is not published yet: until it is, there are "
            "no buttons, and nothing of this could be tried there.",
        ]
    return "\n".join(lines) + "\n"


def how_to_cite(citation: Mapping[str, Any]) -> str:
    """Show the book's own entry for a list of references, and the paper's address."""
    if "title" not in citation:
        return "This build has no `CITATION.cff` to show.\n"
    fields = {
        "title": citation["title"],
        "author": " and ".join(f"{{{author['name']}}}" for author in citation["authors"]),
        "version": citation["version"],
        "url": citation.get("repository-code"),
    }
    entry = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join(["```bibtex", "@software{infosem,", *entry, "}", "```", ""])


def link(page: str) -> str:
    """Return a link with the title of the page for its text."""
    return f"[](../notebooks/{page}.ipynb)"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table of Markdown cells, of the class that `sort_tables.js` and `style.css` know."""
    lines = [":::{list-table}", ":class: dataframe", ":header-rows: 1", ":stub-columns: 1", ""]
    for row in (heads, *rows):
        lines += [f"{'  ' if i else '* '}- {text}" for i, text in enumerate(row)]
    return "\n".join([*lines, ":::"])
