from __future__ import annotations

from ws_notebook.server.limits import Limits


def test_messages_of_64_mib_pass_and_pings_go_every_20_seconds() -> None:
    limits = Limits()
    assert limits.max_message_bytes == 64 * 1024 * 1024
    assert limits.ping_seconds == 20
