"""The committed notebooks: paired, run, with numbers that a new run prints again."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from joblib import cpu_count
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def jupytext(path: Path, to: str) -> str:
    """Return the other half of a notebook, generated from `path` with the settings of pyproject."""
    command = [sys.executable, "-m", "jupytext", "--quiet", "--to", to, "--output", "-", path]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def nbval(path: Path) -> subprocess.CompletedProcess[str]:
    """Run a notebook and compare every output with the stored one, to the last digit."""
    command: list[str | Path] = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env"]
    # Another library's warning in this child is no fault of ours: it runs without our settings.
    command += ["-c", os.devnull, "--rootdir", path.parent, "-p", "no:cacheprovider"]
    return run([*command, path])


def run(command: list[str | Path], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command that starts a kernel, anew where the kernel lost a port to another process.

    Jupyter names a kernel's ports before the kernel binds them, and two of them may get the same:
    https://github.com/nteract/papermill/issues/511
    """
    for _ in range(3):
        result = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
        if "Kernel died before replying" not in result.stdout + result.stderr:
            break
    return result


def code_cells(path: Path) -> list[NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def is_preamble(cell: NotebookNode) -> bool:
    """Whether a cell imports or names parameters, and has nothing to show."""
    return "parameters" in cell.metadata.get("tags", []) or cell.source.startswith(
        ("import ", "from ")
    )


def cell_texts(notebook: NotebookNode) -> list[tuple[str, str, list[str]]]:
    return [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in notebook.cells]


def test_every_notebook_is_a_pair() -> None:
    texts = sorted((ROOT / "notebooks").glob("*.py"))
    assert [path.stem for path in texts] == [path.stem for path in NOTEBOOKS]


@each_notebook
def test_pair_agrees(path: Path) -> None:
    text = path.with_suffix(".py")
    from_text = nbformat.reads(jupytext(text, "ipynb"), as_version=4)
    assert cell_texts(from_text) == cell_texts(nbformat.read(path, as_version=4))
    assert jupytext(path, "py:percent") == text.read_text(encoding="utf-8")


@each_notebook
def test_every_code_cell_has_a_stored_output(path: Path) -> None:
    # nbval compares nothing where nothing is stored.
    for cell in code_cells(path):
        assert cell.execution_count is not None, cell.source
        assert cell.outputs or is_preamble(cell), cell.source
        assert all(output.output_type != "error" for output in cell.outputs), cell.source


@each_notebook
def test_no_number_is_exempt_from_comparison(path: Path) -> None:
    # A cell marked to be skipped may say where the data came from, but may not show a result.
    for cell in code_cells(path):
        tags = " ".join(cell.metadata.get("tags", []))
        if re.search("nbval|raises-exception", cell.source + tags, re.IGNORECASE):
            assert not re.search(r"\d", str([output.get("text") for output in cell.outputs]))
            assert all(output.output_type == "stream" for output in cell.outputs)


@each_notebook
def test_no_path_of_the_machine_is_stored(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert str(Path.home()) not in text


@each_notebook
def test_parameters_are_checked_before_anything_else(path: Path) -> None:
    cells = code_cells(path)
    tags = [cell.metadata.get("tags", []) for cell in cells]
    (declared,) = (i for i, some in enumerate(tags) if "parameters" in some)
    assert cells[declared + 1].source.startswith("check_parameters(")  # papermill's cell is between


def test_misspelt_parameter_is_an_error(tmp_path: Path) -> None:
    path = ROOT / "notebooks" / "table1.ipynb"
    command = [sys.executable, "-m", "papermill", path, tmp_path / "out.ipynb"]
    result = run([*command, "-p", "no_such_parameter", "1"], cwd=path.parent)
    assert result.returncode != 0
    assert re.search("InfosemError.*no_such_parameter", result.stderr), result.stderr


def test_numbers_are_reproduced() -> None:
    with ThreadPoolExecutor(max_workers=cpu_count()) as pool:
        for result in pool.map(nbval, NOTEBOOKS):
            assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Write a notebook of one printed and one displayed number, with its true outputs."""
    printed = nbformat.v4.new_code_cell("print(0.12345)", execution_count=1)
    printed.outputs = [nbformat.v4.new_output("stream", text="0.12345\n")]
    shown = nbformat.v4.new_code_cell("1 / 8", execution_count=2)
    data = {"text/plain": "0.125"}
    shown.outputs = [nbformat.v4.new_output("execute_result", data=data, execution_count=2)]
    path = tmp_path / "tiny.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[printed, shown]), path)
    return path


@pytest.mark.parametrize(
    ("stored", "tampered", "status"),
    [
        ("0.12345", "0.12345", 0),
        ('"0.12345\\n"', '"0.12346\\n"', 1),
        ('"0.125"', '"0.126"', 1),
    ],
)
def test_nbval_sees_the_last_digit(tiny: Path, stored: str, tampered: str, status: int) -> None:
    text = tiny.read_text(encoding="utf-8")
    assert stored in text
    tiny.write_text(text.replace(stored, tampered), encoding="utf-8")
    result = nbval(tiny)
    assert result.returncode == status, result.stdout + result.stderr
