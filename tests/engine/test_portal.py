"""The background thread and the queue of work for the main thread."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from typing import Any

import pytest
from support.started import kernel_environment

from ws_notebook.engine.portal import Job, WorkQueue, portal
from ws_notebook.exceptions import SettingsError

__all__: list[str] = []


class Noted:
    """Jobs that note what happened to them."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def job(self, owner: object, name: str, *, joins: bool = False) -> Job:
        return Job(
            owner,
            run=lambda: self.events.append(f"run {name}"),
            start=lambda: self.events.append(f"start {name}"),
            interrupted=lambda: self.events.append(f"interrupted {name}"),
            joins=joins,
        )


def test_there_is_one_portal_for_the_process() -> None:
    assert portal() is portal()
    assert portal().pid == os.getpid()
    assert not portal().here
    assert portal().call(lambda: portal().here)


def test_a_call_returns_or_raises_what_the_function_did() -> None:
    def fail() -> None:
        raise ValueError("odd")

    assert portal().call(lambda: 42) == 42
    with pytest.raises(ValueError, match="odd"):
        portal().call(fail)
    assert portal().call(lambda: portal().call(lambda: "nested")) == "nested"


def test_a_coroutine_runs_on_the_loop() -> None:
    async def where() -> bool:
        return asyncio.get_running_loop() is portal().loop

    assert portal().submit(where()).result(20)


def test_posted_functions_run_in_order() -> None:
    seen: list[int] = []
    for number in range(50):
        portal().post(seen.append, number)
    portal().call(lambda: None)
    assert seen == list(range(50))


def in_child(results: Any) -> None:
    results.put((portal().pid == os.getpid(), portal().call(lambda: 42)))


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_has_a_portal_of_its_own() -> None:
    portal()
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    child = context.Process(target=in_child, args=(results,))
    child.start()
    assert results.get(timeout=20) == (True, 42)
    child.join(20)
    results.close()
    results.join_thread()
    child.close()


def test_a_thread_that_waits_does_the_jobs_of_what_it_waits_for_in_order() -> None:
    work, noted, mine = WorkQueue(), Noted(), object()
    for owner, name in ((mine, "one"), (object(), "other"), (mine, "two")):
        work.put(noted.job(owner, name))
    assert work.wait(mine, lambda: len(noted.events) == 2, timeout=20)
    assert noted.events == ["run one", "run two"]


def test_a_wait_ends_when_its_time_is_over() -> None:
    assert not WorkQueue().wait(None, lambda: False, timeout=0.01)
    assert not WorkQueue().wait(None, lambda: False, timeout=0)
    assert WorkQueue().wait(None, lambda: True, timeout=0)


def test_a_wait_is_woken_from_another_thread() -> None:
    work, done = WorkQueue(), threading.Event()
    entered = threading.Event()

    def until() -> bool:
        entered.set()
        return done.is_set()

    def finish() -> None:
        assert entered.wait(20)
        done.set()
        work.ring()

    thread = threading.Thread(target=finish)
    thread.start()
    assert work.wait(None, until, timeout=20)
    thread.join(20)
    assert work._bells == set()


def test_jobs_that_nobody_began_can_be_forgotten() -> None:
    work, noted, mine, other = WorkQueue(), Noted(), object(), object()
    work.put(noted.job(mine, "mine"))
    work.put(noted.job(other, "other"))
    work.discard(mine)
    assert not work.wait(mine, lambda: bool(noted.events), timeout=0.01)
    assert work.wait(other, lambda: bool(noted.events), timeout=20)
    assert noted.events == ["run other"]


def test_coroutines_of_what_is_awaited_begin_on_the_loop_that_awaits() -> None:
    work, noted, mine = WorkQueue(), Noted(), object()

    async def story() -> None:
        loop = asyncio.get_running_loop()
        work.put(noted.job(mine, "before", joins=True))
        work.begin_awaiting(mine, loop)
        work.put(noted.job(mine, "meanwhile", joins=True))
        work.put(noted.job(object(), "other", joins=True))
        for _ in range(3):
            await asyncio.sleep(0)
        work.end_awaiting(mine, loop)
        work.put(noted.job(mine, "after", joins=True))
        await asyncio.sleep(0)

    asyncio.run(story())
    assert noted.events == ["start before", "start meanwhile"]


