"""A proxy is used as the environment says, and named where it is what keeps a request from its provider."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.gateway import Gateway, running_gateway
from support.peer import Peer, running_peer, says
from support.poster import running_poster
from support.sessions import free_port

from ws_notebook import Session
from ws_notebook.exceptions import AuthenticationFailed, ConnectionFailed
from ws_notebook.transports.base import Endpoint
from ws_notebook.transports.proxy import Proxy, proxy_of
from ws_notebook.transports.websocket import WebSocketTransport

__all__: list[str] = []

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SOCKS_PROXY", "WS_PROXY", "WSS_PROXY")
WORD = "hush-" + "hush"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    with running_gateway() as found:
        monkeypatch.setenv("HTTP_PROXY", found.url)
        yield found


@pytest.fixture
def peer() -> Iterator[Peer]:
    with running_peer(says("Yes.")) as found:
        yield found


@pytest.fixture
def opened() -> Iterator[Callable[..., Session]]:
    made: list[Session] = []

    def open_session(port: int, **options: Any) -> Session:
        """A session with a host that only a proxy finds."""
        url = f"http://provider.invalid:{port}/v1"
        made.append(Session(provider=url, model="m", api_key="a-key-for-tests", **options))
        return made[-1]

    yield open_session
    for session in made:
        session.close()


def failure(session: Session) -> ConnectionFailed:
    with pytest.raises(ConnectionFailed) as caught:
        session.ask("Hi")
    text = str(caught.value)
    assert WORD not in text
    assert "a-key-for-tests" not in text
    return caught.value


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY", "all_proxy"])
def test_a_socket_goes_through_the_proxy(
    variable: str, gateway: Gateway, peer: Peer, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HTTP_PROXY")
    monkeypatch.setenv(variable, gateway.url)
    session = opened(peer.port)
    assert session.ask("Hi").text == "Yes."
    assert session.turns.transport.tolist() == ["websocket"]
    assert gateway.asked == [f"CONNECT provider.invalid:{peer.port} HTTP/1.1"]


def test_http_goes_through_the_proxy(gateway: Gateway, opened: Any) -> None:
    with running_poster(404) as poster:
        session = opened(int(poster.url.rpartition(":")[2].partition("/")[0]), transport="http")
        assert session.ask("Hi").text == "Heard 1."
    assert gateway.asked[-1].startswith("POST http://provider.invalid:")


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_a_dead_proxy_is_named_with_where_it_comes_from(
    transport: str, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("HTTP_PROXY", f"http://me:{WORD}@127.0.0.1:{port}")
    text = str(failure(opened(1234, transport=transport)))
    assert f"the proxy http://127.0.0.1:{port} (HTTP_PROXY)" in text
    assert "Is the proxy running" in text
    assert "NO_PROXY=provider.invalid" in text


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_a_proxy_that_asks_for_a_password_is_told_of(
    transport: str, gateway: Gateway, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://me:{WORD}@127.0.0.1:{gateway.port}")
    gateway.user = "me:other"
    text = str(failure(opened(1234, transport=transport)))
    assert "HTTP 407" in text
    assert f"http://USER:PASSWORD@127.0.0.1:{gateway.port}" in text


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_a_password_in_the_address_of_the_proxy_is_used_and_not_shown(
    transport: str, gateway: Gateway, peer: Peer, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.user = f"me:{WORD}"
    monkeypatch.setenv("HTTP_PROXY", gateway.url)
    with running_poster(404) as poster:
        port = peer.port if transport == "websocket" else int(poster.url.rpartition(":")[2].partition("/")[0])
        session = opened(port, transport=transport)
        assert session.ask("Hi").status == "completed"
    assert WORD not in repr(session) + session.frames.to_string() + repr(session.runs)


@pytest.mark.parametrize("status", [403, 502, 503])
def test_a_proxy_that_does_not_connect_is_not_taken_for_the_provider(
    status: int, gateway: Gateway, opened: Any
) -> None:
    gateway.refusal = status
    error = failure(opened(1234))
    assert not isinstance(error, AuthenticationFailed)
    assert f"The proxy http://127.0.0.1:{gateway.port} (HTTP_PROXY) did not connect to provider.invalid" in str(error)
    assert f"HTTP {status}" in str(error)


def test_what_is_no_proxy_is_told_of(gateway: Gateway, opened: Any) -> None:
    gateway.garbage = b"220 mail.example ESMTP\r\n"
    assert "did not connect to provider.invalid" in str(failure(opened(1234, transport="websocket")))


def test_a_proxy_that_never_answers_is_named(gateway: Gateway, opened: Any) -> None:
    gateway.silent.set()
    session = opened(1234, transport=WebSocketTransport(open_timeout=0.2))
    assert "(HTTP_PROXY) did not connect to provider.invalid: it did not answer in time" in str(failure(session))


def test_a_refusal_behind_a_proxy_says_that_it_may_be_the_proxys(gateway: Gateway, opened: Any) -> None:
    with running_poster(403) as poster:
        session = opened(int(poster.url.rpartition(":")[2].partition("/")[0]), transport="websocket")
        with pytest.raises(AuthenticationFailed) as caught:
            session.ask("Hi")
    assert "which may have refused it" in str(caught.value)


def test_what_needs_no_proxy_goes_around_it(gateway: Gateway, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    with Session(provider=peer.url, model="m") as session:
        assert session.ask("Hi").text == "Yes."
    monkeypatch.setenv("NO_PROXY", "provider.invalid")
    assert proxy_of(Endpoint(base_url="http://provider.invalid/v1"), websocket=True) is None
    assert gateway.asked == []


@pytest.mark.parametrize("websocket", [True, False])
def test_a_proxy_for_socks_needs_a_package_and_says_which(websocket: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", f"socks://me:{WORD}@127.0.0.1:1080/")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConnectionFailed) as caught:
        proxy_of(Endpoint(base_url="https://host.example/v1"), websocket=websocket)
    text = str(caught.value)
    assert "socks5h://127.0.0.1:1080 (ALL_PROXY)" in text
    assert "pip install" in text
    assert ("python-socks" in text) is websocket
    assert WORD not in text


def test_a_proxy_for_socks_is_used_where_the_package_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks://me@127.0.0.1:1080/")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    found = proxy_of(Endpoint(base_url="https://host.example/v1"), websocket=True)
    assert found == Proxy(url="socks5h://me:@127.0.0.1:1080", source="ALL_PROXY", target="host.example")
    assert repr(found) == "Proxy(socks5h://127.0.0.1:1080)"


@pytest.mark.parametrize("value", ["http://", "http://host:port", "http://[::1", "ftp://host:21"])
def test_an_address_that_is_none_is_refused_in_words(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(ConnectionFailed, match="HTTPS_PROXY"):
        proxy_of(Endpoint(base_url="https://host.example/v1"), websocket=True)


def test_an_address_may_lack_its_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    found = proxy_of(Endpoint(base_url="https://host.example/v1"), websocket=True)
    assert found is not None
    assert found.url == "http://proxy.example:3128"
