"""Compaction: what is sent for it, what later requests send instead of the history, and what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from support.tools import add

from ws_notebook import Session
from ws_notebook.exceptions import ConnectionFailed, ProviderError, SettingsError
from ws_notebook.session.compaction import latest_to_compact

__all__: list[str] = []

Open = Callable[..., Session]


def requests(session: Session) -> list[dict]:
    """The creates that were sent over the socket, decoded."""
    records = session._engine.protocol.frames.records()
    return [json.loads(record.data) for record in records if record.type == "response.create"]


def test_the_next_question_sends_the_compacted_items_and_the_one_after_it_continues(local: Open) -> None:
    session = local(tools=[add])
    session.ask("My name is Ada: call add(a=1, b=2)")
    last = session.ask("write 120 words")
    short = session.compact()
    assert (short.status, short.parent, short.response_id, short.text) == ("completed", last, None, "")
    assert [item.type for item in short.items] == ["message", "message", "compaction"]
    after = session.ask("what did I say first?")
    assert "My name is Ada" in after.text
    assert after.parent is short
    sent = requests(session)[-1]
    assert "previous_response_id" not in sent
    assert sent["input"][:3] == short.items
    session.ask('say "on"')
    assert requests(session)[-1]["previous_response_id"] == after.response_id
    assert list(session.turns["transport"])[-3:] == ["http", "websocket", "websocket"]
    assert session.turns["recovered"].tolist() == [""] * len(session.turns)


def test_a_run_in_progress_is_waited_for_and_any_run_can_be_the_parent(local: Open) -> None:
    session = local()
    first = session.ask('say "one"')
    running = session.start("write 40 words")
    assert session.compact().parent is running
    other = session.compact(first)
    assert (other.parent, len(other.items)) == (first, 2)
    assert session.ask("what did I say first?", parent=other).text.count("one") == 1


def test_a_compaction_shows_itself(local: Open) -> None:
    session = local()
    session.ask('say "one"')
    short = session.compact()
    assert "completed" in repr(short)
    assert "compaction" in short._repr_mimebundle_()["text/html"]


def test_where_nothing_was_said_there_is_nothing_to_compact(local: Open) -> None:
    with pytest.raises(SettingsError, match="nothing to compact"):
        local().compact()
    with pytest.raises(SettingsError, match="nothing to compact"):
        latest_to_compact([])


def test_a_closed_session_compacts_nothing(local: Open) -> None:
    session = local()
    session.ask('say "one"')
    session.close()
    with pytest.raises(SettingsError, match="closed"):
        session.compact()


def test_what_goes_wrong_changes_nothing(opened: Open, local: Open, unused_port: int) -> None:
    session = local()
    session.ask('say "one"')
    with pytest.raises(SettingsError, match="another session"):
        local().compact(session.runs[0])
    gone = opened(f"http://127.0.0.1:{unused_port}/v1")
    run = gone.start("Hi")
    with pytest.raises(ConnectionFailed):
        run.result(20)
    with pytest.raises((SettingsError, ConnectionFailed)):
        gone.compact(run)
    assert [each.id for each in gone.runs] == ["r1"]


def test_a_provider_that_refuses_is_quoted(local: Open) -> None:
    session = local()
    session.ask('say "one"')
    run = session.start('say "two"', model="no-such-model")
    with pytest.raises(ProviderError):
        run.result(20)
    with pytest.raises(ProviderError, match="no-such-model"):
        session.compact(run)
    assert session.ask('say "three"').text == "three"


def test_what_is_no_run_is_not_taken_for_the_latest(local: Open) -> None:
    session = local()
    session.ask('say "one"')
    with pytest.raises(SettingsError, match="one of session"):
        session.compact("resp_1")  # type: ignore[arg-type]
    assert len(session.runs) == 1
