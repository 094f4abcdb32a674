"""Times are numbers handed in."""

from __future__ import annotations

import pytest

from ws_notebook.core.timing import CallTiming, TurnTiming, milliseconds

__all__: list[str] = []


def test_a_time_between_moments_is_in_milliseconds_and_never_negative() -> None:
    assert milliseconds(1.0, 1.5) == pytest.approx(500)
    assert milliseconds(2.0, 1.0) == 0
    assert milliseconds(None, 1.0) is None
    assert milliseconds(1.0, None) is None


def test_the_spans_of_a_turn_touch_each_other() -> None:
    timing = TurnTiming(started=1.0)
    timing.enter("connect", 1.0)
    timing.enter("connect", 1.5)
    timing.enter("send", 2.0)
    timing.enter("wait", 3.0)
    timing.finish(4.0)
    assert [(span.kind, span.start, span.end) for span in timing.spans] == [
        ("connect", 1.0, 2.0),
        ("send", 2.0, 3.0),
        ("wait", 3.0, 4.0),
    ]


def test_the_figures_of_a_turn() -> None:
    timing = TurnTiming(started=1.0, opened=1.1, sent=1.2, first_event=1.5, first_token=2.2)
    timing.finish(3.0)
    figures = (timing.connect_ms, timing.send_ms, timing.first_event_ms, timing.first_token_ms, timing.total_ms)
    assert figures == pytest.approx((100, 100, 300, 1000, 2000))


def test_the_figures_of_a_call() -> None:
    timing = CallTiming(added=1.0, ready=2.0)
    assert (timing.queued_ms, timing.run_ms) == (None, None)
    timing.started, timing.ended = 2.5, 4.0
    assert (timing.queued_ms, timing.run_ms) == pytest.approx((500, 1500))
