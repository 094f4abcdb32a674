"""A batch on a cluster, with an engine of threads in this process: workers that are lost, fail, or are not there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from ws_notebook import Session
from ws_notebook.batch import cluster
from ws_notebook.batch.batch import made_batch
from ws_notebook.batch.engines import Remote
from ws_notebook.session.asker import SessionAsker

__all__: list[str] = []

Open = Callable[..., Session]


class Threads:
    """An engine whose workers are threads; some vanish in the midst of their first task."""

    name = "Threads"

    def __init__(self, names: list[str], *, vanish: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        self.names, self.vanish = list(names), set(vanish)
        self.pool = ThreadPoolExecutor(4)
        self.handed: list[tuple[str, list[int]]] = []
        self.report: Any = None

    def workers(self) -> list[str]:
        return list(self.names)

    def submit(self, worker: str, function: Callable[..., Any], recipe: Any, rows: list[Any], topic: str) -> Any:
        self.handed.append((worker, [position for position, _ in rows]))
        if worker in self.vanish:
            # It tells of its first row, and is gone.
            self.report(function(recipe, rows[:1], topic))
            self.vanish.discard(worker)
            self.names.remove(worker)
            return Future()
        return self.pool.submit(function, recipe, rows, topic)

    def begin(self, topic: str, report: Any) -> None:
        self.report = report

    def end(self, topic: str, *, stopped: bool) -> None:
        self.pool.shutdown(wait=False)


def answers(_recipe: Any, rows: list[tuple[int, Any]], _topic: str) -> list[dict[str, Any]]:
    return [{"position": n, "status": "completed", "text": asked, "tokens": (1, 0, 1)} for n, asked in rows]


def asked(session: Session, engine: Threads, function: Any = answers, rows: int = 100) -> Any:
    remote = Remote(engine, function, None)
    return made_batch(SessionAsker(session), range(rows), "row {value}", lanes=4, remote=remote)


def test_rows_are_handed_out_in_parts_and_come_together(local: Open) -> None:
    session, engine = local(), Threads(["a", "b"])
    batch = asked(session, engine).result()
    assert batch.frame.answer.tolist() == [f"row {n}" for n in range(100)]
    assert {worker for worker, _ in engine.handed} == {"a", "b"}
    assert max(len(rows) for _, rows in engine.handed) <= 16
    assert batch.usage["total_tokens"] == 200
    assert "on Threads" in session.runs[-1].text
    assert session.connections == 0


def test_what_a_lost_worker_has_not_told_is_asked_by_another(local: Open) -> None:
    engine = Threads(["a", "b"], vanish={"a"})
    batch = asked(local(), engine).result()
    assert batch.counts == {"completed": 100}
    taken = next(rows for worker, rows in engine.handed if worker == "a")
    assert [row.position for row in batch.rows if row.attempts == 2] == taken[1:]


def test_a_row_is_asked_twice_at_the_most(local: Open) -> None:
    batch = asked(local(), Threads(["a", "b", "c"], vanish={"a", "b"}), rows=4).result()
    assert batch[0].status == "completed"
    assert {row.attempts for row in batch.rows} <= {1, 2}
    assert all("lost, twice" in error for error in batch.failed.error)


def test_what_fails_elsewhere_stops_the_batch_and_is_raised(local: Open) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("of the worker")

    batch = asked(local(), Threads(["a"]), broken)
    with pytest.raises(ZeroDivisionError, match="of the worker"):
        batch.result()
    assert batch.counts == {"waiting": 100}


def test_it_can_be_stopped_and_goes_on(local: Open) -> None:
    gate = threading.Event()

    def slow(*arguments: Any) -> Any:
        gate.wait(20)
        return answers(*arguments)

    batch = asked(local(), Threads(["a"]), slow)
    while not batch.counts.get("asked"):
        pass
    batch.stop()
    gate.set()
    assert batch.status == "stopped"
    assert batch.counts == {"waiting": 100}


def test_without_workers_it_gives_up(local: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE", 0.0)
    with pytest.raises(Exception, match="Threads has no worker"):
        asked(local(), Threads([])).result()
