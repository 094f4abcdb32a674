"""Real shells for the magics: an IPython in this process, and a kernel with a front end's eyes."""

from __future__ import annotations

import atexit
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.manager import KernelManager
from support.started import ANSWER_SECONDS, started_kernel

__all__ = ["MIME", "Cell", "Notebook", "Output", "notebook", "shell_here"]

MIME = "application/vnd.ws-notebook.run.v1+json"
SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import ws_notebook as wsn
"""


@contextmanager
def shell_here(folder: str) -> Iterator[InteractiveShell]:
    """An IPython in this process, its files in `folder`; the extension is loaded, and unloaded at the end."""
    before = {name: os.environ.get(name) for name in ("IPYTHONDIR",)}
    os.environ["IPYTHONDIR"] = folder
    displayhook = sys.displayhook
    shell = InteractiveShell.instance()
    try:
        shell.run_line_magic("load_ext", "ws_notebook")
        shell.run_line_magic("config", 'ResponsesMagics.provider = "local"')
        yield shell
    finally:
        shell.run_line_magic("unload_ext", "ws_notebook")
        shell.history_manager.end_session()
        if shell.history_manager.save_thread is not None:
            shell.history_manager.save_thread.stop()
        # At the end of the process each shell would clear itself with a garbage collection of its own.
        atexit.unregister(shell.atexit_operations)
        InteractiveShell.clear_instance()
        sys.displayhook = displayhook
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@dataclass
class Output:
    """One output of a cell, as a notebook would save it."""

    kind: str
    data: dict[str, Any]
    display_id: str | None = None


@dataclass
class Cell:
    """What came of a cell."""

    outputs: list[Output] = field(default_factory=list)
    error: dict[str, Any] | None = None
    payload: list[dict[str, Any]] = field(default_factory=list)
    busy: bool = True

    @property
    def printed(self) -> str:
        return "".join(output.data["text"] for output in self.outputs if output.kind == "stream")

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The displays and results, by mime type."""
        return [output.data for output in self.outputs if output.kind != "stream"]

    @property
    def run(self) -> dict[str, Any]:
        """The one run that it shows."""
        (only,) = [data[MIME] for data in self.shown]
        assert isinstance(only, dict)
        return only

    @property
    def message(self) -> str:
        """The error as the cell shows it, without colours."""
        assert self.error is not None, self
        text = "\n".join(self.error["traceback"])
        for code in ("\x1b[31m", "\x1b[0m"):
            text = text.replace(code, "")
        return text


class Notebook:
    """A kernel, and its cells by their order. With an id a cell is run as JupyterLab does."""

    def __init__(self, manager: KernelManager, client: Any) -> None:
        self.manager = manager
        self.client = client
        self._cells: dict[str, Cell] = {}

    def run(self, code: str, cell_id: str | None = None, *, fails: bool = False) -> Cell:
        """Run a cell to its end. `fails`: whether it is to raise."""
        cell = self.finish(self.send(code, cell_id))
        assert (cell.error is not None) is fails, cell
        return cell

    def value(self, expression: str) -> Any:
        """What the expression is in the kernel, if it can be written down."""
        cell = self.run(f"print(repr(({expression})))")
        return eval(cell.printed)

    def send(self, code: str, cell_id: str | None = None, *, stdin: bool = False) -> str:
        """Have a cell run; returns at once. `stdin`: whether it may ask by `input()`."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": stdin}
        message = self.client.session.msg("execute_request", content)
        message["metadata"] = {"cellId": cell_id} if cell_id is not None else {}
        self.client.shell_channel.send(message)
        sent = str(message["header"]["msg_id"])
        self._cells[sent] = Cell()
        return sent

    def finish(self, sent: str) -> Cell:
        """Wait for its end."""
        return self.until(sent, lambda cell: not cell.busy)

    def until(self, sent: str, wanted: Callable[[Cell], bool]) -> Cell:
        """Listen until the cell is as wanted."""
        cell = self._cells[sent]
        deadline = time.monotonic() + ANSWER_SECONDS
        while not wanted(cell):
            self._hear(self.client.get_iopub_msg(timeout=deadline - time.monotonic()))
        if not cell.busy and not cell.payload:
            reply = self.client.get_shell_msg(timeout=ANSWER_SECONDS)
            # A slow kernel was asked more than once whether it is ready, and answers all of that.
            while reply["msg_type"] == "kernel_info_reply":
                reply = self.client.get_shell_msg(timeout=ANSWER_SECONDS)
            # Before the first there may be a late answer to the question whether the kernel is there.
            while reply["parent_header"]["msg_id"] != sent:
                reply = self.client.get_shell_msg(timeout=deadline - time.monotonic())
            cell.payload = reply["content"].get("payload", [])
        return cell

    def until_shown(self, cell: Cell, wanted: Callable[[Cell], bool]) -> None:
        """Listen until a cell that has ended shows what is wanted."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while not wanted(cell):
            self._hear(self.client.get_iopub_msg(timeout=deadline - time.monotonic()))

    def complete(self, code: str) -> list[str]:
        """What Tab offers at the end of the code: the whole line up to there, for each."""
        reply = self.client.complete(code, len(code), reply=True, timeout=ANSWER_SECONDS)["content"]
        assert reply["status"] == "ok"
        return [code[: reply["cursor_start"]] + match for match in reply["matches"]]

    def restart(self) -> None:
        """Restart the kernel and load the extension into the new one."""
        self.manager.restart_kernel(now=True)
        self.client.wait_for_ready(timeout=ANSWER_SECONDS)
        self._cells.clear()
        self.run(SETUP)

    def interrupt(self) -> None:
        self.manager.interrupt_kernel()

    def _hear(self, message: dict[str, Any]) -> None:
        cell = self._cells.get(message["parent_header"].get("msg_id", ""))
        content, kind = message["content"], message["msg_type"]
        if kind == "update_display_data":
            self._update(content)
        if cell is None:
            return
        if kind == "stream":
            cell.outputs.append(Output("stream", content))
        elif kind in ("display_data", "execute_result"):
            cell.outputs.append(Output(kind, content["data"], content.get("transient", {}).get("display_id")))
        elif kind == "error":
            cell.error = content
        elif kind == "status" and content["execution_state"] == "idle":
            cell.busy = False

    def _update(self, content: dict[str, Any]) -> None:
        wanted = content["transient"]["display_id"]
        for cell in self._cells.values():
            for output in cell.outputs:
                if output.display_id == wanted:
                    output.data = content["data"]


@contextmanager
def notebook(*, extension: bool = True) -> Iterator[Notebook]:
    """A fresh kernel of this interpreter; the extension is loaded and set to the embedded server."""
    with started_kernel() as (manager, client):
        opened = Notebook(manager, client)
        if extension:
            opened.run(SETUP)
        yield opened
