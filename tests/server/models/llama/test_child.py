"""llama.cpp's process ends with whoever started it, however that one goes."""

from __future__ import annotations

import signal

import psutil
import pytest
from support.real_model import NAME, patient, real_model
from support.server import running_server

__all__: list[str] = []


@pytest.mark.parametrize(
    "how", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.nightly)], ids=["killed", "ended"]
)
def test_a_server_that_is_ended_takes_its_model_along(how: signal.Signals) -> None:
    real_model()
    with running_server("--model", NAME) as server, patient(server) as wire:
        wire.send(model=NAME, input="Count to a thousand.", max_output_tokens=500)
        while wire.receive()["type"] != "response.output_text.delta":
            pass
        (child,) = psutil.Process(server.process.pid).children()
        server.process.send_signal(how)
        server.process.wait(20)
        child.wait(20)
        assert not child.is_running()
