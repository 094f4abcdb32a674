"""Tables and figures in the results of tools, as static HTML, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from .format import counted, printable, whole
from .summary import calls_of

__all__ = ["exhibits_html", "extent_of"]


def exhibits_html(run: dict[str, Any]) -> str:
    """Each table to unfold, each figure in words: its data is in the bundle."""
    return "".join(_all(run))


def extent_of(table: Mapping[str, Any]) -> str:
    """3 of 1 000 rows, 12 of 30 columns; 3 rows, 2 columns where all of it is there."""
    lines = table["cells"].split("\n")
    rows, columns = len(lines) - table["head"], lines[0].count("\t") + 1 - table["index"]
    total = table["rows"]
    shown = f"the first {counted(rows, 'row')}" if total is None else _of(rows, total, "row")
    return f"{shown}, {_of(columns, table['columns'], 'column')}"


def _of(shown: int, total: int, noun: str) -> str:
    return counted(total, noun) if shown >= total else f"{whole(shown)} of {counted(total, noun)}"


def _all(run: dict[str, Any]) -> Iterator[str]:
    for call in calls_of(run):
        for exhibit in call.get("exhibits", ()):
            name = printable(call["name"])
            if exhibit["kind"] == "table":
                title = escape(f"{name}: {extent_of(exhibit)}")
                yield f"<details><summary>{title}</summary>{_table(exhibit)}</details>"
            elif exhibit["kind"] == "plotly":
                words = escape(f"{name}: {printable(exhibit['words'])}")
                yield f'<p style="opacity:.75">{words}</p>'


def _table(table: Mapping[str, Any]) -> str:
    lines = [line.split("\t") for line in printable(table["cells"]).split("\n")]
    head = "".join(f"<tr>{_cells(line, len(line))}</tr>" for line in lines[: table["head"]])
    body = "".join(f"<tr>{_cells(line, table['index'])}</tr>" for line in lines[table["head"] :])
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def _cells(line: list[str], heads: int) -> str:
    tags = ["th"] * heads + ["td"] * (len(line) - heads)
    return "".join(f"<{tag}>{escape(text, quote=False)}</{tag}>" for tag, text in zip(tags, line, strict=True))
