"""Hosted calls in a bundle and on its timeline, while they run and afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from support import streams
from support.events import created, encoded, item_added, item_done

from ws_notebook.core import codec
from ws_notebook.core.reduce import cut_off, reduce
from ws_notebook.core.run import RequestSettings, RunState
from ws_notebook.core.timing import TurnTiming
from ws_notebook.core.turn import TurnState
from ws_notebook.render.bundle import RunHeader, bundle
from ws_notebook.render.hosted import hosted_name
from ws_notebook.render.rows import rows_of
from ws_notebook.render.svg import timeline

__all__: list[str] = []

HEADER = RunHeader(provider="local", model="demo", transport="websocket")
SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "in_progress", "action": None}
FOUND = {**SEARCH, "status": "completed", "action": {"type": "search", "query": "tides"}}


def a_run(frames: list[bytes], *, seconds: float = 1.0) -> RunState:
    """A run of one turn whose events come one by one."""
    turn = TurnState(id="r1.1", run_id="r1", timing=TurnTiming(started=0.0))
    for at, frame in enumerate(frames):
        reduce(turn, codec.decode(frame), at * seconds)
    run = RunState(id="r1", input=[], settings=RequestSettings(), asked=0.0, asked_at=0.0)
    run.turns.append(turn)
    return run


def shown(*events: dict[str, Any]) -> dict[str, Any]:
    return bundle(a_run([encoded(each) for each in events]), HEADER, now=float(len(events)))


def test_a_call_under_way_is_an_item_with_its_stage() -> None:
    stage = {"type": "response.web_search_call.searching", "item_id": "ws_1", "output_index": 0}
    found = shown(created("r"), item_added(0, SEARCH), stage)
    assert found["turns"][0]["items"] == [
        {
            "type": "web_search_call",
            "id": "ws_1",
            "status": "in_progress",
            "summary": "searching…",
            "start_ms": 1000.0,
            "end_ms": None,
        }
    ]
    turn, search = rows_of(found)
    assert (turn.kind, search.kind) == ("turn", "call")
    assert (search.name, search.label, search.running) == ("web search", "searching…", True)
    assert search.spans == [("tool", 1000.0, 3000.0)]


def test_one_that_has_ended_has_its_times_and_what_it_did() -> None:
    found = shown(created("r"), item_added(0, SEARCH), item_done(0, FOUND))
    (item,) = found["turns"][0]["items"]
    assert (item["start_ms"], item["end_ms"], item["summary"]) == (1000.0, 2000.0, 'search "tides"')
    row = rows_of(found)[1]
    assert (row.name, row.aside, row.label, row.tone) == ("web search", 'search "tides"', "1.0\xa0s", "plain")
    assert "web search" in timeline(found)[0]


def test_one_that_failed_or_was_cut_off_says_so() -> None:
    failed = shown(created("r"), item_added(0, SEARCH), item_done(0, {**FOUND, "status": "failed"}))
    assert (rows_of(failed)[1].label, rows_of(failed)[1].tone) == ("failed after 1.0\xa0s", "bad")
    run = a_run([encoded(created("r")), encoded(item_added(0, SEARCH))])
    cut_off(run.turns[0], "cancelled", None, 3.0)
    assert bundle(run, HEADER, now=4.0)["turns"][0]["items"] == []


def test_an_item_that_came_whole_has_no_times_and_no_row() -> None:
    found = shown(created("r"), item_done(0, FOUND))
    assert "start_ms" not in found["turns"][0]["items"][0]
    assert len(rows_of(found)) == 1


def test_names_are_words() -> None:
    names = {kind: hosted_name(kind) for kind in ("web_search_call", "mcp_list_tools", "mcp_call", "shell_call")}
    assert list(names.values()) == ["web search", "mcp list tools", "mcp", "shell"]


@pytest.mark.parametrize(
    ("name", "hosted"),
    [
        ("openai-code-interpreter", {"code interpreter"}),
        ("openai-file-search", {"file search"}),
        ("openai-mcp-call", {"mcp", "mcp list tools"}),
        ("xai-web-search", {"web search"}),
        ("azure-web-search", {"web search"}),
    ],
)
def test_hosted_calls_of_every_dialect_are_rows_with_a_time(name: str, hosted: set[str]) -> None:
    found = bundle(a_run(streams.stream(name), seconds=0.01), HEADER)
    rows = [row for row in rows_of(found)[1:] if row.name in hosted]
    assert {row.name for row in rows} == hosted
    assert all(row.end > row.start and not row.running for row in rows)
