"""A WebSocket server that answers no ping, and may say something all the same."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from websockets.utils import accept_key

from ws_notebook.transports.base import Endpoint

__all__ = ["deaf_server"]


@contextlib.asynccontextmanager
async def deaf_server(says: bytes = b"", every: float = 0.0) -> AsyncIterator[Endpoint]:
    """It sends `says`, of at most 125 bytes, as a text frame all so many seconds."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = next(line.split(": ")[1] for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key"))
        lines = ("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade")
        writer.write("\r\n".join([*lines, f"Sec-WebSocket-Accept: {accept_key(key)}", "", ""]).encode())
        talking = asyncio.create_task(talk(writer)) if says else None
        with contextlib.suppress(ConnectionError):
            while await reader.read(1000):
                pass
        if talking is not None:
            talking.cancel()
        writer.close()

    async def talk(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(bytes([0x81, len(says)]) + says)
            await asyncio.sleep(every)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with server:
        yield Endpoint(base_url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
