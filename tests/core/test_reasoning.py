"""Reasoning is asked for in the form in which it can be sent back, and given up where the provider refuses that."""

from __future__ import annotations

from typing import Any

import pytest
from support.drive import Drive
from support.events import answer, error, message, reasoning

from ws_notebook.core.abilities import Abilities
from ws_notebook.core.events import ErrorInfo
from ws_notebook.core.learned import Learned
from ws_notebook.core.reasoning import ask_for_it, is_asked_for, refuses_to_give, refuses_to_read
from ws_notebook.core.run import RequestSettings

__all__: list[str] = []

WANTED = "reasoning.encrypted_content"
THOUGHT = reasoning("Hm", encrypted_content="ENC")
UNREADABLE = error("invalid_encrypted_content", "The encrypted content for item rs_0 could not be verified.")
NO_SUPPORT = error(None, "Encrypted content is not supported with this model.", param="include")
ALONE = error(None, "Item 'rs_0' of type 'reasoning' was provided without its required following item.", param="input")


def kinds(request: dict[str, Any]) -> list[str]:
    return [item["type"] for item in request["input"]]


def test_it_is_asked_for_where_nothing_is_stored_and_the_provider_has_it() -> None:
    able = Learned(Abilities(encrypts=True))
    assert is_asked_for(RequestSettings(model="m"), able)
    assert not is_asked_for(RequestSettings(model="m", store=True), able)
    assert not is_asked_for(RequestSettings(model="m", options={"store": True}), able)
    assert not is_asked_for(RequestSettings(model="m"), Learned(Abilities()))


def test_what_the_user_includes_is_kept() -> None:
    assert ask_for_it({"include": ["web_search_call.action.sources"]})["include"] == [
        "web_search_call.action.sources",
        WANTED,
    ]
    assert not is_asked_for(
        RequestSettings(model="m", options={"include": [WANTED]}), Learned(Abilities(encrypts=True))
    )


def test_each_request_asks_for_it_and_a_provider_without_it_is_not_asked() -> None:
    drive = Drive(encrypts=True)
    drive.ask("one", options={"include": ["message.output_text.logprobs"]})
    assert drive.requests[0]["include"] == ["message.output_text.logprobs", WANTED]
    plain = Drive()
    plain.ask("one")
    assert "include" not in plain.requests[0]


def test_a_model_that_cannot_encrypt_is_asked_once_more_without_and_not_bothered_again() -> None:
    drive = Drive(encrypts=True)
    run = drive.ask("one")
    drive.receive(NO_SUPPORT)
    assert "include" not in drive.requests[1]
    drive.receive(answer("resp_1", message("Yes.")))
    assert (run.status, run.turns[0].recovered) == ("completed", "reasoning_not_encrypted")
    drive.ask("two")
    assert "include" not in drive.requests[2]
    drive.ask("three", model="another", wants=None)
    drive.receive(answer("resp_2", message("Yes.")))
    assert drive.requests[3]["include"] == [WANTED]


def test_a_user_who_asked_for_it_himself_is_told_that_it_is_refused() -> None:
    drive = Drive(encrypts=True)
    run = drive.ask("one", options={"include": [WANTED]})
    drive.receive(NO_SUPPORT)
    assert run.status == "failed"
    assert len(drive.requests) == 1


@pytest.mark.parametrize("refusal", [UNREADABLE, ALONE])
def test_a_history_that_is_refused_for_its_reasoning_goes_without_it_from_then_on(refusal: dict[str, Any]) -> None:
    drive = Drive(encrypts=True)
    drive.ask("one")
    drive.receive(answer("resp_1", THOUGHT, message("Yes.")))
    drive.eof()
    run = drive.ask("two")
    assert kinds(drive.requests[-1]) == ["message", "reasoning", "message", "message"]
    drive.receive(refusal)
    assert kinds(drive.requests[-1]) == ["message", "message", "message"]
    drive.receive(answer("resp_2", message("Yes.")))
    assert (run.status, run.turns[0].recovered) == ("completed", "reasoning_dropped")
    drive.eof()
    drive.ask("three")
    assert "reasoning" not in kinds(drive.requests[-1])


def test_a_continuation_that_is_refused_for_reasoning_sends_the_history_without() -> None:
    drive = Drive()
    drive.ask("one")
    drive.receive(answer("resp_1", THOUGHT, message("Yes.")))
    drive.ask("two")
    drive.receive(UNREADABLE)
    assert "previous_response_id" not in drive.requests[-1]
    assert kinds(drive.requests[-1]) == ["message", "message", "message"]


def test_it_is_tried_once() -> None:
    drive = Drive()
    drive.ask("one")
    drive.receive(answer("resp_1", THOUGHT, message("Yes.")))
    run = drive.ask("two")
    drive.receive(UNREADABLE, UNREADABLE)
    assert run.status == "failed"
    assert len(drive.requests) == 3


@pytest.mark.parametrize(
    ("info", "gives", "reads"),
    [
        (ErrorInfo(message="Unsupported include", param="include[0]", status=400), False, True),
        (ErrorInfo(message="Encrypted content is not supported with this model."), False, True),
        (ErrorInfo(message="No.", code="invalid_encrypted_content", status=400), True, False),
        (ErrorInfo(message="Item 'msg_1' was provided without its required 'reasoning' item: 'rs_1'."), True, False),
        (ErrorInfo(message="You included too much."), True, True),
        (ErrorInfo(message="Too many requests.", param="include", status=429), True, True),
    ],
)
def test_what_an_error_says_of_reasoning(info: ErrorInfo, gives: bool, reads: bool) -> None:
    assert refuses_to_give(info) is not gives
    assert refuses_to_read(info) is not reads
