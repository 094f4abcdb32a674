"""Cassettes that are compressed by gzip: also those whose writing was broken off can be read."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Final

from ..exceptions import SettingsError

__all__ = ["Packer", "is_packed", "unpacked"]

_GZIP: Final = 31
"""zlib's largest window, in gzip's frame."""
_MAGIC = b"\x1f\x8b"


class Packer:
    """What is written to a file of this name: compressed where it ends in `.gz`, else as it is.

    What was packed can be read again from the file as soon as it is there: nothing waits for what comes next.
    """

    def __init__(self, path: str | Path) -> None:
        packs = str(path).lower().endswith(".gz")
        self._compressor = zlib.compressobj(wbits=_GZIP) if packs else None

    def pack(self, data: bytes) -> bytes:
        """The bytes to be written for these."""
        if self._compressor is None:
            return data
        return self._compressor.compress(data) + self._compressor.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        """What is written last; nothing may be packed afterwards."""
        return b"" if self._compressor is None else self._compressor.flush(zlib.Z_FINISH)


def is_packed(data: bytes) -> bool:
    """Whether this is the beginning of a file that gzip made."""
    return data.startswith(_MAGIC)


def unpacked(data: bytes) -> bytes:
    """The content of a file, whether it is compressed or not, up to where it breaks off. Raises SettingsError."""
    if not is_packed(data):
        return data
    parts: list[bytes] = []
    while is_packed(data):
        one = zlib.decompressobj(_GZIP)
        try:
            parts.append(one.decompress(data))
        except zlib.error as error:
            raise SettingsError(
                f"Its compressed content is damaged ({error}). Restore the file, or record it again."
            ) from None
        data = one.unused_data
    return b"".join(parts)
