"""A request as Chat Completions want it: items become messages, tools functions, a schema ``response_format``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ws_notebook.core.spoken import INPUT, as_arguments
from ws_notebook.dialects import Dialect
from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.base import ModelRequest
from ws_notebook.server.models.upstream.failures import unsupported
from ws_notebook.server.wire import OUTPUTS, Item, Tool

__all__ = ["body_of", "messages_of"]

Message = dict[str, Any]

_SAME = (
    *("temperature", "top_p", "user", "metadata", "service_tier", "presence_penalty", "frequency_penalty", "seed"),
    *("stop", "safety_identifier", "prompt_cache_key"),
)
"""Fields that both APIs have by one name."""
_AT_HOSTED_ONLY = frozenset({"metadata", "service_tier", "safety_identifier", "prompt_cache_key"})
"""Those that only OpenAI itself knows; others may refuse them."""
_ROLES = {"developer": "system"}
"""Templates of open models know no developer."""


def body_of(model: str, request: ModelRequest, dialect: Dialect) -> dict[str, Any]:
    """The body of ``POST /chat/completions``, streamed. ApiError for what Chat Completions have no form for."""
    fields = request.fields
    body: dict[str, Any] = {
        "model": model,
        "messages": messages_of(request, dialect),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    known = _SAME if dialect.custom_tools else [name for name in _SAME if name not in _AT_HOSTED_ONLY]
    body |= {name: fields[name] for name in known if fields.get(name) is not None}
    if (limit := fields.get("max_output_tokens")) is not None:
        body[dialect.limit_field] = max(limit, dialect.least_output)
    if effort := (fields.get("reasoning") or {}).get("effort"):
        body["reasoning_effort"] = effort
    if fields.get("top_logprobs"):
        body |= {"logprobs": True, "top_logprobs": fields["top_logprobs"]}
    return body | _format(request) | _tools(request, dialect)


def _format(request: ModelRequest) -> dict[str, Any]:
    wanted = request.text_format or {}
    if wanted.get("type") == "json_schema":
        named = {name: wanted[name] for name in ("name", "description", "schema", "strict") if name in wanted}
        return {"response_format": {"type": "json_schema", "json_schema": {"name": "answer", **named}}}
    return {"response_format": {"type": "json_object"}} if wanted.get("type") == "json_object" else {}


def _tools(request: ModelRequest, dialect: Dialect) -> dict[str, Any]:
    if not request.tools:
        return {}
    found: dict[str, Any] = {"tools": [_tool(tool, dialect) for tool in request.tools]}
    if request.parallel_tool_calls is False:
        found["parallel_tool_calls"] = False
    choice = request.tool_choice
    if isinstance(choice, str):
        return found if choice == "auto" else {**found, "tool_choice": choice}
    if choice.get("type") == "allowed_tools":
        names = {str(each.get("name")) for each in choice.get("tools") or []}
        found["tools"] = [each for each in found["tools"] if each[each["type"]]["name"] in names]
        return {**found, "tool_choice": choice.get("mode", "auto")}
    return {**found, "tool_choice": {"type": "function", "function": {"name": choice.get("name")}}}


def _tool(tool: Tool, dialect: Dialect) -> dict[str, Any]:
    kind, name = tool["type"], tool.get("name")
    told = {key: tool[key] for key in ("name", "description", "parameters", "strict") if tool.get(key) is not None}
    if kind == "function":
        return {"type": "function", "function": {"parameters": {"type": "object", "properties": {}}, **told}}
    if kind == "custom" and dialect.custom_tools:
        return {"type": "custom", "custom": {**told, **({"format": tool["format"]} if tool.get("format") else {})}}
    if kind == "custom":
        text = {"type": "string", "description": "The tool's input, as it is."}
        schema = {"type": "object", "properties": {INPUT: text}, "required": [INPUT], "additionalProperties": False}
        return {"type": "function", "function": {**told, "name": name, "parameters": schema}}
    raise unsupported(f"the tool {kind!r} is one of a provider of its own. Leave it out, or ask its provider.", "tools")


def messages_of(request: ModelRequest, dialect: Dialect) -> list[Message]:
    """The lineage as messages: calls belong to the assistant's message before them, pictures follow their outputs."""
    told: list[Message] = []
    if instructions := request.fields.get("instructions"):
        told.append({"role": "system", "content": instructions})
    pictures: list[dict[str, Any]] = []
    for place, item in enumerate(request.items):
        kind = item.get("type")
        if pictures and kind not in OUTPUTS:
            told.append({"role": "user", "content": pictures})
            pictures = []
        if kind == "message":
            told.append(_message(item, f"input[{place}]", dialect))
        elif kind in _CALLS:
            _add_call(told, item, dialect)
        elif kind in OUTPUTS:
            words, shown = _output(item, f"input[{place}]")
            told.append({"role": "tool", "tool_call_id": item["call_id"], "content": words})
            pictures += shown
    return [*told, *([{"role": "user", "content": pictures}] if pictures else [])]


