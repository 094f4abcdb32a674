"""What was heard on a lane, and what of it was understood."""

from __future__ import annotations

from ws_notebook.core.events import UnknownEvent
from ws_notebook.core.hearing import Hearing

__all__: list[str] = []


def test_what_was_heard_is_forgotten_once_something_is_understood() -> None:
    hearing = Hearing()
    hearing.wonder(UnknownEvent(type="x" * 100, frame=b"{}"), 3.0)
    hearing.wonder(UnknownEvent(type="y", frame=b"{}"), 4.0)
    assert (hearing.odd, hearing.odd_type, hearing.puzzled) == (2, "y", 3.0)
    hearing.hear(5.0)
    assert (hearing.at, hearing.odd, hearing.puzzled) == (5.0, 0, None)


def test_only_what_may_have_been_the_end_of_a_response_is_wondered_about() -> None:
    hearing = Hearing()
    hearing.wonder(UnknownEvent(type="keep_alive", frame=b"{}"), 1.0)
    hearing.wonder(UnknownEvent(type="response.x", frame=b'{"item_id": "i"}'), 2.0)
    assert (hearing.odd, hearing.puzzled) == (2, None)
    hearing.wonder(UnknownEvent(type="", frame=b"no json"), 3.0)
    hearing.delay(10.0)
    assert (hearing.at, hearing.puzzled) == (10.0, 13.0)
