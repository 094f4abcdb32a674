"""Ways of asking the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.tools import add

from ws_notebook import Session
from ws_notebook.exceptions import SettingsError
from ws_notebook.session.ways import WAYS, Variant, open_like, variants_of

__all__: list[str] = []

Open = Callable[..., Session]


def test_every_way_goes_with_every_model(local: Open) -> None:
    session = local()
    both = variants_of(session, ["http", "websocket"], ["m1", "m2"])
    assert [each.label(both) for each in both] == ["http full m1", "http full m2", "websocket m1", "websocket m2"]
    assert variants_of(session, [], [], model="m") == [Variant(way, "m") for way in WAYS]
    assert variants_of(session, [], ["m1", "m2"]) == [Variant("websocket", "m1"), Variant("websocket", "m2")]
    assert variants_of(session, ["HTTP_new", "ws"], []) == [Variant("http new", "demo"), Variant("websocket", "demo")]


def test_what_cannot_be_compared_is_told(local: Open) -> None:
    session = local()
    with pytest.raises(SettingsError, match="not 'carrier'"):
        variants_of(session, ["carrier"], [])
    with pytest.raises(SettingsError, match="nothing to compare"):
        variants_of(session, ["http"], ["m1"])


@pytest.mark.parametrize("way", WAYS)
def test_a_way_sends_what_it_says(local: Open, way: str) -> None:
    with open_like(local(instructions="Be brief."), Variant(way, "demo")) as session:
        run = session.ask("3 times: call add(a=…, b=1)", tools=[add])
        turns = session.turns
        assert run.status == "completed"
        assert set(turns["transport"]) == {way.split(maxsplit=1)[0]}
        continues = way in ("websocket", "http id", "http new")
        assert turns["parent_id"].notna().tolist() == [False, continues, continues, continues]
        sent = turns["bytes_sent"].tolist()
        # What is new, or everything.
        assert (sent[3] == sent[2] == sent[1]) if continues else (sent[3] > sent[2] > sent[1])
        assert set(turns["recovered"].fillna("")) == {""}
        assert session.instructions == "Be brief."
