"""A tool call as code, and as the place where another run branches off."""

from __future__ import annotations

import json
from typing import Any

import pytest
from magics.shells import notebook
from support.events import answer, call, created, item_added, items_of, message
from support.peer import Talk, running_peer
from support.sessions import Open

from ws_notebook.core.changes import ToolCallReady
from ws_notebook.exceptions import ConnectionLost, SettingsError, ToolError
from ws_notebook.tools import tool

__all__: list[str] = []

BOTH = 'call population(city="Paris") and call capital(country="Norway")'


@tool
def population(city: str) -> int:
    """The number of inhabitants."""
    return {"Paris": 2, "Oslo": 7}[city]


@tool
def capital(country: str) -> str:
    """The capital."""
    return "Oslo"


def outputs(run: Any) -> dict[str, Any]:
    return {item["call_id"]: item["output"] for item in run.items if item["type"] == "function_call_output"}


def test_a_run_goes_on_with_another_output_and_the_others_are_kept(local: Open) -> None:
    session = local(tools=[population, capital])
    run = session.ask(BOTH)
    first, second = run.tool_calls
    other = first.answer_with({"count": 99})
    assert outputs(other) == {first.call_id: '{"count":99}', second.call_id: "Oslo"}
    assert list(outputs(other)) == [first.call_id, second.call_id]
    assert "99" in other.text
    assert other.parent is run
    assert other.turns[0].parent is run.turns[0]
    assert "**2**" in run.text
    assert session.runs == [run, other]


def test_it_is_asked_as_the_run_was(local: Open) -> None:
    session = local(tools=[capital])
    run = session.ask(BOTH, tools=[population, capital], instructions="Be brief.", max_turns=7)
    other = run.branch(run.tool_calls[1], "Bergen")
    assert other.state.settings == run.state.settings
    assert run.branch(run.tool_calls[1], "Bergen", max_turns=3).state.settings.max_turns == 3


def test_hosted_tools_among_the_options_are_not_said_twice(local: Open) -> None:
    run = local(tools=[population]).ask('call population(city="Oslo")', options={"tools": [{"type": "web_search"}]})
    other = run.tool_calls[0].answer_with("8")
    assert [each["type"] for each in other.state.settings.tools] == ["function", "web_search"]


def test_a_question_after_it_continues_the_branch(local: Open) -> None:
    session = local(tools=[population])
    other = session.ask('call population(city="Oslo")').tool_calls[0].answer_with("8")
    assert session.ask('say "Yes"').parent is other


def test_a_call_of_another_run_is_refused(local: Open) -> None:
    session = local(tools=[population])
    one, two = (session.ask('call population(city="Oslo")') for _ in range(2))
    with pytest.raises(SettingsError, match=r"not one of run r1\. Take it from run\.tool_calls"):
        one.branch(two.tool_calls[0], "3")


def test_a_turn_that_still_runs_is_refused(opened: Open) -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(created("resp_1"), *items_of(call("call_1", "population", city="Oslo")))

    with running_peer(script) as peer:
        run = opened(peer.url, tools=[population]).start("x")
        ready = next(change for change in run.stream() if isinstance(change, ToolCallReady))
        with pytest.raises(SettingsError, match="has not ended"):
            ready.call.answer_with(3)
        run.cancel()


def test_a_call_that_was_cut_off_has_no_code(opened: Open) -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(created("resp_1"), item_added(0, call("call_1", "population")))
        await talk.close()

    with running_peer(script) as peer:
        run = opened(peer.url, tools=[population]).start("x")
        with pytest.raises(ConnectionLost):
            run.result()
        with pytest.raises(ToolError, match="cut off before its arguments were whole"):
            _ = run.tool_calls[0].code


def test_a_call_is_written_as_code_and_outside_of_a_notebook_told(local: Open) -> None:
    run = local(tools=[population]).ask('call population(city="Oslo")')
    assert run.tool_calls[0].code == 'population(city="Oslo")'
    assert run.turns[0].tool_calls[0].run is run
    with pytest.raises(SettingsError, match=r'There is no notebook.*\npopulation\(city="Oslo"\)'):
        run.tool_calls[0].cell()


def test_a_call_of_an_unknown_tool_still_has_code(opened: Open) -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        first = len(talk.peer.requests) == 1
        await talk.send(answer("resp_1", call("call_1", "gone")) if first else answer("resp_2", message("Done.")))

    with running_peer(script) as peer:
        (found,) = opened(peer.url).ask("x").tool_calls
        assert found.code == 'gone.try_("{}")'


def test_in_a_notebook_the_code_comes_as_a_new_cell() -> None:
    with notebook() as kernel:
        kernel.run("@wsn.tool\ndef population(city: str) -> int:\n    return len(city)")
        kernel.run('%%responses -o run\ncall population(city="Oslo")')
        cell = kernel.run("run.tool_calls[0].cell()")
        assert cell.payload == [{"source": "set_next_input", "text": 'population(city="Oslo")', "replace": False}]
        assert json.loads(kernel.value("run.tool_calls[0].answer_with(5).items[0]['output']")) == 5
        assert kernel.value("population.last.run") == "r1"
