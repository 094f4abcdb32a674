"""What goes on in a batch: which row is asked when, what comes of it, and when it is over. It lives on the loop.

It has no thread and no socket: it is called when a run of a row ends, and begins the next. With a journal a row is
written as asked before it is asked, and as ended before it counts, by a thread of the portal's while others go on.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from ..core.changes import Change, RunEnded, TurnChanged, TurnStarted
from ..core.outcome import RATE_LIMITED
from ..core.run import RunState
from ..core.summary import Summary
from ..engine.course import Course, Observer
from ..exceptions import RateLimited, RunCancelled, SettingsError, WsNotebookError
from ..secrets import hidden
from .asker import RowRun
from .journal import Journal, Record
from .ledger import Ledger
from .plan import Plan
from .verdict import AGAIN, Next, Verdict, verdict

__all__ = ["Driver", "Rows", "row_words"]

_BACKOFF, _LONGEST = 1.0, 60.0
"""Seconds of the wait for a rate limit that says none: at first, and at the most."""

_DISCARDED = 64
"""So many runs of rows are let go together: that looks at the log of frames."""


class Rows:
    """What has the rows at `positions` asked, from here or elsewhere."""

    def __init__(
        self, plan: Plan, ledger: Ledger, line: RowRun, positions: Sequence[int], journal: Journal | None
    ) -> None:
        self.asker, self.line, self.ledger, self.pace = plan.asker, line, ledger, plan.pace
        self.paused = False
        self.over = False
        """Whether nothing more is asked; `ended`: whether all that was asked has ended too."""
        self.ended = False
        self.halted: Exception | None = None
        """Why it stopped before all rows had ended; None where it did not."""
        self.short = ""
        """The limit that it stopped at, in words."""
        self._told: list[Callable[[], object]] = []
        """Called at the end."""
        self._questions, self._journal = plan.questions, journal
        self._queue = deque(positions)
        self._engine = plan.asker.engine

    def tell_at_end(self, callback: Callable[[], object]) -> None:
        """Have it called at the end, or now where that has come, in a thread of the portal's."""
        if self.ended:
            self._engine.portal.aside.submit(callback)
        else:
            self._told.append(callback)

    def _records(self, statuses: Mapping[int, str], more: int = 0) -> list[Record]:
        """Rows as the journal has them; `more`: attempts that begin now."""
        rows, keys = self.ledger.rows, self._engine.keys
        return [self._questions.record(rows[place], status, keys, more) for place, status in statuses.items()]

    def _tell_end(self, transport: str, where: str = "", **sent: int) -> None:
        """It has ended: the line's summary, and whoever waits."""
        self.ended = True
        words = ", ".join(f"{count:,} {status}" for status, count in self.ledger.counts.items() if count)
        stopped = isinstance(self.halted, RunCancelled)
        summary = Summary(
            status="completed" if self.halted is None else "cancelled" if stopped else "failed",
            words=f"{len(self.ledger.rows):,} rows{where}: {words}. {self.short}".strip(),
            usage=self.ledger.usage(),
            transport=transport,
            error=self.halted,
            **sent,
        )
        self._engine.end_line(self.line._course, summary)
        self._engine.portal.work.ring()
        for tell in self._told:
            self._engine.portal.aside.submit(tell)


