"""What happens: the one thread and its loop, connections, functions that are called, questions about them."""

from __future__ import annotations

__all__: list[str] = []
