"""How a batch is seen: nothing in a script, a bar in a terminal, a live view in a notebook."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

from ws_notebook import Session
from ws_notebook.batch.showing import chosen_view, forms_of

__all__: list[str] = []

Open = Callable[..., Session]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_script_sees_nothing(local: Open, capsys: pytest.CaptureFixture[str]) -> None:
    batch = local().map(range(3), 'say "{value}"')
    assert chosen_view("auto", batch) is None
    assert chosen_view("none", batch) is None
    assert capsys.readouterr() == ("", "")


def test_a_terminal_has_a_bar(local: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tqdm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    local().map(range(30), 'say "{value}"')
    assert "30/30" in terminal.getvalue()


def test_its_forms_can_be_had_at_any_time(local: Open) -> None:
    forms = forms_of(local().map(range(3), 'say "{value}"'))
    assert "3 rows: 3 completed" in forms["text/plain"]
