"""Nothing waits for ever, over real sockets: silent providers, functions that hang, forks, nested questions."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import multiprocessing
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.events import answer, completed, created, delta, item_done, items_of, message
from support.peer import Script, Talk, running_peer, says
from support.server import running_server

import ws_notebook as wsn
from ws_notebook import Session, tool
from ws_notebook.core.waits import Waits
from ws_notebook.engine.portal import portal
from ws_notebook.exceptions import ConnectionFailed, ConnectionLost, ProtocolViolation, ProviderError, SettingsError
from ws_notebook.transports.base import Connection, Endpoint

__all__: list[str] = []

Open = Callable[..., Session]
Request = dict[str, Any]
SOON = Waits(silence=0.5, ending=0.3, connect=0.5, successor=0.3)


@pytest.fixture
def hold() -> Iterator[threading.Event]:
    """What hangs, hangs until the end of the test."""
    event = threading.Event()
    yield event
    event.set()


def falls_silent(*said: Any, noise: Any = None) -> Script:
    """A provider that begins its first answer like this and then says only `noise`; it answers every other request."""

    async def script(talk: Talk, request: Request) -> None:
        number, lane = len(talk.peer.requests), request.get("stream_id")
        if number > 1:
            await talk.send([{**each, "stream_id": lane} for each in answer(f"resp_{number}", message("Again."))])
            return
        await talk.send(*said)
        while True:
            await asyncio.sleep(0.05)
            await (talk.socket.ping() if noise is None else talk.send(noise))

    return script


# Providers.


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_failure_without_a_reason_ends_the_run_also_where_none_follows(opened: Open, status: str) -> None:
    end = completed("resp_1", message("So far"), status="failed")
    end["response"]["status"] = status
    with running_peer(lambda talk, request: talk.send(created("resp_1"), end)) as peer:
        run = opened(peer.url).start("Hello")
        with pytest.raises(ProviderError, match="no reason"):
            run.result(timeout=20)
        assert run.text == "So far"


def test_an_error_that_could_be_the_response_before_s_ends_the_run_when_nothing_follows(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ws_notebook.core.late.HELD", 0.2)

    async def script(talk: Talk, request: Request) -> None:
        if len(talk.peer.requests) == 1:
            await talk.send(answer("resp_1", message("One.")))
        else:
            error = {"code": "broken", "message": "It broke."}
            await talk.send({"type": "error", "sequence_number": 7, "error": error})

    with running_peer(script) as peer:
        session = opened(peer.url)
        session.ask("Hello")
        with pytest.raises(ProviderError, match="It broke"):
            session.start("Again").result(timeout=20)


@pytest.mark.parametrize("noise", [None, {"type": "ping"}, b"keep-alive", {"type": "x", "sequence_number": 3}])
def test_pings_and_unknown_events_alone_are_no_life(opened: Open, noise: Any) -> None:
    with running_peer(falls_silent(created("resp_1"), delta("Hal"), noise=noise)) as peer:
        session = opened(peer.url, waits=SOON)
        with pytest.raises(ConnectionLost, match=r"No event came from the provider for 0\.5 s.*Ask again") as raised:
            session.ask("Hi")
        assert raised.value.run.text == "Hal"
        assert session.ask("And?").text == "Again."
        assert len(peer.talks) == 2


@pytest.mark.parametrize("end", [b'{"type":"response.completed"', {"type": "x"}, b"[" * 5000])
def test_an_end_that_cannot_be_read_ends_the_run(opened: Open, end: Any) -> None:
    with running_peer(falls_silent(created("resp_1"), items_of(message("All.")), end)) as peer:
        session = opened(peer.url, waits=Waits(ending=0.3))
        run = session.start("Hi")
        with pytest.raises((ConnectionLost, ProtocolViolation), match="The end of the response"):
            run.result(20)
        assert run.text == "All."
        assert session.ask("And?").parent is run


def test_other_runs_on_the_connection_go_on(opened: Open) -> None:
    ended = threading.Event()

    async def script(talk: Talk, request: Request) -> None:
        lane = request.get("stream_id")
        if lane is None:
            await talk.send(created("resp_1"), delta("Hal"))
            return
        await talk.send({**created("resp_2"), "stream_id": lane})
        while not ended.is_set():
            await talk.send({**delta("."), "stream_id": lane})
            await asyncio.sleep(0.05)
        await talk.send({**completed("resp_2"), "stream_id": lane})

    with running_peer(script) as peer:
        session = opened(peer.url, profile="openai", waits=SOON)
        silent, lively = session.start("one"), session.start("two", parent=None)
        with pytest.raises(ConnectionLost):
            silent.result(20)
        assert not lively.done
        ended.set()
        assert lively.result(20).status == "completed"
        assert session.connections == 1


def test_the_time_of_a_function_is_not_counted(opened: Open) -> None:
    waited = threading.Event()

    @tool
    def slow() -> str:
        """Take longer than the silence may last."""
        waited.wait(1.5)
        return "done"

    async def script(talk: Talk, request: Request) -> None:
        number = len(talk.peer.requests)
        called = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "slow", "arguments": "{}"}
        await talk.send(answer("resp_1", called) if number == 1 else answer("resp_2", message("So.")))

    with running_peer(script) as peer:
        assert opened(peer.url, waits=SOON, tools=[slow]).ask("Hi").text == "So."


def test_an_accepted_steer_whose_successor_never_comes_ends_the_run_with_its_text(opened: Open) -> None:
    async def script(talk: Talk, request: Request) -> None:
        if request["type"] == "response.steer":
            about = {"id": "s1", "previous_response_id": "resp_1"}
            await talk.send({"type": "response.steer.accepted", "steer": about})
            await talk.send(item_done(0, message("Hal")), completed("resp_1", status="incomplete"))
        elif len(talk.peer.requests) == 1:
            await talk.send(created("resp_1"), delta("Hal"))
        else:
            await talk.send(answer("resp_3", message("Again.")))

    with running_peer(script) as peer:
        session = opened(peer.url, profile="openai", waits=SOON)
        run = session.start("Hi")
        next(change for change in run.stream() if run.text)
        run.steer("be brief")
        with pytest.raises(ConnectionLost, match="then began no response"):
            run.result(20)
        assert run.text == "Hal"
        assert session.ask("be brief").text == "Again."


@contextlib.contextmanager
def mute_server() -> Iterator[str]:
    """Accepts connections and says nothing, whatever is asked."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_accepts_and_says_nothing_is_given_up(opened: Open, scheme: str) -> None:
    with mute_server() as url:
        session = opened(url.replace("http", scheme), transport="websocket", waits=SOON)
        with pytest.raises(ConnectionFailed, match=r"did not answer in time.*within 0\.5 s.*nothing was sent"):
            session.ask("Hi")


