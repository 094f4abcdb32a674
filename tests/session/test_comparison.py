"""One question asked several ways."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.tools import add

from ws_notebook import ReplayTransport, Session
from ws_notebook.exceptions import SettingsError
from ws_notebook.session.comparison import Comparison, Variant, compare, variants_of

__all__: list[str] = []

Open = Callable[..., Session]


def test_websocket_and_http_give_one_answer_and_the_socket_sends_less(local: Open) -> None:
    session = local()
    prompt = "3 times: call add(a=…, b=1)"
    found = compare(session, prompt, variants_of(session, [], []), tools=[add])
    assert list(found.runs) == ["websocket", "http"]
    table = found.table
    assert table["status"].tolist() == ["completed", "completed"]
    assert table["turns"].tolist() == [4, 4]
    assert table.loc["websocket", "bytes_sent"] < table.loc["http", "bytes_sent"]
    assert found.same_answer
    assert session.runs == []
    assert [run.turns[0].transport for run in found.runs.values()] == ["websocket", "http"]


def test_a_model_that_fails_is_a_row_like_any_other(local: Open) -> None:
    session = local()
    found = compare(session, 'say "hi"', variants_of(session, [], ["demo", "other"]))
    assert list(found.runs) == ["demo", "other"]
    assert found.table["status"].tolist() == ["completed", "failed"]
    assert "model_not_found" in found.table.loc["other", "error"]
    assert not found.same_answer


def test_it_shows_itself_as_a_table(local: Open) -> None:
    session = local()
    found = compare(session, 'say "hi"', variants_of(session, [], []))
    lines = repr(found).splitlines()
    assert lines[0].split()[:3] == ["status", "turns", "calls"]
    assert lines[1].startswith("websocket  completed")
    assert lines[-1].startswith("One sample each, asked one after another. The answers are the same.")
    assert "runs['websocket'], runs['http']" in lines[-1]
    assert "_.runs['websocket']" in lines[-1]
    assert found._repr_markdown_().splitlines()[1].startswith("| --- |")
    assert isinstance(found, Comparison)


def test_every_transport_goes_with_every_model(local: Open) -> None:
    session = local()
    both = variants_of(session, ["http", "websocket"], ["m1", "m2"])
    assert [each.label(both) for each in both] == ["http m1", "http m2", "websocket m1", "websocket m2"]
    assert variants_of(session, [], [], model="m") == [Variant("websocket", "m"), Variant("http", "m")]
    assert variants_of(session, [], ["m1", "m2"]) == [Variant("websocket", "m1"), Variant("websocket", "m2")]


def test_what_cannot_be_compared_is_told(local: Open) -> None:
    session = local()
    with pytest.raises(SettingsError, match="not 'carrier'"):
        variants_of(session, ["carrier"], [])
    with pytest.raises(SettingsError, match="nothing to compare"):
        variants_of(session, ["http"], ["m1"])


def test_a_replay_is_not_compared(local: Open, tmp_path: Path) -> None:
    session = local()
    with session.record(tmp_path / "c"):
        session.ask('say "one"')
    with Session(transport=ReplayTransport(tmp_path / "c")) as again, pytest.raises(SettingsError, match="A replay"):
        compare(again, 'say "one"', variants_of(again, [], []))
