"""From any value to what a model reads: text, JSON, tables, pictures."""

from __future__ import annotations

__all__: list[str] = []
