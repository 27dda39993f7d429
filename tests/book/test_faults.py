"""The faults that tests/faults/run.py puts into the code: each has its place and its tests."""

import ast
from pathlib import Path

import pytest
import run

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("fault", run.read(), ids=lambda fault: fault.name)
def test_fault_can_be_put_in(fault: run.Fault) -> None:
    path, faulty = fault.place(ROOT)
    assert faulty != path.read_text(encoding="utf-8")
    ast.parse(faulty)
    assert fault.arguments(ROOT)


def test_faults_are_in_both_packages() -> None:
    packages = [fault.package for fault in run.read()]
    assert min(packages.count(name) for name in ("infosem", "infosem_study")) >= 30
