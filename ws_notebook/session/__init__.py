"""Session and Run: the handles that users hold, and the machinery behind them."""

from __future__ import annotations

__all__: list[str] = []
