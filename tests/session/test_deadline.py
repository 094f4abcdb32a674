"""A question with a time limit is stopped when its time is over; what had come is kept."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from support.behind import on_loop
from support.events import answer, created, delta, message
from support.peer import Talk, running_peer, says

from ws_notebook import Run, RunCancelled, Session, SettingsError, tool

__all__: list[str] = []

Open = Callable[..., Session]


async def half(talk: Talk, request: dict[str, Any]) -> None:
    """Answers half of "Hi", and all of anything else."""
    number = len(talk.peer.requests)
    if "Hi" in json.dumps(request["input"][-1]):
        await talk.send(created(f"resp_{number}"), delta("Hal"))
    else:
        await talk.send(answer(f"resp_{number}", message("Again.")))


def stopped(error: BaseException) -> Run:
    """The run of a TimeoutError, which was stopped."""
    run = getattr(error, "run", None)
    assert isinstance(run, Run)
    assert (run.status, type(run.error), run.done) == ("cancelled", RunCancelled, True)
    assert f"{run.id} had not ended after 0.3 s and was stopped" in str(error)
    assert "its time was over" in str(run.error)
    return run


def test_ask_stops_a_run_whose_time_is_over(opened: Open) -> None:
    with running_peer(half) as peer:
        session = opened(peer.url)
        with pytest.raises(TimeoutError) as caught:
            session.ask("Hi", timeout=0.3)
        assert stopped(caught.value).text in ("Hal", "")
        assert session.runs == [getattr(caught.value, "run", None)]
        assert session.ask("And?", timeout=50).text == "Again."


def test_ask_async_does_so_too_and_the_loop_goes_on(opened: Open) -> None:
    async def story(session: Session) -> None:
        with pytest.raises(TimeoutError) as caught:
            await session.ask_async("Hi", timeout=0.3)
        stopped(caught.value)
        assert (await session.ask_async("And?", timeout=50)).text == "Again."

    with running_peer(half) as peer:
        asyncio.run(story(opened(peer.url)))


def test_a_function_of_the_main_thread_is_interrupted(local: Open) -> None:
    never = threading.Event()

    @tool
    def hang() -> str:
        return str(never.wait(20))

    with pytest.raises(TimeoutError) as caught:
        local(tools=[hang]).ask("call hang()", timeout=0.3)
    assert [each.status for each in stopped(caught.value).tool_calls] == ["cancelled"]


def test_a_run_that_ends_in_time_leaves_no_timer(opened: Open) -> None:
    with running_peer(says("Hi")) as peer:
        session = opened(peer.url)
        before = on_loop(session, timers, session)
        assert session.ask("Hi", timeout=5000).text == "Hi"
        assert on_loop(session, timers, session) == before


def timers(session: Session) -> int:
    """Timers of the sessions' loop that are far away, but for those of connections."""
    loop = asyncio.get_running_loop()
    found = [each for each in loop._scheduled if not each.cancelled()]  # type: ignore[attr-defined]
    return sum(4000 < each.when() - loop.time() < 6000 for each in found)


def test_a_timeout_that_is_none_is_refused_before_anything_is_asked(opened: Open) -> None:
    session = opened("http://127.0.0.1:1/v1")
    with pytest.raises(SettingsError, match="timeout must be a number of seconds"):
        session.ask("Hi", timeout="5")  # type: ignore[arg-type]
    assert session.runs == []
