"""Files: that they are the expected ones, and that none is ever seen in part."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import hashlib
import io
import json
import os
import shutil
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
    "decoded",
    "decompressed",
    "matches",
    "read_npz",
    "read_text",
    "read_verified",
    "replacing",
    "save_npz",
    "sha256_of",
]

AnyPath = str | os.PathLike[str]

# what read_npz raises for files that are not as expected
UNREADABLE = (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile, zlib.error)


# Of a file that is downloaded or read whole, packed or not: more is no list, table or text.
MOST_BYTES = 2**31

_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before that of UTF-16, with which it begins
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_BINARY = {
    b"\x89HDF": "an HDF5 file, as cells are kept in",
    b"PK\x03\x04": "a zip file or a spreadsheet; save it as text",
    b"%PDF": "a PDF file",
    b"RDX": "a file of R; write it as text",
}


def read_text(path: AnyPath, where: str, todo: str) -> str:
    """Return the text of a file in UTF-8, UTF-16, UTF-32 or Latin-1, packed by gzip or not.

    Raises
    ------
    InfosemError
        Which names `where` and says what is to do, if the file cannot be read or is no text.
    """
    try:
        data = Path(path).read_bytes()
        return decoded(decompressed(data) if data.startswith(b"\x1f\x8b") else data)
    except OSError as error:
        raise InfosemError(
            f"{where}: cannot be read ({error.strerror or error}); {todo}"
        ) from error
    except ValueError as error:
        raise InfosemError(f"{where}: cannot be read ({error}); {todo}") from error


def decompressed(data: bytes) -> bytes:
    """Unpack a gzip file; fail with ValueError if it is damaged or unpacks to more than 2 GiB."""
    try:
        with gzip.open(io.BytesIO(data)) as file:
            unpacked = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"damaged gzip file: {error}") from error
    if len(unpacked) > MOST_BYTES:
        raise ValueError(f"it unpacks to more than {MOST_BYTES} bytes")
    return unpacked


def decoded(data: bytes) -> str:
    """Return bytes as text; fail with ValueError if they are none."""
    for start, kind in _BINARY.items():
        if data.startswith(start):
            raise ValueError(f"it is {kind}")
    for bom, encoding in _BOMS.items():
        if data.startswith(bom):
            return data.decode(encoding)
    if b"\0" in data:
        # UTF-16 without a mark: every other byte of Latin letters is 0
        for encoding, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
            if len(data) % 2 == 0 and zeros.count(0) > 0.9 * len(zeros):
                text = data.decode(encoding)
                if "\0" not in text:
                    return text
        raise ValueError("it is binary, not text")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    control = sum(text.count(chr(i)) for i in (*range(1, 9), *range(14, 32), *range(127, 160)))
    if control > len(text) / 100:  # cp1252's quotation marks are among the latter
        raise ValueError("it is binary, not text")
    return text


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
    """Give a path to write to; the file takes the place of `path` only when it is whole.

    A link stays one, to the new file, and a file that there was passes on its mode.
    """
    path = Path(os.path.realpath(path))
    with TemporaryDirectory(dir=path.parent, prefix=".infosem-") as folder:
        yield (part := Path(folder, "part"))
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(path, part)
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
