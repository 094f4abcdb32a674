"""Runs as text, Markdown, HTML, pictures and JSON. Pure functions of a run: no I/O, no clock, no front end."""

from __future__ import annotations

from .bundle import MIME_TYPE, RunHeader
from .mime import mime_bundle

__all__ = ["MIME_TYPE", "RunHeader", "mime_bundle"]
