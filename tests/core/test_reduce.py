"""`reduce` writes what a turn received, whatever its order, form and completeness."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.drive import Drive
from support.events import (
    answer,
    call,
    completed,
    created,
    delta,
    encoded,
    error,
    failed,
    item_added,
    item_done,
    message,
    reasoning,
)

from ws_notebook.core import codec
from ws_notebook.core.changes import ReasoningAppended, TextAppended, ToolCallReady
from ws_notebook.core.reduce import cut_off, reduce
from ws_notebook.core.timing import TurnTiming
from ws_notebook.core.turn import TurnState
from ws_notebook.exceptions import ProtocolViolation

__all__: list[str] = []

Event = dict[str, Any]


def turn_of(*events: Event | list[Event]) -> TurnState:
    turn = TurnState(id="r1.1", run_id="r1", timing=TurnTiming(started=0.0))
    for event in events:
        for each in event if isinstance(event, list) else [event]:
            reduce(turn, codec.decode(encoded(each)), 1.0)
    return turn


def test_a_whole_answer() -> None:
    turn = turn_of(answer("resp_1", message("Hello there")))
    assert (turn.status, turn.response_id, turn.model) == ("completed", "resp_1", "made-up")
    assert (turn.text, turn.output) == ("Hello there", [message("Hello there")])
    assert turn.usage is not None
    assert turn.usage.input_tokens_details.cached_tokens == 4
    assert turn.events == 6


def test_text_that_comes_without_deltas_is_taken_from_what_follows() -> None:
    done = {"type": "response.output_text.done", "output_index": 0, "content_index": 0, "text": "Hi"}
    assert turn_of(created("r"), done, item_done(0, message("Hi")), completed("r", message("Hi"))).text == "Hi"
    assert turn_of(created("r"), item_done(0, message("Hi")), completed("r", message("Hi"))).text == "Hi"
    assert turn_of(created("r"), completed("r", message("Hi"))).text == "Hi"
    assert turn_of(completed("r", message("Hi"))).output == [message("Hi")]


def test_text_is_not_taken_twice() -> None:
    done = {"type": "response.output_text.done", "output_index": 0, "content_index": 0, "text": "Hi"}
    events = [delta("H"), delta("i"), done, item_done(0, message("Hi")), completed("r", message("Hi"))]
    assert turn_of(created("r"), events).text == "Hi"


def test_text_of_which_pieces_are_missing_ends_as_each_of_the_done_events_has_it() -> None:
    part = {"type": "output_text", "text": "Hi there"}
    at = {"output_index": 0, "content_index": 0}
    text_done = {"type": "response.output_text.done", **at, "text": "Hi there"}
    part_done = {"type": "response.content_part.done", **at, "part": part}
    item = message("Hi there")
    for events in ([text_done], [part_done], [item_done(0, item)], [text_done, part_done, item_done(0, item)]):
        turn = TurnState(id="r1.1", run_id="r1", timing=TurnTiming(started=0.0))
        told = ""
        for event in [created("r"), delta("Hi"), *events]:
            changes = reduce(turn, codec.decode(encoded(event)), 1.0)
            told += "".join(change.text for change in changes if isinstance(change, TextAppended))
        assert told == turn.text == "Hi there"
    assert turn_of(created("r"), delta("Hi"), completed("r", item)).text == "Hi there"


def test_a_message_that_only_the_terminal_event_has_whole_is_kept_with_its_text() -> None:
    events = [item_done(0, reasoning("Hm")), delta("Hi", 1), completed("r", reasoning("Hm"), message("Hi there"))]
    turn = turn_of(created("r"), *events)
    assert (turn.text, [item["type"] for item in turn.output]) == ("Hi there", ["reasoning", "message"])
    events = [item_done(0, message("One.", "m1")), completed("r", message("One.", "m1"), message("Two.", "m2"))]
    assert turn_of(created("r"), *events).text == "One.Two."


def test_a_terminal_event_whose_items_have_other_ids_adds_nothing() -> None:
    turn = turn_of(created("r"), delta("Hi"), item_done(0, message("Hi", "m1")), completed("r", message("Hi", "other")))
    assert (turn.text, turn.output) == ("Hi", [message("Hi", "m1")])


def test_messages_that_all_have_the_same_index_are_told_apart() -> None:
    first, second = message("One.", "m1"), message("Two. Three.", "m2")
    turn = turn_of(created("r"), delta("One."), item_done(0, first), delta("Two."), item_done(0, second))
    assert (turn.text, turn.output) == ("One.Two. Three.", [first, second])
    assert turn_of(created("r"), item_done(0, first), item_done(0, second)).text == "One.Two. Three."


def test_a_refusal_of_which_pieces_are_missing_ends_as_it_was_said() -> None:
    at = {"output_index": 0, "content_index": 0}
    grow = {"type": "response.refusal.delta", **at, "delta": "I will"}
    done = {"type": "response.refusal.done", **at, "refusal": "I will not."}
    part = {"type": "response.content_part.done", **at, "part": {"type": "refusal", "refusal": "I will not."}}
    assert turn_of(created("r"), grow, done).refusal == "I will not."
    assert turn_of(created("r"), grow, part, done).refusal == "I will not."


def test_reasoning_of_which_pieces_are_missing_ends_as_it_was_said() -> None:
    at = {"output_index": 0, "summary_index": 0}
    grow = {"type": "response.reasoning_summary_text.delta", **at, "delta": "First"}
    done = {"type": "response.reasoning_summary_text.done", **at, "text": "First this."}
    assert turn_of(created("r"), grow, done).reasoning == "First this."
    assert turn_of(created("r"), grow, item_done(0, reasoning("First this."))).reasoning == "First this."
    raw = {"output_index": 0, "content_index": 0}
    grow = {"type": "response.reasoning_text.delta", **raw, "delta": "Hm"}
    done = {"type": "response.reasoning_text.done", **raw, "text": "Hmm."}
    whole = {"type": "reasoning", "id": "rs", "content": [{"type": "reasoning_text", "text": "Hmm."}]}
    for events in ([done], [item_done(0, whole)], [done, item_done(0, {**whole, "summary": [{"text": "Short."}]})]):
        assert turn_of(created("r"), grow, *events).reasoning == "Hmm."
    assert turn_of(created("r"), item_done(0, whole)).reasoning == "Hmm."


def test_an_empty_text_leaves_no_part() -> None:
    done = {"type": "response.output_text.done", "output_index": 0, "content_index": 0, "text": ""}
    assert turn_of(created("r"), done).parts == ()


def test_an_item_that_is_said_to_be_done_twice_is_kept_once() -> None:
    events = [
        item_done(0, message("Hi")),
        item_done(0, message("Hi")),
        item_done(1, call("c1")),
        item_done(1, call("c1")),
    ]
    turn = turn_of(created("r"), events)
    assert turn.output == [message("Hi"), call("c1")]
    assert len(turn.tool_calls) == 1


def test_a_refusal_that_comes_without_deltas_is_taken_from_its_item_and_never_twice() -> None:
    part = {"type": "refusal", "refusal": "I will not."}
    item = {"type": "message", "id": "msg_0", "role": "assistant", "status": "completed", "content": [part]}
    pieces = [
        {"type": "response.refusal.delta", "output_index": 0, "content_index": 0, "delta": each}
        for each in ("I will", " not.")
    ]
    for events in ([], pieces):
        turn = turn_of(created("r"), *events, item_done(0, item), completed("r", item))
        assert (turn.refusal, turn.text) == ("I will not.", "")


def test_items_without_ids_are_all_kept() -> None:
    item = {"type": "web_search_call", "status": "completed"}
    assert turn_of(created("r"), item_done(0, item), item_done(1, item)).output == [item, item]


def test_an_unknown_item_is_kept_as_it_came() -> None:
    item = {"type": "vendor:hologram", "id": "h1", "data": {"null": None, "list": [1, 2.5, "é"]}}
    assert turn_of(created("r"), item_done(0, item)).output == [item]


@pytest.mark.parametrize("kind", [None, [], {}, 5])
def test_an_item_without_a_usable_type_is_kept(kind: Any) -> None:
    item = {"type": kind, "call_id": [1]}
    turn = turn_of(created("r"), item_added(0, item), item_done(0, item), completed("r", item))
    assert turn.output == [item]
    assert turn.done


def test_the_arguments_of_a_call_grow_and_are_replaced_by_the_whole() -> None:
    begun = {**call("c1"), "arguments": ""}
    grow = {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": '{"a'}
    whole = {"type": "response.function_call_arguments.done", "output_index": 0, "arguments": '{"a": 1}'}
    assert turn_of(created("r"), item_added(0, begun), grow, grow).tool_calls[0].arguments == '{"a{"a'
    turn = turn_of(created("r"), item_added(0, begun), grow, whole)
    assert (turn.tool_calls[0].arguments, turn.tool_calls[0].status) == ('{"a": 1}', "streaming")
    turn = turn_of(created("r"), item_added(0, begun), grow, whole, item_done(0, call("c1", a=1)))
    assert (turn.tool_calls[0].arguments, turn.tool_calls[0].status) == ('{"a": 1}', "queued")


def test_a_custom_tool_call_has_its_input() -> None:
    item = {"type": "custom_tool_call", "id": "ctc", "call_id": "c1", "name": "sql", "input": "SELECT 1"}
    grow = {"type": "response.custom_tool_call_input.delta", "output_index": 0, "delta": "SELECT"}
    turn = turn_of(created("r"), item_added(0, {**item, "input": ""}), grow)
    assert turn.tool_calls[0].arguments == "SELECT"
    turn = turn_of(created("r"), item_added(0, {**item, "input": ""}), grow, item_done(0, item))
    assert (turn.tool_calls[0].kind, turn.tool_calls[0].arguments) == ("custom_tool_call", "SELECT 1")


def test_parallel_calls_that_interleave_are_told_apart() -> None:
    events = [
        item_added(0, {**call("c1"), "arguments": ""}),
        item_added(1, {**call("c2"), "arguments": ""}),
        {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": "{2}"},
        {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": "{1}"},
        item_done(1, call("c2")),
        item_done(0, call("c1")),
    ]
    turn = turn_of(created("r"), events[:4])
    assert [(each.call_id, each.arguments) for each in turn.tool_calls] == [("c1", "{1}"), ("c2", "{2}")]
    turn = turn_of(created("r"), events)
    assert [(each.call_id, each.status) for each in turn.tool_calls] == [("c1", "queued"), ("c2", "queued")]


def test_calls_that_all_have_the_same_index_are_told_apart_by_their_ids() -> None:
    turn = turn_of(created("r"), item_done(0, call("c1")), item_done(0, call("c2")), item_done(0, call("c3")))
    assert [each.call_id for each in turn.tool_calls] == ["c1", "c2", "c3"]


def test_a_call_without_an_id_of_its_own_goes_by_that_of_its_item() -> None:
    item = {"type": "function_call", "id": "fc_1", "name": "add", "arguments": "{}"}
    assert turn_of(created("r"), item_done(0, item)).tool_calls[0].call_id == "fc_1"


def test_a_call_that_began_and_is_whole_only_in_the_terminal_event_is_ready() -> None:
    begun = {**call("c1"), "arguments": ""}
    turn = turn_of(
        created("r"),
        item_done(0, message("Hi")),
        item_added(1, begun),
        completed("r", message("Hi"), call("c1", a=1)),
    )
    assert turn.output == [message("Hi"), call("c1", a=1)]
    assert turn.tool_calls[0].status == "queued"


def test_what_was_announced_is_not_replaced_by_a_terminal_event_that_repeats_less() -> None:
    turn = turn_of(
        created("r"), item_done(0, reasoning("Hm")), item_done(1, message("Hi")), completed("r", message("Hi"))
    )
    assert [item["type"] for item in turn.output] == ["reasoning", "message"]


def test_a_refusal_is_no_text() -> None:
    refusal = {"type": "response.refusal.delta", "output_index": 0, "content_index": 0, "delta": "No."}
    turn = turn_of(created("r"), refusal, refusal, completed("r"))
    assert (turn.refusal, turn.text, turn.status) == ("No.No.", "", "completed")


def test_paragraphs_of_reasoning_are_parted_as_they_are_told() -> None:
    def piece(index: int, text: str) -> Event:
        kind = "response.reasoning_summary_text.delta"
        return {"type": kind, "output_index": 0, "summary_index": index, "delta": text}

    turn = TurnState(id="r1.1", run_id="r1", timing=TurnTiming(started=0.0))
    told = ""
    for event in [created("r"), piece(0, "One"), piece(0, "."), piece(1, "Two"), item_done(0, reasoning("One."))]:
        changes = reduce(turn, codec.decode(encoded(event)), 1.0)
        told += "".join(change.text for change in changes if isinstance(change, ReasoningAppended))
    assert told == turn.reasoning == "One.\n\nTwo"


def test_a_summary_that_was_not_streamed_is_taken_whole() -> None:
    item = reasoning("One")
    item["summary"].append({"type": "summary_text", "text": "Two"})
    assert turn_of(created("r"), item_done(0, item)).reasoning == "One\n\nTwo"


def test_raw_reasoning_is_reasoning() -> None:
    raw = {"type": "response.reasoning_text.delta", "output_index": 0, "content_index": 0, "delta": "Hm"}
    assert turn_of(created("r"), raw, raw).reasoning == "HmHm"


def test_an_incomplete_answer_says_why() -> None:
    turn = turn_of(
        created("r"),
        delta("Hal"),
        completed("r", status="incomplete", incomplete_details={"reason": "max_output_tokens"}),
    )
    assert (turn.status, turn.reason, turn.text) == ("incomplete", "max_output_tokens", "Hal")
    assert turn_of(created("r"), completed("r", status="incomplete", incomplete_details={})).reason is None


def test_a_failed_answer_keeps_what_came_before() -> None:
    turn = turn_of(created("r"), delta("Hal"), failed("r", "server_error", "It broke."))
    assert (turn.status, turn.text) == ("failed", "Hal")
    assert turn.error is not None
    assert (turn.error.code, turn.error.message) == ("server_error", "It broke.")
    assert turn_of(created("r"), completed("r", status="failed", error=None)).error is not None


def test_an_error_frame_ends_the_turn_and_a_late_terminal_event_is_only_counted() -> None:
    turn = turn_of(created("r"), delta("Hal"), error("server_error"), failed("r", "other"))
    assert turn.error is not None
    assert (turn.status, turn.error.code, turn.events) == ("failed", "server_error", 4)


@pytest.mark.parametrize("null", ["logprobs", "annotations", "sequence_number", "stream_id"])
def test_null_in_any_field_that_is_not_needed_does_no_harm(null: str) -> None:
    assert turn_of(created("r"), {**delta("Hi"), null: None}).text == "Hi"


def test_terminal_events_with_null_for_lists_and_objects() -> None:
    body = {"id": "r", "output": None, "usage": None, "error": None, "incomplete_details": None, "model": None}
    turn = turn_of({"type": "response.created", "response": None}, {"type": "response.completed", "response": body})
    assert (turn.status, turn.usage, turn.response_id) == ("completed", None, "r")


def test_text_with_a_lone_surrogate_is_kept() -> None:
    turn = TurnState(id="r1.1", run_id="r1", timing=TurnTiming(started=0.0))
    reduce(turn, codec.decode(rb'{"type":"response.output_text.delta","delta":"a\ud83d"}'), 1.0)
    assert turn.text == "a\ud83d"


def test_a_turn_is_cut_off_once() -> None:
    turn = turn_of(created("r"), item_added(0, {**call("c1"), "arguments": ""}))
    cut_off(turn, "cancelled", None, 2.0)
    assert turn.tool_calls[0].status == "cancelled"
    with pytest.raises(ProtocolViolation):
        cut_off(turn, "failed", None, 3.0)


def test_the_kinds_of_time_follow_the_events() -> None:
    turn = turn_of(answer("r", reasoning("Hm"), message("Hi")))
    assert [span.kind for span in turn.timing.spans] == ["text"]
    turn = turn_of(created("r"), item_added(0, reasoning("")), delta("Hi", 1))
    assert [span.kind for span in turn.timing.spans] == ["reasoning", "text"]


def calls_made(function: Callable[[], object]) -> int:
    """How many Python functions and built-ins the function calls."""
    count = 0

    def count_one(frame: Any, what: str, argument: Any) -> None:
        nonlocal count
        count += what in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count_one)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("make", [lambda number: delta("x" * 8), lambda number: delta("x", number % 3, number % 2)])
def test_the_work_for_a_text_grows_with_its_length_and_not_faster(make: Callable[[int], Event]) -> None:
    def work(pieces: int) -> int:
        frames = [encoded(make(number)) for number in range(pieces)]
        drive = Drive()
        run = drive.ask()
        drive.receive(created("r"))

        def play() -> None:
            for frame in frames:
                drive.link.receive_frames([frame], 1.0)
            assert run.text

        return calls_made(play)

    once, twice = work(1000), work(2000)
    assert twice <= once * 2.05


def test_the_memory_for_a_text_is_that_of_its_pieces() -> None:
    turn = TurnState(id="r1.1", run_id="r1", timing=TurnTiming(started=0.0))
    frame = encoded({**delta("y"), "obfuscation": "z" * 10_000})
    for _ in range(100):
        reduce(turn, codec.decode(frame), 1.0)
    (part,) = turn.parts
    assert part.chunks == ["y"] * 100


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.text(max_size=3) | st.sampled_from(["c1", "message", "r"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "type", "call_id", "name", "arguments", "content", "summary", "text", "output", "usage"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=6,
)
ITEM = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["message", "reasoning", "function_call", "custom_tool_call", "computer_call"])
        | ANYTHING,
        "id": ANYTHING,
        "call_id": ANYTHING,
        "name": ANYTHING,
        "content": ANYTHING,
        "summary": ANYTHING,
        "arguments": ANYTHING,
    },
)
EVENT = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            [
                "response.created",
                "response.in_progress",
                "response.output_item.added",
                "response.output_item.done",
                "response.output_text.delta",
                "response.output_text.done",
                "response.function_call_arguments.delta",
                "response.function_call_arguments.done",
                "response.reasoning_summary_text.delta",
                "response.completed",
                "response.incomplete",
                "response.failed",
                "error",
                "something.else",
            ]
        )
    },
    optional={
        "item": ITEM | ANYTHING,
        "output_index": ANYTHING,
        "delta": ANYTHING,
        "text": ANYTHING,
        "arguments": ANYTHING,
        "error": ANYTHING,
        "code": st.sampled_from(["previous_response_not_found", "websocket_connection_limit_reached"]) | ANYTHING,
        "status": ANYTHING,
        "response": ANYTHING
        | st.fixed_dictionaries({"id": st.sampled_from(["a", "b"]), "output": st.lists(ITEM | ANYTHING)}),
    },
)


@given(st.lists(EVENT, max_size=12))
def test_no_sequence_of_odd_events_raises_or_loses_count(events: list[Event]) -> None:
    drive = Drive()
    run = drive.ask()
    again = drive.ask("and then?")
    drive.receive(*(json.dumps(event).encode() for event in events))
    for ready in drive.ready():
        drive.submit(ready, "x")
    assert sum(turn.events for each in (run, again) for turn in each.turns) == len(events)
    drive.eof()
    drive.abandon(again)
    drive.abandon(run)
    assert run.done
    assert again.done


def test_a_call_is_said_to_be_ready_once() -> None:
    drive = Drive()
    drive.ask()
    drive.receive(created("r"), item_done(0, call("c1")), item_done(0, call("c1")), completed("r", call("c1")))
    assert sum(isinstance(change, ToolCallReady) for _, change in drive.changes) == 1


def test_an_event_that_comes_twice_counts_once() -> None:
    events = [{**event, "sequence_number": number} for number, event in enumerate(answer("r", message("ha ha ha")))]
    turn = turn_of([event for event in events for _ in range(2)])
    assert (turn.status, turn.text, turn.output) == ("completed", "ha ha ha", [message("ha ha ha")])


@pytest.mark.parametrize(
    ("whole", "text"), [(None, "ha ha ha !"), ("ha ha ha !", "ha ha ha !"), ("ha !", "ha !"), ("ha ha !", "ha ha ha !")]
)
def test_equal_deltas_of_one_number_are_several_unless_the_whole_says_otherwise(whole: str | None, text: str) -> None:
    deltas = [created("r"), delta("ha "), delta("ha "), delta("ha "), delta("!")]
    events = [{**event, "sequence_number": number} for number, event in zip((1, 2, 2, 2, 3), deltas, strict=True)]
    told = [] if whole is None else [message(whole)]
    turn = turn_of(events, {**completed("r", *told), "sequence_number": 4})
    assert (turn.status, turn.text) == ("completed", text)


def test_events_that_all_have_the_same_number_are_each_taken() -> None:
    same = [{**delta("ha"), "sequence_number": 0} for _ in range(3)]
    assert turn_of(created("r"), same).text == "hahaha"


@pytest.mark.parametrize(
    ("kind", "status", "ended"),
    [
        ("response.cancelled", "cancelled", "failed"),
        ("response.done", "completed", "completed"),
        ("response.done", "in_progress", "in_progress"),
    ],
)
def test_an_ending_under_an_unknown_name_ends_its_own_turn(kind: str, status: str, ended: str) -> None:
    body = {"id": "resp_1", "status": status, "error": None, "output": [message("whole")]}
    turn = turn_of(created("resp_1"), {"type": kind, "response": body})
    assert turn.status == ended
    assert turn.text == ("" if ended == "in_progress" else "whole")
    if ended == "failed":
        assert turn.error is not None
        assert turn.error.message == "The response was cancelled."
    other = turn_of(created("resp_2"), {"type": kind, "response": body})
    assert not other.done


@pytest.mark.parametrize("numbered", [True, False], ids=["each its number", "every item 0"])
@pytest.mark.parametrize("told", ["twice", "at the end alone", "under other ids at the end"])
def test_thousands_of_calls_of_one_turn_are_each_taken_once_and_in_order(numbered: bool, told: str) -> None:
    items = [call(f"call_{n}", "look", n=n) for n in range(2000)]
    later = [{**item, "id": f"other_{n}"} if "other" in told else item for n, item in enumerate(items)]
    begun = [item_added(n if numbered else 0, {**item, "arguments": ""}) for n, item in enumerate(items)]
    whole = [item_done(n if numbered else 0, item) for n, item in enumerate(items)]
    streamed = [] if "alone" in told else [*begun, *whole, *whole]
    turn = turn_of(created("r"), streamed, completed("r", *later))
    assert [each.call_id for each in turn.tool_calls] == [item["call_id"] for item in items]
    assert [each.arguments for each in turn.tool_calls] == [item["arguments"] for item in items]
    assert [item["call_id"] for item in turn.output] == [item["call_id"] for item in items]
    assert turn.reception is None


@pytest.mark.parametrize("word", ["cancelled", "canceled"])
def test_a_completed_event_whose_response_was_cancelled_ends_the_run_as_failed(word: str) -> None:
    drive = Drive()
    run = drive.ask("one")
    drive.receive(created("resp_1"), {"type": "response.completed", "response": {"id": "resp_1", "status": word}})
    drive.later += 1
    drive.settle()
    assert run.status == "failed"
    assert "cancelled" in str(run.error)


def test_a_fault_on_demand_is_marked_and_is_no_event_of_the_response() -> None:
    fault = {"type": "x_ws_notebook.fault", "rule": "drop at error", "event": "error"}
    turn = turn_of(fault)
    assert [(each.rule, each.event, each.at) for each in turn.struck] == [("drop at error", "error", 1.0)]
    assert (turn.events, turn.timing.first_event, turn.status) == (0, None, "in_progress")
    late = turn_of(answer("resp_1", message("Hi")), fault)
    assert (late.status, late.events, len(late.struck)) == ("completed", 6, 1)
    assert len(turn_of([fault] * 500).struck) == 100
