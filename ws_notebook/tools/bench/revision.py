"""What is new in a tool whose cell was run again: one quiet line, and only where something changed for the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ws_notebook import kernel
from ws_notebook.tools.schema.pretty import Field, fields

if TYPE_CHECKING:
    from ws_notebook.tools.bench.trial import Tried
    from ws_notebook.tools.contract import ToolLike

__all__ = ["differences", "succeed"]

_STYLE = "font-size:12px;opacity:.75;font-family:var(--jp-code-font-family,monospace)"
_MOST = 8
"""Changes that are named; of more, only how many."""


def succeed(tool: Tried, before: Tried, names: Mapping[str, Any]) -> None:
    """Let a new tool of the notebook take over from the one that stood in its place: its last call, its stand-ins.

    `names` are the globals of the code that makes it. Shows what changed in its schema. Nothing happens elsewhere
    than in IPython's own namespace.
    """
    shell = kernel.shell()
    if shell is None or names is not shell.user_ns:
        return
    tool._bench = before._bench
    changes = list(differences(before, tool))
    if changes:
        _show(tool.name, changes)


def differences(before: ToolLike, after: ToolLike) -> Iterator[str]:
    """What the model is told otherwise than before, each change in a few words."""
    if before.name != after.name:
        yield f"was named {before.name}"
    if before.description != after.description:
        yield _description(before.description, after.description)
    old = {field.path: field for field in fields(before.schema.loose)}
    new = {field.path: field for field in fields(after.schema.loose)}
    for path, field in new.items():
        if path in old:
            yield from _changes(old[path], field)
        elif not _is_below(path, new.keys() - old.keys()):
            yield f"+ {path}: {field.type}{'' if field.required else ', optional'}"
    for path in old:
        if path not in new and not _is_below(path, old.keys() - new.keys()):
            yield f"− {path}"
    if before.format != after.format:
        yield "format"
    elif before.strict != after.strict:
        yield "now strict" if after.strict else f"no longer strict: {after.strict_reason}"


def _changes(old: Field, new: Field) -> Iterator[str]:
    if old.type != new.type:
        yield f"{new.path}: {old.type} → {new.type}"
    if old.required != new.required:
        yield f"{new.path}: now {'required' if new.required else 'optional'}"
    if old.default != new.default and not new.required and not old.required:
        yield f"{new.path}: default {old.default or 'none'} → {new.default or 'none'}"
    if old.description != new.description:
        yield f"{new.path}: {_description(old.description, new.description)}"


def _description(before: str, now: str) -> str:
    return "description" if before and now else f"{'+' if now else '−'} description"


def _is_below(path: str, others: set[str]) -> bool:
    """Whether the field is inside of one that came or went with it."""
    return any(path.startswith((f"{other}.", f"{other}[]")) for other in others)


def _show(name: str, changes: list[str]) -> None:
    from html import escape

    from IPython.display import publish_display_data

    named = changes if len(changes) <= _MOST else [*changes[:_MOST], f"and {len(changes) - _MOST} more"]
    line = f"{name}: the schema changed: {' · '.join(named)}"
    data = {"text/plain": line, "text/html": f'<div style="{_STYLE}">{escape(line)}</div>'}
    if kernel.in_kernel():
        publish_display_data(data)  # type: ignore[no-untyped-call]
    else:
        print(line)  # noqa: T201 - a terminal shows a display's text as an object
