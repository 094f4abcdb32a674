"""A tool's result as the model reads it: text, or a list of text and picture parts.

Text is what a reader would write down: a string as it is, JSON without blanks for data, CSV for tables, a picture
for pictures. Whatever has no such form raises `ToolError` with what to return instead.
"""

from __future__ import annotations

import json

from ws_notebook.render.format import valid
from ws_notebook.secrets import Keys, counted
from ws_notebook.tools.values import Output
from ws_notebook.tools.values.cut import Notes, cut

__all__ = ["DEFAULT_MAX_OUTPUT", "error_output", "exception_output", "read_error", "to_output", "without_secrets"]

DEFAULT_MAX_OUTPUT = 100_000
"""Characters of text in one output at most, unless the tool says otherwise."""

_MAX_MESSAGE = 2_000


def to_output(value: object, *, max_output: int = DEFAULT_MAX_OUTPUT, notes: Notes | None = None) -> Output:
    """The output item's `output` for a tool's result.

    Text longer than `max_output` characters ends, within that length, in a marker that says how much was cut; `notes`
    is told of all that was left out.
    Raises `ToolError` for what cannot be written down.
    """
    if type(value) is str:
        return valid(cut(value, max_output, notes))
    # What is no text brings much along: tables, arrays, pictures.
    from ws_notebook.tools.values.shapes import shaped

    return shaped(value, max_output, [] if notes is None else notes)


def without_secrets(output: Output, keys: Keys | None = None) -> tuple[Output, int]:
    """The output without secrets in its texts, and how many were taken out; pictures stay what they are."""
    if isinstance(output, str):
        return counted(output, keys)
    found = [counted(part["text"], keys) if isinstance(part.get("text"), str) else None for part in output]
    taken = sum(each[1] for each in found if each is not None)
    parts = [part if each is None else {**part, "text": each[0]} for part, each in zip(output, found, strict=True)]
    return (parts, taken) if taken else (output, 0)


def error_output(kind: str, message: str) -> str:
    """What the model reads of an error: one short JSON object, without a traceback.

    `kind` is "timeout", "unknown_tool", "invalid_arguments", "cancelled", "denied", "unserialisable" or the name of
    an exception's class.
    """
    error = {"type": kind, "message": cut(valid(message), _MAX_MESSAGE)}
    return json.dumps({"error": error}, ensure_ascii=False)


def read_error(output: Output) -> tuple[str, str] | None:
    """The kind and the message of an `error_output`; None for any other output."""
    if not isinstance(output, str) or not output.startswith('{"error":'):
        return None
    try:
        error = json.loads(output)["error"]
        return str(error["type"]), str(error["message"])
    except (ValueError, KeyError, TypeError):
        return None


def exception_output(error: BaseException) -> str:
    """What the model reads of an exception that a tool raised."""
    return error_output(type(error).__name__, "; ".join(_messages(error)))


def _messages(error: BaseException) -> list[str]:
    """What an exception says, its notes, what it was raised from, and those in its group."""
    found = [_said(error), *map(str, getattr(error, "__notes__", ()))]
    cause = error.__cause__
    # From another process an exception comes with its traceback as its cause.
    if cause is not None and not type(cause).__name__.startswith("_"):
        found.append(f"caused by {type(cause).__name__}: {_said(cause)}")
    if isinstance(error, BaseExceptionGroup):
        found += [f"{type(one).__name__}: {'; '.join(_messages(one))}" for one in error.exceptions]
    return found


def _said(error: BaseException) -> str:
    try:
        return str(error) or "no message"
    except Exception:  # noqa: BLE001 - a user's __str__ may do anything
        return "no message"
