"""Items as users write them and as they are on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.core import items
from ws_notebook.core.items import Item, WireObject
from ws_notebook.exceptions import SettingsError

__all__: list[str] = []


def test_words_become_a_user_message() -> None:
    assert items.as_items("Hi") == [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
    ]


def test_one_item_and_a_list_of_items_are_taken_as_they_are() -> None:
    item = {"role": "user", "content": "Hi"}
    assert items.as_items(item) == [item]
    assert items.as_items([item, {"type": "item_reference", "id": "x"}]) == [
        item,
        {"type": "item_reference", "id": "x"},
    ]


@pytest.mark.parametrize("value", ["", "  \n", [], [3], ["Hi"], [{"text": "Hi"}], b"Hi", None, 5])
def test_what_is_no_input_is_refused_with_what_it_should_be(value: Any) -> None:
    with pytest.raises(SettingsError, match=r"prompt is empty|empty list|string or a list of items"):
        items.as_items(value)


def test_items_do_not_change_with_the_lists_they_were_made_from() -> None:
    content = [{"type": "input_text", "text": "before"}]
    (item,) = items.as_items([{"role": "user", "content": content}])
    content[0]["text"] = "after"
    assert item["content"][0]["text"] == "before"


def test_fields_read_as_attributes_at_any_depth() -> None:
    item = Item(type="x", content=[{"text": "a", "inner": {"deep": 1}}])
    assert item.type == "x"
    assert item.content[0].inner.deep == 1
    assert isinstance(item.content[0], WireObject)
    assert "content" in dir(item)
    with pytest.raises(AttributeError, match="no field 'missing'; it has type, content"):
        _ = item.missing


def test_an_output_answers_a_call_of_its_kind() -> None:
    assert items.tool_output("function_call", "c1", "ok") == {
        "type": "function_call_output",
        "call_id": "c1",
        "output": "ok",
    }
    assert items.tool_output("custom_tool_call", "c1", [])["type"] == "custom_tool_call_output"


@pytest.mark.parametrize("kind", [None, [], {}, 3])
def test_a_type_that_is_no_string_is_empty(kind: Any) -> None:
    assert items.kind({"type": kind}) == ""
    assert not items.is_owed_elsewhere({"type": kind})


def test_calls_for_other_programs_are_told_from_hosted_ones() -> None:
    assert items.is_owed_elsewhere({"type": "computer_call"})
    assert items.is_owed_elsewhere({"type": "mcp_approval_request"})
    assert items.is_owed_elsewhere({"type": "tool_search_call", "execution": "client"})
    assert not items.is_owed_elsewhere({"type": "tool_search_call", "execution": "server"})
    assert not items.is_owed_elsewhere({"type": "web_search_call"})
    assert not items.is_owed_elsewhere({"type": "function_call"})


def test_the_prompt_is_the_words_of_the_user() -> None:
    mixed = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "One"},
        {"role": "user", "content": [{"type": "input_image"}, {"type": "input_text", "text": "Two"}]},
        {"role": "user", "content": None},
    ]
    assert items.prompt_text(mixed) == "One\n\n[image]\nTwo"


def test_pictures_are_a_word_at_their_place() -> None:
    def said(*content: str) -> str:
        parts = [{"type": "input_image"} if part == "*" else {"type": "input_text", "text": part} for part in content]
        return items.prompt_text([{"role": "user", "content": parts}])

    assert said("Is ", "*", " nice?") == "Is [image] nice?"
    assert said("What?", "*", "*") == "What?\n[image] [image]"
    assert said("*") == "[image]"
    assert said("One", "Two") == "One\n\nTwo"


def test_what_a_model_said_can_be_told_to_it_again() -> None:
    assert items.assistant_message("So")["content"] == [{"type": "output_text", "text": "So"}]
    assert items.user_message("So")["role"] == "user"
