"""The proxy as a process."""

from __future__ import annotations

import signal
import socket

import psutil
import pytest

from ws_notebook.network.child import ProxyProcess
from ws_notebook.network.proxy import Task

__all__: list[str] = []


def test_it_listens_when_it_is_made_outlives_ctrl_c_and_ends_when_it_is_stopped() -> None:
    with socket.create_server(("127.0.0.1", 0)) as behind:
        proxy = ProxyProcess(Task(host="127.0.0.1", port=0, to=behind.getsockname()[1], rtt=0.001))
        process = psutil.Process(proxy._process.pid)
        try:
            process.send_signal(signal.SIGINT)
            with socket.create_connection(("127.0.0.1", proxy.port), 10) as client:
                client.sendall(b"through")
                accepted, _ = behind.accept()
                with accepted:
                    accepted.settimeout(10)
                    assert accepted.recv(7) == b"through"
        finally:
            proxy.stop()
    assert not process.is_running()


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use") as raised:
        ProxyProcess(Task(host="127.0.0.1", port=taken.getsockname()[1], to=1))
    assert raised.value.errno
