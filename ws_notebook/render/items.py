"""Output items that are neither text, reasoning nor a Python tool's call, each in one short line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..core.items import TOOL_CALLS, at, listed, word_of
from ..core.turn import TurnState
from ..secrets import Keys, hidden
from .format import counted, cut, one_line, short_arguments, size

__all__ = ["citations", "other_items", "output_text"]

_LINE = 160
_REFUSAL = 4000
_PICTURES = 400_000
"""Characters of an item's pictures in base64; a larger one is only named."""
_DATA_URL = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*")
"""Pictures in pixels; an SVG is a document."""
_SHOWN_ELSEWHERE = frozenset({"message", "reasoning", *TOOL_CALLS})


def other_items(turn: TurnState, *, pictures: bool = True, keys: Keys | None = None) -> list[dict[str, Any]]:
    """`{"type", "id", "status", "summary"}` for each; a refusal is one of them.

    A picture that was made, if it is not too large, has its data URL as `image`, several have theirs in `images`,
    unless the argument `pictures` is False.
    """
    found: list[dict[str, Any]] = [
        {
            "type": str(item.get("type") or "unknown"),
            "id": word_of(item),
            "status": word_of(item, "status"),
            "summary": one_line(hidden(_summary(item), keys), _LINE),
            **(_made_pictures(item) if pictures else {}),
        }
        for item in list(turn.output)
        if item.get("type") not in _SHOWN_ELSEWHERE
    ]
    if turn.refusal:
        status = "completed" if turn.done else "in_progress"
        found.append(
            {"type": "refusal", "id": "", "status": status, "summary": cut(hidden(turn.refusal, keys), _REFUSAL)}
        )
    return found


def _made_pictures(item: Mapping[str, Any]) -> dict[str, Any]:
    """The data URLs of the pictures that it made, as far as there is room."""
    left, found = _PICTURES, []
    for url in _data_urls(item):
        if len(url) <= left and _DATA_URL.fullmatch(url):
            found.append(url)
            left -= len(url)
    return {"images": found} if len(found) > 1 else {"image": found[0]} if found else {}


def _data_urls(item: Mapping[str, Any]) -> list[str]:
    if item.get("type") == "image_generation_call" and isinstance(item.get("result"), str):
        return [f"data:image/{item.get('output_format') or 'png'};base64,{item['result']}"]
    outputs = listed(item.get("outputs")) if item.get("type") == "code_interpreter_call" else []
    return [each["url"] for each in outputs if _is_picture(each) and isinstance(each.get("url"), str)]


def _is_picture(output: Any) -> bool:
    return bool(at(output, "type") == "image")


def citations(turn: TurnState) -> list[dict[str, str]]:
    """`{"title", "url"}` of what the answer cites, each place once, in order."""
    found: dict[str, dict[str, str]] = {}
    for item in list(turn.output):
        for part in listed(item.get("content")) if item.get("type") == "message" else ():
            for note in listed(at(part, "annotations")):
                cited = _cited(note)
                if cited is not None:
                    found.setdefault(cited["url"] or cited["title"], cited)
    return list(found.values())


def _cited(note: Any) -> dict[str, str] | None:
    if not isinstance(note, Mapping):
        return None
    url, title = note.get("url"), note.get("title") or note.get("filename") or note.get("file_id")
    if not isinstance(url, str) and not isinstance(title, str):
        return None
    return {"title": one_line(str(title or url), _LINE), "url": url if isinstance(url, str) else ""}


def output_text(output: Any) -> str:
    """A tool's output as text: pictures and files are named, not shown."""
    if isinstance(output, str):
        return output
    parts = output if isinstance(output, list) else [output]
    return "\n".join(_part(part) for part in parts)


