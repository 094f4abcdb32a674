"""The traffic of a session: connections that end in every way, a reader that waits for nobody."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from support.behind import waited
from support.events import answer, call, completed, created, delta, message
from support.peer import Talk, running_peer, says
from support.server import running_server

from ws_notebook import Session, tool
from ws_notebook.core.changes import TextAppended
from ws_notebook.engine.portal import portal
from ws_notebook.exceptions import ConnectionLost, ProtocolViolation, ProviderError
from ws_notebook.profiles import PROFILES
from ws_notebook.session.run import Run
from ws_notebook.transports.base import Connection, Endpoint
from ws_notebook.transports.websocket import WebSocketTransport

__all__: list[str] = []

Open = Callable[..., Session]
Request = dict[str, Any]


def words(request: Request) -> list[str]:
    """The texts of a request's messages, in order."""
    return [item["content"][0]["text"] for item in request["input"] if item["type"] == "message"]


def breaks_off_once(end: Callable[[Talk], Any]) -> Any:
    """A script that ends the first answer in its middle as `end` says, and answers every other request."""

    async def script(talk: Talk, request: Request) -> None:
        number = len(talk.peer.requests)
        if number > 1:
            await talk.send(answer(f"resp_{number}", message("Again.")))
            return
        await talk.send(created("resp_1"), delta("Hal"))
        await (await talk.socket.ping())  # the frames arrive before the end
        ended = end(talk)
        if ended is not None:
            await ended

    return script


CLOSES = {
    1000: "closed it normally",
    1001: "going away",
    1008: "policy",
    1009: "larger than the receiver allows",
    1011: "met an error",
    1012: "restarts",
    1013: "overloaded",
    4402: "out of credit",
    4999: "the server closed it",
}


@pytest.mark.parametrize("code", CLOSES)
def test_a_connection_that_is_closed_in_mid_answer_says_why_in_words(opened: Open, code: int) -> None:
    with running_peer(breaks_off_once(lambda talk: talk.close(code, "so they say"))) as peer:
        session = opened(peer.url)
        with pytest.raises(ConnectionLost) as raised:
            session.ask("Hi")
        error = raised.value
        assert (error.code, error.reason) == (code, "so they say")
        assert CLOSES[code] in str(error)
        assert f"(code {code})" in str(error)
        assert "so they say" in str(error)
        assert ("session.compact()" if code == 1009 else "the next turn reconnects") in str(error)
        assert error.run.text == "Hal"


def test_a_connection_that_breaks_off_keeps_what_came_and_the_next_turn_sends_everything(opened: Open) -> None:
    with running_peer(breaks_off_once(lambda talk: talk.break_off())) as peer:
        session = opened(peer.url)
        with pytest.raises(ConnectionLost, match="without a closing handshake") as raised:
            session.ask("Hi")
        lost = session.runs[0]
        assert raised.value.run is lost
        assert (lost.status, lost.text, session.state) == ("failed", "Hal", "idle")
        again = session.ask("And?")
        assert (again.text, again.parent, session.connections) == ("Again.", lost, 2)
        assert "previous_response_id" not in peer.requests[1]
        assert words(peer.requests[1]) == ["Hi", "Hal", "And?"]
        assert session.ask("More?").text == "Again."
        assert peer.requests[2]["previous_response_id"] == "resp_2"


def test_the_embedded_server_killed_in_mid_answer(opened: Open) -> None:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running_server("--tokens-per-second", "50", fast=False))
        session = opened(server.base_url, profile="local", api_key=server.token)
        run = session.start("write 5000 words")
        next(change for change in run.stream() if isinstance(change, TextAppended))
        server.process.kill()
        with pytest.raises(ConnectionLost, match="killed server"):
            run.result(20)
        assert run.text


