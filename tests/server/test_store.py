from __future__ import annotations

from ws_notebook.server.lineage import Lineage, Record
from ws_notebook.server.store import Store


def record(name: str) -> Record:
    return Record({"id": name}, Lineage.extend(None, ()))


def test_a_record_is_found_by_its_id() -> None:
    store = Store(2)
    kept = record("resp_1")
    store.put(kept)
    assert store.get("resp_1") is kept
    assert store.get("resp_2") is None


def test_the_oldest_goes_when_the_store_is_full() -> None:
    store = Store(2)
    for name in ("resp_1", "resp_2", "resp_3"):
        store.put(record(name))
    assert len(store) == 2
    assert store.get("resp_1") is None
    assert store.get("resp_3") is not None
