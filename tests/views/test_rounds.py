"""The progress of a comparison."""

from __future__ import annotations

import io
import sys

import pytest

from ws_notebook.views.rounds import Rounds

__all__: list[str] = []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_one_line_that_goes_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    shown = Rounds(10, lambda: None)
    shown.show(3, "round 1 of 2, websocket")
    shown.end("2 rounds")
    assert terminal.getvalue() == "\r\x1b[K3 of 10 · round 1 of 2, websocket\r\x1b[K"


def test_without_anybody_to_read_it_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Rounds(10, lambda: None)
    shown.show(3, "x")
    shown.end("x")
    assert capsys.readouterr() == ("", "")


def test_words_are_escaped_and_a_screen_reader_is_told() -> None:
    html = Rounds(10, lambda: None)._html(3, "<model>")
    assert 'max="10" value="3"' in html
    assert "&lt;model&gt;" in html
    assert 'role="status"' in html
    assert "aria-label" in html
