"""The switch for faults: which ones are set, how often they happened, and a form for others.

Imports anywidget, so import this module when it is needed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import anywidget
import traitlets

from ..faults import ACTIONS, EVENTS
from ..kernel import hear
from .parts import script

__all__ = ["FaultSwitch"]

_BARE = frozenset({"drop", "garble", "omit", "hollow", "duplicate", "unknown", "hold"})
"""Actions without an argument."""

Told = list[dict[str, Any]]


class FaultSwitch(anywidget.AnyWidget):
    """Sets rules with `put`, looks at them with `get`. What these raise is shown in it, in words."""

    _esm = script("faults")
    rules: Any = traitlets.List().tag(sync=True)
    """Dicts of `rule`, `seen` and `happened`."""
    note: Any = traitlets.Unicode().tag(sync=True)
    actions: Any = traitlets.List().tag(sync=True)
    """Lists of an action, what happens, and whether it takes an argument."""
    events: Any = traitlets.List().tag(sync=True)

    def __init__(self, told: Told, put: Callable[[Sequence[str]], Told], get: Callable[[], Told]) -> None:
        self._put, self._get = put, get
        self._lock = threading.Lock()
        actions = [[name, words, name not in _BARE] for name, (_, words) in ACTIONS.items()]
        super().__init__(rules=told, actions=actions, events=list(EVENTS))
        hear(self, self._hear)

    def look(self) -> None:
        """Show how often they happened by now. Callable from any thread."""
        self._try(self._get)

    def _hear(self, content: Any) -> None:
        if isinstance(content, dict) and content.get("kind") == "set" and isinstance(content.get("rules"), list):
            wanted = [str(rule) for rule in content["rules"]]
            self._try(lambda: self._put(wanted))

    def _try(self, act: Callable[[], Told]) -> None:
        with self._lock:
            try:
                told = act()
            except Exception as error:  # noqa: BLE001 - the reader learns it where he wrote
                self.note = str(error) or type(error).__name__
                return
            self.note, self.rules = "", told
