"""The session panel as a widget. Imports anywidget, so import this module when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import anywidget

from ..exceptions import SettingsError
from .widget import deliver_while_busy

__all__ = ["PanelWidget", "panel_widget"]

_SCRIPT = Path(__file__).parent / "static" / "panel.js"


class Outlet(Protocol):
    """Where the sessions' news come from."""

    def receive(self, message: Any) -> None:
        """A message from the browser, in whatever thread."""


def _script() -> str:
    try:
        return _SCRIPT.read_text("utf-8")
    except OSError:
        raise SettingsError(
            f"The panel's script, {_SCRIPT.name}, is missing from this installation. Build it with `make build` or "
            "install ws-notebook from a wheel. `%responses status` and `%responses history` tell the same in words."
        ) from None


class PanelWidget(anywidget.AnyWidget):
    """Its state is in the browser: it says when somebody looks and is sent everything then."""

    _esm = _script()

    def __repr__(self) -> str:
        return "The session's panel. It needs a front end with widgets; %responses status tells the same in words."


def panel_widget(connect: Callable[[Callable[[dict[str, Any]], object]], Outlet]) -> PanelWidget:
    """A widget that `connect(send)` gives its news. Raises SettingsError when the widget's script is not there."""
    widget = PanelWidget()
    outlet = connect(widget.send)
    deliver_while_busy(widget)
    widget.on_msg(lambda _widget, content, _buffers: outlet.receive(content))
    return widget
