"""The frame of a turn: what is new with an id, or everything without one; and what its sizes say."""

from __future__ import annotations

import json

from support.drive import Drive
from support.events import answer, message

from ws_notebook.core.items import as_items
from ws_notebook.core.request import size

__all__: list[str] = []


def test_the_size_of_items_is_their_length_in_a_request() -> None:
    items = as_items("words") + as_items("more words")
    assert size(items) == len(json.dumps(items, separators=(",", ":")).encode()) - 1


def test_a_request_with_memory_is_a_client_event_and_without_it_the_body_of_a_post() -> None:
    for memory, first in ((True, {"type": "response.create"}), (False, {"stream": True})):
        drive = Drive(memory=memory)
        drive.ask()
        assert first.items() <= drive.requests[0].items()


def test_the_full_context_is_what_a_request_without_memory_sends() -> None:
    over_socket, over_http = Drive(), Drive(memory=False, trusts_store=False)
    for drive in (over_socket, over_http):
        for number in range(3):
            drive.ask(f"question {number}")
            drive.receive(*answer(f"resp_{number}", message("An answer.")))
    envelope = len('"type":"response.create"') - len('"stream":true')
    for turn_socket, turn_http in zip(over_socket.protocol.runs, over_http.protocol.runs, strict=True):
        assert turn_socket.turns[0].bytes_full_context == turn_http.turns[0].bytes_sent + envelope
