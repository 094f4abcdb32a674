"""The real model of the tests: SmolLM2-135M on this machine, by `ws-notebook model get smollm2`."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support.server import RunningServer, Wire

from ws_notebook.shelf.shelf import ShelvedModel, shelf

__all__ = ["NAME", "patient", "real_model"]

NAME = "smollm2"


def real_model() -> ShelvedModel:
    """It, or the test is left out, loudly; with WSN_REQUIRE_MODEL=1 that is an error."""
    found = shelf().find(NAME)
    if found is not None and importlib.util.find_spec("xllamacpp") is not None:
        return found
    lacks = "llama.cpp (pip install xllamacpp)" if found is not None else f"the model (ws-notebook model get {NAME})"
    if os.environ.get("WSN_REQUIRE_MODEL") == "1":
        pytest.fail(f"WSN_REQUIRE_MODEL=1, and {lacks} is not here")
    pytest.skip(f"needs {lacks}")


@contextmanager
def patient(server: RunningServer) -> Iterator[Wire]:
    """A connected socket that waits as long as a busy machine needs to read a prompt."""
    with server.wire() as line:
        line.patience = 100
        yield line
