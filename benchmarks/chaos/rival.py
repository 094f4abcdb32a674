"""The plan over the `openai` SDK's WebSocket connection, with the tool loop that its own example has.

As in the example (`examples/responses/websocket.py` of openai-python): send a create, read events until the
terminal one,
collect text and calls, run the functions one after another, send their outputs with the response's id; raise on an
`error` event and on a response that failed. Beyond the example, so that one failure does not end the program: text that
had come is kept, and after a failure the connection is opened anew for the next question, which begins without the
history unless the last response was stored. Left out: what is asked side by side over lanes there is asked one after
another here, and what continues an earlier run there continues the last one here.
"""

from __future__ import annotations

import json
import threading
import time
import warnings
from pathlib import Path
from typing import Any

from host import Host
from openai import OpenAI
from plan import REMEMBER, TOOLS, Case, Chunk, Question
from tally import Tally, quotes

__all__ = ["Rival"]

_SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer"}},
    "required": ["n"],
    "additionalProperties": False,
}
_TOOLS: Any = [
    {"type": "function", "name": name, "description": name, "parameters": _SCHEMA, "strict": True} for name in TOOLS
]


class Stopped(Exception):
    """The user stopped the run."""


class LoopError(RuntimeError):
    """What the loop raises for an error event or a response that failed. `code` is the API's."""

    def __init__(self, text: str, code: object) -> None:
        super().__init__(text)
        self.code = code


class Loop:
    """One connection and the conversation over it."""

    def __init__(self, host: Host, tally: Tally, *, reconnects: bool) -> None:
        self.last: tuple[str, bool] | None = None
        """The last response of the last run that completed, and whether it was stored."""
        self.completed = False
        """Whether the last question was answered."""
        self.connections = 0
        self.reconnections = 0
        self._host, self._tally, self._reconnects = host, tally, reconnects
        self._client = OpenAI(base_url=host.base_url, api_key=host.token, max_retries=0)
        self._open: Any = None
        self.text: list[str] = []
        """The texts of the run's responses so far."""
        self.events = 0

    def ask(self, question: Question, parent: str | None, at: int = 0, act: Any = None) -> str:
        """One question to its end; the last response's id. `act()` is called at event number `at`."""
        self.text, self.events = [], 0
        payload: Any = question.prompt
        while True:
            calls, parent = self._respond(payload, parent, question.store, at, act)
            if not calls:
                return parent
            payload = [
                {"type": "function_call_output", "call_id": call.call_id, "output": self._execute(call)}
                for call in calls
            ]

    def close(self) -> None:
        """Close the connection; whoever reads from it stops."""
        connection, self._open = self._open, None
        if self.last is not None and not self.last[1]:
            self.last = None
        if connection is not None:
            try:
                connection.close()
            except Exception:  # noqa: BLE001 - it may be broken already
                return

    def _execute(self, call: Any) -> str:
        n = json.loads(call.arguments)["n"]
        if call.name != "step":
            time.sleep(n % 4 / 1000)
        return self._tally.ledger.note(n)

    def _connection(self) -> Any:
        if self._open is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                options: Any = {"on_reconnecting": self._note, "initial_delay": 0.05, "max_delay": 1.0}
                self._open = self._client.responses.connect(**(options if self._reconnects else {})).enter()
            self.connections += 1
        return self._open

    def _note(self, event: Any) -> None:
        """The SDK asks whether it may: it may."""
        self.reconnections += event.attempt == 1

    def _respond(self, payload: Any, parent: str | None, store: bool, at: int, act: Any) -> tuple[list[Any], str]:
        connection = self._connection()
        more = {"previous_response_id": parent} if parent else {}
        connection.response.create(model="demo", input=payload, tools=_TOOLS, store=store, **more)
        self.text.append("")
        calls: list[Any] = []
        for event in connection:
            self.events += 1
            if self.events == at and act is not None:
                act()
            if event.type == "response.output_text.delta":
                self.text[-1] += event.delta
            elif event.type == "response.output_item.done" and event.item.type == "function_call":
                calls.append(event.item)
            elif event.type == "error":
                error = getattr(event, "error", None)
                raise LoopError(f"error event: {event!r}", getattr(error, "code", None))
            elif event.type in ("response.failed", "response.incomplete"):
                error = getattr(event.response, "error", None)
                raise LoopError(f"ended with {event.type}", getattr(error, "code", None))
            elif event.type == "response.completed":
                return calls, event.response.id
        raise LoopError("The connection was closed before the response was complete.", "closed normally")


