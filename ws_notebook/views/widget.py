"""The widget that draws a run in the browser. Imports anywidget, so import this module when it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ..exceptions import SettingsError
from .hub import hear_while_busy

__all__ = ["RunWidget", "deliver_while_busy", "release", "view_data"]

_SCRIPT = Path(__file__).parent / "static" / "widget.js"


def _script() -> str:
    try:
        return _SCRIPT.read_text("utf-8")
    except OSError:
        raise SettingsError(
            f"The live view's script, {_SCRIPT.name}, is missing from this installation. Build it with `make build`, "
            "install ws-notebook from a wheel, or ask with --view text."
        ) from None


class RunWidget(anywidget.AnyWidget):
    """A run: `run` is its first picture, a bundle; the rest comes as messages."""

    _esm = _script()
    run = traitlets.Dict().tag(sync=True)


def view_data(widget: RunWidget) -> dict[str, Any]:
    """What shows the widget, by mime type."""
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {"application/vnd.jupyter.widget-view+json": view}


def release(widget: RunWidget) -> None:
    """Free the widget here and in the browser: nothing shows it any more."""
    layout = widget.layout
    widget.close()
    # Made with every widget and known to the registry of all widgets, so it would stay.
    layout.close()


def deliver_while_busy(widget: anywidget.AnyWidget) -> None:
    """Have the browser's messages to this widget delivered while a cell runs."""
    hear_while_busy(widget.comm)
