"""What runs and views ask of a session: its loop, its threads, the frames of one run."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ws_notebook import Session

__all__: list[str] = []

Open = Callable[..., Session]


def test_functions_run_on_the_loop_and_what_they_return_comes_back(local: Open) -> None:
    session = local()
    assert session.on_loop(threading.current_thread) is not threading.current_thread()
    done = threading.Event()
    session.call_later(0.01, done.set)
    assert done.wait(10)


def test_the_end_of_a_run_is_told_once_also_to_those_who_come_late(local: Open) -> None:
    session = local()
    run = session.start('say "one"')
    told = threading.Event()
    session.when_ended(run, told.set)
    assert told.wait(20)
    late = threading.Event()
    session.when_ended(run, late.set)
    assert late.wait(20)


def test_a_run_has_its_own_frames_and_its_own_tools(local: Open) -> None:
    session = local()
    first, second = session.ask('say "one"'), session.ask('say "two"', tools=[len_of])
    assert [frame.type for frame in session.frames_of(first.state)][:2] == ["response.create", "response.created"]
    both = session.frames_of(first.state) + session.frames_of(second.state)
    assert len(both) == len(session.frames)
    assert (session.offered(first).names(), session.offered(second).names()) == ([], ["len_of"])
    assert session.states() == [first.state, second.state]


def len_of(words: str) -> int:
    """The length of the words."""
    return len(words)
