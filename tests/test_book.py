"""The book: what `make book` leaves, and what must make it fail."""

import base64
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from infosem.datasets import CELLS, appendix_b, load_beeline
from infosem.reported import reported

ROOT = Path(__file__).resolve().parent.parent


def build(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Build the book of the copy of the repository at `root`."""
    command = [sys.executable, root / "book" / "build.py", *options]
    return subprocess.run(command, capture_output=True, text=True)


def page(root: Path, name: str) -> BeautifulSoup:
    html = (root / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the whole book from the stored outputs, in a copy."""
    root = tmp_path_factory.mktemp("book")
    for name in ("book", "notebooks", "infosem"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, root)
    result = build(root, "--stored")
    assert result.returncode == 0, result.stdout + result.stderr
    return root


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Write a book of one page and one notebook, whose stored output is out of date."""
    for name in ("book", "notebooks", "infosem", "results"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / "_config.yml", tmp_path)
    for name in ("build.py", "references.bib"):
        shutil.copy(ROOT / "book" / name, tmp_path / "book")
    (tmp_path / "_toc.yml").write_text(
        "{format: jb-book, root: book/intro, chapters: [{file: notebooks/tiny}]}"
    )
    (tmp_path / "book" / "intro.md").write_text("# Tiny\n")
    (tmp_path / "results" / "number.txt").write_text("17")
    cell = nbformat.v4.new_code_cell("print('number', open('../results/number.txt').read())")
    cell.outputs = [nbformat.v4.new_output("stream", text="number 16\n")]
    title = nbformat.v4.new_markdown_cell("# Tiny notebook")
    notebook = nbformat.v4.new_notebook(cells=[title, cell])
    nbformat.write(notebook, tmp_path / "notebooks" / "tiny.ipynb")
    return tmp_path


@pytest.mark.parametrize("name", ["book/intro", "book/model", "book/data", "book/benchmark"])
def test_page_has_text(book: Path, name: str) -> None:
    article = page(book, name).article
    assert article is not None
    assert article.h1 is not None
    assert article.p is not None


def test_table_1_is_on_its_page(book: Path) -> None:
    tables = " ".join(table.text for table in page(book, "notebooks/table1").find_all("table"))
    methods = ["Random", "One-hot LR", "DeepSEM", "InfoSEM-B", "InfoSEM-BC"]
    for name in [*methods, "hESC", "hHEP", "mDC", "mESC", "AUPRC", "Hit@1%"]:
        assert name in tables
    assert "0.265" in tables  # the paper's AUPRC of DeepSEM on hESC


def test_notebooks_are_run_in_their_folder(tiny: Path) -> None:
    before = (tiny / "notebooks" / "tiny.ipynb").read_bytes()
    result = build(tiny)
    assert result.returncode == 0, result.stdout + result.stderr
    text = page(tiny, "notebooks/tiny").text
    assert "number 17" in text
    assert "number 16" not in text
    assert (tiny / "notebooks" / "tiny.ipynb").read_bytes() == before


def test_failing_notebook_fails_the_build(tiny: Path) -> None:
    (tiny / "results" / "number.txt").unlink()
    result = build(tiny)
    assert result.returncode != 0
    assert "FileNotFoundError" in result.stderr


def test_broken_reference_fails_the_build(tiny: Path) -> None:
    (tiny / "book" / "intro.md").write_text("# Tiny\n\nSee {eq}`missing`.\n")
    result = build(tiny, "--stored")
    assert result.returncode != 0
    assert "equation not found: missing" in result.stderr


@pytest.mark.needs_data
def test_data_page_counts_are_those_of_the_data() -> None:
    text = (ROOT / "book" / "data.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\|(.+)\|$", text, flags=re.MULTILINE)
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    printed = {row[0]: row[1:] for row in cells if len(row) == 9}
    names = {
        "genes": "genes",
        "cells": "cells",
        "TFs": "tfs",
        "positive links": "positive_links",
        "negative links": "negative_links",
        "mean degree of a TF": "mean_tf_degree",
    }
    for column, cell in enumerate(CELLS):
        counts = appendix_b(load_beeline(cell))
        for label, quantity in names.items():
            assert float(printed[label][2 * column]) == pytest.approx(counts[quantity], abs=0.05)
        paper = reported("Appendix B", "cell-type-specific").query("dataset == @cell")
        for quantity, value in zip(paper["quantity"], paper["value"], strict=True):
            (label,) = [label for label, known in names.items() if known == quantity]
            assert float(printed[label][2 * column + 1]) == value


def test_readme_shows_the_picture_of_the_notebook() -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "table1.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    drawn = [o["data"]["image/png"] for o in outputs if "image/png" in o.get("data", {})]
    assert base64.b64decode(drawn[0]) == (ROOT / "book" / "table1.png").read_bytes()
    assert "(book/table1.png)" in (ROOT / "README.md").read_text(encoding="utf-8")
