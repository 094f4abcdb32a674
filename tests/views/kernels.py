"""A real kernel and what a front end hears from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.started import ANSWER_SECONDS, started_kernel

__all__ = ["Kernel", "is_opening", "running_kernel"]

TESTS = Path(__file__).resolve().parent.parent
PREPARE = f"""
import sys
sys.path.insert(0, {str(TESTS)!r})
import views.stage
"""


class Kernel:
    """Runs code in a kernel and keeps every message on its public channel."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.heard: list[dict[str, Any]] = []

    def send(self, code: str) -> str:
        """Have a cell run; returns at once with its id."""
        return str(self.client.execute(code))

    def run(self, code: str) -> list[dict[str, Any]]:
        """Run a cell to its end and return the messages that it caused. Fails when it raises."""
        return self.finish(self.send(code))

    def finish(self, cell: str) -> list[dict[str, Any]]:
        self.hear(lambda message: _is_end(message, cell))
        mine = [message for message in self.heard if message["parent_header"].get("msg_id") == cell]
        errors = [message["content"] for message in mine if message["msg_type"] == "error"]
        assert errors == []
        return mine

    def hear(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message, of those heard and those to come, that is `wanted`."""
        for message in self.heard:
            if wanted(message):
                return message
        while True:
            message = self.client.get_iopub_msg(timeout=ANSWER_SECONDS)
            self.heard.append(message)
            if wanted(message):
                return message

    def widget(self, cell: str) -> str:
        """The comm of the widget that the cell opens."""
        return str(self.hear(lambda message: is_opening(message, cell))["content"]["comm_id"])

    def customs(self, comm_id: str) -> list[dict[str, Any]]:
        """What a widget's kernel side told it so far."""
        return [
            message["content"]["data"]["content"]
            for message in self.heard
            if message["msg_type"] == "comm_msg"
            and message["content"]["comm_id"] == comm_id
            and message["content"]["data"].get("method") == "custom"
        ]

    def await_custom(self, comm_id: str, wanted: Callable[[dict[str, Any]], bool]) -> None:
        self.hear(lambda _: any(wanted(message) for message in self.customs(comm_id)))

    def create_subshell(self) -> str:
        message = self.client.session.msg("create_subshell_request")
        self.client.control_channel.send(message)
        while True:
            reply = self.client.get_control_msg(timeout=ANSWER_SECONDS)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return str(reply["content"]["subshell_id"])

    def tell_widget(self, comm_id: str, content: dict[str, Any], subshell: str | None = None) -> None:
        """Send a custom message to a widget as JupyterLab does: over a subshell."""
        data = {"comm_id": comm_id, "data": {"method": "custom", "content": content}}
        message = self.client.session.msg("comm_msg", data)
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)


def is_opening(message: dict[str, Any], cell: str) -> bool:
    """Whether the cell opens a run's widget with it; a widget's layout is opened before."""
    return (
        message["msg_type"] == "comm_open"
        and message["parent_header"].get("msg_id") == cell
        and "_esm" in message["content"]["data"]["state"]
    )


def _is_end(message: dict[str, Any], cell: str) -> bool:
    return (
        message["msg_type"] == "status"
        and message["content"]["execution_state"] == "idle"
        and message["parent_header"].get("msg_id") == cell
    )


@contextmanager
def running_kernel() -> Iterator[Kernel]:
    """A fresh kernel of this interpreter that can import the package and the tests' helpers."""
    with started_kernel() as (_, client):
        kernel = Kernel(client)
        kernel.run(PREPARE)
        yield kernel
