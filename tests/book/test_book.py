"""The book: what `make book` leaves, and what must make it fail."""

import importlib
import importlib.util
import re
import shutil
import socket
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import build
from jupyter_client.connect import LocalPortCache

from infosem.data import CELLS, appendix_b, load_beeline
from infosem_study import Store
from infosem_study.reported import reported

ROOT = Path(__file__).resolve().parents[2]


def page(root: Path, name: str) -> BeautifulSoup:
    html = (root / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Write a book of one page and one notebook, whose stored output is out of date."""
    for name in ("notebooks", "infosem", "infosem_study", "results"):
        (tmp_path / name).mkdir()
    shutil.copytree(ROOT / "book", tmp_path / "book")
    shutil.copy(ROOT / "_config.yml", tmp_path)
    (tmp_path / "CITATION.cff").write_text("cff-version: 1.2.0\n")
    (tmp_path / "_toc.yml").write_text(
        "{format: jb-book, root: book/intro, chapters: [{file: notebooks/tiny}]}"
    )
    (tmp_path / "book" / "intro.md").write_text("# Tiny\n")
    (tmp_path / "results" / "number.txt").write_text("17")
    cell = nbformat.v4.new_code_cell("print('number', open('../results/number.txt').read())")
    cell.outputs = [nbformat.v4.new_output("stream", text="number 16\n")]
    title = nbformat.v4.new_markdown_cell("# Tiny notebook")
    notebook = nbformat.v4.new_notebook(cells=[title, cell])
    notebook.metadata.language_info = {"name": "python", "pygments_lexer": "ipython3"}
    nbformat.write(notebook, tmp_path / "notebooks" / "tiny.ipynb")
    return tmp_path


@pytest.mark.parametrize(
    "name", ["book/intro", "book/model", "book/data", "book/benchmark", "book/reproduce"]
)
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


def tables(root: Path, name: str) -> list[list[list[str]]]:
    """Return the rows of every table of a page, as texts."""
    return [
        [[cell.text.strip() for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
        for table in page(root, name).select("table.dataframe")
    ]


def include(root: Path, *files: str) -> None:
    """Make a page of files that the build writes."""
    blocks = "\n".join(f"```{{include}} {file}\n```\n" for file in files)
    (root / "book" / "intro.md").write_text(f"# Tiny\n\n{blocks}")


def test_page_tells_what_the_cells_took_in_this_build(tiny: Path) -> None:
    include(tiny, "seconds_of_cells.md", "hours_of_runs.md")
    path = tiny / "notebooks" / "tiny.ipynb"
    notebook = nbformat.read(path, as_version=4)
    heading = nbformat.v4.new_markdown_cell("Some text\n\n## 2. A slow one\n")
    slow = nbformat.v4.new_code_cell("# wait\nimport time\ntime.sleep(0.6)")
    notebook.cells += [heading, slow]
    nbformat.write(notebook, path)
    result = build(tiny)
    assert result.returncode == 0, result.stdout + result.stderr
    (_, of_page), (_, of_cell) = tables(tiny, "book/intro")
    assert of_page[:2] == ["Tiny notebook", "2"]
    assert [of_cell[i] for i in (0, 2, 3)] == ["Tiny notebook", "2. A slow one", "import time"]
    assert 0.6 <= float(of_cell[1]) == float(of_page[3]) <= float(of_page[2])
    assert "The ledger of this build has no runs." in page(tiny, "book/intro").text
    for copy in (tiny / "_build").rglob("*.ipynb"):  # the site offers it for download
        assert str(tiny) not in copy.read_text(encoding="utf-8")


def test_page_tells_that_a_build_of_stored_outputs_ran_nothing(book: Path) -> None:
    article = page(book, "book/reproduce").article
    assert article is not None
    assert "This build ran no notebook" in article.text
    costs, made = tables(book, "book/reproduce")
    rows = Store(book / "results").rows()
    assert sum(int(line[2]) for line in costs[1:]) == len(rows)
    assert sum(float(line[3]) for line in costs[1:]) == pytest.approx(
        sum(row["seconds"] for row in rows) / 3600, abs=0.0005 * len(costs)
    )
    column = made[0].index("runs")
    assert sum(int(line[column]) for line in made[1:]) == len(rows)


@pytest.mark.parametrize("address", [None, "https://github.com/someone/book"])
def test_cell_for_colab_has_the_address_of_the_repository(tiny: Path, address: str | None) -> None:
    include(tiny, "colab_cell.md")
    if address:
        with open(tiny / "CITATION.cff", "a") as file:
            file.write(f"repository-code: {address}\n")
    result = build(tiny, "--stored")
    assert result.returncode == 0, result.stdout + result.stderr
    text = page(tiny, "book/intro").text
    assert f"git clone --depth 1 {address or 'ADDRESS'} infosem" in text
    assert "%pip install --quiet --constraint constraints.txt '.[study,text]'" in text
    assert ("It is not published yet" in text) == (address is None)


def test_notebook_runs_though_its_kernel_lost_a_port(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "book")
    execute = importlib.import_module("build").execute
    free_port = LocalPortCache.find_available_port
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = iter([other.getsockname()[1]])
        monkeypatch.setattr(
            LocalPortCache, "find_available_port", lambda *its: next(taken, 0) or free_port(*its)
        )
        executed = execute(tiny / "notebooks" / "tiny.ipynb", tiny / "executed.ipynb")
    assert next(taken, None) is None  # the first start got it
    assert executed.cells[1].outputs[0].text == "number 17\n"


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


def links(root: Path, name: str) -> set[str]:
    """Return the addresses outside the book to which the buttons above a page lead."""
    buttons = page(root, name).select(".article-header-buttons a")
    assert buttons  # such as the one that downloads the page
    return {str(a["href"]) for a in buttons if str(a["href"]).startswith("https:")}


def test_without_a_repository_no_button_leads_to_one(tiny: Path) -> None:
    assert build(tiny, "--stored").returncode == 0
    assert links(tiny, "book/intro") == links(tiny, "notebooks/tiny") == set()


BINDER = "https://mybinder.org/v2/{}/main?urlpath=lab/tree/notebooks/tiny.ipynb"
COLAB = "https://colab.research.google.com/{}/blob/main/notebooks/tiny.ipynb"


@pytest.mark.parametrize(
    "repository, services",
    [
        (
            "https://github.com/someone/book",
            {BINDER.format("gh/someone/book"), COLAB.format("github/someone/book")},
        ),
        ("https://gitlab.com/someone/book", {BINDER.format("gl/someone%2Fbook")}),
    ],
)
def test_buttons_lead_to_the_repository_and_to_what_runs_it(
    tiny: Path, repository: str, services: set[str]
) -> None:
    with open(tiny / "CITATION.cff", "a") as file:
        file.write(f"repository-code: {repository}\n")
    result = build(tiny, "--stored")
    assert result.returncode == 0, result.stdout + result.stderr
    assert links(tiny, "book/intro") == {repository}
    assert links(tiny, "notebooks/tiny") == {repository, *services}


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


def test_front_pages_show_the_answer_of_the_notebook() -> None:
    spec = importlib.util.spec_from_file_location("refresh", ROOT / "book" / "refresh.py")
    assert spec and spec.loader
    refresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(refresh)
    picture, texts = refresh.front()
    assert refresh.PICTURE.read_bytes() == picture
    intro = (ROOT / "book" / "intro.md").read_text(encoding="utf-8")
    readme = refresh.README.read_text(encoding="utf-8")
    assert "(book/answer.png)" in readme
    assert "answer.png" in intro
    for file, text in texts.items():
        assert len(text) > 300
        assert file.read_text(encoding="utf-8") == text
        start, end = (mark.format(file.stem.replace("_", " ")) for mark in refresh.MARKS)
        assert f"{start}\n{text}\n{end}" in readme
        assert f"{{include}} {file.name}" in intro
