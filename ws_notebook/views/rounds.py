"""How far a comparison is: a bar with words and, where clicks arrive while a cell runs, a button that stops it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from html import escape
from typing import Any

from .. import kernel
from .display import Display

__all__ = ["Rounds"]


class Rounds:
    """Shows steps of a whole until it is ended; where nobody looks, as in nbclient, it shows nothing.

    `stop` is called, in whatever thread, when the button is clicked; without a button, interrupting the cell stops.
    """

    def __init__(self, total: int, stop: Callable[[], object]) -> None:
        self._total = total
        self._display: Display | None = None
        self._bar: Any = None
        self._widgets: list[Any] = []
        if kernel.is_headless() or not kernel.in_kernel():
            return
        self._display = Display()
        if kernel.cell_id() is not None and kernel.hears_while_busy():
            self._display.show(self._widget(stop))
        else:
            self._display.show(self._data(0, ""))

    def show(self, done: int, words: str) -> None:
        """So many steps are done."""
        if self._bar is not None:
            self._bar.value = self._html(done, words)
        elif self._display is not None:
            self._display.replace(self._data(done, words))
        elif sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{done} of {self._total} · {words}")
            sys.stderr.flush()

    def end(self, words: str) -> None:
        """Leave these words in its place."""
        if self._display is not None:
            self._display.replace({"text/plain": words})
            while self._widgets:
                from .parts import release

                release(self._widgets.pop(0))
        elif sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")

    def _widget(self, stop: Callable[[], object]) -> dict[str, Any]:
        import ipywidgets

        self._bar = ipywidgets.HTML(self._html(0, ""))
        button = ipywidgets.Button(description="Stop", tooltip="Stop the comparison; the rounds that are done stay")
        button.on_click(lambda _: stop())
        kernel.hear_while_busy(button.comm)
        box: Any = ipywidgets.HBox([button, self._bar])
        self._widgets = [box, button, button.style, self._bar, self._bar.style]
        return {**box._repr_mimebundle_(), "text/plain": "A comparison begins."}

    def _data(self, done: int, words: str) -> dict[str, Any]:
        return {"text/html": self._html(done, words), "text/plain": f"{done} of {self._total} · {words}"}

    def _html(self, done: int, words: str) -> str:
        return (
            f'<progress aria-label="Comparison" max="{self._total}" value="{done}" style="vertical-align:middle">'
            f'</progress> <span role="status">{done} of {self._total} · {escape(words)}</span>'
        )
