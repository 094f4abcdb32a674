"""A network to measure on: how far away and how thin it is, a proxy that makes it so, and the published cases."""

from __future__ import annotations

__all__: list[str] = []
