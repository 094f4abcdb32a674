"""A batch as users hold it: wait for it, read it, pause it, stop it, go on with it, ask again what failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .. import kernel
from ..engine.course import Course
from ..engine.waiters import LoopBell
from ..exceptions import RunCancelled, SettingsError
from .asker import Asker
from .cluster import ClusterDriver
from .driver import Driver
from .ledger import Ledger
from .plan import Plan, planned, take_over
from .row import FAILED, Row
from .table import table

if TYPE_CHECKING:
    import pandas as pd

    from .showing import Seen, Shown

__all__ = ["Batch", "made_batch"]

_CLOSING = 10.0
"""Seconds in which a journal is written and closed."""


def made_batch(asker: Asker, data: Any, prompt: Any, **settings: Any) -> Batch:
    """A batch that has begun. Raises SettingsError, in words, for whatever cannot be asked; settings: see `planned`."""
    batch = Batch(planned(asker, data, prompt, **settings))
    return batch._start(batch._ledger.positions(["waiting"]))


class Batch:
    """Rows that are asked one question. Made by `Session.map`, `start_map` and `map_async`.

    `for row in batch` gives the rows in order, each once it has ended; `batch.as_completed()` as they end; `await
    batch` waits on an event loop.
    """

    def __init__(self, plan: Plan) -> None:
        self._asker, self._plan = plan.asker, plan
        self._ledger = Ledger([Row(position, plan.data.label(position)) for position in range(len(plan.data))])
        self._journal = plan.journal()
        """The open journal, until its rows are asked."""
        if self._journal is not None:
            take_over(self._journal.records, plan, self._ledger)
        self._driver: Driver | ClusterDriver | None = None
        self._view: Seen | None = None
        self._shown_in: str | None = None
        """The execution of a cell in which it is shown."""
        self.notes: Sequence[str] = plan.notes
        """What is to be known of how it was asked, in sentences."""

    # What it is.

    @property
    def id(self) -> str:
        """The name of its line among the session's runs."""
        return self._began.line.id

    @property
    def status(self) -> str:
        """in_progress, paused, completed (every row has ended), or stopped (some wait to be asked)."""
        driver = self._began
        if not driver.ended:
            return "paused" if driver.paused else "in_progress"
        return "completed" if self._ledger.done == len(self) else "stopped"

    @property
    def done(self) -> bool:
        """Whether nothing more is asked, in whatever way it ended."""
        return self._began.ended

    @property
    def error(self) -> Exception | None:
        """Why it stopped, as `result()` raises it; None where every row has ended, or a budget was reached."""
        return self._began.halted

    @property
    def stopped(self) -> str:
        """The limit at which it stopped, and what to do; empty elsewhere."""
        short = self._began.short
        return f"{short} Ask with a larger one, with the same journal, or call batch.resume()." if short else ""

    @property
    def rows(self) -> list[Row]:
        """Every row, in order."""
        return list(self._ledger.rows)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are of each status."""
        return {status: count for status, count in self._ledger.counts.items() if count}

    @property
    def answered(self) -> int:
        """How many rows have ended, in whatever way."""
        return len(self._ledger.ended)

    @property
    def usage(self) -> dict[str, Any]:
        """Tokens so far, in the provider's words."""
        return self._ledger.usage()

    @property
    def cost(self) -> float | None:
        """What was spent so far, in the unit of `prices`; None where none are given."""
        return self._plan.budget.spent

    @property
    def frame(self) -> Any:
        """The answers as a table with the data's index: `answer` or the fields of `text_format`, and facts."""
        return self._table(self._ledger.rows)

    @property
    def failed(self) -> pd.DataFrame:
        """The rows of it that ended without the answer that was asked for."""
        return self._table([row for row in self._ledger.rows if row.status in FAILED])

    def __len__(self) -> int:
        return len(self._ledger.rows)

    def __getitem__(self, position: int) -> Row:
        return self._ledger.rows[position]

    # What can be done with it.

    def result(self, timeout: float | None = None) -> Batch:
        """Wait for the end and return it. `timeout`: in seconds; TimeoutError after that, and it goes on.

        Raises what stopped it: RunCancelled where somebody did, or the error that every further row would have met.
        KeyboardInterrupt stops it. Rows that failed raise nothing: they are in `failed`.
        """
        try:
            if not self._wait(lambda: self.done, timeout):
                raise TimeoutError(f"The batch has not ended after {timeout:g} s. It goes on; call result() again.")
        finally:
            # In the cell, of which nbclient and others heed no output that comes later.
            if self.done and self._view is not None:
                self._view.finish()
        return self._ended()

    def stop(self) -> None:
        """Ask nothing more, and give up what is being asked; `resume()` goes on. Returns once that is so."""
        engine = self._asker.engine
        if not self.done:
            engine.cancel(self._course, "stop")
        if not engine.portal.here:
            engine.waiters.wait(self._course, lambda: self.done, _CLOSING)

    def pause(self) -> None:
        """Ask nothing more for now; what was asked comes to its end. `resume()` goes on."""
        self._began.pause(True)

    def resume(self) -> Batch:
        """Go on with the rows that wait, and return at once: after a pause, a stop, an interrupt or a budget."""
        driver = self._began
        if not driver.ended:
            driver.pause(False)
            return self
        return self._start(self._ledger.positions(["waiting"]))

    def retry(self) -> Batch:
        """Ask the rows that failed once more, with those that wait, and wait for it. Raises as `result` does."""
        if not self.done:
            raise SettingsError("The batch still goes on. Wait for it with batch.result(), or stop it.")
        self._asker.engine.portal.call(self._reopen)
        return self._start(self._ledger.positions(["waiting"])).result()

    def limit(self, *, max_tokens: int | None = None, max_cost: float | None = None) -> Batch:
        """Set other budgets for what is still to be asked; None: no limit. Returns the batch."""
        self._plan.budget.allow(max_tokens, max_cost)
        return self

    def close(self) -> None:
        """Stop it, and let others write its journal."""
        self.stop()

    def when_done(self, callback: Callable[[], object]) -> None:
        """Have it called on the session's loop at the end: soon, where that has come. It returns at once."""
        self._asker.engine.portal.post(self._began.tell_at_end, callback)

    # Waiting.

    def __iter__(self) -> Iterator[Row]:
        for row in self._ledger.rows:
            self._wait_for_row(lambda row=row: row.done or self.done)  # type: ignore[misc]
            if not row.done:
                self._ended()
                return
            yield row

    def as_completed(self) -> Iterator[Row]:
        """The rows in the order in which they end."""
        ended = self._ledger.ended
        for place in range(len(self)):
            self._wait_for_row(lambda place=place: len(ended) > place or self.done)  # type: ignore[misc]
            if len(ended) <= place:
                self._ended()
                return
            yield self._ledger.rows[ended[place]]

    def __await__(self) -> Generator[Any, None, Batch]:
        return self._awaited().__await__()

    async def __aiter__(self) -> AsyncIterator[Row]:
        for row in self._ledger.rows:
            await self._until(lambda row=row: row.done or self.done)  # type: ignore[misc]
            if not row.done:
                self._ended()
                return
            yield row

    async def _awaited(self) -> Batch:
        try:
            await self._until(lambda: self.done)
        except asyncio.CancelledError:
            self.stop()
            raise
        return self._ended()

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Wait on the running loop, where coroutine tools of the rows join it."""
        bell = LoopBell()

        def tell(_: Row | None = None) -> None:
            bell.ring()

        stand_down = self._asker.engine.waiters.stand_by(bell, self._course, bell.loop)
        self._ledger.watch(tell)
        self.when_done(tell)
        try:
            await bell.heard(condition)
        finally:
            self._ledger.unwatch(tell)
            stand_down()

    def _wait_for_row(self, condition: Callable[[], bool]) -> None:
        follower = object()
        self._ledger.followers.add(follower)
        try:
            self._wait(condition)
        finally:
            self._ledger.followers.discard(follower)

    def _wait(self, condition: Callable[[], bool], timeout: float | None = None) -> bool:
        engine = self._asker.engine
        try:
            return engine.wait_or_stop(self._course, condition, timeout)
        except KeyboardInterrupt:
            # Its journal is closed then, so that the same call can go on with it.
            engine.waiters.wait(self._course, lambda: self.done, _CLOSING)
            raise

    def _ended(self) -> Batch:
        error = self.error
        if error is not None:
            if isinstance(error, RunCancelled):
                raise RunCancelled(
                    f"The batch was stopped with {self._ledger.done:,} of {len(self):,} rows answered. batch.resume() "
                    "goes on with the others, as the same call does with its journal."
                ) from None
            raise error
        return self

    # Inside.

    @property
    def _began(self) -> Driver | ClusterDriver:
        assert self._driver is not None
        return self._driver

    @property
    def _course(self) -> Course:
        return self._began.line._course

    def _start(self, positions: Sequence[int]) -> Batch:
        """Ask these rows; returns at once. Raises SettingsError where the journal cannot be opened."""
        plan = self._plan
        journal, self._journal = self._journal or plan.journal(), None
        try:
            line = self._asker.open_line(f"{len(self):,} rows: {plan.words}")
        except BaseException:
            if journal is not None:
                journal.close()
            raise
        driver = Driver if plan.remote is None else ClusterDriver
        self._driver = driver(plan, self._ledger, line, positions, journal)
        self._driver.begin()
        if self._view is not None:
            self._view.refresh()
        return self

    def _reopen(self) -> None:
        for position in self._ledger.positions(FAILED):
            self._ledger.reopen(self._ledger.rows[position])

    def _table(self, rows: Sequence[Row]) -> Any:
        return table(self._plan.data, rows, self._asker.format, priced=self._plan.budget.priced)

    # How it shows itself.

    def show(self, view: str | None = "auto") -> None:
        """Show it live in the cell that runs here: "auto", "live", "text" (a bar) or "none".

        Raises SettingsError for another word.
        """
        from .showing import chosen_view, show

        made = chosen_view(view, self._shown(), self._asker.engine.portal.call_later)
        if made is None:
            return
        self._view, self._shown_in = made, kernel.execution()
        show(made, self._ledger)
        self.when_done(made.finish)

    def _shown(self) -> Shown:
        from .showing import Shown

        return Shown(self._ledger, self._asker.engine.keys, self._facts, self._act)

    def _facts(self) -> dict[str, Any]:
        from .picture import facts_of

        more = {
            "id": self.id,
            "status": self.status,
            "prompt": self._plan.words,
            "model": self._asker.model,
            "cost": self.cost,
            "notes": list(self.notes),
            "stopped": self.stopped,
            "ended": self._began.line.state.ended,
        }
        return facts_of(self._ledger, self._plan.pace, self._asker.engine.keys, more)

    def _act(self, kind: str) -> None:
        """What a reader of a view wants: pause, resume, or stop, without a wait."""
        engine = self._asker.engine
        if kind == "stop":
            engine.portal.post(engine.cancel, self._course, "stop")
        else:
            self._began.pause(kind == "pause")

    def _ipython_display_(self) -> None:
        """Its picture; nothing in the cell that shows it already."""
        from IPython.display import publish_display_data

        if self._shown_in is None or self._shown_in != kernel.execution():
            publish_display_data(self._repr_mimebundle_())  # type: ignore[no-untyped-call]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return self._shown().forms()

    def __repr__(self) -> str:
        counts = ", ".join(f"{count:,} {status}" for status, count in self.counts.items())
        return f"<Batch {self.id} {self.status}: {counts} of {len(self):,} rows>"
