"""Secrets are taken out as entries come, also one that is spread over two frames."""

from __future__ import annotations

import json

from ws_notebook.cassette.scrubber import Entry, Scrubber, scrubbed
from ws_notebook.secrets import Keys

__all__: list[str] = []

KEY = "a-key-for-tests-42-abc"


def delta(text: str) -> Entry:
    event = {"type": "response.output_text.delta", "item_id": "i", "output_index": 0, "content_index": 0, "delta": text}
    return Entry(0, 1, "received", json.dumps(event).encode())


def test_a_known_key_in_two_pieces_is_hidden_and_what_waits_comes_at_the_end() -> None:
    scrubber = Scrubber(Keys([KEY]))
    given = [*scrubber.add(delta(f"It is {KEY[:9]}")), *scrubber.add(delta(f"{KEY[9:]}.")), *scrubber.close()]
    text = "".join(json.loads(each.data)["delta"] for each in given)
    assert KEY not in text
    assert text.startswith("It is ")
    assert len(given) == 2


def test_frames_without_a_secret_are_the_same_bytes() -> None:
    entries = [delta("one"), Entry(1, 1, "closed", b'{"code": 1000}'), delta("two")]
    assert scrubbed(entries) == entries
