"""An answer's Markdown, written so that pandoc and MyST, which read saved notebooks, take it too.

* A rule in an output is an error for docutils: three asterisks stand in its place.
* pandoc sets a table without a caption by a counter that LaTeX does not have: each table gets one.
* A picture from elsewhere is a link, as in the HTML: LaTeX would look for a file, and nothing is to be loaded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .format import counted
from .tex import rewritten

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["caption", "settable"]

_RULE = re.compile(r"([-*_])(?:[ \t]*\1){2,}[ \t]*$", re.MULTILINE)
_TABLE = re.compile(r"^[\s>]*\|?[ \t]*:?-+[-:| \t]*$", re.MULTILINE)
_PREFIX = re.compile(r"[\s>]*")
"""What stands before the second line of a table in a list or a quotation."""
_PICTURES = re.compile(r"^ {0,3}(?:`{3,}|~{3,}).*$|`+|!\[(\])?|\\.", re.MULTILINE)


def caption(words: str) -> str:
    """The line that pandoc takes for the caption of the table above it, and others for a paragraph."""
    return f"Table: {words}"


def settable(text: str) -> str:
    """`text` with no rules, a caption below each table, and links for pictures; code stays as it is."""
    text = _linked(text)
    # Most answers have neither: the parser need not be loaded.
    return _rewritten(text) if _RULE.search(text) or _TABLE.search(text) else text


def _rewritten(text: str) -> str:
    from markdown_it import MarkdownIt

    lines = text.split("\n")
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for place, token in reversed(list(enumerate(tokens))):
        if token.map is None:
            continue
        first, end = token.map
        if token.type == "hr":
            lines[first] = _RULE.sub(r"\\* \\* \\*", lines[first])
        elif token.type == "table_open":
            while end > first + 2 and not lines[end - 1].strip(" \t>"):
                end -= 1
            found = _PREFIX.match(lines[first + 1])
            before = found[0] if found else ""
            lines[end:end] = [before.rstrip(), before + caption(_extent(tokens, place)), before.rstrip()]
    return "\n".join(lines)


def _extent(tokens: list[Token], place: int) -> str:
    """The size of the table that begins there."""
    rows = columns = 0
    for token in tokens[place:]:
        if token.type == "table_close":
            break
        columns += token.type == "th_open"
        rows += token.type == "tr_open"
    return f"{counted(columns, 'column')}, {counted(max(0, rows - 1), 'row')}"


def _linked(text: str) -> str:
    """Pictures as links; those that have no words are called so."""
    if "![" not in text:
        return text
    return rewritten(text, _PICTURES, lambda sign: "[picture]" if sign[1] else "[")
