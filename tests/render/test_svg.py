from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from render.play import HEADER, Play, capitals

from ws_notebook.render.bundle import bundle
from ws_notebook.render.svg import COLOURS, WIDTH, alt_text, document, legend, timeline
from ws_notebook.render.words import KINDS

__all__: list[str] = []

SVG = "{http://www.w3.org/2000/svg}"


def parsed(play: Play) -> ElementTree.Element:
    return parts(play)[0]


def parts(play: Play) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(part) for part in timeline(bundle(play.run, HEADER, now=play.now))]


Box = tuple[float, float, float, float]
LEGEND_WIDTH = 10


def bars(root: ElementTree.Element, kind: str = "") -> list[Box]:
    """Left, top, width and height of the plot's bars, without the legend's."""
    paths = [path for path in root.iter(f"{SVG}path") if (path.get("class") or "").startswith(f"bar {kind}")]
    steps = [
        step for path in paths for step in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)", path.get("d") or "")
    ]
    found = [(float(x) - 1, float(y) - 1, float(across) + 2, float(down) + 2) for x, y, across, down in steps]
    return [box for box in found if box[2] != LEGEND_WIDTH]


def texts(root: ElementTree.Element) -> list[str]:
    return [words for node in root.iter(f"{SVG}text") for words in node.itertext()]


def test_every_stretch_of_time_is_a_bar_at_its_place() -> None:
    tools = bars(parsed(capitals()), "tool")
    assert len(tools) == 3
    left, top, width, _ = zip(*tools, strict=True)
    scale = width[0] / 250
    assert abs(width[1] / 420 - scale) < 0.01
    assert abs((left[1] - left[0]) / 20 - scale) < 0.05
    assert len(set(top)) == 3


def test_a_stretch_too_short_to_see_is_drawn_only_where_nothing_longer_stands_beside_it() -> None:
    play = Play().send().at(0.001).created("resp_1").text("a").at(20).text("b").call("call_1", "look").completed()
    play.started("call_1").at(20.001).answered("call_1", "x")
    root = parsed(play)
    assert len(bars(root, "wait")) == 0
    assert len(bars(root, "tool")) == 1


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
    assert all(left + width <= WIDTH for left, _, width, _ in bars(root))
    assert all(len(text) < 80 for text in texts(root))


def test_a_run_of_hundreds_of_rows_has_a_picture_of_bounded_height() -> None:
    play = Play()
    for number in range(300):
        play.at(number).send().created(f"resp_{number}").call(f"c{number}", "step", i=number).completed()
        play.answered(f"c{number}", "1")
    pictures = parts(play)
    # Each fits on a sheet of paper, beside which it is not more than 960 pixels wide.
    assert all(float(root.get("height", "0")) < 1340 for root in pictures)
    assert len(pictures) == 4
    assert [any("further rows in the table below" in text for text in texts(root)) for root in pictures] == [
        *(False, False, False),
        True,
    ]


def test_the_parts_of_a_long_timeline_have_one_clock() -> None:
    play = Play()
    for number in range(50):
        play.at(number).send().created(f"resp_{number}").call(f"c{number}", "step", i=number).completed()
        play.answered(f"c{number}", "1")
    first, second = parts(play)
    assert [text for text in texts(first) if text.endswith("\u00a0s")][:3] == [
        text for text in texts(second) if text.endswith("\u00a0s")
    ][:3]
    assert "turn 30" in texts(first)
    assert "turn 31" in texts(second)
    assert min(left for left, *_ in bars(second)) > max(left for left, *_ in bars(first))


def test_both_palettes_colour_every_kind() -> None:
    assert list(COLOURS) == list(KINDS)
    picture = document(legend(KINDS, 0, 20), 40, "All kinds")
    light, dark = picture.split("@media (prefers-color-scheme:dark)")
    for kind, (on_light, on_dark) in COLOURS.items():
        assert f".{kind}{{color:{on_light}}}" in light
        assert f".{kind}{{color:{on_dark}}}" in dark


def test_the_palettes_are_those_of_the_live_view() -> None:
    styles = (Path(__file__).parents[2] / "labextension" / "src" / "view" / "run.css").read_text()
    pairs = re.findall(r"--wsn-kind-([a-z_]+): light-dark\((#\w+), (#\w+)\);", styles)
    theirs = {name: (light, dark) for name, light, dark in pairs}
    assert theirs == COLOURS


def test_a_run_with_nothing_yet_has_a_picture() -> None:
    assert "turn 1" in texts(parsed(Play()))


def test_calls_of_the_provider_are_counted_in_the_words_for_the_picture() -> None:
    play = Play().send().created("r")
    item = {"type": "web_search_call", "id": "ws", "action": {"type": "search", "query": "x"}}
    play.event("response.output_item.added", output_index=0, item=item).at(0.5)
    play.event("response.output_item.done", output_index=0, item={**item, "status": "completed"}).completed()
    assert alt_text(bundle(play.run, HEADER)).startswith("Timeline of 1 turn and 1 call in ")
    assert alt_text(bundle(Play().send().created("r").completed().run, HEADER)).startswith("Timeline of 1 turn in ")
