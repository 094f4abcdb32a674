"""Free-form tools: what the model is told of the text, and the text's way into the function and back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from support.server import running_server

import ws_notebook as wsn
from ws_notebook import Session
from ws_notebook.exceptions import ToolError
from ws_notebook.tools import tool
from ws_notebook.tools.schema.freeform import as_format

__all__: list[str] = []

GRAMMAR = """
    start: "SELECT " column ("," column)*
    column: /[a-z_]+/
"""


@tool(format="text")
def note(text: str) -> str:
    """Keep a note."""
    return f"kept {text!r}"


@tool(format=re.compile(r"\d{4}-\d{2}-\d{2}"))
def weekday(day: dt.date) -> str:
    return day.strftime("%A")


@tool(format=GRAMMAR)
def query(sql: str, limit: int = 10) -> str:
    return f"{sql} LIMIT {limit}"


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with (
        running_server() as server,
        wsn.Session(
            provider=server.base_url, profile="local", api_key=server.token, tools=[note, weekday, query]
        ) as made,
    ):
        yield made


def test_the_definition_is_that_of_a_custom_tool() -> None:
    assert note.definition == {
        "type": "custom",
        "name": "note",
        "description": "Keep a note.",
        "format": {"type": "text"},
    }
    assert weekday.definition["format"] == {
        "type": "grammar",
        "syntax": "regex",
        "definition": r"\d{4}-\d{2}-\d{2}",
    }
    assert query.definition["format"] == {
        "type": "grammar",
        "syntax": "lark",
        "definition": 'start: "SELECT " column ("," column)*\ncolumn: /[a-z_]+/',
    }


def test_a_tool_says_what_the_model_writes() -> None:
    assert "(the model writes free-form text)" in note._repr_markdown_()
    assert not note.strict
    assert query.strict_reason == "the model writes text of a Lark grammar"


def test_it_is_called_with_text_and_answered_as_a_custom_call(session: Session) -> None:
    run = session.ask('call note("two\\nlines {and} \\"quotes\\"")', parent=None)
    (call,) = run.tool_calls
    assert (call.kind, call.status) == ("custom_tool_call", "completed")
    assert call.output == f"kept {call.arguments!r}"
    (answer,) = [item for item in run.items if item["type"] == "custom_tool_call_output"]
    assert (answer["call_id"], answer["output"]) == (call.call_id, call.output)
    wsn.check(run).called("note", input=call.arguments).answered("kept")


def test_text_becomes_the_type_of_the_parameter(session: Session) -> None:
    run = session.ask('call weekday("2026-11-21") and query("SELECT a,b")', parent=None)
    assert [call.output for call in run.tool_calls] == ["Saturday", "SELECT a,b LIMIT 10"]


def test_text_that_does_not_fit_is_told_to_the_model(session: Session) -> None:
    run = session.ask('call weekday("tomorrow") and weekday("2026-13-40")', parent=None)
    first, second = (str(call.output) for call in run.tool_calls)
    assert "does not match \\\\d{4}-\\\\d{2}-\\\\d{2}" in first
    assert "day: input should be a valid date" in second
    assert run.status == "completed"


def test_it_is_tried_by_hand_with_text_or_by_name() -> None:
    assert note.try_("hello").output == "kept 'hello'"
    assert note.try_(text="hello").arguments == "hello"
    assert weekday.try_(day=dt.date(2026, 11, 21)).output == "Saturday"
    assert weekday.try_("x").status == "failed"
    assert note.try_("hello").item["type"] == "custom_tool_call_output"
    with pytest.raises(ToolError, match=r"note takes one text: note\.try_\(text\), or by name, text=…"):
        note.try_(other="x")


def test_a_compiled_expression_takes_its_flags_along() -> None:
    assert as_format(re.compile("yes|no", re.I), "f") == {
        "type": "grammar",
        "syntax": "regex",
        "definition": "(?i)yes|no",
    }
    made = tool(format=re.compile("yes|no", re.I))(lambda_like)
    assert made.bind("YES").run() == "YES"


def lambda_like(answer: str) -> str:
    return answer


def test_the_apis_own_object_is_taken_too() -> None:
    assert as_format({"type": "text"}, "f") == {"type": "text"}
    grammar = {"type": "grammar", "syntax": "regex", "definition": "a+"}
    assert as_format(grammar, "f") == grammar
    assert as_format(None, "f") is None


@pytest.mark.parametrize(
    ("format", "message"),
    [
        ("json", r'give "text", a Lark grammar \(a string with the rule `start: …`\)'),
        (3, 'give "text"'),
        (re.compile("(?=a)b"), "has a lookaround, such as"),
        (re.compile("a*?"), "has a lazy repetition"),
        (re.compile(r"(a)\1"), "has a reference to a group"),
        ("start: X\n%declare X", "has %declare"),
        ("start: X\n%import other.X", "has %import of anything but common"),
        ({"type": "grammar"}, "as an object it is"),
        ({"type": "grammar", "syntax": "regex", "definition": "("}, "no valid regular expression"),
    ],
    ids=str,
)
def test_a_format_that_cannot_work_is_refused(format: Any, message: str) -> None:
    with pytest.raises(ToolError, match=message):
        tool(format=format)(lambda_like)


@pytest.mark.packages
def test_a_grammar_that_lark_cannot_read_is_refused() -> None:
    with pytest.raises(ToolError, match=r"'lambda_like': the grammar cannot be read.*missing"):
        tool(format="start: missing")(lambda_like)


def two(a: str, b: str) -> None: ...


def none() -> None: ...


def a_list(values: list[str]) -> None: ...


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (two, "the function takes a, b. Give it one parameter, such as text: str"),
        (none, "the function takes nothing"),
        (a_list, "its parameter 'values' is made from text, which a list or an object cannot be"),
    ],
)
def test_a_function_that_takes_no_text_is_refused(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(ToolError, match=message):
        tool(format="text")(function)


def test_other_types_are_made_from_text() -> None:
    @tool(format="text")
    def f(value: Literal["a", "b"] | int) -> Any:
        return value

    assert (f.bind("a").run(), f.bind("3").run()) == ("a", 3)
    with pytest.raises(ToolError, match="value"):
        f.bind("c")
