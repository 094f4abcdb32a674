"""A batch on a cluster: rows are handed out in parts, each worker asks them over a session of its own.

What has ended is written and counted here. When a worker is lost, those of its rows that it has not reported are asked
once more by another, and marked by their attempts. It runs in a thread of the portal's, and moves rows on the loop.
"""

from __future__ import annotations

import contextlib
import queue
import secrets
import time
from collections.abc import Sequence
from math import ceil
from typing import Any

from ..exceptions import FormatError, SettingsError, WsNotebookError
from .asker import RowRun
from .driver import Rows, row_words
from .engines import Task
from .journal import Journal
from .ledger import Ledger
from .plan import Plan
from .row import Row

__all__ = ["ClusterDriver"]

_LOOK = 0.25
"""Seconds between two looks at tasks and workers."""

_MOST_ATTEMPTS = 2
_ROUNDS = 4
"""Rows of a task, in rounds of its lanes: many, so that lanes are seldom idle, and few, so that all end together."""

_PATIENCE = 60.0
"""Seconds without any worker after which a batch gives up."""


class _Handed:
    """Rows that a worker has."""

    def __init__(self, worker: str, positions: list[int], task: Task) -> None:
        self.worker, self.task = worker, task
        self.missing = set(positions)


class ClusterDriver(Rows):
    """Has the rows at `positions` asked elsewhere. Callable as `Driver` is."""

    def __init__(
        self, plan: Plan, ledger: Ledger, line: RowRun, positions: Sequence[int], journal: Journal | None
    ) -> None:
        super().__init__(plan, ledger, line, positions, journal)
        assert plan.remote is not None
        self._remote = plan.remote
        self._handed: list[_Handed] = []
        self._reports: queue.SimpleQueue[list[dict[str, Any]]] = queue.SimpleQueue()
        self._topic = f"ws-notebook-{secrets.token_hex(8)}"
        self._seen = time.monotonic()

    def begin(self) -> None:
        """Start; returns at once."""
        self.line._course.halt = self._halt
        self._engine.portal.aside.submit(self._run)

    def pause(self, paused: bool) -> None:
        """Hand out nothing more for now, or go on."""
        self.paused = paused

    # In a thread of the portal's.

    def _run(self) -> None:
        engine = self._remote.engine
        try:
            engine.begin(self._topic, self._reports.put)
            while not self.over and (self._queue or self._handed):
                if not self.paused:
                    self._hand_out(engine.workers())
                self._take_reports(_LOOK)
                self._look(engine.workers())
        except Exception as error:  # noqa: BLE001 - whatever a cluster raises ends the batch, and is told
            self._halt(error)
        with contextlib.suppress(Exception):
            self._take_reports(0)
        with contextlib.suppress(Exception):
            engine.end(self._topic, stopped=self.halted is not None)
        for each in self._handed:
            each.task.cancel()
            self._put_back(each.missing)
        if self._journal is not None:
            self._journal.close()
        self._engine.portal.call(self._end)

    def _hand_out(self, workers: Sequence[str]) -> None:
        """Give each worker that has none a part."""
        if workers:
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > _PATIENCE:
            raise SettingsError(f"{self._remote.engine.name} has no worker. Start some; batch.resume() goes on.")
        busy = {each.worker for each in self._handed}
        for worker in workers:
            if not self._queue or worker in busy:
                continue
            rounds = ceil(len(self._queue) / len(workers) / self.pace.most)
            size = self.pace.most * max(1, min(_ROUNDS, rounds))
            positions = [self._queue.popleft() for _ in range(min(size, len(self._queue)))]
            rows = self._marked(positions)
            if rows:
                task = self._remote.engine.submit(worker, self._remote.function, self._remote.recipe, rows, self._topic)
                self._handed.append(_Handed(worker, [position for position, _ in rows], task))

    def _marked(self, positions: list[int]) -> list[tuple[int, Any]]:
        """The rows with what they are asked; one of which that cannot be made has ended."""
        rows, bad = [], []
        for position in positions:
            try:
                rows.append((position, self._questions.ask(position)))
            except Exception as error:  # noqa: BLE001 - whatever the user's function raises
                bad.append({"position": position, "status": "failed", "error": row_words(error)})
        if self._journal is not None:
            self._journal.write(self._records({position: "asked" for position, _ in rows}, more=1))
        self._engine.portal.call(self._mark, [position for position, _ in rows])
        self._finish(bad)
        return rows

    def _take_reports(self, seconds: float) -> None:
        with contextlib.suppress(queue.Empty):
            found = self._reports.get(timeout=seconds) if seconds else self._reports.get_nowait()
            while True:
                self._finish(found)
                found = self._reports.get_nowait()

    def _look(self, workers: Sequence[str]) -> None:
        """What has ended, and whose worker is gone."""
        for each in list(self._handed):
            lost = each.worker not in workers
            if not (lost or each.task.done()):
                continue
            try:
                if each.task.done():
                    self._finish(each.task.result())
                # The last that it told before it was gone.
                self._take_reports(0)
            except WsNotebookError:
                raise
            except TimeoutError:
                if not lost:
                    continue
            except Exception as error:
                if not lost and not _is_loss(error):
                    raise
            if lost:
                each.task.cancel()
            self._handed.remove(each)
            self._ask_elsewhere(each.missing)

    def _ask_elsewhere(self, missing: set[int]) -> None:
        """What a worker took along: once more by another, unless that has been done before."""
        rows = self.ledger.rows
        often = [position for position in sorted(missing) if rows[position].attempts >= _MOST_ATTEMPTS]
        words = f"Its worker was lost, twice. batch.retry() asks it again ({self._remote.engine.name})."
        self._finish([{"position": position, "status": "failed", "error": words} for position in often])
        self._put_back(missing - set(often))

    def _put_back(self, positions: set[int]) -> None:
        self._engine.portal.call(self._unmark, sorted(positions))
        self._queue.extendleft(sorted(positions, reverse=True))

    def _finish(self, reports: Sequence[dict[str, Any]]) -> None:
        """Rows have ended: written first, counted then. What is told twice counts once."""
        fresh = {each["position"]: each for each in reports if not self.ledger.rows[each["position"]].done}
        for each in self._handed:
            each.missing.difference_update(fresh)
        if not fresh:
            return
        for position, report in fresh.items():
            self._fill(self.ledger.rows[position], report)
        statuses = {position: each["status"] for position, each in fresh.items()}
        if self._journal is not None:
            self._journal.write(self._records(statuses))
        self._engine.portal.call(self._count, statuses)

    def _fill(self, row: Row, report: dict[str, Any]) -> None:
        """What a worker told of a row. Nobody else writes it: it is asked, and not ended."""
        row.text, row.error, row.ms = report.get("text", ""), report.get("error", ""), report.get("ms", 0.0)
        row.input_tokens, row.cached_tokens, row.output_tokens = report.get("tokens", (0, 0, 0))
        # An attempt that is counted here is one of the worker's own.
        row.attempts += max(0, report.get("attempts", 1) - 1)
        if self.asker.format is not None and report["status"] == "completed":
            try:
                row.value = self.asker.format.parse(row.text)
            except FormatError as error:
                report["status"], row.error = "failed", str(error)

    # On the loop.

    def _mark(self, positions: Sequence[int]) -> None:
        for position in positions:
            row = self.ledger.rows[position]
            row.attempts += 1
            self.ledger.move(row, "asked")

    def _unmark(self, positions: Sequence[int]) -> None:
        for position in positions:
            row = self.ledger.rows[position]
            if not row.done:
                self.ledger.move(row, "waiting")

    def _count(self, finished: dict[int, str]) -> None:
        now = time.monotonic()
        for position, status in finished.items():
            row = self.ledger.rows[position]
            self.ledger.add((row.input_tokens, row.cached_tokens, row.output_tokens))
            self.ledger.move(row, status, now=now)
            self._questions.forget(position)
        if self.ledger.followers:
            self._engine.portal.work.ring()

    def _halt(self, error: Exception) -> None:
        """Stop: what was handed out is given up."""
        if not self.over:
            self.over, self.halted = True, error

    def _end(self) -> None:
        self.over = True
        name = self._remote.engine.name
        self._tell_end(name, f" on {name}")


_LOSSES = frozenset({"KilledWorker", "CancelledError", "FutureCancelledError", "EngineError", "NoValidWorkerError"})


def _is_loss(error: Exception) -> bool:
    """Whether it says that a worker is gone, and not that what it did failed."""
    return type(error).__name__ in _LOSSES
