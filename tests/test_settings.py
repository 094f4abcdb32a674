"""What a session connects to, and what is kept out of sight."""

from __future__ import annotations

from typing import Any

import pytest

from ws_notebook import settings
from ws_notebook.exceptions import SettingsError
from ws_notebook.settings import PROFILES, Profile, Redactor, resolve

__all__: list[str] = []


def test_auto_is_openai_with_a_key_and_the_embedded_server_without(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (resolve().provider, resolve().base_url, resolve().note) == ("local", "", settings.LOCAL_NOTE)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-abcdef")
    found = resolve()
    assert (found.provider, found.base_url, found.note) == ("openai", "https://api.openai.com/v1", "")
    assert found.key() == "sk-abcdef"


@pytest.mark.parametrize(
    ("url", "profile"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://eu.api.openai.com/v1", "openai"),
        ("https://thing.openai.azure.com/openai/v1", "azure"),
        ("https://thing.services.ai.azure.com/openai/v1", "azure"),
        ("https://api.x.ai/v1", "xai"),
        ("https://ai-gateway.vercel.sh/v1", "vercel"),
        ("http://localhost:8000/v1", "open"),
        ("https://notapi.openai.com.example/v1", "open"),
        ("https://evilapi.openai.com/v1", "open"),
        ("https://fake-ai-gateway.vercel.sh/v1", "open"),
        ("https://openai.azure.com.example/v1", "open"),
    ],
)
def test_a_host_is_told_by_whole_labels(url: str, profile: str) -> None:
    assert resolve(url, model="m").profile.name == profile


@pytest.mark.parametrize(
    ("given", "base_url"),
    [
        ("https://host/v1/", "https://host/v1"),
        ("wss://host/v1/responses", "https://host/v1"),
        ("ws://host:1/v1?api-version=preview", "http://host:1/v1?api-version=preview"),
    ],
)
def test_an_address_is_brought_to_one_form(given: str, base_url: str) -> None:
    assert resolve(given).base_url == base_url


@pytest.mark.parametrize("provider", ["ftp://host/v1", "http://", "https:///v1", "https://user:word@host/v1"])
def test_what_is_no_address_is_refused(provider: str) -> None:
    with pytest.raises(SettingsError, match="base URL") as raised:
        resolve(provider)
    assert "word" not in str(raised.value).replace("password", "")


@pytest.mark.parametrize("provider", ["", None, 3, "opnai", "azure", "open"])
def test_a_provider_that_cannot_be_used_says_why(provider: Any) -> None:
    with pytest.raises(SettingsError):
        resolve(provider)


def test_a_misspelt_provider_is_corrected() -> None:
    with pytest.raises(SettingsError, match="Did you mean 'openai'"):
        resolve("opnai")
    with pytest.raises(SettingsError, match="Unknown profile 'xay'"):
        resolve("http://host/v1", profile="xay")
    with pytest.raises(SettingsError, match="transport must be"):
        resolve(transport="carrier pigeon")


def test_azure_takes_its_endpoint_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="AZURE_OPENAI_ENDPOINT"):
        resolve("azure", model="m")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://thing.openai.azure.com/")
    assert resolve("azure", model="m").base_url == "https://thing.openai.azure.com/openai/v1"
    with pytest.raises(SettingsError, match="needs a model"):
        resolve("azure")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "azure-key")
    assert resolve("azure", model="m").key() == "azure-key"


def test_other_environment_variables_are_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://proxy:1/v1")
    monkeypatch.setenv("WS_NOTEBOOK_MODEL", "mine")
    found = resolve("openai")
    assert (found.base_url, found.model) == ("http://proxy:1/v1", "mine")
    assert resolve("local").model == "demo"
    assert resolve("openai", model="other").model == "other"


def test_a_profile_says_how_an_address_behaves() -> None:
    found = resolve("http://host/v1", profile="localai", model="m")
    assert not found.profile.trusts_store
    mine = Profile(name="mine", needs_key=True, key_variable="MY_KEY")
    with pytest.raises(SettingsError, match="MY_KEY"):
        resolve("http://host/v1", profile=mine).key()
    assert resolve("http://host/v1").key() is None


def test_a_key_that_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment")
    assert resolve("openai", api_key="given").key() == "given"
    assert resolve("openai", api_key=lambda: "made").key() == "made"
    assert resolve("openai", api_key=lambda: "").key() == "from-the-environment"
    assert resolve("openai", api_key=" padded\n").key() == "padded"


@pytest.mark.parametrize("name", list(PROFILES))
def test_no_setting_shows_a_key(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://thing.openai.azure.com")
    provider = "http://host/v1" if name == "open" else name
    found = resolve(provider, model="m", api_key="hidden-key", headers={"X": "hidden-header"})
    assert "hidden" not in repr(found)


def test_a_redactor_takes_out_what_it_knows_and_what_looks_like_a_key() -> None:
    redactor = Redactor()
    redactor.add(["secret-word", "secret-word-longer", "abc"])
    assert redactor.text("a secret-word-longer and a secret-word, abc") == "a [secret] and a [secret], abc"
    assert redactor.text("Bearer abcdefgh.ijk") == "[secret]"
    assert redactor.text("the key sk-abc123456 is wrong") == "the key [secret] is wrong"
    assert redactor.text("ask-me about task-lists") == "ask-me about task-lists"
    assert repr(redactor) == "<Redactor of 2 secrets>"


def test_a_frame_without_secrets_is_the_same_object() -> None:
    redactor = Redactor()
    redactor.add(["se/cret"])
    frame = b'{"a": "nothing"}'
    assert redactor.frame(frame) is frame
    assert redactor.frame(b'{"a": "se/cret", "b": "se\\/cret"}') == b'{"a": "[secret]", "b": "[secret]"}'
