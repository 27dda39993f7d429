"""Where files come from: the data folder, or their public address by way of the user's cache."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pooch
from tqdm import tqdm

from infosem.data.registry import DataFile
from infosem.errors import InfosemError, require
from infosem.files import (
    MOST_BYTES,
    AnyPath,
    decompressed,
    matches,
    read_verified,
    replacing,
)

__all__ = [
    "cached",
    "data_folder",
    "fetch",
    "gunzip",
    "is_reachable",
    "read_local",
    "version_of",
]


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
        A file without digests is kept as it was when it was first downloaded; the digest that it
        had then is recorded beside it, and asked for from then on (see `version_of`).
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
    record = _record(file)
    if path.is_file():
        data = path.read_bytes()
        if matches(data, file.digests or record.get("digests", ())):
            return data
    buffer = _Bounded()
    # disable=None: no bar where nobody watches (a notebook, a log file)
    bar = tqdm(total=1, desc=path.name, unit="B", unit_scale=True, disable=None, leave=False)
    try:
        # Into memory (no file is large), so that nothing unverified ever lies on the disk.
        pooch.HTTPDownloader(timeout=30, progressbar=bar, chunk_size=2**16)(file.url, buffer, None)
        data = buffer.getvalue()
        good = not file.digests or matches(data, file.digests)
        require(good, file.url, "wrong digest: not the expected file", todo)
        if check is not None:
            check(data)
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_bytes(data)
        if not file.digests:
            today, digest = datetime.date.today().isoformat(), hashlib.sha256(data).hexdigest()
            record = {"url": file.url, "downloaded": today, "digests": [f"sha256:{digest}"]}
            with replacing(_record_path(file)) as part:
                part.write_text(json.dumps(record) + "\n")
    except (OSError, ValueError) as error:  # those of requests are among them
        if isinstance(error, InfosemError):
            raise
        raise InfosemError(f"{file.url}: cannot be downloaded ({error}); {todo}") from error
    finally:
        bar.close()
    return data


class _Bounded(io.BytesIO):
    """Refuses a server that does not stop."""

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > MOST_BYTES:
            raise OSError(f"more than {MOST_BYTES} bytes")
        return super().write(data)


def _record_path(file: DataFile) -> Path:
    path = cached(file)
    return path.with_name(f"{path.name}.json")


def _record(file: DataFile) -> dict[str, Any]:
    """What is known of a cached file without digests; nothing of one that is not there."""
    try:
        record = json.loads(_record_path(file).read_text(encoding="utf-8"))
        return record if isinstance(record, dict) else {}
    except (OSError, ValueError):
        return {}


def version_of(file: DataFile) -> str:
    """Say which version of a public file is in the user's cache."""
    record = _record(file)
    digests = file.digests or record.get("digests", ("",))
    when = f"downloaded {record['downloaded']}, " if "downloaded" in record else ""
    return f"{file.url}, {when}{digests[0]}"


def is_reachable(file: DataFile) -> bool:
    """Tell within seconds whether the public address of a file answers."""
    with contextlib.suppress(Exception):  # whatever goes wrong, the source cannot be reached
        return bool(pooch.HTTPDownloader(timeout=3)(file.url, None, None, check_only=True))
    return False


def gunzip(data: bytes, source: str) -> str:
    """Return the text in a gzip file; `source` names it where it is damaged."""
    try:
        return decompressed(data).decode("utf-8")
    except ValueError as error:  # of which UnicodeDecodeError is one
        raise InfosemError(f"{source}: damaged gzip file ({error}); fetch it again") from error
