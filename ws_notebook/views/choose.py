"""Which view a run gets."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from ..core.run import RunState
from ..exceptions import SettingsError
from ..render.bundle import RunHeader
from .base import CallLater, FramesOf, NullView, OnDecide, View
from .text import NotebookTextView, TextView

__all__ = ["choose_view"]


def choose_view(
    wanted: str,
    run: RunState,
    header: RunHeader,
    *,
    live: bool,
    in_kernel: bool,
    on_stop: Callable[[], object],
    on_steer: Callable[[str], object],
    call_later: CallLater,
    on_decide: OnDecide | None = None,
    frames: FramesOf = list,
) -> View:
    """The view for `wanted` ("auto", "live", "text" or "none").

    `live`: the front end can show widgets; "auto" then means "live". Outside of a kernel a run is
    text on the terminal, whatever was wanted. Raises SettingsError where "live" is wanted and its
    script is not installed.
    """
    if wanted == "none":
        return NullView()
    if not in_kernel:
        return TextView(run, header, call_later=call_later)
    if wanted == "live" or (wanted == "auto" and live):
        from .hub import hub
        from .live import LiveView

        try:
            return LiveView(
                run,
                header,
                on_stop=on_stop,
                on_steer=on_steer,
                on_decide=on_decide,
                call_later=call_later,
                frames=frames,
                hub=hub(),
            )
        except SettingsError as error:
            if wanted == "live":
                raise
            warnings.warn(f"{error} Until then the answer is shown as text.", RuntimeWarning, stacklevel=2)
    return NotebookTextView(run, header, call_later=call_later)
