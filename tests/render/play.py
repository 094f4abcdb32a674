"""Runs made by the real protocol from frames that a test hands in. The clock moves when the test says so."""

from __future__ import annotations

import json
from typing import Any

from ws_notebook.core.abilities import Abilities
from ws_notebook.core.calls import Answer
from ws_notebook.core.changes import Change
from ws_notebook.core.items import as_items
from ws_notebook.core.protocol import Protocol
from ws_notebook.core.run import RequestSettings, RunState
from ws_notebook.core.steer import Steer
from ws_notebook.core.turn import CallState
from ws_notebook.render.bundle import RunHeader

__all__ = ["HEADER", "Play", "capitals"]

HEADER = RunHeader(provider="local", model="demo", transport="websocket", note="embedded server: a script, no AI")


class Play:
    """One run, played event by event. Moments are in seconds from its start."""

    def __init__(self, prompt: Any = "Which is larger?", run_id: str = "r7") -> None:
        self.protocol = Protocol(Abilities(steers=True))
        self.link = self.protocol.links[0]
        self.zero = 5000.0
        self.now = self.zero
        self.run = RunState(
            id=run_id,
            input=as_items(prompt),
            settings=RequestSettings(model="demo"),
            asked=self.zero,
            asked_at=1_700_000_000.0,
        )
        self.changes: list[Change] = []
        self.protocol.start(self.run, self.now)
        self._index = 0
        self._drain()

    def at(self, seconds: float) -> Play:
        self.now = self.zero + seconds
        return self

    def send(self) -> Play:
        """Hand the waiting request to the socket, now."""
        for outgoing in self.link.frames_to_send(self.now):
            if outgoing.creates:
                self.link.sent(outgoing.turn, self.now)
        return self._drain()

    def event(self, type: str, **fields: Any) -> Play:
        self.link.receive_frames([json.dumps({"type": type, **fields}).encode()], self.now)
        return self._drain()

    def created(self, response_id: str) -> Play:
        self._index = 0
        return self.event("response.created", response={"id": response_id, "model": "demo-1"})

    def text(self, *pieces: str, index: int = 0) -> Play:
        for piece in pieces:
            self.event("response.output_text.delta", output_index=index, content_index=0, delta=piece)
        return self

    def reasoning(self, *pieces: str, index: int = 0, part: int = 0) -> Play:
        for piece in pieces:
            self.event("response.reasoning_summary_text.delta", output_index=index, summary_index=part, delta=piece)
        return self

    def item(self, **item: Any) -> Play:
        """An output item, whole."""
        self._index += 1
        return self.event("response.output_item.done", output_index=self._index, item=item)

    def call(self, call_id: str, name: str, **arguments: Any) -> Play:
        return self.item(
            type="function_call", call_id=call_id, name=name, arguments=json.dumps(arguments), status="completed"
        )

    def completed(self, status: str = "completed", **fields: Any) -> Play:
        usage = {
            "input_tokens": 400,
            "input_tokens_details": {"cached_tokens": 128},
            "output_tokens": 60,
            "output_tokens_details": {"reasoning_tokens": 16},
        }
        last = self.run.turns[-1].response_id
        return self.event(f"response.{status}", response={"id": last, "usage": usage, **fields})

    def found(self, call_id: str) -> CallState:
        return next(call for call in self.run.tool_calls if call.call_id == call_id)

    def started(self, call_id: str) -> Play:
        self.protocol.begin_call(self.found(call_id), self.now)
        return self._drain()

    def answered(self, call_id: str, output: Any, **more: Any) -> Play:
        self.protocol.answer_call(self.found(call_id), Answer(output=output, **more), self.now)
        return self._drain()

    def steer(self, words: str) -> Play:
        """Add words; they leave at once when a response is running."""
        self.protocol.steer(self.run, Steer(input=as_items(words)), self.now)
        self.send()
        return self

    def steer_event(self, kind: str, **fields: Any) -> Play:
        """What the provider says of the last steer: accepted, pending or failed."""
        about = {"id": f"steer_{len(self.run.steers)}", "previous_response_id": self.run.turns[-1].response_id}
        return self.event(f"response.steer.{kind}", steer=about, **fields)

    def stopped(self, error: Exception) -> Play:
        self.protocol.abandon(self.run, self.now, error)
        return self._drain()

    def _drain(self) -> Play:
        self.changes += [change for _, change in self.protocol.changes()]
        return self


def capitals() -> Play:
    """Three turns, two parallel calls and one after them: 3.2 seconds."""
    play = Play("Which has more inhabitants, Paris or Oslo, and by how much? Then clear the cache.")
    play.at(0.003).send().at(0.35).created("resp_1").at(0.36)
    play.reasoning("Two figures", " are needed.").at(0.7)
    play.event("response.output_item.added", output_index=1, item={"type": "function_call", "call_id": "call_1"})
    play.at(0.77).call("call_1", "population", city="Paris").started("call_1")
    play.at(0.79).call("call_2", "population", city="Oslo").started("call_2").at(0.8).completed()
    play.at(1.02).answered("call_1", "2103000").at(1.21).answered("call_2", "717710")
    play.send().at(1.22).created("resp_2").at(1.45).text("I will clear the cache.").at(1.55)
    play.call("call_3", "delete_cache", path="tmp").completed().at(2.05)
    play.started("call_3").at(2.12).answered("call_3", "done")
    play.send().at(2.33).created("resp_3").text("**Paris** has more inhabitants than **Oslo**: ")
    return play.at(3.2).text("so about **1 385 290** more.").completed()
