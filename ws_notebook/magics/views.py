"""Which view shows a run: live where the front end sends a cell id, text elsewhere."""

from __future__ import annotations

import time

from .. import kernel
from ..session.run import Run
from ..session.session import Session
from ..views.base import NullView, View

__all__ = ["view_for"]


def view_for(wanted: str, session: Session, run: Run) -> View:
    """The view that `wanted` ("auto", "live", "text" or "none") means here."""
    if wanted == "none":
        return NullView()
    header = session.header(run.state)
    if wanted == "live" or (wanted == "auto" and kernel.cell_id() is not None):
        from ..views.live import LiveView

        return LiveView(run.state, header, on_stop=run.cancel, call_later=session.call_later, clock=time.monotonic)
    from ..views.text import NotebookTextView, TextView

    view = NotebookTextView if kernel.in_kernel() else TextView
    return view(run.state, header, call_later=session.call_later, clock=time.monotonic)
