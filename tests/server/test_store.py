from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ws_notebook.server.lineage import Lineage, Record
from ws_notebook.server.store import Archive, MemoryStore

ASKED = {"type": "message", "role": "user", "content": "hello"}
SAID = {"type": "message", "role": "assistant", "content": []}


def record(name: str, before: Lineage | None = None) -> Record:
    response: dict[str, Any] = {"id": name, "output": [SAID]}
    return Record(response, Lineage.extend(before, [ASKED]))


def test_a_record_survives_its_archive(tmp_path: Path) -> None:
    path = tmp_path / "responses.db"
    first = record("resp_1")
    with closing(Archive(path, 10)) as archive:
        archive.put("me", first)
        archive.put("me", record("resp_2", first.lineage))
    with closing(Archive(path, 10)) as archive:
        found = archive.get("me", "resp_2")
        assert found is not None
        assert found.response == {"id": "resp_2", "output": [SAID]}
        assert found.made_from.items() == [ASKED, SAID, ASKED]
        assert found.lineage.items() == [ASKED, SAID, ASKED, SAID]


def test_a_chain_outlives_what_it_began_with(tmp_path: Path) -> None:
    with closing(Archive(tmp_path / "responses.db", 10)) as archive:
        first = record("resp_1")
        archive.put("me", first)
        archive.put("me", record("resp_2", first.lineage))
        assert archive.delete("me", "resp_1")
        found = archive.get("me", "resp_2")
        assert found is not None
        assert len(found.made_from.items()) == 3


def test_a_record_in_a_file_is_its_owner_s(tmp_path: Path) -> None:
    with closing(Archive(tmp_path / "responses.db", 10)) as archive:
        archive.put("me", record("resp_1"))
        assert archive.get("you", "resp_1") is None
        assert not archive.delete("you", "resp_1")
        assert archive.get("me", "resp_1") is not None


def test_the_oldest_goes_when_the_archive_is_full(tmp_path: Path) -> None:
    with closing(Archive(tmp_path / "responses.db", 2)) as archive:
        for name in ("resp_1", "resp_2", "resp_3"):
            archive.put("me", record(name))
        assert len(archive) == 2
        assert archive.get("me", "resp_1") is None


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are notes, and long enough that nobody takes them for an empty database. " * 20)
    with pytest.raises(OSError, match="cannot be used as a store"):
        Archive(path, 2)
    with pytest.raises(OSError, match="cannot be used as a store"):
        Archive(tmp_path / "missing" / "responses.db", 2)


@pytest.mark.skipif(sys.platform == "win32", reason="not on this platform: modes of POSIX")
def test_its_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with closing(Archive(tmp_path / "responses.db", 2)) as archive:
            archive.put("me", record("resp_1"))
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("responses.db", "responses.db-wal", "responses.db-shm"), 0o600)


def test_a_store_without_a_file_makes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(Archive(Path(":memory:"), 2)) as archive:
        archive.put("me", record("resp_1"))
    assert list(tmp_path.iterdir()) == []


def test_a_record_is_found_by_its_id() -> None:
    store = MemoryStore(2)
    kept = record("resp_1")
    store.put("me", kept)
    assert store.get("me", "resp_1") is kept
    assert store.get("me", "resp_2") is None


def test_a_record_is_its_owner_s() -> None:
    store = MemoryStore(2)
    store.put("me", record("resp_1"))
    assert store.get("you", "resp_1") is None
    assert not store.delete("you", "resp_1")
    assert store.delete("me", "resp_1")
    assert store.get("me", "resp_1") is None


def test_the_oldest_goes_when_the_store_is_full() -> None:
    store = MemoryStore(2)
    for name in ("resp_1", "resp_2", "resp_3"):
        store.put("me", record(name))
    assert len(store) == 2
    assert store.get("me", "resp_1") is None
    assert store.get("me", "resp_3") is not None
