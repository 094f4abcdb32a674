from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.server.steers import SteerError, failure, parse_steer

TEXT = {"type": "input_text", "text": "shorter"}


def steer(input: Any, **fields: Any) -> dict[str, Any]:
    return {"type": "response.steer", "previous_response_id": "resp_1", "input": input, **fields}


@pytest.mark.parametrize(
    "given",
    [
        "shorter",
        [{"role": "user", "content": "shorter"}],
        [{"type": "message", "role": "user", "content": [TEXT]}],
        [
            {"role": "user", "content": [{"type": "input_image", "image_url": "data:,"}]},
            {"role": "user", "content": "x"},
        ],
    ],
)
def test_strings_and_user_messages_pass(given: Any) -> None:
    parsed = parse_steer(steer(given))
    assert parsed.target == "resp_1"
    assert parsed.id.startswith("steer_")
    assert parsed.input == given
    assert all((item["type"], item["role"]) == ("message", "user") for item in parsed.items)


@pytest.mark.parametrize(
    "fields",
    [
        steer(None),
        steer([]),
        steer(5),
        steer(["x"]),
        steer([{"role": "assistant", "content": "x"}]),
        steer([{"type": "function_call_output", "call_id": "call_1", "output": "1"}]),
        steer([{"role": "user", "content": None}]),
        steer([{"role": "user", "content": [{"type": "output_text", "text": "x"}]}]),
        steer([{"role": "user", "content": "x", "name": "Ada"}]),
        steer("x", stream_id="a"),
        steer("x", previous_response_id=None),
    ],
)
def test_anything_else_is_invalid_input(fields: dict[str, Any]) -> None:
    with pytest.raises(SteerError) as caught:
        parse_steer(fields)
    assert caught.value.code == "invalid_input"


def test_a_failure_gives_the_input_back() -> None:
    error = SteerError("response_not_found", "It is not there.")
    assert failure(steer("shorter"), error, "steer_1") == {
        "type": "response.steer.failed",
        "steer": {"id": "steer_1", "previous_response_id": "resp_1", "input": "shorter"},
        "error": {"code": "response_not_found", "message": "It is not there.", "type": "invalid_request_error"},
    }
    assert failure({}, error)["steer"] == {"previous_response_id": "", "input": ""}
