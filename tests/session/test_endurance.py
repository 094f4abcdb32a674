"""Sessions that outlast what networks, laptops and limits do to a connection: real servers, sockets and kernels."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from support.cells import Notebook
from support.relay import Relay, running_relay
from support.server import RunningServer, running_server

from ws_notebook import Session, tool
from ws_notebook.core.changes import TextAppended
from ws_notebook.engine.portal import portal
from ws_notebook.exceptions import ConnectionFailed, ConnectionLost
from ws_notebook.session.run import Run
from ws_notebook.settings import PROFILES
from ws_notebook.transports import keepalive
from ws_notebook.transports.base import Endpoint
from ws_notebook.transports.websocket import WebSocketConnection, WebSocketTransport

__all__: list[str] = []

ROOT = Path(__file__).resolve().parents[2]
REMEMBER = "What did I ask before?"

can_stop = pytest.mark.skipif(sys.platform == "win32", reason="not on this platform: SIGSTOP")


class Eager(WebSocketTransport):
    """Pings many times a second; its connections can be looked at."""

    def __init__(self, *, ping_timeout: float = 1.0) -> None:
        super().__init__(ping_interval=0.1, doubt=0.2, ping_timeout=ping_timeout, open_timeout=1)
        self.opened: list[WebSocketConnection] = []

    async def connect(self, endpoint: Endpoint) -> WebSocketConnection:
        self.opened.append(await super().connect(endpoint))
        return self.opened[-1]

    @property
    def in_doubt(self) -> bool:
        return not self.opened[-1].usable


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as found:
        yield found


def connect(stack: ExitStack, server: RunningServer, *, through: Relay | None = None, **options: Any) -> Session:
    url = server.base_url if through is None else through.url
    return stack.enter_context(
        Session(provider=url, **{"profile": "local", "model": "demo", "api_key": server.token, **options})
    )


def wait(condition: Callable[[], bool]) -> None:
    """Wait for what nobody announces."""
    assert portal().work.wait(None, condition, timeout=20)


def idle(session: Session) -> bool:
    return session.state == "idle"


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """The process stands still meanwhile, as with its laptop's lid closed."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def streaming(run: Run) -> Run:
    """The run, once its answer streams."""
    next(change for change in run.stream() if isinstance(change, TextAppended))
    return run


def recovered(session: Session) -> list[str]:
    return list(session.turns["recovered"])


# Age.


@pytest.mark.parametrize(
    ("age", "pause"),
    [pytest.param(1.0, 0.1, id="1 s of 4 s"), pytest.param(6.0, 0.75, id="6 s of 30 s", marks=pytest.mark.nightly)],
)
@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
def test_forty_calls_take_longer_than_a_connection_lives(
    stack: ExitStack, age: float, pause: float, told: bool
) -> None:
    calls: list[int] = []

    @tool
    def step(i: int) -> int:
        time.sleep(pause)
        calls.append(i)
        return i

    server = stack.enter_context(running_server("--connection-seconds", str(age)))
    profile = msgspec.structs.replace(PROFILES["local"], max_age=age if told else None)
    session = connect(stack, server, profile=profile, tools=[step])
    run = session.ask('40 times: call step(i=…); then say "done"')
    assert (run.status, run.text, run.error) == ("completed", "done", None)
    assert calls == list(range(1, 41))
    causes = [cause for cause in recovered(session) if cause]
    assert len(causes) >= 3
    assert session.connections > len(causes)
    if told:
        assert session.rotations >= 3
        assert set(causes) <= {"connection_age", "websocket_connection_limit_reached"}


# Idle.


@pytest.mark.parametrize(
    ("flags", "cause"),
    [(("--idle-seconds", "0.2"), "connection_lost"), (("--connection-seconds", "0.2"), "connection_age")],
    ids=["idle limit", "age limit"],
)
def test_idle_past_a_limit_of_the_server(stack: ExitStack, flags: tuple[str, ...], cause: str) -> None:
    session = connect(stack, stack.enter_context(running_server(*flags)))
    session.ask('say "one"')
    wait(lambda: idle(session))
    assert "one" in session.ask(REMEMBER).text
    assert (session.connections, recovered(session)) == (2, ["", cause])
    # The second one may grow old before anybody looks.
    assert bool(session.rotations) == (cause == "connection_age")


