from __future__ import annotations

from ws_notebook.server.lineage import Lineage, Record
from ws_notebook.server.store import MemoryStore


def record(name: str) -> Record:
    return Record({"id": name, "output": []}, Lineage.extend(None, ()))


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
