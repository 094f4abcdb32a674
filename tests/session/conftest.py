"""A kernel for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.cells import Notebook, running_notebook

__all__: list[str] = []


@pytest.fixture(scope="module")
def kernel() -> Iterator[Notebook]:
    with running_notebook() as found:
        yield found
