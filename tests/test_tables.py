from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest
from render.play import Play, capitals

from ws_notebook.core.frames import FrameLog
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
    assert sent["bytes"].sum() == log.sent
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
