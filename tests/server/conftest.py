"""One fast server for all tests that only talk to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.server import RunningServer, Wire, running_server

__all__: list[str] = []


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    with running_server() as running:
        yield running


@pytest.fixture
def wire(server: RunningServer) -> Iterator[Wire]:
    with server.wire() as connected:
        yield connected
