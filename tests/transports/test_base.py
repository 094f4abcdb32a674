"""Endpoints: addresses, and what of them may be shown."""

from __future__ import annotations

import pytest

from ws_notebook.transports.base import Endpoint, Transport
from ws_notebook.transports.http import HttpTransport
from ws_notebook.transports.websocket import WebSocketTransport

__all__: list[str] = []


@pytest.mark.parametrize(
    ("base", "socket", "plain"),
    [
        ("https://host/v1", "wss://host/v1/responses", "https://host/v1/responses"),
        ("http://host:1/v1/", "ws://host:1/v1/responses", "http://host:1/v1/responses"),
        ("https://host/v1?a=b", "wss://host/v1/responses?a=b", "https://host/v1/responses?a=b"),
    ],
)
def test_the_address_of_the_resource(base: str, socket: str, plain: str) -> None:
    endpoint = Endpoint(base_url=base)
    assert endpoint.url(websocket=True) == socket
    assert endpoint.url(websocket=False) == plain
    assert endpoint.address(websocket=True) == socket.partition("?")[0]


def test_neither_headers_nor_the_query_are_shown() -> None:
    endpoint = Endpoint(base_url="https://host/v1?key=hidden", headers={"Authorization": "hidden"})
    assert repr(endpoint) == "Endpoint(https://host/v1)"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_this_machine_is_known(host: str) -> None:
    assert Endpoint(base_url=f"http://{host}:1/v1").loopback
    assert not Endpoint(base_url="http://127.0.0.1.example/v1").loopback


def test_both_transports_have_one_face() -> None:
    for transport, name, memory in ((WebSocketTransport(), "websocket", True), (HttpTransport(), "http", False)):
        assert isinstance(transport, Transport)
        assert (transport.name, transport.memory) == (name, memory)


@pytest.mark.parametrize(
    ("base", "hint"),
    [
        ("http://host:1", "http://host:1/v1"),
        ("https://host/api/", "https://host/api/v1"),
        ("https://host/v1", ""),
        ("https://host/openai/v1?api-version=preview", ""),
        ("https://host/v2/x", ""),
    ],
)
def test_a_base_url_without_a_version_gets_a_hint(base: str, hint: str) -> None:
    found = Endpoint(base_url=base).missing_version()
    assert found.endswith(f"try {hint}.") if hint else found == ""
