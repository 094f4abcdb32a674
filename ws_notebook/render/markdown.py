"""A run as Markdown: the answer as the model wrote it, formulas between dollars, then its figures."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from .format import escaped, printable
from .nesting import as_code
from .omitted import without_pictures
from .readers import caption, settable
from .rows import Row, amounts, rows_of, spans_in_words
from .sources import sources_markdown
from .structured import answer_markdown
from .summary import refusals, remarks, silence, summary_line, thoughts, trouble
from .tex import dollars

__all__ = ["markdown"]

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_THOUGHTS, _THOUGHT = 2000, 800
"""Characters of reasoning that are shown: of all turns, and of one."""


def markdown(run: dict[str, Any]) -> str:
    """The Markdown of a bundle."""
    wrong = trouble(run)
    parts = [
        closed(as_code(dollars(settable(without_pictures(printable(answer_markdown(run))))))),
        *map(_plain, refusals(run)),
        silence(run),
        sources_markdown(run),
        f"> **{_plain(wrong)}**" if wrong else "",
        *(f"> *{_plain(words)}*" for words in (*remarks(run), summary_line(run))),
        _reasoning(run),
        _figures(run),
    ]
    return "\n\n".join(part for part in parts if part)


def closed(text: str) -> str:
    """`text` with a code fence that was left open closed, so that nothing after it is taken for code."""
    fence = ""
    for line in text.splitlines():
        found = _FENCE.match(line)
        if found is None:
            continue
        if not fence:
            fence = found[1]
        elif found[1].startswith(fence) and not found[2].strip():
            fence = ""
    return f"{text}\n{fence}" if fence else text


def _figures(run: dict[str, Any]) -> str:
    rows = rows_of(run)
    if not rows:
        return ""
    title = ", ".join(amounts(rows))
    table = "\n".join(["| | took | split |", "|:--|:--|:--|", *(_line(row) for row in rows)])
    return f"<details><summary>{escape(title)}</summary>\n\n{table}\n\n{caption(f'times of {title}')}\n\n</details>"


def _reasoning(run: dict[str, Any]) -> str:
    """The beginning of what the model thought."""
    said = [part for _, words in thoughts(run, _THOUGHTS, _THOUGHT) for part in words.split("\n\n")]
    parts = [_plain(part) for part in said if part.strip()]
    body = "\n\n".join(parts)
    return f"<details><summary>Reasoning</summary>\n\n{body}\n\n</details>" if parts else ""


def _line(row: Row) -> str:
    name, aside = _plain(row.name), _plain(row.aside)
    shown = f"**{name}** {aside}".strip() if row.kind == "turn" else f"{name}({aside})"
    return f"| {shown} | {_plain(row.label)} | {_plain(spans_in_words(row.spans))} |"


def _plain(text: str) -> str:
    """`text` as words on one line: nothing in it is taken for Markdown or HTML."""
    return escaped(" ".join(printable(text).replace("&", "&amp;").split()))
