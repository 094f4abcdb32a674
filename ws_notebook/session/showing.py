"""A run that is under way, shown live wherever it is displayed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import kernel
from ..views.base import View
from ..views.choose import choose_view
from .run import Run
from .waiting import wait_at_the_end

__all__ = ["can_show_live", "finish_later", "handles", "live_timeline", "show_live"]


def handles(run: Run) -> dict[str, Any]:
    """What a view of the run is handed besides its data: how it stops, steers and decides, its frames, its clock."""
    # Not the session: a view may be kept for ever.
    behind = run._behind
    return {
        "on_stop": run.cancel,
        "on_steer": run.steer,
        "on_decide": run.decide,
        "frames": lambda: behind.frames_of(run.state),
        "call_later": behind.call_later,
    }


def can_show_live(run: Run) -> bool:
    """Whether the cell that runs here can show the run as it goes on, or waits for it at its end."""
    return not run.done and kernel.in_kernel() and (kernel.cell_id() is not None or kernel.is_headless())


def show_live(run: Run) -> None:
    """Show the run in the output of the cell that runs here, and follow it to its end."""
    view = choose_view(
        "auto",
        run.state,
        run._behind.header(run.state),
        live=kernel.cell_id() is not None,
        in_kernel=True,
        **handles(run),
    )
    _observe(run, view)
    finish_later(run, lambda: view.finish(run.state), widgets=view.widgets)


def live_timeline(run: Run) -> Any:
    """A widget that follows the run to its end, wherever it is displayed."""
    from ..views.timeline import LiveTimeline

    view = LiveTimeline(run.state, run._behind.header(run.state), **handles(run))
    _observe(run, view)
    run._behind.when_ended(run, lambda: view.finish(run.state))
    return view.widget


def finish_later(run: Run, finish: Callable[[], None], *, widgets: bool) -> None:
    """Have `finish()` called when the run has ended, before its cell has where nothing is shown later.

    `widgets`: a widget shows it, which a page may show that comes later.
    """
    if kernel.is_headless() and not (widgets and kernel.has_later_page()):
        wait_at_the_end(run, finish)
    else:
        run._behind.when_ended(run, finish)


def _observe(run: Run, view: View) -> None:
    run.view_decides = run.view_decides or view.decides
    view.show()
    run.observe(view.observe)
