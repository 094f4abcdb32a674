"""What a server spends on context, and what a connection's memory saves of it."""

from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.network.units import Overhead
from ws_notebook.server.create import parse_create
from ws_notebook.server.lineage import Lineage, Record
from ws_notebook.server.overhead import spent

__all__: list[str] = []

OVERHEAD = Overhead(0.02, 0.001)
LONG = "x" * 10_000


def create(**fields: Any) -> Any:
    return parse_create({"model": "demo", "input": "hello", **fields})


def record() -> Record:
    item = {"type": "message", "role": "user", "content": LONG}
    return Record({"id": "resp_1", "output": []}, Lineage.extend(None, [item]))


def test_a_first_request_is_read_whole() -> None:
    short = spent(OVERHEAD, create(), None, remembered=False)
    assert 0.02 < short < 0.0202
    assert spent(OVERHEAD, create(instructions=LONG), None, remembered=False) == pytest.approx(short + 0.01, abs=1e-4)
    tool = {"type": "function", "name": "f", "description": LONG, "parameters": {}}
    assert spent(OVERHEAD, create(tools=[tool]), None, remembered=False) == pytest.approx(short + 0.01, abs=2e-4)


def test_a_chain_is_read_anew_unless_the_connection_remembers_it() -> None:
    asked = create(previous_response_id="resp_1", instructions=LONG)
    known = spent(OVERHEAD, asked, record(), remembered=True)
    assert known == pytest.approx(0.0001, abs=1e-4)
    assert spent(OVERHEAD, asked, record(), remembered=False) == pytest.approx(known + 0.04, abs=2e-4)
