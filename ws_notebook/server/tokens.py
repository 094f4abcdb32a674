"""Tokens as this server counts them: a word with the space after it. Deterministic, so that usage can be checked."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ws_notebook.server.compaction import expand
from ws_notebook.server.wire import Item, Tool, encode

__all__ = ["count", "count_items", "count_tools", "split_json", "split_text"]

_LONGEST = 24
"""Characters of the longest token: text without spaces (some scripts, long keys) still arrives bit by bit."""
_TEXT = re.compile(rf"^\s+|\S{{1,{_LONGEST}}}\s*")
_JSON = re.compile(rf"\w{{1,{_LONGEST}}}\W*|\W+")


def split_text(text: str) -> list[str]:
    """*text* cut into tokens; joined they are *text*."""
    return _TEXT.findall(text)


def split_json(text: str) -> list[str]:
    """Arguments cut into tokens, which are finer than words; joined they are *text*."""
    return _JSON.findall(text)


def count(text: str) -> int:
    """How many tokens *text* has."""
    return sum(1 for _ in _TEXT.finditer(text))


def count_items(items: Iterable[Item]) -> int:
    """Tokens of all text in *items*: contents, arguments, outputs, summaries, and one for each item."""
    return sum(1 + sum(count(text) for text in _texts(expand([item]))) for item in items)


def count_tools(tools: Iterable[Tool]) -> int:
    """Tokens of the tool definitions a request carries."""
    return sum(len(split_json(encode(tool).decode())) for tool in tools)


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if not isinstance(part, str):
                yield from _texts(part)
            elif key in _TEXT_KEYS:
                yield part


_TEXT_KEYS = frozenset({"arguments", "content", "input", "name", "output", "refusal", "text"})
