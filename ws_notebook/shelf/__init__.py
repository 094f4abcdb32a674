"""The models on this machine: which there are, where they lie, and how they get there."""

from __future__ import annotations

__all__: list[str] = []
