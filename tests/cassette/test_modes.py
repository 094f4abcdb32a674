"""What each mode does with a file that is there, and with one that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ws_notebook.cassette.modes import MODES, part_of, step
from ws_notebook.exceptions import SettingsError

__all__: list[str] = []


def test_modes_are_those_that_users_of_vcr_know(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    assert [step(mode, path) for mode in MODES] == ["missing", "record", "record", "record"]
    path.write_bytes(b"")
    assert [step(mode, path) for mode in MODES] == ["replay", "replay", "extend", "record"]
    with pytest.raises(SettingsError, match="mode is none, once, new_episodes or all, not 'rewrite'"):
        step("rewrite", path)


def test_a_recording_that_is_not_done_has_the_same_ending() -> None:
    assert part_of(Path("a/talk.jsonl.gz")) == Path("a/recording-talk.jsonl.gz")
