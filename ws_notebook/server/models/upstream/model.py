"""A model of an upstream: asked by whatever that speaks best, and answered with what the Responses API has for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from ws_notebook.cassette.vcr import events_of
from ws_notebook.dialects import Api, Dialect
from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.base import Model, ModelRequest, Passed, Pieces, Read, Text
from ws_notebook.server.models.upstream import chat, completion, responses
from ws_notebook.server.models.upstream.chunks import Chunks
from ws_notebook.server.models.upstream.failures import broken_off, refusal, unreachable, unsupported
from ws_notebook.server.models.upstream.service import Upstream
from ws_notebook.server.models.upstream.socket import Socket
from ws_notebook.server.wire import Event, Item
from ws_notebook.transports.discovery import PATHS, Found

__all__ = ["UpstreamModel"]

_SUMMARY = (
    "Summarise this conversation so far for yourself, so that you can go on without it: the task, what was found out "
    "and decided, results of tools that still matter, and what is left to do. Give the summary alone."
)
_SUMMARY_TOKENS = 1024
_BROKEN = "upstream_broke_off"


class UpstreamModel(Model):
    """The model *name* of *upstream*; *check* raises ApiError where it turns out that there is none."""

    counts = True

    def __init__(self, upstream: Upstream, name: str, check: Callable[[str], Awaitable[None]] | None = None) -> None:
        self.name = name
        self._upstream = upstream
        self._check = check
        self._closes_sockets = False
        """Whether the upstream accepts connections for this model and closes them."""

    async def respond(self, request: ModelRequest) -> AsyncGenerator[Pieces, None]:
        found = await self._found()
        api = self._api(found)
        if found.tools is False and request.tools and _wants_calls(request):
            raise unsupported(
                "the template of its model knows no tools, so that they would be left out without a word. Start it "
                "with another model or chat template, or ask with tool_choice 'auto' or 'none'.",
                "tool_choice",
            )
        ways = {"websocket": self._by_socket, "responses": self._by_responses, "chat": self._by_chat}
        async with aclosing(ways.get(api, self._by_completion)(request, found)) as batches:
            async for batch in batches:
                yield batch

    async def warm_up(self, request: ModelRequest) -> Read | None:
        """Have the prompt read ahead where the upstream finds it again; elsewhere it would only cost."""
        found = await self._found()
        if not found.dialect.reads_ahead or self._api(found) == "websocket":
            return None
        asked = replace(request, fields={**request.fields, "max_output_tokens": 1}, text_format=None)
        told = [piece async for batch in self._by_chat(asked, found) for piece in batch if isinstance(piece, Read)]
        return replace(told[-1], output=0, reasoning=0) if told else None

    async def count(self, request: ModelRequest) -> int | None:
        found = await self._found()
        if not found.dialect.counts:
            return None
        body = responses.body_of(self.name, request, found.dialect)
        body = {name: value for name, value in body.items() if name not in ("stream", "store")}
        told = await self._upstream.post(self._upstream.url("/responses/input_tokens"), body)
        return told.get("input_tokens") if isinstance(told, dict) else None

    async def compact(self, request: ModelRequest) -> str:
        """The model's own summary of the conversation."""
        asked: Item = {"type": "message", "role": "user", "content": _SUMMARY}
        fields = {name: request.fields[name] for name in ("instructions",) if request.fields.get(name)}
        summary = ModelRequest(
            items=[*request.items, asked], tools=(), fields={**fields, "max_output_tokens": _SUMMARY_TOKENS}
        )
        found = await self._found()
        api: Api = "responses" if self._api(found) in ("websocket", "responses") else "chat"
        way = self._by_responses if api == "responses" else self._by_chat
        words = [word async for batch in way(summary, found) for word in _words(batch)]
        return "".join(words).strip()

    async def _found(self) -> Found:
        if self._check is not None:
            await self._check(self.name)
        return await self._upstream.found(self.name)

    def _api(self, found: Found) -> Api:
        if found.api is None:
            raise unreachable(
                f"{self._upstream.address} has neither the Responses API nor Chat Completions. Check the base URL: "
                "most servers want /v1 at its end.",
                self._upstream.keys,
            )
        return "responses" if found.api == "websocket" and self._closes_sockets else found.api

    def _by_chat(self, request: ModelRequest, found: Found) -> AsyncGenerator[Pieces, None]:
        body = chat.body_of(self.name, request, found.dialect)
        custom = frozenset() if found.dialect.custom_tools else _custom(request)
        return self._upstream.completion("chat", body, Chunks(custom))

    async def _by_completion(self, request: ModelRequest, found: Found) -> AsyncGenerator[Pieces, None]:
        if request.tools and _wants_calls(request):
            raise unsupported("a completion API has no tools. Ask without them.", "tools")
        prompt = await self._rendered(request, found.dialect)
        body = completion.body_of(self.name, request, found.dialect, prompt)
        async with aclosing(self._upstream.completion("completion", body, Chunks())) as batches:
            async for pieces in batches:
                yield pieces

    async def _rendered(self, request: ModelRequest, dialect: Dialect) -> str | None:
        """The prompt as the model's template has it; None where the server renders none."""
        if not dialect.told_by_props:
            return None
        body = {"messages": chat.messages_of(request, dialect)}
        told = await self._upstream.post(self._upstream.root_url("/apply-template"), body)
        return str(told["prompt"]) if isinstance(told, dict) and told.get("prompt") else None

    def _by_responses(self, request: ModelRequest, found: Found) -> AsyncGenerator[Pieces, None]:
        body = responses.body_of(self.name, request, found.dialect)
        return self._passed(self._upstream.stream(PATHS["responses"], body), body, found)

    async def _by_socket(self, request: ModelRequest, found: Found) -> AsyncGenerator[Pieces, None]:
        """Over a connection of the client's own; once more, with everything, where it was lost or has forgotten."""
        key = (id(self._upstream), None if found.lanes else request.lane)
        socket = request.line.kept(key, lambda: Socket(self._upstream, lanes=found.lanes))
        parents = [request.parent if socket.knows(request.parent) else None, None]
        while parents and not self._closes_sockets:
            frame, begun = responses.frame_of(self.name, request, found.dialect, parents.pop(0)), False
            try:
                await socket.open()
                async with aclosing(self._passed(socket.ask(frame, request.lane), frame, found)) as batches:
                    async for batch in batches:
                        begun = True
                        yield batch
                return
            except ApiError as error:
                if begun:
                    raise
                self._closes_sockets = error.code == _BROKEN and not socket.answered
                lost = error.code in (_BROKEN, "previous_response_not_found")
                again = lost and "nothing came for" not in error.message
                if not (self._closes_sockets or (again and parents)):
                    raise
        async with aclosing(self._by_responses(request, found)) as batches:
            async for batch in batches:
                yield batch

    async def _passed(
        self, batches: AsyncGenerator[list[Event], None], asked: Mapping[str, Any], found: Found
    ) -> AsyncGenerator[Pieces, None]:
        """The events that answer *asked*, to their end. ApiError, which says why, where they have none."""
        ending = responses.Ending(found.dialect, asked.get("max_output_tokens"))
        async with aclosing(batches):
            async for batch in batches:
                events = [event for each in batch for event in _typed(each)]
                if passed := [Passed(event) for event in ending.events(events)]:
                    yield passed
                if ending.seen:
                    return
        if ending.error is not None:
            status = ending.error.get("status")
            raise refusal(ending.error, self._upstream.keys, status=status if isinstance(status, int) else None)
        raise broken_off("its answer has no end.", self._upstream.keys)


def _wants_calls(request: ModelRequest) -> bool:
    """Whether a call is asked for, rather than allowed."""
    return request.tool_choice == "required" or isinstance(request.tool_choice, dict)


def _custom(request: ModelRequest) -> frozenset[str]:
    return frozenset(str(tool.get("name")) for tool in request.tools if tool["type"] == "custom")


def _typed(event: Event) -> Sequence[Event]:
    """An event; of a whole response that came in place of a stream, those that it would have been."""
    if event.get("object") != "response" or "type" in event:
        return [event]
    return list(events_of(event))


def _words(pieces: Pieces) -> list[str]:
    """The text in pieces, of either kind."""
    found = [piece.delta for piece in pieces if isinstance(piece, Text)]
    passed = [piece.event for piece in pieces if isinstance(piece, Passed)]
    return found + [str(each.get("delta", "")) for each in passed if each["type"] == "response.output_text.delta"]
