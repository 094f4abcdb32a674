"""A tool of an MCP server, with the server's part played by its data: the connection is tested in test_mcp."""

from __future__ import annotations

import pickle
import re
from types import SimpleNamespace
from typing import Any

import pytest

from ws_notebook.exceptions import ToolError
from ws_notebook.tools import ToolRegistry
from ws_notebook.tools.context import Context
from ws_notebook.tools.mcp.tool import McpTool, checked_options, fitting_names, output_of

__all__: list[str] = []

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "title": "Arguments",
    "properties": {"title": {"type": "string"}, "copies": {"type": "integer", "default": 1}},
    "required": ["title"],
}


def described(schema: dict[str, Any] = SCHEMA, name: str = "price", **more: Any) -> Any:
    return SimpleNamespace(**{"name": name, "title": None, "description": "A price.", "input_schema": schema, **more})


def text(words: str) -> Any:
    return SimpleNamespace(type="text", text=words)


def mcp_tool(described: Any, request: Any, *, prefix: str = "", options: dict[str, Any]) -> McpTool:
    name = fitting_names([described.name], prefix)[described.name]
    return McpTool(described, request, name=name, origin="shop", options=options)


def result(*content: Any, is_error: bool = False, structured_content: Any = None) -> Any:
    return SimpleNamespace(content=list(content), is_error=is_error, structured_content=structured_content)


def test_the_call_goes_to_the_server_with_the_arguments_and_the_context() -> None:
    asked: list[Any] = []

    def request(name: str, arguments: dict[str, Any], context: Context) -> Any:
        asked.append((name, arguments, type(context)))
        return result(text("4"))

    made = mcp_tool(described(), request, options={})
    assert made.try_(title="Emma", copies=None).output == "4"
    assert made(title="Emma", copies=2) == "4"
    assert asked == [("price", {"title": "Emma"}, Context), ("price", {"title": "Emma", "copies": 2}, Context)]
    assert made.run_in == "thread"


def test_arguments_that_are_no_names_in_python_arrive() -> None:
    names = ("from", "class", "a.b", "self")
    asked: list[Any] = []
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}, "required": list(names)}
    made = mcp_tool(described(schema), lambda *given: (asked.append(given[1]), result(text("ok")))[1], options={})
    given = dict.fromkeys(names, "x")
    assert set(made.definition["parameters"]["properties"]) == set(names)
    assert made.try_(given).output == "ok"
    assert asked == [given]


def test_the_schema_is_the_servers_and_strict_where_it_can_be() -> None:
    made = mcp_tool(described(), lambda *_: None, options={})
    assert made.strict
    assert made.schema["required"] == ["title", "copies"]
    assert "$schema" not in made.schema
    free = mcp_tool(described({"type": "object", "additionalProperties": True}), lambda *_: None, options={})
    assert not free.strict
    assert free.definition["parameters"]["properties"] == {}


