"""Runs as text, Markdown, HTML, pictures and JSON. Pure functions of a run: no I/O, no clock, no front end."""

from __future__ import annotations

__all__: list[str] = []
