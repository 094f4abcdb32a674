"""What a finished turn means for its run, and what an error is called."""

from __future__ import annotations

from typing import Any

import pytest
from support.drive import Drive
from support.events import answer, call, completed, created, error, item_added, item_done, message

from ws_notebook import exceptions
from ws_notebook.core.events import ErrorInfo
from ws_notebook.core.outcome import provider_error

__all__: list[str] = []


@pytest.mark.parametrize(
    ("info", "kind", "advice"),
    [
        ({"status": 401}, exceptions.AuthenticationFailed, "Check the API key"),
        ({"status": 403}, exceptions.AuthenticationFailed, "Check the API key"),
        ({"code": "invalid_api_key"}, exceptions.AuthenticationFailed, "Check the API key"),
        ({"status": 429, "retry_after": 2.5}, exceptions.RateLimited, "Wait 2.5 s"),
        ({"code": "rate_limit_exceeded"}, exceptions.RateLimited, "Wait a moment"),
        ({"status": 429, "code": "insufficient_quota"}, exceptions.ProviderError, "billing"),
        ({"status": 500}, exceptions.ProviderError, "ask again in a moment"),
        ({"code": "server_is_overloaded"}, exceptions.ProviderError, "ask again in a moment"),
        ({"code": "previous_response_not_found"}, exceptions.ProviderError, "parent=None"),
        ({"code": "websocket_connection_limit_reached"}, exceptions.ProviderError, "another connection"),
        ({"code": "context_length_exceeded"}, exceptions.ProviderError, "ask with less"),
        ({"status": 400, "param": "input"}, exceptions.ProviderError, "Correct the request"),
    ],
)
def test_an_error_is_named_and_says_what_to_do(info: dict[str, Any], kind: type[Exception], advice: str) -> None:
    error = provider_error(ErrorInfo(message="So it is.", **info))
    assert type(error) is kind
    assert "So it is." in str(error)
    assert advice in str(error)
    assert (error.status, error.code, error.param) == (info.get("status"), info.get("code"), info.get("param"))


def test_a_call_that_was_never_whole_ends_the_run_instead_of_asking_with_nothing() -> None:
    drive = Drive()
    run = drive.ask()
    begun = {**call("c1"), "arguments": ""}
    drive.receive(created("resp_1"), item_added(0, begun), completed("resp_1"))
    assert run.status == "completed"
    assert [each.status for each in run.tool_calls] == ["cancelled"]
    assert len(drive.requests) == 1


@pytest.mark.parametrize("kind", ["computer_call", "apply_patch_call", "local_shell_call", "mcp_approval_request"])
def test_a_call_that_nobody_here_can_answer_leaves_the_run_unanswered(kind: str) -> None:
    drive = Drive()
    run = drive.ask()
    item = {"type": kind, "id": "x1", "call_id": "c1"}
    drive.receive(created("resp_1"), item_done(0, item), completed("resp_1", item))
    assert (run.status, run.error) == ("unanswered", None)


def test_a_hosted_call_with_its_output_beside_it_is_answered() -> None:
    drive = Drive()
    run = drive.ask()
    shell = {"type": "shell_call", "id": "x1", "call_id": "c1"}
    result = {"type": "shell_call_output", "id": "x2", "call_id": "c1"}
    drive.receive(created("resp_1"), item_done(0, shell), item_done(1, result), completed("resp_1"))
    assert run.status == "completed"


@pytest.mark.parametrize(("limit", "words"), [(1, "after 1 turn."), (2, "after 2 turns.")])
def test_the_limit_of_turns_is_told_in_numbers(limit: int, words: str) -> None:
    drive = Drive()
    run = drive.ask(max_turns=limit)
    for number in range(limit):
        drive.receive(answer(f"resp_{number}", call(f"c{number}")))
        drive.submit(run.tool_calls[-1])
    assert words in str(run.error)


def test_the_limit_of_turns_names_the_option_of_a_cell_too() -> None:
    drive = Drive()
    run = drive.ask(max_turns=1)
    drive.receive(answer("resp_1", call("c1")))
    drive.submit(run.tool_calls[-1])
    assert "max_turns (--max-turns in a cell)" in str(run.error)


