from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ws_notebook.exceptions import SettingsError
from ws_notebook.views import panel as panel_module
from ws_notebook.views import parts
from ws_notebook.views.panel import panel_widget
from ws_notebook.views.parts import release

__all__: list[str] = []


class Kept:
    """Keeps what it is told."""

    def __init__(self, send: Any) -> None:
        self.send = send
        self.heard: list[Any] = []

    def receive(self, message: Any) -> None:
        self.heard.append(message)


def test_the_browser_s_messages_reach_the_outlet_and_the_script_is_there() -> None:
    made: list[Kept] = []

    def connect(send: Any) -> Kept:
        made.append(Kept(send))
        return made[0]

    widget = panel_widget(connect)
    assert "export" in widget.get_state()["_esm"]
    widget._handle_custom_msg({"kind": "watch", "client": "one"}, [])
    assert made[0].heard == [{"kind": "watch", "client": "one"}]
    assert "status" in repr(widget)
    release(widget)


def test_a_missing_script_is_answered_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(parts, "_FOLDER", tmp_path)
    with pytest.raises(SettingsError, match=r"The panel's script, panel\.js, .*make build.*%responses status"):
        parts.script("panel", "panel", panel_module._INSTEAD)
