"""Any order of calls, outputs, errors, disconnects and stops, against a provider that keeps the books."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support.drive import Drive
from support.events import call, completed, created, delta, error, failed, item_done, message

from ws_notebook.core.lineage import CANCELLED_OUTPUT
from ws_notebook.core.run import RunState
from ws_notebook.core.turn import CallState

__all__: list[str] = []

Item = dict[str, Any]


class Provider:
    """Remembers the latest response of a connection, and refuses what a real one would refuse."""

    def __init__(self) -> None:
        self.memory: dict[str, list[Item]] = {}
        self.open: list[Item] | None = None
        """The context of the response in flight."""
        self.response_id: str | None = None
        self.continued: str | None = None
        """What that response continues."""
        self.output: list[Item] = []

    def accept(self, request: dict[str, Any]) -> None:
        """Take a request. Fails where the context it makes is not one that a model could go on from."""
        assert self.open is None, "a request while a response is in flight"
        before = request.get("previous_response_id")
        assert before is None or before in self.memory, "an id that this connection never had"
        context = [*(self.memory[before] if before is not None else []), *request["input"]]
        given: list[str] = []
        asked: list[str] = []
        for item in context:
            if item["type"] == "function_call":
                asked.append(item["call_id"])
            elif item["type"] == "function_call_output":
                given.append(item["call_id"])
        assert len(set(given)) == len(given), "a call answered twice"
        assert given == asked, "outputs that are missing, unknown or not in call order"
        self.open, self.output, self.continued = context, [], before

    def finish(self, *, kept: bool) -> None:
        if kept and self.open is not None and self.response_id is not None:
            self.memory = {self.response_id: [*self.open, *self.output]}
        elif not kept:
            self.memory.pop(self.continued or "", None)
        self.open, self.response_id = None, None

    def disconnect(self) -> None:
        self.memory, self.open, self.response_id = {}, None, None


class Interleavings(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.drive = Drive()
        self.provider = Provider()
        self.runs: list[RunState] = []
        self.sent = 0
        self.closed = 0
        self.events = 0
        self.number = 0
        self.executed: set[CallState] = set()
        self.requests_of: dict[str, int] = {}

    # What follows from each step.

    def look(self) -> None:
        """Hand new requests to the provider."""
        if self.drive.closed > self.closed:
            self.closed = self.drive.closed
            self.provider.disconnect()
        for request in self.drive.requests[self.sent :]:
            self.provider.accept(request)
            self.sent += 1

    def tell(self, *events: Any) -> None:
        for event in events:
            self.events += 1
            self.drive.receive(event)
            self.look()

    def fresh(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    @property
    def waiting(self) -> list[CallState]:
        return [each for run in self.runs for each in run.tool_calls if each.status in ("queued", "running")]

    # The steps.

    @rule(parent=st.sampled_from(["latest", "fresh", "run", "response"]), index=st.integers(0, 9))
    def ask(self, parent: str, index: int) -> None:
        if sum(not run.done for run in self.runs) > 2:
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

    @precondition(lambda self: self.provider.open is not None and self.provider.response_id is None)
    @rule()
    def create(self) -> None:
        self.provider.response_id = self.fresh("resp_")
        self.tell(created(self.provider.response_id))
        self.look()

    @precondition(lambda self: self.provider.response_id is not None)
    @rule(kind=st.sampled_from(["call", "call", "message", "delta", "unknown", "again"]))
    def grow(self, kind: str) -> None:
        output = self.provider.output
        if kind == "call":
            output.append(call(self.fresh("c"), i=self.number))
            self.tell(item_done(len(output) - 1, output[-1]))
        elif kind == "message":
            output.append(message(f"text {self.number}", self.fresh("msg_")))
            self.tell(item_done(len(output) - 1, output[-1]))
        elif kind == "delta":
            self.tell(delta("word ", len(output)))
        elif kind == "again" and output:
            self.tell(item_done(len(output) - 1, output[-1]))
        else:
            self.tell({"type": self.fresh("vendor.event")})
        self.look()

    @precondition(lambda self: self.provider.response_id is not None)
    @rule(status=st.sampled_from(["completed", "completed", "completed", "incomplete"]), twice=st.booleans())
    def end(self, status: str, twice: bool) -> None:
        last = completed(str(self.provider.response_id), *self.provider.output, status=status)
        self.provider.finish(kept=True)
        self.tell(last, *([last] if twice else []))
        self.look()

    @precondition(lambda self: self.provider.open is not None)
    @rule(pair=st.booleans())
    def fail(self, pair: bool) -> None:
        response_id = self.provider.response_id
        self.provider.finish(kept=False)
        self.tell(error("server_error", status=500), *([failed(response_id)] if pair and response_id else []))
        self.look()

    @precondition(lambda self: self.provider.open is not None and self.provider.response_id is None)
    @rule(code=st.sampled_from(["previous_response_not_found", "websocket_connection_limit_reached"]))
    def refuse(self, code: str) -> None:
        self.provider.finish(kept=False)
        self.tell(error(code))
        self.look()

    @precondition(lambda self: self.waiting)
    @rule(index=st.integers(0, 9), starts=st.booleans())
    def answer(self, index: int, starts: bool) -> None:
        chosen = self.waiting[index % len(self.waiting)]
        if chosen.status == "queued" and starts:
            assert self.drive.start(chosen)
            assert chosen not in self.executed
            self.executed.add(chosen)
        else:
            self.drive.submit(chosen, f"output of {chosen.call_id}")
        self.look()

    @rule()
    def lose(self) -> None:
        self.provider.disconnect()
        self.drive.eof()
        self.look()

    @rule()
    def refuse_connection(self) -> None:
        self.provider.disconnect()
        self.drive.eof()
        self.drive.connected = not self.drive.connected
        self.drive.settle()
        self.look()

    @precondition(lambda self: self.runs)
    @rule(index=st.integers(0, 9))
    def stop(self, index: int) -> None:
        self.drive.abandon(self.runs[index % len(self.runs)])
        self.look()

    # What holds after every step.

    @invariant()
    def every_event_is_counted_in_one_turn(self) -> None:
        counted = sum(turn.events for run in self.runs for turn in run.turns)
        unowned = sum(record.response_id is None for record in self.drive.protocol.frames.records())
        assert counted <= self.events <= counted + unowned

    @invariant()
    def no_request_is_sent_twice(self) -> None:
        turns = [turn for run in self.runs for turn in run.turns]
        repeats = sum(bool(turn.recovered) and turn.recovered != "connection_lost" for turn in turns)
        assert len(self.drive.requests) <= sum(turn.bytes_sent > 0 for turn in turns) + repeats
        assert sum(self.drive.sizes) == sum(turn.bytes_sent for turn in turns)

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
        assert sum(not run.done and bool(run.turns) for run in self.runs) <= 1

    def teardown(self) -> None:
        """Whatever state it was left in, everything comes to its end."""
        self.drive.connected = True
        self.drive.settle()
        self.look()
        for _ in range(60):
            if self.provider.open is not None and self.provider.response_id is None:
                self.create()
            elif self.provider.response_id is not None:
                self.end("completed", False)
            elif self.waiting:
                self.answer(0, False)
        assert all(run.done for run in self.runs)


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
