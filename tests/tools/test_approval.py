"""Which calls wait for approval, the question that input() asks, and what the model is told of a decision."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from support.drive import Drive
from support.events import call, created, items_of

import ws_notebook as wsn
from ws_notebook.core.turn import CallState
from ws_notebook.exceptions import ToolError
from ws_notebook.tools import tool
from ws_notebook.tools.approval import Approval, Decision, PendingCall, denial, edited_output, prompted

__all__: list[str] = []

RUN: Any = "the run"
"""No part of what is tested here."""


@tool
def remove(path: str, force: bool = False) -> str:
    return path


def call_of(text: str, handle: Any = None) -> CallState:
    """A call of the tool with these arguments, as it came."""
    drive = Drive()
    run = drive.ask()
    drive.receive(created("resp_1"), *items_of({**call("call_1", "remove"), "arguments": text}))
    found = run.tool_calls[0]
    if handle is not None:
        drive.protocol.hand_call(found, lambda _: handle)
    return found


def pending(**arguments: Any) -> PendingCall:
    return PendingCall(RUN, call_of(json.dumps(arguments, default=repr)), arguments, {})


def test_the_policy_is_a_public_name() -> None:
    assert wsn.Approval is Approval


# The rule.


def test_true_and_the_first_time_ask() -> None:
    assert Approval(True).needs(pending()) is True
    assert Approval("first time").needs(pending()) is True


@pytest.mark.parametrize("answer", [True, False, np.bool_(True), np.bool_(False)], ids=repr)
def test_a_function_of_the_call_says_whether_to_ask(answer: Any) -> None:
    seen: list[PendingCall] = []

    def rule(call: PendingCall) -> Any:
        seen.append(call)
        return answer

    assert Approval(rule).needs(pending(path="a")) is bool(answer)
    assert (seen[0].name, seen[0].call_id, seen[0].arguments, seen[0].run) == (
        "remove", "call_1", {"path": "a"}, "the run"
    )  # fmt: skip


def test_a_text_is_the_reason_of_a_denial() -> None:
    assert Approval(lambda call: "not here").needs(pending()) == "not here"


@pytest.mark.parametrize("answer", [None, 1, b"x", []], ids=repr)
def test_any_other_answer_lets_nothing_through(answer: Any) -> None:
    with pytest.raises(ToolError, match=r"approve of tool 'remove' returned .*Return True to ask, False to run"):
        Approval(lambda call: answer).needs(pending())


# The question.


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Has input() give these answers, one after another; what it asked is returned."""

    def give(*lines: str) -> list[str]:
        left, asked = list(lines), []

        def read(prompt: str) -> str:
            asked.append(prompt)
            return left.pop(0)

        monkeypatch.setattr(builtins, "input", read)
        return asked

    return give


@pytest.mark.parametrize(
    ("line", "decision"),
    [
        ("y", Decision(kind="approved", runs=True)),
        (" Yes. ", Decision(kind="approved", runs=True)),
        ("n", Decision(kind="denied", runs=False)),
        ("no, that is the wrong one", Decision(kind="denied", runs=False, reason="that is the wrong one")),
        ('{"path":"b"}', Decision(kind="edited", runs=True, arguments='{"path": "b"}')),
    ],
)
def test_an_answer_is_a_decision(answers: Callable[..., list[str]], line: str, decision: Decision) -> None:
    (question,) = [answers(line)]
    assert prompted(pending(path="a"), remove.parsed) == decision
    assert question == ['remove({"path": "a"})\nRun it? y = yes, n or n REASON = no, or other arguments as JSON: ']


def test_what_is_not_understood_is_asked_again_and_nothing_is_taken_for_a_yes(
    answers: Callable[..., list[str]],
) -> None:
    asked = answers("", "maybe", "y es", '{"path": 1}', "{", '{"path": "c"}')
    found = prompted(pending(path="a"), remove.parsed)
    assert (found.kind, found.arguments) == ("edited", '{"path": "c"}')
    assert [each.partition("\n")[0] for each in asked[1:4]] == ["Not understood."] * 3
    assert "path" in asked[4].partition('remove({"path": "a"})')[0]
    assert len(asked) == 6


