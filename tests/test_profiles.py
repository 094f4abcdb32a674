"""The table of providers, and the page that prints it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from ws_notebook.profiles import PROFILES, Profile
from ws_notebook.server.profiles import PROFILES as SERVED

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent


def load_page_script() -> ModuleType:
    """scripts/providers.py as a module."""
    spec = importlib.util.spec_from_file_location("providers", ROOT / "scripts" / "providers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_providers_is_up_to_date() -> None:
    script = load_page_script()
    text = script.PAGE.read_text(encoding="utf-8")
    assert script.page(text) == text, "run python scripts/providers.py"


def test_the_page_keeps_what_stands_around_its_tables() -> None:
    script = load_page_script()
    text = f"before\n{script.BEGIN}old\n{script.END}\nafter\n"
    found = script.page(text)
    assert found.startswith("before\n")
    assert found.endswith("\nafter\n")
    assert "`openai:eu` | `https://eu.api.openai.com/v1`" in found
    assert script.page(found) == found


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_profile_does_not_contradict_itself(profile: Profile) -> None:
    assert PROFILES[profile.name] is profile
    assert bool(profile.lanes) == (profile.in_flight > 1)
    assert not profile.needs_key or profile.key_variable
    assert profile.needs_model == (not profile.model) or profile.name == "open"
    assert not profile.regions or profile.base_url


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