def _part(part: Any) -> str:
    if not isinstance(part, Mapping):
        return _json(part)
    if isinstance(part.get("text"), str):
        return str(part["text"])
    for field, noun in (("image_url", "image"), ("file_data", "file"), ("file_url", "file"), ("file_id", "file")):
        value = part.get(field)
        if isinstance(value, str):
            return f"[{part.get('filename') or noun}, {_source(value)}]"
    return _json(part)


def _source(value: str) -> str:
    return size(len(value) * 3 / 4) if value.startswith("data:") or len(value) > 400 else value


def _summary(item: Mapping[str, Any]) -> str:
    try:
        return _SUMMARIES.get(str(item.get("type")), _anything)(item)
    except (TypeError, KeyError, AttributeError, IndexError, ValueError):
        return _anything(item)


def _web_search(item: Mapping[str, Any]) -> str:
    action = item.get("action") or _named_action(item)
    queries = action.get("queries") or [action.get("query")]
    words = ", ".join(json.dumps(query, ensure_ascii=False) for query in queries if query)
    return " ".join(str(each) for each in (action["type"], words, action.get("url"), action.get("pattern")) if each)


def _named_action(item: Mapping[str, Any]) -> dict[str, Any]:
    """xAI's form: a name and arguments as a call has them."""
    return {"type": str(item["name"]).removeprefix("web_"), **json.loads(item["arguments"])}


def _file_search(item: Mapping[str, Any]) -> str:
    results = item.get("results")
    found = f" → {counted(len(results), 'result')}" if isinstance(results, list) else ""
    return ", ".join(json.dumps(query, ensure_ascii=False) for query in item["queries"]) + found


def _code_interpreter(item: Mapping[str, Any]) -> str:
    lines = [line for line in item["code"].splitlines() if line.strip()]
    outputs = item.get("outputs") or []
    logs = " ".join(output.get("logs") or _place_of(output) for output in outputs)
    return (lines[0] if lines else "") + (" …" if len(lines) > 1 else "") + (f" → {one_line(logs, 60)}" if logs else "")


def _place_of(output: Mapping[str, Any]) -> str:
    url = output.get("url") if _is_picture(output) else None
    return f"[image, {_source(url)}]" if isinstance(url, str) and url else f"[{output.get('type')}]"


def _made_picture(item: Mapping[str, Any]) -> str:
    result = item.get("result")
    facts = [item.get("size"), item.get("output_format"), size(len(result) * 3 / 4) if result else None]
    return "image " + ", ".join(str(fact) for fact in facts if fact)


def _mcp_call(item: Mapping[str, Any]) -> str:
    result = item.get("error") or item.get("output")
    text = result if isinstance(result, str) else _json(result) if result else ""
    call = f"{item['server_label']}.{item['name']}({short_arguments(item['arguments'] or '', 60)})"
    return call + (f" → {one_line(text, 60)}" if text else "")


def _shell(item: Mapping[str, Any]) -> str:
    action = item["action"]
    commands = action.get("commands") or [" ".join(action["command"])]
    return "; ".join(commands)


def _anything(item: Mapping[str, Any]) -> str:
    """The item's own fields, long ones as their length."""
    shown = []
    for key, value in item.items():
        if key in ("type", "id", "call_id", "status") or value in (None, "", [], {}):
            continue
        text = value if isinstance(value, str) else _json(value)
        shown.append(f"{key}={size(len(text)) if len(text) > 200 else text}")
    return ", ".join(shown)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


_SUMMARIES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "web_search_call": _web_search,
    "file_search_call": _file_search,
    "code_interpreter_call": _code_interpreter,
    "image_generation_call": _made_picture,
    "mcp_call": _mcp_call,
    "mcp_list_tools": lambda item: f"{item['server_label']}: {counted(len(item['tools']), 'tool')}",
    "mcp_approval_request": lambda item: f"asks to call {_mcp_call(item)}",
    "local_shell_call": _shell,
    "shell_call": _shell,
    "apply_patch_call": lambda item: f"{item['operation']['type']} {item['operation'].get('path', '')}",
}
