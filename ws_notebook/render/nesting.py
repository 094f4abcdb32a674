r"""Mathematics that would stall the page that typesets it: nested too deep, or too long. It is shown as code.

MathJax takes twice the time for each level of some formulas: `\frac{1}{\frac{1}{…}}` of a hundred ends a browser's tab.
"""

from __future__ import annotations

import re

__all__ = ["as_code", "too_much"]

_DEEPEST, _LONGEST = 40, 5000
"""Levels and characters of a formula that is typeset; the same as in the labextension's tex.ts."""

_STEPS = re.compile(r"\\[{}\\]|[{}]|\\(?:begin|end|left|right)\b")
_OPENING, _CLOSING = frozenset({"{", r"\begin", r"\left"}), frozenset({"}", r"\end", r"\right"})
_MATHS = re.compile(r"\$|\\[(\[]|\\begin\b")
"""What makes a page look for a formula."""

_FENCED = re.compile(r"^(`{3,}|~{3,})[^`\n]*\n(?:.*\n)*?\1[`~]*[ \t]*$", re.MULTILINE)
"""A code block that stands by itself, which every reader of Markdown takes for one."""
_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_UNSURE = re.compile(r"```|~~~|<[!?/a-zA-Z]")
"""Where it may depend on the reader what is code: a fence in a list or without an end, a tag."""


def too_much(text: str) -> bool:
    """Whether a page should not typeset `text`, a formula or words with formulas among them."""
    if _MATHS.search(text) is None:
        return False
    depth = 0
    for step in _STEPS.finditer(text):
        depth = depth + 1 if step[0] in _OPENING else max(0, depth - (step[0] in _CLOSING))
        if depth > _DEEPEST:
            return True
    return len(text) > _LONGEST and _spread(text) > _LONGEST


def as_code(markdown: str) -> str:
    """`markdown` with each paragraph that holds too much as a block of code; all of it where that is unsure."""
    pieces, done = [], 0
    for block in _FENCED.finditer(markdown):
        pieces += [_tamed(markdown[done : block.start()]), block[0]]
        done = block.end()
    pieces.append(_tamed(markdown[done:]))
    if None in pieces:
        return _fence(markdown)
    return "".join(piece for piece in pieces if piece is not None)


def _tamed(text: str) -> str | None:
    """Text without code blocks. None: its paragraphs cannot be told apart for sure."""
    paragraphs = _EMPTY_LINES.split(text)
    found = [too_much(paragraph) for paragraph in paragraphs]
    if not any(found):
        return text
    if _UNSURE.search(text):
        return None
    return "\n\n".join(_fence(each) if deep else each for each, deep in zip(paragraphs, found, strict=True))


def _fence(text: str) -> str:
    mark = "`" * (1 + max([2, *map(len, re.findall("`+", text))]))
    return f"{mark}\n{text.strip(chr(10))}\n{mark}"


def _spread(text: str) -> int:
    """Characters from the first sign of a formula to the last one."""
    signs = [sign.start() for sign in _MATHS.finditer(text)]
    # What a bracket or an environment opens may end without such a sign.
    return (len(text) if any(text[at] == "\\" for at in signs) else signs[-1]) - signs[0]
