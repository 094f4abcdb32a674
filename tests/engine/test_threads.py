"""Threads that nothing waits behind for ever: what hangs is replaced, what waits does not count, idle ones end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from ws_notebook.engine import threads as module
from ws_notebook.engine.threads import LoopThreads, Threads

__all__: list[str] = []


class Clock:
    """What was asked to be called later; a test calls it."""

    def __init__(self) -> None:
        self.asked: list[Callable[[], None]] = []

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        self.asked.append(callback)

    def strike(self) -> None:
        due, self.asked = self.asked, []
        for callback in due:
            callback()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hold() -> Iterator[threading.Event]:
    """What hangs, hangs until the end of the test."""
    event = threading.Event()
    yield event
    event.set()


def hung(made: Threads, hold: threading.Event, count: int) -> list[object]:
    """So many pieces of work that have begun and hang."""
    begun = threading.Semaphore(0)

    def hang() -> None:
        begun.release()
        hold.wait(60)

    futures: list[object] = [made.submit(hang) for _ in range(count)]
    for _ in range(count):
        assert begun.acquire(timeout=20)
    return futures


def test_work_is_done_in_order_and_its_result_or_error_comes_back(clock: Clock) -> None:
    made = Threads("t", 1, clock.later)
    seen: list[int] = []
    futures = [made.submit(seen.append, number) for number in range(50)]
    assert made.submit(lambda: threading.current_thread().name).result(20) == "t"
    assert [each.result(20) for each in futures] == [None] * 50
    assert seen == list(range(50))
    with pytest.raises(ZeroDivisionError):
        made.submit(lambda: 1 // 0).result(20)


def test_no_more_work_side_by_side_than_usual(clock: Clock, hold: threading.Event) -> None:
    made = Threads("t", 2, clock.later)
    hung(made, hold, 2)
    third = made.submit(int)
    assert (made.waiting, repr(made)) == (1, "<Threads t: 2 busy, 1 waiting>")
    hold.set()
    assert third.result(20) == 0


def test_work_that_nobody_waits_for_any_more_keeps_no_place(clock: Clock, hold: threading.Event) -> None:
    made = Threads("t", 2, clock.later)
    for future in hung(made, hold, 2):
        made.let_go(future)  # type: ignore[arg-type]
    assert made.submit(lambda: "done").result(20) == "done"


def test_work_that_has_not_begun_never_does_when_it_is_let_go(clock: Clock, hold: threading.Event) -> None:
    made = Threads("t", 1, clock.later)
    hung(made, hold, 1)
    called: list[int] = []
    waiting = made.submit(called.append, 1)
    made.let_go(waiting)
    assert waiting.cancelled()
    hold.set()
    assert made.submit(int).result(20) == 0
    assert called == []


def test_what_waits_for_other_work_leaves_it_a_thread(clock: Clock) -> None:
    made = Threads("t", 1, clock.later)

    def outer(depth: int) -> int:
        with made.elsewhere():
            return 1 if depth == 0 else 1 + made.submit(outer, depth - 1).result(20)

    assert made.submit(outer, 40).result(20) == 41
    with made.elsewhere():
        pass  # in a thread that is none of them nothing happens


def test_where_none_comes_to_an_end_a_thread_more_takes_what_waits(clock: Clock, hold: threading.Event) -> None:
    made = Threads("t", 2, clock.later)
    hung(made, hold, 2)
    third = made.submit(lambda: "done")
    clock.strike()
    assert third.result(20) == "done"


def test_where_one_has_ended_meanwhile_nothing_is_stuck(clock: Clock, hold: threading.Event) -> None:
    made = Threads("t", 2, clock.later)
    short = threading.Event()
    hung(made, hold, 1)
    ends = made.submit(short.wait, 20)
    begun = threading.Event()

    def next_one() -> None:
        begun.set()
        hold.wait(60)

    made.submit(next_one)
    made.submit(int)
    short.set()
    assert ends.result(20)
    assert begun.wait(20)
    clock.strike()
    assert made.waiting == 1
    clock.strike()
    assert made.waiting == 0


def test_there_is_a_most_where_one_is_given(clock: Clock, hold: threading.Event) -> None:
    made = Threads("t", 1, clock.later, most=1)
    hung(made, hold, 1)
    made.submit(int)
    clock.strike()
    clock.strike()
    assert made.waiting == 1


def test_a_machine_without_further_threads_has_the_work_wait(
    clock: Clock, hold: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Threads("t", 2, clock.later)
    with monkeypatch.context() as patched:

        def refuse(self: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        patched.setattr(threading.Thread, "start", refuse)
        future = made.submit(int)
        assert made.waiting == 1
    clock.strike()
    assert future.result(20) == 0


def test_idle_threads_are_taken_first_end_after_a_while_and_are_daemons(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_REST", 0.05)
    made = Threads("ends", 4, clock.later)
    ends = made.submit(threading.current_thread).result(20)
    ends.join(20)
    assert not ends.is_alive()
    assert ends.daemon
    assert made.submit(threading.current_thread).result(20) is not ends


def test_an_event_loop_can_have_them(clock: Clock, hold: threading.Event) -> None:
    made = Threads("t", 1, clock.later)
    hung(made, hold, 1)

    async def story() -> str:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(LoopThreads(made))
        asked = asyncio.ensure_future(asyncio.to_thread(lambda: threading.current_thread().name))
        await asyncio.sleep(0)
        clock.strike()
        return await asked

    assert asyncio.run(story()) == "t"
