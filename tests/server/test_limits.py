from __future__ import annotations

from ws_notebook.server.limits import Limits


def test_messages_of_64_mib_pass_and_pings_go_every_20_seconds() -> None:
    limits = Limits()
    assert limits.max_message_bytes == 64 * 1024 * 1024
    assert limits.ping_seconds == 20


def test_what_one_client_may_leave_unread_and_waiting_is_bounded() -> None:
    limits = Limits()
    assert limits.queued_bytes == 64 * 1024 * 1024
    assert limits.unread_bytes == 4 * 1024 * 1024
    assert limits.unread_seconds == 20
