from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from support.upstream import chunk

from ws_notebook.server.models.base import Arguments, Call, Cut, Piece, Read, Refusal, Text, Thought
from ws_notebook.server.models.upstream.chunks import Chunks, read_of


def pieces(deltas: Iterable[dict[str, Any]], reason: str | None = "stop", **options: Any) -> list[Piece]:
    chunks = Chunks(**options)
    told = [piece for delta in deltas for piece in chunks.pieces(chunk(delta))]
    told += chunks.pieces(chunk({}, reason)) if reason else []
    return [*told, *chunks.end()]


def part(index: int | None, text: Any, **named: Any) -> dict[str, Any]:
    function = {"arguments": text, **({"name": named.pop("name")} if "name" in named else {})}
    place = {} if index is None else {"index": index}
    return {"tool_calls": [{**place, **named, "function": function}]}


def calls(told: list[Piece]) -> list[tuple[str, str | None, str]]:
    """Name, id and arguments of each call; no other piece may be among them."""
    found: list[list[Any]] = []
    for piece in told:
        if isinstance(piece, Call):
            found.append([piece.name, piece.call_id, ""])
        else:
            assert isinstance(piece, Arguments)
            found[-1][2] += piece.delta
    return [tuple(each) for each in found]


def test_text_reasoning_by_either_name_and_refusals() -> None:
    deltas = [{"reasoning_content": "a"}, {"reasoning": "b"}, {"content": "c"}, {"refusal": "d"}, {"content": ""}, {}]
    assert pieces(deltas) == [Thought("a", raw=True), Thought("b", raw=True), Text("c"), Refusal("d")]
    assert pieces([{"content": [{"type": "text", "text": "x"}, {"type": "text", "text": "y"}]}]) == [Text("xy")]


def test_calls_one_after_the_other() -> None:
    deltas = [part(0, "", id="a", name="f"), part(0, '{"x"'), part(0, ":1}"), part(1, "{}", id="b", name="g")]
    told = pieces(deltas, "tool_calls")
    assert calls(told) == [("f", "a", '{"x":1}'), ("g", "b", "{}")]
    assert Arguments('{"x"') in told


def test_calls_that_are_written_at_once_are_told_one_after_the_other() -> None:
    deltas = [part(0, "{", id="a", name="f"), part(1, "{", id="b", name="g"), part(0, "}"), part(1, "}")]
    assert calls(pieces(deltas)) == [("f", "a", "{}"), ("g", "b", "{}")]


@pytest.mark.parametrize("index", [0, None])
def test_calls_that_all_have_one_place_are_told_apart_by_their_ids(index: int | None) -> None:
    deltas = [part(index, {"x": 1}, id="a", name="f"), part(index, {"x": 2}, id="b", name="f")]
    assert calls(pieces(deltas)) == [("f", "a", '{"x": 1}'), ("f", "b", '{"x": 2}')]


def test_an_id_that_two_calls_share_is_given_to_the_first_alone() -> None:
    deltas = [part(0, "{}", id="a", name="f"), part(1, "{}", id="a", name="g")]
    assert calls(pieces(deltas)) == [("f", "a", "{}"), ("g", None, "{}")]


def test_a_call_without_arguments_has_none() -> None:
    assert calls(pieces([part(0, "", id="a", name="f")])) == [("f", "a", "{}")]
    assert calls(pieces([{"function_call": {"name": "f", "arguments": "{}"}}])) == [("f", None, "{}")]


def test_a_call_that_broke_off_is_told_as_far_as_it_came() -> None:
    assert calls(pieces([part(0, '{"x', id="a", name="f")], None)) == [("f", "a", '{"x')]


def test_the_input_of_a_free_form_tool_is_taken_out_of_its_wrapping() -> None:
    deltas = [part(0, '{"inp', id="a", name="shell"), part(0, 'ut": "ls\\n"}')]
    assert pieces(deltas, custom=frozenset({"shell"})) == [Call("shell", True, "a"), Arguments("ls\n")]
    assert pieces([part(0, "ls", id="a", name="shell")], custom=frozenset({"shell"}))[-1] == Arguments("ls")


def test_the_reason_of_the_end_and_the_usage() -> None:
    chunks = Chunks()
    assert list(chunks.pieces(chunk({}, "length"))) == [Cut("max_output_tokens")]
    assert chunks.finished
    assert list(Chunks().pieces(chunk({}, "content_filter"))) == [Cut("content_filter")]
    assert list(chunks.pieces(chunk(usage={"prompt_tokens": 3, "completion_tokens": 2}))) == [Read(3, output=2)]
    assert list(chunks.pieces({"error": {"message": "No."}})) == []
    assert chunks.error == {"error": {"message": "No."}}


def test_a_whole_completion_is_read_like_a_stream() -> None:
    chunks = Chunks()
    choice = {"index": 0, "message": {"role": "assistant", "content": "All."}, "finish_reason": "stop"}
    assert list(chunks.pieces({"object": "chat.completion", "choices": [choice]})) == [Text("All.")]
    assert chunks.finished


def test_counts_by_either_api_s_names() -> None:
    assert read_of({"prompt_tokens": 9, "prompt_cache_hit_tokens": 4, "completion_tokens": None}) == Read(9, cached=4)
    details = {"input_tokens_details": {"cached_tokens": 2}, "output_tokens_details": {"reasoning_tokens": 1}}
    assert read_of({"input_tokens": 5, "output_tokens": 3, **details}) == Read(5, 2, 3, 1)
