"""A tool of an MCP server as a local tool: its schema from the server, its function a request to it."""

from __future__ import annotations

import base64
import collections
import hashlib
import inspect
import json
import re
from collections.abc import Callable, Iterable
from keyword import iskeyword
from typing import Any

from pydantic import TypeAdapter

from ws_notebook.exceptions import ToolError
from ws_notebook.render.format import json_value
from ws_notebook.tools.bench.record import Bench
from ws_notebook.tools.context import Context
from ws_notebook.tools.function import Tool
from ws_notebook.tools.options import OPTIONS, checked, nearest
from ws_notebook.tools.schema.foreign import Unusable, object_schema
from ws_notebook.tools.schema.function import FunctionSchema
from ws_notebook.tools.schema.nodes import Schema
from ws_notebook.tools.schema.strict import tidied, wire_schema
from ws_notebook.tools.values import Output, text_part
from ws_notebook.tools.values.pictures import image_part

__all__ = ["McpTool", "checked_options", "fitting_names", "output_of"]

_OPTIONS = tuple(name for name in OPTIONS if name in ("strict", "approve", "timeout", "max_output"))
_CONTEXT = "ws_context"
"""The parameter by which the function is given the context of its call."""

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")
_NAME_LENGTH, _MARK = 64, 6

Request = Callable[[str, dict[str, Any], Context], Any]
"""Sends a call (the server's name for the tool, the arguments) and returns the server's result; blocks."""


def checked_options(options: dict[str, Any]) -> dict[str, Any]:
    """The options that tools of a server may have. Raises `ToolError` for others."""
    for option in options:
        if option not in _OPTIONS:
            raise ToolError(f"Tools of an MCP server have no option {option!r}.{nearest(option, _OPTIONS)}")
    return options


class McpTool(Tool[..., Any]):
    """A tool whose function is on an MCP server. Called from Python it takes the arguments by name."""

    server_name: str
    """What the server calls it."""

    origin: str
    """Which server that is."""

    def __init__(self, described: Any, request: Request, *, name: str, origin: str, options: dict[str, Any]) -> None:
        """`described` is the server's own description of the tool, an `mcp.types.Tool`; `name` what it is called here.

        Raises `ToolError` for a tool whose arguments are no object.
        """
        self.server_name, self.origin, self.name = described.name, origin, name
        label = f"Tool {self.name!r}"
        self.description = (described.description or described.title or "").strip()
        given = checked(label, **options)
        self.approve, self.timeout, self.max_output = given["approve"], given["timeout"], given["max_output"]
        self._run_in = "thread"
        self._bench = Bench()
        self._schema = _schema(described.input_schema, given["strict"], label)
        self.function = _function(described.name, request, self._schema.loose)
        self.__name__ = self.__qualname__ = self.name
        self.__doc__ = self.description
        self.__wrapped__ = self.function

    def _headline(self) -> str:
        return f"{self.name}({', '.join(self._schema.loose.get('properties', {}))})"

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise ToolError(f"Tool {self.name!r} is on an MCP server, whose connection cannot go to another process.")


def fitting_names(names: Iterable[str], prefix: str = "") -> dict[str, str]:
    """What the tools of these names are called here: letters, digits, `_` and `-`, at most 64, each name once.

    A name that fits stays. One that is shortened, or that would be another's, ends in a mark made of the whole name.
    """
    full = {name: f"{prefix}{name}" for name in dict.fromkeys(names)}
    made = {name: _NOT_IN_NAMES.sub("_", text) for name, text in full.items()}
    often = collections.Counter(made.values())
    kept = {text for name, text in made.items() if text == full[name]}
    return {
        name: text
        if 0 < len(text) <= _NAME_LENGTH and (text == full[name] or (often[text] == 1 and text not in kept))
        else _marked(text, full[name])
        for name, text in made.items()
    }


def _marked(text: str, name: str) -> str:
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK]
    return f"{text[: _NAME_LENGTH - _MARK - 1] or 'tool'}_{mark}"


def output_of(result: Any) -> Output:
    """What the model reads of a server's result (`mcp.types.CallToolResult`): text, or text and picture parts.

    Raises `ToolError` with the server's words where it reports an error.
    """
    parts = [_part(content) for content in result.content]
    texts = [part["text"] for part in parts if part["type"] == "input_text"]
    if _says_more(result.structured_content, texts):
        texts.append(json.dumps(result.structured_content, ensure_ascii=False))
        parts.append(text_part(texts[-1]))
    if result.is_error:
        raise ToolError("\n".join(texts) or "The MCP server reports an error and says no more.")
    return "\n".join(texts) if len(texts) == len(parts) else parts


def _says_more(structured: Any, texts: list[str]) -> bool:
    """Whether the structured result has what the texts have not: mostly they are the same, for older clients."""
    if structured is None:
        return False
    # What is no object, servers put into one of this form; its text is the bare value.
    if texts and isinstance(structured, dict) and structured.keys() == {"result"}:
        return False
    return not any(json_value(text) == structured for text in texts)


def _part(content: Any) -> dict[str, Any]:
    if content.type == "text":
        return text_part(content.text)
    if content.type == "image":
        return image_part(f"data:{content.mime_type};base64,{content.data}")
    if content.type == "resource":
        return _resource(content.resource)
    if content.type == "resource_link":
        return text_part(f"{content.name}: {content.uri}")
    return text_part(f"[{content.type}, which cannot be shown to the model]")


def _resource(resource: Any) -> dict[str, Any]:
    text = getattr(resource, "text", None)
    if isinstance(text, str):
        return text_part(text)
    kind = resource.mime_type or "application/octet-stream"
    if kind.startswith("image/"):
        return image_part(f"data:{kind};base64,{resource.blob}")
    return text_part(f"[{resource.uri}, {kind}, {len(base64.b64decode(resource.blob)):,} bytes]")


def _schema(given: Any, strict: bool | None, label: str) -> FunctionSchema:
    """The server's schema as far as providers take it. Arguments are validated by the server."""
    try:
        loose = tidied(object_schema(given))
    except (Unusable, RecursionError) as error:
        why = error if isinstance(error, Unusable) else "its schema is too deeply nested"
        raise ToolError(f"{label} cannot be offered: {why}.") from None
    wire, reason = wire_schema(loose, strict)
    if strict and reason:
        raise ToolError(f"{label} cannot be strict: {reason}. Leave strict=True out.")
    return FunctionSchema((), wire, loose, reason, TypeAdapter(dict[str, Any]), contexts=(_CONTEXT,))


def _function(name: str, request: Request, schema: Schema) -> Callable[..., Any]:
    def call(*, ws_context: Context | None = None, **arguments: Any) -> Output:
        return output_of(request(name, arguments, ws_context or Context()))

    keyword = inspect.Parameter.KEYWORD_ONLY
    required = schema.get("required", ())
    named = [
        inspect.Parameter(each, keyword, default=inspect.Parameter.empty if each in required else None)
        for each in schema["properties"]
        # Many have `from` or `class`, which no parameter can be called; they arrive all the same.
        if each.isidentifier() and not iskeyword(each) and each != _CONTEXT
    ]
    named.append(inspect.Parameter(_CONTEXT, keyword, default=None))
    call.__name__ = call.__qualname__ = name
    call.__signature__ = inspect.Signature(named)  # type: ignore[attr-defined]
    return call