class Driver(Rows):
    """Asks the rows at `positions`. Everything but `pause` and what it is made with is the loop's."""

    def __init__(
        self, plan: Plan, ledger: Ledger, line: RowRun, positions: Sequence[int], journal: Journal | None
    ) -> None:
        super().__init__(plan, ledger, line, positions, journal)
        self.budget, self._keep_runs = plan.budget, plan.keep_runs
        self._flying: dict[int, RowRun] = {}
        self._asked_at: dict[int, float] = {}
        self._mending: dict[int, str] = {}
        self._letters: dict[int, int] = {}
        self._marked: list[int] = []
        self._finished: dict[int, str] = {}
        self._writing = self._ringing = False
        self._warm: RowRun | None = None
        self._warming = plan.asker.warms_up
        self._discards: list[Course] = []
        self._timer: asyncio.TimerHandle | None = None
        self._refused = 0
        # Rows are asked where the batch was: what their tools print lands there.
        self._context = contextvars.copy_context()

    # From any thread.

    def begin(self) -> None:
        """Start; returns at once."""
        self.line._course.halt = self._halt
        self._engine.portal.post(self._begin)

    def pause(self, paused: bool) -> None:
        """Ask nothing more for now, or go on. Rows that were asked come to their end."""
        self.paused = paused
        self._engine.portal.post(self._fill)

    # Beginning rows.

    def _begin(self) -> None:
        if self._warming:
            self._warm_up()
        self._fill()

    def _warm_up(self) -> None:
        self._cool()
        self._warming = True
        try:
            self._warm = self._inside(self.asker.warm_up, lambda run: self._watched(run, self._hear_warm_up))
        except WsNotebookError as error:
            self._halt(RunCancelled("The session was closed.") if self._engine.closed else error)

    def _cool(self) -> None:
        """No further row forks from what was read ahead."""
        if self._warm is not None:
            self._discards.append(self._warm._course)
            self._warm = None

    def _hear_warm_up(self, run: RowRun, _: RunState, change: Change) -> None:
        if not isinstance(change, RunEnded) or self.over:
            return
        self._warming = False
        found = verdict(run, 1, mended=True)
        if found.next is Next.HALT and found.error is not None:
            self._halt(found.error)
            return
        if run.error is not None or run.state.response_id is None:
            # A provider that cannot warm up answers all the same: each row then carries everything.
            self._cool()
        else:
            self._engine.protocol.keep_lane(run.state)
            self.budget.spend(self.ledger.spend(None, run.state))
        self._fill()

    def _fill(self) -> None:
        """Ask as many further rows as may be asked now."""
        if self.over or self.paused or self._warming:
            self._settle()
            return
        if self._warm is not None and self._queue and not self._engine.protocol.keeps_lane:
            # The connection that remembered it is gone.
            if not self._flying:
                self._warm_up()
            return
        wait = self.pace.holds(time.monotonic())
        if wait and self._queue:
            self._fill_later(wait)
            return
        room = min(self.pace.width, self.asker.at_once) - len(self._flying) - len(self._marked)
        while room > 0 and self._queue and not self.over:
            if not self._choose(self._queue[0]):
                break
            room -= 1
        self._settle()

    def _fill_later(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._fill)

    def _choose(self, position: int) -> bool:
        """Take the row from the queue, where it may be paid."""
        if self.budget.limited:
            try:
                length = len(str(self._questions.ask(position)))
            except Exception:  # noqa: BLE001 - said where it is asked
                length = 0
            self._letters[position] = length
            if not self.budget.takes(position, length):
                if not self._flying and not self._marked:
                    self.short = f"The budget of {self.budget.said()} allows no further row."
                    self._end()
                return False
        self._queue.popleft()
        if self._journal is None:
            self._launch(position)
        else:
            self._marked.append(position)
        return True

    def _launch(self, position: int) -> None:
        row = self.ledger.rows[position]
        reason = self._mending.get(position)
        row.attempts += 1
        self.ledger.move(row, "asked")
        self._asked_at.setdefault(position, time.monotonic())
        watch = partial(self._watched, hear=partial(self._hear, position))
        try:
            if reason is None:
                question, parent = self._inside(self._questions.ask, position), self._warm
            else:
                question, parent = AGAIN.format(reason=reason), row.run
            self._flying[position] = self._inside(
                self.asker.ask, question, parent, watch, self._questions.whole(position)
            )
        except Exception as error:  # noqa: BLE001 - whatever the user's function raises
            if isinstance(error, SettingsError) and self._engine.closed:
                self._put_back(position)
                self._halt(RunCancelled("The session was closed."))
            else:
                self._finish(position, Verdict(Next.FINISH, error=error))

    def _inside(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return self._context.copy().run(function, *arguments)

    def _watched(self, run: RowRun, hear: Callable[[RowRun, RunState, Change], None]) -> Observer:
        self._engine.make_row(run._course, self.line._course)
        return partial(hear, run)

    # What comes of them.

    def _hear(self, position: int, run: RowRun, _: RunState, change: Change) -> None:
        if type(change) is RunEnded:
            self._flying.pop(position, None)
            self._judge(position, run)
        elif type(change) is TurnChanged or type(change) is TurnStarted:
            turn = change.turn
            if turn.not_before is not None and turn.recovered == RATE_LIMITED and not turn.sent:
                self.pace.slow(time.monotonic(), turn.not_before)

    def _judge(self, position: int, run: RowRun) -> None:
        row = self.ledger.rows[position]
        took = self.ledger.spend(row, run.state)
        cost = self.budget.spend(took)
        if cost is not None:
            row.cost = (row.cost or 0.0) + cost
        if self.budget.limited and run.error is None:
            self.budget.learn(self._letters.get(position, 0), took[0], took[2])
        found = verdict(run, row.attempts, mended=position in self._mending)
        if found.next is Next.FINISH and not (self.over and run.error is not None):
            self._finish(position, found, run)
        elif found.next is Next.MEND and not self.over:
            self._mending[position] = str(found.error).partition(". What came is in")[0] + "."
            row.run = run
            self._put_back(position)
        else:
            self._ask_again(position, found)
            self._discards.append(run._course)
        self._fill()

    def _ask_again(self, position: int, found: Verdict) -> None:
        row = self.ledger.rows[position]
        if found.next in (Next.WAIT, Next.HALT):
            # It was refused before anything began, so that was no attempt.
            row.attempts -= 1
        if found.next is Next.WAIT:
            said = found.error.retry_after if isinstance(found.error, RateLimited) else None
            now, wait = time.monotonic(), min(_LONGEST, _BACKOFF * 2**self._refused) if said is None else said
            self._refused += 1
            self.pace.slow(now, now + wait)
        self._put_back(position)
        if found.next is Next.HALT and found.error is not None:
            self._halt(found.error)

    def _put_back(self, position: int) -> None:
        self.budget.release(position)
        row = self.ledger.rows[position]
        if row.status == "asked":
            self.ledger.move(row, "waiting")
        self._queue.appendleft(position)

    def _finish(self, position: int, found: Verdict, run: RowRun | None = None) -> None:
        """The row has ended, and counts once it is written."""
        row, now = self.ledger.rows[position], time.monotonic()
        self.budget.release(position)
        self._letters.pop(position, None)
        kept = run if self._keep_runs or found.status != "completed" else None
        first = row.run if self._mending.pop(position, None) is not None else None
        for each in (first, run):
            if each is not None and kept is not None:
                each._course.shown = True
            elif each is not None:
                self._discards.append(each._course)
        row.ms = (now - self._asked_at.pop(position, now)) * 1000
        row.text, row.value, row.run = "" if run is None else run.text, found.value, kept
        row.error = "" if found.error is None else hidden(row_words(found.error), self._engine.keys)
        if found.status == "completed":
            self._refused = 0
            self.pace.speed(now)
        self._finished[position] = found.status
        if self._journal is None:
            self._count([position])

    def _count(self, finished: Iterable[int]) -> None:
        """What has ended, and is written where that is wanted, counts."""
        now = time.monotonic()
        for position in finished:
            status = self._finished.pop(position)
            self.ledger.move(self.ledger.rows[position], status, now=now)
            if status == "completed":
                self._questions.forget(position)
        if len(self._discards) >= _DISCARDED:
            self._discard()
        if self.ledger.followers and not self._ringing:
            # Once for all rows that end with one read.
            self._ringing = True
            self._engine.portal.post(self._ring)

    def _ring(self) -> None:
        self._ringing = False
        self._engine.portal.work.ring()

    def _discard(self) -> None:
        self._engine.discard(self._discards)
        self._discards.clear()

    # Writing.

    def _settle(self) -> None:
        """Have written what is to be, and end where nothing is left."""
        if self._journal is not None and not self._writing and (self._finished or self._marked):
            self._writing = True
            finished, marked = dict(self._finished), list(self._marked)
            records = self._records(finished)
            records += self._records({} if self.over else dict.fromkeys(marked, "asked"), more=1)
            self._engine.portal.aside.submit(self._write, self._journal, records, list(finished), marked)
        waits = self._writing or self._flying or self._marked or self._finished
        if not waits and (self.over or not (self._queue or self._warming)):
            self._end()

    def _write(self, journal: Journal, records: Sequence[Record], finished: list[int], marked: list[int]) -> None:
        """In a thread of the portal's."""
        error: WsNotebookError | None = None
        try:
            journal.write(records)
        except WsNotebookError as failure:
            error = failure
        self._engine.portal.post(self._written, finished, marked, error)

    def _written(self, finished: list[int], marked: list[int], error: WsNotebookError | None) -> None:
        self._writing = False
        self._marked = [position for position in self._marked if position not in marked]
        if error is not None:
            # What is not written does not count.
            for position in [*finished, *marked]:
                self._finished.pop(position, None)
                self._put_back(position)
            self._halt(error)
            return
        self._count(finished)
        for position in marked:
            if self.over:
                self._put_back(position)
            else:
                self._launch(position)
        self._fill()

    # The end.

    def _halt(self, error: Exception) -> None:
        """Stop: rows that are being asked are given up, and wait to be asked again.

        Also called where somebody stops the batch by its line: a view, the panel, an interrupt, the session's end.
        """
        if self.over:
            return
        self.over, self.halted = True, error
        for position in self._marked if not self._writing else ():
            self._put_back(position)
        self._marked = [] if not self._writing else self._marked
        for run in list(self._flying.values()):
            self._engine.cancel(run._course, "stop")
        if self._warm is not None and not self._warm.done:
            self._engine.cancel(self._warm._course, "stop")
        self._settle()

    def _end(self) -> None:
        """All rows have ended, or nothing more is asked."""
        journal, self._journal, self.over = self._journal, None, True
        if journal is None:
            self._over()
        elif not self._writing:
            # Until it is closed nobody else may write it.
            self._writing = True
            self._engine.portal.aside.submit(self._close, journal)

    def _close(self, journal: Journal) -> None:
        journal.close()
        self._engine.portal.post(self._closed)

    def _closed(self) -> None:
        self._writing = False
        self._over()

    def _over(self) -> None:
        if self.ended or self._writing:
            return
        self.ended = True
        if self._timer is not None:
            self._timer.cancel()
        self._engine.protocol.keep_lane(None)
        self._cool()
        self._discard()
        sent, received, full_context = self.ledger.sent
        transport = self._engine.protocol.learned.abilities.transport
        self._tell_end(transport, sent=sent, received=received, full_context=full_context)


def row_words(error: Exception) -> str:
    """What a row's error says; of another kind than the package's own with its name."""
    told = str(error) if isinstance(error, WsNotebookError) else f"{type(error).__name__}: {error}"
    return " ".join([told, *getattr(error, "__notes__", ())])
