"""Which recorded answer a request gets, and what is said of one that has none."""

from __future__ import annotations

import json
from typing import Any

from ws_notebook.cassette import Answers, Cassette, Entry

__all__: list[str] = []


def cassette(*requests: dict[str, Any]) -> Cassette:
    entries: list[Entry] = []
    for place, request in enumerate(requests):
        response = {"type": "response.completed", "response": {"id": f"resp_{place}"}}
        entries.append(Entry(place, 1, "sent", json.dumps(request).encode()))
        entries.append(Entry(place, 1, "received", json.dumps(response).encode()))
    return Cassette(entries)


def test_a_changed_prompt_is_told_with_the_nearest_one_and_the_first_difference() -> None:
    answers = Answers(cassette({"input": "How many people live in Oslo?"}, {"input": "And in Rome?"}))
    told = answers.missing({"input": "And in Roma?"})
    assert told == (
        "The cassette holds no answer to “And in Roma?”. Next on it is “How many people live in Oslo?”.\n"
        "First difference, in input[0].content[0].text, at character 11:\n"
        "  recorded: And in Rome?\n"
        "  now:      And in Roma?\n"
        "Ask what was recorded, or record it anew."
    )


def test_what_was_given_is_looked_at_last() -> None:
    answers = Answers(cassette({"input": "one"}, {"input": "two"}))
    assert answers.take({"input": "one"}) is not None
    assert [each.request["input"] for each in answers.left] == ["two"]
    assert "recorded: two" in answers.missing({"input": "one more"})
    assert answers.take({"input": "two"}) is not None
    assert "All of it was replayed.\nFirst difference" in answers.missing({"input": "one more"})


def test_an_empty_cassette_has_no_nearest_question() -> None:
    assert Answers(Cassette()).missing({"input": "hi"}).startswith("The cassette holds no answer to “hi”. All of it")
    assert Answers(Cassette()).take({"input": "hi"}) is None


def test_outputs_are_given_by_call_each_in_its_turn() -> None:
    outputs = [{"type": "function_call_output", "call_id": "c", "output": text} for text in ("5", "6")]
    answers = Answers(cassette({"input": outputs}))
    assert [answers.output("c") for _ in range(3)] == ["5", "6", "6"]
    assert answers.output("other") is None


def test_exact_answers_want_the_same_request() -> None:
    answers = Answers(cassette({"input": "hi", "model": "m"}), exact=True)
    assert answers.take({"input": "hi", "model": "n"}) is None
    assert "First difference, in model, at character 1:" in answers.missing({"input": "hi", "model": "n"})
    assert answers.take({"input": [{"role": "user", "content": "hi"}], "model": "m"}) is not None
