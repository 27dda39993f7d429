"""Build the book: run every notebook, then let Jupyter Book make `_build/html`.

    python book/build.py            what `make book` does
    python book/build.py --stored   without running anything: the outputs stored in the notebooks

The pages are built from a copy in `_build/source`, so a build changes no tracked file. Papermill
runs the notebooks, because Jupyter Book's own execution is cached by the text of the cells and so
misses a change of the package. A notebook that fails, or a warning on any page, fails the build.

Where the repository is published is read from `repository-code` in CITATION.cff. Without it the
pages have no link to the repository, and no buttons that open a notebook on Binder and Colab.
"""

import argparse
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cover
import finish
import nbformat
import papermill
import reproduce
import reshuffle
import yaml
from joblib import cpu_count
from nbformat import NotebookNode

from infosem_study import Store

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
SOURCE = BUILD / "source"


def stage(citation: dict[str, Any]) -> None:
    """Copy what the pages are made of into an empty `_build/source`."""
    shutil.rmtree(BUILD, ignore_errors=True)
    SOURCE.mkdir(parents=True)
    shutil.copy(ROOT / "_toc.yml", SOURCE)
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    if repository := citation.get("repository-code"):
        add_links(config, repository)
    config["html"]["extra_footer"] = footer(citation)
    (SOURCE / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    # The packages are there for the pages that show their code.
    for name in ("book", "notebooks", "infosem", "infosem_study"):
        ignore = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(ROOT / name, SOURCE / name, ignore=ignore)
    cover.draw(SOURCE / "book")


def footer(citation: dict[str, Any]) -> str:
    """Tell of which version the results on every page are."""
    log = subprocess.run(
        ["git", "log", "-1", "--format=%h"], cwd=ROOT, capture_output=True, text=True
    )
    parts = [f"infosem {citation['version']}"] if "version" in citation else []
    parts += [f"commit {log.stdout.strip()}"] if log.returncode == 0 else []
    if rows := Store(ROOT / "results").rows():
        parts.append(f"newest result of {max(row['date'] for row in rows)[:10]}")
    return f"<p>{', '.join(parts)}</p>"


def add_links(config: dict[str, Any], repository: str) -> None:
    """Link the pages to the repository, and the notebooks to what can run them from there."""
    config["repository"] = {"url": repository, "branch": "main"}
    config["html"]["use_repository_button"] = True
    config["launch_buttons"] = {
        "notebook_interface": "jupyterlab",
        "binderhub_url": "https://mybinder.org",
    }
    if repository.startswith("https://github.com/"):  # Colab opens nothing else
        config["launch_buttons"]["colab_url"] = "https://colab.research.google.com"


def run_notebooks() -> dict[str, list[reproduce.CodeCell]]:
    """Run every notebook, one for each core at a time, and return the times of their cells."""
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    times = {}
    # Processes, not threads: papermill changes the working directory of the whole process, and a
    # kernel that starts in another finds no ledger and computes everything.
    with ProcessPoolExecutor(max_workers=cpu_count()) as pool:
        for notebook, cells in zip(notebooks, pool.map(run_notebook, notebooks), strict=True):
            print(f"ran notebooks/{notebook.name}", flush=True)
            times[notebook.stem] = cells
    return times


def run_notebook(notebook: Path) -> list[reproduce.CodeCell]:
    """Run a notebook in its own folder, in a process of its own, into the staged pages."""
    staged = SOURCE / "notebooks" / notebook.name
    executed = execute(notebook, staged)
    cells = reproduce.code_cells(executed)
    # The site offers the notebook for download: without paths of this machine.
    for part in (executed, *executed.cells):
        part.metadata.pop("papermill", None)
    nbformat.write(executed, staged)
    return cells


def execute(notebook: Path, staged: Path, starts: int = 3) -> NotebookNode:
    """Run a notebook with papermill, anew where its kernel lost a port to another process.

    Jupyter names a kernel's ports before the kernel binds them, and two that start at once may get
    the same: https://github.com/nteract/papermill/issues/511
    """
    try:
        return papermill.execute_notebook(
            notebook,
            staged,
            kernel_name="python3",
            cwd=notebook.parent,
            progress_bar=False,
            extra_arguments=["--log-level=ERROR"],  # of the kernel, else it warns of local TCP
        )
    except RuntimeError as error:
        if starts == 1 or "Kernel died before replying" not in str(error):
            raise
        return execute(notebook, staged, starts - 1)


def caption_figures() -> None:
    """Give every figure of the staged notebooks a caption, without one its alternative text.

    A cell says it in its metadata, as `mystnb={"figure": {"caption": ...}, "image": {"alt": ...}}`.
    """
    for path in sorted((SOURCE / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            shown = cell.metadata.get("mystnb", {})
            if alt := shown.get("image", {}).get("alt"):
                shown["figure"] = {"caption": alt} | shown.get("figure", {})
        nbformat.write(notebook, path)


def make_html() -> int:
    """Run Jupyter Book over the staged pages, and return its exit status."""
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    command = [jupyter_book, "build", SOURCE, "--path-output", ROOT, "-n", "-W", "--keep-going"]
    result = subprocess.run([*command, "--quiet"], stdout=subprocess.PIPE, text=True)
    if result.returncode:
        print(result.stdout)  # its warnings have gone to stderr
    return result.returncode


def main() -> int:
    """Build the book and return the exit status."""
    parser = argparse.ArgumentParser(description="Run the notebooks and build the book.")
    parser.add_argument("--stored", action="store_true", help="use the notebooks' stored outputs")
    arguments = parser.parse_args()
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    stage(citation)
    times = {} if arguments.stored else run_notebooks()
    store = Store(ROOT / "results")
    reproduce.write(SOURCE / "book", times, store, citation)
    reshuffle.write(SOURCE / "book", store)
    caption_figures()
    status = make_html()
    if status == 0:
        finish.finish(BUILD / "html", citation.get("url"))
    if status == 0:
        print("the book is in _build/html/index.html")
    return status


if __name__ == "__main__":
    sys.exit(main())
