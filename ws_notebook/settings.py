"""Settings: what a session connects to. The only reader of the environment.

Keys are looked up at each connection and are kept out of every repr.
"""

from __future__ import annotations

import base64
import inspect
import os
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec

from .exceptions import ConnectionFailed, SettingsError, WsNotebookError
from .manual import did_you_mean
from .profiles import EMBEDDED, PROFILES, USUAL, Profile, profile_at
from .scenes import with_path
from .secrets import hidden

if TYPE_CHECKING:
    from .network.network import Network

__all__ = [
    "PROFILES",
    "SERVER_TOKEN_VARIABLE",
    "THROUGH_HEADER",
    "ApiKey",
    "Profile",
    "Settings",
    "Through",
    "environment_proxy",
    "key_in",
    "provider_names",
    "proxy_for",
    "resolve",
    "server_token",
]

ApiKey = str | Callable[[], str] | None

SERVER_TOKEN_VARIABLE: Final = EMBEDDED.key_variable
"""Holds the embedded server's token, for those who start it and for those who talk to it."""
THROUGH_HEADER: Final = "X-WS-Notebook-Through"
"""Names an upstream, as a `Through` in JSON and base64, to an embedded server that stands in front of any."""

_CREDENTIALS: Final = frozenset({"authorization", "api-key", "x-api-key"})
"""Headers that prove who asks, in the user's own way."""

_PROXY_NAMES: Final[Mapping[tuple[bool, bool], tuple[str, ...]]] = {
    # The order of the websockets library, which does not know "all", and the same for HTTP.
    (True, True): ("wss", "socks", "https", "all"),
    (False, True): ("ws", "socks", "https", "http", "all"),
    (True, False): ("https", "socks", "all"),
    (False, False): ("http", "socks", "all"),
}
"""Whose proxy is taken: by TLS or not, by WebSocket or not."""
_TELLING: Final = ("auth", "key", "token", "cookie", "secret", "password")
"""One of these is in the name of a header that holds a secret."""


