"""One place in a notebook's output, and what stands in it."""

from __future__ import annotations

import contextvars
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Display"]


class Display:
    """Shows data by mime type, and replaces it as a whole; a saved notebook holds what stood there last."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(6)
        self._context: contextvars.Context | None = None

    def show(self, data: Mapping[str, Any]) -> None:
        """Show it in the output of the cell that runs here."""
        self._context = contextvars.copy_context()
        _publish(data, self.id, update=False)

    def replace(self, data: Mapping[str, Any]) -> None:
        """Put something else in its place. May be called from any thread.

        In the main thread it counts as an output of the cell that runs now: nbclient heeds no
        other. In another thread, of the cell that showed it.
        """
        if self._context is None or threading.current_thread() is threading.main_thread():
            _publish(data, self.id, update=True)
        else:
            # A copy, since a context cannot be entered twice at the same time.
            self._context.copy().run(_publish, data, self.id, update=True)


def _publish(data: Mapping[str, Any], display_id: str, *, update: bool) -> None:
    from IPython.display import publish_display_data

    publish: Callable[..., None] = publish_display_data
    publish(dict(data), transient={"display_id": display_id}, update=update)
