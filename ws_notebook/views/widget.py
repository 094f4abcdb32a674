"""The widget that draws a run in the browser. Imports anywidget, so import this module when it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ..exceptions import SettingsError

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


def view_data(widget: RunWidget, plain: str) -> dict[str, Any]:
    """What shows the widget, by mime type; `plain` for front ends that have no widgets."""
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {"application/vnd.jupyter.widget-view+json": view, "text/plain": plain}


def release(widget: RunWidget) -> None:
    """Free the widget here and in the browser: nothing shows it any more."""
    layout = widget.layout
    widget.close()
    # Made with every widget and known to the registry of all widgets, so it would stay.
    layout.close()


def deliver_while_busy(widget: RunWidget) -> None:
    """Have the browser's messages to this widget delivered while a cell runs.

    JupyterLab sends them to a subshell, another thread of the kernel, which is free meanwhile. But
    ipykernel 7.4 sends each on to the thread that last published on the widget's channel
    (kernelbase.shell_channel_thread_main asks the comm's `_reply_subshell_for`): for what a cell
    publishes that is the main thread, which the cell blocks. Without this route, which only that
    release has, a message stays where the front end sent it. The handlers here are thread-safe.
    """
    if hasattr(widget.comm, "_reply_subshell_for"):
        widget.comm._reply_subshell_for = None
