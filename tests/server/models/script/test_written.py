from __future__ import annotations

from pathlib import Path

import pytest
from support.sessions import Open

import ws_notebook as wsn
from ws_notebook.cassette import Cassette
from ws_notebook.server.models.script.reader import read_scene
from ws_notebook.server.models.script.story import Calls, End, Fail, Said, Strike
from ws_notebook.server.models.script.written import scene_text

__all__: list[str] = []


@wsn.tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def test_a_recording_becomes_a_scene_that_plays_the_same(local: Open, tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    prompts = ['think 1 ms, say "Let me: see."\ncall add(1, 2) and add(3, 4)\ncall add(5, 6)', 'refuse "No."']
    session = local(tools=[add])
    with session.record(path):
        first = session.ask(prompts[0])
        session.ask(prompts[1])
    text = scene_text(Cassette.load(path), "talk")
    story = read_scene(text, "talk")
    assert [question.ask for question in story.questions] == [" ".join(prompts[0].split()), prompts[1]]
    assert list(story.tools) == ["add"]
    scene = tmp_path / "talk.yaml"
    scene.write_text(text)
    with wsn.Session(provider="local", model=f"scene:{scene}", tools=[add]) as again:
        run = again.ask("anything")
        assert (run.text, len(run.turns)) == (first.text, len(first.turns))
        assert [call.arguments for call in run.tool_calls] == [call.arguments for call in first.tool_calls]
        assert again.ask("more").turns[0].output[0]["content"][0]["refusal"] == "No."


def test_errors_cuts_and_lost_connections_become_steps() -> None:
    head = '{"cassette": 1}\n'
    sent = '{"ms":0,"on":%d,"sent":{"type":"response.create","input":"x"}}\n'
    got = '{"ms":%d,"on":%d,"received":%s}\n'
    delta = '{"type":"response.output_text.delta","delta":"Hi"}'
    cut = '{"type":"response.incomplete","response":{"incomplete_details":{"reason":"max_output_tokens"}}}'
    error = '{"type":"error","error":{"code":"server_error","message":"Broken: twice."}}'
    lines = [head, sent % 1, got % (5, 1, delta), got % (9, 1, cut), sent % 1, got % (9, 1, error)]
    lines += [sent % 1, got % (5, 1, delta), '{"ms":8,"on":1,"closed":{"code":1006,"reason":""}}\n']
    story = read_scene(scene_text(Cassette.loads("".join(lines).encode()), "x"), "x")
    kinds = [[type(step) for step in question.steps] for question in story.questions]
    assert kinds == [[Said, End], [Fail], [Said, Strike, Said]]


def test_calls_of_one_turn_are_one_step(local: Open, tmp_path: Path) -> None:
    session = local(tools=[add])
    with session.record(tmp_path / "a.jsonl"):
        session.ask("call add(1, 2) and add(3, 4)")
    story = read_scene(scene_text(Cassette.load(tmp_path / "a.jsonl"), "a"), "a")
    steps = story.questions[0].steps
    assert [len(step.calls) for step in steps if isinstance(step, Calls)] == [2]


def test_a_recording_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="holds no answer"):
        scene_text(Cassette(), "x")
