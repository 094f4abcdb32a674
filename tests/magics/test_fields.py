"""`--set KEY=JSON`: nested keys, typed values, errors in one line."""

from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.exceptions import SettingsError
from ws_notebook.magics.fields import request_fields

__all__: list[str] = []


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (["temperature=0.2"], {"temperature": 0.2}),
        (["service_tier=flex"], {"service_tier": "flex"}),
        (["a.b.c=1", "a.b.d=x"], {"a": {"b": {"c": 1, "d": "x"}}}),
        (['text={"verbosity": "low"}', "text.more=[1]"], {"text": {"verbosity": "low", "more": [1]}}),
        (["metadata.k=v", 'metadata={"l": "w"}'], {"metadata": {"k": "v", "l": "w"}}),
        (["user=5", "prompt_cache_key=true"], {"user": "5", "prompt_cache_key": "true"}),
        (["seed=1", "empty=", 'text.x="a=b"'], {"seed": 1, "empty": "", "text": {"x": "a=b"}}),
        (["temperature=null"], {"temperature": None}),
        (["tool_choice=none"], {"tool_choice": "none"}),
        (['tool_choice={"type": "function", "name": "f"}'], {"tool_choice": {"type": "function", "name": "f"}}),
        (["temperature=0.1", "temperature=0.2"], {"temperature": 0.2}),
    ],
)
def test_values_are_json_or_bare_words_and_keys_nest(pairs: list[str], expected: dict[str, Any]) -> None:
    assert request_fields(pairs, None) == expected


def test_effort_joins_what_is_said_of_reasoning() -> None:
    assert request_fields(["reasoning.summary=auto"], "high") == {"reasoning": {"summary": "auto", "effort": "high"}}
    assert request_fields([], "low") == {"reasoning": {"effort": "low"}}
    with pytest.raises(SettingsError, match="Use one of them"):
        request_fields(["reasoning.effort=low"], "high")


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("temperature", "takes KEY=JSON, not 'temperature'"),
        ("=1", "takes KEY=JSON"),
        ("a..b=1", "takes KEY=JSON"),
        ("temperature=hot", "temperature takes a number, not 'hot'"),
        ("max_output_tokens=1.5", "max_output_tokens takes a whole number, not '1.5'"),
        ("max_output_tokens=true", "takes a whole number"),
        ("parallel_tool_calls=1", "takes true or false, not '1'"),
        ("parallel_tool_calls=False", "JSON writes false, not False"),
        ("metadata=3", "metadata takes an object { }, not '3'"),
        ("include=x", r"include takes a list \[ \], not 'x'"),
        ("tool_choice=[3]", "tool_choice takes a string or an object"),
        ("metadata={a:1}", "single quotes, as in --set 'metadata="),
        ("input=x", "the prompt stands below the first line"),
        ("stream_id=x", "lanes are given by the session"),
        ("model=x", "use -m MODEL"),
    ],
)
def test_what_cannot_be_set_is_told_with_what_would_be_right(pair: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as told:
        request_fields([pair], None)
    assert "\n" not in str(told.value)
    assert str(told.value).startswith("%%responses: --set ")


def test_an_object_and_a_value_do_not_share_a_key() -> None:
    with pytest.raises(SettingsError, match=r"a\.b\.c: a\.b is 1 already, and no object"):
        request_fields(["a.b=1", "a.b.c=2"], None)
