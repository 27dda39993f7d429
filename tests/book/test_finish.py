"""What a built page gets after Sphinx: heads of tables, simple equations, icons."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def finish() -> ModuleType:
    spec = importlib.util.spec_from_file_location("finish", ROOT / "book" / "finish.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def finished(finish: ModuleType, frame: pd.DataFrame) -> Tag:
    soup = BeautifulSoup(f"<div>{frame.to_html(notebook=True)}</div>", "html.parser")
    table = soup.table
    assert table is not None
    finish.finish_table(soup, table)
    return table


def texts(row: Tag) -> list[str]:
    return [f"{cell.name}: {cell.text.strip()}" for cell in row.find_all(["th", "td"])]


def test_numbers_of_rows_are_dropped_and_the_first_column_names_the_rows(
    finish: ModuleType,
) -> None:
    table = finished(finish, pd.DataFrame({"method": ["A", "B"], "AUPRC": ["0.1", "0.2"]}))
    rows = [texts(row) for row in table.find_all("tr")]
    assert rows == [["th: method", "th: AUPRC"], ["th: A", "td: 0.1"], ["th: B", "td: 0.2"]]
    assert [head["scope"] for head in table.find_all("th")] == ["col", "col", "row", "row"]


@pytest.mark.parametrize("index", [["A", "B"], [1, 2], pd.Index([0, 1], name="seed")])
def test_an_index_that_says_something_stays(finish: ModuleType, index: pd.Index) -> None:
    table = finished(finish, pd.DataFrame({"AUPRC": ["0.1", "0.2"]}, index=index))
    assert [len(row.find_all(["th", "td"])) for row in table.find_all("tr")] == [2, 2, 2]
    assert len(table.select("thead tr")) == 1  # the name of the index is beside the others


def test_what_all_rows_have_in_common_is_said_once(finish: ModuleType) -> None:
    frame = pd.DataFrame({"method": list("ABC"), "seeds": "3", "paper": "-", "AUPRC": list("123")})
    table = finished(finish, frame)
    assert [th.text for th in table.thead.find_all("th")] == ["method", "AUPRC"]
    assert [[cell.text for cell in row.find_all(["th", "td"])] for row in table.tbody("tr")] == [
        ["A", "1"], ["B", "2"], ["C", "3"]
    ]  # fmt: skip
    assert table.caption.text == "In all rows: seeds 3."
    for few in (frame[:2], frame[["method", "seeds"]]):  # nothing to save; nothing else to show
        table = finished(finish, few)
        assert table.caption is None and "seeds" in table.thead.text


def test_cells_of_a_wide_table_name_their_column(finish: ModuleType) -> None:
    columns = pd.MultiIndex.from_product([["hESC", "mESC"], ["ours", "paper", "difference"]])
    index = pd.MultiIndex.from_product([["seen", "unseen"], ["A", "B"]], names=["test", "method"])
    frame = pd.DataFrame([[f"0.{i}{j}" for j in range(6)] for i in range(4)], index, columns)
    table = finished(finish, frame)
    assert "stacked" in table["class"]
    last = table.find_all("tr")[-1].find_all("td")
    assert [cell["data-head"] for cell in last][:2] == ["hESC, ours", "hESC, paper"]
    assert last[-1]["data-head"] == "mESC, difference"
    (group,) = [head for head in table.select("tbody th") if head.text == "seen"]
    assert group["scope"] == "rowgroup"
    (over,) = [head for head in table.select("thead th") if head.text == "hESC"]
    assert over["scope"] == "colgroup"


def test_a_narrow_table_stays_a_table(finish: ModuleType) -> None:
    table = finished(finish, pd.DataFrame({"method": ["A"], "AUPRC": ["0.1"]}))
    assert "stacked" not in table["class"]
    assert not table.find_all(attrs={"data-head": True})


@pytest.mark.parametrize(
    "tex, html",
    [
        (r"\alpha", "<var>α</var>"),
        ("|a_{ik}|", "|<var>a</var><sub><var>i</var><var>k</var></sub>|"),
        ("10^{-6}", "10<sup>−6</sup>"),
        (r"\mathbf w", "<b>w</b>"),
        ("I - A", "<var>I</var>&nbsp;−&nbsp;<var>A</var>"),
        ("a < b", "<var>a</var>&lt;<var>b</var>"),
        (r"\hat Z", None),
        (r"\mathcal N(0, 1)", None),
        ("a}", None),
    ],
)
def test_simple_equations_need_no_mathjax(finish: ModuleType, tex: str, html: str | None) -> None:
    assert finish.in_html(tex) == html
