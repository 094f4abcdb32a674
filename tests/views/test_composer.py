from __future__ import annotations

from ws_notebook.views.composer import Composer

__all__: list[str] = []


def test_enter_submits_what_stands_in_the_line_and_nothing_else_does() -> None:
    line = Composer(value="one")
    heard: list[str] = []
    line.on_submit(lambda: heard.append(line.value))
    line.value = "one\ntwo"
    line._handle_custom_msg({"kind": "other"}, [])
    line._handle_custom_msg("submit", [])
    assert heard == []
    line._handle_custom_msg({"kind": "submit", "value": "one\ntwo, three"}, [])
    assert heard == ["one\ntwo, three"]
