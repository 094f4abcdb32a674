from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from render.play import Play, capitals

from ws_notebook.core.frames import FrameLog
from ws_notebook.core.run import RequestSettings, RunState
from ws_notebook.core.timing import CallTiming, TurnTiming
from ws_notebook.core.turn import CallState, TurnState
from ws_notebook.core.usage import pack
from ws_notebook.tables import calls_table, frames_table, turns_table

__all__: list[str] = []

TURNS = (
    "run turn response_id parent_id lane transport status model started connect_ms send_ms first_event_ms "
    "first_token_ms total_ms tool_ms bytes_sent bytes_received bytes_full_context events input_tokens cached_tokens "
    "output_tokens reasoning_tokens recovered"
).split()
CALLS = ("run turn call_id name arguments output status error decision approval_ms started queued_ms run_ms").split()
FRAMES = "at direction lane type bytes response_id".split()


def test_turns_are_rows_with_the_columns_in_order() -> None:
    play = capitals()
    table = turns_table([play.run], epoch=1_700_000_000.0 - play.zero)
    assert list(table.columns) == TURNS
    assert list(table["turn"]) == ["r7.1", "r7.2", "r7.3"]
    first = table.iloc[0]
    assert first["started"] == pd.Timestamp(datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC))
    assert first["total_ms"] == pytest.approx(800)
    assert first["first_event_ms"] == pytest.approx(347)
    assert first["tool_ms"] == pytest.approx(440)
    assert (first["input_tokens"], first["cached_tokens"], first["reasoning_tokens"]) == (400, 128, 16)
    assert list(table["parent_id"].fillna("none")) == ["none", "resp_1", "resp_2"]
    assert list(table["events"]) == [turn.events for turn in play.run.turns]


def test_calls_are_rows_with_the_columns_in_order() -> None:
    play = capitals()
    table = calls_table([play.run], epoch=1_700_000_000.0 - play.zero)
    assert list(table.columns) == CALLS
    assert list(table["output"]) == ["2103000", "717710", "done"]
    last = table.iloc[-1]
    assert (last["name"], last["status"], last["decision"]) == ("delete_cache", "completed", "")
    assert last["queued_ms"] == pytest.approx(500)
    assert last["run_ms"] == pytest.approx(70)
    assert last["started"] == pd.Timestamp(datetime(2023, 11, 14, 22, 13, 22, 50_000, tzinfo=UTC))
    assert pd.isna(last["error"])


def test_frames_are_rows_with_the_columns_in_order() -> None:
    play = capitals()
    log = play.protocol.frames
    table = frames_table(log, epoch=1_700_000_000.0 - play.zero)
    assert list(table.columns) == FRAMES
    assert len(table) == len(log)
    sent = table[table["direction"] == "sent"]
    assert list(sent["type"]) == ["response.create"] * 3
    assert sent["bytes"].sum() == sum(each.size for each in log.records() if each.direction == "sent")
    assert table["at"].is_monotonic_increasing


def test_an_empty_table_has_the_same_columns_and_types() -> None:
    play = capitals()
    for empty, full in (
        (turns_table([], epoch=0.0), turns_table([play.run], epoch=0.0)),
        (calls_table([], epoch=0.0), calls_table([play.run], epoch=0.0)),
        (frames_table(FrameLog(), epoch=0.0), frames_table(play.protocol.frames, epoch=0.0)),
    ):
        assert len(empty) == 0
        assert dict(empty.dtypes) == dict(full.dtypes)


def test_what_has_not_happened_is_missing() -> None:
    play = Play().send().created("resp_1").call("call_1", "look")
    turn = turns_table([play.run], epoch=0.0).iloc[0]
    call = calls_table([play.run], epoch=0.0).iloc[0]
    for value in (turn["total_ms"], turn["input_tokens"], turn["cached_tokens"], turn["lane"]):
        assert pd.isna(value)
    for value in (call["started"], call["run_ms"], call["output"], call["approval_ms"]):
        assert pd.isna(value)


def test_types_are_those_of_tables() -> None:
    types = turns_table([capitals().run], epoch=0.0).dtypes
    assert isinstance(types["started"], pd.DatetimeTZDtype)
    assert str(types["started"].tz) == "UTC"
    assert (str(types["total_ms"]), str(types["bytes_sent"]), str(types["run"])) == ("Float64", "Int64", "string")


def test_text_of_any_kind_can_be_held_and_printed() -> None:
    play = Play().send().created("resp_1").call("call_1", "look", at="\ud800")
    play.answered("call_1", [{"type": "input_text", "text": "\ud83d\ude00"}])
    table = calls_table([play.run], epoch=0.0)
    table.to_html().encode()
    assert "input_text" in table["output"][0]


