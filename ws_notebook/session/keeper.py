"""What keeps a session when the last variable that holds its handle goes, as long as a run of it is held."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Keeper"]

H = TypeVar("H")


class Keeper(Generic[H]):
    """Holds the attributes of a handle and not the handle, of which it makes another when it is asked for.

    All handles that it makes share one set of attributes. `gone` is called each time that the present one goes, in
    whatever thread lets it go.
    """

    def __init__(self, handle: H, gone: Callable[[], object]) -> None:
        self._kind, self._attributes = type(handle), handle.__dict__
        self._gone = gone
        self._watch(handle)

    def handle(self) -> H:
        """The one that is held somewhere, or else another."""
        held = self._held()
        if held is None:
            held = self._kind.__new__(self._kind)
            held.__dict__ = self._attributes
            self._watch(held)
        return held

    def _watch(self, handle: H) -> None:
        # Bound here: what goes at the very end finds no module whole.
        gone, over = self._gone, sys.is_finalizing
        self._held = weakref.ref(handle, lambda _: over() or gone())
