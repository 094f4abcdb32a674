"""What notebooks of several tests have in common: their first cell, a tool that waits, the way to the tests' code."""

from __future__ import annotations

from pathlib import Path

from browser.lab import Server

__all__ = ["LOAD", "MIME", "PATHS", "WAIT", "close_gate", "open_gate"]

MIME = "application/vnd.ws-notebook.run.v1+json"
PATHS = [str(Path(__file__).resolve().parents[1])]
"""What a kernel's `sys.path` lacks to import the tests' helpers."""

LOAD = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import ws_notebook as wsn
"""
WAIT = """\

@wsn.tool(run_in="thread")
def wait() -> str:
    "Wait until somebody opens the gate, from outside."
    import pathlib, time
    while not pathlib.Path("open-the-gate").exists():
        time.sleep(0.1)
    return "opened"
"""


def close_gate(server: Server) -> None:
    """Have calls of `wait` in notebooks of the server's folder wait, from now on."""
    (server.root / "open-the-gate").unlink(missing_ok=True)


def open_gate(server: Server) -> None:
    """Have them end."""
    (server.root / "open-the-gate").touch()
