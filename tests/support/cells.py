"""A real kernel, and the cells that run in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_client.manager import KernelManager
from support.started import ANSWER_SECONDS, started_kernel

__all__ = ["Cell", "CellError", "Notebook", "running_notebook"]

Message = dict[str, Any]


class CellError(Exception):
    """The cell raised."""

    def __init__(self, content: Message) -> None:
        super().__init__(f"{content['ename']}: {content['evalue']}")
        self.name = content["ename"]


class Cell:
    """A cell that was sent."""

    def __init__(self, notebook: Notebook, ident: str) -> None:
        self.notebook = notebook
        self.ident = ident

    @property
    def messages(self) -> list[Message]:
        return [each for each in self.notebook.heard if each["parent_header"].get("msg_id") == self.ident]

    @property
    def printed(self) -> str:
        """What it printed so far, whenever that came."""
        return "".join(each["content"]["text"] for each in self.messages if each["msg_type"] == "stream")

    @property
    def shown(self) -> str:
        """What its display shows now, as Markdown; empty before it has one."""
        displays = [each for each in self.messages if each["msg_type"] in ("display_data", "update_display_data")]
        return str(displays[-1]["content"]["data"].get("text/markdown", "")) if displays else ""

    def shows(self, text: str) -> Cell:
        """Wait until its display shows this."""
        self.notebook.hear(lambda: text in self.shown)
        return self

    def prints(self, text: str) -> Cell:
        """Wait until it has printed this."""
        self.notebook.hear(lambda: text in self.printed)
        return self

    def end(self) -> str:
        """Wait for its end; what it printed. Raises CellError where it raised."""
        self.notebook.hear(lambda: any(_is_end(each) for each in self.messages))
        for each in self.messages:
            if each["msg_type"] == "error":
                raise CellError(each["content"])
        return self.printed


class Notebook:
    """Cells go in, messages come out."""

    def __init__(self, manager: KernelManager, client: Any) -> None:
        self.manager = manager
        self.client = client
        self.heard: list[Message] = []

    def send(self, code: str) -> Cell:
        return Cell(self, str(self.client.execute(code)))

    def run(self, code: str) -> str:
        """Run a cell to its end; what it printed."""
        return self.send(code).end()

    def interrupt(self) -> None:
        self.manager.interrupt_kernel()

    def hear(self, enough: Callable[[], bool]) -> None:
        while not enough():
            self.heard.append(self.client.get_iopub_msg(timeout=ANSWER_SECONDS))


def _is_end(message: Message) -> bool:
    return message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"


@contextmanager
def running_notebook() -> Iterator[Notebook]:
    """Start a kernel of this Python, from this folder; it is shut down at the end."""
    with started_kernel("--HistoryManager.enabled=False") as (manager, client):
        yield Notebook(manager, client)
