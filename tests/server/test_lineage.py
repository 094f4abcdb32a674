from __future__ import annotations

import pytest

from ws_notebook.server.errors import ApiError
from ws_notebook.server.lineage import Lineage, Memory, Record, check_outputs

CALL = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "1"}


def test_items_come_oldest_first_and_are_shared() -> None:
    first = Lineage.extend(None, [{"n": 1}, {"n": 2}])
    left, right = Lineage.extend(first, [{"n": 3}]), Lineage.extend(first, [{"n": 4}])
    assert [item["n"] for item in left.items()] == [1, 2, 3]
    assert [item["n"] for item in right.items()] == [1, 2, 4]
    assert left.before is right.before


def test_tokens_add_up() -> None:
    first = Lineage.extend(None, [{"content": "one two"}])
    assert Lineage.extend(first, [{"content": "three"}]).tokens == first.tokens + 2


def test_a_chain_of_many_responses_is_read_without_recursion() -> None:
    chain = None
    for number in range(5000):
        chain = Lineage.extend(chain, [{"n": number}])
    assert chain is not None
    assert len(chain.items()) == 5000


def test_answered_calls_pass() -> None:
    check_outputs([CALL, OUTPUT])
    check_outputs([{**CALL, "type": "custom_tool_call"}, {**OUTPUT, "type": "custom_tool_call_output"}])


def test_a_call_without_output_is_refused_in_the_documented_words() -> None:
    with pytest.raises(ApiError, match="No tool output found for function call call_1") as caught:
        check_outputs([CALL, {"type": "message", "role": "user", "content": "hello"}])
    assert (caught.value.status, caught.value.param) == (400, "input")


def test_a_warm_up_may_leave_calls_open() -> None:
    check_outputs([CALL], all_answered=False)


def test_an_output_nobody_asked_for_is_refused() -> None:
    with pytest.raises(ApiError, match="call_1") as caught:
        check_outputs([OUTPUT, CALL], all_answered=False)
    assert caught.value.param == "input"


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
