"""A kernel of this interpreter that answers."""

from __future__ import annotations

import sys
from typing import Any

from jupyter_client.manager import KernelManager

__all__ = ["started_kernel"]

_PATIENCE = 25
"""Seconds for a kernel to answer; a test's fixture has twice that."""


def started_kernel(**options: Any) -> tuple[KernelManager, Any]:
    """A kernel and a client whose channels are open; `options` are those of `start_kernel`.

    Another process may take one of the ports that were chosen for it, and it never answers: then another is started.
    """
    try:
        return _start(options)
    except RuntimeError:
        return _start(options)


def _start(options: dict[str, Any]) -> tuple[KernelManager, Any]:
    manager = KernelManager(kernel_name="python3")
    spec = manager.kernel_spec
    assert spec is not None
    spec.argv[0] = sys.executable
    manager.start_kernel(**options)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=_PATIENCE)
    except RuntimeError:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        raise
    return manager, client
