"""A run as plain text: what a terminal and a screen reader get."""

from __future__ import annotations

from typing import Any

from ..core.run import RunState
from .bundle import RunHeader, bundle
from .format import NO_BREAK_SPACE, THIN_SPACE, one_line, printable
from .omitted import without_pictures
from .rows import rows_of, spans_in_words
from .sources import sources_text
from .structured import answer_text
from .summary import refusals, remarks, silence, summary_line, trouble

__all__ = ["closing_lines", "plain_text", "terminal", "text", "timeline_text"]

_THOUGHTS = 300
"""Characters of reasoning that are shown."""


def text(run: RunState, header: RunHeader) -> str:
    """The run as plain text: what its `repr` says."""
    return plain_text(bundle(run, header))


def plain_text(run: dict[str, Any]) -> str:
    """The answer of a bundle, the beginning of the reasoning, what went wrong, and one summary line."""
    thoughts = one_line(" ".join(turn["reasoning"] for turn in run["turns"]), _THOUGHTS)
    parts = [
        without_pictures(printable(answer_text(run)), markdown=False),
        *map(printable, refusals(run)),
        silence(run),
        f"reasoning: {printable(thoughts)}" if thoughts else "",
        closing_lines(run),
    ]
    return "\n\n".join(part for part in parts if part)


def closing_lines(run: dict[str, Any]) -> str:
    """What stands below the answer."""
    said = (*sources_text(run), *remarks(run), trouble(run), summary_line(run))
    return terminal("\n".join(line for line in said if line))


def timeline_text(run: dict[str, Any]) -> str:
    """The timeline of a bundle as lines of figures."""
    lines = [
        f"{row.name if row.kind == 'turn' else f'  {row.name}({row.aside})'}: {row.label}"
        + (f" ({spans_in_words(row.spans)})" if row.kind == "turn" else "")
        for row in rows_of(run)
    ]
    return terminal("\n".join([*lines, summary_line(run)]))


def terminal(text: str) -> str:
    """`text` for a terminal: no controls, no spaces that some fonts lack."""
    return printable(text).replace(THIN_SPACE, " ").replace(NO_BREAK_SPACE, " ")
