"""Classes of libraries, where these are in use: nothing is imported to find out what a value is."""

from __future__ import annotations

import sys
from typing import Any, Final

__all__ = ["PYTHONS", "loaded"]

PYTHONS: Final = frozenset({str, int, float, bool, type(None), dict, list, tuple})
"""Types of Python's own, of which no value is a library's: most results are made of these alone."""


def loaded(module: str, name: str) -> Any:
    """A class of a library, or an empty tuple (nothing is an instance of it) where the library is not in use."""
    return getattr(sys.modules.get(module), name, ())
