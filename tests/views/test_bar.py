"""The bar of a batch in a terminal."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest

from ws_notebook.views.bar import BatchBar

__all__: list[str] = []


def test_it_follows_the_rows_and_says_what_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tqdm")
    terminal, due, done = io.StringIO(), [], [3]
    monkeypatch.setattr(sys, "stderr", terminal)

    def call_later(_: float, callback: Any) -> None:
        due.append(callback)

    bar = BatchBar(10, lambda: done[0], lambda: 2, call_later)
    bar.show()
    assert "3/10" in terminal.getvalue()
    done[0] = 7
    bar.touch(6, "c")
    due.pop()()
    assert "7/10" in terminal.getvalue()
    assert "failed=2" in terminal.getvalue()
    done[0] = 10
    bar.refresh()
    bar.finish()
    bar.finish()
    assert terminal.getvalue().rstrip().endswith("]")
    assert "10/10" in terminal.getvalue()
