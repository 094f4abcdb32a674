"""The code of the views in the browser, which a kernel's pages get once, however many runs they show.

Each part is a model of its own, without a view. A run's widget names it, and its loader asks the page's widget manager
for it. A page that is loaded again gets the parts as it gets all models.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import comm
import ipywidgets
import traitlets

from ..exceptions import SettingsError
from ..kernel import hear_while_busy

__all__ = ["PARTS", "Part", "holds_formula", "loader", "part", "release", "script", "view_data"]

PARTS = ("widget", "math")
"""The view, and its mathematics."""

_FOLDER = Path(__file__).parent / "static"


class Part(ipywidgets.Widget):  # type: ignore[misc]
    """Holds a script of the views."""

    code = traitlets.Unicode().tag(sync=True)


def part(name: str) -> str:
    """The id of the kernel's model that holds static/<name>.js; opened when there is none. Raises as `script` does."""
    code = script(name)
    model_id = f"ws-notebook-{name}-{hashlib.sha256(code.encode()).hexdigest()[:16]}"
    manager: Any = comm.get_comm_manager()
    if model_id not in manager.comms:
        # ipywidgets keeps it until a page closes it.
        hear_while_busy(Part(code=code, model_id=model_id).comm)
    return model_id


def loader() -> str:
    """The script that each widget carries itself: it fetches the parts. Raises as `script` does, also for a part."""
    return [script(name) for name in (*PARTS, "loader")][-1]


_INSTEAD = "install ws-notebook from a wheel, or ask with --view text."


def script(name: str, what: str = "live view", instead: str = _INSTEAD) -> str:
    """The text of static/<name>.js. Raises SettingsError, with what to do `instead`, when it is not there."""
    path = _FOLDER / f"{name}.js"
    try:
        return path.read_text("utf-8")
    except OSError:
        raise SettingsError(
            f"The {what}'s script, {path.name}, is missing from this installation. Build it with `make build`, "
            f"{instead}"
        ) from None


def holds_formula(text: str) -> bool:
    """Whether `text` may hold mathematics, of which pages without JupyterLab's renderer then need a part."""
    return "$" in text or r"\(" in text or r"\[" in text


def view_data(widget: Any) -> dict[str, Any]:
    """What shows the widget, by mime type."""
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {"application/vnd.jupyter.widget-view+json": view}


def release(widget: Any) -> None:
    """Free the widget here and in the browser: nothing shows it any more."""
    layout = getattr(widget, "layout", None)
    widget.close()
    if layout is not None:
        # Made with the widget and known to the registry of all widgets, so it would stay.
        layout.close()
