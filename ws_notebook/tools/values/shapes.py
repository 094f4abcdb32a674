"""Results that are no text, as the model reads them: tables as CSV, data as JSON, pictures as parts.

Whatever has no such form raises `ToolError` with what to return instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ws_notebook.exceptions import SettingsError, ToolError
from ws_notebook.pictures import data_url
from ws_notebook.render.format import valid
from ws_notebook.tools.values import Output, text_part
from ws_notebook.tools.values.cut import Notes, cut, shares
from ws_notebook.tools.values.grid import is_table
from ws_notebook.tools.values.loaded import loaded
from ws_notebook.tools.values.pictures import MAX_BYTES, as_picture, image_part, picture_bytes
from ws_notebook.tools.values.plain import plain
from ws_notebook.tools.values.tables import table_text

__all__ = ["shaped"]

_PART_KEYS = {
    "input_text": ("text",),
    "input_image": ("image_url", "file_id"),
    "input_file": ("file_data", "file_id", "file_url"),
}
_MAX_PARTS = 50
"""Longer sequences are data, and not searched for pictures."""

_MAX_PICTURES = 20
"""Pictures in one output at most."""

_SUFFIXES = {".png", ".jpg", ".jpeg", ".gif", ".webp"}
_MAX_FILE = 50_000_000
"""Bytes of a picture's file that is shown; the path of a larger one is a path."""


def shaped(value: object, max_output: int, notes: Notes) -> Output:
    """See `outputs.to_output`."""
    if isinstance(value, list) and value and all(map(_is_part, value)):
        return _limited(value, max_output, notes)
    url = _picture(value)
    if url is not None:
        return [image_part(url)]
    if isinstance(value, Path) and value.suffix.lower() in _SUFFIXES and value.is_file():
        return _file(value)
    if type(value) in (list, tuple) and len(value) <= _MAX_PARTS:  # type: ignore[arg-type]
        pictures = [_picture(one) for one in value]  # type: ignore[attr-defined]
        if any(pictures) or any(map(is_table, value)):  # type: ignore[call-overload]
            return _parts(value, pictures, max_output, notes)  # type: ignore[arg-type]
    return _with_pictures(value, max_output, notes)


def _picture(value: Any) -> str | None:
    try:
        data = picture_bytes(value)
    except ToolError:
        if isinstance(value, loaded("plotly.basedatatypes", "BaseFigure")):
            return None  # its data tells as much
        raise
    return None if data is None else data_url(data) if len(data) <= MAX_BYTES else _smaller(data)


def _smaller(data: bytes) -> str:
    """A large picture, scaled down."""
    try:
        return str(as_picture(data).part["image_url"])
    except SettingsError as error:
        raise ToolError(f"{error} Or return it with fewer pixels, or as JPEG.") from None


def _file(path: Path) -> Output:
    """A picture's file by its path: the path, and the picture where it can be sent."""
    url = _picture(path.read_bytes()) if path.stat().st_size <= _MAX_FILE else None
    return str(path) if url is None else [text_part(str(path)), image_part(url)]


def _with_pictures(value: Any, max_output: int, notes: Notes) -> Output:
    """Text in which "[image 1]" stands for a picture, and the pictures after it."""
    urls: list[str] = []

    def collect(one: Any) -> str | None:
        url = _picture(one)
        if url is None:
            return None
        if url not in urls:
            if len(urls) == _MAX_PICTURES:
                raise ToolError(
                    f"The result has more than {_MAX_PICTURES} pictures. Return fewer, or put them into one."
                )
            urls.append(url)
        return f"[image {urls.index(url) + 1}]"

    text = _text(value, max_output, notes, collect)
    return text if not urls else [text_part(text), *map(image_part, urls)]


def _parts(values: Iterable[Any], pictures: list[str | None], max_output: int, notes: Notes) -> list[dict[str, Any]]:
    """A part for each value; `pictures` are the data URLs of those that are one."""
    texts = iter(_texts([value for value, url in zip(values, pictures, strict=True) if url is None], max_output, notes))
    parts: list[dict[str, Any]] = []
    for url in pictures:
        part = text_part(next(texts)) if url is None else image_part(url)
        # A figure and its axes are one picture.
        if url is None or part not in parts:
            parts.append(part)
    return parts


def _texts(values: list[Any], max_output: int, notes: Notes) -> list[str]:
    """The text of each value; where they are too long together, the long ones are cut."""
    tables = list(map(is_table, values))
    told: list[Notes] = [[] for _ in values]
    whole = [
        table_text(value, max_output=max_output, notes=own) if table else _written(value, max_output, own)
        for value, table, own in zip(values, tables, told, strict=True)
    ]
    most = shares([len(text) for text in whole], max_output)
    found = []
    for value, table, text, size, own in zip(values, tables, whole, most, told, strict=True):
        if table and len(text) > size:
            own.clear()
            found.append(valid(table_text(value, max_output=size, notes=own)))
        else:
            found.append(valid(cut(text, size, own)))
    notes.extend(note for own in told for note in own)
    return found


def _limited(parts: list[dict[str, Any]], max_output: int, notes: Notes) -> list[dict[str, Any]]:
    """Parts as the API has them; texts that are too long together are cut."""
    texts = [part["text"] for part in parts if isinstance(part.get("text"), str)]
    sizes = shares([len(text) for text in texts], max_output)
    kept = iter([cut(text, size, notes) for text, size in zip(texts, sizes, strict=True)])
    return [{**part, "text": next(kept)} if isinstance(part.get("text"), str) else part for part in parts]


def _text(value: Any, max_output: int, notes: Notes, picture: Callable[[Any], str | None]) -> str:
    if is_table(value):
        return valid(table_text(value, max_output=max_output, notes=notes))
    return valid(cut(_written(value, max_output, notes, picture), max_output, notes))


def _written(value: Any, max_output: int, notes: Notes, picture: Callable[[Any], str | None] | None = None) -> str:
    """Words as they are, anything else as JSON; not cut yet."""
    data = plain(value, limit=max_output, picture=picture, notes=notes)
    if data is None and isinstance(value, (float, loaded("numpy", "floating"))):
        return "NaN"
    return data if isinstance(data, str) else _json(data)


def _json(data: Any) -> str:
    try:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    except ValueError as error:  # Python writes no integer of more than some thousand digits
        raise ToolError(f"The result has a number that is too long ({error}). Return it rounded, or as text.") from None


def _is_part(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    keys = _PART_KEYS.get(kind, ()) if isinstance(kind, str) else ()
    return any(isinstance(value.get(key), str) for key in keys)
