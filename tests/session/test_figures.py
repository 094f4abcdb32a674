"""Figures of a session: one chart for each pair of sessions, and the timeline of the run that is meant."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from support.behind import waited

from ws_notebook import Session
from ws_notebook.exceptions import SettingsError

__all__: list[str] = []

Open = Callable[..., Session]


def test_there_is_one_chart_and_it_follows_the_session(local: Open) -> None:
    session = local()
    figure = session.latency()
    session.ask('say "one"')
    assert session.latency() is figure
    assert waited(session.runs[0], lambda: len(figure.data[0].x) == 1)


def test_after_a_reset_the_chart_is_empty(local: Open) -> None:
    session = local()
    figure, emptied = session.latency(), threading.Event()
    session.ask('say "one"')
    assert waited(session.runs[0], lambda: len(figure.data[0].x) == 1)
    figure.data[0].on_change(lambda _, x: emptied.set() if len(x) == 0 else None, "x")
    session.reset()
    assert emptied.wait(20)
    assert [len(trace.x) for trace in figure.data] == [0] * len(figure.data)


def test_another_session_is_marked_over_the_bars_under_its_name(local: Open) -> None:
    session, other = local(), local(transport="http")
    figure = session.latency(other)
    assert session.latency(other) is figure
    assert session.latency() is not figure
    session.ask('say "one"')
    other.ask('say "one"')
    assert figure.data[-1].name == "local over http"
    assert waited(session.runs[0], lambda: len(figure.data[-1].x) == 1)


def test_a_timeline_needs_a_run(local: Open) -> None:
    session = local()
    with pytest.raises(SettingsError, match="no run yet"):
        session.timeline()
    run = session.ask('say "one"')
    assert session.timeline().run["id"] == session.timeline(run).run["id"] == "r1"
