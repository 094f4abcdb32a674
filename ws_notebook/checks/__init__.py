"""Assertions about a run, and what it did in words. The way in is `check.check`.

Pure: they read a run's state and no more.
"""

from __future__ import annotations

__all__: list[str] = []
