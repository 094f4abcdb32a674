"""Hostile bundles: what anybody may have written into a notebook's file under our mime type."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from browser.payloads import PAYLOADS
from render.play import HEADER, capitals

from ws_notebook.render.bundle import bundle

__all__ = ["BUNDLES", "hostile"]

_AWAY = "http://away.invalid"
_HTML = "<img src=x onerror=window.harmed=1><script>window.harmed=1</script>"
_LINK = "javascript:window.harmed=1"
_SVG = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='window.harmed=1'/>"

Bundle = dict[str, Any]


def hostile(name: str) -> Any:
    """The bundle of this name."""
    return BUNDLES[name]()


def _base() -> Bundle:
    found: Bundle = json.loads(json.dumps(bundle(capitals().run, HEADER)))
    return found


def _with(**fields: Any) -> Callable[[], Bundle]:
    """A run of which some fields are others."""
    return lambda: {**_base(), **copy.deepcopy(fields)}


def _turn(**fields: Any) -> Callable[[], Bundle]:
    """A run whose first turn has other fields."""

    def make() -> Bundle:
        found = _base()
        found["turns"][0] |= fields
        return found

    return make


def _call(**fields: Any) -> Callable[[], Bundle]:
    """A run whose first call has other fields."""

    def make() -> Bundle:
        found = _base()
        found["turns"][0]["calls"][0] |= fields
        return found

    return make


def _everywhere(leaf: Any) -> Callable[[], Bundle]:
    """A run in which each text and number is this."""

    def replaced(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: replaced(each) for key, each in value.items()}
        return [replaced(each) for each in value] if isinstance(value, list) else leaf

    return lambda: {**replaced(_base()), "version": 1}


def _many_calls(count: int) -> Bundle:
    found = _base()
    call = found["turns"][0]["calls"][0]
    found["turns"][0]["calls"] = [{**call, "call_id": f"call_{number}", "spans": "tool 1 2"} for number in range(count)]
    return found


def _many_turns(count: int) -> Bundle:
    found = _base()
    turn = {"id": "t", "spans": "wait 1 2", "calls": [], "text": "x"}
    return {**found, "turns": [{**turn, "id": f"t{number}"} for number in range(count)]}


def _figure(**spec: Any) -> Callable[[], Bundle]:
    text = json.dumps({"data": [{"type": "bar", "y": [1]}], "layout": {}, **spec})
    return _call(exhibits=[{"kind": "plotly", "words": _HTML, "figure": text}])


def _table(**fields: Any) -> Callable[[], Bundle]:
    table = {"kind": "table", "cells": f"a\t{_HTML}\n1\t{_HTML}", "head": 1, "index": 0, "rows": 2, "columns": 2}
    return _call(exhibits=[{**table, **fields}])


BUNDLES: dict[str, Callable[[], Any]] = {
    # No run at all.
    "a list": lambda: [_base()],
    "a string": lambda: _HTML,
    "a number": lambda: 10**300,
    "nothing": dict,
    "a later version": _with(version=999, turns="later"),
    # Other types.
    "nulls": _everywhere(None),
    "numbers": _everywhere(-1e308),
    "lists": _everywhere([[[]]]),
    "html in every text": _everywhere(_HTML),
    "links in every text": _everywhere(_LINK),
    "names of objects' own parts": _everywhere("__proto__"),
    "keys of objects' own parts": lambda: {"__proto__": {"harmed": 1}, "constructor": {"prototype": {}}, **_base()},
    "turns that are an object": _with(turns={"length": 1e9, "0": {}}),
    "turns that are null": _with(turns=[None, 5, "x", [], {}]),
    # Amounts.
    "thousands of turns": lambda: _many_turns(3000),
    "thousands of calls": lambda: _many_calls(10_000),
    "thousands of items": _turn(items=[{"type": "x" * 50, "summary": _HTML}] * 5000),
    "thousands of spans": _turn(spans=[["tool", number, number + 1] for number in range(20_000)]),
    "thousands of steers": _with(steers=[{"text": _HTML, "status": "sent", "error": None}] * 3000),
    "thousands of notes": _with(notes=[_HTML] * 3000),
    "thousands of sources": _turn(citations=[{"title": _HTML, "url": _LINK}] * 3000),
    "thousands of frames": _with(frames={"types": [_HTML], "rows": ";".join(["0 1 0 1 9"] * 50_000)}),
    # Times and places.
    "times without end": _with(duration_ms=1e300, started="1e999"),
    "times before the beginning": _turn(start_ms=-1e9, end_ms=-1e10, spans=[["tool", 5, -5], ["wait", -9, None]]),
    "spans that are words": _turn(spans="tool - - wait . 1.1.1 \n tool 9" + " tool 1 2" * 3000),
    "texts beyond the text": _turn(text_at=[-5, 1e12], text=None),
    "growth beyond the text": _turn(growth={"text": "1e9 1e9 " * 5000, "reasoning": [[1]]}),
    "frames that are words": _with(frames={"types": None, "rows": "NaN Infinity -1;;;x" * 3000}),
    "a retry at the end of time": _turn(retry_at_ms=1e300, end_ms=None),
    # Pictures and addresses.
    "pictures from elsewhere": _with(images=[{"url": f"{_AWAY}/a.png", "caption": _HTML}, {"url": _LINK}]),
    "pictures that are documents": _with(images=[{"url": _SVG, "caption": "svg"}, {"url": f"data:text/html,{_HTML}"}]),
    "made pictures from elsewhere": _turn(items=[{"type": "image_generation_call", "image": f"{_AWAY}/b.png"}]),
    "made pictures that break out": _turn(items=[{"type": "x", "image": f'data:image/png;base64,"><{_HTML}'}]),
    "pictures of tools from elsewhere": _call(images=[{"url": f"{_AWAY}/c.png"}, {"url": _SVG}]),
    "addresses that run": _with(session={"provider": _HTML, "address": _LINK, "note": _HTML, "model": {}}),
    "sources that run": _turn(
        citations=[{"title": "click", "url": _LINK}, {"title": "", "url": f"data:text/html,{_HTML}"}]
    ),
    # Tables and figures.
    "a table of html": _table(),
    "a table without end": _table(cells="\t" * 200_000 + "\n" * 200_000, head=1e9, index=1e9, rows=-1, columns=1e300),
    "a table of nothing": _table(cells=None, head="x", index=[]),
    "a figure with pictures": _figure(layout={"images": [{"source": f"{_AWAY}/d.png", "x": 0, "y": 0}]}),
    "a figure that is a map": _figure(data=[{"type": "scattermapbox", "lat": [1], "lon": [1]}]),
    "a figure with a map's style": _figure(layout={"mapbox": {"style": f"{_AWAY}/style.json"}, "geo": {}}),
    "a figure with links": _figure(data=[{"type": "bar", "y": [1], "text": f'<a href="{_LINK}">x</a>{_HTML}'}]),
    "a figure without end": _figure(data=[{"type": "bar", "y": [1]}] * 9000),
    "a figure of a billion bins": _figure(data=[{"type": "histogram", "x": [0, 1], "xbins": {"size": 1e-9}}]),
    "a figure of a billion panels": _figure(layout={"grid": {"rows": 1e9, "columns": 1e9}}),
    "a figure that is nested": _call(exhibits=[{"kind": "plotly", "words": "", "figure": "[" * 90_000}]),
    # Texts.
    "a prompt of a book": _with(prompt=f"{_HTML}\n" * 20_000),
    "an answer of one line": _with(turns=[], text="x" * 2_000_000),
    "an answer of brackets": _with(format="json", text="[" * 100_000, turns=[]),
    "reasoning of payloads": _turn(reasoning="\n\n".join(PAYLOADS)),
    "arguments that are nested": _call(arguments="[" * 20_000 + "]" * 20_000, output='{"a":' * 5000),
    "errors of html": _with(status="failed", error={"type": _HTML, "code": {"a": _HTML}, "message": _HTML}),
    "reasons of html": _with(status="incomplete", reason=_HTML, stopped=_HTML),
    "words turned around": _with(id="\u202e" * 5000, parent="\u202e" * 5000, stopped="\u2066" * 5000),
    "characters that are none": _with(text="\ufffe\uffff\x00\x1b[31m", id="\x00\x07", turns=[]),
    # What is asked of people.
    "an approval of html": _call(
        status="awaiting_approval",
        end_ms=None,
        approval={
            "decision": _HTML,
            "reason": _HTML,
            "asked": {"digest": _HTML, "defaults": _HTML, "repeated": [_HTML]},
        },
    ),
    "a run that never ends": _with(status="in_progress", view="../../x", duration_ms=1e12),
    "progress beyond the end": _call(
        status="running", end_ms=None, progress={"fraction": 1e9, "text": _HTML, "count": -1}
    ),
}
"""By what is wrong with them. Made when they are needed: some are large."""
