"""Assertions about a run, and what it did in words."""

from __future__ import annotations

__all__: list[str] = []
