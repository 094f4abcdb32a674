"""What a call carries besides its arguments and output: the consent that it needs, and how far it is."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["Consent", "Progress"]


class Consent(msgspec.Struct, eq=False, kw_only=True):
    """What is known of the consent that a call needs or needed."""

    deadline: float | None = None
    """When the default is taken, in seconds of the monotonic clock."""
    default: str = "deny"
    """What is done then: "deny" or "approve"."""
    prompted: bool = False
    """It is asked for by the kernel's input(), so a view needs no buttons for it."""
    length: int = 0
    """Characters of the arguments that it is asked for."""
    digest: str = ""
    """Names those arguments; empty where nobody was asked."""
    defaults: str = ""
    """JSON of what the function gets that the arguments do not say; empty where they say all."""
    repeated: tuple[str, ...] = ()
    """Keys that the arguments write more than once."""
    reason: str = ""
    arguments: str | None = None
    """The JSON arguments that the call runs with in place of the model's; None: with those."""


class Progress(msgspec.Struct, frozen=True, eq=False):
    """How far a call is: `fraction` from 0 to 1 or None, a few words, a generator's last value, how many so far."""

    fraction: float | None = None
    text: str = ""
    partial: str | list[Any] | None = None
    count: int = 0
