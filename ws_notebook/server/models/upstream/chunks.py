"""Chunks of a Chat Completion as pieces: text, reasoning, calls one after the other, usage, the reason of the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ws_notebook.core.spoken import INPUT
from ws_notebook.server.models.base import Arguments, Call, Cut, Piece, Read, Refusal, Text, Thought
from ws_notebook.server.models.history import read_json

__all__ = ["Chunks", "read_of"]

_CUTS = {"length": "max_output_tokens", "content_filter": "content_filter"}


class _Open:
    """A call as far as it came."""

    def __init__(self, name: str, given: str, call_id: str, *, custom: bool) -> None:
        self.name = name
        self.given = given
        """The id that the upstream calls it by."""
        self.call_id = call_id
        self.custom = custom
        self.waiting: list[str] = []
        """Arguments that are not told yet."""
        self.told = ""
        self.begun = False

    @property
    def whole(self) -> bool:
        """Whether its arguments are complete."""
        return isinstance(read_json(self.told + "".join(self.waiting)), dict)


class Chunks:
    """Reads the chunks of one completion. *custom*: the free-form tools that were made functions for it.

    Items never overlap, so of several calls one is told at a time. Another begins when its arguments are complete, and
    waits until then: upstreams may write several at once.
    """

    def __init__(self, custom: frozenset[str] = frozenset()) -> None:
        self._custom = custom
        self._open: list[_Open] = []
        self._places: dict[object, _Open] = {}
        self._ids: set[str] = set()
        self.finished = False
        """Whether the upstream said why it ended."""
        self.error: Any = None
        """What it said in place of a chunk."""
        self.timings: Mapping[str, Any] = {}
        """What llama.cpp counted, where it is that."""

    def pieces(self, chunk: Mapping[str, Any]) -> Iterator[Piece]:
        """The pieces of the next chunk."""
        if chunk.get("error"):
            self.error = chunk
            return
        self.timings = self.timings or chunk.get("timings") or {}
        for choice in (chunk.get("choices") or [])[:1]:
            yield from self._choice(choice)
        if isinstance(chunk.get("usage"), dict):
            yield read_of(chunk["usage"])

    def end(self) -> Iterator[Piece]:
        """What is left when there are no more chunks."""
        for opened in self._open:
            yield from self._tell(opened, last=True)
        self._open.clear()

    def _choice(self, choice: Mapping[str, Any]) -> Iterator[Piece]:
        # Whole completions have a message where chunks have a delta.
        delta = choice.get("delta") or choice.get("message") or {}
        if thought := delta.get("reasoning_content") or delta.get("reasoning"):
            yield Thought(_text(thought), raw=True)
        if text := delta.get("content"):
            yield Text(_text(text))
        elif text := choice.get("text"):
            yield Text(text)
        if refusal := delta.get("refusal"):
            yield Refusal(refusal)
        for told in delta.get("tool_calls") or ():
            self._take(told)
        if delta.get("function_call"):
            self._take({"index": 0, "function": delta["function_call"]})
        reason = choice.get("finish_reason")
        if reason:
            self.finished = True
            yield from self.end()
        elif self._open:
            yield from self._going()
        if reason in _CUTS:
            yield Cut(_CUTS[reason])

    def _going(self) -> Iterator[Piece]:
        """What can be told of the calls now: of the first all that came, of others when those before are complete."""
        while self._open:
            whole = len(self._open) > 1 and self._open[0].whole
            yield from self._tell(self._open[0], last=whole)
            if not whole:
                return
            self._open.pop(0)

    def _take(self, told: Mapping[str, Any]) -> None:
        function = told.get("function") or told.get("custom") or {}
        name, call_id = function.get("name") or "", told.get("id") or ""
        place = told.get("index", call_id)
        known = self._places.get(place)
        # Some give every call the same place; then another id or name tells them apart.
        other = known is not None and name and (call_id != known.given if call_id else known.whole)
        if known is None or other:
            custom = name in self._custom or "custom" in told
            known = self._places[place] = _Open(name, call_id, self._unused(call_id), custom=custom)
            self._open.append(known)
        elif not known.name:
            known.name = name
        text = function.get("arguments", function.get("input"))
        if text:
            known.waiting.append(text if isinstance(text, str) else json.dumps(text, ensure_ascii=False))

    def _unused(self, call_id: str) -> str:
        """The id of a call, unless another one of this answer has it."""
        if call_id in self._ids:
            return ""
        self._ids.add(call_id)
        return call_id

    def _tell(self, opened: _Open, *, last: bool) -> Iterator[Piece]:
        if not opened.name and not last:
            return
        if not opened.begun:
            opened.begun = True
            yield Call(opened.name, opened.custom, opened.call_id or None)
        if opened.name in self._custom:
            # Its input is inside of JSON, which cannot be read before it is whole.
            if last:
                yield from _unwrapped("".join(opened.waiting))
            return
        for text in opened.waiting:
            yield Arguments(text)
        opened.told += "".join(opened.waiting)
        opened.waiting.clear()
        if last and not opened.told and not opened.custom:
            yield Arguments("{}")


def _unwrapped(text: str) -> Iterator[Piece]:
    value = read_json(text)
    found = value.get(INPUT, text) if isinstance(value, dict) else text
    yield Arguments(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False))


def _text(value: Any) -> str:
    """Text, which some send in parts."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(str(part.get("text", "")) for part in value if isinstance(part, dict))
    return str(value)


def read_of(usage: Mapping[str, Any]) -> Read:
    """What an upstream counted, by either API's names."""

    def number(*names: str) -> int:
        found: Any = next((usage[name] for name in names if isinstance(usage.get(name), int)), 0)
        return int(found)

    def detail(name: str, *places: str) -> int:
        found = [usage[place].get(name) for place in places if isinstance(usage.get(place), dict)]
        return int(next((each for each in found if isinstance(each, int)), 0))

    return Read(
        input=number("prompt_tokens", "input_tokens"),
        cached=detail("cached_tokens", "prompt_tokens_details", "input_tokens_details")
        or number("prompt_cache_hit_tokens"),
        output=number("completion_tokens", "output_tokens"),
        reasoning=detail("reasoning_tokens", "completion_tokens_details", "output_tokens_details"),
    )
