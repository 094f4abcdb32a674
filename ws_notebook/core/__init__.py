"""The protocol as pure data and functions: no I/O, no clock, no thread."""

from __future__ import annotations

__all__: list[str] = []
