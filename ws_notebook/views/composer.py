"""The line of a chat, in which text of several lines can be written. Imports anywidget: load when needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from .hub import hear_while_busy
from .parts import script

__all__ = ["Composer"]


class Composer(anywidget.AnyWidget):
    """`value` is what stands in it. Enter submits it; Shift-Enter begins a new line."""

    _esm = script("composer")
    value = traitlets.Unicode().tag(sync=True)
    placeholder = traitlets.Unicode().tag(sync=True)

    def on_submit(self, callback: Callable[[], object]) -> None:
        """Have it called at Enter, in whatever thread the kernel hears of it, also while a cell runs."""

        def hear(_widget: Any, content: Any, _buffers: Any) -> None:
            if isinstance(content, dict) and content.get("kind") == "submit":
                self.value = str(content.get("value", self.value))
                callback()

        self.on_msg(hear)
        hear_while_busy(self.comm)
