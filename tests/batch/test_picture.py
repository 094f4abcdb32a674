"""A batch as JSON for views."""

from __future__ import annotations

import json

from ws_notebook.batch.ledger import Ledger
from ws_notebook.batch.pace import Pace
from ws_notebook.batch.picture import facts_of, row_facts, states
from ws_notebook.batch.row import Row
from ws_notebook.secrets import Keys

__all__: list[str] = []

MORE = {"id": "r1", "status": "in_progress", "prompt": "p", "model": "m", "cost": None, "notes": [], "stopped": ""}


def test_what_views_are_told() -> None:
    ledger = Ledger([Row(position, position) for position in range(30)])
    for row in ledger.rows[:4]:
        row.error = "broken"
        ledger.move(row, "failed", now=ledger.began + 1)
    pace = Pace(16)
    pace.slow(ledger.began + 1, ledger.began + 2)
    found = facts_of(ledger, pace, Keys(), {**MORE, "ended": ledger.began + 2})
    assert json.loads(json.dumps(found)) == found
    assert (found["total"], found["counts"], found["elapsed_ms"]) == (30, {"failed": 4, "waiting": 26}, 2000)
    assert found["lanes"] == {"now": 8, "most": 16, "history": [[0, 16], [1000, 8]]}
    assert found["errors"] == [{"text": "broken", "count": 4, "rows": [0, 1, 2, 3]}]
    assert len(found["first"]) == 10
    assert states(ledger) == "f" * 4 + "w" * 26


def test_a_long_answer_is_cut_and_secrets_are_hidden() -> None:
    keys = Keys()
    keys.add(["sk-abcdef1234567890XYZ"])
    found = row_facts(Row(3, ("k", 1), "completed", text="sk-abcdef1234567890XYZ " + "x" * 5000), keys)
    assert len(found["text"]) <= 400
    assert "sk-abcdef" not in found["text"]
    assert found["index"] == "('k', 1)"
