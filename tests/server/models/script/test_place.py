from __future__ import annotations

from typing import Any

from ws_notebook.server.models.script.place import Turn, next_turn
from ws_notebook.server.models.script.reader import read_scene
from ws_notebook.server.models.script.story import Said

__all__: list[str] = []

Item = dict[str, Any]

STORY = read_scene(
    """
scene: Places
tools: [add]
questions:
  - steps:
      - say: One.
      - calls: ['add(1, 2)', 'add(3, 4)']
      - check: {tool: add, number: 2, gave: 7}
      - say: "It was {add[1]} and {output}; {other} stays."
  - steps:
      - say: Before.
      - steer: {wait: 1s, steps: [{say: "You said {prompt}."}]}
      - say: After.
  - steps: [{say: The last.}]
""",
    "places",
)


def user(text: str) -> Item:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def said(text: str) -> Item:
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}


def called(*outputs: str) -> list[Item]:
    calls = [{"type": "function_call", "call_id": f"c{n}", "name": "add"} for n in range(len(outputs))]
    given = [{"type": "function_call_output", "call_id": f"c{n}", "output": each} for n, each in enumerate(outputs)]
    return [*calls, *given]


def at(*items: Item) -> Turn:
    return next_turn(STORY, items)


def words(turn: Turn) -> str:
    return "".join(turn.filled(step.text) for step in turn.steps if isinstance(step, Said))


FIRST = [user("a"), said("One."), *called("3", "7"), said("It was 3 and 7; {other} stays.")]


def test_a_question_goes_on_call_by_call_and_then_comes_the_next() -> None:
    assert (words(at(user("a"))), len(at(user("a")).calls)) == ("One.", 2)
    assert words(at(*FIRST[:-1])) == "It was 3 and 7; {other} stays."
    assert words(at(*FIRST, user("b"))).startswith("Before.")
    whole = [*FIRST, user("b"), said("Before."), said("After.")]
    assert words(at(*whole, user("c"))) == "The last."
    assert "is over: it has 3 questions" in words(at(*whole, user("c"), said("The last."), user("d")))


def test_a_check_that_fails_has_the_question_asked_again() -> None:
    wrong = [user("a"), said("One."), *called("3", "8")]
    complaint = words(at(*wrong))
    assert "gave back `8`. I expected `7`" in complaint
    again = at(*wrong, said(complaint), user("once more"))
    assert (words(again), len(again.calls), again.made) == ("One.", 2, [])


def test_words_in_the_middle_of_an_answer_are_answered_and_the_question_is_over_then() -> None:
    steered = [*FIRST, user("b"), said("Before."), user("faster")]
    assert words(at(*steered)) == "You said faster."
    assert words(at(*steered, said("You said faster."), user("c"))) == "The last."


def test_an_answer_that_broke_off_is_given_again() -> None:
    broken = [*FIRST, user("b"), said("Bef"), user("again")]
    assert words(at(*broken)).startswith("Before.")
    assert at(*broken).before == at(*FIRST, user("b")).before == len(FIRST)


def test_a_turn_whose_calls_were_made_in_part_makes_the_others() -> None:
    turn = at(user("a"), said("One."), *called("3"))
    assert (turn.steps, [call.given for call in turn.calls]) == ([], [[3, 4]])


def test_a_text_may_quote_the_prompt_and_the_one_before() -> None:
    turn = at(*FIRST, user("b"))
    assert turn.filled("{prompt} after {asked}, {asked[2]}, {else}") == "b after a, {asked[2]}, {else}"


def test_two_messages_of_the_user_are_one_question() -> None:
    assert at(user("a"), user("b")).prompt == "a\nb"
