"""Compression of what is written bit by bit."""

from __future__ import annotations

import gzip

import pytest

from ws_notebook.cassette.packing import Packer, is_packed, unpacked
from ws_notebook.exceptions import SettingsError

__all__: list[str] = []


def test_the_ending_decides_and_all_that_was_packed_can_be_read_at_once() -> None:
    packer, plain = Packer("a/talk.JSONL.GZ"), Packer("talk.jsonl")
    first = packer.pack(b"one\n")
    assert unpacked(first) == b"one\n"
    whole = first + packer.pack(b"two\n") + packer.end()
    assert unpacked(whole) == gzip.decompress(whole) == b"one\ntwo\n"
    assert plain.pack(b"one") + plain.end() == b"one"
    assert (is_packed(whole), is_packed(b"one")) == (True, False)


def test_files_that_were_joined_are_read_whole() -> None:
    assert unpacked(gzip.compress(b"one\n") + gzip.compress(b"two\n")) == b"one\ntwo\n"


def test_what_is_damaged_is_told() -> None:
    with pytest.raises(SettingsError, match="damaged"):
        unpacked(gzip.compress(b"x" * 100)[:10] + b"\xff" * 20)
