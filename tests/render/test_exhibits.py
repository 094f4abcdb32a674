"""Tables and figures of tools in the bundle and in static HTML."""

from __future__ import annotations

import json
from typing import Any

from render.play import HEADER, Play, capitals

from ws_notebook.render.bundle import Clock, bundle, call_object
from ws_notebook.render.exhibits import exhibits_html, extent_of
from ws_notebook.render.mime import mime_bundle

__all__: list[str] = []

TABLE = {
    "kind": "table",
    "cells": "town\tpeople\nParis\t<b>\nOslo\t717710",
    "head": 1,
    "index": 0,
    "rows": 1000,
    "columns": 2,
}


def figure(size: int) -> dict[str, Any]:
    return {"kind": "plotly", "words": "plotly figure: <bar>", "figure": "x" * size}


def run_with(*exhibits: dict[str, Any]) -> Play:
    play = capitals()
    play.found("call_1").exhibits = exhibits
    return play


def test_a_table_is_unfolded_and_a_figure_told_of() -> None:
    html = mime_bundle(run_with(TABLE, figure(9)).run, HEADER)["text/html"]
    assert "<summary>population: 2 of 1\u2009000 rows, 2 columns</summary>" in html
    assert "<tr><td>Paris</td><td>&lt;b&gt;</td></tr>" in html
    assert "population: plotly figure: &lt;bar&gt;" in html
    assert "xxxxxxxxx" not in html


def test_a_table_says_how_much_of_it_is_here() -> None:
    assert extent_of({**TABLE, "rows": 2, "columns": 2}) == "2 rows, 2 columns"
    assert extent_of({**TABLE, "rows": None, "columns": 30}) == "the first 2 rows, 2 of 30 columns"
    assert extent_of({**TABLE, "cells": "i\ta\n0\t1", "index": 1, "rows": 1, "columns": 1}) == "1 row, 1 column"


def test_the_figures_of_a_run_are_bounded_together() -> None:
    play = run_with(figure(200_000), figure(200_000), figure(90_000), TABLE)
    found = bundle(play.run, HEADER)["turns"][0]["calls"][0]["exhibits"]
    assert [len(each.get("figure") or "") for each in found] == [200_000, 0, 90_000, 0]
    assert len(json.dumps(bundle(play.run, HEADER))) < 350_000


def test_a_message_that_is_one_of_many_has_no_figures_data() -> None:
    play = run_with(figure(9), TABLE)
    short = call_object(play.found("call_1"), Clock(play.run, None), 2000)["exhibits"]
    assert short == [{**figure(9), "figure": None}, TABLE]


def test_runs_of_before_have_none() -> None:
    assert exhibits_html(bundle(capitals().run, HEADER)) == ""
