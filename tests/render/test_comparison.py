"""A comparison as a picture with a table."""

from __future__ import annotations

import base64
import re
from xml.etree import ElementTree

from render.samples import made

from ws_notebook.render.comparison import CHARTS, Point, comparison_bundle, points

__all__: list[str] = []


def test_a_point_is_the_median_of_the_rounds_with_its_spread() -> None:
    samples = [made(round=number, turns=2) for number in (1, 2, 5)]
    assert points(samples, CHARTS[0]) == [Point(1, 103.0, 102.0, 106.0), Point(2, 104.0, 103.0, 107.0)]
    assert [point.middle for point in points(samples, CHARTS[2])] == [1_000.0, 2_000.0]
    assert len(points([made(turns=2), made(turns=4)], CHARTS[0])) == 4
    assert points([], CHARTS[0]) == []


def test_its_html_is_a_picture_a_sentence_and_a_table_without_a_script() -> None:
    samples = {"websocket": [made(), made(round=2)], "http <full>": [made(sent=9_000)], "failed": []}
    cells = [["", "rounds", "total"], ["websocket", "2", "1 s"], ["http <full>", "1", "1 s"]]
    data = comparison_bundle(samples, cells, "No difference seen & that is all.")
    html = data["text/html"]
    assert "<script" not in html
    assert "No difference seen &amp; that is all." in html
    assert "<th scope=row>http &lt;full&gt;</th>" in html
    (picture,) = re.findall(r"base64,([\w+/=]+)", html)
    svg = ElementTree.fromstring(base64.b64decode(picture))
    words = [node.text for node in svg.iter() if node.tag.endswith("}text")]
    assert {chart.title for chart in CHARTS} <= set(words)
    assert {"websocket", "http <full>", "failed"} <= set(words)
    lines = [node for node in svg.iter() if node.tag.endswith("}polyline")]
    assert len(lines) == 2 * len(CHARTS)
    assert data["text/plain"].endswith("No difference seen & that is all.")


def test_one_turn_and_no_turn_can_be_drawn() -> None:
    for samples in ({"a": [made(turns=1)]}, {"a": [made(turns=0)]}, {"a": []}):
        assert "<img" in comparison_bundle(samples, [[""]], "x")["text/html"]
