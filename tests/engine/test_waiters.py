"""Who waits for runs: threads, callbacks, also those that come late, and functions that must not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from support.behind import waited

from ws_notebook import Session, SettingsError, tool
from ws_notebook.engine.waiters import LoopBell

__all__: list[str] = []

Open = Callable[..., Session]


def test_the_end_of_a_run_is_told_once_also_to_those_who_come_late(local: Open) -> None:
    run = local().start('say "one"')
    waiters = run._engine.waiters
    told = threading.Event()
    waiters.when_ended(run._course, told.set)
    assert told.wait(20)
    late = threading.Event()
    waiters.when_ended(run._course, late.set)
    assert late.wait(20)


def test_a_bell_wakes_a_loop_from_another_thread() -> None:
    rung = threading.Event()

    async def heard() -> None:
        bell = LoopBell()
        await bell.heard(lambda: True)

        def ring() -> None:
            bell.ring()
            rung.set()
            bell.ring()

        threading.Timer(0.05, ring).start()
        await asyncio.wait_for(bell.heard(rung.is_set), 20)

    asyncio.run(heard())


def test_a_wait_looks_again_when_it_is_woken_and_ends_with_its_time(local: Open) -> None:
    run, rung = local().start("think 600 seconds"), threading.Event()
    assert not waited(run, rung.is_set, 0.01)

    def ring() -> None:
        rung.set()
        run._engine.waiters.wake()

    threading.Timer(0.05, ring).start()
    assert waited(run, rung.is_set)
    run.cancel()


def test_a_function_of_a_run_does_not_wait_for_what_begins_after_it(local: Open) -> None:
    session = local()
    refused: list[str] = []

    @tool
    def look() -> str:
        with pytest.raises(SettingsError, match="cannot wait for a run of the same session") as told:
            session._engine.waiters.refuse_inside_tool()
        refused.append(str(told.value))
        return "ok"

    session.ask("call look()", tools=[look])
    assert len(refused) == 1
    session._engine.waiters.refuse_inside_tool()
