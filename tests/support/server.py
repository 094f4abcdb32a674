"""A real embedded server as a child process, and a plain WebSocket client for its frames."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from websockets.sync.client import ClientConnection, connect

__all__ = [
    "TERMINAL",
    "TOKEN",
    "RunningServer",
    "Wire",
    "add_tool",
    "outputs_for",
    "population_tool",
    "running_server",
    "text_of",
]

TOKEN = "a-token-for-tests-17"
TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed", "error"})
Event = dict[str, Any]


@dataclass(frozen=True)
class RunningServer:
    """One server process; ``line`` is what it printed when it was ready."""

    base_url: str
    token: str
    line: str
    process: subprocess.Popen[str]

    @property
    def socket_url(self) -> str:
        return self.base_url.replace("http", "ws", 1) + "/responses"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @contextmanager
    def wire(self, **options: Any) -> Iterator[Wire]:
        """A connected socket."""
        options.setdefault("additional_headers", self.headers)
        options.setdefault("max_size", None)
        with connect(self.socket_url, proxy=None, **options) as socket:
            yield Wire(socket)


class Wire:
    """Frames in and out of one socket, as JSON."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.patience = 20.0
        """Seconds for the next event."""

    def send(self, **fields: Any) -> None:
        self.socket.send(json.dumps({"type": "response.create", "model": "demo", "store": False, **fields}))

    def receive(self) -> Event:
        event = json.loads(self.socket.recv(timeout=self.patience))
        assert isinstance(event, dict)
        return event

    def rest_of_turn(self) -> list[Event]:
        """Events up to the next terminal one."""
        events = [self.receive()]
        while events[-1]["type"] not in TERMINAL:
            events.append(self.receive())
        return events

    def turn(self, **fields: Any) -> list[Event]:
        """One create and its events."""
        self.send(**fields)
        return self.rest_of_turn()

    def response(self, **fields: Any) -> dict[str, Any]:
        """One create and the response its last event holds."""
        last = self.turn(**fields)[-1]
        assert "response" in last, last
        found: dict[str, Any] = last["response"]
        return found

    def error(self, **fields: Any) -> Event:
        """One create and the error frame that must be its only answer."""
        (event,) = self.turn(**fields)
        assert event["type"] == "error"
        return event


@contextmanager
def running_server(*flags: str, fast: bool = True) -> Iterator[RunningServer]:
    """Start ``python -m ws_notebook serve``; it is ended, and its exit waited for, at the end."""
    speed = ["--tokens-per-second", "0", "--first-token", "0"] if fast else []
    command = [sys.executable, "-m", "ws_notebook", "serve", "--with-parent", *speed, *flags]
    environment = {**os.environ, "WS_NOTEBOOK_SERVER_TOKEN": TOKEN}
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        line = process.stdout.readline()
        found = re.search(r"https?://\S+/v1", line)
        assert found, f"no base URL in {line!r}"
        try:
            yield RunningServer(found.group(), TOKEN, line, process)
        finally:
            process.stdin.close()
            process.wait(timeout=20)


def text_of(events: Sequence[Event]) -> str:
    """The answer's deltas, joined."""
    return "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")


def outputs_for(response: dict[str, Any], **results: Any) -> list[dict[str, Any]]:
    """Outputs for the calls of *response*; *results* by tool name: a value, or a function of the arguments."""
    items = []
    for call in response["output"]:
        if call["type"] == "function_call":
            result = results.get(call["name"], "ok")
            value = result(**json.loads(call["arguments"])) if callable(result) else result
            items.append({"type": "function_call_output", "call_id": call["call_id"], "output": json.dumps(value)})
    return items


def add_tool() -> dict[str, Any]:
    """``add(a, b)``."""
    number = {"type": "integer"}
    schema = {"type": "object", "properties": {"a": number, "b": number}, "required": ["a", "b"]}
    return {"type": "function", "name": "add", "description": "Add two numbers.", "parameters": schema}


def population_tool() -> dict[str, Any]:
    """``population(city)``."""
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    return {"type": "function", "name": "population", "description": "Inhabitants of a city.", "parameters": schema}
