"""One channel of the kernel over which pages that have the extension follow its live views, and its sessions.

A page needs no widget for it and opens nothing: it sends comm messages to the comm `CHANNEL`, over
a subshell where the kernel has them, and hears what the kernel sends there. So a page that was
loaded again in the middle of a run finds the run's view and follows it.

    page → kernel   {"kind": "hello"} asks for the views · {"view": id, "kind": "kept"}: its last form is in the
                    notebook · {"view": id, …} is for one of them · {"view": "panel", …} is for the sessions
    kernel → page   {"kind": "views", "views": [{"view", "cell", "run", "done", "ended_ms", "kept"}…]}: of each cell
                    those that it has shown since it was run last, in order · {"view": id, …} is of one of them ·
                    {"view": id, "kind": "gone"}: there is no such view · {"view": "panel", …} is of the sessions ·
                    {"kind": "many", "messages": […]}: several of these, in order
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from .. import kernel
from .base import CallLater

__all__ = ["CHANNEL", "PANEL", "TARGET", "Hub", "Post", "Watched", "hub"]

TARGET = "ws_notebook"
CHANNEL = "ws-notebook-views"
PANEL = "panel"
"""Stands for the sessions' panel where others give a view's id."""

_TOGETHER = 0.003
"""Seconds in which messages of several views are gathered."""
_KEPT = 64
"""Views that have ended and are still known: their page may have been away."""


class Watched(Protocol):
    """What a hub asks of a view."""

    @property
    def cell(self) -> str | None: ...

    @property
    def run_id(self) -> str: ...

    @property
    def ended(self) -> float | None:
        """When it ended, in seconds of the monotonic clock."""

    def receive(self, content: dict[str, Any], answer: Callable[[dict[str, Any]], None]) -> None:
        """A message from a page, in whatever thread the kernel has for it."""


class Post(Protocol):
    """What a hub sends over and hears: a channel of the kernel."""

    def send(self, message: dict[str, Any], /) -> None: ...

    def listen(self, receive: Callable[[Any], None], /) -> None: ...


class _Known:
    """A view, and what became of its place in the notebook."""

    def __init__(self, view: Watched) -> None:
        self.view = view
        self.execution = kernel.execution()
        self.replaced = False
        """Its cell was run again: whatever stands there now is newer."""
        self.kept = False
        """A page has put its last form into the notebook."""


class Hub:
    """The views by their displays' ids. Its methods may be called from any thread."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._views: dict[str, _Known] = {}
        self._panel: Callable[[Any], None] | None = None
        self._lock = threading.Lock()
        self._held: list[dict[str, Any]] = []
        # Guards the messages' order: held ones go before those that are sent at once.
        self._sending = threading.Lock()
        self.heard = False
        """A page with the extension has spoken: it draws runs itself and needs no widget."""
        post.listen(self.receive)
        kernel.when_cells_begin(self._replace)

    def open_panel(self, receive: Callable[[Any], None]) -> None:
        """Have what pages say to the sessions' panel received, and say that there is one."""
        self._panel = receive
        self.send(PANEL, {"kind": "here"})

    def add(self, view_id: str, view: Watched) -> None:
        """Know a view that the cell which runs here shows."""
        with self._lock:
            self._views[view_id] = _Known(view)
            ended = [each for each, known in self._views.items() if known.view.ended is not None]
            for each in ended[:-_KEPT]:
                del self._views[each]

    def _replace(self) -> None:
        """A cell is run, by which its outputs of before are gone."""
        cell, execution = kernel.cell_id(), kernel.execution()
        with self._lock:
            for known in self._views.values():
                known.replaced |= cell is not None and known.view.cell == cell and known.execution != execution

    def send(self, view_id: str, message: dict[str, Any]) -> None:
        """Tell every page."""
        self._send({"view": view_id, **message})

    def send_soon(self, view_id: str, message: dict[str, Any], call_later: CallLater) -> None:
        """Tell every page, together with what other views have to say in this moment."""
        with self._sending:
            self._held.append({"view": view_id, **message})
            if len(self._held) > 1:
                return
        try:
            # Timers of one moment go off one after the other.
            call_later(_TOGETHER if self._has_several() else 0, self._send)
        except RuntimeError:  # the loop is closed
            self._send()

    def _has_several(self) -> bool:
        with self._lock:
            return sum(known.view.ended is None for known in self._views.values()) > 1

    def _send(self, *messages: dict[str, Any]) -> None:
        with self._sending:
            together, self._held = [*self._held, *messages], []
            if together:
                self._post.send({"kind": "many", "messages": together} if len(together) > 1 else together[0])

    def receive(self, content: Any) -> None:
        """A message from a page, in whatever thread."""
        if not isinstance(content, dict):
            return
        view_id = content.get("view")
        if view_id == PANEL and self._panel is not None:
            self._panel(content)
            return
        self.heard = True
        if content.get("kind") == "hello":
            self._send({"kind": "views", "views": self._list()})
        elif isinstance(view_id, str):
            known = self._views.get(view_id)
            if known is None:
                self.send(view_id, {"kind": "gone"})
            elif content.get("kind") == "kept":
                known.kept = True
            else:
                known.view.receive(content, lambda answer: self.send(view_id, answer))

    def hear_opened(self, comm: Any, _message: Any) -> None:
        """A page opened a comm of its own: it may speak over it too."""
        comm.on_msg(lambda message: self.receive(message["content"].get("data")))
        kernel.hear_quietly(comm)

    def _list(self) -> list[dict[str, Any]]:
        with self._lock:
            shown = [(view_id, known) for view_id, known in self._views.items() if not known.replaced]
        now = time.monotonic()
        return [
            {
                "view": view_id,
                "cell": known.view.cell,
                "run": known.view.run_id,
                "done": known.view.ended is not None,
                "ended_ms": None if known.view.ended is None else round((now - known.view.ended) * 1000),
                "kept": known.kept,
            }
            for view_id, known in shown
        ]


def hub() -> Hub:
    """The kernel's hub; made when it is first asked for. The kernel's comm manager keeps it."""
    import comm

    manager = comm.get_comm_manager()
    kept = getattr(manager.targets.get(TARGET), "__self__", None)
    if isinstance(kept, Hub):
        return kept
    made = Hub(kernel.Channel(TARGET, CHANNEL))
    manager.register_target(TARGET, made.hear_opened)
    return made
