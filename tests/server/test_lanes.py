from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ws_notebook.server.lanes import Lanes


class Story:
    """Jobs that note their name and wait to be let go."""

    def __init__(self, in_flight: int) -> None:
        self.lanes = Lanes(in_flight=in_flight)
        self.begun: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}

    def add(self, lane: str | None, name: str, *, counted: bool = True) -> None:
        self._gates[name] = asyncio.Event()

        async def job() -> None:
            self.begun.append(name)
            await self._gates[name].wait()

        self.lanes.add(lane, job, counted=counted)

    async def settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    async def release(self, *names: str) -> None:
        for name in names:
            self._gates[name].set()
        await self.settle()


def run(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 20))  # type: ignore[arg-type]


def test_a_lane_is_first_in_first_out_and_lanes_do_not_wait_for_each_other() -> None:
    async def story() -> None:
        told = Story(16)
        for lane, name in (("a", "a1"), ("a", "a2"), ("b", "b1"), (None, "d1")):
            told.add(lane, name)
        await told.settle()
        assert told.begun == ["a1", "b1", "d1"]
        assert told.lanes.waiting == 1
        await told.release("a1")
        assert told.begun[-1] == "a2"
        await told.release("a2", "b1", "d1")
        assert not told.lanes.busy

    run(story)


def test_what_is_over_the_limit_waits_in_the_order_it_came() -> None:
    async def story() -> None:
        told = Story(1)
        for name in ("a", "b", "c"):
            told.add(name, name)
        await told.release("a")
        await told.release("b")
        assert told.begun == ["a", "b", "c"]
        assert told.lanes.waiting == 0

    run(story)


def test_what_is_not_counted_needs_no_place() -> None:
    async def story() -> None:
        told = Story(1)
        told.add("a", "a")
        told.add("b", "b", counted=False)
        await told.settle()
        assert told.begun == ["a", "b"]

    run(story)


def test_finished_waits_for_everything() -> None:
    async def story() -> None:
        told = Story(1)
        told.add("a", "a")
        told.add("a", "b")
        waiter = asyncio.create_task(told.lanes.finished())
        await told.release("a")
        assert not waiter.done()
        await told.release("b")
        await waiter

    run(story)


def test_closing_cancels_what_runs_and_forgets_what_waits() -> None:
    async def story() -> None:
        told = Story(1)
        told.add("a", "a")
        told.add("a", "b")
        await told.settle()
        told.lanes.close()
        await told.lanes.finished()
        assert told.begun == ["a"]

    run(story)


def test_a_lane_whose_client_is_gone_ends_quietly() -> None:
    async def gone() -> None:
        raise ConnectionResetError

    async def story() -> None:
        lanes = Lanes(in_flight=1)
        lanes.add(None, gone)
        await lanes.finished()
        assert not lanes.busy

    run(story)
