"""Tests of the reader of GenePT's file, which no pickle can make run code."""

import io
import os
import pickle
import pickletools
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import GENEPT_TABLE
from hypothesis import given
from hypothesis import strategies as st

from infosem.embeddings.genept_file import GENEPT_PICKLE, read_genept
from infosem.errors import InfosemError


def write(path: Path, table: Any, protocol: int = 4) -> Path:
    path.write_bytes(table if isinstance(table, bytes) else pickle.dumps(table, protocol))
    return path


floats = st.floats(-(2.0**100), 2.0**100, width=32)
symbols = st.text(st.characters(min_codepoint=65, max_codepoint=90), min_size=1)


@given(
    st.integers(1, 3).flatmap(
        lambda n: st.dictionaries(symbols, st.lists(floats, min_size=n, max_size=n), min_size=1)
    ),
    st.integers(0, pickle.HIGHEST_PROTOCOL),
)
def test_a_table_of_any_protocol_is_read(tmp_path_factory, table, protocol) -> None:
    path = write(tmp_path_factory.mktemp("pickle") / "table.pickle", table, protocol)
    genes, vectors = read_genept(path)
    assert genes.tolist() == list(table)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, np.array(list(table.values()), dtype=np.float32))


@pytest.mark.parametrize("kind", ["<f4", ">f4", "<f8", "<f2"])
@pytest.mark.parametrize("core", [b"numpy.core", b"numpy._core"])
def test_arrays_of_numpy_1_and_2_are_read(tmp_path: Path, kind: str, core: bytes) -> None:
    table = {symbol: np.array(vector, dtype=kind) for symbol, vector in GENEPT_TABLE.items()}
    data = pickle.dumps(table, protocol=3)  # names modules in lines, which have no stated length
    here = b"numpy._core" if b"numpy._core" in data else b"numpy.core"
    _, vectors = read_genept(write(tmp_path / "t.pickle", data.replace(here, core)))
    np.testing.assert_array_equal(vectors, np.array(list(GENEPT_TABLE.values()), dtype=np.float32))


