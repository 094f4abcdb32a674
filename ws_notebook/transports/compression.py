"""What permessage-deflate is asked for, what became of it, and what it saved."""

from __future__ import annotations

from typing import Final

from ..exceptions import SettingsError
from .base import Endpoint

__all__ = ["LEAST", "Compression"]

LEAST: Final = 1024
"""Bytes from which a message is worth compressing: shorter ones go as they are, RFC 7692 lets each be either."""


class Compression:
    """permessage-deflate on the sockets of one transport, added up. Its repr says what became of it.

    asked: "auto" offers it to every server but those on this machine, where bytes cost less than the work; "deflate"
    offers it to these too; None to nobody. Raises SettingsError for anything else.
    """

    def __init__(self, asked: str | None = "auto") -> None:
        if asked not in ("auto", "deflate", None):
            raise SettingsError(f"compression must be 'auto', 'deflate' or None (off), not {asked!r}.")
        self.asked = asked
        self.agreed: str | None = None
        """How the newest connection compresses, in words; empty: not at all; None: there was none."""
        self.plain = 0
        """Bytes of the messages that went compressed, in both directions, as they are: what tables count."""
        self.wire = 0
        """Bytes that they were on the wire, without the heads of their frames."""

    def __repr__(self) -> str:
        if not self.agreed:
            return "<Compression: none>" if self.agreed is None else "<Compression: not agreed to>"
        return f"<Compression: {self.agreed}; {self.saved}>"

    @property
    def saved(self) -> str:
        """What it came to, in words."""
        return f"{self.plain:,} bytes went as {self.wire:,}"

    def offered_to(self, endpoint: Endpoint) -> bool:
        """Whether a connection to this server offers it."""
        return self.asked == "deflate" or (self.asked == "auto" and not endpoint.loopback)
