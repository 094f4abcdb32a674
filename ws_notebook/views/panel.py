"""The session panel as a widget. Imports anywidget, so import this module when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import anywidget

from ..kernel import hear
from .parts import script

__all__ = ["PanelWidget", "panel_widget"]

_INSTEAD = "or install ws-notebook from a wheel. `%responses status` and `%responses history` tell the same in words."


class Outlet(Protocol):
    """Where the sessions' news come from."""

    def receive(self, message: Any) -> None:
        """A message from the browser, in whatever thread."""


class PanelWidget(anywidget.AnyWidget):
    """Its state is in the browser: it says when somebody looks and is sent everything then."""

    _esm = script("panel", "panel", _INSTEAD)

    def __repr__(self) -> str:
        return "The session's panel. It needs a front end with widgets; %responses status tells the same in words."


def panel_widget(connect: Callable[[Callable[[dict[str, Any]], object]], Outlet]) -> PanelWidget:
    """A widget that `connect(send)` gives its news. Raises SettingsError when the widget's script is not there."""
    widget = PanelWidget()
    outlet = connect(widget.send)
    hear(widget, outlet.receive)
    return widget
