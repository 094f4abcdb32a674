"""The programs of this folder, in the order of docs/performance.md."""

from __future__ import annotations

__all__ = ["PROGRAMS"]

PROGRAMS: dict[str, tuple[str, ...]] = {
    "burst": ("burst",),
    "burst_deflate": ("burst", "--compression"),
    "paced": ("paced",),
    "tool_loop": ("tool_loop",),
    "tool_call": ("tool_call",),
    "growth": ("growth",),
    "bytes_sent": ("bytes_sent",),
    "memory": ("memory",),
    "tables": ("tables",),
    "collection": ("collection",),
    "cold_start": ("cold_start",),
    "live_view": ("live_view",),
    "busy_thread": ("busy_thread",),
    "scale": ("scale",),
}
"""A result's name: its module, and with what it is called."""
