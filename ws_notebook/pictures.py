"""What can be read off a picture without decoding it: its format, its size in pixels; and data URLs, both ways."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

__all__ = ["PictureFacts", "data_url", "facts", "format_of", "part_facts", "read_data_url"]

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


class PictureFacts(msgspec.Struct, frozen=True):
    """A picture in words."""

    mime: str
    """Such as "image/png"; empty where it is not known."""
    size: tuple[int, int] | None
    """Width and height in pixels, where the head of the file tells them."""
    length: int
    """Bytes."""

    @property
    def format(self) -> str:
        """Such as "PNG"."""
        return self.mime.removeprefix("image/").upper() or "image"


def format_of(data: bytes) -> str:
    """The mime type of the formats that models take: PNG, JPEG, GIF, WebP. Empty for all else."""
    found = next((mime for signature, mime in _SIGNATURES if data.startswith(signature)), "")
    return found or ("image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else "")


def facts(data: bytes) -> PictureFacts:
    """What the bytes of a picture tell."""
    mime = format_of(data)
    try:
        size = _SIZES[mime](data) if mime else None
    except (IndexError, ValueError):
        size = None
    return PictureFacts(mime, size, len(data))


def data_url(data: bytes) -> str:
    """The bytes of a picture as a `data:` URL."""
    return f"data:{format_of(data) or 'image/png'};base64,{base64.b64encode(data).decode('ascii')}"


def read_data_url(url: str) -> bytes | None:
    """The bytes in a `data:` URL in base64, or None where it is none that can be read."""
    head, comma, body = url.partition(",")
    if not comma or not head.startswith("data:") or not head.endswith(";base64"):
        return None
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return None


def part_facts(part: dict[str, Any]) -> PictureFacts | None:
    """What an `input_image` part tells of its picture; None where that is elsewhere (an address, a file's id)."""
    url = part.get("image_url")
    data = read_data_url(url) if isinstance(url, str) else None
    return None if data is None else facts(data)


def _png(data: bytes) -> tuple[int, int]:
    return _number(data, 16, 4), _number(data, 20, 4)


def _gif(data: bytes) -> tuple[int, int]:
    return _number(data, 6, 2, "little"), _number(data, 8, 2, "little")


def _webp(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        return _number(data, 24, 3, "little") + 1, _number(data, 27, 3, "little") + 1
    if kind == b"VP8L":
        bits = _number(data, 21, 4, "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return _number(data, 26, 2, "little") & 0x3FFF, _number(data, 28, 2, "little") & 0x3FFF


def _jpeg(data: bytes) -> tuple[int, int] | None:
    place = 2
    while place < len(data):
        if data[place] != 0xFF:
            return None
        mark = data[place + 1]
        if mark == 0xFF:  # filling
            place += 1
        elif 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            return _number(data, place + 7, 2), _number(data, place + 5, 2)
        elif mark == 0x01 or 0xD0 <= mark <= 0xD8:
            place += 2
        else:
            place += 2 + _number(data, place + 2, 2)
    return None


def _number(data: bytes, place: int, width: int, order: Any = "big") -> int:
    if place + width > len(data):
        raise IndexError("The head of the file is cut off.")
    return int.from_bytes(data[place : place + width], order)


_SIZES = {"image/png": _png, "image/jpeg": _jpeg, "image/gif": _gif, "image/webp": _webp}