def test_pings_keep_an_idle_connection(stack: ExitStack) -> None:
    server = stack.enter_context(running_server("--idle-seconds", "1"))
    session = connect(stack, server, transport=Eager(ping_timeout=30))
    session.ask('say "one"')
    time.sleep(2)  # idle is what it must be, for as long as the limit twice
    session.ask('say "two"')
    assert (session.connections, recovered(session)) == (1, ["", ""])


# The server stands still.


@can_stop
def test_a_server_that_slept_while_nobody_asked(stack: ExitStack) -> None:
    server = stack.enter_context(running_server())
    session = connect(stack, server, transport=Eager())
    session.ask('say "one"')
    with stopped(server.process.pid):
        wait(lambda: idle(session))
        with pytest.raises(ConnectionFailed, match=r"did not answer in time\. .* ask again"):
            session.ask('say "two"')
    assert "one" in session.ask(REMEMBER).text
    assert recovered(session) == ["", "", "connection_lost"]


@can_stop
def test_a_server_that_slept_for_less_than_the_patience_harms_nothing(stack: ExitStack) -> None:
    server = stack.enter_context(running_server("--tokens-per-second", "200", fast=False))
    transport = Eager(ping_timeout=30)
    session = connect(stack, server, transport=transport)
    text = " ".join(["word"] * 30)
    run = streaming(session.start(f'say "{text}"'))
    with stopped(server.process.pid):
        wait(lambda: transport.in_doubt)
    assert run.result(20).text == text
    assert text in session.ask(REMEMBER).text
    assert (session.connections, recovered(session)) == (1, ["", ""])


@can_stop
def test_a_server_that_slept_in_mid_answer(stack: ExitStack) -> None:
    server = stack.enter_context(running_server("--tokens-per-second", "100", fast=False))
    session = connect(stack, server, transport=Eager())
    run = streaming(session.start("write 5000 words"))
    with (
        stopped(server.process.pid),
        pytest.raises(ConnectionLost, match=r"fell silent.* What had arrived is kept\. Ask again"),
    ):
        run.result(20)
    assert (run.status, bool(run.text)) == ("failed", True)
    assert "write 5000 words" in session.ask(REMEMBER).text
    assert recovered(session) == ["", ""]


# The network swallows everything, and nobody is told.


def half_open(stack: ExitStack, transport: Eager, *flags: str) -> tuple[Relay, Session]:
    server = stack.enter_context(running_server(*flags, fast=not flags))
    relay = stack.enter_context(running_relay(server.base_url))
    return relay, connect(stack, server, through=relay, transport=transport)


def test_nothing_is_sent_into_a_connection_that_answers_no_ping(stack: ExitStack) -> None:
    transport = Eager(ping_timeout=30)
    relay, session = half_open(stack, transport)
    session.ask('say "one"')
    relay.swallow()
    wait(lambda: transport.in_doubt)
    assert session.state == "open"
    assert "one" in session.ask(REMEMBER).text
    assert (session.connections, recovered(session)) == (2, ["", "connection_lost"])


def test_a_connection_that_is_half_open_for_long_is_given_up(stack: ExitStack) -> None:
    relay, session = half_open(stack, Eager())
    session.ask('say "one"')
    relay.swallow()
    wait(lambda: idle(session))
    assert "one" in session.ask(REMEMBER).text
    assert (session.connections, recovered(session)) == (2, ["", "connection_lost"])


def test_a_connection_that_is_lost_while_a_tool_works_costs_the_run_nothing(stack: ExitStack) -> None:
    transport = Eager(ping_timeout=30)
    relay, session = half_open(stack, transport)
    calls: list[int] = []

    @tool
    def work(n: int) -> str:
        calls.append(n)
        relay.swallow()
        wait(lambda: transport.in_doubt)
        return "worked"

    run = session.ask('call work(n=1) then say "done"', tools=[work])
    assert (run.status, run.text, calls) == ("completed", "done", [1])
    assert (session.connections, recovered(session)) == (2, ["", "connection_lost"])


