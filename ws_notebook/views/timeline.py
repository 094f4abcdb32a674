"""The timeline of a run that goes on, as a widget of the user's: it follows the run and then shows it as it ended."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..core.run import RunState
from ..render.bundle import RunHeader, bundle
from .base import Clock, Controls
from .display import Display
from .live import LiveView

if TYPE_CHECKING:
    from .widget import RunWidget

__all__ = ["LiveTimeline"]


class LiveTimeline(LiveView):
    """A live view whose widget is put wherever the user shows it, and stays his when the run has ended.

    `show` makes the widget. It needs no place in an output, and no hub: whoever shows it gets its messages.
    Raises SettingsError when the widget's script is not there.
    """

    def __init__(self, run: RunState, header: RunHeader, controls: Controls, *, clock: Clock = time.monotonic) -> None:
        super().__init__(run, header, controls, clock=clock, display=_Nowhere())

    @property
    def widget(self) -> RunWidget:
        """The widget; it is there once `show` was called."""
        assert self._widget is not None
        return self._widget

    def _drop_widget(self) -> None:
        """It stays: a page that is loaded again reads from it how the run ended."""
        self.widget.run = bundle(self._run, self._header, now=self._clock())


class _Nowhere(Display):
    """Stands for the place of a view that has none."""

    def show(self, data: Mapping[str, Any]) -> None:
        return

    def replace(self, data: Mapping[str, Any]) -> None:
        return
