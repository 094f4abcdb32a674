"""Numbers and texts as people read them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

__all__ = [
    "aligned",
    "as_html",
    "counted",
    "cut",
    "duration",
    "escaped",
    "number",
    "one_line",
    "in_cell",
    "printable",
    "json_value",
    "markdown_table",
    "saving",
    "seconds",
    "short_arguments",
    "shortened",
    "size",
    "valid",
    "visible",
    "whole",
]

THIN_SPACE = "\u2009"
NO_BREAK_SPACE = "\u00a0"


def _unit(value: str, unit: str) -> str:
    return f"{value}{NO_BREAK_SPACE}{unit}"


def duration(ms: float) -> str:
    """0.4 ms · 34 ms · 240 ms · 3.2 s · 32 s · 2 min 5 s"""
    if ms < 999.5:
        return _unit(f"{ms:.1f}" if 0 < ms < 1 else f"{ms:.0f}", "ms")
    return seconds(ms)


def seconds(ms: float) -> str:
    """Like `duration`, but in seconds from a tenth of one: 34 ms · 0.80 s · 1.1 s"""
    if ms < 99.5:
        return duration(ms)
    if ms < 995:
        return _unit(f"{ms / 1000:.2f}", "s")
    if ms < 9950:
        return _unit(f"{ms / 1000:.1f}", "s")
    total = round(ms / 1000)
    if total < 60:
        return _unit(str(total), "s")
    minutes, rest = divmod(total, 60)
    return _unit(str(minutes), "min") + (f" {_unit(str(rest), 's')}" if rest else "")


def size(count: float) -> str:
    """Bytes: 812 B · 1.9 kB · 55 kB · 1.2 MB"""
    units = ["B", "kB", "MB", "GB"]
    while count >= 999.5 and len(units) > 1:
        count /= 1000
        units.pop(0)
    return _unit(f"{count:.1f}" if units[0] != "B" and count < 9.95 else f"{count:.0f}", units[0])


def whole(count: float) -> str:
    """187 · 2 187 · 12 187, in groups of three."""
    return f"{count:,.0f}".replace(",", THIN_SPACE)


def counted(count: int, noun: str) -> str:
    """1 call, 3 calls"""
    return f"{whole(count)} {noun}{'' if count == 1 else 's'}"


def saving(sent: float, full: float) -> str:
    """What was saved against `full`, as "91 %"; empty when it is less than one percent."""
    percent = int((1 - sent / full) * 100 + 0.5) if full > 0 else 0
    return _unit(str(min(percent, 99)), "%") if percent >= 1 else ""


def number(value: Any) -> float:
    """A number that came over the wire; 0 for anything else."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else 0


def one_line(text: str, limit: int) -> str:
    """`text` on one line, at most `limit` characters."""
    flat = " ".join(visible(text[: limit * 4]).split())
    return f"{flat[: limit - 1]}…" if len(flat) > limit or len(text) > limit * 4 else flat


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, the last of which says that there were more."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def cut(text: str, limit: int) -> str:
    """At most `limit` characters; what is left out is counted."""
    left_out = len(text) - limit
    return text if left_out <= 0 else f"{text[:limit]}\n… {whole(left_out)} more characters"


def json_value(text: str, otherwise: Any = None) -> Any:
    """What the JSON text says; `otherwise` where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return otherwise


def short_arguments(arguments: str, limit: int) -> str:
    """A call's arguments as `city="Paris", days=3`; text that is no JSON object as it is."""
    value = json_value(arguments)
    if not isinstance(value, dict):
        return one_line(arguments, limit)
    return one_line(", ".join(f"{key}={json.dumps(entry, ensure_ascii=False)}" for key, entry in value.items()), limit)


_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~$])")


def escaped(text: str) -> str:
    """`text` with a backslash before each sign that has a meaning in Markdown."""
    return _SPECIAL.sub(r"\\\1", text)


def in_cell(text: str) -> str:
    """Words as a cell of a table in Markdown: nothing in them is taken for Markdown."""
    return escaped(text).replace("\n", " ")


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; so are its cells, each on one line."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))


def aligned(lines: Sequence[Sequence[str]], *, right: bool = False) -> str:
    """A table in plain text: cells of one width in each column, flush left or `right`."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    pad = str.rjust if right else str.ljust
    return "\n".join("  ".join(map(pad, line, widths)).rstrip() for line in lines)


def valid(text: str) -> str:
    """`text` as valid Unicode: surrogates in pairs become their character, single ones U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


_HIDDEN = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e007a]{2,6}\U000e007f)|[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
"""Characters that show nothing and change how others read. The tags after a flag belong to its picture."""


def visible(text: str) -> str:
    r"""`text` with characters that cannot be seen written out, as `\u202e`; line ends and tabs stay.

    The same as `visible` of the labextension's format.ts: nobody approves what he cannot see.
    """
    return _HIDDEN.sub(_written, valid(text).replace("\r\n", "\n"))


def _written(match: re.Match[str]) -> str:
    found, at = match[0], match.start()
    beside = match.string[max(at - 1, 0) : at + 2 : 2]
    if match[1] or (found in "\u200c\u200d" and len(beside) == 2 and all(map(_joins, beside))):
        return found
    units = found.encode("utf-16-be").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))


def _joins(character: str) -> bool:
    """Whether a joiner has a meaning beside it: in scripts that need it, and in pictures."""
    return ord(character) >= 0x530 and unicodedata.category(character)[0] in "LMS"


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def printable(text: str) -> str:
    """`text` without the power to steer a terminal: controls and direction overrides become visible signs.

    Line ends and tabs stay.
    """
    return _CONTROLS.sub(_visible, valid(text).replace("\r\n", "\n"))


def as_html(text: str, *, quote: bool = True) -> str:
    """`printable` text for HTML; without `quote` for a place between tags only: a table has hundreds of quotes."""
    return escape(printable(text), quote=quote)
