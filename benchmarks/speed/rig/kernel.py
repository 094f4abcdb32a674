"""A Jupyter kernel, and a page before it, as JupyterLab with the extension: it says hello and follows each run."""

from __future__ import annotations

import queue
import time
from typing import Any, Self

from jupyter_client.manager import start_new_kernel

from rig.process import SPEED, environment

__all__ = ["Kernel"]

BUNDLE = "application/vnd.ws-notebook.run.v1+json"
CHANNEL = "ws-notebook-views"
PATIENCE = 300
"""Seconds that a cell may take."""


class Kernel:
    """A kernel of this Python. A context manager."""

    def __init__(self) -> None:
        self._manager, self._client = start_new_kernel(kernel_name="python3", env=environment())
        self._subshell: str | None = None
        self.shown: set[str] = set()
        """The views that the page has followed."""
        # It takes the folder in which it is started off its path.
        self.execute(f"import sys, time; sys.path.insert(0, {str(SPEED)!r})")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def execute(self, code: str, *, cell: str | None = None) -> str:
        """Run a cell and return what it printed. `cell`: the id by which it is known to be a page's.

        Raises RuntimeError when it raises.
        """
        message = self._client.session.msg("execute_request", {"code": code, "silent": False, "allow_stdin": False})
        if cell is not None:
            message["content"]["allow_stdin"] = True
            message["metadata"]["cellId"] = cell
        self._client.shell_channel.send(message)
        return self._heard(message["header"]["msg_id"])

    def cpu(self) -> float:
        """The CPU seconds of its process."""
        return float(self.execute("print(time.process_time())"))

    def open_page(self) -> None:
        """Have a page speak, which draws runs by itself from now on, over a subshell where there is one."""
        request = self._client.session.msg("create_subshell_request")
        self._client.control_channel.send(request)
        reply = self._client.control_channel.get_msg(timeout=60)
        self._subshell = reply["content"].get("subshell_id")
        self._tell({"kind": "hello"})

    def _tell(self, data: dict[str, Any]) -> None:
        message = self._client.session.msg("comm_msg", {"comm_id": CHANNEL, "data": data})
        if self._subshell is not None:
            message["header"]["subshell_id"] = self._subshell
        self._client.shell_channel.send(message)

    def _heard(self, request: str) -> str:
        """All that is said until the cell is done."""
        said: list[str] = []
        failed, until = "", time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                message = self._client.get_iopub_msg(timeout=1)
            except queue.Empty:
                if not self._manager.is_alive():
                    raise RuntimeError("The kernel has ended.") from None
                continue
            content, kind = message["content"], message["msg_type"]
            if kind == "display_data" and self._subshell is not None:
                self._follow(content["data"].get(BUNDLE) or {})
            if message["parent_header"].get("msg_id") != request:
                continue
            if kind == "stream" and content["name"] == "stdout":
                said.append(content["text"])
            elif kind == "error":
                failed = "\n".join(content["traceback"])
            elif kind == "status" and content["execution_state"] == "idle":
                if failed:
                    raise RuntimeError(failed)
                return "".join(said)
        raise RuntimeError(f"A cell took more than {PATIENCE} s.")

    def _follow(self, bundle: dict[str, Any]) -> None:
        view = bundle.get("view")
        if isinstance(view, str) and view not in self.shown:
            self.shown.add(view)
            self._tell({"view": view, "kind": "ready"})
