"""A stamp of what a prompt cell says, by which the notebook knows whether it was edited since its answer."""

from __future__ import annotations

import zlib

from ..render.format import valid

__all__ = ["stamp"]


def stamp(cell: str) -> str:
    """CRC-32 and length in bytes of the words of a cell, as typed, without the line breaks around them.

    The same as labextension/src/cells/crc.ts.
    """
    data = valid(cell.replace("\r\n", "\n").strip("\n")).encode()
    return f"{zlib.crc32(data):08x}-{len(data)}"
