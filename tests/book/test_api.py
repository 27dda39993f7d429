"""The API reference: every public name is there, with all that it takes."""

import importlib
import inspect
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

# What a user imports; of the package itself, and of what it is made of.
MODULES = ["infosem", "infosem.tl", "infosem.data", "infosem.embeddings", "infosem.splits",
           "infosem.metrics"]  # fmt: skip
SINGLE = ["infosem.outputs.write", "infosem.outputs.write_folder", "infosem.outputs.annotate",
          "infosem.report.write_report", "infosem.ensemble.SeedsDisagree", "infosem.ensemble.Run",
          "infosem.infer.RegulatorsWarning", "infosem.infer.DEFAULTS",
          "infosem.infer.PRESETS"]  # fmt: skip


def public() -> list[str]:
    names = [
        f"{module}.{name}" for module in MODULES for name in importlib.import_module(module).__all__
    ]
    return [*names, *SINGLE]


def found(name: str) -> object:
    # not by attribute: infosem.infer is also the function
    module, _, last = name.rpartition(".")
    return getattr(importlib.import_module(module), last)


def test_every_public_name_is_on_the_page(book: Path) -> None:
    html = (book / "_build" / "html" / "book" / "api.html").read_text(encoding="utf-8")
    page = BeautifulSoup(html, "html.parser")
    there = {str(tag["id"]) for tag in page.select("dt[id]")}
    # Once, where a user imports it from; infosem.tl is the module whose function is there.
    last = {name.rpartition(".")[2] for name in there}
    missing = [name for name in public() if name.rpartition(".")[2] not in last]
    assert missing == ["infosem.tl"]
    assert "infosem.tl.infer" in there
    for name in ("infosem.infer", "infosem.Ensemble.top", "infosem.Settings", "infosem.prepare"):
        assert name in there
    # What napoleon did not understand would stand there as it is in the code.
    text = page.get_text()
    assert "-----" not in text
    for section in ("Parameters", "Returns", "Raises", "Warns"):
        assert section in text


@pytest.mark.parametrize("name", public())
def test_docstring_names_every_parameter(name: str) -> None:
    thing = found(name)
    if inspect.ismodule(thing) or not callable(thing) or inspect.isclass(thing):
        return
    text = inspect.getdoc(thing) or ""
    assert text
    parameters = inspect.signature(thing).parameters.values()
    named = [parameter for parameter in parameters if not parameter.name.startswith("_")]
    if len(named) < 2 and "Parameters\n" not in text:
        return  # its one sentence says it
    missing = [one.name for one in named if not re.search(rf"\b{one.name}\b", text)]
    assert not missing