class Through(msgspec.Struct, frozen=True, kw_only=True):
    """The upstream that the embedded server is to stand in front of, as a session tells it. Its repr shows no key."""

    url: str
    key: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    api: str | None = None

    def __repr__(self) -> str:
        return f"Through({self.url.partition('?')[0]})"

    def header(self) -> dict[str, str]:
        """The header that tells it."""
        return {THROUGH_HEADER: base64.b64encode(msgspec.json.encode(self)).decode()}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a session needs to know to connect."""

    profile: Profile
    base_url: str
    """Empty for the embedded server that is yet to be started."""
    model: str
    transport: str = "auto"
    compression: str | None = "auto"
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    api_key: Any = None
    ssl: Any = None
    through: str = ""
    """The profile's name of the embedded server, where that stands in front; else empty."""
    network: Network | None = None
    """How far away the embedded server is made to be; None: not at all."""

    def __repr__(self) -> str:
        where = self.base_url.partition("?")[0] or "embedded server"
        return f"Settings({self.profile.name}, {where}, model={self.model!r})"

    @property
    def provider(self) -> str:
        """What a header calls it: the provider's name, with its region, or the host of another server."""
        parts = urlsplit(self.base_url)
        name, host = self.profile.name, parts.hostname or ""
        if self.profile.generic or (self.profile.hosts and not self.profile.is_at(host)):
            return parts.netloc
        region = host.removesuffix(f".{urlsplit(self.profile.base_url).hostname}")
        return f"{name}:{region}" if region in self.profile.regions else name

    def named(self, model: str | None) -> str:
        """A model, else the session's own, as it is to be asked for."""
        return _named(model or self.model, self.profile)

    @property
    def serving(self) -> Profile:
        """How that behaves which is connected to."""
        return PROFILES[self.through] if self.through else self.profile

    @property
    def note(self) -> str:
        """What a header says of the provider besides its name."""
        said = "through the embedded server" if self.through else self.profile.note
        return said if self.network is None else f"{said}; network: {self.network.words()}"

    @property
    def address(self) -> str:
        """The base URL, where `provider` as a name does not lead to it; without what in it looks like a secret."""
        parts = urlsplit(self.base_url)
        if not parts.hostname or (self.provider != parts.netloc and self.base_url == self.profile.base_url):
            return ""
        if self.provider.partition(":")[0] == self.profile.name and self.provider != self.profile.name:
            return ""  # a region of the provider
        versions = [each for each in parts.query.split("&") if each.startswith("api-version=")]
        bare = urlunsplit(parts._replace(query="&".join(versions), fragment=""))
        return hidden(bare)

    @property
    def chosen_profile(self) -> str:
        """The name of the profile, where the address does not tell it."""
        known = PROFILES.get(self.profile.name)
        return self.profile.name if self.address and known and known.name != profile_at(self.base_url).name else ""

    def key(self) -> str | None:
        """The API key, or token, of now. Raises SettingsError where one is needed and there is none, ConnectionFailed
        where the function that gives it fails.

        `api_key` goes before headers of the user's that prove who asks (then None), these before the environment.
        """
        given = _called(self.api_key) if callable(self.api_key) else self.api_key
        if given is not None and not isinstance(given, str):
            if inspect.iscoroutine(given):
                given.close()
            raise SettingsError(
                f"api_key must give a string, not {type(given).__name__}. It is called without `await`: for Azure "
                "take get_bearer_token_provider of azure.identity, not of azure.identity.aio."
            )
        if callable(self.api_key) and not (given and given.strip()):
            said = "nothing" if given is None else "an empty string"
            raise SettingsError(f"The function given as api_key returned {said}. It must return the key, as a string.")
        found = given or (None if self._has_credentials else self._from_environment()[1])
        if found:
            return _checked_key(found.strip())
        if self.profile.needs_key and not self._has_credentials:
            raise SettingsError(
                f"No API key for {self.profile.name}. Set {self.profile.key_variable} in the environment, pass "
                'api_key=…, run %responses connect, or try it without a key: provider="local".'
            )
        return None

    @property
    def secrets(self) -> list[str]:
        """What nobody is to be shown, as far as it is known without asking a function for it."""
        address = urlsplit(self.base_url)
        found = [self.api_key if isinstance(self.api_key, str) else None, self._from_environment()[1], address.password]
        found += [value for name, value in self.headers.items() if any(word in name.lower() for word in _TELLING)]
        found += [value for name, value in parse_qsl(address.query) if name != "api-version"]
        return [value for value in found if value]

    @property
    def key_origin(self) -> str:
        """Where the key comes from, in words, and nothing of the key itself; empty: there is none."""
        if callable(self.api_key):
            return "a function, called at each connection"
        if self.api_key:
            return "api_key"
        return "the headers" if self._has_credentials else self._from_environment()[0]

    @property
    def _has_credentials(self) -> bool:
        return not _CREDENTIALS.isdisjoint(name.lower() for name in self.headers)

    def _from_environment(self) -> tuple[str, str | None]:
        """The name of the variable that holds a key, and the key."""
        for variable in filter(None, (self.profile.key_variable, self.profile.token_variable)):
            if os.environ.get(variable):
                return variable, os.environ[variable]
        return "", None


def _called(api_key: Callable[[], Any]) -> Any:
    try:
        return api_key()
    except WsNotebookError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a function of the user's raises, a run waits for the key
        raise ConnectionFailed(
            f"The function that is to give the key failed: {type(error).__name__}: {error}. Nothing was sent. "
            "Correct it, or pass the key itself as api_key=…, and ask again."
        ) from None  # its traceback may show the key


def key_in(variable: str) -> Callable[[], str]:
    """An `api_key` that reads an environment variable at each connection. Raises SettingsError where it is not set."""

    def read() -> str:
        found = os.environ.get(variable)
        if not found:
            raise SettingsError(f"The environment variable {variable} is not set. Set it, or name another one.")
        return found

    return read


def server_token() -> str | None:
    """The embedded server's token as the environment has it, empty where it is set to nothing; None: it is not set."""
    return os.environ.get(SERVER_TOKEN_VARIABLE)


