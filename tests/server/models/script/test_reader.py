from __future__ import annotations

import pytest
from server.models.script.wrong import WRONG

from ws_notebook.server.models.script.nodes import SceneError
from ws_notebook.server.models.script.reader import read_scene
from ws_notebook.server.models.script.story import Calls, Fail, Said, Steer, Strike

__all__: list[str] = []


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named_by_its_line_with_what_would_be_right(what: str) -> None:
    text, line, words = WRONG[what]
    with pytest.raises(SceneError) as caught:
        read_scene(text, "lesson.yaml")
    (problem, *_) = caught.value.problems
    assert problem.line == line
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"lesson.yaml:{line}:")


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_lines() -> None:
    with pytest.raises(SceneError) as caught:
        read_scene("scene: x\nspeeed: 1\nsteps:\n  - sya: a\n  - wait: soon\n  - say: right\n", "s.yaml")
    assert [problem.line for problem in caught.value.problems] == [2, 4, 5]


def test_a_whole_scene_is_read() -> None:
    story = read_scene(
        """
scene: All of it
about: Everything once.
speed: 12.5
first_token: 1.5s
tools: {add: It adds., note: }
questions:
  - ask: Hello?
    steps:
      - think: {text: Hm., raw: true}
      - say: {text: Hi, speed: 0}
      - wait: 300ms
      - calls: ['add(1, b=2)', {tool: note, input: free}, {tool: ghost, unregistered: true}]
      - check: {tool: add, gave: 3, otherwise: [{say: No.}]}
      - error: {code: rate_limit_exceeded, retry_after: 2s, times: 2}
      - fault: stall 2
      - steer: {wait: 1min, steps: [{say: Steered.}]}
      - refuse: No more.
      - cut: max_output_tokens
""",
        "s.yaml",
    )
    (question,) = story.questions
    think, say, _, calls, _, error, fault, steer, *_ = question.steps
    assert (story.speed, story.first_token, story.tools) == (12.5, 1.5, {"add": "It adds.", "note": ""})
    assert (think, say) == (Said("reasoning", "Hm."), Said("text", "Hi", 0.0))
    assert isinstance(calls, Calls)
    assert [(call.tool, dict(call.named), list(call.given), call.input, call.needed) for call in calls.calls] == [
        ("add", {"b": 2}, [1], None, True),
        ("note", {}, [], "free", True),
        ("ghost", {}, [], None, False),
    ]
    assert isinstance(error, Fail)
    assert (error.code, error.retry_after, error.times) == ("rate_limit_exceeded", 2.0, 2)
    assert isinstance(fault, Strike)
    assert (fault.fault.action, fault.fault.argument, fault.fault.rule) == (
        "stall",
        2.0,
        "stall 2 at line 16 of the scene",
    )
    assert isinstance(steer, Steer)
    assert (steer.seconds, steer.steps) == (60.0, (Said("text", "Steered."),))


def test_a_repetition_is_written_out_and_counts() -> None:
    story = read_scene(
        "scene: x\ntools: [step]\nsteps:\n  - repeat:\n      times: 3\n      steps:\n        - call: step(i={n})\n"
        "        - call: {tool: step, arguments: {i: '{n}', of: 'the {n}. of 3'}}\n",
        "s.yaml",
    )
    calls = [step.calls[0] for step in story.questions[0].steps if isinstance(step, Calls)]
    assert [call.named["i"] for call in calls] == [1, 1, 2, 2, 3, 3]
    assert calls[-1].named["of"] == "the 3. of 3"
