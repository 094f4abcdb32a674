"""The ``script`` model: scenes that somebody wrote, played step by step."""

from __future__ import annotations

__all__: list[str] = []
