from __future__ import annotations

import pytest

from ws_notebook.secrets import Keys
from ws_notebook.server.models.upstream.failures import broken_off, refusal, unreachable, unsupported

KEYS = Keys()
KEYS.add(["a-key-of-the-upstream-42"])


@pytest.mark.parametrize(
    ("said", "status", "expected"),
    [
        ({"error": {"message": "image input is not supported", "code": 500}}, 500, (400, "image_not_supported")),
        ({"error": {"message": "Slow.", "type": "rate_limit"}}, 429, (429, "rate_limit_exceeded")),
        ({"error": "No such thing."}, 404, (404, "model_not_found")),
        ({"error": {"message": "No connected db."}}, 400, (401, "invalid_api_key")),
        ({"error": {"message": "Hm.", "code": "of_theirs"}}, 422, (422, "of_theirs")),
        ("Bad gateway", 502, (502, "server_error")),
        ({"message": "A page."}, 200, (502, "server_error")),
    ],
)
def test_what_an_upstream_says_has_the_api_s_status_and_code(
    said: object, status: int, expected: tuple[int, str]
) -> None:
    error = refusal(said, KEYS, status=status)
    assert (error.status, error.code) == expected
    assert error.message.startswith("The upstream answered: ")
    assert (error.kind == "server_error") == (error.status >= 500)


def test_when_to_come_back_is_passed_on() -> None:
    assert refusal({"error": {"message": "Slow."}}, KEYS, status=429, headers={"Retry-After": "7"}).headers == {
        "retry-after": "7"
    }


def test_the_key_is_in_none_of_them() -> None:
    words = "Incorrect key a-key-of-the-upstream-42."
    errors = [refusal({"error": words}, KEYS, status=401), unreachable(words, KEYS), broken_off(words, KEYS)]
    assert not any("a-key-of-the-upstream-42" in each.message for each in errors)
    assert [each.code for each in errors[1:]] == ["upstream_unreachable", "upstream_broke_off"]


def test_what_cannot_be_done_is_the_request_s_fault() -> None:
    error = unsupported("it has no wings.", "tools")
    assert (error.status, error.code, error.param) == (400, "unsupported_value", "tools")
