"""Sessions that end with their test, and one embedded server for all of them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ws_notebook import Session

from .server import RunningServer, Wire, running_server

__all__ = ["Open", "free_port", "local", "opened", "server", "unused_port", "wire"]

Open = Callable[..., Session]


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    """The embedded server, as fast as it can."""
    with running_server() as found:
        yield found


@pytest.fixture
def wire(server: RunningServer) -> Iterator[Wire]:
    """A socket of it."""
    with server.wire() as connected:
        yield connected


def free_port() -> int:
    """A port of this machine at which nothing listens now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def unused_port() -> int:
    return free_port()


@pytest.fixture
def opened() -> Iterator[Open]:
    """Makes sessions, by base URL; each is closed at the end of the test."""
    made: list[Session] = []

    def open_session(url: str, **options: Any) -> Session:
        made.append(Session(provider=url, **{"model": "demo", "api_key": "a-key-for-tests", **options}))
        return made[-1]

    yield open_session
    for session in made:
        session.close()


@pytest.fixture
def local(opened: Open, server: RunningServer) -> Open:
    """Makes sessions with the embedded server."""

    def open_local(**options: Any) -> Session:
        return opened(server.base_url, **{"profile": "local", "api_key": server.token, **options})

    return open_local
