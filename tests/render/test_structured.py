"""Answers in JSON, indented: as everybody indents it, and so that what was shown of a beginning stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render.play import HEADER, Play

from ws_notebook.core.run import RequestSettings
from ws_notebook.render.bundle import bundle
from ws_notebook.render.markdown import markdown
from ws_notebook.render.snapshot import snapshot
from ws_notebook.render.structured import Indenter, answer_markdown, answer_text, asks_for_json, indented
from ws_notebook.render.text import plain_text

__all__: list[str] = []

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(JSON, st.sampled_from([None, 1, 4]))
def test_json_is_indented_as_everybody_indents_it(value: Any, indent: int | None) -> None:
    assert indented(json.dumps(value, indent=indent)) == json.dumps(value, indent=2)


@given(JSON, st.data())
def test_what_was_shown_of_a_beginning_stays(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    cut = data.draw(st.integers(0, len(text)))
    indenter = Indenter()
    assert indenter.add(text[:cut]) + indenter.add(text[cut:]) == indented(text)


def answered(text: str, *, wanted: str | None = "json_schema") -> dict[str, Any]:
    play = Play().send().created("resp_1").text(text)
    if wanted is not None:
        play.run.settings = RequestSettings(options={"text": {"format": {"type": wanted}}})
    return bundle(play.completed().run, HEADER)


def test_an_answer_in_json_is_indented_in_every_form() -> None:
    found = answered('{"n":[1,2]}')
    pretty = json.dumps({"n": [1, 2]}, indent=2)
    assert found["format"] == "json"
    assert found["text"] == '{"n":[1,2]}'
    assert answer_text(found) == pretty
    assert plain_text(found).startswith(pretty)
    assert answer_markdown(found) == f"```json\n{pretty}\n```"
    assert markdown(found).startswith(f"```json\n{pretty}\n```")
    assert '<pre><code class="language-json">' in snapshot(found)


@pytest.mark.parametrize("text", ["I cannot.", '{"a": "```"}'])
def test_what_is_no_json_or_would_end_the_fence_stays_as_it_is(text: str) -> None:
    assert answer_markdown(answered(text)) == text


def test_json_that_nobody_asked_for_stays_as_it_is() -> None:
    found = answered('{"a":1}', wanted=None)
    assert "format" not in found
    assert answer_markdown(found) == '{"a":1}'


def test_only_a_format_in_the_request_asks_for_json() -> None:
    run = Play().run
    for options in ({}, {"text": {}}, {"text": "x"}, {"text": {"format": {"type": "text"}}}):
        run.settings = RequestSettings(options=options)
        assert not asks_for_json(run)
    run.settings = RequestSettings(options={"text": {"format": {"type": "json_object"}}})
    assert asks_for_json(run)


def test_brackets_without_end_are_indented_no_deeper_than_people_can_read() -> None:
    assert len(indented("[" * 20_000)) < 20_000 * 100
    assert indented("[" * 20_000).startswith("[\n  [\n    [")
