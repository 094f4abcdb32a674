"""What a session connects to, and what is kept out of sight."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ws_notebook.exceptions import ConnectionFailed, SettingsError
from ws_notebook.settings import PROFILES, Profile, key_in, provider_names, proxy_for, resolve, server_token

__all__: list[str] = []


def test_auto_is_openai_with_a_key_and_the_embedded_server_without(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (resolve().provider, resolve().base_url, resolve().note) == (
        "local",
        "",
        "embedded server: a script, no AI",
    )
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
        ("https://thing.openai.azure.us/openai/v1", "azure"),
        ("https://eu-west-1.api.x.ai/v1", "xai"),
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
        # Of a provider that is known, the path is known too.
        ("https://eu.api.openai.com", "https://eu.api.openai.com/v1"),
        ("https://thing.openai.azure.com/", "https://thing.openai.azure.com/openai/v1"),
        ("https://host", "https://host"),
    ],
)
def test_an_address_is_brought_to_one_form(given: str, base_url: str) -> None:
    assert resolve(given, model="m").base_url == base_url


@pytest.mark.parametrize(
    ("provider", "base_url", "shown"),
    [
        ("openai:eu", "https://eu.api.openai.com/v1", "openai:eu"),
        ("https://jp.api.openai.com/v1", "https://jp.api.openai.com/v1", "openai:jp"),
        ("xai:us-east-1", "https://us-east-1.api.x.ai/v1", "xai:us-east-1"),
        ("vercel:eu", "https://eu.ai-gateway.vercel.sh/v1", "vercel:eu"),
        ("openai", "https://api.openai.com/v1", "openai"),
    ],
)
def test_a_region_is_named_behind_its_provider(provider: str, base_url: str, shown: str) -> None:
    found = resolve(provider, api_key="k")
    assert (found.base_url, found.provider) == (base_url, shown)


def test_a_region_goes_before_the_environment_s_base_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://proxy:1/v1")
    assert resolve("openai:us").base_url == "https://us.api.openai.com/v1"


def test_an_unknown_region_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(SettingsError, match=r"no region 'mars'\. Known are us, eu"):
        resolve("openai:mars")
    with pytest.raises(SettingsError, match="None is known"):
        resolve("localai:eu", model="m")
    assert {"openai", "openai:eu", "open"} <= set(provider_names())


def test_a_provider_s_key_does_not_travel_in_the_clear() -> None:
    with pytest.raises(SettingsError, match="OpenAI is reached over https"):
        resolve("http://api.openai.com/v1")


@pytest.mark.parametrize("provider", ["ftp://host/v1", "http://", "https:///v1", "https://user:word@host/v1"])
def test_what_is_no_address_is_refused(provider: str) -> None:
    with pytest.raises(SettingsError, match="base URL") as raised:
        resolve(provider)
    assert "word" not in str(raised.value).replace("password", "")


@pytest.mark.parametrize("provider", ["", None, 3, "opnai", "azure", "open"])
def test_a_provider_that_cannot_be_used_says_why(provider: Any) -> None:
    with pytest.raises(SettingsError):
        resolve(provider)


@pytest.mark.parametrize(
    ("provider", "meant"),
    [
        ("localhost:8000/v1", "http://localhost:8000/v1"),
        ("localhost", "http://localhost"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("myhost:8000", "http://myhost:8000"),
        ("api.example.com/v1", "https://api.example.com/v1"),
        ("api.example.com:443/v1", "https://api.example.com:443/v1"),
        ("http:/host/v1", "http://host/v1"),
        ("https:host/v1", "https://host/v1"),
    ],
)
def test_an_address_without_its_scheme_is_completed_in_the_error(provider: str, meant: str) -> None:
    with pytest.raises(SettingsError, match=f"Did you mean '{re.escape(meant)}'"):
        resolve(provider)


@pytest.mark.parametrize("provider", ["http://host:99999/v1", "http://[::1", "http://ho st/v1", "http://host:0/v1"])
def test_an_address_that_cannot_be_read_is_refused(provider: str) -> None:
    with pytest.raises(SettingsError, match="is no base URL"):
        resolve(provider)


def test_an_address_may_have_space_around_it() -> None:
    assert resolve(" http://host/v1\n", model="m").base_url == "http://host/v1"


@pytest.mark.parametrize("given", [None, "", "  "])
def test_a_function_that_gives_no_key_is_told_of_and_the_environment_is_not_asked(
    given: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key-of-the-environment")
    with pytest.raises(SettingsError, match="function given as api_key returned"):
        resolve("openai", api_key=lambda: given).key()


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
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "an-entra-token")
    assert resolve("azure", model="m").key() == "an-entra-token"
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "azure-key")
    assert resolve("azure", model="m").key() == "azure-key"
    assert resolve("azure", model="m").key_origin == "AZURE_OPENAI_API_KEY"


@pytest.mark.parametrize(
    ("provider", "variable", "given", "base_url"),
    [
        ("localai", "LOCALAI_BASE_URL", "", "http://localhost:8080/v1"),
        ("localai", "LOCALAI_BASE_URL", "http://box:1/api/", "http://box:1/api"),
        ("azure", "AZURE_OPENAI_ENDPOINT", "https://thing.openai.azure.com/openai/v1/", None),
        ("azure", "AZURE_OPENAI_ENDPOINT", "https://gate.example/team", "https://gate.example/team/openai/v1"),
        ("azure", "AZURE_OPENAI_ENDPOINT", "https://thing.openai.azure.com", None),
    ],
)
def test_a_provider_s_variable_holds_its_address(
    provider: str, variable: str, given: str, base_url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, given)
    assert resolve(provider, model="m").base_url == (base_url or "https://thing.openai.azure.com/openai/v1")


def test_where_nothing_says_the_address_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_OPENAI_ENDPOINT", raising=False)
    for name in ("azure", "open"):
        with pytest.raises(SettingsError) as caught:
            resolve(name, model="m")
        assert str(caught.value) == PROFILES[name].wants_url != ""


def test_an_entra_token_is_asked_for_again_each_time() -> None:
    made = iter(["first-token", "second-token"])
    found = resolve("https://thing.openai.azure.com", model="m", api_key=lambda: next(made))
    assert [found.key(), found.key()] == ["first-token", "second-token"]
    assert found.key_origin == "a function, called at each connection"


def test_a_token_provider_that_must_be_awaited_is_explained() -> None:
    async def token() -> str:
        return "never"

    provider: Any = token
    with pytest.raises(SettingsError, match=r"azure\.identity, not of azure\.identity\.aio"):
        resolve("https://thing.openai.azure.com", model="m", api_key=provider).key()


def test_the_user_s_own_header_proves_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "from-the-environment")
    found = resolve("https://thing.openai.azure.com", model="m", headers={"Api-Key": "mine"})
    assert (found.key(), found.key_origin) == (None, "the headers")
    both = resolve("https://thing.openai.azure.com", model="m", headers={"Api-Key": "mine"}, api_key="given")
    assert (both.key(), both.key_origin) == ("given", "api_key")


def test_a_profile_s_name_sends_no_provider_s_key_to_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-abcdef")
    found = resolve("http://host:1/v1", profile="openai")
    assert (found.key(), found.key_origin, found.provider) == (None, "", "host:1")
    assert found.profile.lanes == PROFILES["openai"].lanes
    assert resolve("https://eu.api.openai.com/v1", profile="openai").key() == "sk-abcdef"
    assert resolve("http://host:1/v1", profile="openai", api_key=key_in("OPENAI_API_KEY")).key() == "sk-abcdef"


def test_a_variable_that_was_named_must_be_set() -> None:
    with pytest.raises(SettingsError, match="MY_GATEWAY_KEY is not set"):
        resolve("http://host/v1", api_key=key_in("MY_GATEWAY_KEY")).key()


def test_the_embedded_server_s_token_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WS_NOTEBOOK_SERVER_TOKEN", raising=False)
    assert server_token() is None
    monkeypatch.setenv("WS_NOTEBOOK_SERVER_TOKEN", "a-token")
    assert server_token() == "a-token"
    monkeypatch.setenv("WS_NOTEBOOK_SERVER_TOKEN", "")
    assert server_token() == ""


def test_a_proxy_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_for("https://api.openai.com/v1") is None
    monkeypatch.setenv("https_proxy", "http://user:word@proxy:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert proxy_for("https://api.openai.com/v1") == "http://proxy:3128"
    assert proxy_for("https://inside.example/v1") is None
    assert proxy_for("http://127.0.0.1:1/v1") is None


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
    assert resolve("openai", api_key=" padded\n").key() == "padded"


@pytest.mark.parametrize("name", list(PROFILES))
def test_no_setting_shows_a_key(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://thing.openai.azure.com")
    provider = "http://host/v1" if name == "open" else name
    found = resolve(provider, model="m", api_key="hidden-key", headers={"X": "hidden-header"})
    assert "hidden" not in repr(found)


def test_a_function_for_the_key_that_fails_is_told_with_what_to_do() -> None:
    def broken() -> str:
        raise RuntimeError("no token today")

    with pytest.raises(ConnectionFailed, match=r"no token today.*ask again"):
        resolve("openai", api_key=broken).key()


@pytest.mark.parametrize(
    ("given", "profile", "address", "chosen"),
    [
        ("openai", None, "", ""),
        ("openai:eu", None, "", ""),
        ("https://api.openai.com/v1", None, "", ""),
        ("local", None, "", ""),
        ("http://127.0.0.1:8977/v1", None, "http://127.0.0.1:8977/v1", ""),
        ("http://127.0.0.1:8977/v1", "openai", "http://127.0.0.1:8977/v1", "openai"),
        ("https://r.openai.azure.com", None, "https://r.openai.azure.com/openai/v1", ""),
        (
            "https://gate.example/sk-proj-abcdefgh12345678/v1?token=abc&api-version=preview",
            None,
            "https://gate.example/[secret]/v1?api-version=preview",
            "",
        ),
    ],
)
def test_the_address_is_told_where_the_provider_s_name_does_not_lead_there(
    given: str, profile: str | None, address: str, chosen: str
) -> None:
    found = resolve(given, profile=profile, model="m", api_key="sk-abcdefgh")
    assert (found.address, found.chosen_profile) == (address, chosen)
    if address and "[secret]" not in address:
        assert resolve(address, profile=chosen or None, model="m").base_url == found.base_url


def test_the_address_of_a_base_url_of_the_environment_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:8977/v1")
    found = resolve("openai", model="m")
    assert (found.provider, found.address, found.chosen_profile) == (
        "127.0.0.1:8977",
        "http://127.0.0.1:8977/v1",
        "openai",
    )
