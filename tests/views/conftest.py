"""One kernel for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from views.kernels import Kernel, running_kernel

__all__: list[str] = []


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with running_kernel() as running:
        yield running
