"""TLS by a certificate of the server's own."""

from __future__ import annotations

import re
import ssl
import stat
import sys
from pathlib import Path

import pytest
from support.server import running_server

from ws_notebook import Network, Session
from ws_notebook.exceptions import ConnectionFailed
from ws_notebook.server.certificate import own_certificate

__all__: list[str] = []


def test_its_files_are_for_this_user_and_go_at_the_end() -> None:
    with own_certificate("0.0.0.0") as files:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(files[0], files[1])
        ssl.create_default_context(cafile=files[2])
        assert stat.S_IMODE(files[1].stat().st_mode) == 0o600
    assert [path for path in files if path.exists()] == []


def test_without_trustme_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(OSError, match="pip install trustme"), own_certificate("127.0.0.1"):
        pass


def test_a_served_certificate_is_trusted_by_its_file_and_by_nothing_else() -> None:
    with running_server("--tls", "self", "--rtt", "1ms") as server:
        assert server.base_url.startswith("https://")
        (trusted,) = re.findall(r"trust: (.+\.pem)\)", server.line)
        options = {"provider": server.base_url, "profile": "local", "api_key": server.token}
        for transport in ("websocket", "http"):
            context = ssl.create_default_context(cafile=trusted)
            with Session(**options, transport=transport, ssl=context) as session:  # type: ignore[arg-type]
                assert session.ask('say "safe"').text == "safe"
        with Session(**options) as session, pytest.raises(ConnectionFailed, match="TLS failed"):  # type: ignore[arg-type]
            session.ask('say "unsafe"')
    assert not Path(trusted).exists()


def test_the_server_of_a_network_is_trusted_by_itself() -> None:
    network = Network(rtt="2ms", tls=True, first_token=0, tokens_per_second=0)
    for transport in ("websocket", "http"):
        with Session(provider="local", network=network, transport=transport) as session:
            assert session.ask('say "safe"').text == "safe"
