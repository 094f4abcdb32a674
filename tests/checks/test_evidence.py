"""What a run did, in lines."""

from __future__ import annotations

from typing import Any

from ws_notebook.checks.evidence import arguments_of, call_words, count, output_text, report
from ws_notebook.core.items import Item
from ws_notebook.core.run import RequestSettings, RunState
from ws_notebook.core.timing import CallTiming, TurnTiming
from ws_notebook.core.turn import CallState, TurnState

__all__: list[str] = []


def made_call(arguments: str, kind: str = "function_call", **more: Any) -> CallState:
    turn = TurnState(id="r1.1", run_id="r1", timing=TurnTiming(started=0.0))
    field = "arguments" if kind == "function_call" else "input"
    item = Item({"type": kind, field: arguments})
    call = CallState(
        turn=turn, call_id="c1", name="f", kind=kind, output_index=0, timing=CallTiming(added=0.0), item=item, **more
    )
    turn.tool_calls.append(call)
    return call


def run_of(call: CallState, count: int = 1) -> RunState:
    call.turn.tool_calls[:] = [call] * count
    return RunState(
        id="r1", input=[], settings=RequestSettings(), turns=[call.turn], status="failed", asked=0.0, asked_at=0.0
    )


def test_arguments_by_name() -> None:
    assert arguments_of(made_call('{"a": [1]}')) == {"a": [1]}
    assert arguments_of(made_call("")) == {}
    assert arguments_of(made_call("no json")) == {"input": "no json"}
    assert arguments_of(made_call("[1]")) == {"input": "[1]"}
    assert arguments_of(made_call("free text", "custom_tool_call")) == {"input": "free text"}


def test_a_call_in_words() -> None:
    import re

    words = call_words("f", {"a": "x", "b": re.compile("y+"), "c": ..., "d": len, "e": None})
    assert words == 'f(a="x", b=/y+/, c=…, d=len, e=null)'


def test_pictures_are_words_in_an_output() -> None:
    parts = [{"type": "input_text", "text": "see"}, {"type": "input_image", "image_url": "data:…"}]
    assert output_text(made_call("{}", output=parts)) == "see\n[image]"
    assert output_text(made_call("{}", output=None)) == ""


def test_numbers_with_their_noun() -> None:
    assert [count(number, "turn") for number in (0, 1, 1_000)] == ["0 turns", "1 turn", "1,000 turns"]


def test_long_lists_and_lines_are_cut() -> None:
    call = made_call('{"a": "' + "x" * 500 + '"}', output="y", status="completed")
    lines = report(run_of(call, 100), [call]).splitlines()
    assert lines[0] == "What happened: r1 failed, 1 turn, 100 tool calls."
    assert len(lines) == 1 + 40 + 1 + 1
    assert lines[1].startswith("> r1.1  f(a=")
    assert len(lines[1]) < 180
    assert lines[-2:] == ["  … and 60 more", "  answer: none"]


def test_an_error_is_told() -> None:
    call = made_call("{}", status="timed_out", error="too slow")
    run = run_of(call)
    run.error = ValueError("no\nwords")
    lines = report(run).splitlines()
    assert lines[1:] == ["  r1.1  f() timed_out: too slow", "  error: ValueError: no words", "  answer: none"]
