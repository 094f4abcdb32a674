#!/bin/sh
# CPython before 3.11.4 (Debian 12 has 3.11.2): `transport.pause_reading()` in a protocol's `connection_made` does nothing.
# The selector loop begins to read after `connection_made`, whatever was said there (python/cpython#103607), and
# `is_reading()` says False meanwhile. A proxy that pauses until its other end is reached is handed bytes all the same, and
# loses them if it relies on the pause. It comes and goes: only what the client says before the proxy is ready is affected.
# From 3.11.4 on the pause holds. Nothing is installed; PYTHON names another Python. Seen:
# 3.11.2: read b'hello', is_reading() False; 3.11.7: read b'', is_reading() False.
set -eu
"${PYTHON:-python3}" - <<'PY'
import asyncio
import sys


class Paused(asyncio.Protocol):
    read = b""

    def connection_made(self, transport):
        Paused.transport = transport
        transport.pause_reading()

    def data_received(self, data):
        Paused.read += data


async def main():
    server = await asyncio.get_running_loop().create_server(Paused, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello")
    await asyncio.sleep(0.5)
    print(f"{sys.version.split()[0]}: read {Paused.read!r}, is_reading() {Paused.transport.is_reading()}")
    writer.close()
    Paused.transport.abort()
    server.close()


asyncio.run(main())
assert Paused.read == (b"" if sys.version_info >= (3, 11, 4) else b"hello")
PY