def test_a_request_that_is_too_large_says_what_can_work() -> None:
    text = str(provider_error(ErrorInfo(message="Too large.", status=413)))
    assert "session.compact()" in text
    assert "parent=None (--new)" in text


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_server_that_is_not_available_is_tried_again_a_few_times(status: int) -> None:
    drive = Drive()
    drive.connected = False
    run = drive.ask()
    waits = []
    for _ in range(9):
        if run.done:
            break
        drive.link.connection_failed(exceptions.ConnectionFailed("HTTP 503", status=status), now := drive.now)
        if not run.done:
            waits.append((run.turns[0].not_before or 0.0) - now)
    assert waits == [0.5, 1.0, 2.0, 4.0]
    assert (run.status, run.turns[0].recovered) == ("failed", "")


def test_a_server_that_says_how_long_is_given_that_long_and_the_turn_says_why() -> None:
    drive = Drive()
    drive.connected = False
    run = drive.ask()
    drive.link.connection_failed(exceptions.ConnectionFailed("HTTP 503", status=503, retry_after=30), now := drive.now)
    assert run.turns[0].not_before == now + 30
    drive.later, drive.connected = 60.0, True
    drive.settle()
    drive.receive(answer("resp_1", message("Yes.")))
    assert (run.status, run.turns[0].recovered) == ("completed", "server_unavailable")


@pytest.mark.parametrize(
    "error",
    [
        exceptions.ConnectionFailed("HTTP 503", status=503, retry_after=9999),
        exceptions.ConnectionFailed("HTTP 500", status=500),
        exceptions.ConnectionFailed("HTTP 429", status=429),
        exceptions.ConnectionFailed("nothing listens"),
        exceptions.SettingsError("no key"),
    ],
)
def test_what_will_not_pass_by_itself_is_not_waited_for(error: Exception) -> None:
    drive = Drive()
    drive.connected = False
    run = drive.ask()
    drive.link.connection_failed(error, drive.now)
    assert run.status == "failed"


def test_the_limit_of_turns_ends_the_run_and_says_how_to_go_on() -> None:
    drive = Drive()
    run = drive.ask(max_turns=2)
    for number in (1, 2):
        drive.receive(answer(f"resp_{number}", call(f"c{number}")))
        drive.submit(run.tool_calls[-1])
    assert run.status == "failed"
    assert isinstance(run.error, exceptions.MaxTurnsExceeded)
    assert "max_turns" in str(run.error)
    again = drive.ask("go on")
    assert [item["type"] for item in drive.requests[-1]["input"]] == ["function_call_output", "message"]
    assert drive.requests[-1]["previous_response_id"] == "resp_2"
    drive.receive(answer("resp_3", message("Done.")))
    assert again.parent is run


def test_an_endless_message_is_cut_and_the_advice_stays() -> None:
    text = str(provider_error(ErrorInfo(message="long " * 3000, code="c" * 900)))
    assert len(text) < 2000
    assert text.endswith("Correct the request and ask again.")


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "400", "message": "llama.cpp does not support 'previous_response_id'.", "status": 400},
        {"code": None, "message": "Unsupported parameter: previous_response_id", "status": 400},
        {"code": "unsupported_value", "message": "No.", "param": "previous_response_id", "status": 422},
    ],
)
def test_a_server_that_keeps_no_responses_is_given_the_history_and_no_further_id(fields: dict[str, Any]) -> None:
    drive = Drive(memory=False, transport="http", trusts_store=True)
    drive.ask("one", store=True)
    drive.receive(answer("resp_1", message("a")))
    run = drive.ask("two", store=True)
    assert drive.requests[1]["previous_response_id"] == "resp_1"
    status = fields.pop("status")
    drive.receive({"type": "error", "status": status, "error": fields})
    assert "previous_response_id" not in drive.requests[2]
    assert len(drive.requests[2]["input"]) == 3
    drive.receive(answer("resp_2", message("b")))
    assert (run.status, run.turns[0].recovered) == ("completed", "previous_response_not_found")
    drive.ask("three", store=True)
    assert len(drive.requests[3]["input"]) == 5


def test_an_id_that_the_user_gave_is_not_replaced_by_a_history_that_there_is_not() -> None:
    drive = Drive()
    run = drive.ask("one", wants="resp_elsewhere")
    drive.receive(error(None, "Unsupported parameter: previous_response_id"))
    assert (run.status, len(drive.requests)) == ("failed", 1)
