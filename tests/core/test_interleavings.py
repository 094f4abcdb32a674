"""Any order of calls, outputs, errors, disconnects and stops, against a provider that keeps the books."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support.drive import Drive
from support.events import call, completed, created, delta, error, failed, item_done, message

from ws_notebook.core.abilities import LaneLimits
from ws_notebook.core.lineage import CANCELLED_OUTPUT
from ws_notebook.core.run import RunState
from ws_notebook.core.turn import CallState

__all__: list[str] = []

Item = dict[str, Any]


class Provider:
    """One connection: remembers the latest response of each lane, and refuses what a real provider would refuse."""

    def __init__(self) -> None:
        self.memory: dict[str | None, tuple[str, list[Item]]] = {}
        """By lane: the id and the context of its latest response."""
        self.open: dict[str | None, Response] = {}
        """By lane: the response in flight."""

    def accept(self, request: dict[str, Any]) -> None:
        """Take a request. Fails where the context it makes is not one that a model could go on from."""
        lane = request.get("stream_id")
        assert lane not in self.open, "a request while a response is in flight on its lane"
        assert len(self.open) < IN_FLIGHT, "more responses than are allowed"
        assert lane is None or len({lane, *self.open, *self.memory} - {None}) <= NAMED, "more lanes than are allowed"
        before = request.get("previous_response_id")
        known = dict(self.memory.values())
        assert before is None or before in known, "an id that this connection does not remember"
        context = [*(known[before] if before is not None else []), *request["input"]]
        given: list[str] = []
        asked: list[str] = []
        for item in context:
            if item["type"] == "function_call":
                asked.append(item["call_id"])
            elif item["type"] == "function_call_output":
                given.append(item["call_id"])
        assert len(set(given)) == len(given), "a call answered twice"
        assert given == asked, "outputs that are missing, unknown or not in call order"
        self.open[lane] = Response(lane, context, before)

    def finish(self, response: Response, *, kept: bool) -> None:
        del self.open[response.lane]
        if kept and response.id is not None:
            self.memory[response.lane] = (response.id, [*response.context, *response.output])
        elif not kept:
            self.memory = {lane: entry for lane, entry in self.memory.items() if entry[0] != response.continued}

    def disconnect(self) -> None:
        self.memory, self.open = {}, {}


class Response:
    """A response in flight."""

    def __init__(self, lane: str | None, context: list[Item], continued: str | None) -> None:
        self.lane, self.context, self.continued = lane, context, continued
        self.id: str | None = None
        self.output: list[Item] = []


NAMED, IN_FLIGHT, SOCKETS = 3, 3, 3
REFUSALS = ("previous_response_not_found", "websocket_connection_limit_reached")


class Interleavings(RuleBasedStateMachine):
    """One connection, one lane. The others below have more of either."""

    options: ClassVar[Mapping[str, Any]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.drive = Drive(**self.options)
        self.providers: list[Provider] = [Provider()]
        self.runs: list[RunState] = []
        self.sent = 0
        self.closed = 0
        self.events = 0
        self.number = 0
        self.executed: set[CallState] = set()

    # What follows from each step.

    def look(self) -> None:
        """Hand new requests to the provider."""
        for _ in range(len(self.drive.protocol.links) - len(self.providers)):
            self.providers.append(Provider())
        for number in self.drive.closings[self.closed :]:
            self.providers[number].disconnect()
        self.closed = len(self.drive.closings)
        for place, request in zip(self.drive.places[self.sent :], self.drive.requests[self.sent :], strict=True):
            self.providers[place].accept(request)
            self.sent += 1

    def tell(self, place: int, response: Response, *events: Any) -> None:
        """Send events in order; those after the end of the connection go nowhere."""
        closed = len(self.drive.closings)
        for event in events:
            if place not in self.drive.closings[closed:]:
                self.events += 1
                named = {} if response.lane is None else {"stream_id": response.lane}
                self.drive.receive({**event, **named}, link=place)
                self.look()

    def fresh(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def flying(self, *, begun: bool | None = None) -> list[tuple[int, Response]]:
        """The responses in flight, each with the number of its connection."""
        found = [(place, each) for place, provider in enumerate(self.providers) for each in provider.open.values()]
        return [(place, each) for place, each in found if begun is None or (each.id is not None) is begun]

    @property
    def waiting(self) -> list[CallState]:
        return [each for run in self.runs for each in run.tool_calls if each.status in ("queued", "running")]

    # The steps.

    @rule(parent=st.sampled_from(["latest", "fresh", "run", "response"]), index=st.integers(0, 9))
    def ask(self, parent: str, index: int) -> None:
        if sum(not run.done for run in self.runs) > 4:
            return
        wants: dict[str, Any] = {}
        ended = [run for run in self.runs if run.done and run.turns]
        if parent == "fresh":
            wants = {"wants": None}
        elif parent == "run" and ended:
            wants = {"wants": ended[index % len(ended)]}
        elif parent == "response" and ended:
            turn = ended[index % len(ended)].turns[0]
            wants = {"wants": turn.response_id} if turn.response_id else {}
        self.runs.append(self.drive.ask(self.fresh("question "), max_turns=6, **wants))
        self.look()

    @precondition(lambda self: self.flying(begun=False))
    @rule(index=st.integers(0, 9))
    def create(self, index: int) -> None:
        place, response = self.one(self.flying(begun=False), index)
        response.id = self.fresh("resp_")
        self.tell(place, response, created(response.id))

    @precondition(lambda self: self.flying(begun=True))
    @rule(index=st.integers(0, 9), kind=st.sampled_from(["call", "call", "message", "delta", "unknown", "again"]))
    def grow(self, index: int, kind: str) -> None:
        place, response = self.one(self.flying(begun=True), index)
        output = response.output
        if kind == "call":
            output.append(call(self.fresh("c"), i=self.number))
            self.tell(place, response, item_done(len(output) - 1, output[-1]))
        elif kind == "message":
            output.append(message(f"text {response.id}", self.fresh("msg_")))
            self.tell(place, response, item_done(len(output) - 1, output[-1]))
        elif kind == "delta":
            self.tell(place, response, delta(f"<{response.id}>", len(output)))
        elif kind == "again" and output:
            self.tell(place, response, item_done(len(output) - 1, output[-1]))
        else:
            self.tell(place, response, {"type": self.fresh("vendor.event")})

    @precondition(lambda self: self.flying(begun=True))
    @rule(
        index=st.integers(0, 9),
        status=st.sampled_from(["completed", "completed", "completed", "incomplete"]),
        twice=st.booleans(),
    )
    def end(self, index: int, status: str, twice: bool) -> None:
        place, response = self.one(self.flying(begun=True), index)
        last = completed(str(response.id), *response.output, status=status)
        self.providers[place].finish(response, kept=True)
        self.tell(place, response, last, *([last] if twice else []))

    @precondition(lambda self: self.flying())
    @rule(index=st.integers(0, 9), pair=st.booleans())
    def fail(self, index: int, pair: bool) -> None:
        place, response = self.one(self.flying(), index)
        self.providers[place].finish(response, kept=False)
        more = [failed(response.id)] if pair and response.id else []
        self.tell(place, response, error("server_error", status=500), *more)

    @precondition(lambda self: self.flying(begun=False))
    @rule(
        index=st.integers(0, 9),
        code=st.sampled_from(["previous_response_not_found", "websocket_connection_limit_reached"]),
    )
    def refuse(self, index: int, code: str) -> None:
        place, response = self.one(self.flying(begun=False), index)
        self.providers[place].finish(response, kept=False)
        self.tell(place, response, error(code))

    @precondition(lambda self: self.flying(begun=False))
    @rule(index=st.integers(0, 9), told=st.booleans())
    def limit(self, index: int, told: bool) -> None:
        """Too many requests: with a wait, or without one."""
        place, response = self.one(self.flying(begun=False), index)
        self.providers[place].finish(response, kept=True)
        words = "Please try again in 20s." if told else "Too many."
        self.tell(place, response, error("rate_limit_exceeded", status=429, message=words))

    @rule(seconds=st.sampled_from([1, 10, 50]))
    def let_time_pass(self, seconds: int) -> None:
        self.drive.later += seconds
        self.drive.settle()
        self.look()

    @precondition(lambda self: self.waiting)
    @rule(index=st.integers(0, 9), starts=st.booleans())
    def answer(self, index: int, starts: bool) -> None:
        chosen = self.one(self.waiting, index)
        if chosen.status == "queued" and starts:
            assert self.drive.start(chosen)
            assert chosen not in self.executed
            self.executed.add(chosen)
        else:
            self.drive.submit(chosen, f"output of {chosen.call_id}")
        self.look()

    @rule(index=st.integers(0, 9))
    def lose(self, index: int) -> None:
        place = index % len(self.providers)
        self.providers[place].disconnect()
        self.drive.eof(place)
        self.look()

    @rule(index=st.integers(0, 9))
    def grow_old(self, index: int) -> None:
        self.drive.protocol.links[index % len(self.providers)].rotate()
        self.drive.settle()
        self.look()

    @rule(index=st.integers(0, 9))
    def refuse_connection(self, index: int) -> None:
        self.lose(index)
        self.drive.connected = not self.drive.connected
        self.drive.settle()
        self.look()

    @precondition(lambda self: self.runs)
    @rule(index=st.integers(0, 9))
    def stop(self, index: int) -> None:
        self.drive.abandon(self.one(self.runs, index))
        self.look()

    @staticmethod
    def one(things: list[Any], index: int) -> Any:
        return things[index % len(things)]

    # What holds after every step.

    @invariant()
    def every_event_is_counted_in_one_turn(self) -> None:
        counted = sum(turn.events for run in self.runs for turn in run.turns)
        unowned = sum(record.response_id is None for record in self.drive.protocol.frames.records())
        assert counted <= self.events <= counted + unowned

    @invariant()
    def no_text_is_in_another_response_than_its_own(self) -> None:
        for run in self.runs:
            for turn in run.turns:
                said = {str(turn.response_id)} if turn.text else set()
                assert set(re.findall(r"<(.+?)>", turn.text)) <= said
                assert all(str(turn.response_id) in str(item) for item in turn.output if item["type"] == "message")

    @invariant()
    def no_request_is_sent_twice(self) -> None:
        turns = [turn for run in self.runs for turn in run.turns]
        repeats = sum(len(turn.repeated) for turn in turns)
        assert len(self.drive.requests) <= sum(turn.bytes_sent > 0 for turn in turns) + repeats
        assert sum(self.drive.sizes) == sum(turn.bytes_sent for turn in turns)
        assert all(len(turn.repeated) <= 7 for turn in turns)

    @invariant()
    def only_calls_of_runs_that_were_cut_off_are_answered_as_cancelled(self) -> None:
        cut_off = {each.call_id for run in self.runs if run.error is not None for each in run.tool_calls}
        for request in self.drive.requests:
            for item in request["input"]:
                if item.get("output") == CANCELLED_OUTPUT:
                    assert item["call_id"] in cut_off

    @invariant()
    def calls_are_ready_once(self) -> None:
        ready = self.drive.ready()
        assert len(set(ready)) == len(ready)

    @invariant()
    def a_run_that_has_ended_has_nothing_open(self) -> None:
        for run in self.runs:
            if run.done:
                assert all(each.done for each in run.tool_calls)
                assert run.ended is not None
        busy = sum(not run.done and bool(run.turns) for run in self.runs)
        assert busy <= len(self.drive.protocol.links) * (1 + self.drive.protocol.learned.abilities.limits.named)

    def teardown(self) -> None:
        """Whatever state it was left in, everything comes to its end."""
        self.drive.connected = True
        for _ in range(200):
            self.drive.later += 30
            self.drive.settle()
            self.look()
            if self.flying(begun=False):
                self.create(0)
            elif self.flying(begun=True):
                self.end(0, "completed", False)
            elif self.waiting:
                self.answer(0, False)
        assert all(run.done for run in self.runs)


class OnLanes(Interleavings):
    options: ClassVar = {"limits": LaneLimits(named=NAMED, in_flight=IN_FLIGHT)}


class OnSockets(Interleavings):
    options: ClassVar = {"sockets": SOCKETS}


_SETTINGS = settings(stateful_step_count=40)

TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = _SETTINGS
TestInterleavingsOnLanes = OnLanes.TestCase
TestInterleavingsOnLanes.settings = _SETTINGS
TestInterleavingsOnSockets = OnSockets.TestCase
TestInterleavingsOnSockets.settings = _SETTINGS
