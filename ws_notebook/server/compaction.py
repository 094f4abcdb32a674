"""Compaction: many items in one opaque item, which this server reads back.

What it keeps is what the demo model can use: every prompt, and, since the last one, the calls and a shortened form of
what they gave. The rest becomes one sentence.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.history import text_of
from ws_notebook.server.wire import CALLS, OUTPUTS, Item, encode

__all__ = ["compact", "expand", "retained"]

_PREFIX = "wsn1."
_LONGEST = 200
"""Characters kept of an answer, or of a tool's output."""


class _Content(msgspec.Struct):
    """What ``encrypted_content`` holds."""

    whole: bool
    """Whether it stands for everything before it; otherwise the user's messages stand before it as they were."""
    items: list[dict[str, Any]]


def compact(items: Sequence[Item], *, whole: bool, words: str | None = None) -> str:
    """The ``encrypted_content`` for *items*, which are expanded already. *whole*: their prompts are in it.

    *words*: what a model says they come to; they stand for all of them then.
    """
    if words is not None:
        return _packed(_Content(whole, [_said(words)]))
    places = [place for place, item in enumerate(items) if item.get("role") == "user"]
    last = places[-1] if places else len(items)
    asked, prompt = ([items[place] for place in places[:-1]], items[last : last + 1]) if whole else ([], [])
    since = [short for item in items[last + 1 :] if (short := _shorten(item))]
    return _packed(_Content(whole, [*asked, _note(items[:last]), *prompt, *since]))


def expand(items: Iterable[Item]) -> list[Item]:
    """*items* with what compaction items stand for in their place. ApiError 400 for one this server did not make."""
    expanded: list[Item] = []
    for item in items:
        if item.get("type") != "compaction":
            expanded.append(item)
            continue
        content = _decode(item.get("encrypted_content"))
        if content.whole:
            expanded.clear()
        expanded += content.items
    return expanded


def retained(items: Iterable[Item]) -> list[Item]:
    """The user's messages, which ``/v1/responses/compact`` leaves as they are."""
    return [item for item in items if item.get("role") == "user"]


def _decode(text: object) -> _Content:
    try:
        if not isinstance(text, str) or not text.startswith(_PREFIX):
            raise ValueError("another server's")
        packed = base64.b64decode(text.removeprefix(_PREFIX), altchars=b"-_", validate=True)
        return msgspec.json.decode(zlib.decompress(packed), type=_Content)
    except (ValueError, zlib.error, msgspec.MsgspecError):
        raise ApiError(
            "The encrypted content of a compaction item could not be verified: it was not made by this server.",
            code="invalid_encrypted_content",
            param="input",
        ) from None


def _packed(content: _Content) -> str:
    return _PREFIX + base64.urlsafe_b64encode(zlib.compress(encode(content))).decode()


def _note(items: Sequence[Item]) -> Item:
    """What is left of the items before the last prompt, prompts aside."""
    answers = sum(1 for item in items if item.get("role") == "assistant")
    calls = sum(1 for item in items if item.get("type") in CALLS)
    return _said(f"Compacted: {answers} earlier answers and {calls} tool calls.")


def _shorten(item: Item) -> Item | None:
    """*item* as it is kept among those since the last prompt; None: not at all."""
    kind = item.get("type")
    if kind in CALLS:
        return item
    if kind in OUTPUTS:
        return {**item, "output": text_of(item.get("output"))[:_LONGEST]}
    if item.get("role") == "assistant":
        return _said(text_of(item.get("content"))[:_LONGEST])
    return None if kind == "reasoning" else item


def _said(text: str) -> Item:
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
