"""The widget that draws a run in the browser. Imports anywidget, so import this module when it is needed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import anywidget
import traitlets

from .parts import PARTS, holds_formula, loader, part, release, script, view_data

__all__ = ["RunWidget", "code_of", "release", "view_data"]


class RunWidget(anywidget.AnyWidget):
    """A run: `run` is its first picture, a bundle; the rest comes as messages.

    `code` and `math` are the ids of the models that hold the view and, once it is needed, its mathematics.
    """

    _esm = loader()
    run = traitlets.Dict().tag(sync=True)
    code = traitlets.Unicode().tag(sync=True)
    math = traitlets.Unicode().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        run = traits.get("run", {})
        texts = [text for turn in run.get("turns", ()) for text in (turn["text"], turn["reasoning"])]
        traits.setdefault("code", part("widget"))
        traits.setdefault("math", part("math") if any(map(holds_formula, texts)) else "")
        super().__init__(**traits)

    def heed(self, message: dict[str, Any]) -> None:
        """Have the page typeset formulas when a message to it is the first that may hold one."""
        if not self.math and any(map(holds_formula, _texts(message))):
            self.math = part("math")


def _texts(message: dict[str, Any]) -> Iterable[str]:
    """What a snapshot or a delta says of the model's words."""
    for key in ("text", "reasoning"):
        yield from (text for _, text in message.get(key, ()))
    for turn in message.get("run", {}).get("turns", ()):
        yield from (turn["text"], turn["reasoning"])


def code_of(name: str) -> dict[str, Any] | None:
    """The answer to a page that asks for a part by itself, since its widget manager hands out no models."""
    return {"kind": "code", "part": name, "code": script(name)} if name in PARTS else None
