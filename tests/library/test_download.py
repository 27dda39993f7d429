"""Tests of downloads: what is kept, and that nothing unverified is."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from infosem.data import data_folder
from infosem.data.download import cached, fetch, gunzip, is_reachable, read_local
from infosem.data.registry import FILES, DataFile
from infosem.errors import InfosemError

HELLO = "sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"  # "hello\\n"


@pytest.fixture
def file(server: Any) -> DataFile:
    """A file with a known digest, which the server has."""
    server.files["folder/hello.txt"] = b"hello\n"
    return DataFile(
        "folder/hello.txt", f"http://127.0.0.1:{server.server_port}/folder/hello.txt", (HELLO,)
    )


def files_in(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


def test_the_addresses() -> None:
    """Of one file of each kind; the commit and the folders are part of what was verified."""
    repository = "https://raw.githubusercontent.com/haohaostats/bridge-grn"
    benchmark = f"{repository}/27d21d94f6f96f5d2a8a7b41d392cb12410e46ea/data/benchmark_datasets"
    specific, other = f"{benchmark}/Specific Dataset", f"{benchmark}/Non-Specific Dataset"
    third = f"{benchmark}/STRING Dataset"
    ncbi = "https://ftp.ncbi.nlm.nih.gov/gene/DATA/GENE_INFO/Mammalia"
    known = {
        "beeline/hESC/expression.csv.gz": f"{specific}/hESC/TFs+500/BL--ExpressionData.csv.gz",
        "beeline/mDC/network-specific.csv.gz": f"{specific}/mDC/TFs+1000/BL--network.csv.gz",
        "beeline/mDC/network-nonspecific.csv.gz": f"{other}/mDC/TFs+1000/BL--network.csv.gz",
        "beeline/mESC/network-string.csv.gz": f"{third}/mESC/TFs+500/BL--network.csv.gz",
        "embeddings/biobert-symbols.npz": "",
        "ncbi/Mus_musculus.gene_info.gz": f"{ncbi}/Mus_musculus.gene_info.gz",
    }
    assert {name: unquote(FILES[name].url) for name in known} == known
    assert not [file for file in FILES.values() if not file.url and not file.digests]


def test_a_download_is_kept_and_a_damaged_one_fetched_again(file: DataFile, server: Any) -> None:
    assert fetch(file, "") == fetch(file, "") == b"hello\n"
    assert server.asked == 1
    assert cached(file).read_bytes() == b"hello\n"
    cached(file).write_bytes(b"hell")
    assert fetch(file, "") == b"hello\n"
    assert server.asked == 2


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda body: (body[:4], len(body)), "cannot be downloaded"),
        (lambda body: (body[:4], 4), "wrong digest"),
        (lambda body: (b"x" + body[1:], len(body)), "wrong digest"),
    ],
    ids=["cut", "short", "other"],
)
def test_broken_download_leaves_nothing_behind(
    file: DataFile,
    server: Any,
    tmp_path: Path,
    spoil: Callable[[bytes], tuple[bytes, int]],
    message: str,
) -> None:
    good, server.spoil = server.spoil, spoil
    with pytest.raises(InfosemError, match=rf"http://.*hello\.txt: {message}.*; do this"):
        fetch(file, "do this")
    assert files_in(tmp_path / "cache") == []
    server.spoil = good
    assert fetch(file, "do this") == b"hello\n"


def test_interrupted_write_leaves_nothing_behind(
    file: DataFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InfosemError, match=r"cannot be downloaded .*No space left"):
        fetch(file, "")
    assert files_in(tmp_path / "cache") == []


def test_a_file_that_changes_is_kept_as_it_was_if_it_can_be_read(
    file: DataFile, server: Any, tmp_path: Path
) -> None:
    changing = DataFile(file.name, file.url)

    def refuse(data: bytes) -> None:
        raise InfosemError("unreadable")

    with pytest.raises(InfosemError, match="unreadable"):
        fetch(changing, "", check=refuse)
    assert files_in(tmp_path / "cache") == []
    assert fetch(changing, "", check=len) == b"hello\n"
    server.files[file.name] = b"goodbye\n"
    assert fetch(changing, "", check=refuse) == b"hello\n"


def test_whether_a_source_answers(file: DataFile, server: Any) -> None:
    assert is_reachable(file)
    server.files = {}
    assert not is_reachable(file)
    assert not is_reachable(DataFile("x", "http://127.0.0.1:9/"))  # nothing listens there
    with pytest.raises(InfosemError, match=r"cannot be downloaded .*404.*; do this"):
        fetch(file, "do this")


def test_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFOSEM_DATA", "")
    assert data_folder() is None
    assert data_folder(tmp_path) == tmp_path
    monkeypatch.setenv("INFOSEM_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    with pytest.raises(InfosemError, match=r"data_dir: no such folder: .*gone; correct"):
        data_folder(tmp_path / "gone")


def test_local_files_are_verified_and_the_error_says_whether_there_is_a_download(
    tmp_path: Path,
) -> None:
    public, private = (
        DataFile("hello.txt", "https://", (HELLO,)),
        DataFile("hello.txt", "", (HELLO,)),
    )
    (tmp_path / "hello.txt").write_bytes(b"hello\n")
    assert read_local(public, tmp_path) == b"hello\n"
    (tmp_path / "hello.txt").write_bytes(b"hello")
    with pytest.raises(InfosemError, match=r"hello\.txt: wrong digest.*unset INFOSEM_DATA to down"):
        read_local(public, tmp_path)
    with pytest.raises(InfosemError, match=r"hello\.txt: wrong digest.*; restore it from where"):
        read_local(private, tmp_path)


@pytest.mark.parametrize("data", [b"\x1f\x8b not gzip", b"\x1f\x8b", b"text"])
def test_damaged_gzip(data: bytes) -> None:
    with pytest.raises(InfosemError, match="mine: damaged gzip file"):
        gunzip(data, "mine")
