"""Files: that they are the expected ones, and that none is ever seen in part."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pooch
from numpy.typing import NDArray

from infosem.errors import InfosemError

__all__ = [
    "UNREADABLE",
    "AnyPath",
    "cache_file",
    "matches",
    "read_npz",
    "read_verified",
    "replacing",
    "save_npz",
    "sha256_of",
]

AnyPath = str | os.PathLike[str]

# what read_npz raises for files that are not as expected
UNREADABLE = (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile, zlib.error)


def matches(data: bytes, digests: Iterable[str]) -> bool:
    """Tell whether bytes have one of the digests.

    Parameters
    ----------
    data : bytes
    digests : iterable of str
        "algorithm:hexadecimal digits", as pooch writes them. "git-blob" is the name that git gives
        to a file: the SHA-1 of a header and the bytes.
    """

    def digest(algorithm: str) -> str:
        if algorithm == "git-blob":
            header = b"blob %d\0" % len(data)
            return hashlib.sha1(header + data, usedforsecurity=False).hexdigest()
        return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()

    known = (text.split(":") for text in digests)
    return any(digest(algorithm) == expected for algorithm, expected in known)


def read_verified(path: Path, digests: Iterable[str], todo: str) -> bytes:
    """Return the bytes of a file; fail, and say what is to do, unless they have a known digest."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InfosemError(f"{path}: cannot be read ({error.strerror}); {todo}") from error
    if not matches(data, digests):
        raise InfosemError(f"{path}: wrong digest: not the expected file; {todo}")
    return data


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to; the file takes the place of `path` only when it is whole."""
    with TemporaryDirectory(dir=path.parent) as folder:
        yield (part := Path(folder, "part"))
        os.replace(part, path)


def read_npz(path: Path, *names: str) -> list[NDArray[Any]]:
    """Return the arrays of those names; what is not as expected raises one of `UNREADABLE`."""
    # Opened here, because np.load leaves the file open when it is damaged.
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
        return [file[name] for name in names]


def save_npz(path: Path, **arrays: NDArray[Any]) -> None:
    """Write the arrays to a file, in place of the old one only when the new one is whole."""
    # A stream, because np.savez adds a suffix to a path that has none.
    with replacing(path) as part, part.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)


def cache_file(name: str, key: list[Any]) -> Path:
    """Return where vectors are kept that are computed in the way that `key` tells."""
    folder = Path(os.environ.get("INFOSEM_CACHE") or pooch.os_cache("infosem"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        todo = "set INFOSEM_CACHE to a folder that can be written"
        raise InfosemError(f"{folder}: no cache can be made here ({error}); {todo}") from error
    digest = hashlib.sha256(json.dumps(key).encode()).hexdigest()
    return folder / f"{name}-{digest[:16]}.npz"
