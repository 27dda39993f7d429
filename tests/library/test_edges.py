"""Known edges: files in the columns of four programs, and databases by decoupler."""

import gzip
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infosem.data import database_edges, read_edges
from infosem.errors import InfosemError

PAIRS = [("SOX2", "NANOG"), ("POU5F1", "SOX2")]
TABLES = {
    "BEELINE": "Gene1,Gene2\nSOX2,NANOG\nPOU5F1,SOX2\n",
    "BEELINE with signs": "Gene1,Gene2,Type\nSOX2,NANOG,+\nPOU5F1,SOX2,-\n",
    "decoupler": ",source,target,weight,resources\n0,SOX2,NANOG,1.0,A\n1,POU5F1,SOX2,-1.0,B\n",
    "DoRothEA": "source\ttarget\tweight\tconfidence\nSOX2\tNANOG\t1\tA\nPOU5F1\tSOX2\t-0.5\tB\n",
    "OmniPath": "source\ttarget\tsource_genesymbol\ttarget_genesymbol\tis_stimulation\t"
    "is_inhibition\nP48431\tQ9H9S0\tSOX2\tNANOG\t1\t0\nQ01860\tP48431\tPOU5F1\tSOX2\t0\t1\n",
    "pySCENIC": "TF,target,importance\nSOX2,NANOG,12.5\nPOU5F1,SOX2,3\n",
    "TRRUST": "SOX2\tNANOG\tActivation\t123\nPOU5F1\tSOX2\tUnknown\t456\n",
    "write.table": '"Gene1" "Gene2"\n"1" "SOX2" "NANOG"\n"2" "POU5F1" "SOX2"\n',
    "two columns": "# mine\nSOX2 NANOG\nPOU5F1 SOX2\n",
}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gz"])
@pytest.mark.parametrize("kind", TABLES)
def test_every_form_is_read(kind: str, encoding: str, tmp_path: Path) -> None:
    text, path = TABLES[kind], tmp_path / "edges"
    path.write_bytes(gzip.compress(text.encode()) if encoding == "gz" else text.encode(encoding))
    found = read_edges(path)
    assert list(zip(found["source"], found["target"], strict=True)) == PAIRS
    expected = {
        "BEELINE with signs": {"sign": [1, -1]},
        "decoupler": {"weight": [1, -1], "sign": [1, -1]},
        "DoRothEA": {"weight": [1, -0.5], "sign": [1, -1], "confidence": ["A", "B"]},
        "OmniPath": {"sign": [1, -1]},
        "pySCENIC": {"weight": [12.5, 3]},
    }.get(kind, {})
    assert {name: found[name].tolist() for name in found.columns[2:]} == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it holds no edge"),
        (b"Gene1,Gene2\n", "it holds no edge"),
        (b"SOX2\nNANOG\n", "it has one column"),
        (b"Gene1,weight\nSOX2,1\n", "no column target"),
        (b"SOX2,NANOG\nPOU5F1\n", r"a line has no target \(POU5F1\)"),
        (b"\x89HDF\r\n", "it is an HDF5 file"),
        (bytes(range(256)), "it is binary"),
    ],
)
def test_what_is_no_table_of_edges_is_one_sentence(
    data: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "edges.csv"
    path.write_bytes(data)
    with pytest.raises(InfosemError, match=rf"edges\.csv: .*{message}.*; "):
        read_edges(path)


@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.one_of(
    st.binary(max_size=200),
    st.text(max_size=99).map(lambda text: text.encode("utf-16", "surrogatepass")),
    st.lists(st.lists(st.sampled_from(["Gene1", "Gene2", "TF", "target", "A", "", "1", "-", '"']),
                      max_size=4), max_size=5)
    .map(lambda rows: "\n".join("\t".join(row) for row in rows).encode()),
))  # fmt: skip
def test_any_file_is_edges_or_one_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "edges.csv"
    path.write_bytes(data)
    try:
        found = read_edges(path)
    except InfosemError as error:
        assert str(error).startswith(str(path))
        assert "; " in str(error)
    else:
        assert len(found)
        assert (found[["source", "target"]] != "").all(axis=None)


# --- databases ------------------------------------------------------------------------------------


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """In the place of decoupler, whose collectri answers and whose dorothea does not."""
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / "cache" / name)
    calls: list[str] = []

    def collectri(organism: str) -> pd.DataFrame:
        calls.append(organism)
        return pd.DataFrame({"source": ["SOX2"], "target": ["NANOG"], "weight": [-1.0]})

    def dorothea(organism: str) -> pd.DataFrame:
        raise ConnectionError("Name or service not known\nmore of it")

    op = SimpleNamespace(collectri=collectri, dorothea=dorothea)
    monkeypatch.setitem(sys.modules, "decoupler", SimpleNamespace(op=op))
    return calls


def test_databases_are_asked_once(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    first = database_edges("collectri", "human")
    monkeypatch.setitem(sys.modules, "decoupler", None)
    pd.testing.assert_frame_equal(database_edges("collectri", "human"), first)
    assert first.to_dict("list") == {
        "source": ["SOX2"], "target": ["NANOG"], "weight": [-1.0], "sign": [-1],
    }  # fmt: skip
    assert asked == ["human"]
    with pytest.raises(InfosemError, match=r"edges: collectri needs the package decoupler; pip inst"
                       r"all 'infosem\[databases\]', or name a file"):  # fmt: skip
        database_edges("collectri", "mouse")


def test_without_network_or_name_it_is_one_sentence(asked: Any, tmp_path: Path) -> None:
    with pytest.raises(InfosemError, match=r"edges: dorothea cannot be downloaded \(Name or service"
                       r" not known\); try again, or name a file of edges$"):  # fmt: skip
        database_edges("dorothea", "human")
    assert not (tmp_path / "cache").exists()
    with pytest.raises(InfosemError, match="edges: 'regnetwork' is unknown; choose from collectri"):
        database_edges("regnetwork", "human")
    with pytest.raises(InfosemError, match="species: 'rat' is unknown"):
        database_edges("collectri", "rat")
