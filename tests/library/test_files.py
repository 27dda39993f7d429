"""Tests of files: digests, whole writes and arrays; the caches have tests of their own."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from infosem.errors import InfosemError
from infosem.files import (
    UNREADABLE,
    matches,
    read_npz,
    read_verified,
    replacing,
    save_npz,
    sha256_of,
)


def test_digests() -> None:
    git = "git-blob:ce013625030ba8dba906f756967f9e9ca394464a"  # what git itself says of it
    md5 = "md5:b1946ac92492d2347c6235b4d2611184"
    assert matches(b"hello\n", [git])
    assert matches(b"hello\n", ["sha256:00", md5])  # one of them is enough
    assert not matches(b"hello", [git, md5])
    assert not matches(b"hello\n", [])


def test_a_file_is_read_if_it_has_the_digest(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pytest.raises(InfosemError, match=r"file: cannot be read \(No such file.*\); do this"):
        read_verified(path, [], "do this")
    path.write_bytes(b"hello\n")
    assert sha256_of(path) == hashlib.sha256(b"hello\n").hexdigest()
    assert read_verified(path, [f"sha256:{sha256_of(path)}"], "do this") == b"hello\n"
    with pytest.raises(InfosemError, match="file: wrong digest: not the expected file; do this"):
        read_verified(path, ["sha256:00"], "do this")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(RuntimeError, match="stopped"), replacing(path) as part:
        part.write_text("ne")
        raise RuntimeError("stopped")
    assert path.read_text() == "old"
    with replacing(path) as part:
        part.write_text("new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_one_and_a_mode_stays(tmp_path: Path) -> None:
    path, link = tmp_path / "there" / "file", tmp_path / "link"
    path.parent.mkdir()
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)
    with replacing(link) as part:
        part.write_text("new")
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("name", ["vectors.npz", "vectors"])
def test_arrays_are_kept_under_the_name_given(tmp_path: Path, name: str) -> None:
    save_npz(tmp_path / name, a=np.arange(3), b=np.eye(2))
    b, a = read_npz(tmp_path / name, "b", "a")
    np.testing.assert_array_equal(a, [0, 1, 2])
    np.testing.assert_array_equal(b, np.eye(2))
    assert [path.name for path in tmp_path.iterdir()] == [name]
    with pytest.raises(UNREADABLE):
        read_npz(tmp_path / name, "c")