class Rival:
    """Asks a plan's questions; what came of them is in `tally`. Chunks may run in threads side by side."""

    def __init__(self, name: str, patience: float, *, reconnects: bool) -> None:
        self.tally = Tally(name)
        self._patience = patience
        self._asked: dict[int, str] = {}
        """By chunk, the prompt that was answered last."""
        self._reconnects = reconnects

    def run(self, chunk: Chunk, folder: Path) -> None:
        """All cases of a chunk, on one client with one server."""
        store = folder / f"rival-{self._reconnects:d}-{chunk.number}.sqlite" if chunk.store_file else None
        with Host(age=chunk.age, store=store) as host:
            loop = Loop(host, self.tally, reconnects=self._reconnects)
            for case in chunk.cases:
                where = f"chunk {chunk.number}, case {case.number}, {case.family} {list(case.rules)}"
                if case.family == "kill while idle":
                    host.kill_and_restart()
                host.set_rules(case.rules)
                for number, question in enumerate(case.questions):
                    self._question(loop, host, case, number, question, where)
                    if loop.completed:
                        self._asked[chunk.number] = question.prompt
                host.take_rules()
                self._usable(loop, case, chunk)
            loop.close()
            self.tally.add(
                server_kills=host.kills,
                faults_struck=sum(host.happened.values()),
                connections=loop.connections + loop.reconnections,
            )

    def _question(self, loop: Loop, host: Host, case: Case, number: int, question: Question, where: str) -> None:
        act: Any = None
        if number == 0 and case.family == "kill":
            act = host.kill_and_restart
        elif number == 0 and case.family == "stop":
            act = self._stop
        outcome = self._outcome(loop, case, question, act)
        text = "\n\n".join(part for part in loop.text if part)
        self.tally.ended(case, outcome, where, question, text)

    def _outcome(self, loop: Loop, case: Case, question: Question, act: Any) -> str:
        hung = threading.Event()

        def give_up() -> None:
            hung.set()
            loop.close()

        watchdog = threading.Timer(self._patience, give_up)
        watchdog.start()
        loop.completed = False
        try:
            loop.last = loop.ask(question, _parent(loop, case), case.at, act), question.store
        except Exception as error:  # noqa: BLE001 - every outcome is counted
            loop.close()
            if isinstance(error, Stopped):
                return "stopped"
            if hung.is_set():
                return "hung"
            if not case.family:
                return "error"
            code = getattr(error, "code", None) if isinstance(error, LoopError) else None
            self.tally.errors[f"{type(error).__name__} {code}" if code else type(error).__name__] += 1
            return "error"
        finally:
            watchdog.cancel()
        loop.completed = True
        return "completed"

    def _stop(self) -> None:
        """The SDK has no way to stop a response: the program leaves the loop, and closes the connection."""
        raise Stopped

    def _usable(self, loop: Loop, case: Case, chunk: Chunk) -> None:
        """Whether the next question is answered, and the server knows what was asked before it."""
        question = Question(REMEMBER.format(case.number), "", (), False)
        outcome = self._outcome(loop, Case(case.number, "", (question,)), question, None)
        names = {"completed": "next_question_answered", "hung": "next_question_hung"}
        self.tally.add(**{names.get(outcome, "next_question_failed"): 1})
        if loop.completed:
            before = self._asked.get(chunk.number)
            if before is not None and not quotes("".join(loop.text), before):
                self.tally.add(next_question_without_the_history=1)
            self._asked[chunk.number] = question.prompt


def _parent(loop: Loop, case: Case) -> str | None:
    fresh = case.parent is not None and case.parent < 0
    return None if fresh or loop.last is None else loop.last[0]
