"""What shows a run while it lasts. Views are told of changes and know no session."""

from __future__ import annotations

from .base import NullView, View
from .choose import choose_view

__all__ = ["NullView", "View", "choose_view"]
