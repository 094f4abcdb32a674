"""Sessions that end with their test, and one embedded server for all of them."""

from __future__ import annotations

from support.sessions import local, opened, server, unused_port

__all__ = ["local", "opened", "server", "unused_port"]
