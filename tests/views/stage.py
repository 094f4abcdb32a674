"""A played run with a real loop of its own in a thread, as a session has one. Also used inside of test kernels."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from render.play import Play

from ws_notebook.core.frames import FrameRecord
from ws_notebook.views.base import View
from ws_notebook.views.messages import Verdict

__all__ = ["Stage"]


class Stage:
    """Plays steps on its loop and tells the view what changed, there."""

    def __init__(self, run_id: str = "r7") -> None:
        self.play = Play(run_id=run_id)
        self.view: View | None = None
        self.stopped = threading.Event()
        self.decided: list[Verdict] = []
        self.refusal: Callable[[Verdict], str] = lambda verdict: ""
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self._told = 0

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def call_later(self, delay: float, callback: Callable[[], None]) -> object:
        return self.loop.call_soon_threadsafe(self.loop.call_later, delay, callback)

    def clock(self) -> float:
        return self.play.now

    def act(self, *steps: Callable[[Play], object]) -> None:
        """Do the steps on the loop, one after another, and wait until they are done."""
        asyncio.run_coroutine_threadsafe(self._act(steps), self.loop).result(20)

    def steer(self, words: str) -> None:
        """Add words to the run on the loop, from any thread, as a session does."""
        self.act(lambda play: play.steer(words))

    def settle(self) -> None:
        """Wait until the loop has done what is due now."""
        asyncio.run_coroutine_threadsafe(self._settle(), self.loop).result(20)

    async def _act(self, steps: tuple[Callable[[Play], object], ...]) -> None:
        for step in steps:
            step(self.play)
            for change in self.play.changes[self._told :]:
                if self.view is not None:
                    self.view.observe(self.play.run, change)
            self._told = len(self.play.changes)
            await asyncio.sleep(0)

    async def _settle(self) -> None:
        # A callback that is handed over, the timer it starts, and what that calls: a round of the loop each.
        for _ in range(5):
            await asyncio.sleep(0)

    # What a view is handed.

    def stop(self) -> None:
        self.stopped.set()

    def decide(self, verdict: Verdict) -> None:
        """Take what a reader decides, unless `refusal` says what is wrong with it."""
        self.decided.append(verdict)
        problem = self.refusal(verdict)
        if problem:
            raise ValueError(problem)

    def frames(self) -> list[FrameRecord]:
        return []
