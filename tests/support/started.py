"""A kernel of this interpreter that answers, and imports the package that is tested here."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ipykernel
import pytest
from jupyter_client.manager import KernelManager

import ws_notebook

__all__ = ["ANSWER_SECONDS", "SUBSHELLS", "kernel_environment", "needs_subshells", "started_kernel"]

SUBSHELLS = ipykernel.version_info[0] >= 7
needs_subshells = pytest.mark.skipif(
    not SUBSHELLS, reason="not on this version: ipykernel 6 hears nothing while a cell runs"
)

PACKAGE = Path(ws_notebook.__file__).resolve().parent
ANSWER_SECONDS = 100
"""How long a kernel may say nothing while something is expected of it: nearly as long as a test may take."""
_PATIENCE = 25
"""Seconds for a kernel to answer; a test's fixture has twice that."""


def kernel_environment() -> dict[str, str]:
    """The environment in which a kernel finds the package that this process tests."""
    found = dict(os.environ)
    if not PACKAGE.is_relative_to(sys.prefix):
        found["PYTHONPATH"] = str(PACKAGE.parent)
    return found


@contextmanager
def started_kernel(*arguments: str) -> Iterator[tuple[KernelManager, Any]]:
    """A kernel and a client whose channels are open; the kernel is shut down at the end.

    Another process may take one of the ports that were chosen for it, and it never answers: then another is started.
    """
    try:
        manager, client = _start(arguments)
    except RuntimeError:
        manager, client = _start(arguments)
    try:
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def _start(arguments: tuple[str, ...]) -> tuple[KernelManager, Any]:
    manager = KernelManager(kernel_name="python3")
    spec = manager.kernel_spec
    assert spec is not None
    spec.argv[0] = sys.executable
    manager.start_kernel(env=kernel_environment(), extra_arguments=[*arguments])
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=_PATIENCE)
    except RuntimeError:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        raise
    return manager, client
