from __future__ import annotations

from ws_notebook.tools import tool
from ws_notebook.tools.bench.record import Bench, Record

__all__: list[str] = []


def test_a_record_is_of_a_call_by_hand_unless_it_says_otherwise() -> None:
    record = Record(arguments="{}", status="completed", output="1")
    assert (record.call_id, record.run, record.ms, record.error) == ("call_by_hand", "", None, None)


def test_a_bench_begins_empty_and_is_one_for_all_copies_of_a_tool() -> None:
    assert (Bench().last, Bench().mocks) == (None, [])

    class Store:
        @tool
        def left(self, sold: int) -> int:
            return 10 - sold

    Store().left.try_(sold=1)
    assert Store().left.last is not None
    assert Store().left.last.output == "9"
