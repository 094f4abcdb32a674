"""Calls that the provider carries out itself: begun, told of, ended, cut off."""

from __future__ import annotations

from typing import Any

from support.events import call, completed, created, encoded, item_added, item_done, message

from ws_notebook.core import codec
from ws_notebook.core.changes import Change, TurnChanged
from ws_notebook.core.reduce import cut_off, reduce
from ws_notebook.core.timing import TurnTiming
from ws_notebook.core.turn import TurnState

__all__: list[str] = []

SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "in_progress", "action": None}
FOUND = {**SEARCH, "status": "completed", "action": {"type": "search", "query": "tides"}}


def stage(word: str, item_id: str = "ws_1", index: int = 0, kind: str = "web_search_call") -> dict[str, Any]:
    return {"type": f"response.{kind}.{word}", "item_id": item_id, "output_index": index, "sequence_number": 3}


def played(*events: dict[str, Any] | str) -> tuple[TurnState, list[list[Change]]]:
    """A turn of these events, one each second, and the changes of each."""
    turn = TurnState(id="r1.1", run_id="r1", timing=TurnTiming(started=0.0))
    return turn, [reduce(turn, codec.decode(encoded(each)), float(at)) for at, each in enumerate(events)]


def test_a_call_has_its_times_and_its_stage_and_each_is_a_change() -> None:
    turn, changes = played(
        created("resp_1"), item_added(0, SEARCH), stage("in_progress"), stage("searching"), item_done(0, FOUND)
    )
    (found,) = turn.hosted
    assert (found.started, found.ended, found.stage) == (1.0, 4.0, "completed")
    assert found.item == FOUND
    assert turn.output == [FOUND]
    assert [any(isinstance(each, TurnChanged) for each in some) for some in changes[1:4]] == [True, False, True]


def test_while_it_runs_the_last_word_of_the_provider_stands() -> None:
    turn, _ = played(item_added(0, SEARCH), stage("searching"))
    assert (turn.hosted[0].ended, turn.hosted[0].stage) == (None, "searching")


def test_two_at_once_are_told_apart_by_their_ids_although_their_places_are_the_same() -> None:
    other = {**SEARCH, "id": "ws_2"}
    turn, _ = played(item_added(0, SEARCH), item_added(0, other), stage("searching", "ws_2"), item_done(0, other))
    assert [(each.item["id"], each.stage, each.ended) for each in turn.hosted] == [
        ("ws_1", "in_progress", None),
        ("ws_2", "in_progress", 3.0),
    ]


def test_without_an_id_its_place_tells() -> None:
    nameless = {"type": "code_interpreter_call", "code": ""}
    turn, _ = played(
        item_added(2, nameless), stage("interpreting", "", 2, "code_interpreter_call"), item_done(2, nameless)
    )
    assert (turn.hosted[0].stage, turn.hosted[0].ended) == ("completed", 2.0)


def test_what_is_cut_off_ends_with_its_turn() -> None:
    turn, _ = played(item_added(0, SEARCH), stage("searching"))
    cut_off(turn, "cancelled", None, 9.0)
    assert (turn.hosted[0].ended, turn.hosted[0].stage) == (9.0, "incomplete")


def test_a_terminal_event_ends_what_no_done_event_ended() -> None:
    turn, _ = played(item_added(0, SEARCH), stage("completed"), completed("resp_1", FOUND))
    assert (turn.hosted[0].ended, turn.hosted[0].stage) == (2.0, "completed")


def test_other_items_and_events_are_none() -> None:
    owed = {"type": "local_shell_call", "id": "sh_1", "call_id": "c", "action": {"command": ["ls"]}}
    events: list[Any] = [
        item_added(0, message("Hi")),
        item_added(1, call("c1")),
        item_added(2, owed),
        item_added(3, {"type": "vendor:hologram", "id": "x"}),
        stage("searching", "unknown", 7),
        {"type": "response.web_search_call.searching", "item_id": 3},
        '{"type": "response.web_search_call.searching", "item_id": ',
    ]
    turn, changes = played(*events)
    assert turn.hosted == ()
    assert changes[3:] == [[], [], [], []]
