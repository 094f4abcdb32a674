"""The times of an HTTP request: what is counted as connecting, and what each error says."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from ws_notebook.core.waits import Waits
from ws_notebook.transports.base import Endpoint
from ws_notebook.transports.patience import connecting, limits, nothing_came, too_slow
from ws_notebook.transports.proxy import Proxy

__all__: list[str] = []


def headers_of(method: bytes) -> dict[str, Any]:
    return {"request": SimpleNamespace(method=method)}


def test_each_step_has_its_limit() -> None:
    found = limits(Waits(silence=7, connect=3))
    assert (found.read, found.write, found.connect, found.pool) == (7, 7, 3, 3)
    assert limits(Waits(silence=None, connect=None)).as_dict() == dict.fromkeys(("connect", "read", "write", "pool"))


def test_the_way_to_the_server_is_bounded_until_the_request_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ws_notebook.transports.patience._OF_ITS_OWN", 0)

    async def sent(*events: tuple[str, bytes]) -> str:
        async with connecting(0.05) as extensions:
            for name, method in events:
                await extensions["trace"](name, headers_of(method))
            await asyncio.sleep(0.2)
        return "answered"

    assert asyncio.run(sent(("http11.send_request_headers.started", b"POST"))) == "answered"
    assert asyncio.run(sent(("http2.send_request_headers.started", b"POST"))) == "answered"
    for tunnel in (("http11.send_request_headers.started", b"CONNECT"), ("connection.connect_tcp.complete", b"POST")):
        with pytest.raises(TimeoutError):
            asyncio.run(sent(tunnel))


def test_without_a_bound_it_takes_its_time() -> None:
    async def sent() -> str:
        async with connecting(None):
            return "answered"

    assert asyncio.run(sent()) == "answered"


def test_the_errors_say_how_long_and_what_to_do() -> None:
    endpoint = Endpoint(base_url="https://host.invalid/v1?key=hidden")
    told = str(too_slow(endpoint, 3))
    assert "https://host.invalid/v1/responses did not answer in time. No connection was open within 3 s" in told
    assert "wsn.Waits(connect=…)" in told
    assert "hidden" not in told
    proxy = Proxy(url="http://user:pass@proxy.invalid:3128", source="HTTPS_PROXY", target="host.invalid")
    assert "The proxy http://proxy.invalid:3128 (HTTPS_PROXY) did not connect" in str(too_slow(endpoint, 3, proxy))
    assert "Nothing came over the connection for 7 s." in str(nothing_came(Waits(silence=7)))
