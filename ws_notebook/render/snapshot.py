"""A run as static HTML: no script, no style sheet, nothing loaded; reads in any front end, trusted or not."""

from __future__ import annotations

from html import escape
from typing import Any

from . import svg
from .answer import answer_html
from .format import counted, printable
from .rows import Row, rows_of, spans_in_words
from .structured import answer_markdown
from .summary import extent, sent, source, status, steered, tokens, trouble

__all__ = ["snapshot", "timeline_html"]

_DOTS = {"completed": "#1f9d57", "failed": "#d13a3a", "in_progress": "#2f7de1"}
_STOPPED = "#c98a00"
_QUIET = "color:#7a828c"


def snapshot(run: dict[str, Any]) -> str:
    """The HTML of a bundle: header, pictures, timeline with its table, steers, other items, answer, what went wrong."""
    parts = [_header(run), _pictures(run)]
    if run["turns"]:
        parts += [timeline_html(run), _shown_to_model(run)]
    parts += [_steers(run), _items(run), _answer(run), _trouble(run)]
    return f"<div>{''.join(parts)}</div>"


def timeline_html(run: dict[str, Any]) -> str:
    """The timeline as a picture, and the figures behind it as a table."""
    return svg.image(svg.timeline(run), svg.alt_text(run)) + _table(run)


def _header(run: dict[str, Any]) -> str:
    colour = _DOTS.get(run["status"], _STOPPED)
    amount, saved = sent(run)
    gain = f' <span style="color:{_DOTS["completed"]}">{_escaped(saved)}</span>' if saved else ""
    right = " · ".join([_escaped(amount) + gain, *(_escaped(part) for part in (tokens(run), source(run)) if part)])
    facts = _escaped(" · ".join(extent(run)))
    return (
        f'<p><span style="color:{colour}">●</span> <strong>{_escaped(status(run))}</strong> · {facts}'
        f' <span style="{_QUIET}">· {right}</span></p>'
    )


def _pictures(run: dict[str, Any]) -> str:
    """What was sent with the question, small. Only what the bundle holds: nothing is fetched."""
    return "".join(map(_picture, run.get("images", ())))


def _shown_to_model(run: dict[str, Any]) -> str:
    """The pictures in the outputs of tools."""
    calls = [call for turn in run["turns"] for call in turn["calls"]]
    return "".join(
        _picture({**picture, "caption": f"{call['name']}: {picture['caption']}"})
        for call in calls
        for picture in call.get("images", ())
    )


def _picture(picture: dict[str, Any]) -> str:
    words, url = _escaped(picture["caption"]), picture["url"]
    image = f'<img src="{escape(url)}" alt="{words}" style="max-height:120px;max-width:240px"> ' if url else ""
    return f'<p style="{_QUIET}">{image}{words}</p>'


def _table(run: dict[str, Any]) -> str:
    rows = rows_of(run)
    calls = sum(row.kind == "call" for row in rows)
    title = ", ".join([counted(len(run["turns"]), "turn"), *([counted(calls, "call")] if calls else [])])
    head = "".join(f'<th scope="col">{name}</th>' for name in ("", "arguments", "status", "took", "split", "output"))
    body = "".join(_table_row(row) for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<details><summary>{title} in figures</summary>{table}</details>"


def _table_row(row: Row) -> str:
    # The output has a column of its own.
    took = row.label.partition(" → ")[0] if row.output else row.label
    cells = (row.aside, row.status, took, spans_in_words(row.spans), row.output)
    name = _words(row.name)
    scope = f'<th scope="row">{name if row.kind == "turn" else f"<code>{name}</code>"}</th>'
    return f"<tr>{scope}{''.join(f'<td>{_words(cell)}</td>' for cell in cells)}</tr>"


def _steers(run: dict[str, Any]) -> str:
    return "".join(f'<p style="{_QUIET}">{_escaped(words)}</p>' for words in steered(run))


def _items(run: dict[str, Any]) -> str:
    lines = [
        f"<li><code>{_escaped(item['type'])}</code> {_escaped(item['summary'])}</li>"
        for turn in run["turns"]
        for item in turn["items"]
        if item["type"] != "refusal"
    ]
    return f'<ul style="{_QUIET}">{"".join(lines)}</ul>' if lines else ""


def _answer(run: dict[str, Any]) -> str:
    refused = [item["summary"] for turn in run["turns"] for item in turn["items"] if item["type"] == "refusal"]
    return answer_html(answer_markdown(run)) + "".join(f"<p>{_escaped(words)}</p>" for words in refused)


def _trouble(run: dict[str, Any]) -> str:
    words = trouble(run)
    colour = _DOTS["failed"] if run["status"] == "failed" else _STOPPED
    return f'<p style="color:{colour}"><strong>{_escaped(words)}</strong></p>' if words else ""


def _escaped(text: str) -> str:
    return escape(printable(text))


def _words(text: str) -> str:
    """For a place between tags only: a table has hundreds of quotes."""
    return escape(printable(text), quote=False)
