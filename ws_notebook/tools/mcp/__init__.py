"""Tools of MCP servers: how they are reached, asked and called."""

from __future__ import annotations

__all__: list[str] = []
