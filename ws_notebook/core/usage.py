"""Token counts as a provider gives them, without numbers that no count can be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import codec
from .items import WireObject

__all__ = ["usage_json", "usage_of"]

_LARGEST = 2**53
"""Beyond it a JSON number is no longer exact everywhere, and no response has so many tokens."""


def usage_of(value: Any) -> WireObject | None:
    """The usage object of a response, or None; NaN, infinity and absurdly large numbers are as if not said."""
    return WireObject(_cleaned(value)) if isinstance(value, Mapping) else None


def usage_json(value: Any) -> bytes:
    """The same as JSON; empty where there is none."""
    usage = usage_of(value)
    return b"" if usage is None else codec.encode(usage)


def _cleaned(value: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: _cleaned(each) if isinstance(each, Mapping) else each for key, each in value.items()}
    return {key: each for key, each in kept.items() if not isinstance(each, (int, float)) or abs(each) <= _LARGEST}
