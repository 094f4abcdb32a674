"""Lists of tasks, `- [x] done`, in HTML: one box for each, and no dot beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["boxed"]

_TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")
_BOXES = {" ": "☐", "x": "☑", "X": "☑"}
_STYLE = "list-style:none"


def boxed(tokens: list[Token]) -> list[Token]:
    """The tokens of a document; items that begin with a task's brackets have a box instead."""
    for item, paragraph, words in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (item.type, paragraph.type, words.type) != ("list_item_open", "paragraph_open", "inline"):
            continue
        first = next(iter(words.children or []), None)
        found = _TASK.match(words.content)
        if found is not None and first is not None and first.content.startswith(found[0].rstrip()):
            first.content = f"{_BOXES[found[1]]} {first.content[len(found[0].rstrip()) :].lstrip()}"
            item.attrSet("style", _STYLE)
    return tokens
