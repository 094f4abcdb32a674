"""Sessions that nobody asks: their connections close, and open again when somebody does."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from support.behind import on_loop
from support.peer import Peer, running_peer, says
from support.slow import slow, url_of

from ws_notebook import RunEnded, Session, Waits, tool
from ws_notebook.core.run import RequestSettings, RunState
from ws_notebook.engine.portal import portal
from ws_notebook.engine.rest import Rest, call_held

__all__: list[str] = []

Open = Callable[..., Session]


class Closer:
    """What a Rest closes."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    def close(self) -> None:
        self.closed.set()


def state() -> RunState:
    return RunState(id="r1", input=[], settings=RequestSettings(), asked=0.0, asked_at=0.0)


def test_what_rests_is_closed_once_no_run_has_been_in_progress_for_a_while() -> None:
    async def story() -> None:
        closer = Closer()
        rest, one, two = Rest(closer.close, lambda: 0.01), state(), state()
        for run in (one, two):
            rest.begin(run)
        rest.end(one)
        assert rest.going
        assert rest._timer is None
        rest.end(two)
        assert not rest.going
        await asyncio.wait_for(closer.closed.wait(), 20)

    asyncio.run(story())


def test_a_run_that_begins_in_between_keeps_it_open() -> None:
    async def story() -> None:
        closer = Closer()
        rest, run = Rest(closer.close, lambda: 100), state()
        rest.end(run)
        waiting = rest._timer
        rest.begin(run)
        assert waiting is not None
        assert waiting.cancelled()
        assert (rest._timer, closer.closed.is_set()) == (None, False)

    asyncio.run(story())


def test_without_a_limit_it_never_rests_and_the_timer_holds_nothing() -> None:
    async def story() -> None:
        closer = Closer()
        Rest(closer.close, lambda: None).end(state())
        held = weakref.WeakMethod(closer.close)
        rest = Rest(closer.close, lambda: 100)
        rest.end(state())
        del closer, rest
        gc.collect()
        assert held() is None
        call_held(held)

    asyncio.run(story())


def until(session: Session, wanted: Callable[[], bool]) -> None:
    """Wait until it is so after some step on the loop."""
    seen = threading.Event()
    session.watch(lambda: seen.set() if wanted() else None)
    assert on_loop(session, wanted) or seen.wait(20)


def test_a_session_closes_its_connection_after_five_idle_minutes_and_loses_nothing(opened: Open) -> None:
    with running_peer(says("One", "Two")) as peer:
        session = opened(peer.url, profile="openai")
        assert session.waits.idle == 300
        session.waits = Waits(idle=0.01)
        first = session.ask("1?")
        until(session, lambda: session.state == "idle")
        session.waits = Waits()
        second = session.ask("2?")
        assert (second.text, second.parent, session.connections, session.state) == ("Two", first, 2, "open")
        assert second.turns[0].recovered == "connection_idle"
        assert "previous_response_id" not in peer.requests[1]
        assert [item.get("role") for item in peer.requests[1]["input"]] == ["user", "assistant", "user"]


def test_where_responses_are_stored_it_goes_on_by_their_id(opened: Open) -> None:
    with running_peer(says("One", "Two")) as peer:
        session = opened(peer.url, profile="openai", store=True)
        session.waits = Waits(idle=0.01)
        first = session.ask("1?")
        until(session, lambda: session.state == "idle")
        assert session.ask("2?").text == "Two"
        assert peer.requests[1]["previous_response_id"] == first.response_id


def test_a_session_does_not_rest_while_a_tool_works(local: Open) -> None:
    session = local()
    session.waits = Waits(idle=0.001)

    @tool
    def look() -> str:
        for _ in range(20):
            on_loop(session, lambda: None)
        return session.state

    run = session.ask("call look()", tools=[look])
    assert [each.output for each in run.tool_calls] == ["open"]
    assert session.connections == 1


def closed(peer: Peer, count: int) -> None:
    """Wait until the first `count` connections are closed."""
    for talk in peer.talks[:count]:
        peer.call(talk.wait_closed())


def asked(url: str, **options: Any) -> Session:
    session = Session(provider=url, model="demo", api_key="a-key-for-tests", **options)
    session.ask("Hi")
    return session


@pytest.fixture
def without_collector() -> Any:
    """What goes without the garbage collector goes at once."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_collector")
def test_a_session_that_is_made_anew_ten_times_leaves_one_connection_although_its_runs_are_kept() -> None:
    kept = []
    with running_peer(says("Hi")) as peer:
        for _ in range(10):
            session = asked(peer.url)
            kept.append(session.runs[0])
        closed(peer, 9)
        assert (len(peer.talks), peer.talks[9].socket.state.name, session.state) == (10, "OPEN", "open")
        assert {run.text for run in kept} == {"Hi"}
        session.close()


def test_a_run_that_is_held_gives_its_session_back_and_that_can_be_asked(opened: Open) -> None:
    with running_peer(says("One", "Two", "Three")) as peer:
        made = Session(provider=peer.url, model="demo", api_key="a-key-for-tests", instructions="Be brief.")
        made.instructions = "Be very brief."
        run = made.ask("1?")
        assert run.session is made
        held = weakref.ref(made)
        del made
        gc.collect()
        assert held() is None
        again = run.session
        assert (again.runs, again.instructions, run.session is again) == ([run], "Be very brief.", True)
        assert again.ask("2?").parent is run
        assert run.session.ask("3?", parent=run).text == "Three"
        again.close()


def test_a_run_in_progress_keeps_a_session_that_nobody_holds() -> None:
    with slow() as peer:
        ended = threading.Event()
        run = Session(provider=url_of(peer), model="demo", api_key="a-key-for-tests").start("Hi")
        run.observe(lambda _, change: ended.set() if isinstance(change, RunEnded) else None)
        gc.collect()
        assert run.session.state != "closed"
        peer.finish()
        assert ended.wait(20)
        assert run.result(20).text == "Hallo"
        portal().call(lambda: None)
        assert not portal().going


def test_what_is_dropped_is_collected_with_its_connection() -> None:
    with running_peer(says("Hi")) as peer:
        sessions = [asked(peer.url) for _ in range(3)]
        behind = [weakref.ref(session._engine) for session in sessions]
        sessions.clear()
        gc.collect()
        portal().call(lambda: None)
        gc.collect()
        assert [each() for each in behind] == [None] * 3
        closed(peer, len(peer.talks))


def test_what_is_collected_without_a_word_closes_its_connection_too() -> None:
    with running_peer(says("Hi")) as peer:
        session: Any = asked(peer.url)
        # A cycle through the handle, as a traceback or a callback makes it.
        session.on_approval = session.trace
        behind = weakref.ref(session._engine)
        del session
        gc.collect()
        portal().call(lambda: None)
        gc.collect()
        assert behind() is None
        closed(peer, len(peer.talks))
