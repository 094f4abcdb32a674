"""The tool that most tests give a model."""

from __future__ import annotations

from ws_notebook import tool

__all__ = ["add"]


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b