def test_functions_of_what_is_awaited_are_called_one_after_another_beside_that_loop() -> None:
    work, noted, mine, done = WorkQueue(), Noted(), object(), threading.Event()
    names = [str(number) for number in range(20)]
    threads: set[threading.Thread] = set()

    def last() -> None:
        threads.add(threading.current_thread())
        done.set()

    async def story() -> None:
        loop = asyncio.get_running_loop()
        work.put(noted.job(mine, names[0]))
        work.begin_awaiting(mine, loop)
        for name in names[1:]:
            work.put(noted.job(mine, name))
        job = noted.job(mine, "last")
        job.run = last
        work.put(job)
        assert await asyncio.to_thread(done.wait, 20)
        work.end_awaiting(mine, loop)

    asyncio.run(story())
    assert noted.events == [f"run {name}" for name in names]
    for thread in threads:
        thread.join(20)
        assert thread is not threading.main_thread()
        assert not thread.is_alive()


def test_what_is_awaited_twice_is_awaited_until_both_have_done() -> None:
    work, noted, mine = WorkQueue(), Noted(), object()

    async def story() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(2):
            work.begin_awaiting(mine, loop)
        work.end_awaiting(mine, loop)
        work.put(noted.job(mine, "one", joins=True))
        for _ in range(2):
            await asyncio.sleep(0)
        work.end_awaiting(mine, loop)
        work.end_awaiting(mine, loop)

    asyncio.run(story())
    assert noted.events == ["start one"]


def test_an_interrupt_in_a_job_passes_and_leaves_the_queue_usable() -> None:
    work, noted, mine = WorkQueue(), Noted(), object()

    def press() -> None:
        signal.raise_signal(signal.SIGINT)

    job = noted.job(mine, "slow")
    job.run = press
    work.put(job)
    work.put(noted.job(mine, "next"))
    with pytest.raises(KeyboardInterrupt):
        work.wait(mine, lambda: False)
    assert work.wait(mine, lambda: bool(noted.events), timeout=20)
    assert noted.events == ["run next"]
    assert not work.attended


def test_a_portal_has_threads_for_tools_and_others_for_all_else() -> None:
    def name() -> str:
        return threading.current_thread().name

    async def aside() -> str:
        return await asyncio.to_thread(name)

    assert portal().pool.submit(name).result(20) == "ws-notebook-tool"
    assert portal().aside.submit(name).result(20) == "ws-notebook-aside"
    assert portal().submit(aside()).result(20) == "ws-notebook-aside"
    assert portal().threads("mine", 1).submit(name).result(20) == "mine"


def test_what_is_asked_of_a_portal_in_a_fork_of_its_process_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing() -> None:
        return

    found = portal()
    monkeypatch.setattr(found, "pid", -1)
    assert found.forked
    for ask in (
        lambda: found.post(int),
        lambda: found.call(int),
        lambda: found.submit(nothing()),
        found.refuse_fork,
        found.refuse_waiting,
    ):
        with pytest.raises(SettingsError, match=r"Make another Session\(\) in this process"):
            ask()


def test_nobody_waits_on_the_background_thread_itself() -> None:
    portal().refuse_waiting()
    with pytest.raises(SettingsError, match=r"own thread.*start\(\) the run"):
        portal().call(portal().refuse_waiting)


def test_a_callback_is_called_on_the_loop_after_a_while() -> None:
    where: list[threading.Thread] = []
    done = threading.Event()

    def note() -> None:
        where.append(threading.current_thread())
        done.set()

    portal().call_later(0.01, note)
    assert done.wait(10)
    assert where == [portal().call(threading.current_thread)]


def test_what_is_let_go_of_where_there_is_no_loop_harms_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    told = threading.Event()
    home = portal()
    home.post_or_not(told.set)
    assert told.wait(10)
    monkeypatch.setattr(home, "pid", 1)
    with pytest.raises(SettingsError, match="a fork of it"):
        home.post(print)
    home.post_or_not(print)


def test_where_no_thread_can_be_started_it_says_what_works_there() -> None:
    program = (
        "import threading, ws_notebook as wsn\n"
        "threading.stack_size(1 << 46)\n"  # more than there is: Python says what it says in Pyodide
        "for _ in range(2):\n"
        "    try: wsn.Session(provider='local')\n"
        "    except wsn.SettingsError as error: print(error)\n"
    )
    command = [sys.executable, "-W", "error", "-c", program]
    told = subprocess.run(command, env=kernel_environment(), capture_output=True, text=True, check=False, timeout=100)
    assert told.stdout.count("No thread can be started here (can't start new thread)") == 2, told.stderr
    assert "its Replay plays them" in told.stdout
    assert told.stderr == ""