def test_a_schema_that_no_provider_takes_is_mended_and_offered() -> None:
    choice = {"anyOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "string"}}}]}
    made = mcp_tool(described(choice), lambda *_: result(text("done")), options={})
    assert made.definition["parameters"]["type"] == "object"
    assert set(made.definition["parameters"]) <= {
        "type",
        "properties",
        "required",
        "additionalProperties",
        "description",
    }
    assert made.try_(a="x").output == "done"
    nowhere = {"type": "object", "properties": {"a": {"$ref": "#/$defs/Nowhere"}}}
    assert "$ref" not in str(mcp_tool(described(nowhere), lambda *_: None, options={}).definition)


@pytest.mark.parametrize(
    ("schema", "reason"), [({"type": "string"}, "are no object but string"), (False, "is false, which is no object")]
)
def test_a_tool_whose_arguments_are_no_object_is_refused_in_words(schema: Any, reason: str) -> None:
    with pytest.raises(ToolError, match=f"Tool 'price' cannot be offered: .*{reason}"):
        mcp_tool(described(schema), lambda *_: None, options={})


def test_nulls_stand_for_what_is_optional_behind_a_reference_too() -> None:
    asked: list[Any] = []
    schema = {
        "$ref": "#/definitions/A",
        "definitions": {"A": {"properties": {"a": {"$ref": "#/definitions/B"}}, "B": 1}},
    }
    made = mcp_tool(described(schema), lambda *given: asked.append(given[1]) or result(), options={})
    assert made.try_('{"a": null}').ok
    assert asked == [{}]


def test_names_are_made_fit_and_prefixed() -> None:
    made = mcp_tool(described(name="shop.sell one"), lambda *_: None, prefix="x_", options={})
    assert (made.name, made.server_name) == ("x_shop_sell_one", "shop.sell one")
    assert len(mcp_tool(described(name="n" * 90), lambda *_: None, options={}).name) == 64


def test_every_name_is_one_tools() -> None:
    long = "n" * 70
    found = fitting_names(["a.b", "a_b", "a b", "c/d", f"{long}1", f"{long}2", "", "ü"], prefix="")
    assert (found["a_b"], found["c/d"], found["ü"]) == ("a_b", "c_d", "_")
    assert len(set(found.values())) == len(found)
    assert all(re.fullmatch("[A-Za-z0-9_-]{1,64}", name) for name in found.values())
    assert found["a.b"] == fitting_names(["a b", "a_b", "a.b"])["a.b"]
    assert found[f"{long}1"] == fitting_names([f"{long}1"])[f"{long}1"]
    assert len(fitting_names(["x" * 64], prefix="p_")["x" * 64]) == 64


def test_options_are_the_tools() -> None:
    made = mcp_tool(described(), lambda *_: None, options={"timeout": 3, "approve": "first time", "max_output": 9})
    assert (made.timeout, made.max_output) == (3, 9)
    assert made.approve is not None
    with pytest.raises(ToolError, match="no option 'run_in'"):
        checked_options({"run_in": "thread"})
    with pytest.raises(ToolError, match="cannot be strict"):
        mcp_tool(described({"type": "object", "additionalProperties": True}), lambda *_: None, options={"strict": True})


def test_it_is_a_tool_like_any_other() -> None:
    made = mcp_tool(described(), lambda *_: result(text("4")), options={})
    tools = ToolRegistry([made])
    assert "| `price` | A price. | `title`: string, `copies`: integer | yes |" in tools._repr_markdown_()
    with made.mock(returns="9") as mock:
        assert made.try_(title="Emma").output == "9"
    assert mock.calls == [{"title": "Emma", "copies": None}]
    with pytest.raises(ToolError, match="cannot go to another process"):
        pickle.dumps(made)


def test_texts_are_joined_and_structured_results_stand_in_for_none() -> None:
    assert output_of(result(text("a"), text("b"))) == "a\nb"
    assert output_of(result(structured_content={"a": 1})) == '{"a": 1}'
    assert output_of(result()) == ""


@pytest.mark.parametrize(
    ("words", "structured", "expected"),
    [
        ("returned 2 items", {"items": [1, 2]}, 'returned 2 items\n{"items": [1, 2]}'),
        ('{"items":[1,2]}', {"items": [1, 2]}, '{"items":[1,2]}'),
        ("8", {"result": 8}, "8"),
    ],
)
def test_a_structured_result_is_added_where_the_text_does_not_say_it(
    words: str, structured: Any, expected: str
) -> None:
    assert output_of(result(text(words), structured_content=structured)) == expected


def test_other_contents_are_shown_or_named() -> None:
    image = SimpleNamespace(type="image", mime_type="image/png", data="iVBO")
    link = SimpleNamespace(type="resource_link", name="cover", uri="file:///cover.png")
    page = SimpleNamespace(type="resource", resource=SimpleNamespace(uri="file:///a", text="words", mime_type=None))
    blob = SimpleNamespace(uri="file:///b", blob="AAAA", mime_type="application/pdf")
    picture = SimpleNamespace(uri="file:///c", blob="iVBO", mime_type="image/png")
    found = output_of(
        result(
            image,
            link,
            page,
            SimpleNamespace(type="resource", resource=blob),
            SimpleNamespace(type="resource", resource=picture),
            SimpleNamespace(type="audio", data="", mime_type="audio/wav"),
        )
    )
    assert [part.get("text") or part["image_url"] for part in found if isinstance(part, dict)] == [
        "data:image/png;base64,iVBO",
        "cover: file:///cover.png",
        "words",
        "[file:///b, application/pdf, 3 bytes]",
        "data:image/png;base64,iVBO",
        "[audio, which cannot be shown to the model]",
    ]


def test_an_error_is_raised_in_the_servers_words() -> None:
    with pytest.raises(ToolError, match="no such book"):
        output_of(result(text("no such book"), is_error=True))
    with pytest.raises(ToolError, match="says no more"):
        output_of(result(is_error=True))
