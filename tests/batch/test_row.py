"""A row: its answer, and whether it has ended."""

from __future__ import annotations

from ws_notebook.batch.row import ENDED, FAILED, STATUSES, Row

__all__: list[str] = []


def test_the_answer_is_the_value_that_was_asked_for_else_the_text() -> None:
    assert Row(0, "k", text="five").answer == "five"
    assert Row(0, "k", text="5", value=5).answer == 5


def test_every_status_is_known() -> None:
    assert FAILED | {"completed"} == ENDED
    assert set(STATUSES) == ENDED | {"waiting", "asked"}
    assert Row(0, 0, status="failed").done
    assert not Row(0, 0, status="asked").done
