from __future__ import annotations

import json
from typing import Any

import pytest

from ws_notebook.server.compaction import compact, expand, retained
from ws_notebook.server.errors import ApiError

CALL = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "x" * 5000}


def user(text: str) -> dict[str, Any]:
    return {"type": "message", "role": "user", "content": text}


def said(text: str) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}


ITEMS = [user("first"), said("an answer " * 500), user("second"), {"type": "reasoning", "id": "rs_1"}, CALL, OUTPUT]


def item(whole: bool) -> dict[str, Any]:
    return {"type": "compaction", "encrypted_content": compact(ITEMS, whole=whole)}


def test_a_whole_compaction_stands_for_everything_before_it() -> None:
    expanded = expand([user("dropped or not, it is the same"), item(whole=True), user("third")])
    assert expanded == expand([item(whole=True), user("third")])
    assert [message["content"] for message in retained(expanded)] == ["first", "second", "third"]


def test_what_a_prompt_has_led_to_is_kept_in_short() -> None:
    expanded = expand([item(whole=True)])
    assert CALL in expanded
    assert len(expanded[-1]["output"]) == 200
    assert "1 earlier answers" in json.dumps(expanded)
    assert len(json.dumps(expanded)) < len(json.dumps(ITEMS)) / 4


def test_beside_retained_messages_it_repeats_none() -> None:
    expanded = expand([*retained(ITEMS), item(whole=False)])
    assert [message["content"] for message in retained(expanded)] == ["first", "second"]
    assert CALL in expanded


def test_compaction_can_be_compacted_again() -> None:
    once = expand([item(whole=True), said("more"), user("third")])
    again = expand([{"type": "compaction", "encrypted_content": compact(once, whole=True)}])
    assert [message["content"] for message in retained(again)] == ["first", "second", "third"]


@pytest.mark.parametrize("content", ["", "gAAAAAB-of-another-server", "wsn1.", "wsn1.!!", "wsn1.AAAA", None])
def test_what_another_server_made_is_refused(content: str | None) -> None:
    with pytest.raises(ApiError) as caught:
        expand([{"type": "compaction", "encrypted_content": content}])
    assert (caught.value.status, caught.value.code) == (400, "invalid_encrypted_content")
