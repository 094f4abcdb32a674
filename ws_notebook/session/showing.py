"""A run that is under way, shown live wherever it is displayed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from .. import kernel
from ..core.frames import FrameRecord
from ..core.handle import RunHandle
from ..core.items import as_items
from ..core.steer import Steer
from ..core.turn import CallState
from ..engine.course import Observer
from ..exceptions import ToolError
from ..secrets import restored
from ..views.base import View
from ..views.choose import choose_view
from ..views.messages import Approve, Deny, Shown, Verdict
from .host import Asked
from .waiting import wait_at_the_end

__all__ = ["RunControls", "can_show_live", "finish_later", "live_timeline", "show_live", "shown_in", "view_of"]


class Showable(Asked, RunHandle, Protocol):
    """A run that is shown, and waited for."""


class RunControls:
    """What the reader of a view can do with its run. It holds no session, since a view may be kept for ever."""

    def __init__(self, run: Asked) -> None:
        self._engine, self._course = run._engine, run._course
        self.call_later = self._engine.portal.call_later

    def stop(self) -> None:
        self._engine.cancel(self._course, "stop")

    def steer(self, words: str) -> Steer:
        return self._engine.steer(self._course, Steer(input=as_items(words)))

    def frames(self) -> list[FrameRecord]:
        return self._engine.frames_of(self._course.state)

    def decide(self, verdict: Verdict) -> None:
        """Take a decision, or that a call is shown. Raises ToolError as `call.approve()` does."""
        call, approvals = self._call(verdict), self._engine.approvals
        match verdict:
            case Shown():
                approvals.shown(call)
            case Approve():
                approvals.approve(call, self._unhidden(verdict.arguments, call.arguments))
            case Deny():
                approvals.deny(call, verdict.reason or "")

    def _call(self, about: Verdict) -> CallState:
        """By its shown id: some providers give two calls one id, and the decision is about the one it was given for."""
        run, name = self._course.state, (about.turn, about.call)
        found = next((each for each in run.tool_calls if (each.turn.id, each.shown_id) == name), None)
        if found is None:
            raise ToolError(f"Run {run.id} has no call {about.call}. Its calls are in run.tool_calls; decide there.")
        return found

    def _unhidden(self, edited: str | None, original: str) -> str | None:
        """Arguments that were edited in a view, which shows no secrets, as they are to be executed."""
        meant = None if edited is None else restored(edited, original, self._engine.keys)
        if edited is not None and meant is None:
            raise ToolError(
                "It is not certain what [secret] stands for here. Write the value itself, or leave each as it is."
            )
        return meant


def view_of(run: Asked, wanted: str) -> View:
    """The view for "auto", "live", "text" or "none" in the cell that runs here."""
    state, live, in_kernel = run._course.state, kernel.cell_id() is not None, kernel.in_kernel()
    return choose_view(wanted, state, run._engine.header(state), RunControls(run), live=live, in_kernel=in_kernel)


def shown_in(run: Asked, view: View) -> Observer:
    """Have the view make its first picture of the run; what is returned tells it of changes."""
    run._course.view_decides |= view.decides
    view.show()
    return view.observe


def can_show_live(run: Asked) -> bool:
    """Whether the cell that runs here can show the run as it goes on, or waits for it at its end."""
    return not run._course.done and kernel.in_kernel() and (kernel.cell_id() is not None or kernel.is_headless())


def show_live(run: Showable) -> None:
    """Show the run in the output of the cell that runs here, and follow it to its end."""
    view = view_of(run, "auto")
    run._engine.observe(run._course, shown_in(run, view))
    finish_later(run, lambda: view.finish(run._course.state), widgets=view.widgets)


def live_timeline(run: Asked) -> Any:
    """A widget that follows the run to its end, wherever it is displayed."""
    from ..views.timeline import LiveTimeline

    state = run._course.state
    view = LiveTimeline(state, run._engine.header(state), RunControls(run))
    run._engine.observe(run._course, shown_in(run, view))
    run._engine.waiters.when_ended(run._course, lambda: view.finish(state))
    return view.widget


def finish_later(run: Showable, finish: Callable[[], None], *, widgets: bool) -> None:
    """Have `finish()` called when the run has ended, before its cell has where nothing is shown later.

    `widgets`: a widget shows it, which a page may show that comes later.
    """
    if kernel.is_headless() and not (widgets and kernel.has_later_page()):
        wait_at_the_end(run, finish)
    else:
        run._engine.waiters.when_ended(run._course, finish)
