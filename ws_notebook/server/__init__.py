"""The embedded server: the Responses API over WebSocket and HTTP on a loopback socket, with models that are scripts.

Runs in its own process (``ws-notebook serve``), knows nothing of sessions, and imports tornado only when it is built.
"""

from __future__ import annotations

__all__: list[str] = []
