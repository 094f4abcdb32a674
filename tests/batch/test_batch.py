"""A batch as its users hold it, over a real socket: waiting, order, stopping, going on, asking again."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import BaseModel

from ws_notebook import RunCancelled, Session, SettingsError, tool
from ws_notebook.batch.batch import Batch

__all__: list[str] = []

Open = Callable[..., Session]
SLOW = 'think 0.3 seconds then say "{value}"'


class Figure(BaseModel):
    n: int
    status: str


def test_answers_stand_in_a_table_with_the_index_of_the_data(local: Open) -> None:
    session = local()
    frame = pd.DataFrame({"n": range(40)}, index=[f"k{n // 2}" for n in range(40)])
    batch = session.map(frame, 'say "row {n}"')
    assert batch.frame.answer.tolist() == [f"row {n}" for n in range(40)]
    assert batch.frame.index.tolist() == frame.index.tolist()
    assert (batch.status, batch.counts, batch.error, len(batch.failed)) == ("completed", {"completed": 40}, None, 0)
    assert batch.usage["output_tokens"] == batch.frame.output_tokens.sum() == 80
    assert batch.frame.attempts.tolist() == [1] * 40
    assert frame.join(batch.frame).shape[0] >= 40


def test_it_is_one_line_among_the_sessions_runs_and_no_part_of_a_dialogue(local: Open) -> None:
    session = local()
    session.ask("hello")
    batch = session.map(range(5), 'say "{value}"')
    assert [run.id for run in session.runs] == ["r1", batch.id]
    assert session.runs[-1].text == "5 rows: 5 completed."
    assert session.turns.run.tolist() == ["r1", "r2"]
    assert session.turns.output_tokens.tolist()[1] == 5
    assert "> hello" in session.ask("What did I ask before?").text
    assert session.batch is batch


def test_typed_answers_are_columns(local: Open) -> None:
    batch = local().map([3, 4], "the figure {value}", text_format=Figure)
    assert batch.frame.n.tolist() == [3, 4]
    assert list(batch.frame.columns[:3]) == ["n", "answer.status", "status"]
    assert isinstance(batch[0].value, Figure)
    assert isinstance(batch[0].answer, Figure)


def test_one_rows_failure_stops_no_other_and_can_be_retried(local: Open) -> None:
    session, bad = local(), {3, 5}

    def prompt(value: int) -> str:
        if value in bad:
            raise ValueError("not yet")
        return f'say "{value}"'

    batch = session.map(range(8), prompt)
    assert batch.counts == {"completed": 6, "failed": 2}
    assert batch.failed.error.tolist() == ["ValueError: not yet"] * 2
    assert batch.failed.index.tolist() == [3, 5]
    bad.clear()
    assert batch.retry().counts == {"completed": 8}
    assert batch.frame.answer.tolist() == [str(n) for n in range(8)]
    assert batch.frame.attempts.tolist() == [1, 1, 1, 2, 1, 2, 1, 1]


def test_rows_come_in_order_or_as_they_end(local: Open) -> None:
    session = local()
    prompts = ['think 0.5 seconds then say "late"', 'say "soon"']
    assert [row.text for row in session.start_map(prompts, "{value}")] == ["late", "soon"]
    assert [row.text for row in session.start_map(prompts, "{value}").as_completed()] == ["soon", "late"]


def test_a_loop_can_wait_for_it(local: Open) -> None:
    session = local()

    async def main() -> tuple[Any, list[str], int]:
        batch = await session.map_async(range(5), 'say "{value}"')
        rows = [row.text async for row in session.start_map(range(3), 'say "{value}"')]
        task = asyncio.create_task(session.map_async(range(40), SLOW))
        while session.batch is batch or not session.batch.counts.get("asked"):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return batch.counts, rows, session.batch.counts["waiting"]

    counts, rows, waiting = asyncio.run(main())
    assert (counts, rows) == ({"completed": 5}, ["0", "1", "2"])
    assert waiting >= 24


def test_an_interrupt_leaves_a_batch_that_goes_on(local: Open, tmp_path: Path) -> None:
    session = local()

    def interrupt() -> None:
        while session.batch is None or not session.batch.counts.get("asked"):
            pass
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        session.map(range(20), SLOW, journal=tmp_path / "batch.sqlite")
    batch = session.batch
    assert batch is not None
    assert batch.status == "stopped"
    assert batch.done
    assert batch.resume().result().counts == {"completed": 20}
    assert set(batch.frame.attempts) == {1, 2}
    again = session.map(range(20), SLOW, journal=tmp_path / "batch.sqlite")
    assert again.counts == {"completed": 20}
    assert again.usage["output_tokens"] == 0


def test_an_interrupt_while_it_is_being_shown_stops_it_as_well(local: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    session = local()
    session.map([1], 'say "Hi"')
    monkeypatch.setattr(Batch, "show", lambda batch, view: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        session.map(range(20), SLOW)
    assert session.batch is not None
    assert (session.batch.status, session.batch.done) == ("stopped", True)


def test_it_can_be_stopped_paused_and_go_on(local: Open) -> None:
    session = local()
    batch = session.start_map(range(20), SLOW)
    batch.pause()
    assert batch.status == "paused"
    batch.resume()
    batch.stop()
    assert (batch.status, batch.done) == ("stopped", True)
    with pytest.raises(RunCancelled, match="resume"):
        batch.result()
    with pytest.raises(RunCancelled):
        list(batch)
    assert batch.resume().result().counts == {"completed": 20}
    assert [run.status for run in session.runs] == ["cancelled", "completed"]


def test_what_takes_too_long_goes_on(local: Open) -> None:
    batch = local().start_map(range(3), SLOW)
    with pytest.raises(TimeoutError, match="goes on"):
        batch.result(timeout=0)
    with pytest.raises(SettingsError, match="still goes on"):
        batch.retry()
    assert batch.result().counts == {"completed": 3}


def test_a_session_that_closes_ends_its_batch(local: Open) -> None:
    session = local()
    batch = session.start_map(range(40), SLOW)
    session.close()
    with pytest.raises(RunCancelled):
        batch.result()
    assert batch.counts["waiting"] >= 24
    with pytest.raises(SettingsError, match="closed"):
        session.map(["a"], "{value}")
    with pytest.raises(SettingsError, match="closed"):
        batch.resume()


def test_a_reset_ends_it_too(local: Open) -> None:
    session = local()
    batch = session.start_map(range(40), SLOW)
    session.reset()
    with pytest.raises(RunCancelled):
        batch.result()
    assert session.runs == []
    assert session.ask('say "still here"').text == "still here"


def test_tools_of_rows_run_where_the_batch_is_waited_for(local: Open) -> None:
    threads = set()

    @tool
    def double(n: int) -> int:
        """Twice a number."""
        threads.add(threading.current_thread())
        return 2 * n

    batch = local().map(range(6), "call double({value})", tools=[double])
    assert batch.frame.answer.str.contains("double").all()
    assert threads == {threading.main_thread()}


def test_it_says_what_it_is(local: Open) -> None:
    batch = local().map(["a", None], 'say "{value}"')
    assert repr(batch) == f"<Batch {batch.id} completed: 2 completed of 2 rows>"
    assert batch.notes == ("1 cell of the column 'value' is empty, and stands as nothing.",)
    assert set(batch._repr_mimebundle_()) == {"text/html", "text/markdown", "text/plain"}
