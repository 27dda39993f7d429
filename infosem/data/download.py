"""Where files come from: the data folder, or their public address by way of the user's cache."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import pooch

from infosem.data.registry import DataFile
from infosem.errors import InfosemError, require
from infosem.files import AnyPath, matches, read_verified, replacing

__all__ = ["cached", "data_folder", "fetch", "gunzip", "is_reachable", "read_local"]


def data_folder(data_dir: AnyPath | None = None) -> Path | None:
    """Return the local data folder: `data_dir`, else $INFOSEM_DATA, else None (then download).

    Raises
    ------
    InfosemError
        If the folder named does not exist.
    """
    argument = "INFOSEM_DATA" if data_dir is None else "data_dir"
    folder = os.environ.get("INFOSEM_DATA", "") if data_dir is None else os.fspath(data_dir)
    if data_dir is None and not folder:
        return None
    require(os.path.isdir(folder), argument, f"no such folder: {folder}", "correct or unset it")
    return Path(folder)


def read_local(file: DataFile, folder: Path) -> bytes:
    """Return the verified bytes of a file in the data folder."""
    todo = "restore it from where the folder came from"
    if file.url:
        todo = "complete the folder as described, or unset INFOSEM_DATA to download"
    return read_verified(folder / file.name, file.digests, todo)


def cached(file: DataFile) -> Path:
    """Return where a download is kept, whether or not it is there."""
    return Path(pooch.os_cache("infosem"), file.name)


def fetch(file: DataFile, todo: str, check: Callable[[bytes], object] | None = None) -> bytes:
    """Return the bytes of a public file: those kept in the user's cache, else those downloaded.

    pooch's own registry would do, but that it knows no git blob id, which is all that is known of
    one of the files, and that it puts a download on the disk before it verifies it.

    Parameters
    ----------
    file : DataFile
        A file without digests is kept as it was when it was first downloaded.
    todo : str
        What the user can do where the download fails.
    check : callable, optional
        Raises if a download is not what it should be, beyond its digest. It is not kept then.

    Raises
    ------
    InfosemError
        If the file cannot be downloaded or has another digest.
    """
    path = cached(file)
    if path.is_file() and _is_expected(data := path.read_bytes(), file):
        return data
    buffer = io.BytesIO()
    try:
        # Into memory (no file is large), so that nothing unverified ever lies on the disk.
        pooch.HTTPDownloader(timeout=30)(file.url, buffer, None)
        data = buffer.getvalue()
        expected = _is_expected(data, file)
        require(expected, file.url, "wrong digest: not the expected file", todo)
        if check is not None:
            check(data)
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_bytes(data)
    except OSError as error:  # those of requests are among them
        raise InfosemError(f"{file.url}: cannot be downloaded ({error}); {todo}") from error
    return data


def _is_expected(data: bytes, file: DataFile) -> bool:
    return not file.digests or matches(data, file.digests)


def is_reachable(file: DataFile) -> bool:
    """Tell within seconds whether the public address of a file answers."""
    with contextlib.suppress(Exception):  # whatever goes wrong, the source cannot be reached
        return bool(pooch.HTTPDownloader(timeout=3)(file.url, None, None, check_only=True))
    return False


def gunzip(data: bytes, source: str) -> str:
    """Return the text in a gzip file; `source` names it where it is damaged."""
    try:
        return gzip.decompress(data).decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InfosemError(f"{source}: damaged gzip file ({error}); fetch it again") from error
