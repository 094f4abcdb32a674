"""What a batch needs of a session, and that a session's asker has it."""

from __future__ import annotations

from collections.abc import Callable

from ws_notebook import Session
from ws_notebook.batch.asker import Asker
from ws_notebook.session.asker import SessionAsker

__all__: list[str] = []


def test_a_session_has_all_that_a_batch_needs(local: Callable[..., Session]) -> None:
    made = SessionAsker(local(instructions="Be brief."), options={"max_output_tokens": 9})
    asker: Asker = made
    assert {name for name in vars(Asker) if not name.startswith("_")} <= set(dir(made))
    assert (asker.has_lanes, asker.warms_up, asker.at_once, asker.longest) == (True, True, 16, 9)
    assert asker.facts["instructions"] == "Be brief."
    assert not SessionAsker(local(profile="xai")).has_lanes
