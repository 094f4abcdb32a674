"""Models of the embedded server: what decides the content of a response."""

from __future__ import annotations

__all__: list[str] = []
