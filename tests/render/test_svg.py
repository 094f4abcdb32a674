from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from render.play import HEADER, Play, capitals

from ws_notebook.render.bundle import bundle
from ws_notebook.render.svg import COLOURS, WIDTH, timeline
from ws_notebook.render.words import KINDS

__all__: list[str] = []

SVG = "{http://www.w3.org/2000/svg}"


def parsed(play: Play) -> ElementTree.Element:
    return ElementTree.fromstring(timeline(bundle(play.run, HEADER, now=play.now)))


def bars(root: ElementTree.Element) -> list[ElementTree.Element]:
    """The bars of the plot, without the legend's."""
    return [rect for rect in root.iter(f"{SVG}rect") if rect.get("class") in KINDS and rect.get("width") != "10"]


def texts(root: ElementTree.Element) -> list[str]:
    return [node.text or "" for node in root.iter(f"{SVG}text")]


def test_every_stretch_of_time_is_a_bar_at_its_place() -> None:
    root = parsed(capitals())
    tools = [rect for rect in bars(root) if rect.get("class") == "tool"]
    assert len(tools) == 3
    left = [float(rect.get("x", "0")) for rect in tools]
    width = [float(rect.get("width", "0")) for rect in tools]
    scale = width[0] / 250
    assert abs(width[1] / 420 - scale) < 0.01
    assert abs((left[1] - left[0]) / 20 - scale) < 0.05
    assert len({rect.get("y") for rect in tools}) == 3


def test_names_labels_ticks_and_legend_are_written() -> None:
    found = texts(parsed(capitals()))
    for words in ("turn 1", "population", 'city="Paris"', "250\u00a0ms → 2103000", "0.5\u00a0s", "reasoning"):
        assert words in found
    assert "approval" not in found
    assert "send" not in found


def test_nothing_leaves_the_picture() -> None:
    play = Play().send().created("resp_1").call("call_1", "a_very_" * 20 + "long_name", argument="値" * 80)
    play.at(9).started("call_1").at(10).answered("call_1", "o" * 500)
    root = parsed(play)
    assert all(float(rect.get("x", "0")) + float(rect.get("width", "0")) <= WIDTH for rect in bars(root))
    assert all(len(text) < 80 for text in texts(root))


def test_a_run_of_hundreds_of_rows_has_a_picture_of_bounded_height() -> None:
    play = Play()
    for number in range(300):
        play.at(number).send().created(f"resp_{number}").call(f"c{number}", "step", i=number).completed()
        play.answered(f"c{number}", "1")
    root = parsed(play)
    assert float(root.get("height", "0")) < 5000
    assert any("further rows in the table below" in text for text in texts(root))


def test_both_palettes_colour_every_kind() -> None:
    assert list(COLOURS) == list(KINDS)
    style = parsed(capitals()).find(f"{SVG}style")
    assert style is not None
    light, dark = (style.text or "").split("@media (prefers-color-scheme:dark)")
    for kind, (on_light, on_dark) in COLOURS.items():
        assert f".{kind}{{fill:{on_light}}}" in light
        assert f".{kind}{{fill:{on_dark}}}" in dark


def test_the_palettes_are_those_of_the_live_view() -> None:
    styles = (Path(__file__).parents[2] / "labextension" / "src" / "view" / "run.css").read_text()
    pairs = re.findall(r"--wsn-([a-z-]+): light-dark\((#\w+), (#\w+)\);", styles)
    theirs = {name.removesuffix("-bar").replace("-", "_"): (light, dark) for name, light, dark in pairs}
    assert {kind: theirs.get(kind) for kind in COLOURS} == COLOURS


def test_a_run_with_nothing_yet_has_a_picture() -> None:
    assert "turn 1" in texts(parsed(Play()))
