"""The end of a response repeats its items, and may tell of some for the first time."""

from __future__ import annotations

import json

from support.drive import Drive
from support.events import call, completed, created, delta, item_added, item_done, message, reasoning

from ws_notebook.core.run import RunState

__all__: list[str] = []


def run_of(*events: object) -> RunState:
    drive = Drive()
    run = drive.ask()
    drive.receive(created("r"), *events)  # type: ignore[arg-type]
    return run


def test_an_item_that_only_the_end_has_stands_where_the_end_has_it() -> None:
    first, second, third = message("One.", "m1"), call("c1"), message("Two.", "m2")
    run = run_of(item_done(2, third), completed("r", first, second, third))
    assert run.turns[0].output == [first, second, third]
    assert run.turns[0].text == "One.Two."


def test_a_call_that_only_the_end_has_is_made_beside_others() -> None:
    run = run_of(item_done(0, call("c1", a=1)), completed("r", call("c1", a=1), call("c2", a=2)))
    assert [each.call_id for each in run.tool_calls] == ["c1", "c2"]
    run = run_of(item_done(0, call("c1", a=1)), completed("r", call("c2", a=2)))
    assert [each.call_id for each in run.tool_calls] == ["c1", "c2"]


def test_other_ids_and_numbers_do_not_make_another_item() -> None:
    events = [item_done(3, reasoning("Hm")), delta("Hi", 4), item_done(4, message("Hi"))]
    again = [reasoning("Hm", "rs_x"), message("Hi", "m_x")]
    assert len(run_of(*events, completed("r", *again)).turns[0].output) == 2
    other = {**call("c9", a=1), "id": "fc_9"}
    assert len(run_of(item_done(3, call("c1", a=1)), completed("r", other)).tool_calls) == 1


def test_an_item_with_nothing_in_it_is_no_other_call_of_the_same_call_id() -> None:
    whole = {**call("c1", a=2), "id": ""}
    hollow = {**whole, "arguments": ""}
    said = {"type": "response.function_call_arguments.done", "output_index": 0, "arguments": '{"a":1}'}
    for before in ([item_added(0, hollow), said], [said]):
        run = run_of(*before, item_done(1, whole), completed("r", hollow, whole))
        assert [json.loads(each.arguments) for each in run.tool_calls] == [{"a": 1}, {"a": 2}]
        assert [each.status for each in run.tool_calls] == ["queued", "queued"]


def test_another_text_is_another_message() -> None:
    run = run_of(item_done(0, message("One.", "m1")), completed("r", message("Two.", "m2")))
    assert run.turns[0].text == "One.Two."


def test_a_hollow_item_gets_what_the_end_says() -> None:
    hollow = {**message("", "m1"), "content": []}
    run = run_of(item_done(0, hollow), completed("r", message("Hi", "m1")))
    assert (run.text, run.turns[0].output) == ("Hi", [message("Hi", "m1")])


def test_reasoning_that_only_the_end_tells_is_not_taken_for_another_that_it_leaves_out() -> None:
    said = {"type": "reasoning", "id": "rs_2", "summary": [{"type": "summary_text", "text": "Then this."}]}
    told = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "First that."}]}
    drive = Drive()
    run = drive.ask("one")
    drive.receive(created("r"), item_done(1, said), completed("r", told))
    assert {item["id"] for item in run.turns[0].output} == {"rs_1", "rs_2"}
