"""A run as plain text: what a terminal and a screen reader get."""

from __future__ import annotations

from typing import Any

from .format import NO_BREAK_SPACE, THIN_SPACE, printable
from .summary import summary_line, trouble

__all__ = ["closing_lines", "plain_text", "terminal"]


def plain_text(run: dict[str, Any]) -> str:
    """The answer of a bundle, what went wrong, and one summary line."""
    refused = [item["summary"] for turn in run["turns"] for item in turn["items"] if item["type"] == "refusal"]
    parts = [printable(run["text"]), *(printable(words) for words in refused), closing_lines(run)]
    return "\n\n".join(part for part in parts if part)


def closing_lines(run: dict[str, Any]) -> str:
    """What stands below the answer."""
    lines = [line for line in (trouble(run), summary_line(run)) if line]
    return terminal("\n".join(lines))


def terminal(text: str) -> str:
    """`text` for a terminal: no controls, no spaces that some fonts lack."""
    return printable(text).replace(THIN_SPACE, " ").replace(NO_BREAK_SPACE, " ")
