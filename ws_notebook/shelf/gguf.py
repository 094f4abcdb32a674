"""The head of a GGUF file: what the model is called, how large it is, what its context is."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["BrokenModel", "Head", "read_head"]

_MAGIC = b"GGUF"
_SCALARS: Mapping[int, str] = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_STRING, _ARRAY = 8, 9
_MOST_TEXT = 16 * 1024 * 1024
_MOST_VALUES = 10_000_000
_MOST_KEYS = 10_000


class BrokenModel(Exception):
    """A file is no GGUF, or a part of one. ``str(error)`` says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a model says of itself."""

    title: str
    """Its own name; empty: it has none."""
    context: int
    """Tokens that it was trained to read at once; 0: it does not say."""
    kept: int
    """Bytes of memory for each token of a context that is kept, roughly."""


def read_head(path: Path) -> Head:
    """The head of the file. BrokenModel where it is none; OSError where it cannot be read."""
    try:
        with path.open("rb") as file:
            found = _fields(file)
    except (struct.error, EOFError, UnicodeDecodeError, MemoryError, OverflowError):
        raise BrokenModel("its head is cut off or garbled") from None
    kind = str(found.get("general.architecture", ""))

    def number(name: str) -> int:
        value = found.get(f"{kind}.{name}")
        return value if isinstance(value, int) else 0

    heads = number("attention.head_count") or 1
    length = number("attention.key_length") or number("embedding_length") // heads
    kept = 2 * 2 * number("block_count") * (number("attention.head_count_kv") or heads) * length
    return Head(title=str(found.get("general.name", "")), context=number("context_length"), kept=kept)


def _fields(file: BinaryIO) -> dict[str, Any]:
    """What the head holds, but for lists, which are skipped: some are the whole vocabulary."""
    if _exactly(file, 4) != _MAGIC:
        raise BrokenModel("it is no GGUF file")
    version, _, count = struct.unpack("<IQQ", _exactly(file, 20))
    if not 2 <= version <= 10 or count > _MOST_KEYS:
        raise BrokenModel(f"it is a GGUF file of version {version}, which is not known")
    found = {}
    for _ in range(count):
        name = _text(file)
        found[name] = _value(file, *struct.unpack("<I", _exactly(file, 4)))
    return found


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _STRING:
        return _text(file)
    if kind == _ARRAY:
        inner, count = struct.unpack("<IQ", _exactly(file, 12))
        if count > _MOST_VALUES:
            raise BrokenModel("its head is garbled")
        _skip(file, inner, count)
        return None
    if kind not in _SCALARS:
        raise BrokenModel("its head is garbled")
    code = f"<{_SCALARS[kind]}"
    (value,) = struct.unpack(code, _exactly(file, struct.calcsize(code)))
    return value


def _skip(file: BinaryIO, kind: int, count: int) -> None:
    if kind in _SCALARS:
        file.seek(count * struct.calcsize(f"<{_SCALARS[kind]}"), 1)
        return
    for _ in range(count):
        _value(file, kind)


def _text(file: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", _exactly(file, 8))
    if length > _MOST_TEXT:
        raise BrokenModel("its head is garbled")
    return _exactly(file, length).decode("utf-8", "replace")


def _exactly(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) < count:
        raise EOFError
    return data
