"""The live view: a widget that is told what is new, and a static picture in its place when the run has ended."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..core.changes import Change
from ..core.run import RunState
from ..render.bundle import RunHeader, bundle
from ..render.delta import Deltas
from ..render.mime import mime_bundle_of
from ..render.text import plain_text
from .base import CallLater, Clock
from .display import Display
from .throttle import Throttle

if TYPE_CHECKING:
    from .widget import RunWidget

__all__ = ["LiveView", "timeline_widget"]

_FIRST_RESEND = 0.25
"""Seconds. See `_resend`."""


class LiveView:
    """Shows a run in a notebook with widgets.

    `on_stop` is called, in some thread, when the reader presses Stop; `on_steer` with the words that he
    adds, and what it raises is shown as their refusal. Raises SettingsError when the widget's script is
    not there.
    """

    def __init__(
        self,
        run: RunState,
        header: RunHeader,
        *,
        on_stop: Callable[[], object],
        on_steer: Callable[[str], object],
        call_later: CallLater,
        clock: Clock = time.monotonic,
        display: Display | None = None,
    ) -> None:
        from . import widget

        self._module = widget
        self._run = run
        self._header = header
        self._on_stop = on_stop
        self._on_steer = on_steer
        self._call_later = call_later
        self._clock = clock
        self._display = display or Display()
        self._deltas = Deltas(run, header)
        self._throttle = Throttle(self._paint, call_later)
        # Guards the messages' order: they are made and sent by the loop's thread, a subshell's and the cell's.
        self._lock = threading.RLock()
        self._widget: RunWidget | None = None
        self._ready = False
        self._wants_snapshot = False
        self._sent_since_snapshot = False

    def show(self) -> None:
        with self._lock:
            picture = self._deltas.picture(self._clock())
            self._widget = self._module.RunWidget(run=picture)
            self._module.deliver_while_busy(self._widget)
            self._widget.on_msg(self._receive)
            self._display.show(self._module.view_data(self._widget, plain_text(picture)))
        self._call_later(_FIRST_RESEND, lambda: self._resend(_FIRST_RESEND))

    def observe(self, run: RunState, change: Change) -> None:
        self._deltas.note(change)
        self._throttle.request()

    def finish(self, run: RunState) -> None:
        self._throttle.finish(self._close)
        if self._throttle.error is not None:
            error, self._throttle.error = self._throttle.error, None
            warnings.warn(f"The live view could not be kept up to date: {error!r}", RuntimeWarning, stacklevel=2)

    def _close(self) -> None:
        with self._lock:
            last = self._deltas.snapshot(self._clock())
            self._send(last)
            self._display.replace(mime_bundle_of(last["run"]))
            if self._widget is not None:
                self._module.release(self._widget)
                self._widget = None

    def _paint(self) -> None:
        with self._lock:
            if self._widget is None:
                return
            now = self._clock()
            if self._wants_snapshot:
                self._wants_snapshot = self._sent_since_snapshot = False
                self._send(self._deltas.snapshot(now))
                return
            message = self._deltas.delta(now)
            if message is not None:
                self._sent_since_snapshot = True
                self._send(message)

    def _send(self, message: dict[str, Any]) -> None:
        if self._widget is not None:
            self._widget.send(message)

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """A message from the browser, in whatever thread the kernel has for it."""
        kind = content.get("kind") if isinstance(content, dict) else None
        if kind == "stop":
            self._on_stop()
        elif kind == "steer":
            self._steer(content.get("text"))
        elif kind == "ready":
            self._ready = True
            self._snapshot_soon()

    def _steer(self, words: Any) -> None:
        """Not under the lock: it waits for the session's loop, which may be painting."""
        if not isinstance(words, str):
            return
        try:
            self._on_steer(words)
        except Exception as error:  # noqa: BLE001 - the reader learns it where he wrote the words
            self._deltas.refuse_steer(words, str(error) or type(error).__name__)
            self._throttle.request()

    def _snapshot_soon(self) -> None:
        self._wants_snapshot = True
        self._throttle.request()

    def _resend(self, waited: float) -> None:
        """Until the browser has asked for the whole, send it unasked, after twice the time each time.

        Messages that were sent before the browser drew the widget are lost, and where a busy
        kernel hears nothing its request for a snapshot would come after the end.
        """
        if self._ready or self._widget is None:
            return
        if self._sent_since_snapshot:
            self._snapshot_soon()
        self._call_later(waited, lambda: self._resend(waited * 2))


def timeline_widget(run: RunState, header: RunHeader, *, now: float | None = None) -> RunWidget:
    """A run as it stands, as a widget. Raises SettingsError when the widget's script is not there."""
    from .widget import RunWidget

    return RunWidget(run=bundle(run, header, now=now))
