"""Where a session connects to: keys, refusals, TLS, and the embedded server that may have died."""

from __future__ import annotations

import http
import os
import signal
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme
from support.peer import Peer, running_peer, says
from support.poster import running_poster
from support.server import RunningServer
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from ws_notebook import Session
from ws_notebook.engine.portal import portal
from ws_notebook.exceptions import AuthenticationFailed, ConnectionFailed, ProviderError, SettingsError

__all__: list[str] = []

Open = Callable[..., Session]


def test_openai_without_a_key_names_what_to_set_and_works_once_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_peer(says("Hi")) as peer:
        monkeypatch.setenv("OPENAI_BASE_URL", peer.url)
        with Session(provider="openai") as session:
            with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
                session.ask("one")
            assert (session.runs[0].status, peer.talks) == ("failed", [])
            monkeypatch.setenv("OPENAI_API_KEY", "sk-now-it-is-there")
            assert session.ask("two").text == "Hi"
        assert peer.headers[0]["Authorization"] == "Bearer sk-now-it-is-there"
        assert len(peer.requests) == 1


def test_a_key_that_is_a_function_is_asked_at_each_connection(opened: Open) -> None:
    keys = iter(["first-key", "second-key"])
    with running_peer(says("Hi")) as peer:
        session = opened(peer.url, api_key=lambda: next(keys))
        session.ask("one")
        session.ask("two")
        peer.call(peer.talks[0].close(1001))
        session.ask("three")
        assert [each["Authorization"] for each in peer.headers] == ["Bearer first-key", "Bearer second-key"]


@pytest.mark.parametrize("key", [lambda: 3, lambda: "two words", lambda: "line\nbreak", lambda: "é"])
def test_a_key_that_cannot_be_one_is_refused_in_words(opened: Open, key: Any) -> None:
    with running_peer(says("Hi")) as peer:
        with pytest.raises(SettingsError, match="key"):
            opened(peer.url, api_key=key).ask("Hi")
        assert peer.talks == []


def test_a_key_function_that_raises_fails_the_run_and_not_the_session(opened: Open) -> None:
    answers = iter([ValueError("vault is shut"), "a-key-at-last"])

    def key() -> str:
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    with running_peer(says("Hi")) as peer:
        session = opened(peer.url, api_key=key)
        with pytest.raises(ConnectionFailed, match="vault is shut"):
            session.ask("one")
        assert session.ask("two").text == "Hi"


def test_headers_of_the_user_are_sent_and_the_key_replaces_theirs(opened: Open) -> None:
    with running_peer(says("Hi")) as peer:
        opened(peer.url, headers={"X-Team": "blue", "authorization": "Basic xyz"}).ask("Hi")
        assert peer.headers[0]["X-Team"] == "blue"
        sent = [value for name, value in peer.headers[0].items() if name.lower() == "authorization"]
        assert sent == ["Bearer a-key-for-tests"]


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_a_wrong_key_is_refused_in_words(opened: Open, server: RunningServer, transport: str) -> None:
    session = opened(server.base_url, profile="local", api_key="a-wrong-key", transport=transport)
    with pytest.raises(AuthenticationFailed, match="key") as raised:
        session.ask("Hi")
    assert raised.value.status == 401
    assert "a-wrong-key" not in str(raised.value)


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_where_nothing_listens_the_words_say_so(opened: Open, unused_port: int, transport: str) -> None:
    for host in ("127.0.0.1", "localhost"):
        session = opened(f"http://{host}:{unused_port}/v1", transport=transport)
        with pytest.raises(ConnectionFailed, match=r"[Ii]s the server running"):
            session.ask("Hi")


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_a_host_that_does_not_exist_is_named(opened: Open, transport: str) -> None:
    session = opened("http://no-such-host.invalid/v1", transport=transport)
    with pytest.raises(ConnectionFailed, match=r"no-such-host\.invalid"):
        session.ask("Hi")


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (404, "no WebSocket mode"),
        (426, "no WebSocket mode"),
        (429, "Wait a moment"),
        (500, "Ask again"),
        (302, "another address"),
    ],
)
def test_a_refused_upgrade_says_what_the_status_means(opened: Open, status: int, advice: str) -> None:
    def refuse(connection: ServerConnection, request: Request) -> Response:
        return connection.respond(http.HTTPStatus(status), "no")

    with running_peer(says("Hi"), process_request=refuse) as peer:
        with pytest.raises(ConnectionFailed, match=advice) as raised:
            opened(peer.url, transport="websocket").ask("Hi")
        assert raised.value.status == status


