"""The live view of a batch: one widget for all of its rows, and a static picture in its place at the end.

The page is told what changed four times a second, and asks for those rows that it shows. Imports anywidget when it is
shown.
"""

from __future__ import annotations

import threading
from typing import Any, Protocol

from .. import kernel
from ..render.batch import forms, packed
from .base import CallLater
from .display import Display
from .throttle import Throttle

__all__ = ["BatchView", "Source"]

_INTERVAL = 0.25
_MOST = 200
"""Rows that a page is given at once."""


class Source(Protocol):
    """A batch, to its views. Callable from any thread."""

    def facts(self) -> dict[str, Any]:
        """Its picture without the states of all rows."""

    def letters(self) -> str:
        """The states of all rows, a letter each."""

    def window(self, start: int, end: int, only: str) -> dict[str, Any]:
        """Rows from one place to another: of all, or of those whose letter is among `only`."""

    def act(self, kind: str) -> None:
        """Do what a reader wants: pause, resume, stop."""


class BatchView:
    """Shows one batch where the cell that asks puts its output. `show` raises SettingsError without its script."""

    def __init__(self, source: Source, call_later: CallLater, display: Display | None = None) -> None:
        self._source = source
        self._display = display or Display()
        self._throttle = Throttle(self._paint, call_later, _INTERVAL)
        self._lock = threading.RLock()
        self._changed: dict[int, str] = {}
        self._widget: Any = None
        self.ended = False

    def show(self) -> None:
        """Make the first picture."""
        from .batchwidget import BatchWidget
        from .parts import view_data

        self._widget = BatchWidget(batch=self._picture())
        kernel.hear(self._widget, self.hear)
        self._display.show({**view_data(self._widget), **forms(self._picture())})

    def touch(self, position: int, letter: str) -> None:
        """A row has another state. Returns at once."""
        with self._lock:
            self._changed[position] = letter
        self._throttle.request()

    def refresh(self) -> None:
        """Something else changed."""
        self._throttle.request()

    def finish(self) -> None:
        """Put the static picture in its place. May be called again."""
        self._throttle.finish(self._close)

    def hear(self, content: Any) -> None:
        """A message from the page, in whatever thread the kernel has for it."""
        kind = content.get("kind") if isinstance(content, dict) else None
        if kind == "rows":
            start, end = _place(content.get("from")), _place(content.get("to"))
            only = str(content.get("only") or "")
            self._send({"kind": "rows", **self._source.window(start, min(end, start + _MOST), only), "only": only})
        elif kind == "ready":
            self._send({"kind": "whole", "batch": self._picture()})
        elif kind in ("pause", "resume", "stop"):
            self._source.act(kind)
            self._throttle.request()

    def _picture(self) -> dict[str, Any]:
        return {**self._source.facts(), "states": packed(self._source.letters())}

    def _paint(self) -> None:
        with self._lock:
            changed, self._changed = self._changed, {}
        self._send({"kind": "news", "batch": self._source.facts(), "changed": _by_letter(changed)})

    def _send(self, message: dict[str, Any]) -> None:
        widget = self._widget
        if widget is not None:
            widget.send(message)

    def _close(self) -> None:
        if self.ended:
            return
        self.ended = True
        picture = self._picture()
        self._send({"kind": "whole", "batch": picture})
        self._display.replace(forms(picture))
        widget, self._widget = self._widget, None
        if widget is not None:
            from .parts import release

            release(widget)


def _place(value: Any) -> int:
    return max(0, value) if isinstance(value, int) else 0


def _by_letter(changed: dict[int, str]) -> dict[str, list[int]]:
    """The positions of each letter: shorter than a pair for each row."""
    found: dict[str, list[int]] = {}
    for position, letter in changed.items():
        found.setdefault(letter, []).append(position)
    return found