class Calls:
    """Pickles as a call of `function`."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return self.call


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    ("function", "named"),
    [(os.mkdir, r"(posix|nt)\.mkdir"), (eval, r"(builtins|__builtin__)\.eval")],
    ids=["mkdir", "eval"],
)
def test_a_pickle_that_calls_is_refused(
    tmp_path: Path, protocol: int, function: Any, named: str
) -> None:
    made = tmp_path / "made"
    argument = str(made) if function is os.mkdir else f"__import__('os').mkdir({str(made)!r})"
    evil = pickle.dumps(GENEPT_TABLE | {"EVIL": Calls(function, argument)}, protocol)
    pickle.loads(evil)  # it would do so
    made.rmdir()
    path = write(tmp_path / "evil.pickle", evil)
    with pytest.raises(InfosemError, match=rf"evil\.pickle: refused, because it calls for {named}"):
        read_genept(path)
    assert not made.exists()
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr(GENEPT_PICKLE, evil)
    with pytest.raises(InfosemError, match=rf"evil\.zip: refused, because it calls for {named}"):
        read_genept(tmp_path / "evil.zip")
    assert not made.exists()


def name(text: str) -> bytes:
    return b"\x8c" + bytes([len(text)]) + text.encode()


STRANGE = {
    # what numpy needs nothing of, though it is numpy's
    "other name": (pickle.dumps(np.load), "calls for numpy.load"),
    "attribute": (
        b"\x80\x04" + name("numpy") + name("ndarray.tofile") + b"\x93.",
        "calls for numpy.ndarray.tofile",
    ),
    "persistent": (b"\x80\x04" + name("x") + b"Q.", "not a whole pickle"),
    "extension": (b"\x80\x02\x82\x01.", "not a whole pickle"),
    "objects": (pickle.dumps({"A": np.array([{}, None])}, 4), "an array of 'O8'"),
    "records": (pickle.dumps({"A": np.zeros(2, dtype="f4,O")}, 4), "an array of 'V12'"),
    "state of a class": (
        b"\x80\x04" + name("numpy") + name("ndarray") + b"\x93}" + name("a") + b"K\x01sb.",
        "not a whole pickle",
    ),
    "set": (pickle.dumps({"A": {1.0}}, 4), "A does not have a vector of finite floats"),
    "cut": (pickle.dumps(GENEPT_TABLE)[:-9], "not a whole pickle"),
    "text": (b"gene,vector", "not a whole pickle"),
    "nothing": (b"", "not a whole pickle"),
    "list": ([GENEPT_TABLE], "not a table of genes, but a list"),
    "empty": ({}, "not a table of genes, but a dict or empty"),
    "key": ({1: [1.0]}, "a key of the table is 1"),
    "words": ({"A": ["1.0"]}, "A does not have"),
    "truths": ({"A": [True]}, "A does not have"),
    "no numbers": ({"A": []}, "A does not have"),
    "nan": ({"A": [1.0, float("nan")]}, "A does not have"),
    "too large": ({"A": [1e39]}, "A does not have"),
    "matrix": ({"A": np.ones((1, 2))}, "A does not have"),
    "lengths": ({"A": [1.0], "B": [1.0, 2.0]}, r"different lengths \(\[1, 2\]\)"),
}


@pytest.mark.parametrize("case", STRANGE)
def test_what_is_no_table_of_vectors_is_refused(tmp_path: Path, case: str) -> None:
    content, message = STRANGE[case]
    path = write(tmp_path / "t.pickle", content)
    with pytest.raises(
        InfosemError, match=rf"t\.pickle: .*{message}.*zenodo\.org/records/10833191"
    ):
        read_genept(path)


def test_the_extension_registry_is_not_a_way_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import copyreg

    copyreg.add_extension("os", "getcwd", 200)
    try:
        path = write(tmp_path / "t.pickle", b"\x80\x02\x82\xc8)R.")
        with pytest.raises(InfosemError, match=r"calls for os\.getcwd"):
            read_genept(path)
    finally:
        copyreg.remove_extension("os", "getcwd", 200)


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(InfosemError, match=r"no\.pickle: cannot be read"):
        read_genept(tmp_path / "no.pickle")
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("other.pickle", pickle.dumps(GENEPT_TABLE))
    with pytest.raises(InfosemError, match=rf"t\.zip: there are 0 files {GENEPT_PICKLE}"):
        read_genept(tmp_path / "t.zip")


def test_a_zip_file_is_read(genept_zip: Path) -> None:
    genes, vectors = read_genept(genept_zip)
    assert genes.tolist() == ["TF01", "TF02", "G77"]
    np.testing.assert_array_equal(vectors, list(GENEPT_TABLE.values()))


def test_damaged_zip(genept_zip: Path) -> None:
    data = bytearray(genept_zip.read_bytes())
    data[120] ^= 255
    genept_zip.write_bytes(data)
    with pytest.raises(InfosemError, match=r"v2\.zip: (cannot be read|not a whole pickle)"):
        read_genept(genept_zip)


def test_of_two_spellings_the_one_in_upper_case_is_taken(tmp_path: Path) -> None:
    table = {"Sox2": [1.0], "SOX2": [2.0], "sox2": [3.0], "klf4": [4.0], "Klf4": [5.0]}
    genes, vectors = read_genept(write(tmp_path / "t.pickle", table))
    assert dict(zip(genes.tolist(), vectors[:, 0].tolist(), strict=True)) == {
        "SOX2": 2.0,
        "KLF4": 4.0,
    }


def test_the_strange_pickles_are_what_they_are_said_to_be() -> None:
    for case in ("attribute", "persistent", "extension", "state of a class"):
        pickletools.dis(STRANGE[case][0], out=io.StringIO())
