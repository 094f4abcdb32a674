"""Frames to events: nothing that a peer may send raises, and nothing of it is lost."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.events import created, encoded

from ws_notebook.core import codec, events
from ws_notebook.core.events import ErrorEvent, UnknownEvent

__all__: list[str] = []

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def error_of(frame: dict[str, Any]) -> events.ErrorInfo:
    event = codec.decode(encoded(frame))
    assert isinstance(event, ErrorEvent)
    return codec.error_info(event)


def test_a_known_event_has_its_fields() -> None:
    event = codec.decode(b'{"type":"response.output_text.delta","delta":"Hi","output_index":2,"sequence_number":7}')
    assert isinstance(event, events.OutputTextDelta)
    assert (event.delta, event.output_index, event.sequence_number) == ("Hi", 2, 7)
    assert codec.event_type(event) == "response.output_text.delta"


def test_an_unknown_event_keeps_its_bytes_type_and_lane() -> None:
    frame = b'{"type":"codex.rate_limits","stream_id":"a","left":[1,2]}'
    assert codec.decode(frame) == UnknownEvent("codex.rate_limits", frame, "a")


@pytest.mark.parametrize("frame", [b"", b"[DONE]", b"null", b"[]", b'"x"', b"\xff\xfe", b'{"type":[]}', b'{"type":3}'])
def test_what_is_no_event_becomes_an_unknown_one(frame: bytes) -> None:
    event = codec.decode(frame)
    assert isinstance(event, UnknownEvent)
    assert (event.type, event.frame) == ("", frame)


def test_null_where_a_list_or_a_string_is_declared_leaves_the_default() -> None:
    event = codec.decode(b'{"type":"response.output_text.delta","delta":"a","logprobs":null,"item_id":null}')
    assert isinstance(event, events.OutputTextDelta)
    assert (event.delta, event.item_id) == ("a", "")


def test_a_lone_surrogate_survives() -> None:
    event = codec.decode(rb'{"type":"response.output_text.delta","delta":"a\ud83d"}')
    assert isinstance(event, events.OutputTextDelta)
    assert event.delta == "a\ud83d"
    assert codec.encode({"text": event.delta}) == rb'{"text": "a\ud83d"}'


def test_a_lone_surrogate_inside_an_item_survives() -> None:
    event = codec.decode(rb'{"type":"response.output_item.done","output_index":"0","item":{"text":"\ud83d"}}')
    assert isinstance(event, events.OutputItemDone)
    assert codec.decode_object(event.item) == {"text": "\ud83d"}


def test_json_too_deep_to_read_is_kept_as_it_came() -> None:
    deep = b"[" * 100_000
    assert isinstance(codec.decode(deep), UnknownEvent)
    frame = b'{"type":"response.output_item.done","item":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001
    codec.decode(frame)
    assert codec.decode_object(deep) == {}


def test_the_id_of_a_response_is_read_without_the_rest() -> None:
    assert codec.response_id(codec.decode(encoded(created("resp_1")))) == "resp_1"
    assert codec.response_id(codec.decode(b'{"type":"response.created"}')) is None
    assert codec.response_id(codec.decode(b'{"type":"response.created","response":{"id":5}}')) is None
    assert codec.response_id(codec.decode(b'{"type":"response.created","response":null}')) is None
    assert codec.response_id(codec.decode(b'{"type":"error"}')) is None
    odd = codec.decode(rb'{"type":"response.created","response":{"id":"r","x":"\ud83d"}}')
    assert codec.response_id(odd) == "r"


def test_an_error_is_read_from_the_nested_shape() -> None:
    info = error_of(
        {
            "type": "error",
            "status": 400,
            "error": {"type": "invalid_request_error", "code": "x", "message": "Bad.", "param": "input"},
        }
    )
    assert info == events.ErrorInfo(message="Bad.", code="x", type="invalid_request_error", param="input", status=400)


def test_an_error_is_read_from_the_flat_shape() -> None:
    info = error_of({"type": "error", "code": "429", "message": "Slow down.", "param": None, "sequence_number": 3})
    assert (info.message, info.code, info.status) == ("Slow down.", "429", 429)


def test_an_error_is_read_from_a_bare_string() -> None:
    assert error_of({"type": "error", "error": "Overloaded."}).message == "Overloaded."


@pytest.mark.parametrize("frame", [{}, {"error": None}, {"error": {}}, {"error": []}, {"error": {"message": None}}])
def test_an_error_without_words_says_that_there_are_none(frame: dict[str, Any]) -> None:
    assert error_of({"type": "error", **frame}).message == "The provider gave no reason."


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"error": {"message": "x", "headers": {"Retry-After": "2"}}}, 2.0),
        ({"error": {"message": "x"}, "headers": {"retry-after": 3}}, 3.0),
        ({"error": {"message": "x"}, "headers": {"Retry-After-Ms": "250", "retry-after": "1"}}, 0.25),
        ({"error": {"message": "Please try again in 1.5s."}}, 1.5),
        ({"error": {"message": "Please try again in 250ms."}}, 0.25),
        ({"error": {"message": "try again in 1.2.3s"}}, None),
        ({"error": {"message": "x", "headers": {"retry-after": "Fri, 1 Jan"}}}, None),
        ({"error": {"message": "x"}}, None),
    ],
)
def test_the_wait_that_a_provider_asks_for(fields: dict[str, Any], seconds: float | None) -> None:
    assert error_of({"type": "error", **fields}).retry_after == seconds


@pytest.mark.parametrize("status", ["nan", "inf", "1e999", 10**400, "²", [], {}, "abc"])
def test_a_status_that_is_no_number_is_none(status: Any) -> None:
    info = error_of({"type": "error", "status": status, "code": "²", "message": "x"})
    assert info.status is None


def test_status_code_stands_in_for_status() -> None:
    assert error_of({"type": "error", "status_code": 503, "error": {"message": "x"}}).status == 503


@given(st.binary())
def test_any_bytes_become_an_event(frame: bytes) -> None:
    codec.event_type(codec.decode(frame))


@given(
    st.sampled_from([kind.__struct_config__.tag for kind in events.KnownEvent.__args__]),
    st.dictionaries(
        st.sampled_from(
            ["response", "item", "delta", "output_index", "error", "code", "message", "status", "headers", "stream_id"]
        ),
        JSON,
    ),
)
def test_a_known_type_with_any_fields_is_that_event(kind: str, fields: dict[str, Any]) -> None:
    event = codec.decode(json.dumps({"type": kind, **fields}).encode())
    assert codec.event_type(event) == kind
    assert codec.response_id(event) is None or isinstance(codec.response_id(event), str)
    if isinstance(event, ErrorEvent):
        assert codec.error_info(event).message


def test_what_cannot_be_written_raises_before_it_is_sent() -> None:
    with pytest.raises(TypeError):
        codec.encode({"x": object()})
    assert msgspec.json.decode(codec.encode({"x": [1, "é"]})) == {"x": [1, "é"]}
