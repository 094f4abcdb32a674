"""DNS, TCP and TLS, each where it fails."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from support.server import RunningServer, running_server

from ws_notebook.doctor.finding import Finding, Parts
from ws_notebook.doctor.way import reach, speaks_tls

__all__: list[str] = []


def found(url: str, context: ssl.SSLContext | None = None, patience: float = 10) -> dict[str, Finding]:
    """The findings by subject; whether it was reached agrees with them."""
    parts = Parts("provider")
    reached = asyncio.run(reach(parts, url, context, patience))
    assert reached != any(each.state == "failed" for each in parts.found)
    return {each.subject: each for each in parts.found}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def secure(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """An embedded server with a certificate for 127.0.0.1 of a private authority."""
    file = Path(tmp_path_factory.mktemp("tls")) / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(file))
    with running_server("--certfile", str(file)) as server:
        yield server


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_a_host_by_name_and_one_by_number_are_reached(server: RunningServer) -> None:
    assert list(found(server.base_url)) == ["TCP"]
    assert list(found(server.base_url.replace("127.0.0.1", "localhost"))) == ["DNS", "TCP"]


def test_an_unknown_host_is_named() -> None:
    seen = found("https://no-such-host.invalid/v1")
    assert list(seen) == ["DNS"]
    assert "no-such-host.invalid" in seen["DNS"].said


def test_where_nothing_listens_the_port_is_named(unused_port: int) -> None:
    seen = found(f"http://127.0.0.1:{unused_port}/v1")["TCP"]
    assert seen.said == f"nothing listens at 127.0.0.1:{unused_port}."
    assert "Start the server" in seen.advice


def test_a_port_that_is_no_number_is_told() -> None:
    assert "no number" in found("http://127.0.0.1:abc/v1")["base URL"].said


def test_a_trusted_certificate_is_told_with_its_end(secure: RunningServer, authority: trustme.CA) -> None:
    seen = found(secure.base_url, trusting(authority))["TLS"]
    assert seen.said.startswith("TLSv1.")
    assert "certificate valid until" in seen.said


def test_a_private_authority_is_explained(secure: RunningServer) -> None:
    seen = found(secure.base_url)["TLS"]
    assert "not trusted" in seen.said
    assert "--ca FILE" in seen.advice


def test_a_certificate_for_another_name_is_explained(secure: RunningServer, authority: trustme.CA) -> None:
    seen = found(secure.base_url.replace("127.0.0.1", "localhost"), trusting(authority))["TLS"]
    assert "the name that the certificate was made for" in seen.advice


def test_an_expired_certificate_is_explained(tmp_path: Path, authority: trustme.CA) -> None:
    from datetime import UTC, datetime

    file = tmp_path / "old.pem"
    old = authority.issue_cert(
        "127.0.0.1", not_before=datetime(2020, 1, 1, tzinfo=UTC), not_after=datetime(2021, 1, 1, tzinfo=UTC)
    )
    old.private_key_and_cert_chain_pem.write_to_path(str(file))
    with running_server("--certfile", str(file)) as server:
        assert "renewed" in found(server.base_url, trusting(authority))["TLS"].advice


def test_tls_at_a_plain_server_says_to_write_http(server: RunningServer) -> None:
    seen = found(server.base_url.replace("http:", "https:"), patience=1)["TLS"]
    assert "It speaks plain HTTP: write http://" in seen.advice


def test_what_speaks_tls_is_told_from_what_does_not(secure: RunningServer, server: RunningServer) -> None:
    async def both() -> list[bool]:
        return [await speaks_tls(each.base_url, 1) for each in (secure, server)]

    assert asyncio.run(both()) == [True, False]
