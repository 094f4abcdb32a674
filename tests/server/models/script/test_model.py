"""Scenes as sessions play them, with a real server: over its socket and over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.server import RunningServer, running_server
from support.sessions import Open

import ws_notebook as wsn
from ws_notebook import scenes
from ws_notebook.core.changes import TextAppended

__all__: list[str] = []

SCENE = """
scene: Everything
speed: 0
first_token: 0ms
tools: [add]
questions:
  - steps:
      - think: Hm.
      - calls:
          - add(1, 2)
          - {tool: ghost, unregistered: true}
      - check: {tool: add, gave: 3, otherwise: "Wrong: {add}."}
      - call: {tool: add, arguments: {a: "{add[1]}", b: 4}}
      - say: "Together {add}."
  - steps:
      - error: {code: rate_limit_exceeded, retry_after: 10ms}
      - say: "Half "
      - fault: drop
      - say: and half.
  - steps:
      - say: "First.\\n\\n"
      - steer: {wait: 20s, steps: [{say: "Steered: {prompt}."}]}
      - say: Not steered.
  - steps:
      - refuse: I would rather not.
      - error: {code: server_error, message: Broken., times: 2}
  - steps:
      - say: To be
      - cut: max_output_tokens
"""


@wsn.tool
def add(a: float, b: float) -> float:
    """Add two numbers."""
    return a + b


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    file = tmp_path_factory.mktemp("scenes") / "all.yaml"
    file.write_text(SCENE)
    with running_server("--scene", str(file), "--scene", "long-chain", "--scene-speed", "1") as server:
        yield server


@pytest.fixture
def ask(opened: Open, played: RunningServer) -> Any:
    def session(**options: Any) -> wsn.Session:
        given = {"profile": "local", "api_key": played.token, "model": "scene:all", "tools": [add], **options}
        return opened(played.base_url, **given)

    return session


def test_the_scenes_of_the_command_line_are_listed_and_the_first_is_script_too(played: RunningServer) -> None:
    assert "scene:all, and scene:long-chain, and script" in played.line
    with played.wire() as wire:
        assert wire.response(model="script", input="x", tools=[add.definition])["output"][0]["type"] == "reasoning"
        refused = wire.error(model="scene:first-contact", input="x")
        assert refused["error"]["code"] == "model_not_found"
        refused = wire.error(model="scene:/etc/passwd", input="x")
        assert refused["error"]["code"] == "model_not_found"


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_a_scene_goes_on_from_question_to_question(ask: Any, transport: str) -> None:
    session = ask(transport=transport)
    run = session.ask("a")
    assert (run.turns[0].status, run.text) == ("completed", "Together 7.0.")
    assert [(call.name, json.loads(call.arguments)) for call in run.tool_calls] == [
        ("add", {"a": 1, "b": 2}),
        ("ghost", {}),
        ("add", {"a": 3.0, "b": 4}),
    ]
    with pytest.raises(wsn.ConnectionLost) as lost:
        session.ask("b")
    assert lost.value.run.text == "Half "
    assert lost.value.run.turns[0].recovered in ("rate_limit_exceeded", "previous_response_not_found")
    assert session.ask("b again").text == "Half and half."


def test_words_that_are_added_at_a_steering_point_are_answered(ask: Any) -> None:
    session = ask()
    session.ask("a")
    with pytest.raises(wsn.ConnectionLost):
        session.ask("b")
    session.ask("b")
    run = session.start("c")
    for change in run.stream():
        if isinstance(change, TextAppended) and "First." in run.text:
            run.steer("in blue")
            break
    assert run.result().text == "First.\n\n\n\nSteered: in blue."
    assert [turn.status for turn in run.turns] == ["incomplete", "completed"]
    for _ in range(2):
        with pytest.raises(wsn.ProviderError, match="Broken"):
            session.ask("d")
    assert session.ask("d").turns[0].status == "completed"
    assert session.ask("e").turns[0].status == "incomplete"
    assert "is over" in session.ask("f").text


def test_a_wrong_output_is_complained_of_and_the_question_is_asked_again(ask: Any) -> None:
    @wsn.tool(name="add")
    def wrong(a: float, b: float) -> float:
        """Subtract, by mistake."""
        return a - b

    session = ask(tools=[wrong])
    assert session.ask("a").text == "Wrong: -1.0."
    session.tools.add(add)
    assert session.ask("once more").text == "Together 7.0."


def test_a_tool_that_is_not_offered_is_asked_for_by_name_and_line(ask: Any) -> None:
    with pytest.raises(wsn.ProviderError, match=r"calls the tool 'add' \(line 10\).*Define it in a cell") as refused:
        ask(tools=[]).ask("a")
    assert refused.value.code == "scene_tool_missing"


def test_the_private_server_plays_any_file_and_any_scene_of_the_package(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("scene: Mine\nspeed: 0\nfirst_token: 0ms\nsteps: [{say: From a file.}]\n")
    with wsn.Session(provider="local", model=f"scene:{file}") as session:
        run = session.ask("x")
        assert run.text == "From a file."
        assert "scene:mine.yaml" in repr(run)
        assert str(tmp_path) not in repr(run)
        file.write_text("scene: Mine\nsteps:\n  - sya: x\n")
        with pytest.raises(wsn.ProviderError, match=r"mine\.yaml:3:5: A step has no key 'sya'"):
            session.ask("x")
    with (
        wsn.Session(provider="local", model="scene:nothing-like-it") as session,
        pytest.raises(wsn.ProviderError, match=f"Scenes that come with the package: {', '.join(scenes.names())}"),
    ):
        session.ask("x")


def test_the_openai_client_plays_a_scene_too(played: RunningServer) -> None:
    from openai import OpenAI

    with OpenAI(base_url=played.base_url, api_key=played.token) as client:
        tool: Any = {"type": "function", "name": "step", "parameters": {"type": "object", "properties": {}}}
        answer = client.responses.create(model="scene:long-chain", input="x", tools=[tool])
    assert [item.type for item in answer.output] == ["message", "function_call"][: len(answer.output)]
    assert answer.output_text.startswith("One step after the other")