def proxy_for(base_url: str) -> str | None:
    """The proxy that the environment asks for on the way to this address, without its user and password; or None."""
    found = environment_proxy(base_url)
    if found is None:
        return None
    proxy = urlsplit(found[0])
    return f"{proxy.scheme}://{proxy.netloc.rpartition('@')[2]}"


def environment_proxy(base_url: str, *, websocket: bool = True) -> tuple[str, str] | None:
    """The proxy on the way to this address, with its user and password, and the name of what says so; or None.

    HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and the like, or the system's settings; NO_PROXY names what needs none, and
    this machine needs none. `websocket`: on the way there with a socket.
    """
    parts = urlsplit(base_url)
    if not parts.hostname or parts.hostname in ("127.0.0.1", "localhost", "::1"):
        return None
    from urllib.request import getproxies, proxy_bypass

    if proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    name = next((each for each in _PROXY_NAMES[parts.scheme == "https", websocket] if proxies.get(each)), None)
    if name is None:
        return None
    found = proxies[name].strip()
    scheme, mark, rest = found.partition("://") if "://" in found else ("http", "://", found)
    # A proxy of the system's settings for SOCKS says http, and others say "socks" without a version.
    # By version 5 the proxy finds the host, as it does in httpx2 whatever the scheme says.
    if scheme in ("socks", "socks5") or (name == "socks" and scheme == "http"):
        scheme = "socks5h"
    variables = (f"{name}_proxy", f"{name}_proxy".upper())
    source = next((each for each in variables if os.environ.get(each)), "the system's settings")
    return f"{scheme}{mark}{rest}", source


def provider_names() -> list[str]:
    """What `provider` can be, besides "auto" and a base URL."""
    regions = (f"{profile.name}:{region}" for profile in PROFILES.values() for region in profile.regions)
    return [*PROFILES, *regions]


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
    compression: str | None = "auto",
    through: str | None = None,
    network: Any = None,
) -> Settings:
    """Settle what to connect to. Raises SettingsError for a provider, profile, network or transport that is unknown."""
    if transport not in ("auto", "websocket", "http"):
        raise SettingsError(f"transport must be 'auto', 'websocket', 'http' or a Transport, not {transport!r}.")
    given: Any = provider
    if not isinstance(given, str) or not provider.strip():
        raise SettingsError(f"provider must be a name or a base URL, not {provider!r}. {_known_providers()}")
    provider = provider.strip()
    if provider == "auto":
        provider = (USUAL if os.environ.get(USUAL.key_variable) else EMBEDDED).name
    if "://" in provider:
        chosen, base_url = _by_address(_checked_url(provider), profile)
    else:
        _refuse_bare_address(provider)
        name, _, region = provider.partition(":")
        chosen = _profile(name, "provider")
        base_url = _regional(chosen, region) if region else _base_url(chosen)
        chosen = _profile(profile) if profile is not None else chosen
    asked = model or ("" if chosen.embedded else os.environ.get("WS_NOTEBOOK_MODEL", ""))
    if chosen.needs_model and not asked:
        raise SettingsError(f"{chosen.name} needs a model: pass model=… (at Azure the name of your deployment).")
    if through is not None:
        _check_through(through, chosen, asked, ssl)
    if network is not None:
        from .network.network import network_of

        network = network_of(network)
        if not (through or (chosen.embedded and not base_url)):
            raise SettingsError(
                "network= is about the embedded server, which is made to be far away: provider='local', or "
                "through='local'."
            )
    return Settings(
        profile=chosen,
        base_url=base_url,
        model=_named(asked or chosen.model, chosen),
        transport=transport,
        compression=compression,
        headers=dict(headers or {}),
        api_key=api_key,
        ssl=ssl,
        through=through or "",
        network=network,
    )


def _named(model: str, profile: Profile) -> str:
    """The embedded server may be in another folder than who names a scene's file."""
    return with_path(model) if profile.embedded else model


