"""Who asks: the runs whose functions are at work, the outermost first."""

from __future__ import annotations

import contextvars
from types import SimpleNamespace
from typing import Any

from ws_notebook.engine.inside import ASKED_BY, inside

__all__: list[str] = []


def test_a_function_knows_its_run_and_the_runs_that_asked_for_it() -> None:
    outer: Any = SimpleNamespace(context=contextvars.copy_context(), state="outer")
    within = inside(outer)
    assert within.run(ASKED_BY.get) == ("outer",)
    inner: Any = SimpleNamespace(context=within.run(contextvars.copy_context), state="inner")
    assert inside(inner).run(ASKED_BY.get) == ("outer", "inner")
    assert ASKED_BY.get() == ()
