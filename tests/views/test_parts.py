from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from views.kernels import Kernel, running_kernel

from ws_notebook.exceptions import SettingsError
from ws_notebook.views.parts import holds_formula, loader, script

__all__: list[str] = []

SHOW = """
from views.stage import Stage
from render.play import HEADER
from ws_notebook.views.live import LiveView

def ask(words):
    with Stage() as stage:
        stage.view = LiveView(stage.play.run, HEADER, stage)
        stage.view.show()
        stage.act(lambda play: play.send().created("resp_1"), lambda play: play.text(words))
        stage.act(lambda play: play.completed())
        stage.view.finish(stage.play.run)
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with running_kernel() as running:
        running.run(SHOW)
        yield running


def opened(kernel: Kernel, code: str) -> list[tuple[str, int]]:
    """The names of the models that a cell opens, and the bytes of each."""
    found = [message["content"] for message in kernel.run(code) if message["msg_type"] == "comm_open"]
    return [(content["comm_id"], len(json.dumps(content).encode())) for content in found]


def test_the_view_s_code_goes_to_a_kernel_s_pages_once(kernel: Kernel) -> None:
    first, *more = (opened(kernel, "ask('words')") for _ in range(5))
    (code,) = [size for name, size in first if name.startswith("ws-notebook-widget-")]
    assert code > len(script("widget"))
    for models in (first, *more):
        assert sum(size for name, size in models if not name.startswith("ws-notebook-")) < 10_000
    assert [name for models in more for name, _ in models if name.startswith("ws-notebook-")] == []


def test_that_of_formulas_goes_with_the_first_of_them(kernel: Kernel) -> None:
    names = [
        [name.rpartition("-")[0] for name, _ in opened(kernel, f"ask({words!r})") if name.startswith("ws-notebook-")]
        for words in ("it costs 5", r"so \(x\) is", "$y$")
    ]
    assert [each for each in names if each != ["ws-notebook-widget"]][-2:] == [["ws-notebook-math"], []]


def test_a_part_that_a_page_closed_is_opened_again(kernel: Kernel) -> None:
    opened(kernel, "ask('words')")
    kernel.run("import ipywidgets\nfor each in list(ipywidgets.widgets.widget._instances.values()): each.close()")
    assert [name.startswith("ws-notebook-widget-") for name, _ in opened(kernel, "ask('words')")].count(True) == 1


def test_the_loader_is_small_and_a_missing_script_is_said() -> None:
    assert len(loader()) < 2000
    with pytest.raises(SettingsError, match=r"absent\.js, is missing"):
        script("absent")


@pytest.mark.parametrize(("text", "holds"), [("$x$", True), (r"\(x\)", True), (r"\[x\]", True), (r"a\nb (c)", False)])
def test_formulas_are_known_by_their_signs(text: str, holds: bool) -> None:
    assert holds_formula(text) is holds