def test_a_connection_that_ends_while_idle_is_replaced_without_a_word(opened: Open) -> None:
    with running_peer(says("One.", "Two.", "Three.")) as peer:
        session = opened(peer.url)
        session.ask("1")
        peer.call(peer.talks[-1].close(1001, "idle"))
        assert session.ask("2").status == "completed"
        peer.call_soon(peer.talks[-1].break_off)
        assert portal().work.wait(None, lambda: session.state == "idle", timeout=20)
        assert session.ask("3").status == "completed"
        assert (session.connections, session.state) == (3, "open")
        assert [len(request["input"]) for request in peer.requests] == [1, 3, 5]


def test_a_connection_that_ends_while_tools_run_is_replaced_and_the_run_goes_on(opened: Open) -> None:
    gone = threading.Event()

    async def script(talk: Talk, request: Request) -> None:
        number = len(talk.peer.requests)
        if number == 1:
            await talk.send(answer("resp_1", call("c1", "slow")))
            try:
                await talk.close(1001)
            finally:
                gone.set()
        else:
            await talk.send(answer("resp_2", message("Done.")))

    @tool
    def slow() -> str:
        assert gone.wait(20)
        return "42"

    with running_peer(script) as peer:
        session = opened(peer.url, tools=[slow])
        run = session.ask("Hi")
        assert (run.status, run.text, run.tool_calls[0].output) == ("completed", "Done.", "42")
        assert [turn.recovered for turn in run.turns] == ["", "connection_lost"]
        assert [item["type"] for item in peer.requests[1]["input"]] == [
            "message",
            "function_call",
            "function_call_output",
        ]
        assert list(session.turns["recovered"]) == ["", "connection_lost"]
        assert session.connections == 2


def test_what_was_sent_is_never_sent_again(opened: Open) -> None:
    async def script(talk: Talk, request: Request) -> None:
        talk.break_off()

    with running_peer(script) as peer:
        with pytest.raises(ConnectionLost):
            opened(peer.url).ask("Hi")
        assert len(peer.requests) == 1


def test_the_limit_of_a_connection_costs_a_connection_and_nothing_else(opened: Open) -> None:
    async def script(talk: Talk, request: Request) -> None:
        number = len(talk.peer.requests)
        if number == 2:
            fault = {
                "code": "websocket_connection_limit_reached",
                "message": "60 minutes.",
                "type": "invalid_request_error",
            }
            await talk.send({"type": "error", "status": 400, "error": fault})
            await talk.close(1000)
        else:
            await talk.send(answer(f"resp_{number}", message(f"{number}")))

    with running_peer(script) as peer:
        session = opened(peer.url)
        session.ask("one")
        run = session.ask("two")
        assert (run.text, run.turns[0].recovered) == ("3", "websocket_connection_limit_reached")
        assert session.connections == 2
        assert len(peer.requests) == 3


def test_an_id_that_is_gone_is_recovered_over_the_same_connection(opened: Open) -> None:
    async def script(talk: Talk, request: Request) -> None:
        number = len(talk.peer.requests)
        if "previous_response_id" in request:
            fault = {"code": "previous_response_not_found", "message": "Gone.", "param": "previous_response_id"}
            await talk.send({"type": "error", "status": 400, "error": fault})
        else:
            await talk.send(answer(f"resp_{number}", message(f"{number}")))

    with running_peer(script) as peer:
        session = opened(peer.url)
        session.ask("one")
        assert session.ask("two").text == "3"
        assert session.connections == 1
        assert words(peer.requests[2]) == ["one", "1", "two"]


def test_what_a_server_says_before_it_closes_is_what_is_raised(opened: Open) -> None:
    async def script(talk: Talk, request: Request) -> None:
        fault = {"code": "model_mismatch", "message": "One model for each connection."}
        await talk.send({"type": "error", "status": 400, "error": fault})
        await talk.close(1008, "bye")

    with running_peer(script) as peer, pytest.raises(ProviderError, match="One model for each connection"):
        opened(peer.url).ask("Hi")