def _check_through(through: str, profile: Profile, model: str, ssl: Any) -> None:
    if through != EMBEDDED.name:
        raise SettingsError(f"through must be {EMBEDDED.name!r}, the embedded server, or None, not {through!r}.")
    if profile.embedded:
        raise SettingsError("through='local' puts the embedded server in front of another one: pass its base URL.")
    if not model:
        raise SettingsError("through='local' needs the model's name, as that server lists it: pass model=….")
    if ssl is not None:
        raise SettingsError(
            "An SSLContext cannot be handed to the embedded server. Set SSL_CERT_FILE to the file of the private "
            "certificate authority in the environment, and leave ssl= out."
        )


def _by_address(base_url: str, profile: str | Profile | None) -> tuple[Profile, str]:
    """What is at a base URL, and the base URL, completed where the provider is known.

    A provider's name as `profile` says how another server behaves. It does not make it that provider: the
    provider's key is not sent there.
    """
    owner = profile_at(base_url)
    if owner.hosts:
        parts = urlsplit(base_url)
        if parts.scheme != "https":
            raise SettingsError(f"{owner.title} is reached over https, so that nobody reads the key on its way.")
        path = parts.path or owner.path or urlsplit(owner.base_url).path
        base_url = urlunsplit(parts._replace(path=path))
    if profile is None:
        return owner, base_url
    chosen = _profile(profile)
    if isinstance(profile, str) and chosen.hosts and owner is not chosen:
        chosen = msgspec.structs.replace(chosen, key_variable="", token_variable="", needs_key=False)
    return chosen, base_url


def _refuse_bare_address(provider: str) -> None:
    """Raise SettingsError for an address that lacks its scheme: localhost:8000/v1, api.example.com, 10.0.0.1."""
    host, _, rest = provider.partition("/")
    name, _, port = host.partition(":")
    if not (port.isdigit() or rest or "." in name or name == "localhost"):
        return
    near = name == "localhost" or name.replace(".", "").isdigit() or port.isdigit()
    scheme, address = "http" if near and port != "443" else "https", provider
    if name in ("http", "https", "ws", "wss"):
        scheme, address = name, re.sub(r"^\w+:?/*", "", provider)
    raise SettingsError(
        f"{provider!r} is no base URL: it begins with http:// or https://. Did you mean {f'{scheme}://{address}'!r}?"
    )


def _regional(profile: Profile, region: str) -> str:
    if region not in profile.regions:
        known = f"Known are {', '.join(profile.regions)}." if profile.regions else "None is known."
        raise SettingsError(f"{profile.name} has no region {region!r}. {known} Any other address is a base URL.")
    parts = urlsplit(profile.base_url)
    return urlunsplit(parts._replace(netloc=f"{region}.{parts.netloc}"))


def _base_url(profile: Profile) -> str:
    """Where the provider is; empty for the embedded server, which is yet to be started."""
    given = os.environ.get(profile.url_variable) if profile.url_variable else None
    found = given or profile.base_url or profile.usual_url
    if not found:
        if profile.wants_url:
            raise SettingsError(profile.wants_url)
        return ""
    bare, version = found.rstrip("/"), profile.path.rpartition("/")[2]
    if profile.path and not bare.endswith(f"/{version}"):
        found = bare + profile.path
    return _checked_url(found)


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise SettingsError(f"{_without_user(url)!r} is no base URL: {error}. It looks like https://host/v1.") from None
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    if scheme not in ("http", "https") or not usable or any(each.isspace() for each in url):
        raise SettingsError(f"{_without_user(url)!r} is no base URL. It looks like https://host/v1.")
    if parts.username or parts.password:
        raise SettingsError("The base URL holds a user name or password. Pass the key as api_key=… instead.")
    path = parts.path.rstrip("/").removesuffix("/responses")
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{parts.netloc}{path}{query}"


def _without_user(url: str) -> str:
    """The address as an error may show it."""
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}".partition("?")[0]


def _profile(wanted: Any, what: str = "profile") -> Profile:
    if isinstance(wanted, Profile):
        return wanted
    if isinstance(wanted, str) and wanted in PROFILES:
        return PROFILES[wanted]
    hint = did_you_mean(str(wanted), PROFILES)
    raise SettingsError(f"Unknown {what} {wanted!r}.{hint} {_known_providers()}")


def _known_providers() -> str:
    return f"Known are {', '.join(PROFILES)}, auto, or a base URL such as https://host/v1."
