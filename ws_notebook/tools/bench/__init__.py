"""Where a tool is tried before a model has it: calls by hand, forms, stand-ins, new versions."""

from __future__ import annotations

__all__: list[str] = []
