"""Classes of libraries, where these are in use: nothing is imported to find out what a value is."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["loaded"]


def loaded(module: str, name: str) -> Any:
    """A class of a library, or an empty tuple (nothing is an instance of it) where the library is not in use."""
    return getattr(sys.modules.get(module), name, ())
