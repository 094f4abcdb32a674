"""Requests with their answers, and what a request asks."""

from __future__ import annotations

import json

from cassette.entries import came, closed, sent

from ws_notebook.cassette import Entry
from ws_notebook.cassette.exchanges import exchanges_of, outputs_of, question_of

__all__: list[str] = []


def test_answers_belong_to_their_requests_by_lane() -> None:
    entries = [
        sent(0, "one"), sent(1, "two", stream_id="a"), came(2, "response.created"),
        came(3, "response.created", stream_id="a"), came(4, "response.completed", stream_id="a"),
        came(5, "response.completed"), sent(6, "three"), came(7, "response.created"), closed(8),
    ]  # fmt: skip
    one, two, three = exchanges_of(entries)
    assert [[ms for ms, _ in each.frames] for each in (one, two, three)] == [[2.0, 5.0], [2.0, 3.0], [1.0]]
    assert (one.closed, two.closed, three.closed) == (None, None, {"code": 1006, "reason": "gone"})


def test_connections_are_apart_and_steers_are_no_requests() -> None:
    steer = Entry(2, 1, "sent", b'{"type": "response.steer", "input": "x"}')
    entries = [sent(0, "one"), sent(1, "two", on=2), steer, came(3, "response.completed", on=2), closed(4)]
    one, two = exchanges_of(entries)
    assert (len(one.frames), one.closed is not None, len(two.frames)) == (0, True, 1)


def test_a_question_is_the_same_with_and_without_its_history() -> None:
    user = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "And  Oslo?"}]}
    history = [{"role": "user", "content": "Paris?"}, {"type": "message", "role": "assistant", "content": "Yes."}]
    assert question_of({"input": [*history, user]}) == question_of({"input": "And Oslo?"})
    call = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c1", "output": "5"}
    other = {**output, "output": "6"}
    assert question_of({"input": [user, call, output]}) == question_of({"input": [other]})
    assert question_of({"input": []}) != question_of({"input": [], "generate": False})
    picture = {"role": "user", "content": [{"type": "input_image", "image_url": "data:,"}]}
    assert question_of({"input": [picture]}) != question_of({"input": [user]})


def test_a_question_may_have_half_of_a_character() -> None:
    asked = Entry(0, 1, "sent", b'{"type": "response.create", "input": "a \\ud83d b"}')
    assert question_of(exchanges_of([asked])[0].request) == (True, ("user", "a \ud83d b"))


def test_outputs_are_known_by_their_calls_and_history_counts_once() -> None:
    one = {"type": "function_call_output", "call_id": "c1", "output": "5"}
    other = {"type": "custom_tool_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "x"}]}
    twice = {**one, "output": "6"}
    entries = [
        Entry(0, 1, "sent", json.dumps({"input": given}).encode()) for given in ([one], [one, other], [one, twice])
    ]
    assert outputs_of(exchanges_of(entries)) == {"c1": ["5", "6"], "c2": [[{"type": "input_text", "text": "x"}]]}