_CALLS = {"function_call": "arguments", "custom_tool_call": "input"}


def _message(item: Item, where: str, dialect: Dialect) -> Message:
    role, content = item["role"], item["content"]
    role = role if dialect.custom_tools else _ROLES.get(role, role)
    if isinstance(content, str):
        return {"role": role, "content": content}
    parts = [_part(part, f"{where}.content[{place}]") for place, part in enumerate(content) if isinstance(part, dict)]
    if all(part["type"] == "text" for part in parts):
        # Many templates want a string.
        return {"role": role, "content": "".join(part["text"] for part in parts)}
    return {"role": role, "content": parts}


def _part(part: Mapping[str, Any], where: str) -> dict[str, Any]:
    kind = part.get("type")
    if kind in ("input_text", "output_text", "text", "refusal", "summary_text"):
        return {"type": "text", "text": str(part.get("text") or part.get("refusal") or "")}
    if kind == "input_image" and part.get("image_url"):
        detail = {"detail": part["detail"]} if part.get("detail") else {}
        return {"type": "image_url", "image_url": {"url": part["image_url"], **detail}}
    if kind == "input_file" and part.get("file_data"):
        return {"type": "file", "file": {name: part[name] for name in ("filename", "file_data") if part.get(name)}}
    if kind == "input_audio":
        return {"type": "input_audio", "input_audio": part.get("input_audio")}
    if kind in ("input_image", "input_file"):
        raise unsupported(f"{kind} is by an id or address of a provider's own. Send its data.", where)
    raise ApiError(f"Invalid value for '{where}.type': {kind!r}.", code="invalid_value", param=where)


def _add_call(told: list[Message], item: Item, dialect: Dialect) -> None:
    text, name, custom = item[_CALLS[item["type"]]], item["name"], item["type"] == "custom_tool_call"
    if custom and dialect.custom_tools:
        call = {"type": "custom", "custom": {"name": name, "input": text}}
    else:
        call = {
            "type": "function",
            "function": {"name": name, "arguments": as_arguments(text) if custom else text or "{}"},
        }
    _assistant(told).setdefault("tool_calls", []).append({"id": item["call_id"], **call})


def _assistant(told: list[Message]) -> Message:
    """The message that calls belong to."""
    if not (told and told[-1]["role"] == "assistant"):
        told.append({"role": "assistant", "content": None})
    return told[-1]


def _output(item: Item, where: str) -> tuple[str, list[dict[str, Any]]]:
    """An output's words, and its pictures, which a tool's message has no place for."""
    output = item.get("output")
    if isinstance(output, str):
        return output, []
    listed = enumerate(output if isinstance(output, Sequence) else [])
    parts = [_part(part, f"{where}.output[{place}]") for place, part in listed if isinstance(part, dict)]
    words = "\n".join(part["text"] for part in parts if part["type"] == "text")
    shown = [part for part in parts if part["type"] != "text"]
    return words or ("The output follows as a picture." if shown else ""), shown
