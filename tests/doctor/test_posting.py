"""What is found over plain HTTP."""

from __future__ import annotations

import pytest
from doctor.conftest import Examine, Page
from support.server import RunningServer, running_server

__all__: list[str] = []


def test_a_server_without_websocket_mode_is_used_over_http(examine: Examine) -> None:
    with running_server("--fault", "refuse 404 at upgrade") as server:
        found = examine(server.base_url)
    assert [found[name].state for name in ("upgrade", "HTTP", "sessions")] == ["warning", "ok", "warning"]
    assert "HTTP with full input" in found["sessions"].said
    assert "TornadoServer" in found["server"].said


def test_with_the_http_transport_no_socket_is_opened(examine: Examine, server: RunningServer) -> None:
    found = examine(server.base_url, transport="http")
    assert "upgrade" not in found
    assert (found["HTTP"].state, found["sessions"].said.startswith("use HTTP, as asked")) == ("ok", True)


def test_an_error_of_http_is_a_warning_where_the_socket_works(examine: Examine) -> None:
    with running_server("--fault", "refuse 500 at post") as server:
        found = examine(server.base_url)
    assert [found[name].state for name in ("HTTP", "sessions")] == ["warning", "ok"]


@pytest.mark.parametrize("status", [200, 403, 404, 502])
def test_a_page_of_a_proxy_is_recognised(examine: Examine, page: Page, status: int) -> None:
    found = examine(page(status, "text/html; charset=utf-8", b"<html><title>Sign in</title></html>"))
    assert (found["HTTP"].state, found["sessions"].state) == ("failed", "failed")
    assert "text/html, '<html><title>Sign in" in found["HTTP"].said
    assert "a proxy, a login page, a web server" in found["HTTP"].advice


@pytest.mark.parametrize(
    ("status", "body", "state", "advice"),
    [
        (404, b'{"detail": "Not Found"}', "failed", "no Responses API"),
        (405, b'{"error": "method"}', "failed", "no Responses API"),
        (429, b'{"error": {"message": "slow down"}}', "warning", "Wait a moment"),
        (401, b'{"error": {"message": "who?", "code": "invalid_api_key"}}', "failed", "--key-variable"),
        (503, b'{"error": {"message": "busy"}}', "failed", "Try again"),
        (400, b'{"error": {"message": "input is empty"}}', "ok", ""),
        (404, b'{"error": {"code": "previous_response_not_found", "message": "x"}}', "ok", ""),
    ],
)
def test_each_status_says_what_to_do(
    examine: Examine, page: Page, status: int, body: bytes, state: str, advice: str
) -> None:
    found = examine(page(status, "application/json", body))["HTTP"]
    assert (found.state, advice in found.advice) == (state, True)


def test_a_base_url_without_v1_gets_the_hint(examine: Examine, server: RunningServer) -> None:
    short = server.base_url.removesuffix("/v1")
    found = examine(short)
    assert "does not end in /v1" in found["base URL"].said
    assert f"try {short}/v1" in found["HTTP"].advice
    assert f"try {short}/v1" in found["upgrade"].said