def test_events_of_a_stopped_answer_do_not_reach_the_next_one(opened: Open) -> None:
    async def script(talk: Talk, request: Request) -> None:
        number = len(talk.peer.requests)
        if number == 1:
            await talk.send(created("resp_1"), delta("old "))
            with contextlib.suppress(Exception):
                while True:
                    await talk.send(delta("old "))
                    await asyncio.sleep(0)
        await talk.send(answer(f"resp_{number}", message("new")))

    with running_peer(script) as peer:
        session = opened(peer.url)
        run = session.start("one")
        next(change for change in run.stream() if isinstance(change, TextAppended))
        run.cancel()
        assert session.ask("two").text == "new"
        assert set(run.text.split()) == {"old"}


class Ending:
    """A connection whose end is known for a moment before it is read; then `when_known` is called."""

    memory = True

    def __init__(self, inner: Connection, when_known: Callable[[], object]) -> None:
        self.inner, self.when_known, self.ended = inner, when_known, False
        self.send, self.close, self.answers = inner.send, inner.close, inner.answers

    @property
    def usable(self) -> bool:
        return self.inner.usable and not self.ended

    async def receive(self) -> list[bytes]:
        try:
            return await self.inner.receive()
        except ConnectionLost:
            if not self.ended:
                self.ended = True
                self.when_known()
                for _ in range(20):  # turns of the loop, in which the other run is begun
                    await asyncio.sleep(0)
            raise


def test_a_run_that_begins_while_the_end_is_unread_does_not_hide_the_end_from_another(opened: Open) -> None:
    async def script(talk: Talk, request: Request) -> None:
        if len(talk.peer.requests) > 1:
            await talk.send(answer("resp_2", message("Two.")))
        else:
            await talk.send(created("resp_1"), delta("Hal"))
            await talk.close(1012)

    begun: list[Run] = []

    class Transport(WebSocketTransport):
        async def connect(self, endpoint: Endpoint) -> Any:
            inner = await super().connect(endpoint)
            return Ending(inner, lambda: begun or begun.append(session.start("two", parent=None)))

    with running_peer(script) as peer:
        session = opened(peer.url, profile="local", api_key="a-key-for-tests", transport=Transport())
        with pytest.raises(ConnectionLost, match="1012"):
            session.start("one").result(20)
        assert session.runs[0].text == "Hal"
        assert begun[0].result(20).text == "Two."


# The reader waits for nobody.


def test_pings_are_answered_while_a_tool_keeps_the_main_thread(opened: Open) -> None:
    waits: list[float] = []
    enough = threading.Event()

    async def script(talk: Talk, request: Request) -> None:
        if len(talk.peer.requests) > 1:
            await talk.send(answer("resp_2", message("Done.")))
            return
        await talk.send(answer("resp_1", call("c1", "busy")))
        for _ in range(20):
            pong = await talk.socket.ping()
            waits.append(await asyncio.wait_for(pong, 5))
        enough.set()

    @tool
    def busy() -> str:
        # Pure Python, without a pause: the reader's thread has to get its turns all the same.
        number = 0
        while not enough.is_set():
            number += 1
        return "done"

    with running_peer(script) as peer:
        run = opened(peer.url, tools=[busy]).ask("Hi")
        assert (run.text, len(waits)) == ("Done.", 20)


def test_a_burst_of_events_is_read_while_the_main_thread_is_busy(opened: Open) -> None:
    count = 5000
    sent = threading.Event()

    async def script(talk: Talk, request: Request) -> None:
        if len(talk.peer.requests) > 1:
            await talk.send(answer("resp_2", message("Done.")))
            return
        item = call("c1", "busy")
        await talk.send(created("resp_1"), {"type": "response.output_item.done", "output_index": 0, "item": item})
        await talk.send(*(delta(f"{number} ", 1) for number in range(count)))
        await talk.send(completed("resp_1", item))
        sent.set()

    @tool
    def busy() -> int:
        assert sent.wait(30)
        run = session.runs[0]
        while not run.turns[0].done:
            sum(range(1000))
        return run.turns[0].events

    with running_peer(script) as peer:
        session = opened(peer.url, tools=[busy])
        run = session.ask("Hi")
        assert run.tool_calls[0].output == str(count + 3)
        assert run.turns[0].text == "".join(f"{number} " for number in range(count))


