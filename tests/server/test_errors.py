from __future__ import annotations

import pytest

from ws_notebook.server.errors import ApiError, invalid_type, invalid_value, missing, of_type, response_not_found


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


@pytest.mark.parametrize(
    ("value", "kinds", "expected"),
    [
        (True, (int,), "an integer, but got a boolean"),
        ("1", (int, float), "a number, but got a string"),
        (5, (str, list), "a string or an array, but got an integer"),
        (None, (dict,), "an object, but got null"),
    ],
)
def test_a_value_of_another_type_is_refused_with_both_named(
    value: object, kinds: tuple[type, ...], expected: str
) -> None:
    with pytest.raises(ApiError, match=f"Invalid type for 'input': expected {expected}") as refused:
        of_type(value, kinds, "input")
    assert (refused.value.code, refused.value.param) == ("invalid_type", "input")


def test_a_value_of_a_right_type_passes() -> None:
    assert [of_type(2, (int, float), "top_p"), of_type(False, (bool,), "store")] == [2, False]


def test_a_value_that_is_none_of_some_is_told_which_they_are() -> None:
    error = invalid_value("input[0].role", "'user'", param="input")
    assert (str(error), error.code) == ("Invalid value for 'input[0].role': use 'user'.", "invalid_value")
    assert (error.param, invalid_value("limit", "1").param) == ("input", "limit")
