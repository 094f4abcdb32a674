"""What shows a run while it lasts. Views are told of changes and know no session."""

from __future__ import annotations

__all__: list[str] = []
