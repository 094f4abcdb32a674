from __future__ import annotations

from ws_notebook.server.lineage import Lineage, Record
from ws_notebook.server.memory import Memory


def record(name: str) -> Record:
    return Record({"id": name, "output": []}, Lineage.extend(None, ()))


def test_each_lane_keeps_its_latest_and_any_lane_finds_it() -> None:
    memory = Memory()
    for lane, name in (("a", "resp_1"), (None, "resp_2"), ("a", "resp_3")):
        memory.remember(lane, record(name))
    assert memory.recall("resp_1") is None
    assert memory.recall("resp_2") is not None
    assert memory.recall("resp_3") is not None
    assert len(memory) == 2


def test_a_lane_may_keep_several() -> None:
    memory = Memory(per_lane=2)
    for name in ("resp_1", "resp_2", "resp_3"):
        memory.remember(None, record(name))
    assert [memory.recall(name) is not None for name in ("resp_1", "resp_2", "resp_3")] == [False, True, True]


def test_only_its_own_lane_evicts_a_response() -> None:
    memory = Memory()
    memory.remember("a", record("resp_1"))
    memory.evict("b", "resp_1")
    memory.evict(None, None)
    assert memory.recall("resp_1") is not None
    memory.evict("a", "resp_1")
    assert memory.recall("resp_1") is None
