"""The magics' own sessions, and those of the notebook."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ws_notebook import Session, Waits, tool
from ws_notebook.exceptions import SettingsError
from ws_notebook.magics.sessions import Sessions
from ws_notebook.transports.replay import ReplayTransport

__all__: list[str] = []


@pytest.fixture
def names() -> dict[str, Any]:
    """The notebook's names."""
    return {}


@pytest.fixture
def defaults() -> SimpleNamespace:
    """What the traits of the magics would be."""
    return SimpleNamespace(provider="local", model="", transport="auto", waits=None)


@pytest.fixture
def sessions(defaults: SimpleNamespace, names: dict[str, Any]) -> Any:
    """Sessions of magics that are not there."""
    made = Sessions(defaults, SimpleNamespace(user_ns=names))
    yield made
    made.close()


def test_an_own_session_is_made_once_for_each_transport(sessions: Sessions, defaults: SimpleNamespace) -> None:
    assert sessions.known() == []
    own, other = sessions.get(), sessions.get(transport="http")
    assert (sessions.get(), sessions.get(None, "http"), sessions.known()) == (own, other, [own, other])
    assert (sessions.address(own), sessions.address(other)) == ("", "--transport http")
    defaults.transport = "http"
    assert (sessions.get(), sessions.address(other), sessions.address(own)) == (other, "", None)


def test_a_session_of_the_notebook_is_named_by_its_variable(sessions: Sessions, names: dict[str, Any]) -> None:
    with Session(provider="local") as mine:
        names.update(mine=mine, _hidden=mine, number=3)
        assert (sessions.get("mine"), sessions.named, sessions.known("mine")) == (mine, {"mine": mine}, [mine])
        assert (sessions.known("number"), sessions.is_own(mine), sessions.address(mine)) == ([], False, None)
        with pytest.raises(SettingsError, match=r"'mien' does not hold a Session\. Did you mean mine\?"):
            sessions.get("mien")
        with pytest.raises(SettingsError, match="has its own transport"):
            sessions.get("mine", "http")
    with pytest.raises(SettingsError, match="--transport takes websocket or http, not 'carrier'"):
        sessions.get(transport="carrier")


def test_without_a_shell_there_are_no_names(defaults: SimpleNamespace) -> None:
    assert (Sessions(defaults, None).names, Sessions(defaults, None).named) == ({}, {})


def test_defaults_hold_for_own_sessions_alone(sessions: Sessions, defaults: SimpleNamespace) -> None:
    own = sessions.get()
    defaults.model = "other"
    with Session(provider="local") as mine:
        assert (sessions.model_of(own), sessions.model_of(mine)) == ("other", "demo")
    assert (sessions.settings("xai").model, sessions.settings("xai").provider) == ("other", "xai")


def test_a_bare_cell_offers_the_tools_of_the_session_and_of_the_notebook(
    sessions: Sessions, names: dict[str, Any]
) -> None:
    @tool
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    names["add"] = add
    assert list(sessions.offered(sessions.get())) == ["add"]


def test_connecting_begins_anew_with_the_key_that_was_typed(sessions: Sessions, defaults: SimpleNamespace) -> None:
    before = sessions.get()
    sessions.connect("xai", "a-typed-key")
    assert (before.state, sessions.known(), defaults.provider) == ("closed", [], "xai")
    assert sessions.get().settings.key() == "a-typed-key"
    sessions.close()
    assert sessions.get().settings.api_key is None


def test_a_cassette_stands_in_the_provider_s_place_until_it_is_taken_away(sessions: Sessions, tmp_path: Any) -> None:
    before = sessions.get()
    with before.record(tmp_path / "talk.jsonl"):
        before.ask('say "yes"')
    sessions.replay(ReplayTransport(tmp_path / "talk.jsonl", speed=0))
    replaying = sessions.get()
    assert (replaying is before, replaying.ask('say "yes"').text) == (False, "yes")
    sessions.wait(Waits(silence=7))
    assert (before.waits.silence, replaying.waits.silence) == (7, 7)
    sessions.replay(None)
    assert (sessions.get() is before, replaying.state, before.state) == (True, "closed", "open")


def test_each_session_has_a_tree_of_cells_that_ends_with_it(sessions: Sessions) -> None:
    own, other = sessions.get(), sessions.get(transport="http")
    assert sessions.tree(own) is sessions.tree(own)
    assert sessions.tree(own) is not sessions.tree(other)
