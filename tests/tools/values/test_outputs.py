"""What the model reads of a result and of an error."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.names import named

from ws_notebook.exceptions import ToolError
from ws_notebook.secrets import Keys
from ws_notebook.tools.executor import unknown_tool_outcome
from ws_notebook.tools.values.outputs import error_output, exception_output, to_output, without_secrets

__all__: list[str] = []

PNG = b"\x89PNG\r\n\x1a\nrest"
IMAGE = {
    "type": "input_image",
    "image_url": f"data:image/png;base64,{base64.b64encode(PNG).decode()}",
    "detail": "auto",
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("as it is", "as it is"),
        ("", ""),
        (None, "null"),
        (True, "true"),
        (3, "3"),
        (2.50, "2.5"),
        (float("nan"), "NaN"),
        ({"city": "Zürich", "n": [1, 2]}, '{"city":"Zürich","n":[1,2]}'),
        ([float("inf")], '["Infinity"]'),
        (dt.date(2026, 1, 2), "2026-01-02"),
        ([], "[]"),
        ((), "[]"),
        (pd.DataFrame({"a": [1, 2]}), "a\n1\n2"),
    ],
    ids=str,
)
def test_text_is_written_as_a_reader_would(value: object, expected: str) -> None:
    assert to_output(value) == expected


def test_an_integer_that_python_does_not_write_is_refused_in_words() -> None:
    with pytest.raises(ToolError, match=r"a number that is too long.*Return it rounded, or as text"):
        to_output({"n": 10**5000})


def test_secrets_are_taken_out_of_every_text() -> None:
    keys = Keys(["hush-hush-hush-123"])
    assert without_secrets("a hush-hush-hush-123 b", keys) == ("a [secret] b", 1)
    parts = [{"type": "input_text", "text": "hush-hush-hush-123 hush-hush-hush-123"}, IMAGE]
    assert without_secrets(parts, keys) == ([{"type": "input_text", "text": "[secret] [secret]"}, IMAGE], 2)
    untouched = [IMAGE]
    assert without_secrets(untouched, keys)[0] is untouched


def test_an_exception_tells_its_notes_its_cause_and_its_group() -> None:
    error = ValueError("outer")
    error.add_note("try again")
    error.__cause__ = KeyError("inner")
    assert json.loads(exception_output(error))["error"]["message"] == "outer; try again; caused by KeyError: 'inner'"
    group = ExceptionGroup("many", [ValueError("a"), KeyError("b")])
    assert json.loads(exception_output(group))["error"] == {
        "type": "ExceptionGroup",
        "message": "many (2 sub-exceptions); ValueError: a; KeyError: 'b'",
    }


def test_the_texts_between_pictures_share_one_limit() -> None:
    parts = to_output(["x" * 300, PNG, "y" * 300], max_output=400)
    assert isinstance(parts, list)
    assert sum(len(part.get("text", "")) for part in parts) <= 400


@pytest.mark.parametrize("limit", [1, 50, 100, 1_000, 100_000])
@pytest.mark.parametrize(
    "value", ["x" * 10_000_000, ["y" * 50] * 50_000, {"z": "ü" * 1_000_000}], ids=["str", "list", "dict"]
)
def test_a_huge_result_is_cut_to_the_limit_and_says_so(value: Any, limit: int) -> None:
    text = to_output(value, max_output=limit)
    assert isinstance(text, str)
    assert len(text) == limit
    if limit >= 200:
        assert text.endswith(f"more than the {limit:,} allowed; ask for a smaller part]")


def test_the_marker_says_how_much_there_was() -> None:
    text = to_output("x" * 2_000_000, max_output=1_000)
    assert "\n[cut: 2,000,000 characters in all, more than the 1,000 allowed" in text
    assert text.startswith("xxx")


def test_what_shares_a_limit_is_cut_where_it_is_long_and_says_so() -> None:
    dataframe = pd.DataFrame({"n": range(100_000, 100_150)})
    words, table, tail = to_output(["w" * 3_000, dataframe, "the end"], max_output=1_000)
    assert words["text"].endswith("more than the 497 allowed; ask for a smaller part]")
    assert table["text"].endswith("of 150 rows, 1 columns; ask for a smaller part or a summary]")
    assert tail["text"] == "the end"


def test_texts_among_parts_made_by_the_tool_keep_to_the_limit() -> None:
    parts = [{"type": "input_text", "text": "x" * 3_000}, IMAGE, {"type": "input_text", "text": "short"}]
    found = to_output(parts, max_output=500)
    assert len(found[0]["text"]) == 495
    assert "3,000 characters in all" in found[0]["text"]
    assert found[1:] == parts[1:]


@pytest.mark.parametrize(
    ("value", "note"),
    [
        ("x" * 3_000, "500 of 3,000 characters"),
        (pd.DataFrame({"n": range(1_000)}), r"1\d\d of 1,000 rows, 1 columns"),
        ({"t": pd.Series(range(1_000))}, r"\d\d of 1,000 values"),
        (["words", pd.DataFrame({"n": range(1_000)})], r"1\d\d of 1,000 rows, 1 columns"),
        (np.zeros(10_000), r"array of shape \(10000,\), float64; the first 250 of 10,000 values"),
        (iter(range(10_000)), "the first 250 items of a longer range_iterator"),
        ([{"type": "input_text", "text": "x" * 3_000}], "500 of 3,000 characters"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whoever_asks_is_told_what_was_left_out(value: Any, note: str) -> None:
    notes: list[str] = []
    to_output(value, max_output=500, notes=notes)
    assert re.fullmatch(note, notes[0])


def test_of_what_is_whole_nothing_is_told() -> None:
    notes: list[str] = []
    for value in (
        "x" * 100,
        [1, 2],
        pd.DataFrame({"a": [1]}),
        {"t": pd.DataFrame({"a": [1]})},
        np.zeros(3),
        [PNG, "a"],
    ):
        to_output(value, notes=notes)
    assert notes == []


def test_text_of_exactly_the_limit_is_not_cut() -> None:
    assert to_output("x" * 100, max_output=100) == "x" * 100


@pytest.mark.parametrize("text", ["a\ud800b", "\udfff", "cut \ud83d\ude00 pair"])
def test_lone_surrogates_become_a_replacement_character(text: str) -> None:
    for output in (to_output(text), to_output({text: text}), error_output("ValueError", text)):
        assert isinstance(output, str)
        output.encode()
    assert to_output("\ud83d\ude00") == "😀"


@pytest.mark.parametrize("value", [object(), b"raw", {"a": b"raw"}, [1, object()], print], ids=named)
def test_what_cannot_be_written_is_refused_with_the_remedy(value: object) -> None:
    with pytest.raises(ToolError, match=r"cannot be sent to the model\. (Return|Call it)"):
        to_output(value)


def test_an_error_is_one_short_json_object() -> None:
    assert json.loads(error_output("timeout", "No answer within 5 s.")) == {
        "error": {"type": "timeout", "message": "No answer within 5 s."}
    }


def test_an_unknown_tool_is_answered_with_those_there_are() -> None:
    told = unknown_tool_outcome("ad", ["add", "sub"]).output
    assert json.loads(str(told)) == {
        "error": {"type": "unknown_tool", "message": "There is no tool named 'ad'. Available: add, sub."}
    }


def test_an_exception_is_its_type_and_message_without_a_traceback() -> None:
    try:
        int("three")
    except ValueError as error:
        text = exception_output(error)
    assert json.loads(text) == {
        "error": {"type": "ValueError", "message": "invalid literal for int() with base 10: 'three'"}
    }
    assert "Traceback" not in text


def test_an_exception_without_words_still_has_a_message() -> None:
    class Silent(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert json.loads(exception_output(KeyError()))["error"] == {"type": "KeyError", "message": "no message"}
    assert json.loads(exception_output(Silent()))["error"] == {"type": "Silent", "message": "no message"}


def test_a_long_message_is_cut() -> None:
    message = json.loads(exception_output(ValueError("x" * 1_000_000)))["error"]["message"]
    assert len(message) == 2_000
    assert "1,000,000 characters" in message
