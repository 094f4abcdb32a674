"""A file from an address, by parts: what has arrived stays, and the next attempt goes on from there."""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

if TYPE_CHECKING:
    import httpx2

__all__ = ["FetchFailed", "Progress", "check_digest", "check_room", "download", "no_room"]

Progress = Callable[[int, int], None]
"""Told of bytes so far and in all; 0: nobody knows."""
_CHUNK = 64 * 1024
_SPARE = 50 * 1024 * 1024
"""Bytes that stay free."""
_PARTIAL = 206
_PAST_THE_END = 416


class FetchFailed(Exception):
    """A model could not be got. ``str(error)`` says why and what to do; what was there before is as it was."""


def check_room(folder: Path, size: int) -> None:
    """FetchFailed where the disk of *folder* has no room for *size* bytes more."""
    free = shutil.disk_usage(folder).free
    if free < size + _SPARE:
        raise FetchFailed(
            f"There is no room: {(size + _SPARE) / 1e6:,.0f} MB are needed in {folder}, {free / 1e6:,.0f} MB are free. "
            "Make room, or name another folder with WS_NOTEBOOK_MODELS."
        )


def no_room(folder: Path, error: OSError) -> FetchFailed:
    """What a failed write means, in words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FetchFailed(f"The disk of {folder} is full. Make room, or name another folder with WS_NOTEBOOK_MODELS.")
    return FetchFailed(f"{folder} cannot be written to: {error.strerror or error}. WS_NOTEBOOK_MODELS names another.")


def check_digest(path: Path, wanted: str, what: str) -> None:
    """FetchFailed, and the file is deleted, where its SHA-256 is another one than it must be."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != wanted:
        path.unlink()
        raise FetchFailed(
            f"{what} is not what it should be: its SHA-256 is {found}, not {wanted}. It was deleted. Try again; if "
            "that happens again, whatever is between here and there has changed it."
        )


def download(url: str, target: Path, size: int, progress: Progress) -> None:
    """Get *url* into *target*, which may hold the first part of it already. FetchFailed says what went wrong."""
    there = target.stat().st_size if target.exists() else 0
    check_room(target.parent, max(size - there, 0))
    try:
        if urlsplit(url).scheme == "file":
            shutil.copyfile(url2pathname(urlsplit(url).path), target)
        elif not size or there < size:
            _over_http(url, target, there, size, progress)
    except OSError as error:
        raise no_room(target.parent, error) from None
    progress(target.stat().st_size, size)


def _over_http(url: str, target: Path, there: int, size: int, progress: Progress) -> None:
    import httpx2

    asked = {"Range": f"bytes={there}-"} if there else {}
    limits = httpx2.Timeout(30.0)
    try:
        with (
            httpx2.Client(follow_redirects=True, timeout=limits) as client,
            client.stream("GET", url, headers=asked) as answer,
        ):
            if answer.status_code == _PAST_THE_END:
                target.unlink()
                raise FetchFailed("What was there of it does not fit. It was deleted: try again.")
            if not answer.is_success:
                raise FetchFailed(f"{urlsplit(url).hostname} answers HTTP {answer.status_code}. Try again later.")
            _take(answer, target, there if answer.status_code == _PARTIAL else 0, size, progress)
    except httpx2.HTTPError as error:
        said = str(error).rstrip(".") or type(error).__name__
        raise FetchFailed(
            f"The connection to {urlsplit(url).hostname} failed: {said}. What has arrived is kept: the same command "
            "goes on from there."
        ) from None


def _take(answer: httpx2.Response, target: Path, there: int, size: int, progress: Progress) -> None:
    """Write an answer's body behind the first *there* bytes."""
    with target.open("ab" if there else "wb") as file:
        progress(there, size)
        for chunk in answer.iter_bytes(_CHUNK):
            file.write(chunk)
            there += len(chunk)
            progress(there, size)
