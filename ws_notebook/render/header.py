"""What stands over a run, whatever shows it."""

from __future__ import annotations

import msgspec

from ..secrets import Keys

__all__ = ["RunHeader"]


class RunHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What a run does not know of itself."""

    provider: str
    model: str
    transport: str
    note: str = ""
    """What a reader must know, such as "embedded server: a script, no AI"."""
    address: str = ""
    """The base URL that `provider` must be given to ask the same again, where the name is not enough. No secrets."""
    profile: str = ""
    """Likewise the profile, where one was chosen."""
    keys: Keys | None = None
    """The secrets that are shown nowhere, besides what looks like one."""
