from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from render.play import HEADER, Play
from views.stage import Stage

from ws_notebook.exceptions import SettingsError
from ws_notebook.views import NullView, View, choose_view
from ws_notebook.views.live import LiveView
from ws_notebook.views.text import NotebookTextView, TextView

__all__: list[str] = []


class Unheard(Stage):
    """Controls that nobody uses, and a clock that stands still."""

    def __init__(self) -> None:
        return

    def call_later(self, delay: float, callback: Callable[[], None]) -> object:
        return None


def choose(wanted: str, **facts: Any) -> View:
    return choose_view(
        wanted,
        Play().run,
        HEADER,
        Unheard(),
        **facts,
    )


@pytest.mark.parametrize(
    ("wanted", "live", "in_kernel", "kind"),
    [
        ("auto", True, True, LiveView),
        ("auto", False, True, NotebookTextView),
        ("auto", False, False, TextView),
        ("live", False, True, LiveView),
        ("live", False, False, TextView),
        ("text", True, True, NotebookTextView),
        ("text", False, False, TextView),
        ("none", True, True, NullView),
    ],
)
def test_each_front_end_gets_the_view_it_can_show(wanted: str, live: bool, in_kernel: bool, kind: type[View]) -> None:
    assert type(choose(wanted, live=live, in_kernel=in_kernel)) is kind


def test_a_script_that_is_missing_is_said_and_auto_falls_back_to_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(__import__("sys").modules, "ws_notebook.views.widget", raising=False)
    monkeypatch.delattr(__import__("ws_notebook.views").views, "widget", raising=False)
    read = Path.read_text

    def read_text(path: Path, *args: Any, **options: Any) -> str:
        if path.name == "widget.js":
            raise FileNotFoundError(path)
        return read(path, *args, **options)

    monkeypatch.setattr(Path, "read_text", read_text)
    with pytest.raises(SettingsError, match="--view text"):
        choose("live", live=True, in_kernel=True)
    with pytest.warns(RuntimeWarning, match="shown as text"):
        assert type(choose("auto", live=True, in_kernel=True)) is NotebookTextView
