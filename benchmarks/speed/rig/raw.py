"""Clients by hand: msgspec, the events that they need, nothing else. What somebody writes with one purpose."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec

from rig import wire
from rig.tool import Lookup, Unavailable

__all__ = ["Picows", "Reader", "Websockets"]


class Event(msgspec.Struct, tag_field="type"):
    """Any event."""


class Response(msgspec.Struct):
    id: str


class Item(msgspec.Struct):
    type: str
    call_id: str = ""
    name: str = ""
    arguments: str = ""


class Completed(Event, tag="response.completed"):
    response: Response


class Done(Event, tag="response.output_item.done"):
    item: Item


class Delta(Event, tag="response.output_text.delta"):
    output_index: int
    content_index: int
    delta: str


class Created(Event, tag="response.created"):
    response: Response


class Progress(Event, tag="response.in_progress"):
    pass


class Added(Event, tag="response.output_item.added"):
    output_index: int


class Part(Event, tag="response.content_part.added"):
    output_index: int


class PartDone(Event, tag="response.content_part.done"):
    output_index: int


class Text(Event, tag="response.output_text.done"):
    text: str


class Arguments(Event, tag="response.function_call_arguments.delta"):
    delta: str


class ArgumentsDone(Event, tag="response.function_call_arguments.done"):
    arguments: str


KNOWN = Completed | Done | Delta | Created | Progress | Added | Part | PartDone | Text | Arguments | ArgumentsDone


class Reader:
    """The state of such a client: text grows, calls are answered."""

    def __init__(self, tool: Lookup) -> None:
        self._tool = tool
        self._decoder = msgspec.json.Decoder(KNOWN)
        self._encoder = msgspec.json.Encoder()
        self._chunks: list[str] = []
        self._calls: list[Item] = []

    @property
    def text(self) -> str:
        return "".join(self._chunks)

    def begin(self, chunks: list[str] | None = None) -> bytes:
        """The first request."""
        self._chunks, self._calls = [] if chunks is None else chunks, []
        return self._encoder.encode(wire.question())

    def take(self, data: Any) -> bytes | bool | None:
        """What to send now; True: the answer is whole; None: go on."""
        event: Any = self._decoder.decode(data)
        kind = type(event)
        if kind is Delta:
            self._chunks.append(event.delta)
        elif kind is Done:
            if event.item.type == "function_call":
                self._calls.append(event.item)
        elif kind is Completed:
            return self._next(event.response.id) if self._calls else True
        return None

    def _next(self, parent: str) -> bytes:
        outputs = [
            {
                "type": "function_call_output",
                "call_id": call.call_id,
                "output": self._tool(**json.loads(call.arguments)),
            }
            for call in self._calls
        ]
        self._calls = []
        return self._encoder.encode(wire.question(previous_response_id=parent, input=outputs))


class Websockets:
    """websockets' asyncio client."""

    def __init__(self, url: str, tool: Lookup, *, compression: str | None = None) -> None:
        self.url = f"ws{url[4:]}/responses"
        self.reader = Reader(tool)
        self.runner = asyncio.Runner()
        self._compression = compression

    def open(self) -> None:
        self.runner.run(self.connect())

    async def connect(self) -> None:
        from websockets.asyncio.client import connect

        self.socket = await connect(
            self.url, compression=self._compression, max_size=None, max_queue=None, proxy=None, open_timeout=60
        )

    def ask(self) -> str:
        return self.runner.run(self.asked())

    async def asked(self, chunks: list[str] | None = None) -> str:
        socket, reader = self.socket, self.reader
        await socket.send(reader.begin(chunks), text=True)
        while True:
            found = reader.take(await socket.recv(decode=False))
            if found is True:
                return reader.text
            if found:
                await socket.send(found, text=True)


class Picows:
    """picows, whose frames are cut in C."""

    def __init__(self, url: str, tool: Lookup) -> None:
        self._url = f"ws{url[4:]}/responses"
        self._reader = Reader(tool)
        self._runner = asyncio.Runner()

    def open(self) -> None:
        try:
            import picows
        except ImportError as error:
            raise Unavailable("picows is not installed") from error
        outer, self._text = self, picows.WSMsgType.TEXT

        class Listener(picows.WSListener):  # type: ignore[misc]
            def on_ws_frame(self, transport: Any, frame: Any) -> None:
                if frame.msg_type == outer._text:
                    outer._take(frame.get_payload_as_memoryview())

        async def connect() -> None:
            self._transport, _ = await picows.ws_connect(Listener, self._url)

        self._runner.run(connect())

    def ask(self) -> str:
        return self._runner.run(self._asked())

    def _take(self, data: Any) -> None:
        found = self._reader.take(data)
        if found is True:
            self._ended.set_result(None)
        elif found:
            self._transport.send(self._text, found)

    async def _asked(self) -> str:
        self._ended = asyncio.get_running_loop().create_future()
        self._transport.send(self._text, self._reader.begin())
        await self._ended
        return self._reader.text
