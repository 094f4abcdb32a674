"""What the rows of a batch add up to."""

from __future__ import annotations

import pytest

from ws_notebook.batch.ledger import Ledger
from ws_notebook.batch.row import Row

__all__: list[str] = []


def ledger(count: int = 4) -> Ledger:
    return Ledger([Row(position, f"k{position}") for position in range(count)])


def test_rows_move_and_are_counted() -> None:
    found, touched = ledger(), []
    found.watch(touched.append)
    found.move(found.rows[1], "asked")
    found.rows[1].error = "broken  in two\nlines"
    found.move(found.rows[1], "failed", now=found.began + 1)
    found.move(found.rows[0], "completed", now=found.began + 2)
    assert dict(+found.counts) == {"waiting": 2, "failed": 1, "completed": 1}
    assert (found.done, found.ended) == (2, [1, 0])
    assert found.errors == {"broken in two lines": [1]}
    assert [row.position for row in touched] == [1, 1, 0]
    assert found.positions(["waiting"]) == [2, 3]
    found.unwatch(touched.append)


def test_a_row_can_be_asked_again() -> None:
    found = ledger()
    found.rows[0].error = "no"
    found.move(found.rows[0], "failed")
    found.reopen(found.rows[0])
    assert (found.rows[0].status, found.rows[0].error, found.errors, found.ended) == ("waiting", "", {}, [])
    assert found.counts["waiting"] == 4


def test_the_rate_is_that_of_the_last_minute() -> None:
    found = ledger(200)
    for place, row in enumerate(found.rows[:100]):
        found.move(row, "completed", now=found.began + place)
    now = found.began + 100
    assert found.rate(now) == pytest.approx(1.0, rel=0.05)
    assert found.left(now) == pytest.approx(100, rel=0.05)
    assert found.rate(now + 1000) == 0.0
    assert found.left(now + 1000) is None
    assert ledger(1).left(0.0) is None


def test_rows_that_a_journal_has_are_no_part_of_the_rate() -> None:
    found = ledger()
    found.move(found.rows[0], "completed")
    assert found.rate(found.began + 1) == 0.0


def test_tokens_are_added_up() -> None:
    found = ledger()
    found.add((5, 2, 3))
    assert found.usage() == {
        "input_tokens": 5, "input_tokens_details": {"cached_tokens": 2}, "output_tokens": 3, "total_tokens": 8,
    }  # fmt: skip