def test_two_answers_that_are_half_open_each_say_so_and_the_next_works(stack: ExitStack) -> None:
    relay, session = half_open(stack, Eager(), "--tokens-per-second", "100")
    runs = [streaming(session.start(f"write {words} words", parent=None)) for words in (4000, 5000)]
    relay.swallow()
    for run in runs:
        with pytest.raises(ConnectionLost, match=r"fell silent.* Ask again") as raised:
            run.result(20)
        assert raised.value.run is run
        assert run.text
    assert "write 5000 words" in session.ask(REMEMBER).text
    assert session.connections == 2


# The client stands still.

PREPARE = """
import sys
%load_ext ws_notebook
import ws_notebook as wsn
from ws_notebook.transports.websocket import WebSocketTransport
eager = WebSocketTransport(ping_interval=0.1, doubt=0.2, ping_timeout={ping_timeout})
s = wsn.Session(provider={url!r}, profile="local", model="demo", api_key={token!r}, transport=eager)
"""


def prepare(kernel: Notebook, url: str, token: str, *, ping_timeout: float) -> int:
    """Make the session `s` in the kernel; the kernel's process id."""
    kernel.heard.clear()
    kernel.run(PREPARE.format(url=url, token=token, ping_timeout=ping_timeout))
    return int(kernel.run("import os; print(os.getpid())"))


def test_a_cell_outlives_its_connections_and_the_status_counts_them(stack: ExitStack, kernel: Notebook) -> None:
    server = stack.enter_context(running_server("--connection-seconds", "0.5"))
    prepare(kernel, server.base_url, server.token, ping_timeout=30)
    kernel.run("import time\n@wsn.tool\ndef step(i: int) -> int:\n    time.sleep(0.1)\n    return i")
    cell = kernel.send('%%responses -s s --view text\n20 times: call step(i=…); then say "done"')
    cell.end()
    assert "done" in cell.shown
    count = int(kernel.run("print(s.rotations)"))
    assert count >= 3
    status = kernel.run("print(get_ipython().run_line_magic('responses', 'status -s s'))")
    assert f"connections left for their age  {count}" in status


@can_stop
def test_a_laptop_that_slept_asks_over_another_connection_and_says_so(stack: ExitStack, kernel: Notebook) -> None:
    server = stack.enter_context(running_server("--idle-seconds", "2"))
    relay = stack.enter_context(running_relay(server.base_url))
    pid = prepare(kernel, relay.url, server.token, ping_timeout=30)
    kernel.run('%%responses -s s --view text\nsay "one"')
    with stopped(pid):
        relay.wait_ended(0)
    cell = kernel.send(f"%%responses -s s --view text\n{REMEMBER}")
    cell.end()
    assert "one" in cell.shown
    assert "sent again" in cell.shown
    assert kernel.run("print(s.connections, list(s.turns['recovered']))") == "2 ['', 'connection_lost']\n"
    status = kernel.run("print(get_ipython().run_line_magic('responses', 'status -s s'))")
    assert "recovered" in status
    assert "r2.1: connection_lost" in status


@can_stop
def test_a_kernel_that_stood_still_in_mid_answer_reads_on(stack: ExitStack, kernel: Notebook) -> None:
    server = stack.enter_context(running_server("--tokens-per-second", "200", fast=False))
    pid = prepare(kernel, server.base_url, server.token, ping_timeout=1)
    text = " ".join(f"word {number}" for number in range(100))
    cell = kernel.send(f"%%responses -s s --view text\nsay {text!r}")
    cell.shows("word 3")
    with stopped(pid):
        time.sleep(2.5)  # it must be stopped for longer than its patience, which nothing tells
    cell.end()
    assert text in cell.shown
    assert kernel.run("print(s.connections, list(s.turns['recovered']))") == "1 ['']\n"


def test_a_route_that_was_lost_a_moment_ago_is_noticed_before_the_question_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keepalive, "_FRESH", 0.0)
    with ExitStack() as stack:
        server = stack.enter_context(running_server())
        relay = stack.enter_context(running_relay(server.base_url))
        transport = WebSocketTransport(doubt=0.5)
        session = Session(provider=relay.url, profile="local", model="demo", api_key=server.token, transport=transport)
        stack.enter_context(session)
        session.ask('say "one"')
        relay.swallow()
        assert "one" in session.ask(REMEMBER).text
        assert list(session.turns["recovered"]) == ["", "connection_lost"]
        session.ask('say "two"')
        assert session.connections == 2
