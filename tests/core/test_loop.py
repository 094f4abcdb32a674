"""The tool loop by itself: what is made of answers, and of runs that were done by other means."""

from __future__ import annotations

from ws_notebook.core.abilities import Abilities, LaneLimits
from ws_notebook.core.changes import RunEnded, TurnStarted
from ws_notebook.core.items import as_items
from ws_notebook.core.learned import Learned
from ws_notebook.core.loop import ToolLoop
from ws_notebook.core.pool import Pool
from ws_notebook.core.run import RequestSettings, RunState
from ws_notebook.core.timing import TurnTiming
from ws_notebook.core.turn import TurnState
from ws_notebook.exceptions import RunCancelled

__all__: list[str] = []


def made() -> tuple[ToolLoop, Pool]:
    pool = Pool(Learned(Abilities()))
    return ToolLoop(pool), pool


def asked(name: str, **fields: object) -> RunState:
    settings = RequestSettings(model="m")
    return RunState(id=name, input=as_items(name), settings=settings, asked=0.0, asked_at=0.0, **fields)


def test_a_run_begins_with_a_turn_that_waits_on_a_lane() -> None:
    loop, pool = made()
    run = asked("r1")
    loop.start(run, 1.0)
    (lane,) = pool
    assert (lane.run, lane.pending, run.lane) == (run, run.turns[0], None)
    assert [type(change) for _, change in loop.changes()] == [TurnStarted]
    assert loop.changes() == []


def test_the_next_run_begins_when_the_lane_is_free() -> None:
    loop, pool = made()
    one, two = asked("r1", wants=None), asked("r2", wants=None)
    loop.start(one, 1.0)
    loop.start(two, 1.0)
    assert two.turns == []
    (lane,) = pool
    lane.pending = None
    loop.end(one, "cancelled", RunCancelled("Stopped."), 2.0)
    assert (lane.run, len(two.turns)) == (two, 1)


def test_a_run_that_was_put_back_begins_again_before_the_others() -> None:
    loop, pool = made()
    one, two = asked("r1", wants=None), asked("r2", wants=None)
    loop.start(one, 1.0)
    loop.start(two, 1.0)
    (lane,) = pool
    lane.pending = None
    loop.put_back(one, 2.0)
    assert (lane.run, len(one.turns), two.turns) == (one, 1, [])


def test_a_run_that_was_done_by_other_means_can_be_continued() -> None:
    loop, _ = made()
    done = asked("r1")
    done.turns.append(TurnState(id="r1.1", run_id="r1", status="completed", timing=TurnTiming(started=0.0)))
    done.status = "completed"
    loop.add_ended(done)
    assert [type(change) for _, change in loop.changes()] == [TurnStarted, RunEnded]
    after = asked("r2")
    loop.start(after, 1.0)
    assert after.parent is done


def test_changes_of_a_forgotten_run_are_told_to_nobody() -> None:
    loop, pool = made()
    run = asked("r1")
    loop.start(run, 1.0)
    loop.forget()
    pool.forget()
    loop.changes()
    loop.note(run.turns[0], TurnStarted(run.turns[0]))
    assert (loop.changes(), loop.runs) == ([], [])


def test_a_turn_knows_whether_another_run_was_under_way_when_it_began() -> None:
    pool = Pool(Learned(Abilities(limits=LaneLimits(named=2, in_flight=4))))
    loop = ToolLoop(pool)
    one, two = asked("r1", wants=None), asked("r2", wants=None)
    loop.start(one, 1.0)
    loop.start(two, 1.0)
    assert [run.turns[0].beside for run in (one, two)] == [False, True]
    for lane in pool:
        lane.pending = None
    for run in (one, two):
        loop.end(run, "cancelled", RunCancelled("Stopped."), 2.0)
    three = asked("r3", wants=None)
    loop.start(three, 3.0)
    assert three.turns[0].beside is False
