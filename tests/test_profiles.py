"""The table of providers, and the page that prints it."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest
from support.programs import program

import ws_notebook
from ws_notebook.profiles import EMBEDDED, OPEN, PROFILES, USUAL, Profile, profile_at
from ws_notebook.server.profiles import PROFILES as SERVED

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent
SOURCE = Path(ws_notebook.__file__).parent


def load_page_script() -> ModuleType:
    """scripts/providers.py as a module."""
    return program("providers")


@pytest.mark.parametrize("name", ["providers.md", "server.md", "upstream.md"])
def test_the_pages_of_providers_are_up_to_date(name: str) -> None:
    page = next(page for page in load_page_script().PAGES if page.path.name == name)
    text = page.path.read_text(encoding="utf-8")
    assert page.of(text) == text, "run python scripts/providers.py"


def test_a_page_keeps_what_stands_around_its_tables() -> None:
    script = load_page_script()
    page = script.PAGES[0]
    text = f"before\n{page.begin}old\n{script.END}\nafter\n"
    found = page.of(text)
    assert found.startswith("before\n")
    assert found.endswith("\nafter\n")
    assert "`openai:eu` | `https://eu.api.openai.com/v1`" in found
    assert page.of(found) == found


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_profile_does_not_contradict_itself(profile: Profile) -> None:
    assert PROFILES[profile.name] is profile
    assert bool(profile.lanes) == (profile.in_flight > 1)
    assert not profile.needs_key or profile.key_variable
    assert profile.needs_model == (not profile.model) or profile.generic
    assert not profile.regions or profile.base_url


def test_nothing_but_the_table_asks_for_a_provider_by_its_name() -> None:
    names = set(PROFILES) - {OPEN.name}  # a connection is "open" too
    asked = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare | ast.MatchValue)
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and part.value in names
    ]
    assert asked == []


def test_a_provider_is_told_by_its_host_and_every_other_server_is_open() -> None:
    assert profile_at("https://eu.api.openai.com/v1") is USUAL
    assert profile_at("https://evilapi.openai.com/v1") is profile_at("http://localhost:1/v1") is profile_at("") is OPEN
    assert [name for name, profile in PROFILES.items() if profile.embedded] == [EMBEDDED.name]
    assert [name for name, profile in PROFILES.items() if profile.generic] == [OPEN.name]


@pytest.mark.parametrize("name", [name for name in PROFILES if name in SERVED])
def test_the_embedded_server_behaves_as_the_table_says(name: str) -> None:
    client, server = PROFILES[name], SERVED[name]
    assert bool(client.lanes) == (server.lanes == "run")
    assert client.steering == server.steering
    assert client.warm_up == (server.warm_up != "refuse")
    assert client.one_model == server.one_model
    assert client.max_idle == (server.limits.idle_seconds or None)
    assert client.max_age in (None, server.limits.connection_seconds)
    assert client.max_message in (None, server.limits.max_message_bytes)
    if client.lanes:
        assert (client.lanes, client.in_flight) == (server.limits.lanes, server.limits.responses_in_flight)
