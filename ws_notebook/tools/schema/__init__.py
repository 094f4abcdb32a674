"""From a function's signature to JSON Schema, and from the model's arguments to values."""

from __future__ import annotations

__all__: list[str] = []