def test_over_http_a_server_that_says_nothing_is_given_up_like_a_silent_one(opened: Open) -> None:
    with mute_server() as url:
        session = opened(url, transport="http", waits=SOON)
        with pytest.raises(ConnectionLost, match=r"for 0\.5 s.*Ask again"):
            session.ask("Hi")


def test_over_http_tls_belongs_to_connecting(opened: Open) -> None:
    with mute_server() as url:
        session = opened(url.replace("http", "https"), transport="http", waits=Waits(connect=0.5))
        with pytest.raises(ConnectionFailed, match=r"within 0\.5 s, so nothing was sent"):
            session.ask("Hi")


def test_a_proxy_that_never_makes_the_tunnel_belongs_to_connecting(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mute_server() as url:
        monkeypatch.setenv("HTTPS_PROXY", url.removesuffix("/v1"))
        for transport in ("websocket", "http"):
            session = opened("https://a-host.invalid/v1", transport=transport, waits=Waits(connect=0.5))
            with pytest.raises(ConnectionFailed, match=r"The proxy .*did not answer in time"):
                session.ask("Hi")


class Stuck:
    """A transport of somebody's own that never connects, or whose frames never leave."""

    name = "stuck"
    memory = True

    def __init__(self, *, connects: bool) -> None:
        self.connects = connects

    async def connect(self, endpoint: Endpoint) -> Connection:
        if not self.connects:
            await asyncio.Event().wait()
        return StuckConnection()


class StuckConnection:
    memory = True
    usable = True

    async def answers(self) -> bool:
        return True

    async def send(self, frame: bytes) -> None:
        await asyncio.Event().wait()

    async def receive(self) -> list[bytes]:
        await asyncio.Event().wait()
        return []

    async def close(self) -> None:
        return


@pytest.mark.parametrize(("connects", "error"), [(False, ConnectionFailed), (True, ConnectionLost)])
def test_so_do_transports_of_somebody_s_own(connects: bool, error: type[Exception]) -> None:
    with Session(provider="local", transport=Stuck(connects=connects), waits=SOON) as session:
        for _ in range(2):
            run = session.start("Hi", parent=None)
            with pytest.raises(error):
                run.result(20)


# A recording.


def test_a_recording_that_ends_in_mid_answer_ends_the_run_with_what_it_holds(opened: Open, tmp_path: Path) -> None:
    with running_peer(falls_silent(created("resp_1"), delta("Hal"))) as peer:
        session = opened(peer.url)
        recording = session.record(tmp_path / "mid.jsonl")
        run = session.start("Hi")
        next(change for change in run.stream() if run.text)
        recording.stop()
        run.cancel()
    with Session(transport=wsn.ReplayTransport(tmp_path / "mid.jsonl", speed=0)) as replayed:
        run = replayed.start("Hi")
        with pytest.raises(ProviderError, match="The recording ends in the middle of this answer") as raised:
            run.result(20)
        assert (run.text, raised.value.code) == ("Hal", "recording_ended")


# The user's own functions.


def many(name: str, count: int) -> str:
    return "call " + " and ".join(f"{name}(i={number})" for number in range(count))


def test_functions_that_hang_hold_up_no_other_session(local: Open, hold: threading.Event) -> None:
    @tool(run_in="thread", timeout=0.1)
    def stuck(i: int) -> int:
        """Hang."""
        hold.wait(60)
        return i

    @tool(run_in="thread")
    def quick(i: int) -> int:
        """Do not."""
        return i

    run = local(tools=[stuck]).ask(many("stuck", 40))
    assert [call.status for call in run.tool_calls] == ["timed_out"] * 40
    assert local(tools=[quick]).start(many("quick", 1)).result(20).tool_calls[0].status == "completed"


def test_not_even_where_nothing_gives_them_up(local: Open, hold: threading.Event) -> None:
    begun = threading.Semaphore(0)

    @tool(run_in="thread")
    def stuck(i: int) -> int:
        """Hang."""
        begun.release()
        hold.wait(60)
        return i

    @tool(run_in="thread", approve=True)
    def quick(i: int) -> int:
        """Do not."""
        return i

    hanging = local(tools=[stuck]).start(many("stuck", 33))
    for _ in range(32):
        assert begun.acquire(timeout=20)
    session = local(tools=[quick])
    session.on_approval = lambda call: call.approve()
    assert session.start(many("quick", 1)).result(20).tool_calls[0].status == "completed"
    hold.set()
    assert hanging.result(20).status == "completed"


def test_a_run_that_is_stopped_leaves_no_thread_missing(local: Open, hold: threading.Event) -> None:
    begun = threading.Semaphore(0)

    @tool(run_in="thread")
    def stuck(i: int) -> int:
        """Hang."""
        begun.release()
        hold.wait(60)
        return i

    run = local(tools=[stuck]).start(many("stuck", 32))
    for _ in range(32):
        assert begun.acquire(timeout=20)
    run.cancel()
    assert portal().pool.submit(lambda: "done").result(20) == "done"


def test_functions_that_ask_another_session_find_threads_there(local: Open) -> None:
    @tool(run_in="thread")
    def quick(i: int) -> int:
        """Do not hang."""
        return i

    inner = local(tools=[quick])

    @tool(run_in="thread")
    def outer(i: int) -> str:
        """Ask on."""
        return inner.ask(f"call quick(i={i})", parent=None).text

    run = local(tools=[outer]).start(many("outer", 33))
    assert {call.status for call in run.result(60).tool_calls} == {"completed"}


def test_a_function_that_asks_its_own_session_by_way_of_another_is_refused(local: Open) -> None:
    first, second = local(), local()

    @tool(run_in="thread")
    def back() -> str:
        """Ask the session that waits for all this."""
        return first.ask("Hi").text

    @tool(run_in="thread")
    def on() -> str:
        """Ask the other one."""
        return str(second.ask("call back()", tools=[back]).tool_calls[0].error)

    run = first.start("call on()", tools=[on])
    assert "cannot wait for a run of the same session" in str(run.result(20).tool_calls[0].output)


def test_so_is_one_that_is_to_decide_about_a_call(local: Open) -> None:
    @tool(approve=lambda call: session.ask("May it?").text == "yes")
    def careful() -> str:
        """Do it."""
        return "done"

    session = local(tools=[careful])
    run = session.start("call careful()")
    assert "cannot wait for a run of the same session" in str(run.result(20).tool_calls[0].error)


def test_an_observer_that_waits_for_a_run_is_refused_and_harms_nothing(
    local: Open, caplog: pytest.LogCaptureFixture
) -> None:
    session = local()
    run = session.start('say "Hi"', watch=lambda run: lambda state, change: session.ask("And?"))
    assert run.result(20).text == "Hi"
    assert "This is the session's own thread" in caplog.text


def test_rules_that_hang_hold_up_no_other_approval(local: Open, hold: threading.Event) -> None:
    @tool(approve=lambda call: bool(hold.wait(60)))
    def stuck(i: int) -> int:
        """Hang before it is asked about."""
        return i

    @tool(approve=True)
    def quick(i: int) -> int:
        """Do not."""
        return i

    waiting = local(tools=[stuck]).start(many("stuck", 20))
    session = local(tools=[quick])
    session.on_approval = lambda call: call.approve()
    assert session.start(many("quick", 1)).result(20).tool_calls[0].status == "completed"
    waiting.cancel()


def test_keys_that_hang_hold_up_no_other_connection(opened: Open, hold: threading.Event) -> None:
    def key() -> str:
        hold.wait(60)
        return "a-key-at-last"

    with running_peer(says("Hi")) as peer:
        waiting = [opened(peer.url, api_key=key).start("Hi") for _ in range(20)]
        assert opened(peer.url, api_key=lambda: "a-key-for-tests").start("Hi").result(20).text == "Hi"
        for run in waiting:
            run.cancel()


# Waits for people and functions that were given a bound.


def test_a_key_can_be_given_a_bound(opened: Open, hold: threading.Event) -> None:
    with running_peer(says("Hi")) as peer:
        session = opened(peer.url, api_key=lambda: str(hold.wait(60)), waits=Waits(key=0.2))
        with pytest.raises(ConnectionFailed, match=r"to give the key has not returned within 0\.2 s"):
            session.ask("Hi")


def test_a_function_can_be_given_a_bound_that_its_own_goes_before(local: Open, hold: threading.Event) -> None:
    @tool(run_in="thread")
    def stuck() -> None:
        """Hang."""
        hold.wait(60)

    @tool(run_in="thread", timeout=50)
    def slow() -> None:
        """Take longer than the session allows others."""
        hold.wait(0.6)

    session = local(waits=Waits(tool=0.1), tools=[stuck, slow])
    usual = session.ask("call stuck()").tool_calls[0]
    own = session.ask("call slow()").tool_calls[0]
    assert (usual.status, own.status) == ("timed_out", "completed")
    assert "did not finish within 0.1 s" in str(usual.error)


def test_so_can_a_call_that_waits_for_whoever_is_to_do_it(local: Open) -> None:
    @tool
    def here() -> str:
        """Run in the thread that waits, and there is none."""
        return "done"

    run = local(tools=[here], waits=Waits(kernel=0.2)).start("call here()")
    ended = threading.Event()
    if run.observe(lambda state, change: ended.set() if state.done else None):
        assert ended.wait(20)
    assert run.tool_calls[0].status == "timed_out"
    assert "did not begin within 0.2 s" in str(run.tool_calls[0].error)


@pytest.mark.parametrize("rule", [True, "hangs"])
def test_so_can_a_decision(local: Open, hold: threading.Event, rule: Any) -> None:
    approve: Any = (lambda call: bool(hold.wait(60))) if rule == "hangs" else True

    @tool(approve=approve)
    def careful() -> str:
        """Do it."""
        return "done"

    session = local(tools=[careful], waits=Waits(approval=0.2))
    session.on_approval = lambda call: hold.wait(60)
    call = session.start("call careful()").result(20).tool_calls[0]
    assert (call.status, call.decision) == ("denied", "timeout")
    assert "within 0.2 s" in str(call.error)


def test_so_can_an_answer_to_input(local: Open, hold: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(prompt: str) -> str:
        hold.wait(60)
        return "y"

    @tool(approve=True)
    def careful() -> str:
        """Do it."""
        return "done"

    monkeypatch.setattr(builtins, "input", read)
    call = local(tools=[careful], waits=Waits(input=0.2)).ask("call careful()").tool_calls[0]
    assert (call.status, call.decision) == ("denied", "timeout")


def test_they_can_be_changed_from_now_on(local: Open) -> None:
    session = local()
    assert session.waits == Waits()
    session.waits = Waits(silence=3)
    assert session.waits.silence == 3
    session.waits = None  # type: ignore[assignment]
    assert session.waits == Waits()
    with pytest.raises(SettingsError, match="waits must be"):
        session.waits = 3  # type: ignore[assignment]
    with pytest.raises(SettingsError, match="waits must be"):
        Session(waits={3})  # type: ignore[arg-type]


# What would be waited for in vain.


@pytest.mark.parametrize("parent", [3, 1.5, True, "", b"resp_1", ["r1"], {"id": "r1"}, object(), Session])
def test_a_parent_of_a_wrong_type_is_refused_at_once(local: Open, parent: Any) -> None:
    session = local()
    with pytest.raises(SettingsError, match="parent must be a run of this session, a response id, or None for a fresh"):
        session.start("Hi", parent=parent)
    assert session.runs == []


def test_a_turn_as_parent_is_told_what_to_pass(local: Open) -> None:
    session = local()
    turn = session.ask("Hi").turns[0]
    with pytest.raises(SettingsError, match=r"pass turn\.response_id"):
        session.ask("And?", parent=turn)  # type: ignore[arg-type]


def in_child(session: Session, running: Any, results: Any) -> None:
    def told(do: Callable[[], object]) -> str:
        try:
            return str(do())
        except SettingsError as error:
            return str(error)

    asked = [lambda: session.ask("Hi"), lambda: session.start("Hi"), session.reset, running.result, running.cancel]
    asked += [lambda: asyncio.run(session.ask_async("Hi")), lambda: next(iter(running.stream())), session.compact]
    results.put([told(do) for do in asked])
    results.put([told(session.close), len(session.runs), len(session.frames) > 0])
    with running_server() as server, Session(provider=server.base_url, api_key=server.token, profile="local") as own:
        results.put(own.ask('say "child"').text)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_session_in_a_forked_child_says_so_and_the_parent_s_goes_on(opened: Open) -> None:
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("not on this platform: it has no forks")
    with running_peer(says("Hi")) as peer:
        session = opened(peer.url)
        session.ask("Hi")
        running = session.start("Hi")
        running.result(20)
        pending = opened(peer.url, api_key=lambda: threading.Event().wait(60)).start("Hi")
        context = multiprocessing.get_context("fork")
        results = context.Queue()
        child = context.Process(target=in_child, args=(session, pending, results))
        child.start()
        refused = results.get(timeout=30)
        assert [each for each in refused if "this is a fork of it" not in each] == []
        assert "Make another Session() in this process" in refused[0]
        assert results.get(timeout=20) == ["None", 2, True]
        assert results.get(timeout=30) == "child"
        child.join(20)
        assert session.ask("And?").text == "Hi"
        assert len(peer.talks) == 1
        pending.cancel()
