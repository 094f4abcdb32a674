"""The lines of a cassette, read as bytes."""

from __future__ import annotations

import json

import pytest

from ws_notebook.cassette.lines import Entry, end_line, head_line, line, read
from ws_notebook.exceptions import SettingsError

__all__: list[str] = []


def test_what_only_looks_like_the_end_of_a_line_is_none() -> None:
    data = json.dumps({"delta": "a\u2028b\x0bc\x1c"}, ensure_ascii=False).encode()
    entry = Entry(1.5, 1, "received", data)
    found = read(head_line(model="m") + line(entry) + end_line(1))
    assert (found.entries, found.broken_off, found.head["model"]) == ([entry], "", "m")


@pytest.mark.parametrize("version", ["0", "-1", '"two"', "null", "1.5", "true"])
def test_a_version_that_is_none_is_refused(version: str) -> None:
    with pytest.raises(SettingsError, match="It is a cassette of version"):
        read(f'{{"cassette": {version}}}\n'.encode())


def test_empty_lines_are_skipped_and_a_damaged_one_is_named() -> None:
    frame = line(Entry(0, 1, "sent", b"{}"))
    assert len(read(head_line() + b"\n" + frame + b"\n" + end_line(1)).entries) == 1
    with pytest.raises(SettingsError, match="Line 3 is no frame"):
        read(head_line() + frame + frame[:9] + b"\n" + frame)


@pytest.mark.parametrize("text", [b"[1]", b"{", b"\xff", b"[" * 5000])
def test_what_is_no_object_is_no_frame(text: bytes) -> None:
    with pytest.raises(SettingsError, match="Line 2 is no frame"):
        read(head_line() + text + b"\n" + end_line(0))
