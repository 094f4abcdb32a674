"""A batch as a saved notebook holds it: HTML without a script, Markdown and plain text, small for any number of rows.

What goes in is its picture, as JSON:

    id, status, prompt, model      words
    total, counts                  how many rows there are, and of each status
    states                         every row's status as letters, runs of one letter shortened: "c9000f3w997"
    elapsed_ms, rate, left_s       milliseconds, rows a second, seconds or None
    lanes                          {"now", "most", "history": [[ms, lanes], …]}
    tokens, cost                   {"input", "cached", "output"}, a number or None
    errors                         [{"text", "count", "rows": [positions]}, …], the most frequent first
    first                          the first rows: {"position", "index", "status", "text", "ms", "attempts"}
    notes, stopped                 sentences
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Any

from .format import aligned, as_html, counted, duration, escaped, markdown_table, printable, whole
from .sheet import cells, figures, sheet, table
from .svg import WIDTH, coloured, document, picture, text

__all__ = ["LETTERS", "forms", "packed", "unpacked"]

LETTERS = {"waiting": "w", "asked": "a", "completed": "c", "incomplete": "i", "failed": "f", "cancelled": "x"}
"""One letter for each status of a row."""

_COLOURS = {
    "c": ("#2f9e5b", "#4cc47c"),
    "a": ("#2f7de1", "#5c9cf2"),
    "w": ("#d5dae0", "#3a4149"),
    "i": ("#d9b300", "#e5c83a"),
    "f": ("#c0272d", "#ff7b7b"),
    "x": ("#8a919a", "#8a919a"),
}
"""On a light and on a dark ground: those of the live view (batch/batch.css)."""

_WORST = "fixawc"
"""What a cell shows that stands for several rows: the first of these that occurs."""

_CELLS, _ACROSS, _TOP = 2_400, 80, 8
_CUT, _ERRORS = 300, 12
_RUN = re.compile(r"([a-z])(\d*)")


def packed(letters: str) -> str:
    """Runs of one letter as the letter and their length."""
    runs = ((letter, len(list(same))) for letter, same in groupby(letters))
    return "".join(letter if length == 1 else f"{letter}{length}" for letter, length in runs)


def unpacked(states: str) -> str:
    """The letters of all rows."""
    return "".join(letter * int(length or 1) for letter, length in _RUN.findall(states))


def forms(batch: dict[str, Any]) -> dict[str, Any]:
    """HTML, Markdown and plain text of the picture, by mime type."""
    return {"text/html": _html(batch), "text/markdown": _markdown(batch), "text/plain": _plain(batch)}


def _head(batch: dict[str, Any]) -> str:
    parts = [f"{whole(batch['counts'].get(status, 0))} {status}" for status in LETTERS if batch["counts"].get(status)]
    return f"{counted(batch['total'], 'row')}: {', '.join(parts)}"


def _facts(batch: dict[str, Any]) -> str:
    tokens, lanes = batch["tokens"], batch["lanes"]
    found = [
        batch["id"],
        batch["status"].replace("_", " "),
        duration(batch["elapsed_ms"]),
        f"{batch['rate']:.3g} rows/s" if batch["rate"] else "",
        f"{whole(tokens['input'])} → {whole(tokens['output'])} tokens",
        "" if batch["cost"] is None else f"cost {batch['cost']:.4g}",
        f"{lanes['now']} of {counted(lanes['most'], 'lane')}",
        batch["model"],
    ]
    return " · ".join(each for each in found if each)


def _rows(batch: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for row in batch["first"]:
        again = "" if row["attempts"] < 2 else f", asked {row['attempts']} times"
        yield str(row["index"]), f"{row['status']}{again}", str(row["text"])[:_CUT]


def _problems(batch: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for error in batch["errors"][:_ERRORS]:
        some = ", ".join(map(str, error["rows"]))
        more = ", …" if error["count"] > len(error["rows"]) else ""
        yield whole(error["count"]), f"{some}{more}", str(error["text"])


def _html(batch: dict[str, Any]) -> str:
    parts = [f"<div><strong>{escape(_head(batch))}</strong></div>", f"<div>{as_html(batch['prompt'])}</div>"]
    parts.append(f"<div>{picture(_grid(batch), f'Rows by state. {_head(batch)}')}</div>")
    parts += [f"<div>{escape(note)}</div>" for note in (*batch["notes"], batch["stopped"]) if note]
    problems = [cells(map(as_html, each)) for each in _problems(batch)]
    if problems:
        parts.append(table(("rows", "which", "error"), problems))
    parts.append(table(("row", "status", "answer"), (cells(map(as_html, each)) for each in _rows(batch))))
    names = ("lanes", "from")
    history = [(str(lanes), duration(at)) for at, lanes in batch["lanes"]["history"][-40:]]
    parts.append(figures("Lanes", names, history) if len(history) > 1 else "")
    parts.append(f"<div>{escape(_facts(batch))}. All rows: <code>session.batch.frame</code></div>")
    return sheet("".join(parts), words=True)


def _grid(batch: dict[str, Any]) -> str:
    letters = unpacked(batch["states"])
    each = max(1, -(-len(letters) // _CELLS))
    shown = [_worst(letters[start : start + each]) for start in range(0, len(letters), each)]
    size = WIDTH / _ACROSS
    paths: dict[str, list[str]] = {}
    for place, letter in enumerate(shown):
        x, y = place % _ACROSS * size + 1, place // _ACROSS * size + _TOP
        paths.setdefault(letter, []).append(f"M{x:g} {y:g}h{size - 2:g}v{size - 2:g}h-{size - 2:g}z")
    bottom = _TOP + -(-len(shown) // _ACROSS) * size
    style = f"<style>{coloured({f's{letter}': colours for letter, colours in _COLOURS.items()}, 'fill')}</style>"
    body = [style, *(f'<path class="s{letter}" d="{"".join(steps)}"/>' for letter, steps in paths.items())]
    x = 1.0
    for status, letter in LETTERS.items():
        if letter in paths:
            body.append(f'<rect class="s{letter}" x="{x:g}" y="{bottom + 8:g}" width="10" height="10"/>')
            body.append(text(x + 15, bottom + 17, status))
            x += 110
    if each > 1:
        body.append(text(x, bottom + 17, f"a square: {each} rows, the worst of them"))
    return document(body, bottom + 28, f"Rows by state: {_head(batch)}")


def _worst(letters: str) -> str:
    return next((letter for letter in _WORST if letter in letters), "w")


def _markdown(batch: dict[str, Any]) -> str:
    parts = [f"**{_head(batch)}**", escaped(printable(batch["prompt"]))]
    parts += [escaped(note) for note in (*batch["notes"], batch["stopped"]) if note]
    problems = [tuple(map(_plain_cell, each)) for each in _problems(batch)]
    parts += [markdown_table(["rows", "which", "error"], problems)] if problems else []
    parts.append(markdown_table(["row", "status", "answer"], [tuple(map(_plain_cell, each)) for each in _rows(batch)]))
    return "\n\n".join([*parts, _facts(batch)])


def _plain_cell(words: str) -> str:
    return " ".join(escaped(printable(words)).replace("|", "\\|").split())


def _plain(batch: dict[str, Any]) -> str:
    parts = [_head(batch), printable(batch["prompt"]), *(note for note in (*batch["notes"], batch["stopped"]) if note)]
    parts += [f"{count} × {error} (rows {which})" for count, which, error in _problems(batch)]
    rows = [[printable(cell)[:60] for cell in row] for row in _rows(batch)]
    return "\n".join([*parts, aligned(rows), _facts(batch)])
