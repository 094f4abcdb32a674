"""Pictures that an answer writes out as data: they are left out, and said to be. The same as view/omitted.ts."""

from __future__ import annotations

import re

from .format import escaped, one_line
from .tex import rewritten

__all__ = ["left_out", "without_pictures"]

_ALT = 120
"""Characters of what a picture is called."""

_SIGNS = re.compile(
    r"^ {0,3}(?:`{3,}|~{3,}).*$|`+"
    r"|!\[([^\]\n]{0,500})\]\(\s*<?data:[^\s)>]*>?(?:\s+\"[^\"\n]{0,500}\")?\s*(?:\)|\Z)|\\.",
    re.MULTILINE | re.IGNORECASE,
)
"""Code, pictures as data, the last of which may break off, and signs that mean nothing."""


def left_out(alt: str) -> str:
    """What stands in the place of a picture, as words."""
    words = one_line(alt.strip(), _ALT)
    return f"(picture left out: {words})" if words else "(picture left out)"


def without_pictures(text: str, *, markdown: bool = True) -> str:
    """`text` with words for each `![…](data:…)` outside code: as Markdown, or plain."""
    if "](" not in text or "data:" not in text.lower():
        return text

    def written(sign: re.Match[str]) -> str:
        words = left_out(sign[1])
        return f"*{escaped(words)}*" if markdown else words

    return rewritten(text, _SIGNS, written)
