"""A tool's result as the model reads it: text, or a list of text and image parts.

Text is what a reader would write down: a string as it is, JSON without blanks for data, CSV for tables, a picture
for pictures. Whatever has no such form raises `ToolError` with what to return instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ws_notebook.tools.images import image_url
from ws_notebook.tools.plain import plain
from ws_notebook.tools.tabular import is_table, table_text

__all__ = ["DEFAULT_MAX_OUTPUT", "Output", "error_output", "exception_output", "to_output"]

Output = str | list[dict[str, Any]]
"""A `function_call_output`'s `output`: text, or `input_text`, `input_image` and `input_file` parts."""

DEFAULT_MAX_OUTPUT = 100_000
"""Characters of text in one output at most, unless the tool says otherwise."""

_PART_KEYS = {
    "input_text": ("text",),
    "input_image": ("image_url", "file_id"),
    "input_file": ("file_data", "file_id", "file_url"),
}
_MAX_PARTS = 50
"""Longer sequences are data, and not searched for pictures."""

_MAX_MESSAGE = 2_000


def to_output(value: object, *, max_output: int = DEFAULT_MAX_OUTPUT) -> Output:
    """The output item's `output` for a tool's result.

    Text longer than `max_output` characters ends, within that length, in a marker that says how much was cut.
    Raises `ToolError` for what cannot be written down.
    """
    if isinstance(value, list) and value and all(map(_is_part, value)):
        return value
    image = image_url(value)
    if image is not None:
        return [_image(image)]
    if isinstance(value, list | tuple) and len(value) <= _MAX_PARTS:
        images = [image_url(one) for one in value]
        if any(images):
            return _parts(value, images, max_output)
    return _text(value, max_output)


def error_output(kind: str, message: str, *, available: Iterable[str] = ()) -> str:
    """What the model reads of an error: one short JSON object, without a traceback.

    `kind` is "timeout", "unknown_tool", "invalid_arguments", "cancelled", "denied", "unserialisable" or the name of
    an exception's class; `available` lists the tools there are.
    """
    error: dict[str, Any] = {"type": kind, "message": _cut(_clean(message), _MAX_MESSAGE)}
    names = list(available)
    if names:
        error["available_tools"] = names
    return json.dumps({"error": error}, ensure_ascii=False)


def exception_output(error: BaseException) -> str:
    """What the model reads of an exception that a tool raised."""
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - a user's __str__ may do anything
        message = ""
    return error_output(type(error).__name__, message or "no message")


def _parts(values: Iterable[Any], images: list[str | None], max_output: int) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    left = max_output
    for value, image in zip(values, images, strict=True):
        if image is not None:
            # A figure and its axes are one picture.
            if _image(image) not in parts:
                parts.append(_image(image))
            continue
        text = _text(value, left)
        left = max(left - len(text), 0)
        parts.append({"type": "input_text", "text": text})
    return parts


def _image(url: str) -> dict[str, Any]:
    return {"type": "input_image", "image_url": url, "detail": "auto"}


def _text(value: Any, max_output: int) -> str:
    if is_table(value):
        return _clean(table_text(value, max_output=max_output))
    data = plain(value, limit=max_output)
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return _clean(_cut(text, max_output))


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    marker = f"\n[cut: {len(text):,} characters in all, more than the {limit:,} allowed; ask for a smaller part]"
    kept = limit - len(marker)
    return text[:kept] + marker if kept > 0 else text[:limit]


def _clean(text: str) -> str:
    """The text without lone surrogates, which UTF-8 cannot carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _is_part(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    keys = _PART_KEYS.get(kind, ()) if isinstance(kind, str) else ()
    return any(isinstance(value.get(key), str) for key in keys)
