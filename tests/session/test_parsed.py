"""Answers of a type: asked for, answered by the embedded server, and by peers that do not keep to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel
from support.events import answer, completed, created, delta, message
from support.peer import Talk, running_peer

from ws_notebook import Session, tool
from ws_notebook.exceptions import FormatError, RunCancelled, SettingsError
from ws_notebook.session.parsed import answer_format, text_options
from ws_notebook.tools.schema.structured import TextFormat

__all__: list[str] = []

Open = Callable[..., Session]


class City(BaseModel):
    name: str
    population: int


def test_the_answer_is_a_value_of_the_type(local: Open) -> None:
    run = local().ask("Describe Paris with 2100000 people.", text_format=City)
    assert run.parsed == City(name="Paris", population=2100000)
    assert run.parsed is run.parsed
    assert json.loads(run.text) == {"name": "Paris", "population": 2100000}


def test_lists_and_plain_types_are_unwrapped_and_become_tables(local: Open) -> None:
    session = local()
    run = session.ask("Oslo has 709000, Rome has 2800000.", text_format=list[City])
    assert run.parsed == [City(name="Oslo", population=709000), City(name="Rome", population=2800000)]
    assert run.parsed_frame()["name"].tolist() == ["Oslo", "Rome"]
    assert session.ask("How much is 17?", text_format=int).parsed == 17


def test_the_form_holds_behind_tool_calls(local: Open) -> None:
    @tool
    def population(city: str) -> int:
        """The population of a city."""
        return {"Paris": 2103000}[city]

    run = local(tools=[population]).ask("The population of Paris?", text_format=City)
    assert len(run.turns) == 2
    assert run.parsed == City(name="Paris", population=2103000)


async def parsed_async(session: Session) -> Any:
    return (await session.ask_async("Oslo, 3", text_format=City)).parsed


@pytest.mark.parametrize("way", ["start", "async"])
def test_every_way_to_ask_takes_it(local: Open, way: str) -> None:
    import asyncio

    session = local()
    if way == "async":
        assert asyncio.run(parsed_async(session)) == City(name="Oslo", population=3)
    else:
        assert session.start("Oslo, 3", text_format=City).result().parsed == City(name="Oslo", population=3)


def test_without_a_form_and_before_the_end_there_is_nothing(local: Open) -> None:
    session = local()
    assert session.ask('say "hi"').parsed is None
    run = session.start("think 30 seconds", text_format=City)
    assert run.parsed is None
    with pytest.raises(FormatError, match="still in progress"):
        run.parsed_frame()
    run.cancel()
    with pytest.raises(RunCancelled):
        run.result()
    with pytest.raises(FormatError, match="The run is cancelled"):
        _ = run.parsed
    with pytest.raises(FormatError, match="without a form"):
        session.ask('say "hi"').parsed_frame()


def test_an_answer_that_does_not_fit_says_where_and_keeps_what_came(local: Open) -> None:
    run = local().ask("""say '{"name": "Oslo", "population": "many"}'""", text_format=City)
    with pytest.raises(
        FormatError, match=r"does not fit City: population: .*, got \"many\"\. What came is in run\.text"
    ):
        _ = run.parsed
    assert json.loads(run.text)["population"] == "many"


def test_a_refusal_is_told_as_one(local: Open) -> None:
    run = local().ask('refuse "I would rather not."', text_format=City)
    with pytest.raises(FormatError, match=r"The model refused, so there is no City\. It said: “I would rather not\.”"):
        _ = run.parsed


def test_an_answer_that_broke_off_names_the_limit(local: Open) -> None:
    run = local().ask("Oslo, 709000", text_format=City, options={"max_output_tokens": 3})
    assert run.status == "incomplete"
    with pytest.raises(FormatError, match=r"broke off \(max_output_tokens\).*Ask again with more room"):
        _ = run.parsed


def test_only_the_last_message_is_read(opened: Open) -> None:
    first, last = message("Let me think."), message('{"name":"Oslo","population":3}', "msg_2")

    async def script(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(answer("resp_1", first, last))

    with running_peer(script) as peer:
        assert opened(peer.url).ask("go", text_format=City).parsed == City(name="Oslo", population=3)


def test_an_empty_answer_is_told_as_one(opened: Open) -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(created("resp_1"), completed("resp_1"))

    with running_peer(script) as peer:
        run = opened(peer.url).ask("go", text_format=City)
    with pytest.raises(FormatError, match="The answer is empty"):
        _ = run.parsed


def test_an_answer_that_only_streamed_is_read_too(opened: Open) -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(created("resp_1"), delta("[1,"), delta(" 2]"), completed("resp_1"))

    with running_peer(script) as peer:
        assert opened(peer.url).ask("go", text_format=list[int]).parsed == [1, 2]


def test_what_else_text_holds_stays() -> None:
    wanted = TextFormat(int)
    assert text_options({"text": {"verbosity": "low"}, "a": 1}, wanted) == {
        "text": {"verbosity": "low", "format": wanted.wire},
        "a": 1,
    }
    assert text_options({"a": 1}, None) == {"a": 1}


def test_a_form_can_be_made_once_and_used_again() -> None:
    wanted = TextFormat(int)
    assert answer_format(wanted) is wanted
    assert answer_format(None) is None
    with pytest.raises(SettingsError, match="takes a type"):
        answer_format("City")
