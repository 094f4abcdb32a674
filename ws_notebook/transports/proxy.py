"""The proxy on the way to a provider, and errors that name it and not the provider. No text shows its password."""

from __future__ import annotations

import importlib.util
from urllib.parse import urlsplit

import msgspec

from ..exceptions import ConnectionFailed
from ..settings import environment_proxy
from .base import Endpoint

__all__ = ["Proxy", "proxy_of"]

_SCHEMES = {
    True: ("http", "https", "socks5", "socks5h", "socks4", "socks4a"),
    False: ("http", "https", "socks5", "socks5h"),
}
"""What the libraries speak: websockets, and httpx2."""

_SOCKS_PACKAGES = {True: ("python_socks", "'python-socks[asyncio]'"), False: ("socksio", "socksio")}


class Proxy(msgspec.Struct, frozen=True, kw_only=True):
    """A proxy by which an address is reached. Its repr and its errors show no user and no password."""

    url: str
    """With user and password, where it has them."""
    source: str
    """The environment variable that names it."""
    target: str
    """The host that is to be reached."""

    def __repr__(self) -> str:
        return f"Proxy({self.shown})"

    @property
    def shown(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @property
    def named(self) -> str:
        """What errors call it."""
        return f"the proxy {self.shown} ({self.source})"

    @property
    def around(self) -> str:
        """What to do where it is of no use."""
        return f"Correct {self.source}, or go around it: NO_PROXY={self.target}."

    def hint(self) -> str:
        """What to add to an answer that may be the proxy's as well as the provider's."""
        return f"It went through {self.named}, which may have refused it: NO_PROXY={self.target} goes around it."

    def unreachable(self, reason: str) -> ConnectionFailed:
        """No connection to the proxy itself could be made."""
        return ConnectionFailed(
            f"No connection to {self.named}, by which {self.target} is reached: {reason}. Nothing was sent. "
            f"Is the proxy running, is its address right? {self.around}"
        )

    def refused(self, status: int | None, reason: str = "") -> ConnectionFailed:
        """The proxy answered, but does not make the connection."""
        start = f"{self.named[0].upper()}{self.named[1:]} did not connect to {self.target}"
        if status == 407:
            scheme, _, host = self.shown.partition("://")
            return ConnectionFailed(
                f"{start}: it asks for a user name and password (HTTP 407), or refuses those it was given. Put them "
                f"into {self.source}, as {scheme}://USER:PASSWORD@{host}, and ask again. Nothing was sent."
            )
        if status is None:
            said = reason.rstrip(".") or "it gave no answer of a proxy"
            return ConnectionFailed(f"{start}: {said}. Nothing was sent. {self.around}")
        why = "it does not allow that" if status in (401, 403, 405) else "it found no way there"
        return ConnectionFailed(f"{start}: {why} (HTTP {status}). Nothing was sent. {self.around}")


def proxy_of(endpoint: Endpoint, *, websocket: bool) -> Proxy | None:
    """The proxy to use, or None. Raises ConnectionFailed for one that cannot be used, with what to do."""
    found = environment_proxy(endpoint.base_url, websocket=websocket)
    if found is None:
        return None
    url, source = found
    proxy = Proxy(url=url, source=source, target=urlsplit(endpoint.base_url).hostname or "")
    _refuse_unreadable(proxy)
    scheme = urlsplit(url).scheme
    if scheme not in _SCHEMES[websocket]:
        raise ConnectionFailed(
            f"{source} names a proxy of the kind {scheme}://, which cannot be used here. It can be "
            f"{', '.join(_SCHEMES[websocket])}. {proxy.around}"
        )
    if scheme.startswith("socks"):
        _need_package(proxy, websocket)
    parts = urlsplit(url)
    if parts.username is not None and parts.password is None:
        user, _, host = parts.netloc.rpartition("@")
        parts = parts._replace(netloc=f"{user}:@{host}")
    return msgspec.structs.replace(proxy, url=parts._replace(path="", query="", fragment="").geturl())


def _refuse_unreadable(proxy: Proxy) -> None:
    try:
        parts = urlsplit(proxy.url)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise ConnectionFailed(
            f"{proxy.source} holds no address of a proxy. It looks like http://host:3128. {proxy.around}"
        )


def _need_package(proxy: Proxy, websocket: bool) -> None:
    module, package = _SOCKS_PACKAGES[websocket]
    if importlib.util.find_spec(module) is None:
        raise ConnectionFailed(
            f"{proxy.target} is reached by {proxy.named}, and SOCKS needs a package that is not installed: "
            f"pip install {package}. {proxy.around}"
        )
