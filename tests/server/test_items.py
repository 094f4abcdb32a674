from __future__ import annotations

import pytest

from ws_notebook.server.items import CallItem, MessageItem, OpenItem, ReasoningItem


def story(item: OpenItem) -> list[str]:
    """The event types of an item of two deltas, the writer's own two left out."""
    steps = [*item.open(), item.extend("one "), item.extend("two"), *item.close()]
    return [kind.removeprefix("response.") for kind, _ in steps]


def test_a_message_opens_and_closes_its_part() -> None:
    part = ["content_part.added", "output_text.delta", "output_text.delta", "output_text.done", "content_part.done"]
    assert story(MessageItem()) == part


def test_a_refusal_is_a_part_of_its_own_kind() -> None:
    item = MessageItem(refusal=True)
    assert story(item) == [
        "content_part.added",
        "refusal.delta",
        "refusal.delta",
        "refusal.done",
        "content_part.done",
    ]
    assert item.done("completed")["content"] == [{"type": "refusal", "refusal": "one two"}]


def test_reasoning_is_a_summary() -> None:
    item = ReasoningItem()
    delta = "reasoning_summary_text.delta"
    done = ["reasoning_summary_text.done", "reasoning_summary_part.done"]
    assert story(item) == ["reasoning_summary_part.added", delta, delta, *done]
    assert item.done("completed")["summary"] == [{"type": "summary_text", "text": "one two"}]


def test_a_call_streams_its_arguments_and_a_custom_one_its_input() -> None:
    delta, done = "function_call_arguments.delta", "function_call_arguments.done"
    assert story(CallItem("f")) == [delta, delta, done]
    delta, done = "custom_tool_call_input.delta", "custom_tool_call_input.done"
    assert story(CallItem("f", custom=True)) == [delta, delta, done]


@pytest.mark.parametrize(
    ("item", "field"), [(CallItem("f"), "arguments"), (CallItem("f", custom=True), "input")], ids=["function", "custom"]
)
def test_a_call_keeps_its_ids_and_fills_its_text(item: CallItem, field: str) -> None:
    before = item.added()
    item.extend("one ")
    item.extend("two")
    after = item.done("completed")
    assert before == {**after, field: "", "status": "in_progress"}
    assert after[field] == "one two"
    assert after["call_id"] != after["id"] == item.id
