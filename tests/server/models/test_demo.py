from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from support.server import add_tool, population_tool

from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.base import Arguments, Call, ModelRequest, Piece, Text, Thought
from ws_notebook.server.models.calls import BoundCall
from ws_notebook.server.models.demo import DemoModel, Pace, plan
from ws_notebook.server.models.directives import Refuse, Say, Think

TOOLS = [add_tool(), population_tool()]
Item = dict[str, Any]


def user(text: str) -> Item:
    return {"type": "message", "role": "user", "content": text}


def request(*items: Item, **fields: Any) -> ModelRequest:
    return ModelRequest(items=items, tools=TOOLS, **fields)


def play(prompt: str, output: str = "5", **fields: Any) -> list[list[str]]:
    """A whole run, its tools all giving *output*: for each turn what was called, or the text."""
    items = [user(prompt)]
    turns: list[list[str]] = []
    while True:
        deeds = plan(request(*items, **fields))
        calls = [deed for deed in deeds if isinstance(deed, BoundCall)]
        turns.append([f"{deed.name}{deed.text}" if isinstance(deed, BoundCall) else str(deed) for deed in deeds])
        if not calls:
            return turns
        for call in calls:
            call_id = f"call_{len(items)}"
            items.append({"type": "function_call", "call_id": call_id, "name": call.name, "arguments": call.text})
            items.append({"type": "function_call_output", "call_id": call_id, "output": output})


def said(text: str) -> list[str]:
    return [str(Say(text))]


def test_calls_are_answered_from_their_outputs() -> None:
    assert play("call add(a=2, b=3)") == [['add{"a":2,"b":3}'], said("`add(a=2, b=3)` gave **5**.")]


def test_directives_in_a_sentence_are_obeyed_in_turn() -> None:
    prompt = 'Please call add(a=2, b=3) and add(4, 5), then call population("Oslo") and then say "done"'
    assert play(prompt) == [
        ['add{"a":2,"b":3}', 'add{"a":4,"b":5}'],
        ['population{"city":"Oslo"}'],
        said("done"),
    ]


def test_a_repetition_has_one_turn_for_each_call_and_an_answer() -> None:
    turns = play("25 times: call step(i=…)")
    assert turns[:-1] == [[f'step{{"i":{number}}}'] for number in range(1, 26)]
    assert "25 calls" in turns[-1][0]


def test_without_parallel_calls_every_call_has_its_turn() -> None:
    turns = play("call a() and b() and c()", parallel_tool_calls=False)
    assert turns[:-1] == [["a{}"], ["b{}"], ["c{}"]]


def test_a_turn_cut_short_goes_on_with_the_calls_not_made() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "a", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c", "output": "1"}
    assert plan(request(user("call a() and b()"), call, output)) == [BoundCall("b", "{}")]


def test_a_new_prompt_begins_anew() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "a", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c", "output": "1"}
    assert plan(request(user("call a()"), call, output, user('say "x"'))) == [Say("x")]


def test_texts_that_follow_one_another_are_one_message() -> None:
    assert plan(request(user('say "a" then say "b"'))) == [Say("a\n\nb")]
    assert plan(request(user('think 1 second, refuse "no"'))) == [Think(1.0), Refuse("no")]


def test_a_tool_is_picked_without_a_directive_and_its_outputs_compared() -> None:
    turns = play("Which has more inhabitants, Paris or Oslo?", output="7")
    assert turns[0] == ['population{"city":"Paris"}', 'population{"city":"Oslo"}']
    assert "equal" in turns[1][0]


def test_a_prompt_about_nothing_gets_the_manual() -> None:
    (deed,) = plan(request(user("Tell me a joke")))
    assert isinstance(deed, Say)
    assert "a script, not an AI" in deed.text
    assert "`add(a, b)`" in deed.text


def test_memory_is_shown() -> None:
    assert plan(request(user("My name is Ada"), user("What is my name?"))) == [Say("Your name is **Ada**.")]


def test_tool_choice_none_calls_nothing() -> None:
    (deed,) = plan(request(user("call add(a=1, b=2)"), tool_choice="none"))
    assert isinstance(deed, Say)
    assert "tool_choice" in deed.text


def test_unreadable_arguments_are_explained() -> None:
    (deed,) = plan(request(user("call add(2 + f(3))")))
    assert isinstance(deed, Say)
    assert "cannot read" in deed.text


def test_a_schema_for_the_answer_is_filled() -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
        "required": ["city", "people"],
    }
    (deed,) = plan(ModelRequest([user("Oslo has 717710 of them")], [], text_format={"schema": schema}))
    assert isinstance(deed, Say)
    assert json.loads(deed.text) == {"city": "Oslo", "people": 717710}


def collect(prompt: str, pace: Pace | None = None) -> list[Piece]:
    async def run() -> list[Piece]:
        return [
            piece async for pieces in DemoModel(pace or Pace(0, 0)).respond(request(user(prompt))) for piece in pieces
        ]

    return asyncio.run(run())


def test_text_and_arguments_come_in_pieces() -> None:
    assert collect('say "one two"') == [Text("one "), Text("two")]
    call, *rest = collect("call add(a=2, b=3)")
    assert call == Call("add")
    assert len(rest) > 1
    assert "".join(piece.delta for piece in rest if isinstance(piece, Arguments)) == '{"a":2,"b":3}'


@pytest.mark.parametrize("pace", [Pace(0, 0), Pace(1000, 1)])
def test_thinking_takes_its_time_at_any_pace(pace: Pace) -> None:
    async def run() -> tuple[float, list[Piece]]:
        clock = asyncio.get_running_loop().time
        start = clock()
        asked = DemoModel(pace).respond(request(user("think 300 ms")))
        pieces = [piece async for pieces in asked for piece in pieces]
        return clock() - start, pieces

    seconds, pieces = asyncio.run(run())
    assert seconds >= 0.29
    assert len(pieces) > 1
    assert all(isinstance(piece, Thought) for piece in pieces)


def test_a_pace_is_kept() -> None:
    async def run() -> float:
        clock = asyncio.get_running_loop().time
        start = clock()
        async for _ in DemoModel(Pace(100, 50)).respond(request(user("write 20 words"))):
            pass
        return clock() - start

    assert asyncio.run(run()) >= 0.05 + 20 / 100 - 0.02


def test_a_schema_that_asks_for_too_much_is_refused_before_anything_is_made() -> None:
    def asked(schema: dict[str, Any]) -> ModelRequest:
        return ModelRequest(items=[user("x")], tools=(), text_format={"type": "json_schema", "schema": schema})

    model = DemoModel(Pace(0, 0))
    model.check(request(user("x")))
    model.check(asked({"type": "array", "minItems": 5, "items": {"type": "integer"}}))
    deep: dict[str, Any] = {"type": "integer"}
    for _ in range(2000):
        deep = {"type": "array", "minItems": 1, "items": deep}
    for schema in ({"type": "array", "minItems": 1_000_000}, deep):
        with pytest.raises(ApiError, match="Ask for less"):
            model.check(asked(schema))
