"""Pictures made of bytes alone."""

from __future__ import annotations

import struct
import zlib

__all__ = ["png"]


def png(width: int, height: int, *, noise: bytes = b"") -> bytes:
    """A grey PNG; `noise` are bytes of its pixels."""
    pixels = noise.ljust(width * height, b"\x7f")
    lines = b"".join(b"\0" + pixels[row * width : (row + 1) * width] for row in range(height))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines)),
        (b"IEND", b""),
    ]
    written = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)
