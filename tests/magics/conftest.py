"""A kernel for the tests of a file, a shell in this process for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from magics.shells import Notebook, notebook, shell_here

__all__: list[str] = []


@pytest.fixture(scope="module")
def kernel() -> Iterator[Notebook]:
    """A notebook shared by a file's tests: each uses names and cell ids of its own."""
    with notebook() as opened:
        yield opened


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[InteractiveShell]:
    with shell_here(str(tmp_path)) as running:
        yield running