_MOMENTS = st.none() | st.floats(0, 1e6)
_NUMBERS = st.none() | st.integers(0, 2**40) | st.floats(0, 1e9) | st.just("many")
_WORDS = st.none() | st.sampled_from(["", "resp_1", "größer", "\ud800", "x" * 300])


@st.composite
def _runs(draw: st.DrawFn) -> list[RunState]:
    runs = [RunState(id=f"r{n}", input=[], settings=RequestSettings(), asked=0.0, asked_at=0.0) for n in range(2)]
    for run in runs:
        for number in range(draw(st.integers(0, 3))):
            moments = {name: draw(_MOMENTS) for name in ("opened", "sent", "first_event", "first_token", "ended")}
            turn = TurnState(
                id=f"{run.id}.{number}", run_id=run.id, timing=TurnTiming(started=draw(st.floats(0, 1e6)), **moments)
            )
            turn.response_id, turn.parent_id, turn.lane = draw(_WORDS), draw(_WORDS), draw(_WORDS)
            turn.bytes_sent, turn.events = draw(st.integers(0, 2**40)), draw(st.integers(0, 9))
            details = st.none() | st.just("some") | st.fixed_dictionaries({}, optional={"cached_tokens": _NUMBERS})
            turn.packed_usage = pack(
                draw(
                    st.none()
                    | st.fixed_dictionaries(
                        {},
                        optional={"input_tokens": _NUMBERS, "output_tokens": _NUMBERS, "input_tokens_details": details},
                    )
                )
            )
            for place in range(draw(st.integers(0, 2))):
                times = {name: draw(_MOMENTS) for name in ("ready", "started", "ended")}
                call = CallState(
                    turn=turn,
                    call_id=f"call_{place}",
                    name="look",
                    kind="function_call",
                    output_index=place,
                    timing=CallTiming(added=0.0, **times),
                    output=draw(st.none() | st.just([{"type": "input_text"}]) | st.text()),
                    error=draw(_WORDS),
                    approval_ms=draw(_MOMENTS),
                )
                turn.tool_calls.append(call)
            run.turns.append(turn)
    return runs


def _count(value: object, *path: str) -> int | None:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return int(value) if isinstance(value, (int, float)) else None


def _expected(rows: list[Any], columns: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: [read(row) for row in rows] for name, read in columns.items()}


def _moment(value: float | None, epoch: float) -> pd.Timestamp | None:
    return None if value is None else pd.Timestamp(round((value + epoch) * 1e6), unit="us", tz="UTC")


def _printable(text: str | None) -> str | None:
    return text and text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@given(_runs())
def test_columns_hold_what_each_row_says_of_itself(runs: list[RunState]) -> None:
    epoch = 1_700_000_000.25
    turns = [turn for run in runs for turn in run.turns]
    found = turns_table(runs, epoch=epoch)
    for name, values in _expected(
        turns,
        {
            "run": lambda turn: turn.run_id,
            "turn": lambda turn: turn.id,
            "response_id": lambda turn: _printable(turn.response_id),
            "parent_id": lambda turn: _printable(turn.parent_id),
            "lane": lambda turn: _printable(turn.lane),
            "status": lambda turn: turn.status,
            "started": lambda turn: _moment(turn.timing.started, epoch),
            "connect_ms": lambda turn: turn.timing.connect_ms,
            "send_ms": lambda turn: turn.timing.send_ms,
            "first_event_ms": lambda turn: turn.timing.first_event_ms,
            "first_token_ms": lambda turn: turn.timing.first_token_ms,
            "total_ms": lambda turn: turn.timing.total_ms,
            "tool_ms": lambda turn: turn.tool_ms,
            "bytes_sent": lambda turn: turn.bytes_sent,
            "events": lambda turn: turn.events,
            "input_tokens": lambda turn: _count(turn.usage, "input_tokens"),
            "cached_tokens": lambda turn: _count(turn.usage, "input_tokens_details", "cached_tokens"),
            "output_tokens": lambda turn: _count(turn.usage, "output_tokens"),
        },
    ).items():
        assert [None if pd.isna(each) else each for each in found[name]] == values, name
    calls = calls_table(runs, epoch=epoch)
    for name, values in _expected(
        [call for turn in turns for call in turn.tool_calls],
        {
            "run": lambda call: call.turn.run_id,
            "turn": lambda call: call.turn.id,
            "call_id": lambda call: call.call_id,
            "output": lambda call: json.dumps(call.output) if isinstance(call.output, list) else call.output,
            "error": lambda call: _printable(call.error),
            "approval_ms": lambda call: call.approval_ms,
            "started": lambda call: _moment(call.timing.started, epoch),
            "queued_ms": lambda call: call.queued_ms,
            "run_ms": lambda call: call.run_ms,
        },
    ).items():
        assert [None if pd.isna(each) else each for each in calls[name]] == values, name
    assert dict(found.dtypes) == dict(turns_table([capitals().run], epoch=0.0).dtypes)
