"""The embedded server as a child process."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from ws_notebook import Network, Session
from ws_notebook.engine import local
from ws_notebook.engine.local import FarServers, LocalServer
from ws_notebook.exceptions import ConnectionFailed

__all__: list[str] = []


def test_it_is_ready_when_it_is_made_and_ends_when_it_is_stopped() -> None:
    server = LocalServer()
    try:
        assert server.base_url.startswith("http://127.0.0.1:")
        assert server.alive
        assert not server.ended(0.01)
        assert os.getsid(server.pid) == server.pid
        with Session(provider=server.base_url, profile="local", api_key=server.token) as session:
            assert session.ask('say "Hi"').text == "Hi"
    finally:
        server.stop()
    assert not server.alive
    assert server.ended()


def test_its_token_is_neither_shown_nor_on_its_command_line() -> None:
    server = LocalServer()
    try:
        assert server.token not in repr(server)
        assert server.token not in " ".join(psutil.Process(server.pid).cmdline())
    finally:
        server.stop()


def test_it_outlives_an_interrupt_and_ends_with_its_parent() -> None:
    program = (
        "import os, signal, sys\n"
        "from ws_notebook.engine.local import LocalServer\n"
        "server = LocalServer()\n"
        "signal.signal(signal.SIGINT, lambda *_: os.write(1, b'interrupted\\n'))\n"
        "print(server.pid, flush=True)\n"
        "sys.stdin.readline()\n"
        "print(server.alive, flush=True)\n"
        "os._exit(0)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=os.getcwd(),
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        child = int(process.stdout.readline())
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.readline() == "interrupted\n"
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "True\n"
    with contextlib.suppress(psutil.NoSuchProcess):
        try:
            psutil.Process(child).wait(20)
        except psutil.TimeoutExpired:  # nobody collects the dead here
            assert psutil.Process(child).status() == psutil.STATUS_ZOMBIE


def test_a_server_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_PROGRAM", "import os, sys; sys.exit('no: ' + os.environ['WS_NOTEBOOK_SERVER_TOKEN'])")
    with pytest.raises(ConnectionFailed, match=r"did not start \(exit code 1\).*no: \[secret\]"):
        LocalServer()


_FORKS = """\
import os, signal, sys
from ws_notebook.engine.local import FarServers, LocalServer
server = LocalServer()
child = os.fork()
if not child:
    os.close(1)
    signal.pause()
print(server.pid, child, flush=True)
"""


def _forking(program: str) -> Iterator[list[str]]:
    """What *program* prints; the child that it forks is ended."""
    done = subprocess.run([sys.executable, "-c", _FORKS + program], stdout=subprocess.PIPE, text=True, timeout=60)  # noqa: PLW1510
    said = done.stdout.split()
    try:
        yield said
    finally:
        os.kill(int(said[1]), signal.SIGKILL)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="not on this platform: it has no forks")
@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)", "server.stop()"])
def test_a_forked_child_of_its_parent_does_not_keep_it_alive(end: str) -> None:
    for said in _forking(end):
        with contextlib.suppress(psutil.NoSuchProcess):
            try:
                psutil.Process(int(said[0])).wait(45)
            except psutil.TimeoutExpired:  # nobody collects the dead here
                assert psutil.Process(int(said[0])).status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(not hasattr(os, "fork"), reason="not on this platform: it has no forks")
def test_a_forked_child_that_stops_it_ends_it_for_nobody_else() -> None:
    program = (
        "import time\n"
        "other = os.fork()\n"
        "if not other:\n"
        "    server.stop()\n"
        "    os._exit(0)\n"
        "os.waitpid(other, 0)\n"
        "print(server.ended(1))\n"
        "server.stop()\n"
    )
    for said in _forking(program):
        assert said[2] == "False"


def test_the_server_of_a_network_stays_as_long_as_it_is_held_and_ends_behind_that() -> None:
    servers = FarServers()
    networks = [Network(rtt=f"{number}ms", first_token=0) for number in range(1, 6)]
    held = LocalServer(network=networks[0])
    process = psutil.Process(held.pid)
    (proxy,) = process.children()
    servers.put(networks[0], held)
    others = [StandIn() for _ in networks[1:]]
    for network, other in zip(networks[1:], others, strict=True):
        servers.put(network, other)  # type: ignore[arg-type]
    # Not among the latest any more, but somebody holds it.
    assert servers.get(networks[0]) is held
    assert held.alive
    del held
    gc.collect()
    assert servers.get(networks[0]) is None
    psutil.wait_procs([process, proxy], timeout=20)
    assert not process.is_running()
    assert not proxy.is_running()


class StandIn:
    """Stands for a server where only whether it is kept is of interest."""


def test_a_network_that_cannot_be_played_is_told_in_the_server_s_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Network, "flags", lambda _: ["--rtt", "soon"])
    with pytest.raises(ConnectionFailed, match="written like '80ms'"):
        LocalServer(network=Network())
