"""Parameters of notebooks: an unknown one, or one of no use, is found before anything is run."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infosem import InfosemError
from infosem_study.parameters import check_parameters

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
DECLARED = "datasets = ['hESC']\nn_splits = 10\n"


def check(declared: str, given: dict[str, Any], namespace: dict[str, Any] | None = None) -> None:
    """Check as a notebook does that papermill gave something to."""
    space = dict(namespace or {})
    exec(declared, space)
    injected = "# Parameters\n" + "".join(f"{name} = {value!r}\n" for name, value in given.items())
    exec(injected, space)
    check_parameters(["", declared, injected, "check_parameters()"], space)


def test_known_parameters_pass() -> None:
    check_parameters(["", "import os", DECLARED], {})  # nothing was given
    check(DECLARED, {"n_splits": 2})


def test_the_misspelt_one_is_named_and_those_that_there_are() -> None:
    cells = ["", "n_split = 1", DECLARED, "# Parameters\nn_split = 2\ndatasets = []\n"]
    with pytest.raises(InfosemError, match=r"n_split unknown; choose from datasets, n_splits"):
        check_parameters(cells, {})


def parameters_of(notebook: Path) -> tuple[str, dict[str, Any]]:
    """The cell of a notebook that declares its parameters, and what has been imported there."""
    cells = re.split(r"^# %%.*$", notebook.read_text(encoding="utf-8"), flags=re.MULTILINE)
    marks = re.findall(r"^# %%.*$", notebook.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (place,) = [i for i, mark in enumerate(marks, start=1) if '"parameters"' in mark]
    space: dict[str, Any] = {}
    for cell in cells[:place]:
        for node in ast.parse(cell).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                exec(ast.unparse(node), space)
    return cells[place], space


BAD = {
    "datasets": ([], "hESC", [1], None),
    "methods": ([], "DeepSEM"),
    "cells": ([], 3),
    "seeds": ([], "0", 0, [-1], [0.5], ["0"], [True]),
    "non_specific_seeds": ([],),
    "percents": ([], [20.5]),
    "draws": ([],),
    "tried": ([], "no gene dropped"),
    "n_splits": (0, -1, "three", 2.5, True, None),
    "split": (-1, "0"),
    "epochs": (0, "many"),
    "n_jobs": (0, -1, "all"),
    "minutes": (0, "ten"),
    "recompute": ("yes", 1),
    "complete": ("no",),
    "ledger": ("", 5),
}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_parameter_of_no_use_is_one_line(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "notebooks")
    declared, space = parameters_of(notebook)
    check(declared, {}, space)
    defaults = dict(space)
    exec(declared, defaults)
    if notebook.stem == "own_cells":  # `prepare` and `infer_ensemble` see to these
        return
    tried = 0
    for name, values in BAD.items():
        for value in values if name in defaults else ():
            with pytest.raises(InfosemError) as caught:
                check(declared, {name: value}, space)
            message = str(caught.value)
            assert message.startswith(f"notebook parameter {name}: ")
            assert "; give a" in message or "; give True" in message
            assert "\n" not in message
            tried += 1
    assert tried or notebook.stem == "speed"


@settings(max_examples=100, deadline=None)
@given(value=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
))  # fmt: skip
def test_whatever_is_given_fits_or_is_an_error(value: Any) -> None:
    for name, declared in (("n_splits", "n_splits = 10"), ("seeds", "seeds = [0]"),
                           ("datasets", "datasets = ['hESC']")):  # fmt: skip
        space: dict[str, Any] = {name: value}
        try:
            check_parameters(["", declared, f"# Parameters\n{name} = 0"], space)
        except InfosemError as error:
            assert str(error).startswith(f"notebook parameter {name}: ")
            continue
        assert value
        for one in [value] if name == "n_splits" else value:
            assert isinstance(one, str) if name == "datasets" else one >= 0


def test_no_new_ledger_starts_where_the_notebook_is_run_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InfosemError, match=r"ledger: there is none in \.\./.*--cwd notebooks"):
        check("n = 1\nledger = '../nothing'\n", {})
    check("n = 1\nledger = '../nothing'\n", {"ledger": "new"})  # asked for
    assert list(tmp_path.iterdir()) == []
