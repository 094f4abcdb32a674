"""Why something failed, in the provider's words and with its code, whatever shape they have."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ws_notebook.core.reason import NO_REASON, accuses, failure_info, words_of_body

__all__: list[str] = []

W = "the words of the provider"


@pytest.mark.parametrize(
    "fields",
    [
        {"error": {"message": W}},
        {"error": W},
        {"message": W},
        {"Message": W},
        {"detail": W},
        {"detail": [{"loc": ["body", "tools"], "msg": W}]},
        {"detail": {"error": {"message": W}}},
        {"errors": [{"message": W}]},
        {"error": {"errors": [{"message": W}]}},
        {"error": {"error": {"error": {"message": W}}}},
        {"error": [W]},
        [{"error": {"message": W}}],
        {"title": "Bad Request", "detail": W, "status": 400},
        {"error": "invalid_token", "error_description": W},
        {"fault": {"faultstring": W, "detail": {"errorcode": "x"}}},
        {"errorMessage": W, "errorType": "Runtime.ExitError"},
        {"base_resp": {"status_code": 1004, "status_msg": W}},
        {"error": {"message": "Provider returned error", "metadata": {"raw": W}}},
        {"error": {"message": "Upstream", "metadata": {"raw": json.dumps({"error": {"message": W}})}}},
        {"error": json.dumps({"error": {"message": W}})},
        {"response": {"error": {"message": W}}},
        {"error": None, "status_details": {"error": {"message": W}}},
        {"error": f"<html><head><style>p {{}}</style></head><body><h1>{W}</h1></body></html>"},
        {"error": {"reason": W}},
    ],
)
def test_the_words_are_found(fields: Any) -> None:
    assert W in failure_info(fields).message


@pytest.mark.parametrize(
    ("fields", "code", "status"),
    [
        ({"error": {"message": W, "code": "bad"}}, "bad", None),
        ({"error": {"error": {"message": W, "code": "inner"}, "code": "outer"}}, "inner", None),
        ({"code": "Client specified an invalid argument", "error": W}, "Client specified an invalid argument", None),
        ({"error": {"message": W, "code": 402}}, "402", 402),
        ({"message": W, "__type": "ThrottlingException"}, "ThrottlingException", None),
        ({"statusCode": 429, "message": W}, None, 429),
        ({"error": "invalid_token", "error_description": W}, "invalid_token", None),
        ({"message": W, "code": 12345678901234567890123}, "12345678901234567890123", None),
        ({"message": W, "code": True, "status": float("nan")}, "True", None),
    ],
)
def test_the_code_and_the_status_are_found(fields: Any, code: str | None, status: int | None) -> None:
    info = failure_info(fields)
    assert (info.code, info.status) == (code, status)
    assert W in info.message


@pytest.mark.parametrize(
    ("words", "seconds"), [("Please retry after 20 seconds.", 20), ("Try again in 2 minutes", 120)]
)
def test_a_wait_in_words_is_read(words: str, seconds: float) -> None:
    assert failure_info({"message": words}).retry_after == seconds


def test_what_has_no_words_is_shown_as_it_is_and_nothing_at_all_says_so() -> None:
    assert failure_info({"error": {"x": 1}}).message == '{"error": {"x": 1}}'
    for nothing in ({}, None, "", [], {"error": None}, {"error": {"message": None}}, {"type": "error", "status": 400}):
        assert failure_info(nothing).message == NO_REASON


def test_depth_and_length_are_bounded() -> None:
    deep: Any = W
    for _ in range(5000):
        deep = {"error": deep}
    assert failure_info(deep).message
    assert len(words_of_body("word " * 10_000)) <= 500


def test_a_field_that_can_only_tell_of_a_failure_accuses() -> None:
    assert accuses({"detail": "x"})
    assert accuses({"object": "error"})
    assert not accuses({"ping": 1, "error": None})
