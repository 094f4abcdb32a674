"""The embedded server, for real clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.server import RunningServer, running_server

__all__: list[str] = []


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    with running_server() as running:
        yield running
