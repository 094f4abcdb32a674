"""A run as static HTML: no script, nothing loaded; reads in any front end, trusted or not, without styles too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from . import svg
from .answer import answer_html
from .exhibits import exhibits_html
from .format import as_html, size, whole
from .rows import Row, amounts, rows_of, spans_in_words
from .sheet import facts, figures, sheet
from .sources import sources_html
from .structured import answer_markdown
from .summary import (
    all_failed,
    calls_of,
    extent,
    name,
    noted,
    refusals,
    sent,
    silence,
    source,
    status,
    steered,
    struck,
    thoughts,
    tokens,
    trouble,
)

__all__ = ["snapshot", "timeline_html"]

_DOTS = {"completed": "#1f9d57", "failed": "#d13a3a", "in_progress": "#2f7de1"}
_STOPPED = "#c98a00"
_QUIET = "opacity:.75"
"""Lighter than the text on whatever ground it stands."""

_THOUGHTS, _THOUGHT = 4000, 1500
"""Characters of reasoning that are shown: of all turns, and of one."""

_MADE = 200_000
"""Characters of pictures that the provider's tools made; the bundle has larger ones too."""


def snapshot(run: dict[str, Any]) -> str:
    """The HTML of a bundle, in the order of the run view: header, answer, what went wrong, then the timeline."""
    above = facts(_header(run), _pictures(run))
    below = [
        sources_html(run),
        _trouble(run),
        _items(run),
        _reasoning(run),
        _quiet((*noted(run), *steered(run), *struck(run))),
    ]
    if run["turns"]:
        below += [_timeline(run), _shown_to_model(run), exhibits_html(run)]
    return sheet(above + _answer(run) + facts(*below), words=True)


def timeline_html(run: dict[str, Any]) -> str:
    """The timeline as a picture, and the figures behind it as a table."""
    return sheet(facts(_timeline(run)), words=True)


def _timeline(run: dict[str, Any]) -> str:
    pictures = svg.timeline(run)
    names = [svg.alt_text(run), *("The timeline goes on." for _ in pictures[1:])]
    return "".join(map(svg.picture, pictures, names)) + _table(run)


def _header(run: dict[str, Any]) -> str:
    good = run["status"] != "completed" or not all_failed(run)
    colour = _DOTS.get(run["status"], _STOPPED) if good else _STOPPED
    right = as_html(" · ".join(filter(None, [", ".join(filter(None, sent(run))), tokens(run), source(run)])))
    facts = as_html(" · ".join(extent(run)))
    return (
        f'<p><span style="color:{colour}">●</span> {as_html(name(run))} <strong>{as_html(status(run))}</strong>'
        f' · {facts} <span style="{_QUIET}">· {right}</span></p>'
    )


def _pictures(run: dict[str, Any]) -> str:
    """What was sent with the question, small. Only what the bundle holds: nothing is fetched."""
    return "".join(map(_picture, run.get("images", ())))


def _shown_to_model(run: dict[str, Any]) -> str:
    """The pictures in the outputs of tools."""
    return "".join(
        _picture({**picture, "caption": f"{call['name']}: {picture['caption']}"})
        for call in calls_of(run)
        for picture in call.get("images", ())
    )


def _picture(picture: dict[str, Any]) -> str:
    words, url = as_html(picture["caption"]), picture["url"]
    shown = f'<img src="{escape(url)}" alt="{words}" style="max-height:120px;max-width:240px"> ' if url else ""
    return f'<p style="{_QUIET}">{shown}{words}</p>'


def _table(run: dict[str, Any]) -> str:
    rows = rows_of(run)
    turns = iter(run["turns"])
    cells = [_table_row(row, _traffic(next(turns)) if row.kind == "turn" else _result(row)) for row in rows]
    return figures(", ".join(amounts(rows)), ("", "arguments", "took", "split", "output"), cells)


def _table_row(row: Row, result: str) -> list[str]:
    # The output has a column of its own.
    took = row.label.partition(" → ")[0] if row.output else row.label
    words = (row.name, row.aside, took, spans_in_words(row.spans), result)
    name, *cells = (as_html(each, quote=False) for each in words)
    return [name if row.kind == "turn" else f"<code>{name}</code>", *cells]


def _result(row: Row) -> str:
    """A call's output; its error in full where the label cuts it."""
    return row.error if len(row.error) > len(row.label) else row.output


def _traffic(turn: dict[str, Any]) -> str:
    """What a turn cost: 412 → 586 tokens, 341 B sent."""
    usage = turn["usage"]
    used = [f"{whole(usage['input_tokens'])} → {whole(usage['output_tokens'])} tokens"] if usage else []
    return ", ".join([*used, f"{size(turn['bytes_sent'])} sent"])


def _reasoning(run: dict[str, Any]) -> str:
    """What the model thought, as far as there is room: the bundle has it all."""
    parts = [
        f'<p dir="auto" style="{_QUIET}"><strong>turn {number}</strong> {lines}</p>'
        for number, words in thoughts(run, _THOUGHTS, _THOUGHT)
        if (lines := as_html(words).replace("\n", "<br>"))
    ]
    return f"<details><summary>Reasoning</summary>{''.join(parts)}</details>" if parts else ""


def _quiet(lines: Iterable[str]) -> str:
    return "".join(f'<p style="{_QUIET}">{as_html(words)}</p>' for words in lines)


def _items(run: dict[str, Any]) -> str:
    items = [item for turn in run["turns"] for item in turn["items"] if item["type"] != "refusal"]
    lines = [f"<li><code>{as_html(item['type'])}</code> {as_html(item['summary'])}</li>" for item in items]
    listed = f'<ul style="{_QUIET}">{"".join(lines)}</ul>' if lines else ""
    return listed + "".join(_made(items))


def _made(items: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The pictures that the provider's tools made, as far as there is room."""
    left = _MADE
    for item in items:
        for url in item.get("images", [item["image"]] if item.get("image") else ()):
            if len(url) <= left:
                left -= len(url)
                room = "max-width:100%;max-height:420px"
                yield f'<p><img src="{escape(url)}" alt="{as_html(item["summary"])}" style="{room}"></p>'
            else:
                words = f"A picture of {size(len(url) * 3 / 4)} is left out here; the run view has it."
                yield f'<p style="{_QUIET}">{as_html(words)}</p>'


def _answer(run: dict[str, Any]) -> str:
    refused = "".join(f'<p dir="auto">{as_html(words)}</p>' for words in refusals(run))
    silent = f'<p style="{_QUIET}">{silence(run)}</p>' if silence(run) else ""
    content = answer_html(answer_markdown(run)) + refused + silent
    # A formula can be drawn at any place and of any size: not over what is not the model's.
    return f'<div style="overflow:auto;position:relative;contain:paint">{content}</div>' if content else ""


def _trouble(run: dict[str, Any]) -> str:
    words = trouble(run)
    colour = _DOTS["failed"] if run["status"] == "failed" else _STOPPED
    mark = f"border-left:4px solid {colour};padding-left:8px"
    return f'<p style="{mark}"><strong>{as_html(words)}</strong></p>' if words else ""
