r"""Mathematics in a model's Markdown, which must reach the page as written: `_`, `*` and `\` mean more there."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

__all__ = ["KIND", "dollars", "keep_tex", "outside_code", "rewritten"]

KIND = "tex"
"""The type of the parser's tokens that hold a formula with its signs."""

_LONGEST = 2000
"""Characters of a formula in a line: a lone sign makes the parser look no further."""

_TRIES = 20
"""Signs that are looked at for the end of a formula."""

_SIGNS = re.compile(r"^ {0,3}(?:`{3,}|~{3,}).*$|`+|\\.|\n[ \t]*\n", re.MULTILINE)
_CLOSING = {r"\(": r"\)", r"\[": r"\]"}


def dollars(text: str) -> str:
    r"""`text` with `\(x\)` written as `$x$` and `\[x\]`, on lines of its own, as `$$x$$`; code stays as it is.

    Models write the former, which Markdown reads as escaped brackets.
    """
    if r"\)" not in text and r"\]" not in text:
        return text
    pieces: list[str] = []
    done, opened = 0, None
    for sign in outside_code(text, _SIGNS):
        if sign[0].isspace():
            opened = None
        elif sign[0] in _CLOSING and _may_open(text, sign):
            opened = sign
        elif opened is not None and sign[0] == _CLOSING[opened[0]]:
            inner, mark = text[opened.end() : sign.start()], "$" if sign[0] == r"\)" else "$$"
            if inner.strip() and (mark == "$$" or len(inner) <= _LONGEST) and _may_close(text, sign):
                pieces += [text[done : opened.start()], mark, inner.strip() if mark == "$" else inner, mark]
                done = sign.end()
            opened = None
    return "".join([*pieces, text[done:]])


def outside_code(text: str, signs_of: re.Pattern[str]) -> list[re.Match[str]]:
    """The signs that are not in a fence or between backticks, which must be among them."""
    signs = list(signs_of.finditer(text))
    runs: defaultdict[str, list[int]] = defaultdict(list)
    for place, sign in enumerate(signs):
        runs[sign[0]].append(place)
    kept: list[re.Match[str]] = []
    fence, place = "", 0
    while place < len(signs):
        words = signs[place][0].strip()
        if fence:
            fence = "" if words.startswith(fence) and not words.strip(fence[0]) else fence
        elif words.startswith(("```", "~~~")) and not ("`" in words.lstrip("`") and words[0] == "`"):
            fence = words[: len(words) - len(words.lstrip(words[0]))]
        elif words.startswith("`"):
            same = runs[signs[place][0]]
            after = bisect_right(same, place)
            place = same[after] if after < len(same) else place
        else:
            kept.append(signs[place])
        place += 1
    return kept


def rewritten(text: str, signs_of: re.Pattern[str], written: Callable[[re.Match[str]], str]) -> str:
    """`text` with each sign of a picture, `!`, that is outside code written otherwise."""
    pieces, done = [], 0
    for sign in outside_code(text, signs_of):
        if sign[0].startswith("!"):
            pieces += [text[done : sign.start()], written(sign)]
            done = sign.end()
    return "".join([*pieces, text[done:]])


def _may_open(text: str, sign: re.Match[str]) -> bool:
    return sign[0] == r"\(" or not text[text.rfind("\n", 0, sign.start()) + 1 : sign.start()].strip()


def _may_close(text: str, sign: re.Match[str]) -> bool:
    end = text.find("\n", sign.end())
    return sign[0] == r"\)" or not text[sign.end() : end if end >= 0 else len(text)].strip(" \t.,;")


def keep_tex(parser: MarkdownIt) -> None:
    """Have `parser` keep `$x$` and `$$x$$` as tokens of the type KIND: their content is the formula with its signs."""
    parser.inline.ruler.before("escape", KIND, _in_line)
    parser.block.ruler.before("fence", KIND, _on_lines, {"alt": ["paragraph", "blockquote", "list"]})


def _in_line(state: StateInline, silent: bool) -> bool:
    source, start = state.src, state.pos
    if source[start] != "$":
        return False
    mark = "$$" if source.startswith("$$", start) else "$"
    end = _end_of(source, start + len(mark), min(state.posMax, start + _LONGEST), mark)
    if end < 0:
        return False
    if not silent:
        state.push(KIND, "", 0).content = source[start : end + len(mark)]
    state.pos = end + len(mark)
    return True


def _end_of(source: str, start: int, limit: int, mark: str) -> int:
    """Where the formula that begins at `start` ends, or -1. Sums of money are none, by pandoc's rule."""
    first = source[start : start + 1]
    if first == "$" or (mark == "$" and first.isspace()):
        return -1
    end = source.find(mark, start, limit)
    for _ in range(_TRIES):
        if end < 0:
            break
        good = end > start and source[end - 1] != "\\"
        if mark == "$" and good:
            good = not source[end - 1].isspace() and not source[end + 1 : end + 2].isdigit()
        if good:
            return end
        end = source.find(mark, end + 1, limit)
    return -1


def _on_lines(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    if state.is_code_block(first) or not _line(state, first).startswith("$$"):
        return False
    last = first
    while not (_line(state, last).endswith("$$") and (last > first or len(_line(state, last)) > 3)):
        last += 1
        words = _line(state, last) if last < end else ""
        if not words or (words.startswith("$$") and words != "$$"):
            return False
    if "$$" in _line(state, first)[2:-2] or silent:
        return silent
    state.line = last + 1
    token = state.push(KIND, "", 0)
    token.block, token.map = True, [first, state.line]
    token.content = "\n".join(_line(state, number) for number in range(first, state.line))
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].strip()
