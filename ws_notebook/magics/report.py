"""A small two-column table that shows itself as Markdown and as text."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Report"]


class Report:
    """Rows of name and value under a title."""

    def __init__(self, title: str, rows: Sequence[tuple[str, object]]) -> None:
        self.title = title
        self.rows = [(name, str(value)) for name, value in rows]

    def __repr__(self) -> str:
        width = max((len(name) for name, _ in self.rows), default=0)
        return "\n".join([self.title, *(f"  {name:<{width}}  {value}" for name, value in self.rows)])

    def _repr_markdown_(self) -> str:
        lines = [f"| {self.title} | |", "| --- | --- |"]
        lines += [f"| {_cell(name)} | {_cell(value)} |" for name, value in self.rows]
        return "\n".join(lines)


def _cell(text: str) -> str:
    for mark in "\\`*_{}[]<>|":
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", " ")
