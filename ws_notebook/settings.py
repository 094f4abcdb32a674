"""Settings: what a session connects to and how that provider behaves. The only reader of the environment.

Keys are looked up at each connection, are kept out of every repr, and are known to a `Redactor`
that takes them out of whatever comes back.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from .exceptions import SettingsError

__all__ = ["PROFILES", "ApiKey", "Profile", "Redactor", "Settings", "resolve"]

ApiKey = str | Callable[[], str] | None


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider behaves."""

    name: str
    base_url: str = ""
    """The HTTP base, ending in /v1 or the like; empty where the user's own account decides it."""
    key_variable: str = ""
    """The environment variable that holds the API key."""
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
    steering: bool = False
    """Whether words can be added to a running response (`response.steer`)."""
    warm_up: bool = True
    """Whether `generate: false` prepares a connection without an answer."""
    max_age: float | None = 3600
    """Seconds after which the provider ends a connection; it is left a little earlier, between two turns."""
    hosts: tuple[str, ...] = ()
    """Ends of host names that mean this provider."""


PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile
    for profile in (
        Profile(
            name="local",
            key_variable="WS_NOTEBOOK_SERVER_TOKEN",
            needs_key=False,
            model="demo",
            lanes=32,
            in_flight=16,
            steering=True,
        ),
        Profile(
            name="openai",
            base_url="https://api.openai.com/v1",
            key_variable="OPENAI_API_KEY",
            model="gpt-5.4",
            lanes=32,
            in_flight=16,
            steering=True,
            hosts=("api.openai.com",),
        ),
        Profile(
            name="azure",
            key_variable="AZURE_OPENAI_API_KEY",
            needs_model=True,
            hosts=(".openai.azure.com", ".services.ai.azure.com"),
        ),
        Profile(
            name="xai",
            base_url="https://api.x.ai/v1",
            key_variable="XAI_API_KEY",
            model="grok-4",
            max_age=25 * 60,
            hosts=("api.x.ai",),
        ),
        Profile(
            name="vercel",
            base_url="https://ai-gateway.vercel.sh/v1",
            key_variable="AI_GATEWAY_API_KEY",
            model="openai/gpt-5.4",
            max_age=13 * 60,
            hosts=("ai-gateway.vercel.sh",),
        ),
        Profile(name="localai", key_variable="LOCALAI_API_KEY", needs_key=False, trusts_store=False, needs_model=True),
        Profile(name="open", needs_key=False, warm_up=False, max_age=None),
    )
}
"""Known providers. `open` is any other server that speaks Open Responses."""

LOCAL_NOTE = "embedded server: a script, no AI"


class Redactor:
    """Takes secrets out of text and frames. It is told each key before the key is used."""

    _LIKELY = re.compile(r"(?:Bearer\s+|\b)(?:sk|xai|vck)-[A-Za-z0-9_\-*./+=]{6,}|Bearer\s+[A-Za-z0-9_\-.~+/=]{8,}")

    def __init__(self) -> None:
        self._secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._secrets)} secrets>"

    def add(self, secrets: Iterable[str]) -> None:
        """Know further secrets. Very short ones are left alone: they would match ordinary words."""
        known = {*self._secrets, *(secret for secret in secrets if len(secret) >= 6)}
        self._secrets = tuple(sorted(known, key=len, reverse=True))

    def text(self, value: str) -> str:
        """The text without known secrets and without what looks like one."""
        for secret in self._secrets:
            value = value.replace(secret, "[secret]")
        return self._LIKELY.sub("[secret]", value)

    def frame(self, frame: bytes) -> bytes:
        """The frame without known secrets; the same object where it holds none."""
        for secret in self._secrets:
            # JSON may write a slash with a backslash before it.
            for encoded in {secret.encode(), secret.replace("/", "\\/").encode()}:
                if encoded in frame:
                    frame = frame.replace(encoded, b"[secret]")
        return frame


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a session needs to know to connect."""

    profile: Profile
    base_url: str
    """Empty for the embedded server that is yet to be started."""
    model: str
    transport: str = "auto"
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    api_key: Any = None
    ssl: Any = None

    def __repr__(self) -> str:
        where = self.base_url.partition("?")[0] or "embedded server"
        return f"Settings({self.profile.name}, {where}, model={self.model!r})"

    @property
    def provider(self) -> str:
        """What a header calls it: the provider's name, or the host of another server."""
        return self.profile.name if self.profile.name != "open" else urlsplit(self.base_url).netloc

    @property
    def note(self) -> str:
        return LOCAL_NOTE if self.profile.name == "local" else ""

    def key(self) -> str | None:
        """The API key of now. Raises SettingsError where the provider needs one and there is none."""
        given = self.api_key() if callable(self.api_key) else self.api_key
        if given is not None and not isinstance(given, str):
            raise SettingsError(f"api_key must give a string, not {type(given).__name__}.")
        variable = self.profile.key_variable
        found = given or (os.environ.get(variable) if variable else None)
        if found:
            return _checked_key(found.strip())
        if self.profile.needs_key:
            raise SettingsError(
                f"No API key for {self.profile.name}. Set {variable} in the environment, pass api_key=…, "
                'run %responses connect, or try it without a key: provider="local".'
            )
        return None


