"""The OpenAI Python SDK: its socket, and its HTTP with the whole context in each request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from rig import wire
from rig.tool import Lookup, Unavailable

__all__ = ["Http", "Socket"]


class Socket:
    """`client.responses.connect()` of the asynchronous client. `told`: called with the text instead of keeping it."""

    def __init__(
        self, url: str, tool: Lookup, *, compression: str | None = None, told: Callable[[str], None] | None = None
    ) -> None:
        self._url, self._tool = url, tool
        self._told = told
        self._runner = asyncio.Runner()
        self._options: Any = {"compression": compression, "max_size": None, "proxy": None}

    def open(self) -> None:
        self._runner.run(self._open())

    async def _open(self) -> None:
        try:
            import openai
        except ImportError as error:
            raise Unavailable("openai is not installed") from error
        client = openai.AsyncOpenAI(base_url=self._url, api_key="none", max_retries=0)
        self._manager: Any = client.responses.connect(websocket_connection_options=self._options)
        self._socket = await self._manager.__aenter__()

    def ask(self) -> str:
        return self._runner.run(self._asked())

    async def _asked(self) -> str:
        chunks: list[str] = []
        grow = self._told or chunks.append
        calls: list[Any] = []
        await self._socket.send(wire.question())
        async for event in self._socket:
            if event.type == "response.output_text.delta":
                grow(event.delta)
            elif event.type == "response.output_item.done" and event.item.type == "function_call":
                calls.append(event.item)
            elif event.type == "response.completed":
                if not calls:
                    return "".join(chunks)
                outputs = [output(call, self._tool) for call in calls]
                calls.clear()
                await self._socket.send(wire.question(previous_response_id=event.response.id, input=outputs))
        raise ConnectionError("The server closed the connection.")


class Http:
    """`client.responses.create(stream=True)` over a kept connection."""

    def __init__(self, url: str, tool: Lookup) -> None:
        self._url, self._tool = url, tool

    def open(self) -> None:
        try:
            import openai
        except ImportError as error:
            raise Unavailable("openai is not installed") from error
        self._client = openai.OpenAI(base_url=self._url, api_key="none", max_retries=0)

    def ask(self) -> str:
        body = wire.question()
        del body["type"]
        items = list(body.pop("input"))
        chunks: list[str] = []
        while True:
            received: list[Any] = []
            for event in self._client.responses.create(**body, input=items, stream=True):
                if event.type == "response.output_text.delta":
                    chunks.append(event.delta)
                elif event.type == "response.completed":
                    received = event.response.output
            outputs = [output(item, self._tool) for item in received if item.type == "function_call"]
            items += [*received, *outputs]
            if not outputs:
                return "".join(chunks)


def output(call: Any, tool: Lookup) -> dict[str, str]:
    """What goes back for a call."""
    value = tool(**json.loads(call.arguments))
    return {"type": "function_call_output", "call_id": call.call_id, "output": value}
