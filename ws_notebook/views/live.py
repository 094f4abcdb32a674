"""The live view: pages are told what is new, and a static picture takes its place when the run has ended.

Pages with the extension draw the first picture themselves and follow the run over the kernel's hub;
the others draw a widget. Either way the display holds forms that read well with no kernel, made anew
now and then, so that a notebook saved in the middle of a run loses nothing.
"""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import kernel
from ..core.changes import Change, TurnEnded
from ..core.run import RunState
from ..core.turn import CallState
from ..exceptions import ToolError
from ..render.bundle import LIMIT, RunHeader, bundle
from ..render.delta import Deltas
from ..render.format import valid
from ..render.history import frame_list, frame_text
from ..render.mime import mime_bundle_of
from .base import Clock, Controls
from .display import Display
from .hub import Hub
from .messages import (
    Approve,
    Code,
    Deny,
    Forms,
    Frame,
    FrameList,
    Message,
    Ready,
    Shown,
    Steer,
    Stop,
    Unfold,
    Verdict,
    decoded,
)
from .throttle import Throttle

if TYPE_CHECKING:
    from .widget import RunWidget

__all__ = ["LiveView", "timeline_widget"]

_FIRST_RESEND = 0.25
"""Seconds. See `_resend`."""

_INTERVAL = 1 / 25
"""Seconds between two messages."""

_LOOK, _REFRESH = 2.0, 10.0
"""Seconds between two looks whether the display's forms are old, and after which they are, at the latest."""
_REFRESH_SPEED = 20_000
"""Characters a second that the forms may take on average, so that a long answer is not sent too often."""


