"""A run as users hold it: waiting, watching, stopping."""

from __future__ import annotations

import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from support.peer import running_peer, says
from support.slow import slow, until_text, url_of

from ws_notebook import Session, tool
from ws_notebook.core.changes import Change, RunEnded, TextAppended
from ws_notebook.engine.engine import Engine
from ws_notebook.exceptions import RunCancelled, SettingsError

__all__: list[str] = []

Open = Callable[..., Session]


def waits(thread: threading.Thread) -> bool:
    frames = traceback.walk_stack(sys._current_frames()[thread.ident or 0])
    return any(frame.f_code is Engine.wait_or_stop.__code__ for frame, _ in frames)


@contextmanager
def interrupting(when: Callable[[], object]) -> Iterator[None]:
    """Presses Ctrl-C on the main thread while it waits for the run, once `when` returns."""

    def press() -> None:
        when()
        while not waits(threading.main_thread()):
            time.sleep(0.002)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    try:
        yield
    finally:
        thread.join(20)


def test_a_wait_that_is_too_short_raises_and_the_run_goes_on(opened: Open) -> None:
    with slow() as peer:
        run = opened(url_of(peer)).start("Hi")
        until_text(run, "Hal")
        with pytest.raises(TimeoutError, match=r"r1 has not ended after 0\.01 s"):
            run.result(timeout=0.01)
        assert run.status == "in_progress"
        peer.finish()
        assert run.result(20).text == "Hallo"


def test_waiting_for_what_has_ended_returns_at_once(opened: Open) -> None:
    with running_peer(says("Hi")) as peer:
        run = opened(peer.url).ask("Hi")
        assert run.result(0) is run


def test_a_run_is_stopped_from_another_thread(opened: Open) -> None:
    with slow() as peer:
        session = opened(url_of(peer))
        run = session.start("Hi")
        until_text(run, "Hal")
        thread = threading.Thread(target=run.cancel)
        thread.start()
        with pytest.raises(RunCancelled, match=r"r1 was stopped.*run\.text") as raised:
            run.result(20)
        thread.join(20)
        assert raised.value.run is run
        assert (run.status, run.text, run.done) == ("cancelled", "Hal", True)
        assert "connection was closed" in run.stopped
        assert peer.peer is not None
        peer.peer.call(peer.peer.talks[0].wait_closed())
        again = session.ask("And?")
        assert (again.text, session.connections) == ("Again.", 2)
        words = [item["content"][0]["text"] for item in peer.peer.requests[1]["input"]]
        assert words == ["Hi", "Hal", "And?"]


def test_an_interrupt_stops_the_run_that_is_waited_for(opened: Open) -> None:
    with slow() as peer:
        session = opened(url_of(peer))
        run = session.start("Hi")
        with interrupting(lambda: until_text(run, "Hal")), pytest.raises(KeyboardInterrupt):
            run.result()
        assert (run.status, run.text) == ("cancelled", "Hal")
        assert "interrupted" in str(run.error)
        assert session.ask("And?").text == "Again."


def test_an_interrupt_while_streaming_stops_the_run_too(opened: Open) -> None:
    with slow() as peer:
        run = opened(url_of(peer)).start("Hi")
        words: list[str] = []
        arrived = threading.Event()

        def hear() -> None:
            for change in run.stream():
                words.append(change.text if isinstance(change, TextAppended) else "")
                if "".join(words) == "Hal":
                    arrived.set()

        with interrupting(arrived.wait), pytest.raises(KeyboardInterrupt):
            hear()
        assert run.status == "cancelled"


def test_a_stream_misses_nothing_however_late_it_begins(opened: Open) -> None:
    with slow() as peer:
        run = opened(url_of(peer)).start("Hi")
        until_text(run, "Hal")
        changes = run.stream()
        peer.finish()
        told = list(changes)
        assert "".join(change.text for change in told if isinstance(change, TextAppended)) == "Hallo"
        assert [isinstance(change, RunEnded) for change in told].count(True) == 1
        assert isinstance(told[-1], RunEnded)


def test_a_stream_of_what_has_ended_tells_it_again(opened: Open) -> None:
    with running_peer(says("Hi")) as peer:
        run = opened(peer.url).ask("Hi")
        for _ in range(2):
            told = list(run.stream())
            assert "".join(change.text for change in told if isinstance(change, TextAppended)) == "Hi"
            assert isinstance(told[-1], RunEnded)


def test_a_stream_that_is_left_early_leaves_nothing_behind(opened: Open) -> None:
    with slow() as peer:
        run = opened(url_of(peer)).start("Hi")
        until_text(run, "Hal")
        assert run._course.observers == []
        peer.finish()
        run.result(20)


def test_several_streams_are_told_the_same(opened: Open) -> None:
    with slow() as peer:
        run = opened(url_of(peer)).start("Hi")
        until_text(run, "Hal")
        told: list[list[Change]] = [[], []]
        streams = [run.stream(), run.stream()]
        threads = [
            threading.Thread(target=lambda into=into, changes=changes: into.extend(changes))
            for into, changes in zip(told, streams, strict=True)
        ]
        for thread in threads:
            thread.start()
        peer.finish()
        for thread in threads:
            thread.join(20)
        # What each was told of the time before it is its own; all that came later is the same.
        assert [list(map(id, one[-3:])) for one in told] == [list(map(id, told[0][-3:]))] * 2


def test_observing_begins_now_and_says_when_it_is_too_late(opened: Open) -> None:
    with slow() as peer:
        run = opened(url_of(peer)).start("Hi")
        until_text(run, "Hal")
        told: list[str] = []
        assert run.observe(lambda state, change: told.append(type(change).__name__))
        peer.finish()
        run.result(20)
        assert told == ["TextAppended", "ItemDone", "TurnEnded", "RunEnded"]
        assert not run.observe(lambda state, change: None)
        with pytest.raises(SettingsError, match="observer must be a function"):
            run.observe(5)  # type: ignore[arg-type]


def test_streaming_runs_the_tools_of_the_run(local: Open) -> None:
    where: list[threading.Thread] = []

    @tool
    def here() -> str:
        where.append(threading.current_thread())
        return "ok"

    run = local(tools=[here]).start("call here()")
    assert isinstance(list(run.stream())[-1], RunEnded)
    assert where == [threading.current_thread()]


def test_a_run_shows_itself(local: Open) -> None:
    run = local().ask('say "Good morning"')
    assert "Good morning" in repr(run)
    bundle = run._repr_mimebundle_()
    assert "application/vnd.ws-notebook.run.v1+json" in bundle
    assert (run.parent, run.error, run.stopped) == (None, None, "")
    assert run.usage["output_tokens"] > 0
    assert [item["type"] for item in run.items] == ["message", "message"]


def test_the_parent_that_is_named_is_known_before_the_run_begins(opened: Open) -> None:
    with slow() as peer:
        session = opened(url_of(peer))
        first = session.start("Hi")
        second = session.start("And?", parent=first)
        assert second.state.parent is None
        assert second.parent is first
        peer.finish()
        assert second.result(20).parent is first
