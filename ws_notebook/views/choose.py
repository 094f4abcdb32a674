"""Which view a run gets."""

from __future__ import annotations

import warnings

from ..core.run import RunState
from ..exceptions import SettingsError
from ..render.header import RunHeader
from .base import Controls, NullView, View

__all__ = ["choose_view"]


def choose_view(
    wanted: str,
    run: RunState,
    header: RunHeader,
    controls: Controls,
    *,
    live: bool,
    in_kernel: bool,
) -> View:
    """The view for `wanted` ("auto", "live", "text" or "none").

    `live`: the front end can show widgets; "auto" then means "live". Outside of a kernel a run is
    text on the terminal, whatever was wanted. Raises SettingsError where "live" is wanted and its
    script is not installed.
    """
    if wanted == "none":
        return NullView()
    from .text import NotebookTextView, TextView

    if not in_kernel:
        return TextView(run, header, call_later=controls.call_later)
    if wanted == "live" or (wanted == "auto" and live):
        from .hub import hub
        from .live import LiveView

        try:
            return LiveView(run, header, controls, hub=hub())
        except SettingsError as error:
            if wanted == "live":
                raise
            warnings.warn(f"{error} Until then the answer is shown as text.", RuntimeWarning, stacklevel=2)
    return NotebookTextView(run, header, call_later=controls.call_later)
