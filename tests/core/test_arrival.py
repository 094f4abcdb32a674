"""Tool calls however they arrive: each carried out once, with all that was told, or said not to be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.drive import Drive
from support.events import Event, call, completed, created, item_added, item_done, message

from ws_notebook.core.lineage import CUT_OFF_OUTPUT

__all__: list[str] = []

ARGS = '{"number": 21}'
GROW = {"type": "response.function_call_arguments.delta", "item_id": "fc_c1", "output_index": 0, "delta": ARGS}
DONE = {"type": "response.function_call_arguments.done", "item_id": "fc_c1", "output_index": 0, "arguments": ARGS}
EMPTY = {**call("c1"), "arguments": ""}
BEGUN = item_added(0, {**EMPTY, "status": "in_progress"})
NONE = {key: value for key, value in EMPTY.items() if key != "arguments"}


def made(*events: Event) -> tuple[Drive, list[tuple[str, str]]]:
    """The calls that these events have made: id and arguments."""
    drive = Drive()
    drive.ask()
    drive.receive(created("resp_1"), *events)
    return drive, [(each.call_id, each.arguments) for each in drive.ready()]


@pytest.mark.parametrize(
    "events",
    [
        [BEGUN, DONE, item_done(0, EMPTY), completed("resp_1")],
        [BEGUN, DONE, item_done(0, NONE), completed("resp_1")],
        [BEGUN, DONE, item_done(0, {**EMPTY, "arguments": None}), completed("resp_1")],
        [BEGUN, GROW, item_done(0, EMPTY), completed("resp_1", EMPTY)],
        [BEGUN, GROW, completed("resp_1")],
        [GROW, BEGUN, completed("resp_1")],
        [BEGUN, DONE, completed("resp_1", EMPTY)],
        [DONE, completed("resp_1", EMPTY)],
        [{**DONE, "name": "add", "item_id": "c1"}, completed("resp_1")],
        [BEGUN, item_done(0, EMPTY), DONE, completed("resp_1")],
        [item_done(0, EMPTY), completed("resp_1", {**EMPTY, "arguments": ARGS})],
        [item_done(0, message("Hi")), completed("resp_1", message("Hi"), {**EMPTY, "arguments": ARGS})],
        [BEGUN, GROW, {**DONE, "arguments": "{}"}, item_done(0, {**EMPTY, "arguments": "{}"}), completed("resp_1")],
        [BEGUN, GROW, {**DONE, "arguments": ""}, completed("resp_1")],
        [BEGUN, {**GROW, "output_index": 5}, {**DONE, "output_index": 9}, item_done(0, EMPTY), completed("resp_1")],
        [BEGUN, {**GROW, "item_id": "x"}, item_done(0, {**EMPTY, "id": "y"}), completed("r", {**EMPTY, "id": "z"})],
        [item_added(0, {**EMPTY, "arguments": ARGS}), completed("resp_1")],
        [item_done(0, {**EMPTY, "arguments": {"number": 21}}), completed("resp_1")],
    ],
)  # fmt: skip
def test_arguments_are_taken_from_wherever_they_came(events: list[Event]) -> None:
    drive, calls = made(*events)
    assert [(call_id, json.loads(arguments)) for call_id, arguments in calls] == [("c1", {"number": 21})]
    drive.submit(drive.ready()[0], "42")
    assert drive.requests[1]["input"] == [{"type": "function_call_output", "call_id": "c1", "output": "42"}]
    drive.eof()
    drive.ask("again", wants=drive.protocol.runs[0])
    (sent,) = [item for item in drive.requests[-1]["input"] if item["type"] == "function_call"]
    assert (json.loads(sent["arguments"]), sent["call_id"], sent["name"]) == ({"number": 21}, "c1", "add")


def test_events_without_any_index_go_by_the_ids() -> None:
    events: list[Event] = []
    for number in range(2):
        begun = {**call(f"c{number}"), "arguments": ""}
        events.append({"type": "response.output_item.added", "item": begun})
    for number, city in enumerate(("Paris", "Oslo")):
        kind = "response.function_call_arguments.delta"
        events.append({"type": kind, "item_id": f"fc_c{number}", "delta": json.dumps({"city": city})})
    _, calls = made(*events, completed("resp_1"))
    assert [json.loads(arguments)["city"] for _, arguments in calls] == ["Paris", "Oslo"]


def item(number: int, call_id: str | None, city: str, *, ids: bool = True) -> Event:
    found = {**call(call_id or "", city=city), "id": f"fc_{number}"}
    return {
        key: value
        for key, value in found.items()
        if not (key == "call_id" and call_id is None) and (ids or key != "id")
    }


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("cities", [("Paris", "Oslo"), ("Rome", "Rome")])
def test_two_items_with_one_call_id_are_two_calls_and_both_outputs_go_back_in_order(
    ids: bool, cities: tuple[str, str]
) -> None:
    items = [item(number, "call_0", city, ids=ids) for number, city in enumerate(cities)]
    drive, calls = made(*(item_done(number, each) for number, each in enumerate(items)), completed("resp_1", *items))
    assert [json.loads(arguments)["city"] for _, arguments in calls] == list(cities)
    first, second = drive.ready()
    drive.submit(second, "two")
    drive.submit(first, "one")
    assert [(each["call_id"], each["output"]) for each in drive.requests[1]["input"]] == [
        ("call_0", "one"),
        ("call_0", "two"),
    ]


def test_the_user_may_give_one_of_two_outputs_of_one_id() -> None:
    items = [item(number, "call_0", "Paris") for number in range(2)]
    drive, _ = made(*(item_done(number, each) for number, each in enumerate(items)), completed("resp_1", *items))
    run = drive.protocol.runs[0]
    drive.abandon(run)
    drive.ask([{"type": "function_call_output", "call_id": "call_0", "output": "mine"}], wants=run)
    outputs = [each for each in drive.requests[-1]["input"] if each["type"] == "function_call_output"]
    assert len(outputs) == 2


@pytest.mark.parametrize("ids", [True, False])
def test_calls_without_an_id_each_get_one(ids: bool) -> None:
    items = [item(number, None, city, ids=ids) for number, city in enumerate(("Paris", "Oslo"))]
    _, calls = made(*(item_done(number, each) for number, each in enumerate(items)), completed("resp_1", *items))
    assert len({call_id for call_id, _ in calls}) == 2


@pytest.mark.parametrize(
    "again",
    [
        [item_done(0, item(0, "c1", "Paris"))],
        [item_done(3, item(0, "c1", "Paris"))],
        [item_added(0, item(0, "c1", "Paris")), item_done(0, item(0, "c1", "Paris"))],
        [completed("resp_1", item(7, "c1", "Paris"))],
        [completed("resp_1", {**item(0, "c1", "Paris"), "arguments": '{"city":"Paris"}'})],
    ],
)
def test_the_same_item_said_again_is_the_same_call(again: list[Event]) -> None:
    _, calls = made(item_added(0, item(0, "c1", "Paris")), item_done(0, item(0, "c1", "Paris")), *again)
    assert len(calls) == 1


CUT: Any = {**call("c1", path="a.txt"), "status": "incomplete"}


@pytest.mark.parametrize("status", ["incomplete", "completed"])
@pytest.mark.parametrize("done", [True, False])
def test_an_item_that_was_cut_off_is_answered_and_not_carried_out(status: str, done: bool) -> None:
    events = [item_added(0, EMPTY), *([item_done(0, CUT)] if done else [])]
    drive, calls = made(*events, completed("resp_1", CUT, status=status))
    (run,) = drive.protocol.runs
    (one,) = run.tool_calls
    assert (calls, one.status, one.output) == ([], "cancelled", CUT_OFF_OUTPUT)
    assert "cut off" in str(one.error)
    if status == "incomplete":
        assert (run.status, len(drive.requests)) == ("incomplete", 1)
        drive.ask("next")
    assert drive.requests[1]["input"][0] == {"type": "function_call_output", "call_id": "c1", "output": CUT_OFF_OUTPUT}


def test_a_call_that_only_an_incomplete_end_tells_of_is_made_where_it_says_to_be_whole() -> None:
    half = {**call("c1"), "arguments": '{"pa'}
    assert made(completed("resp_1", half, status="incomplete"))[1] == []
    assert made(completed("resp_1", {**CUT, "status": None}, status="incomplete"))[1] == []
    assert len(made(completed("resp_1", call("c1", path="a"), status="incomplete"))[1]) == 1
    assert made(completed("resp_1", call("c1", path="a"), status="failed"))[1] == []


def test_deltas_that_stop_half_way_are_no_call_though_the_response_is_complete() -> None:
    drive, calls = made(BEGUN, {**GROW, "delta": '{"number": 2'}, completed("resp_1"))
    assert (calls, drive.protocol.runs[0].tool_calls[0].status) == ([], "cancelled")
    assert drive.requests[1]["input"][0]["output"] == CUT_OFF_OUTPUT


def test_a_call_without_arguments_is_made_when_nothing_more_can_tell_of_any() -> None:
    drive, calls = made(item_done(0, EMPTY))
    assert calls == []
    drive.receive(completed("resp_1"))
    assert len(drive.ready()) == 1


def test_a_custom_tools_input_is_taken_from_wherever_it_came() -> None:
    begun = {"type": "custom_tool_call", "id": "ctc", "call_id": "c1", "name": "sql", "input": ""}
    told = {"type": "response.custom_tool_call_input.done", "item_id": "ctc", "output_index": 0, "input": "SELECT 1"}
    grow = {"type": "response.custom_tool_call_input.delta", "item_id": "ctc", "output_index": 0, "delta": "SELECT 1"}
    for events in (
        [told],
        [grow],
        [grow, item_done(0, begun)],
        [grow, {**told, "input": "SELECT"}],
        [told, item_done(0, begun)],
    ):
        assert made(item_added(0, begun), *events, completed("resp_1"))[1] == [("c1", "SELECT 1")]


def test_raw_newlines_in_arguments_reach_the_function_as_json() -> None:
    raw = {**call("c1"), "arguments": '{"text": "one\ntwo"}'}
    assert json.loads(made(item_done(0, raw))[1][0][1]) == {"text": "one\ntwo"}


def test_half_a_json_is_not_sent_to_a_server_that_would_read_it() -> None:
    half = {**call("c1"), "arguments": '{"number": 2'}
    drive, _ = made(item_done(0, half), completed("resp_1", half, status="incomplete"))
    drive.submit(drive.ready()[0], "not valid JSON", status="failed")
    drive.eof()
    drive.ask("next")
    (sent,) = [each for each in drive.requests[-1]["input"] if each["type"] == "function_call"]
    assert json.loads(sent["arguments"]) == {"arguments": '{"number": 2'}