def test_observers_that_are_slow_lose_nothing(opened: Open) -> None:
    told: list[str] = []

    def slow(state: Any, change: Any) -> None:
        if isinstance(change, TextAppended):
            told.append(change.text)
            time.sleep(0.0005)

    async def script(talk: Talk, request: Request) -> None:
        await talk.send(created("resp_1"), [delta(f"{number} ") for number in range(500)], completed("resp_1"))

    with running_peer(script) as peer:
        run = opened(peer.url).start("Hi", watch=lambda run: slow).result(30)
        assert "".join(told) == run.text


def test_a_request_of_many_megabytes_is_sent_whole(opened: Open) -> None:
    with running_peer(says("Read.")) as peer:
        session = opened(peer.url)
        assert session.ask("x" * 16_000_000).text == "Read."
        assert peer.sizes == [int(session.turns["bytes_sent"][0])]


def test_what_cannot_be_sent_fails_the_run_and_not_the_session(opened: Open) -> None:
    with running_peer(says("Hi")) as peer:
        session = opened(peer.url)
        run = session.start("one", options={"metadata": (bag := {"x": 1})})
        run.result(20)
        bag["x"] = object()  # type: ignore[assignment]
        broken = session.start("two")
        broken.state.settings.options["metadata"] = bag  # type: ignore[index]
        waited(broken, lambda: broken.done)
        assert broken.done
        assert session.ask("three").text == "Hi"


def test_garbage_is_no_reason_to_stop_reading(opened: Open) -> None:
    async def script(talk: Talk, request: Request) -> None:
        await talk.send(b"\xff\xfe".decode("latin-1"), "[DONE]", "null", '{"type": []}', "[" * 5000)
        await talk.socket.send(b"\x00\x01")
        await talk.send(answer("resp_1", message("Hi")))

    with running_peer(script) as peer:
        run = opened(peer.url).ask("Hi")
        assert (run.text, run.turns[0].events) == ("Hi", 6 + 6)


class Failing:
    """Sockets of which the first sends one request at once, and then cannot after all."""

    name = "websocket"
    memory = True

    def __init__(self) -> None:
        self.opened: list[Any] = []

    async def connect(self, endpoint: Endpoint) -> Connection:
        connection: Any = await WebSocketTransport().connect(endpoint)
        self.opened.append(connection)
        if len(self.opened) == 1:
            ways = [connection.send_now]
            connection.send_now = lambda frame: ways.pop(0)(frame)  # noqa: PLW0108 - another way each time
        return connection


def test_a_request_that_cannot_leave_at_once_after_all_opens_one_other_connection_for_the_next() -> None:
    go_on = threading.Event()

    async def script(talk: Talk, request: Request) -> None:
        if words(request) == ["one"]:
            await asyncio.to_thread(go_on.wait, 20)
        await talk.send(answer(f"resp_{len(talk.peer.requests)}", message("Yes.")))

    narrow = msgspec.structs.replace(PROFILES["open"], name="narrow", sockets=1)
    transport = Failing()
    with (
        running_peer(script) as peer,
        Session(provider=peer.url, profile=narrow, api_key="k", model="m", transport=transport) as session,
    ):
        session.ask("first", parent=None)
        runs = [session.start(text, parent=None) for text in ("one", "two", "three")]
        go_on.set()
        assert runs[0].result(20).text == "Yes."
        with pytest.raises(ProtocolViolation, match="could not be sent"):
            runs[1].result(20)
        assert runs[2].result(20).text == "Yes."
        assert (session.connections, len(transport.opened)) == (2, 2)