class LiveView:
    """Shows a run in a notebook with widgets or with the extension.

    `controls` are used in whatever thread hears the page. Raises SettingsError when a widget is needed and its
    script is not there.
    """

    def __init__(
        self,
        run: RunState,
        header: RunHeader,
        controls: Controls,
        *,
        clock: Clock = time.monotonic,
        display: Display | None = None,
        hub: Hub | None = None,
    ) -> None:
        self._run = run
        self._header = header
        self._controls = controls
        self.decides = True
        self.widgets = True
        self._headless = False
        self._clock = clock
        self._display = display or Display()
        self._hub = hub
        self._deltas = Deltas(run, header)
        self._throttle = Throttle(self._paint, controls.call_later, _INTERVAL, clock)
        # Guards the messages' order: they are made and sent by the loop's thread, a subshell's and the cell's.
        self._lock = threading.RLock()
        self._widget: RunWidget | None = None
        if hub is None or not hub.heard:
            from . import widget

            self._module = widget
        self._ready = False
        self._unfolded: set[tuple[str, str]] = set()
        """The calls, by turn and id, all of whose arguments a reader has asked for."""
        self._wants_snapshot = False
        self._sent_since_snapshot = False
        self._turn_ended = False
        self._refreshed = 0.0
        self._rest = 0.0
        self.cell: str | None = None
        self.ended: float | None = None

    @property
    def run_id(self) -> str:
        return self._run.id

    def show(self) -> None:
        self.cell, self._headless = kernel.cell_id(), kernel.is_headless()
        with self._lock:
            picture = self._with_view(self._deltas.picture(self._clock()))
            if self._hub is None or not self._hub.heard:
                self._widget = self._make_widget(picture)
            if self._hub is not None:
                self._hub.add(self._display.id, self)
            self._display.show(self._forms(picture))
        self._refreshed = self._clock()
        self._controls.call_later(_FIRST_RESEND, lambda: self._resend(_FIRST_RESEND))
        self._controls.call_later(_LOOK, self._look)

    def observe(self, run: RunState, change: Change) -> None:
        self._deltas.note(change)
        if isinstance(change, TurnEnded):
            self._turn_ended = True
        self._throttle.request()

    def finish(self, run: RunState) -> None:
        self._throttle.finish(self._close)
        if self._throttle.error is not None:
            error, self._throttle.error = self._throttle.error, None
            warnings.warn(f"The live view could not be kept up to date: {error!r}", RuntimeWarning, stacklevel=2)

    def _close(self) -> None:
        with self._lock:
            last = self._snapshot()
            self._send(last)
            self.ended = time.monotonic()
            if self._headless and not kernel.is_main_thread():
                # The cell has ended: its display heeds no other form, while the widget goes on to show the last one,
                # also on a page that comes only now.
                if self._widget is not None:
                    self._widget.run = last["run"]
                return
            self._display.replace(mime_bundle_of(last["run"]))
            self._drop_widget()

    # The widget, where it is needed.

    def _make_widget(self, picture: dict[str, Any]) -> RunWidget:
        made = self._module.RunWidget(run=picture)
        kernel.hear(made, lambda content: self._heed(decoded(content), made.send))
        return made

    def _drop_widget(self) -> None:
        if self._widget is not None:
            self._module.release(self._widget)
            self._widget = None

    # To the pages.

    def _with_view(self, picture: dict[str, Any]) -> dict[str, Any]:
        """The picture with the name by which a page asks for this view."""
        return {**picture, "view": self._display.id} if self._hub is not None else picture

    def _forms(self, picture: dict[str, Any]) -> dict[str, Any]:
        """What the display holds while the run goes on."""
        forms = mime_bundle_of(picture)
        return forms if self._widget is None else {**self._module.view_data(self._widget), **forms}

    def _snapshot(self) -> dict[str, Any]:
        message = self._deltas.snapshot(self._clock())
        return {**message, "run": self._with_view(message["run"])}

    def _paint(self) -> None:
        with self._lock:
            if self.ended is not None:
                return
            if self._wants_snapshot:
                self._wants_snapshot = self._sent_since_snapshot = False
                self._send(self._snapshot(), soon=True)
                return
            message = self._deltas.delta(self._clock())
            if message is not None:
                if message["kind"] == "snapshot":
                    message["run"] = self._with_view(message["run"])
                self._sent_since_snapshot = True
                self._send(message, soon=True)

    def _send(self, message: dict[str, Any], *, soon: bool = False) -> None:
        """Tell the pages; `soon`, in the loop's thread, together with the other views."""
        if self._widget is not None:
            self._widget.heed(message)
            self._widget.send(message)
        # A page that draws the widget needs nothing else, until one that draws runs itself has spoken.
        if self._hub is not None and (self._hub.heard or self._widget is None or not self._ready):
            if soon:
                self._hub.send_soon(self._display.id, message, self._controls.call_later)
            else:
                self._hub.send(self._display.id, message)

    def _look(self) -> None:
        """Make the display's forms anew when they are old."""
        if self.ended is not None:
            return
        now = self._clock()
        age, old = now - self._refreshed, min(_REFRESH, (now - self._run.asked) / 2)
        # A widget that is put in its own place is drawn from nothing, so with one they stay as they are.
        if self._widget is None and age >= self._rest and (self._turn_ended or age >= old):
            self._turn_ended, self._refreshed = False, now
            # Not here: a picture of a long answer takes a while, and this is the loop that reads the socket.
            threading.Thread(target=self._refresh, name="ws-notebook forms", daemon=True).start()
        self._controls.call_later(_LOOK, self._look)

    def _forms_now(self) -> dict[str, Any]:
        return mime_bundle_of(self._with_view(bundle(self._run, self._header, now=self._clock())))

    def _refresh(self) -> None:
        forms = self._forms_now()
        self._rest = sum(len(form) for form in forms.values() if isinstance(form, str)) / _REFRESH_SPEED
        with self._lock:
            if self.ended is None:
                self._display.replace(forms)

    # From the pages.

    def receive(self, content: dict[str, Any], answer: Callable[[dict[str, Any]], None]) -> None:
        """A message from a page that draws the run itself, in whatever thread the kernel has for it."""
        message = decoded(content)
        if isinstance(message, Forms):
            answer({"kind": "forms", "data": self._forms_now()})
            return
        if isinstance(message, Ready):
            with self._lock:
                if self._widget is not None and self.ended is None:
                    self._drop_widget()
                    self._display.replace(self._forms_now())
        self._heed(message, answer)

    def _heed(self, message: Message | None, answer: Callable[[dict[str, Any]], object]) -> None:
        match message:
            case Stop():
                self._controls.stop()
            case Steer():
                self._steer(message.text)
            case Shown() | Approve() | Deny():
                self._decide(message)
            case Unfold():
                self._unfold(message, answer)
            case FrameList():
                answer(frame_list(self._controls.frames(), self._run))
            case Frame():
                answer(frame_text(self._controls.frames(), message.index))
            case Code():
                self._give_code(message, answer)
            case Ready():
                self._begin_to_tell(answer)

    def _begin_to_tell(self, answer: Callable[[dict[str, Any]], object]) -> None:
        self._ready = True
        if self.ended is None:
            self._snapshot_soon()
        else:
            with self._lock:
                answer(self._snapshot())

    def _give_code(self, message: Code, answer: Callable[[dict[str, Any]], object]) -> None:
        code = None if self._widget is None else self._module.code_of(message.part)
        if code is not None:
            answer(code)

    def _steer(self, words: str) -> None:
        """Not under the lock: it waits for the session's loop, which may be painting."""
        try:
            self._controls.steer(words)
        except Exception as error:  # noqa: BLE001 - the reader learns it where he wrote the words
            self._deltas.refuse_steer(words, str(error) or type(error).__name__)
            self._throttle.request()

    def _decide(self, verdict: Verdict) -> None:
        """Not under the lock, like `_steer`."""
        try:
            if isinstance(verdict, Approve) and verdict.arguments is None:
                self._refuse_unseen(verdict)
            self._controls.decide(verdict)
        except Exception as error:  # noqa: BLE001 - the reader learns it where he decided
            message = str(error) or type(error).__name__
            with self._lock:
                self._send({"kind": "problem", "turn": verdict.turn, "call": verdict.call, "message": message})

    def _call(self, about: Verdict | Unfold) -> CallState | None:
        calls = [each for known in list(self._run.turns) if known.id == about.turn for each in list(known.tool_calls)]
        return next((each for each in calls if each.shown_id == about.call), None)

    def _unfold(self, wanted: Unfold, answer: Callable[[dict[str, Any]], object]) -> None:
        """The reader wants to see all of a call's arguments."""
        call = self._call(wanted)
        if call is not None:
            self._unfolded.add((wanted.turn, wanted.call))
            answer({"kind": "arguments", "turn": wanted.turn, "call": wanted.call, "text": valid(call.arguments)})

    def _refuse_unseen(self, verdict: Approve) -> None:
        """Raises ToolError for a call of whose arguments the page holds a part, and nobody has asked for the rest."""
        call = self._call(verdict)
        if call is not None and len(call.arguments) > LIMIT and (verdict.turn, verdict.call) not in self._unfolded:
            raise ToolError(
                f"{len(call.arguments)} characters of arguments, of which {LIMIT} are shown: show them all, then "
                "approve."
            )

    def _snapshot_soon(self) -> None:
        self._wants_snapshot = True
        self._throttle.request()

    def _resend(self, waited: float) -> None:
        """Until the browser has asked for the whole, send it unasked, after twice the time each time.

        Messages that were sent before the browser drew the run are lost, and where a busy
        kernel hears nothing its request for a snapshot would come after the end.
        """
        if self._ready or self.ended is not None:
            return
        if self._sent_since_snapshot:
            self._snapshot_soon()
        self._controls.call_later(waited, lambda: self._resend(waited * 2))


def timeline_widget(run: RunState, header: RunHeader, *, now: float | None = None) -> RunWidget:
    """A run as it stands, as a widget. Raises SettingsError when the widget's script is not there."""
    from .widget import RunWidget

    return RunWidget(run=bundle(run, header, now=now))
