"""Files: where they lie, how they are fetched, and that they are the expected ones."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pooch

from infosem.errors import InfosemError, require

__all__ = ["data_folder", "digests_of", "download", "gunzip", "read_local"]


def data_folder(data_dir: str | os.PathLike[str] | None = None) -> Path | None:
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


def download(url: str, path: Path, check: Callable[[bytes], object], todo: str) -> bytes:
    """Return the bytes behind a URL and keep them at `path`, once `check` has let them pass."""
    buffer = io.BytesIO()
    try:
        # Into memory (no file is large), so that nothing unverified ever lies on the disk.
        pooch.HTTPDownloader(timeout=30)(url, buffer, None)
        data = buffer.getvalue()
        check(data)
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent) as part:  # moved when whole, so never seen in part
            Path(part, "file").write_bytes(data)
            Path(part, "file").replace(path)
    except OSError as error:  # those of requests are among them
        raise InfosemError(f"{url}: cannot be downloaded ({error}); {todo}") from error
    return data


def read_local(path: Path, accepted: set[str]) -> bytes:
    todo = "complete the folder as described, or unset INFOSEM_DATA to download"
    require(path.is_file(), str(path), "there is no such file", todo)
    data = path.read_bytes()
    require(accepted & digests_of(data), str(path), "wrong digest: not the expected file", todo)
    return data


def digests_of(data: bytes) -> set[str]:
    """Return the SHA-256 and the git blob id, which is the SHA-1 of a header and the bytes."""
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False)
    return {hashlib.sha256(data).hexdigest(), blob.hexdigest()}


def gunzip(data: bytes, source: str) -> str:
    try:
        return gzip.decompress(data).decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InfosemError(f"{source}: damaged gzip file ({error}); fetch it again") from error