def written(text: str, **arguments: Any) -> PendingCall:
    return PendingCall(RUN, call_of(text), arguments, remove.unsaid(text).defaults)


def test_the_question_shows_the_json_that_was_written_and_the_defaults(answers: Callable[..., list[str]]) -> None:
    text = '{"path": "\\u002fetc", "path": "/tmp"}'
    asked = answers("n")
    prompted(written(text, path="/tmp"), remove.parsed, remove.unsaid(text))
    assert asked[0].split("\n")[:3] == [
        'remove({"path": "/etc", "path": "/tmp"})',
        "The key 'path' is written more than once: the last one counts.",
        'By default also: {"force": false}',
    ]


def test_a_long_text_is_not_approved_before_all_of_it_was_shown(answers: Callable[..., list[str]]) -> None:
    text = json.dumps({"path": "a" * 25_000 + "/etc"})
    asked = answers("y", "maybe", "all", "y")
    assert prompted(written(text), remove.parsed, remove.unsaid(text)).kind == "approved"
    assert "/etc" not in asked[0]
    assert "5016 more characters: answer all to see them." in asked[0]
    assert f"({len(text)} characters, SHA-256 {remove.unsaid(text).digest}…)" in asked[0]
    assert asked[1].startswith("Not all of its arguments were shown. Answer all to see them")
    assert asked[2].startswith("Not understood.")
    assert "/etc" in asked[3]
    assert "more characters" not in asked[3]


def test_a_long_text_can_be_denied_unseen_and_all_is_no_answer_to_a_short_one(
    answers: Callable[..., list[str]],
) -> None:
    text = json.dumps({"path": "a" * 25_000})
    answers("n")
    assert prompted(written(text), remove.parsed).kind == "denied"


def test_all_is_no_answer_to_a_short_text(answers: Callable[..., list[str]]) -> None:
    asked = answers("all", "n")
    prompted(pending(path="a"), remove.parsed)
    assert asked[1].startswith("Not understood.")


# What the model is told.


def said(decision: Decision) -> tuple[str, str | None]:
    output, line = denial(decision)
    assert isinstance(output, str)
    error = json.loads(output)["error"]
    assert error["type"] == "denied"
    return error["message"], line


def test_a_denial_tells_the_reason_or_what_to_do() -> None:
    text, line = said(Decision(kind="denied", runs=False, reason="not that one"))
    assert (text, line) == (
        "The user denied this call, so it was not made. Reason: not that one", "not that one"
    )  # fmt: skip
    text, line = said(Decision(kind="denied", runs=False))
    assert text.endswith("Go on without it, or ask the user what to do instead.")
    assert line is None


def test_a_call_that_nobody_decided_about_says_so() -> None:
    text, line = said(Decision(kind="timeout", runs=False, reason="Nobody decided within 5 s."))
    assert "Nobody decided within 5 s. It was not made." in text
    assert line == "Nobody decided within 5 s."
    text, line = said(Decision(kind="unattended", runs=False, reason="No input here."))
    assert "nobody could be asked" in text
    assert line == "No input here."


def test_an_output_of_edited_arguments_says_which_they_were() -> None:
    note = '[The user changed the arguments before this call ran. It ran with: {"path": "b"}]'
    assert edited_output("done", '{"path": "b"}') == f"{note}\ndone"
    image = {"type": "input_image", "image_url": "data:,"}
    assert edited_output([image], '{"path": "b"}') == [{"type": "input_text", "text": note}, image]


def test_the_question_hides_nothing() -> None:
    class Loud:
        def __repr__(self) -> str:
            return "Loud(\u202e001)"

    asked = pending(path="alice\u202e001 :tnuoma", note=Loud()).text
    assert asked == r"remove(path='alice\u202e001 :tnuoma', note=Loud(\u202e001))"


def test_a_pending_call_hands_the_decision_on() -> None:
    heard: list[Any] = []
    handle = SimpleNamespace(keys=None, approve=heard.append, deny=heard.append)
    found = PendingCall(RUN, call_of('{"path": "a"}', handle), {"path": "a"}, {})
    found.approve({"path": "b"})
    found.deny("no")
    assert heard == [{"path": "b"}, "no"]
    assert repr(found) == "<PendingCall remove(path='a')>"
