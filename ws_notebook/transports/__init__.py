"""What moves frames. Each transport is one file with the same face (`base`)."""

from __future__ import annotations

__all__: list[str] = []
