"""From a recording to a scene: what came, with its calls, waits and errors, as steps that can be edited by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from statistics import median
from typing import Any, NamedTuple

from ws_notebook.cassette import Cassette, Exchange
from ws_notebook.core.codec import decode_object
from ws_notebook.faults import CLOSES
from ws_notebook.scenes import shown_name
from ws_notebook.server.models.history import read_json, text_of
from ws_notebook.server.models.script.nodes import SceneError
from ws_notebook.server.models.script.reader import read_scene
from ws_notebook.server.tokens import split_text

__all__ = ["scene_text"]

_HEAD = """\
# Made of a recording. The texts, the calls and their times are as they came; edit them as you like.
# docs/scenes.md tells what may stand here, and `ws-notebook scene check FILE` whether it can be played.
"""
_RAW = "response.reasoning_text.delta"
_DELTAS = {
    "response.output_text.delta": "say",
    "response.refusal.delta": "refuse",
    "response.reasoning_summary_text.delta": "think",
    _RAW: "think",
}
_PAUSE = 500.0
"""Milliseconds between two steps above which the wait is written down."""
_ASK = 200
_CUTS = ("max_output_tokens", "content_filter")


class _Words(NamedTuple):
    """Text of one kind, with when it began and ended, in milliseconds."""

    kind: str
    raw: bool
    start: float
    end: float
    text: str

    @property
    def speed(self) -> float | None:
        """Tokens a second; None where it came too fast to say."""
        tokens, seconds = len(split_text(self.text)) - 1, (self.end - self.start) / 1000
        return tokens / seconds if tokens > 0 and seconds >= 0.02 else None


class _Other(NamedTuple):
    """Any other step, as it is written."""

    start: float
    step: dict[str, Any]


_Part = _Words | _Other


def scene_text(cassette: Cassette, title: str) -> str:
    """The YAML of a scene that plays what *cassette* recorded. ValueError where there is nothing to be played."""
    import yaml

    turns = [(each, list(_parts(each))) for each in cassette.exchanges() if each.request.get("generate") is not False]
    turns = [(each, parts) for each, parts in turns if parts]
    if not turns:
        raise ValueError("The cassette holds no answer that a scene could be made of. Record a run, and try again.")
    words = [part for _, parts in turns for part in parts if isinstance(part, _Words)]
    speed = round(median([each.speed for each in words if each.speed] or [0.0]))
    first = median(parts[0].start for _, parts in turns)
    questions: list[dict[str, Any]] = []
    for exchange, parts in turns:
        ask = _asked(exchange.request)
        if ask or not questions:
            questions.append({"ask": ask or "…", "steps": []})
        questions[-1]["steps"] += _steps(parts, first, speed)
    tools = sorted({name for _, parts in turns for part in parts for name in _tools(part)})
    told = {"scene": title, "about": _about(cassette), "speed": speed, "first_token": f"{first:.0f}ms"}
    scene = {**told, **({"tools": tools} if tools else {}), "questions": questions}
    text: str = _HEAD + yaml.dump(scene, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=100)
    try:
        read_scene(text, title)
    except SceneError as error:
        raise ValueError(f"This recording makes no scene: {error}") from None
    return text


def _about(cassette: Cassette) -> str:
    what = " ".join(filter(None, [cassette.provider, shown_name(cassette.model)])) or "a recording"
    return f"Made of {what}{f', recorded {cassette.recorded[:10]}' if cassette.recorded else ''}."


def _parts(exchange: Exchange) -> Iterator[_Part]:
    """What came for one request, in its order; what is of one kind behind one another is one part."""
    calls: list[_Other] = []
    for kind, found in groupby(_told(exchange), key=lambda each: each[0]):
        pieces = [(ms, piece) for _, ms, piece in found]
        if kind in _DELTAS:
            text = "".join(piece for _, piece in pieces)
            yield _Words(_DELTAS[kind], kind == _RAW, pieces[0][0], pieces[-1][0], text)
        elif kind == "call":
            calls += [_Other(*each) for each in pieces]
        else:
            yield from _grouped(calls)
            calls = []
            yield from [_Other(*each) for each in pieces]
    yield from _grouped(calls)
    if exchange.closed is not None:
        code = exchange.closed.get("code")
        yield _Other(0.0, {"fault": f"close {code}" if code in CLOSES else "drop"})
        yield _Other(0.0, {"say": "…"})


def _told(exchange: Exchange) -> Iterator[tuple[str, float, Any]]:
    """What a scene can tell of what came: the type of a delta, "call" or "end", with its time and what it says."""
    for ms, frame in exchange.frames:
        event = decode_object(frame)
        kind = str(event.get("type"))
        if kind in _DELTAS and isinstance(event.get("delta"), str):
            yield kind, ms, event["delta"]
        elif kind == "response.output_item.done" and (call := _call(event)) is not None:
            yield "call", ms, call
        elif (end := _end(event, kind)) is not None:
            yield "end", ms, end


def _grouped(calls: list[_Other]) -> Iterator[_Part]:
    """The calls of one turn, as one step."""
    steps = [call.step for call in calls]
    if steps:
        yield _Other(calls[0].start, {"call": steps[0]} if len(steps) == 1 else {"calls": steps})


def _call(event: Mapping[str, Any]) -> dict[str, Any] | None:
    item = event.get("item")
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        return None
    if item.get("type") == "custom_tool_call":
        return {"tool": item["name"], "input": str(item.get("input") or "")}
    if item.get("type") != "function_call":
        return None
    arguments = read_json(str(item.get("arguments") or "{}"))
    return {"tool": item["name"], **({"arguments": arguments} if isinstance(arguments, dict) and arguments else {})}


def _end(event: Mapping[str, Any], kind: str) -> dict[str, Any] | None:
    """The step of an end that is not the usual one."""
    response = event.get("response")
    response = response if isinstance(response, dict) else {}
    if kind in ("error", "response.failed"):
        found = response.get("error") if response else event.get("error", event)
        error = found if isinstance(found, dict) else {}
        code = str(error.get("code") or error.get("type") or event.get("status") or "server_error")
        return {"error": {"code": code, **({"message": str(error["message"])} if error.get("message") else {})}}
    if kind == "response.incomplete":
        details = response.get("incomplete_details")
        reason = details.get("reason") if isinstance(details, dict) else None
        return {"steer": "20s"} if reason == "steered" else {"cut": reason} if reason in _CUTS else None
    return None


def _steps(parts: Sequence[_Part], first: float, usual: float) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    reached = first
    for part in parts:
        if part.start - reached > _PAUSE:
            steps.append({"wait": f"{(part.start - reached) / 1000:.1f}s"})
        if isinstance(part, _Words):
            steps.append(_said(part, usual))
            reached = part.end
        else:
            steps.append(part.step)
            reached = max(reached, part.start)
    return [*steps, {"say": "…"}] if steps and "steer" in steps[-1] else steps


def _said(words: _Words, usual: float) -> dict[str, Any]:
    speed, more = words.speed, {}
    if speed is not None and usual and not 0.5 <= speed / usual <= 2:
        more["speed"] = max(1, round(speed))
    if words.raw:
        more["raw"] = True
    return {words.kind: {"text": words.text, **more} if more else words.text}


def _tools(part: _Part) -> list[str]:
    if isinstance(part, _Words):
        return []
    calls = [part.step["call"]] if "call" in part.step else part.step.get("calls", [])
    return [str(call["tool"]) for call in calls]


def _asked(request: Mapping[str, Any]) -> str:
    """What the user says in a request; empty where it brings outputs alone."""
    given = request.get("input")
    if isinstance(given, str):
        return given[:_ASK]
    for item in reversed(given if isinstance(given, list) else []):
        if isinstance(item, dict) and item.get("role") == "user":
            return " ".join(text_of(item.get("content")).split())[:_ASK]
        if not isinstance(item, dict) or item.get("type", "message") != "message" or item.get("role") == "assistant":
            return ""
    return ""


def _dumper() -> Any:
    """A writer of YAML that people read: texts of several lines as such."""
    import yaml

    class Dumper(yaml.SafeDumper):  # type: ignore[misc]
        pass

    def text(dumper: Any, value: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    Dumper.add_representer(str, text)
    return Dumper