def test_a_server_that_is_not_available_for_a_moment_is_asked_again(opened: Open) -> None:
    left = [503, 502]

    def refuse(connection: ServerConnection, request: Request) -> Response | None:
        return connection.respond(http.HTTPStatus(left.pop()), "not now") if left else None

    with running_peer(says("Hi"), process_request=refuse) as peer:
        session = opened(peer.url)
        assert session.ask("Hi").text == "Hi"
        assert len(peer.requests) == 1
        assert session.turns.recovered.tolist() == ["server_unavailable"]


def test_a_path_that_is_no_endpoint_is_a_404(opened: Open, server: RunningServer) -> None:
    wrong = server.base_url.replace("/v1", "/v2")
    with pytest.raises(ConnectionFailed, match="HTTP 404"):
        opened(wrong, api_key=server.token, transport="websocket").ask("Hi")
    for transport in ("auto", "http"):
        with pytest.raises(ProviderError, match="Unknown path"):
            opened(wrong, api_key=server.token, transport=transport).ask("Hi")


def test_a_base_url_without_v1_gets_a_hint(opened: Open, server: RunningServer) -> None:
    short = server.base_url.removesuffix("/v1")
    with pytest.raises(ConnectionFailed, match=f"HTTP 404.* try {short}/v1"):
        opened(short, api_key=server.token, transport="websocket").ask("Hi")
    for transport in ("auto", "http"):
        with pytest.raises(ProviderError, match=f"Unknown path: /responses.* try {short}/v1"):
            opened(short, api_key=server.token, transport=transport).ask("Hi")


@pytest.mark.parametrize("status", [404, 405, 426, 501])
def test_a_server_without_websocket_mode_is_asked_over_http_and_the_header_says_so(opened: Open, status: int) -> None:
    with running_poster(status) as poster:
        session = opened(poster.url)
        assert [session.ask(words).text for words in ("one", "two")] == ["Heard 1.", "Heard 3."]
        assert list(session.turns.transport) == ["http", "http"]
        assert f"HTTP {status}" in session.header().note
        assert poster.upgrades == 1
    assert all("previous_response_id" not in body and body["stream"] is True for body in poster.bodies)


def test_a_redirect_to_another_origin_is_not_followed(opened: Open) -> None:
    with running_peer(says("stolen")) as thief:

        def redirect(connection: ServerConnection, request: Request) -> Response:
            response = connection.respond(http.HTTPStatus.TEMPORARY_REDIRECT, "")
            response.headers["Location"] = thief.url.replace("http", "ws") + "/responses"
            return response

        with running_peer(says("Hi"), process_request=redirect) as peer:
            with pytest.raises(ConnectionFailed, match="another address"):
                opened(peer.url).ask("Hi")
            assert thief.headers == []


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Peer]:
    """A server with a certificate that this machine does not know."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with running_peer(says("Hi"), tls=context) as peer:
        yield peer


def test_an_unknown_authority_is_refused_with_what_to_pass(opened: Open, secure: Peer) -> None:
    with pytest.raises(ConnectionFailed, match=r"TLS failed.*ssl=ssl\.create_default_context"):
        opened(secure.url).ask("Hi")
    assert secure.headers == []


def test_a_private_authority_can_be_passed(opened: Open, secure: Peer, authority: trustme.CA) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    assert opened(secure.url, ssl=context).ask("Hi").text == "Hi"


def test_a_plain_server_behind_a_secure_address_is_explained(opened: Open) -> None:
    with running_peer(says("Hi")) as peer, pytest.raises(ConnectionFailed, match="speak https"):
        opened(peer.url.replace("http", "https")).ask("Hi")


def test_over_http_an_unknown_authority_is_refused_too(opened: Open, secure: Peer) -> None:
    with pytest.raises(ConnectionFailed, match=r"(?i)certificate"):
        opened(secure.url, transport="http").ask("Hi")


def test_the_embedded_server_is_one_for_all_sessions_and_is_started_again_when_it_died() -> None:
    with Session(provider="local") as one, Session(provider="local") as other:
        assert one.ask('say "Hi"').text == "Hi"
        assert other.ask('say "Hi"').text == "Hi"
        first = portal().shared["local_server"]
        os.kill(first.pid, signal.SIGKILL)
        assert portal().work.wait(None, lambda: one.state == other.state == "idle", timeout=20)
        again = one.ask('say "still here"')
        assert again.text == "still here"
        assert [item["content"][0]["text"] for item in again.turns[0].input] == ['say "still here"']
        assert other.ask('say "me too"').text == "me too"
        second = portal().shared["local_server"]
        assert second.pid != first.pid
        assert not first.alive
        assert one.header().note == "embedded server: a script, no AI"
