"""The blocks of a page of the documentation that are code of a notebook."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Block", "blocks"]

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
WHY = re.compile(r"<!-- not executed: (\S.*\S) -->\n$")


class Block(NamedTuple):
    """A block of a page, with its line, why it is not executed (empty: it is), and the heading that it stands under."""

    line: int
    code: str
    why: str
    heading: str = ""


def blocks(text: str) -> list[Block]:
    """The blocks of Python, and the cells that begin with a magic."""
    found = []
    for match in FENCE.finditer(text):
        if match[2] in ("python", "py", "ipython") or (not match[2] and match[3].startswith("%")):
            reason = WHY.search(text, 0, match.start())
            line = text.count("\n", 0, match.start()) + 1
            heading = [each[1] for each in HEADING.finditer(text, 0, match.start())][-1:]
            found.append(Block(line, match[3], reason[1] if reason else "", "".join(heading)))
    return found
