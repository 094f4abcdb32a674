"""``ws-notebook``, the command line: one module for each command."""

from __future__ import annotations

from .command import main

__all__ = ["main"]
