from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.server.create import check_stream_id, parse_create
from ws_notebook.server.errors import ApiError


def create(**fields: Any) -> dict[str, Any]:
    return {"model": "demo", "input": "hello", **fields}


def test_a_string_is_one_user_message() -> None:
    (item,) = parse_create(create()).items
    assert item == {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}


def test_a_message_needs_no_type() -> None:
    (item,) = parse_create(create(input=[{"role": "user", "content": "hello"}])).items
    assert item["type"] == "message"


def test_store_is_on_unless_it_is_turned_off() -> None:
    assert parse_create(create()).store
    assert parse_create(create(store=None)).store
    assert not parse_create(create(store=False)).store


def test_stream_is_tolerated_and_unknown_fields_pass() -> None:
    parsed = parse_create(create(stream=True, vendor_field=1))
    assert parsed.stream
    assert parsed.fields["vendor_field"] == 1


def test_a_warm_up_needs_no_input() -> None:
    assert not parse_create({"model": "demo", "generate": False}).generate
    assert not parse_create({"model": "demo", "prompt_cache_options": {"prewarm": True}}).generate


def test_items_of_unknown_types_pass() -> None:
    (item,) = parse_create(create(input=[{"type": "vendor:thing", "x": 1}])).items
    assert item == {"type": "vendor:thing", "x": 1}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"model": 5}, "model"),
        ({"input": None}, "input"),
        ({"input": 5}, "input"),
        ({"input": [5]}, "input[0]"),
        ({"input": [{}]}, "input[0].type"),
        ({"input": [{"type": 5}]}, "input[0].type"),
        ({"input": [{"role": "robot", "content": "x"}]}, "input"),
        ({"input": [{"role": "user"}]}, "input[0].content"),
        ({"input": [{"role": "user", "content": 5}]}, "input[0].content"),
        ({"input": [{"type": "function_call_output", "call_id": "c"}]}, "input[0].output"),
        ({"input": [{"type": "function_call_output", "call_id": "c", "output": 5}]}, "input[0].output"),
        ({"input": [{"type": "function_call", "call_id": "c", "name": "f"}]}, "input[0].arguments"),
        ({"input": [{"type": "compaction"}]}, "input[0].encrypted_content"),
        ({"input": [{"type": "compaction_trigger"}, {"role": "user", "content": "x"}]}, "input"),
        ({"context_management": {}}, "context_management"),
        ({"context_management": [5]}, "context_management[0]"),
        ({"context_management": [{"type": "magic"}]}, "context_management[0].type"),
        (
            {"context_management": [{"type": "compaction", "compact_threshold": "x"}]},
            "context_management[0].compact_threshold",
        ),
        ({"background": True}, "background"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
        ({"tools": {}}, "tools"),
        ({"tools": [5]}, "tools[0]"),
        ({"tools": [{"name": "f"}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"tools": [{"type": "function", "name": "f", "parameters": 5}]}, "tools[0].parameters"),
        ({"previous_response_id": 5}, "previous_response_id"),
        ({"store": "yes"}, "store"),
        ({"temperature": True}, "temperature"),
        ({"max_output_tokens": 1.5}, "max_output_tokens"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_create(create(**fields))
    assert (caught.value.status, caught.value.param) == (400, param)


@pytest.mark.parametrize("name", ["a", "A-b_c.9", "x" * 256, None])
def test_a_lane_may_have_this_name(name: str | None) -> None:
    assert check_stream_id(name) == name


@pytest.mark.parametrize("name", ["", "x" * 257, "a b", "ä", 5, "a\n"])
def test_a_lane_may_not_have_this_name(name: object) -> None:
    with pytest.raises(ApiError) as caught:
        check_stream_id(name)
    assert (caught.value.code, caught.value.param) == ("invalid_stream_id", "stream_id")
