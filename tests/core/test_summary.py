"""What the line of a batch says, and that it stands beside a dialogue."""

from __future__ import annotations

from support.drive import Drive
from support.events import answer, message

from ws_notebook.core.items import as_items
from ws_notebook.core.run import RequestSettings, RunState
from ws_notebook.core.summary import Summary

__all__: list[str] = []


def line_of(drive: Drive) -> RunState:
    state = RunState(id="r9", input=as_items("9 rows"), settings=RequestSettings(), asked=1.0, asked_at=1.0)
    drive.protocol.open_line(state)
    return state


def test_one_turn_stands_for_all_rows() -> None:
    drive = Drive()
    state = line_of(drive)
    usage = {"input_tokens": 30, "output_tokens": 4}
    summary = Summary(status="completed", words="9 rows: 9 completed.", usage=usage, sent=100, transport="websocket")
    drive.protocol.end_line(state, summary, 5.0)
    (turn,) = state.turns
    assert (state.status, state.text, state.usage["input_tokens"]) == ("completed", "9 rows: 9 completed.", 30)
    assert (turn.id, turn.status, turn.bytes_sent, turn.timing.total_ms) == ("r9.1", "completed", 100, 4000.0)
    drive.protocol.end_line(state, summary, 6.0)
    assert len(state.turns) == 1


def test_nothing_waits_for_a_batch_and_nothing_continues_it() -> None:
    drive = Drive()
    state = line_of(drive)
    run = drive.ask("hello")
    assert run.turns
    drive.protocol.end_line(state, Summary(status="completed", words="x", usage={}), 5.0)
    drive.receive(answer("resp_1", message("Hi.")))
    later = drive.ask("and?")
    assert later.parent is run


def test_runs_that_ended_are_discarded_but_those_that_a_lane_may_hear_of() -> None:
    drive = Drive()
    first = drive.ask("one", wants=None)
    drive.receive(answer("resp_1", message("1")))
    second = drive.ask("two", wants=None)
    drive.receive(answer("resp_2", message("2")))
    assert drive.protocol.discard([first, second]) == [first]
    assert drive.protocol.runs == [second]
    assert {record.turn for record in drive.protocol.frames.records()} == {"r2.1"}
