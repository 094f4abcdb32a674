"""A server that takes no time: WebSocket mode and HTTP of the Responses API, from answers that were encoded beforehand.

A program: it prints its port and ends with its standard input. The first part of the path says what it answers:

    /burst-20000/v1         so many text deltas, all in one write
    /lanes-4000/v1          the same, each answer on the lane that was asked
    /loop-50/v1             so many turns that each call `lookup`, then a word
    /calls-50/v1            the same, with a pause before the two frames that carry the call
    /parallel-5000/v1       one turn with so many calls, then a word
    /pace-3000-1000/v1      so many deltas by the clock, so many a second
    /clock-3000-1000/v1     the same, each the moment at which it is sent, in seconds of the monotonic clock
    …-deflate/v1            agrees to permessage-deflate, and compresses messages from 1 kB on
    …-deflate-all/v1        … and every message

GET /control/tally gives what was counted since it was last asked: bytes each way as they are on the wire, upgrade,
headers and masks with them, and the milliseconds from the sending of each answer, or of its last part, to the next
request.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import json
import sys
import time
import zlib
from typing import Any

from rig import wire

__all__ = ["main"]

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PAUSE = 0.002
"""Seconds between the arguments' last piece and the call itself, as a model's tokens have them."""
SMALL = 1000
"""Bytes below which a message goes as it is."""
TAIL = b"\x00\x00\xff\xff"


class Mode:
    """What a path asks for."""

    def __init__(self, path: str) -> None:
        self.name, *rest = path.strip("/").split("/")[0].split("-")
        numbers = [int(each) for each in rest if each.isdecimal()]
        self.count = numbers[0] if numbers else 1
        self.rate = numbers[1] if len(numbers) > 1 else 1000
        self.deflate = "deflate" in rest
        self.least = 0 if "all" in rest else SMALL


@functools.cache
def burst(count: int, lane: str | None = None) -> list[bytes]:
    """The messages of one long answer."""
    return wire.texts(wire.answer(1, wire.tokens(count)), lane)


@functools.cache
def dialogue(name: str, count: int) -> list[list[bytes]]:
    """The messages of each turn of a tool loop."""
    parallel = name == "parallel"
    turns = [wire.parallel_calls(1, count)] if parallel else [wire.one_call(n + 1) for n in range(count)]
    return [wire.texts(each) for each in [*turns, wire.answer(len(turns) + 1, ["Done", "."])]]


@functools.cache
def framed(name: str, count: int, turn: int) -> bytes:
    """A turn's messages, or a burst's, as frames."""
    return b"".join(map(wire.frame, burst(count) if name == "burst" else dialogue(name, count)[turn]))


class Tally:
    """What is counted, of all connections."""

    def __init__(self) -> None:
        self.turns: list[float] = []
        self.up = self.down = 0

    def take(self) -> bytes:
        """All of it as JSON, and start over."""
        found = {"turns": [round(each * 1000, 5) for each in self.turns], "up": self.up, "down": self.down}
        self.turns, self.up, self.down = [], 0, 0
        return json.dumps(found).encode()


class Connection(asyncio.Protocol):
    """One client, before and after the upgrade."""

    transport: asyncio.Transport

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._buffer = bytearray()
        self._mode = Mode("")
        self._upgraded = False
        self._turn = 0
        self._answered = self._now = 0.0
        self._deflater: Any = None
        self._inflater: Any = None
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.set_write_buffer_limits(high=1 << 28)

    def data_received(self, data: bytes) -> None:
        self._now = time.perf_counter()
        self._tally.up += len(data)
        self._buffer += data
        while self._take_frame() if self._upgraded else self._take_request():
            pass

    # WebSocket.

    def _take_frame(self) -> bool:
        """Read one frame, if it is whole."""
        buffer = self._buffer
        if len(buffer) < 6:
            return False
        length, start = buffer[1] & 127, 6
        if length > 125:
            start = 8 if length == 126 else 14
            length = int.from_bytes(buffer[2 : start - 4], "big")
        if len(buffer) < start + length:
            return False
        opcode, compressed = buffer[0] & 15, bool(buffer[0] & 0x40)
        payload, mask = bytes(buffer[start : start + length]), bytes(buffer[start - 4 : start])
        del buffer[: start + length]
        if opcode == 8:
            self.transport.write(b"\x88\x02\x03\xe8")
            self.transport.close()
            return False
        if opcode == 9:
            self.transport.write(bytes((0x8A, len(payload))) + unmasked(payload, mask))
        elif opcode == 1:
            self._answer(payload, mask, compressed=compressed)
        return True

    def _answer(self, payload: bytes, mask: bytes, *, compressed: bool) -> None:
        mode = self._mode
        if compressed:  # also where nobody reads it: later messages refer to it
            payload, mask = self._inflater.decompress(unmasked(payload, mask) + TAIL), bytes(4)
        if mode.name == "lanes":
            lane = json.loads(unmasked(payload, mask)).get("stream_id")
            self._send(burst(mode.count, lane))
        elif mode.name == "burst":
            self._send(burst(mode.count), framed("burst", mode.count, 0))
        elif mode.name in ("pace", "clock"):
            self._begin(self._pace())
        else:
            self._answer_turn()

    def _answer_turn(self) -> None:
        """The next turn of the loop; what came before it is timed."""
        name, count = self._mode.name, self._mode.count
        turns = dialogue(name, count)
        if self._turn:
            self._tally.turns.append(self._now - self._answered)
        messages, turn = turns[self._turn], self._turn
        self._turn = (self._turn + 1) % len(turns)
        if name == "calls" and self._turn:
            self._send(messages[:-2])
            self._begin(self._send_call(messages[-2:]))
        else:
            ready = framed(name, count, turn)
            # Before the writing: a client that wakes up by it may have this process wait.
            self._answered = time.perf_counter()
            self._send(messages, ready)

    async def _send_call(self, messages: list[bytes]) -> None:
        await asyncio.sleep(PAUSE)
        self._answered = time.perf_counter()
        self._send(messages)

    def _send(self, messages: list[bytes], ready: bytes | None = None) -> None:
        """Send messages in one write. `ready`: the same as frames, for a connection without deflate."""
        if self._deflater is not None or ready is None:
            ready = b"".join(map(self._framed, messages))
        self._write(ready)

    def _framed(self, message: bytes) -> bytes:
        if self._deflater is None or len(message) < self._mode.least:
            return wire.frame(message)
        data = self._deflater.compress(message) + self._deflater.flush(zlib.Z_SYNC_FLUSH)
        return wire.frame(data.removesuffix(TAIL), compressed=True)

    def _write(self, data: bytes) -> None:
        self._tally.down += len(data)
        self.transport.write(data)

    async def _pace(self) -> None:
        count, rate = self._mode.count, self._mode.rate
        head = wire.texts(wire.answer(1, [""])[:5])
        self._send(head[:4])
        shape = (
            head[4]
            .decode()
            .replace('"sequence_number":4', '"sequence_number":%d')
            .replace('"delta":""', '"delta":"%s"')
        )
        words, said = wire.tokens(count), list[str]()
        begun = time.perf_counter()
        while len(said) < count:
            due = min(count, int((time.perf_counter() - begun) * rate) + 1)
            for n in range(len(said), due):
                said.append(f"{time.monotonic():.6f} " if self._mode.name == "clock" else words[n])
                self._send([(shape % (4 + n, said[n])).encode()])
            await asyncio.sleep(max(0.0, len(said) / rate - (time.perf_counter() - begun)))
        self._send(wire.texts(wire.answer(1, said))[-4:])

    def _begin(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # HTTP.

    def _take_request(self) -> bool:
        """Read one request, if it is whole."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        stop = end + 4 + int(headers.get("content-length", 0))
        if headers.get("transfer-encoding", "").lower() == "chunked":
            stop = self._buffer.find(b"\r\n0\r\n\r\n", end) + 7
            if stop == 6:
                return False
        if len(self._buffer) < stop:
            return False
        body = bytes(self._buffer[end + 4 : stop])
        del self._buffer[:stop]
        self._respond_to(first.split(" ")[1], headers, body)
        return True

    def _respond_to(self, path: str, headers: dict[str, str], body: bytes) -> None:
        if path.startswith("/control/"):
            self._respond(self._tally.take(), "application/json")
            return
        self._mode = Mode(path)
        if headers.get("upgrade", "").lower() == "websocket":
            self._upgrade(headers)
            return
        data = b"".join(map(wire.server_sent, self._messages_for(body)))
        self._tally.down += len(data)
        self._answered = time.perf_counter()
        self._respond(data, "text/event-stream")

    def _messages_for(self, body: bytes) -> list[bytes]:
        if self._mode.name == "burst":
            return burst(self._mode.count)
        # Each call in the input has an output: how many there are tells the turn.
        turn = body.count(b'"function_call_output"')
        if turn:
            self._tally.turns.append(self._now - self._answered)
        return dialogue(self._mode.name, self._mode.count)[turn]

    def _upgrade(self, headers: dict[str, str]) -> None:
        accept = base64.b64encode(hashlib.sha1(headers["sec-websocket-key"].encode() + GUID).digest())
        agreed = b""
        if self._mode.deflate and "permessage-deflate" in headers.get("sec-websocket-extensions", ""):
            self._deflater, self._inflater = zlib.compressobj(wbits=-15), zlib.decompressobj(wbits=-15)
            agreed = b"Sec-WebSocket-Extensions: permessage-deflate\r\n"
        self._write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n" + agreed + b"\r\n"
        )
        self._upgraded = True

    def _respond(self, body: bytes, kind: str) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)


def unmasked(data: bytes, mask: bytes) -> bytes:
    """The payload of a client's frame."""
    count = len(data)
    key = (mask * (count // 4 + 1))[:count]
    return (int.from_bytes(data, "big") ^ int.from_bytes(key, "big")).to_bytes(count, "big")


async def main() -> None:
    """Serve until the standard input ends."""
    loop, tally = asyncio.get_running_loop(), Tally()
    server = await loop.create_server(lambda: Connection(tally), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