def _checked_key(key: str) -> str:
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError("The API key holds a space, a line break or another odd character. Copy it again.")
    return key


def resolve(
    provider: str = "auto",
    *,
    profile: str | Profile | None = None,
    model: str | None = None,
    api_key: ApiKey = None,
    headers: Mapping[str, str] | None = None,
    ssl: Any = None,
    transport: str = "auto",
) -> Settings:
    """Settle what to connect to. Raises SettingsError for a provider, profile or transport that is not known."""
    if transport not in ("auto", "websocket", "http"):
        raise SettingsError(f"transport must be 'auto', 'websocket', 'http' or a Transport, not {transport!r}.")
    if not provider or not isinstance(provider, str):
        raise SettingsError(f"provider must be a name or a base URL, not {provider!r}. {_known_providers()}")
    if provider == "auto":
        provider = "openai" if os.environ.get("OPENAI_API_KEY") else "local"
    if "://" in provider:
        base_url = _checked_url(provider)
        chosen = _profile(profile) if profile is not None else _profile_of(base_url)
    else:
        chosen = _profile(provider, "provider")
        base_url = _base_url(chosen)
        chosen = _profile(profile) if profile is not None else chosen
    name = model or os.environ.get("WS_NOTEBOOK_MODEL", "") if chosen.name != "local" else model or ""
    if chosen.needs_model and not name:
        raise SettingsError(f"{chosen.name} needs a model: pass model=… (at Azure the name of your deployment).")
    return Settings(
        profile=chosen,
        base_url=base_url,
        model=name or chosen.model,
        transport=transport,
        headers=dict(headers or {}),
        api_key=api_key,
        ssl=ssl,
    )


def _base_url(profile: Profile) -> str:
    if profile.name == "openai":
        return _checked_url(os.environ.get("OPENAI_BASE_URL") or profile.base_url)
    if profile.name == "azure":
        endpoint = os.environ.get("AZURE_OPENAI_ENDPOINT")
        if not endpoint:
            raise SettingsError("Azure needs its endpoint: set AZURE_OPENAI_ENDPOINT or pass the base URL as provider.")
        endpoint = endpoint.rstrip("/")
        return _checked_url(endpoint if endpoint.endswith("/v1") else f"{endpoint}/openai/v1")
    if profile.name == "localai":
        return _checked_url(os.environ.get("LOCALAI_BASE_URL") or "http://localhost:8080/v1")
    if profile.name == "open":
        raise SettingsError(
            "Pass the base URL of the server as provider, for example provider='http://localhost:8000/v1'."
        )
    return profile.base_url


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    if scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{url!r} is no base URL. It looks like https://host/v1.")
    if parts.username or parts.password:
        raise SettingsError("The base URL holds a user name or password. Pass the key as api_key=… instead.")
    path = parts.path.rstrip("/").removesuffix("/responses")
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{parts.netloc}{path}{query}"


def _profile_of(base_url: str) -> Profile:
    host = urlsplit(base_url).hostname or ""
    for profile in PROFILES.values():
        # Whole labels: another domain may end in the same letters.
        if any(f".{host}".endswith(f".{end.removeprefix('.')}") for end in profile.hosts):
            return profile
    return PROFILES["open"]


def _profile(wanted: str | Profile, what: str = "profile") -> Profile:
    if isinstance(wanted, Profile):
        return wanted
    if wanted in PROFILES:
        return PROFILES[wanted]
    near = difflib.get_close_matches(str(wanted), PROFILES, 1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise SettingsError(f"Unknown {what} {wanted!r}.{hint} {_known_providers()}")


def _known_providers() -> str:
    return f"Known are {', '.join(PROFILES)}, auto, or a base URL such as https://host/v1."
