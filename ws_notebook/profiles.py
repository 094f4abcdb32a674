"""Profiles: how each provider behaves, in one table, which docs/providers.md prints.

All that depends on which provider it is stands here: another one is another row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

__all__ = ["EMBEDDED", "OPEN", "PROFILES", "USUAL", "Profile", "profile_at"]


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider behaves: all that this package knows of it, and what docs/providers.md prints."""

    name: str
    title: str = ""
    """What its owner calls it."""
    note: str = ""
    """What a header says of it besides its name."""
    embedded: bool = False
    """Whether it is the server that this package brings along and starts itself; its models are its own."""
    generic: bool = False
    """Whether it is no provider but a way to behave: the server's host is its name then."""
    played: bool = True
    """Whether the embedded server can play it: it has a WebSocket mode of its own, and that is known."""
    typical: bool = False
    """Whether the doctor proposes it for other servers that behave alike."""
    base_url: str = ""
    """The HTTP base, ending in /v1 or the like; empty where the user's own account or machine decides it."""
    url_variable: str = ""
    """The environment variable that holds the base URL, or another one than the usual."""
    usual_url: str = ""
    """The base URL of a server on the user's machine that was started as it comes."""
    wants_url: str = ""
    """What to do where nothing says the base URL."""
    path: str = ""
    """What a base URL ends in, where it is given without: "/openai/v1"."""
    regions: tuple[str, ...] = ()
    """What may stand before the host, and behind the provider's name: "openai:eu"."""
    key_variable: str = ""
    """The environment variable that holds the API key."""
    token_variable: str = ""
    """The environment variable that holds a short-lived token, which is used where there is no key."""
    needs_key: bool = True
    model: str = ""
    """The model that is asked when none is named; empty: the user must name one."""
    needs_model: bool = False
    trusts_store: bool = True
    """Whether the id of a stored response can be continued on another connection."""
    lanes: int = 0
    """How many named lanes a connection has; 0: one response after another."""
    in_flight: int = 1
    """How many responses at the same time on one connection."""
    sockets: int = 4
    """How many connections there may be at the same time, for runs side by side where these have no named lanes."""
    encrypted_reasoning: bool = False
    """Whether reasoning comes in encrypted form on demand, so that it can be sent back where nothing is stored."""
    steering: bool = False
    """Whether words can be added to a running response (`response.steer`)."""
    warm_up: bool = True
    """Whether `generate: false` prepares a connection without an answer."""
    max_age: float | None = 3600
    """Seconds after which the provider ends a connection; it is left a little earlier, between two turns."""
    max_idle: float | None = None
    """Seconds without a frame, pings included, after which the provider ends a connection; None: not documented."""
    max_message: int | None = None
    """Bytes of the largest message that the provider takes; None: not documented."""
    one_model: bool = False
    """Whether a connection stays with the model that was asked first on it."""
    hosts: tuple[str, ...] = ()
    """Ends of host names that mean this provider."""
    notes: tuple[str, ...] = ()
    """What else its users should know, in Markdown, a sentence or two each."""
    source: str = ""
    """Where its owner documents its WebSocket mode."""
    telemetry_name: str = ""
    """What OpenTelemetry's conventions for generative AI call it, where that is another name."""

    def is_at(self, host: str) -> bool:
        """Whether a host is the provider's. By whole labels: another domain may end in the same letters."""
        return any(f".{host}".endswith(f".{end.removeprefix('.')}") for end in self.hosts)


_SERVED_BY_USERS: Final[dict[str, Any]] = {
    "played": False, "needs_key": False, "trusts_store": False, "warm_up": False, "max_age": None,
}  # fmt: skip
"""How servers behave that people start on their own machines."""

PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile
    for profile in (
        Profile(
            name="local",
            title="the embedded server",
            note="embedded server: a script, no AI",
            embedded=True,
            key_variable="WS_NOTEBOOK_SERVER_TOKEN",
            needs_key=False,
            model="demo",
            lanes=32,
            in_flight=16,
            steering=True,
            notes=("A script and no AI; needs no key and no network. It is started when it is first asked.",),
        ),
        Profile(
            name="openai",
            title="OpenAI",
            typical=True,
            base_url="https://api.openai.com/v1",
            url_variable="OPENAI_BASE_URL",
            regions=("us", "eu", "ae", "au", "in", "jp"),
            key_variable="OPENAI_API_KEY",
            model="gpt-5.5",
            lanes=32,
            in_flight=16,
            steering=True,
            encrypted_reasoning=True,
            hosts=("api.openai.com",),
            notes=(
                "`OPENAI_BASE_URL` replaces the base URL. A region needs a key of a project in that region, or of one "
                "with data residency chosen per request.",
                "Steering works with models of the GPT-6 family (`gpt-6.2-sol`, `gpt-6-luna`, …); words for other "
                "models go into an ordinary request.",
            ),
            source="https://developers.openai.com/api/docs/guides/websocket-mode",
        ),
        Profile(
            name="azure",
            title="Azure OpenAI in Microsoft Foundry",
            url_variable="AZURE_OPENAI_ENDPOINT",
            wants_url="Azure needs its endpoint: set AZURE_OPENAI_ENDPOINT or pass the base URL as provider.",
            path="/openai/v1",
            key_variable="AZURE_OPENAI_API_KEY",
            token_variable="AZURE_OPENAI_AD_TOKEN",  # noqa: S106 - a variable's name
            needs_model=True,
            encrypted_reasoning=True,
            hosts=(".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com", ".openai.azure.us"),
            notes=(
                "The endpoint comes from `AZURE_OPENAI_ENDPOINT` or is the base URL, "
                "`https://RESOURCE.openai.azure.com/openai/v1`. The model is the name of your deployment.",
                "A key and a Microsoft Entra token travel alike, as `Authorization: Bearer`. The `api-key` header is "
                "documented for HTTP alone; a gateway that wants it gets it with `headers=`.",
            ),
            source="https://learn.microsoft.com/azure/foundry/openai/how-to/websockets",
            telemetry_name="azure.ai.openai",
        ),
        Profile(
            name="xai",
            title="xAI",
            typical=True,
            base_url="https://api.x.ai/v1",
            regions=("us-east-1", "eu-west-1"),
            key_variable="XAI_API_KEY",
            model="grok-4",
            max_age=25 * 60,
            encrypted_reasoning=True,
            hosts=("api.x.ai",),
            source="https://docs.x.ai/developers/advanced-api-usage/websocket-mode",
            telemetry_name="x_ai",
        ),
        Profile(
            name="vercel",
            title="Vercel AI Gateway",
            base_url="https://ai-gateway.vercel.sh/v1",
            regions=("us", "eu"),
            key_variable="AI_GATEWAY_API_KEY",
            token_variable="VERCEL_OIDC_TOKEN",  # noqa: S106 - a variable's name
            model="openai/gpt-5.5",
            max_age=13 * 60,
            max_idle=5 * 60,
            max_message=4 * 1024 * 1024,
            one_model=True,
            encrypted_reasoning=True,
            hosts=("ai-gateway.vercel.sh",),
            notes=(
                'WebSocket mode takes OpenAI\'s text models, GPT-5.4 and later; others go over `transport="http"`.',
                "Each error closes the connection; the next turn opens another and sends the history.",
            ),
            source="https://vercel.com/docs/ai-gateway/sdks-and-apis/responses/websockets",
        ),
        Profile(
            name="localai",
            title="LocalAI",
            url_variable="LOCALAI_BASE_URL",
            usual_url="http://localhost:8080/v1",
            key_variable="LOCALAI_API_KEY",
            needs_key=False,
            needs_model=True,
            trusts_store=False,
            max_message=10 * 1024 * 1024,
            notes=(
                "At `http://localhost:8080/v1`, or where `LOCALAI_BASE_URL` says. A base URL is taken for one with "
                '`profile="localai"`.',
            ),
            source="https://github.com/mudler/LocalAI",
        ),
        Profile(
            name="llamacpp",
            title="llama.cpp's server",
            usual_url="http://localhost:8080/v1",
            model="default",
            **_SERVED_BY_USERS,
            notes=(
                "It remembers nothing and is asked over HTTP; what it ignores (`text.format`) or hides (a cut) is "
                'made up for. `through="local"` gives it WebSocket mode, lanes and memory. Any model name will do.',
            ),
            source="https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
        ),
        Profile(
            name="ollama",
            title="Ollama",
            usual_url="http://localhost:11434/v1",
            needs_model=True,
            **_SERVED_BY_USERS,
            notes=(
                'Any key will do, as `api_key="ollama"`. Too long a prompt loses its beginning without a word: raise '
                "`num_ctx`.",
                '`through="local"` gives it WebSocket mode, lanes and memory.',
            ),
            source="https://docs.ollama.com/api/openai-compatibility",
        ),
        Profile(
            name="vllm",
            title="vLLM",
            usual_url="http://localhost:8000/v1",
            needs_model=True,
            **_SERVED_BY_USERS,
            notes=('`through="local"` gives it WebSocket mode, lanes and memory, where its own is not there yet.',),
            source="https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
        ),
        Profile(
            name="lmstudio",
            title="LM Studio",
            usual_url="http://localhost:1234/v1",
            needs_model=True,
            **_SERVED_BY_USERS,
            notes=(
                'Any key will do, as `api_key="lm-studio"`.',
                '`through="local"` gives it WebSocket mode, lanes and memory.',
            ),
            source="https://lmstudio.ai/docs/developer/openai-compat",
        ),
        Profile(
            name="litellm",
            title="LiteLLM's proxy",
            usual_url="http://localhost:4000/v1",
            needs_model=True,
            **{**_SERVED_BY_USERS, "warm_up": True},
            notes=(
                "Ids of stored responses are not trusted: it answers an unknown one without the history. Where its "
                "WebSocket mode closes before a word, HTTP is used.",
            ),
            source="https://docs.litellm.ai/docs/response_api",
        ),
        Profile(
            name="open",
            title="any other server of Open Responses",
            generic=True,
            typical=True,
            wants_url="Pass the base URL of the server as provider, for example provider='http://localhost:8000/v1'.",
            needs_key=False,
            warm_up=False,
            max_age=None,
            notes=(
                "What a base URL is, unless its host or `profile=` says otherwise. A key is sent only if you pass one: "
                "`api_key=…`.",
            ),
            source="https://www.openresponses.org",
        ),
    )
}
"""Known providers. `open` is any other server that speaks Open Responses."""

EMBEDDED: Final = PROFILES["local"]
"""What answers where there is no key, and stands in for what was recorded."""
USUAL: Final = PROFILES["openai"]
"""What is meant where nobody names a provider: by "auto" if its key is there, by `%responses connect`."""
OPEN: Final = PROFILES["open"]
"""What a base URL is that says no more."""


def profile_at(base_url: str) -> Profile:
    """The provider that a base URL belongs to by its host, else `OPEN`."""
    host = urlsplit(base_url).hostname or ""
    return next((profile for profile in PROFILES.values() if profile.is_at(host)), OPEN)
