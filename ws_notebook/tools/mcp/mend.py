"""What an MCP server writes, mended where a strict reader would lose more than the part that is wrong.

Servers print to the stdout that they speak by, describe tools in schemas of their own kind, and leave out what they
should give. Messages are JSON data here, as they came; nothing of the `mcp` package is needed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ws_notebook.tools.schema.foreign import Unusable, object_schema

__all__ = ["mended", "messages_in"]

_CONTENTS = ("text", "image", "audio", "resource", "resource_link")
_MAX_BRACES = 20
"""Places in a line of chatter at which a message may begin."""


def messages_in(line: str) -> Iterator[dict[str, Any]]:
    """The JSON-RPC messages in a line that is not one: behind or between other words, several, or a list of them."""
    decoder, place = json.JSONDecoder(strict=False), 0
    for _ in range(_MAX_BRACES):
        begin = min((found for found in (line.find(mark, place) for mark in "{[") if found >= 0), default=-1)
        if begin < 0:
            return
        try:
            value, place = decoder.raw_decode(line, begin)
        except (ValueError, RecursionError):
            place = begin + 1
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and one.get("jsonrpc") == "2.0":
                yield one


def mended(result: dict[str, Any], refused: dict[str, str]) -> dict[str, Any]:
    """The result of a request. Tools that cannot be are left out, and stand with the reason in `refused`."""
    if "tools" in result:
        return _listing(result, refused)
    if "structuredContent" in result or isinstance(result.get("content"), list):
        return _answer(result)
    return result


def _listing(result: dict[str, Any], refused: dict[str, str]) -> dict[str, Any]:
    tools = []
    for given in result["tools"] if isinstance(result["tools"], list) else ():
        name = given.get("name") if isinstance(given, dict) else None
        if not isinstance(name, str) or not name:
            refused[str(name)] = "it has no name"
            continue
        try:
            words = {key: given[key] for key in ("title", "description") if isinstance(given.get(key), str)}
            tools.append({**words, "name": name, "inputSchema": object_schema(given.get("inputSchema"))})
            refused.pop(name, None)
        except (Unusable, RecursionError) as error:
            refused[name] = str(error) if isinstance(error, Unusable) else "its schema is too deeply nested"
    cursor = result.get("nextCursor")
    more = {} if cursor is None else {"nextCursor": cursor if isinstance(cursor, str) else json.dumps(cursor)}
    # What is done with a result is up to the model, so an outputSchema that it does not fit is no reason to lose it.
    kept = {key: value for key, value in result.items() if key not in ("tools", "nextCursor")}
    return {**kept, "tools": tools, **more}


def _answer(result: dict[str, Any]) -> dict[str, Any]:
    contents = result.get("content")
    parts = contents if isinstance(contents, list) else [] if contents is None else [contents]
    structured = result.get("structuredContent")
    answer = {**result, "content": [_part(part) for part in parts]}
    if not isinstance(structured, dict):
        # Only an object is allowed there.
        answer.pop("structuredContent", None)
        if structured is not None:
            answer["content"].append(_text(json.dumps(structured, ensure_ascii=False)))
    if not isinstance(result.get("isError", False), bool):
        answer["isError"] = bool(result["isError"])
    return answer


def _part(part: Any) -> dict[str, Any]:
    """A part of a kind that there is, or its JSON as text."""
    if not isinstance(part, dict) or part.get("type") not in _CONTENTS:
        return _text(part)
    if part["type"] == "text" and not isinstance(part.get("text"), str):
        return _text(part.get("text"))
    return part


def _text(value: Any) -> dict[str, Any]:
    return {"type": "text", "text": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}
