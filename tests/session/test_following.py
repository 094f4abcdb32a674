"""Runs that are awaited and followed on an event loop, and what remains of it: nothing."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest
from support.behind import on_loop
from support.peer import running_peer, says
from support.slow import slow, until_text, url_of

import ws_notebook as wsn
from ws_notebook import RunEnded, Session, TextAppended, tool

__all__: list[str] = []

Open = Callable[..., Session]


def text_of(changes: list[wsn.Change]) -> str:
    return "".join(change.text for change in changes if isinstance(change, TextAppended))


def test_awaiting_a_run_gives_the_run_and_raises_its_error(opened: Open) -> None:
    async def story(session: Session, stuck: Session) -> None:
        run = session.start("Hi")
        assert await run is run
        assert await run is run
        failed = stuck.start("Hi")
        stuck.close()
        with pytest.raises(wsn.WsNotebookError) as caught:
            await failed
        assert caught.value is failed.error

    with running_peer(says("Hi")) as peer, slow() as unfinished:
        asyncio.run(story(opened(peer.url), opened(url_of(unfinished))))


def test_several_may_await_one_run(opened: Open) -> None:
    async def story() -> None:
        with slow() as peer:
            run = opened(url_of(peer)).start("Hi")
            waiting = [asyncio.ensure_future(run) for _ in range(3)]
            await asyncio.to_thread(until_text, run, "Hal")
            peer.finish()
            assert await asyncio.gather(*waiting) == [run] * 3

    asyncio.run(story())


def test_a_task_that_is_cancelled_while_it_awaits_stops_the_run(opened: Open) -> None:
    async def story() -> None:
        with slow() as peer:
            run = opened(url_of(peer)).start("Hi")
            await asyncio.to_thread(until_text, run, "Hal")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(run, 0.01)
            assert (run.status, run.text) == ("cancelled", "Hal")

    asyncio.run(story())


def test_the_changes_of_a_run_come_to_a_loop_as_they_do_to_a_thread(opened: Open) -> None:
    async def story(session: Session) -> None:
        run = session.start("Hi")
        told = [change async for change in run]
        assert text_of(told) == "Hi"
        assert isinstance(told[-1], RunEnded)
        assert [isinstance(each, RunEnded) for each in told].count(True) == 1
        again = [change async for change in run]
        assert text_of(again) == "Hi"
        assert isinstance(again[-1], RunEnded)

    with running_peer(says("Hi")) as peer:
        asyncio.run(story(opened(peer.url)))


def test_who_comes_late_misses_nothing(opened: Open) -> None:
    async def story() -> None:
        with slow() as peer:
            run = opened(url_of(peer)).start("Hi")
            await asyncio.to_thread(until_text, run, "Hal")
            changes = aiter(run)
            peer.finish()
            assert text_of([change async for change in changes]) == "Hallo"

    asyncio.run(story())


def test_a_loop_that_is_left_early_leaves_nothing_and_the_run_goes_on(opened: Open) -> None:
    async def story() -> None:
        with slow() as peer:
            session = opened(url_of(peer))
            run = session.start("Hi")
            async for change in run:
                if isinstance(change, TextAppended):
                    break
            assert run._course.observers == []
            on_loop(session, lambda: None)
            assert session._engine.portal.work._awaiting == []
            peer.finish()
            assert (await run).text == "Hallo"

    asyncio.run(story())


def test_an_iterator_that_is_dropped_leaves_nothing(opened: Open) -> None:
    async def story() -> None:
        with slow() as peer:
            session = opened(url_of(peer))
            run = session.start("Hi")
            kept: list[Any] = [aiter(run), run.stream(), aiter(run), run.stream()]
            assert len(run._course.observers) == 4
            await kept[2].aclose()
            kept[3].close()
            assert [await anext(kept[2], None), next(kept[3], None)] == [None, None]
            kept.clear()
            gc.collect()
            on_loop(session, lambda: None)
            assert (run._course.observers, session._engine.portal.work._awaiting) == ([], [])
            peer.finish()
            assert run.result(20).text == "Hallo"

    asyncio.run(story())


def test_a_run_outlives_the_loop_that_followed_it(opened: Open) -> None:
    async def first(run: wsn.Run) -> Any:
        changes = aiter(run)
        await anext(changes)
        return changes

    with slow() as peer:
        run = opened(url_of(peer)).start("Hi")
        changes = asyncio.run(first(run))
        peer.finish()
        assert run.result(20).text == "Hallo"
        assert changes is not None


def test_tools_run_while_their_run_is_followed(local: Open) -> None:
    where: dict[str, object] = {}

    @tool
    def plain() -> str:
        where["plain"] = threading.current_thread()
        return "a"

    @tool
    async def slow() -> str:
        where["slow"] = asyncio.current_task() and threading.current_thread()
        return "b"

    async def story() -> None:
        run = local(tools=[plain, slow]).start("call plain() and slow()")
        assert isinstance([change async for change in run][-1], RunEnded)
        assert [each.output for each in run.tool_calls] == ["a", "b"]

    asyncio.run(story())
    assert where["slow"] is threading.current_thread()
    assert where["plain"] is not threading.current_thread()


def test_a_tool_cannot_wait_on_a_loop_for_its_own_run(local: Open) -> None:
    said: list[str] = []

    @tool
    async def ask_myself(how: str) -> str:
        run = session.runs[-1]
        try:
            if how == "await":
                await run
            else:
                [change async for change in run]
        except wsn.SettingsError as error:
            said.append(str(error))
        return how

    session = local(tools=[ask_myself])
    asyncio.run(asked(session, 'call ask_myself(how="await")'))
    asyncio.run(asked(session, 'call ask_myself(how="follow")'))
    assert len(said) == 2
    assert all("cannot wait for a run of the same session" in each for each in said)


async def asked(session: Session, words: str) -> None:
    await session.ask_async(words, timeout=30)


def test_a_session_closes_at_the_end_of_its_async_with(server: Any) -> None:
    async def story() -> None:
        options: dict[str, Any] = {"provider": server.base_url, "profile": "local", "api_key": server.token}
        async with Session(**options) as session:
            assert (await session.ask_async('say "one"')).text == "one"
            going = session.start("wait 30 s")
        assert (session.state, going.done) == ("closed", True)
        async with session:
            assert session.state == "closed"

    asyncio.run(story())
