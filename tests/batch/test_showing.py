"""How a batch is seen: nothing in a script, a bar in a terminal, a live view in a notebook."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

from ws_notebook import Session
from ws_notebook.batch.showing import chosen_view

__all__: list[str] = []

Open = Callable[..., Session]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_script_sees_nothing(local: Open, capsys: pytest.CaptureFixture[str]) -> None:
    batch = local().map(range(3), 'say "{value}"')
    call_later = batch._asker.engine.portal.call_later
    assert chosen_view("auto", batch._shown(), call_later) is None
    assert chosen_view("none", batch._shown(), call_later) is None
    assert capsys.readouterr() == ("", "")


def test_a_terminal_has_a_bar(local: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tqdm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    local().map(range(30), 'say "{value}"')
    assert "30/30" in terminal.getvalue()


def test_its_forms_can_be_had_at_any_time(local: Open) -> None:
    forms = local().map(range(3), 'say "{value}"')._shown().forms()
    assert "3 rows: 3 completed" in forms["text/plain"]
