"""The clients that are compared, each in a process of its own.

    python -m rig.client NAME URL '{"option": value}'

It says `ready`. For each line that it then reads, a JSON object, it asks one question and prints a JSON line: CPU
seconds of the whole process, wall seconds, the length of the text, and, where `marks` is asked for, the CPU seconds at
each call of the tool. What was before is collected first, but with `as_it_is`. `output`: the bytes that the tool
returns from now on. `{"unavailable": why}` instead of `ready`: this client cannot do that.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
from typing import Any, Protocol

from rig.tool import Lookup, Unavailable

__all__ = ["CLIENTS", "Client", "load", "main"]

CLIENTS = {
    "websockets": "raw:Websockets",
    "picows": "raw:Picows",
    "sdk": "sdk:Socket",
    "sdk_http": "sdk:Http",
    "agents": "agents:Plain",
    "agents_coroutine": "agents:Coroutine",
    "ours": "ours:Ours",
    "ours_thread": "ours:Thread",
    "ours_http": "ours:Http",
}
"""Where each of them is."""


class Client(Protocol):
    """One client, connected to one URL."""

    def open(self) -> None:
        """Import what it needs and connect. Raises Unavailable."""

    def ask(self) -> str:
        """Ask one question, answer its calls with the tool, and return the text."""


def load(name: str, url: str, tool: Lookup, **options: Any) -> Client:
    """The client of that name, before it is opened."""
    module, _, kind = CLIENTS[name].partition(":")
    found: Client = getattr(importlib.import_module(f"rig.{module}"), kind)(url, tool, **options)
    return found


def main() -> None:
    """Run as a program."""
    name, url, given = sys.argv[1:]
    options = json.loads(given)
    tool = Lookup(options.pop("output", 200), options.pop("kind", "same"))
    client = load(name, url, tool, **options)
    try:
        client.open()
    except Unavailable as error:
        say({"unavailable": str(error)})
        return
    say("ready")
    for line in sys.stdin:
        asked = json.loads(line)
        tool.begin(asked.get("output"))
        if not asked.get("as_it_is"):
            gc.collect()
        found = timed(client)
        say({**found, "marks": tool.marks} if asked.get("marks") else found)
    # Threads of some clients would wait for connections that nobody closes.
    sys.stdout.flush()
    os._exit(0)


def timed(client: Client) -> dict[str, Any]:
    """One question, and what it took."""
    cpu, wall = time.process_time(), time.perf_counter()
    text = client.ask()
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "length": len(text)}


def say(what: Any) -> None:
    """A line for the process that started this one."""
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
