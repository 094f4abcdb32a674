"""Tools that other processes find by the name of this module."""

from __future__ import annotations

from ws_notebook.tools import tool

__all__ = ["Counter", "half", "renamed", "thrice"]


@tool
def half(a: float) -> float:
    """Half of a number."""
    return a / 2


def thrice(a: int) -> int:
    """Three times a number."""
    return 3 * a


renamed = tool(name="triple")(thrice)


class Counter:
    """Counts on from a number."""

    def __init__(self, start: int) -> None:
        self.start = start

    def add(self, a: int) -> int:
        """Count on."""
        return self.start + a
