"""How the rooms hang together: arrows of imports that point one way."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("infosem", "infosem_study")


def modules() -> dict[str, Path]:
    """The files of both packages, by the name that they are imported by."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    names = (path.relative_to(ROOT).with_suffix("").parts for path in paths)
    return {
        ".".join(name[:-1] if name[-1] == "__init__" else name): path
        for name, path in zip(names, paths, strict=True)
    }


def imports_of(path: Path, known: dict[str, Path]) -> set[str]:
    """The modules of both packages that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in known else str(node.module) for name in whole}
    return found & set(known)


def test_the_library_knows_nothing_of_the_study() -> None:
    known = modules()
    library = {name: path for name, path in known.items() if name.split(".")[0] == "infosem"}
    assert library
    for name, path in library.items():
        of_study = [n for n in imports_of(path, known) if n.startswith("infosem_study")]
        assert not of_study, f"{name} imports {of_study}"
        assert "infosem_study." not in path.read_text(encoding="utf-8"), name


def test_no_import_runs_in_a_circle() -> None:
    known = modules()
    graph = {}
    for name, path in known.items():
        is_package = path.name == "__init__.py"
        # The face of a package imports its rooms, and these must not need the face.
        inside = {n for n in imports_of(path, known) if is_package or n != name}
        graph[name] = inside - {name}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


def test_every_notebook_has_a_page_of_its_name() -> None:
    pages = {path.stem for path in (ROOT / "infosem_study" / "pages").iterdir()}
    notebooks = {path.stem for path in (ROOT / "notebooks").glob("*.py")}
    # What a reader does with the library alone has no page in the study.
    assert notebooks - {"own_cells"}
    assert notebooks - {"own_cells"} <= pages


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_is_long(package: str) -> None:
    """A file of more than 500 lines mixes duties, or has a reason that is written down here."""
    lengths = {
        name: len(path.read_text(encoding="utf-8").splitlines())
        for name, path in modules().items()
        if name.split(".")[0] == package
    }
    assert {name: n for name, n in lengths.items() if n > 500} == {}
