from __future__ import annotations

from ws_notebook.server.errors import ApiError, invalid_type, missing, response_not_found


def test_an_error_has_the_body_of_an_http_answer() -> None:
    error = ApiError("no", status=429, code="slow_down", param="input", kind="rate_limit_error")
    assert error.body() == {
        "error": {"type": "rate_limit_error", "code": "slow_down", "message": "no", "param": "input"}
    }


def test_a_frame_nests_the_error_and_tells_the_status() -> None:
    frame = ApiError("no", param="input").frame()
    assert frame["type"] == "error"
    assert frame["status"] == 400
    assert frame["error"]["message"] == "no"
    assert "stream_id" not in frame


def test_a_frame_of_a_named_lane_echoes_it() -> None:
    assert ApiError("no").frame("left")["stream_id"] == "left"


def test_a_missing_parent_is_named_with_the_documented_code_and_param() -> None:
    error = response_not_found("resp_1")
    assert (error.status, error.code, error.param) == (400, "previous_response_not_found", "previous_response_id")
    assert "resp_1" in str(error)


def test_wrong_types_are_told_in_the_words_of_json() -> None:
    assert "expected a string, but got a boolean" in str(invalid_type("model", "a string", True))
    assert "expected a string, but got null" in str(invalid_type("model", "a string", None))
    assert missing("model").param == "model"
