"""The plan over a ws_notebook session."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
from host import Host
from plan import REMEMBER, Case, Chunk, Question
from tally import Ledger, Tally, quotes
from tap import Arrivals, Requests, TappedTransport

from ws_notebook import Session, tool
from ws_notebook.core.run import LATEST
from ws_notebook.exceptions import ProviderError, WsNotebookError
from ws_notebook.profiles import PROFILES, Profile
from ws_notebook.session.run import Run

__all__ = ["HARMLESS", "Ours"]

HARMLESS = frozenset(
    {
        *("none", "stall", "duplicate, unknown, split", "connection limit", "rate limit", "kill while idle"),
        "item without its content, or never whole",
    }
)
"""Families after which nothing else than completion is right."""


class Ours:
    """Asks a plan's questions; what came of them is in `tally`."""

    def __init__(self, patience: float) -> None:
        self.tally = Tally("ws_notebook")
        self.patience = patience
        """Seconds after which a run counts as hung."""
        self.now = ""
        """What is going on, for the watchdog."""
        self._draining = False

    def run(self, chunk: Chunk, folder: Path) -> None:
        """All cases of a chunk, on one session with one server."""
        store = folder / f"ours-{chunk.number}.sqlite" if chunk.store_file else None
        arrivals, requests = Arrivals(), Requests()
        # A server that refuses lanes; its other ways are those of the default one.
        flags = () if chunk.lanes else ("--profile", "xai")
        with Host(age=chunk.age, store=store, flags=flags) as host:
            session = self._open(host, chunk, arrivals, requests)
            for case in chunk.cases:
                self.now = f"chunk {chunk.number}, case {case.number}, {case.family} {list(case.rules)}"
                if not self._case(session, host, case, arrivals):
                    self._count(session)
                    session = self._open(host, chunk, arrivals, requests)
            self._count(session)
            self.tally.add(server_kills=host.kills, faults_struck=sum(host.happened.values()))
            self.tally.add(requests_sent=requests.sent, requests_sent_again=requests.sent_again)
            for item in requests.unproven:
                self.tally.breach("sent_twice", f"chunk {chunk.number}: {item}")

    def _open(self, host: Host, chunk: Chunk, arrivals: Arrivals, requests: Requests) -> Session:
        return Session(
            provider=host.base_url,
            profile=_profile(chunk),
            api_key=host.token,
            model="demo",
            transport=TappedTransport(arrivals, requests),
            tools=_tools(self.tally.ledger),
        )

    def _count(self, session: Session) -> None:
        """What a session did, once it is over."""
        self.tally.add(connections=session.connections, left_for_age=session.rotations, turns=len(session.turns))
        for cause in session.turns["recovered"]:
            if cause:
                self.tally.recovered[cause] += 1
        session.close()

    def _case(self, session: Session, host: Host, case: Case, arrivals: Arrivals) -> bool:
        """One case and what the session answers afterwards. False: the session is of no use any more."""
        before, deltas = arrivals.characters, arrivals.deltas
        if case.family == "kill while idle":
            host.kill_and_restart()
        host.set_rules(case.rules)
        runs = [
            session.start(question.prompt, parent=_parent(session, case), store=question.store)
            for question in case.questions
        ]
        self._watch(runs[0], host, case)
        outcomes = [self._judge(run, case, question) for run, question in zip(runs, case.questions, strict=True)]
        rules = host.take_rules()
        if "hung" in outcomes:
            return False
        # What is drained after a stop may still come during the next case.
        was_draining, self._draining = self._draining, case.family == "stop"
        if not (was_draining or self._draining):
            kept = sum(len(turn.text) for run in runs for turn in run.turns)
            if kept != arrivals.characters - before:
                self.tally.breach(
                    "text_lost_or_changed", f"{self.now}: {arrivals.characters - before} arrived, {kept} kept"
                )
        self._compare(case, rules, arrivals.deltas - deltas)
        return self._usable(session, case)

    def _compare(self, case: Case, rules: list[dict[str, Any]], arrived: int) -> None:
        """After an orderly close at a piece of text, everything that the server sent before must have arrived."""
        if len(rules) != 1 or len(case.questions) != 1 or not rules[0]["happened"]:
            return
        action, _, event = rules[0]["rule"].partition(" ")
        if "at response.output_text.delta" not in event or action not in ("close", "drop"):
            return
        missing = rules[0]["seen"] - 1 - arrived
        if action == "drop":
            self.tally.add(text_deltas_that_a_reset_took=missing)
        elif missing:
            self.tally.breach("text_lost_or_changed", f"{self.now}: {missing} deltas that were sent did not arrive")

    def _watch(self, run: Run, host: Host, case: Case) -> None:
        """Follow the first run; kill the server or stop the run where the case says so."""
        if case.family == "stop" and case.delay:
            timer = threading.Timer(case.delay, run.cancel)
            timer.start()
        elif case.family in ("kill", "stop"):
            for number, _ in enumerate(run.stream(), 1):
                if number == case.at:
                    host.kill_and_restart() if case.family == "kill" else run.cancel()

    def _judge(self, run: Run, case: Case, question: Question) -> str:
        outcome = self._outcome(run, case)
        self.tally.ended(case, outcome, f"{self.now}, {run.id}", question, run.text)
        return outcome

    def _outcome(self, run: Run, case: Case) -> str:
        try:
            run.result(self.patience)
        except TimeoutError:
            calls = [(call.name, call.status) for call in run.tool_calls if not call.done]
            turns = [(turn.id, turn.lane, turn.status, turn.response_id) for turn in run.turns[-2:]]
            self.tally.breach("hung", f"{self.now}, {run.id}: last turns {turns}, open calls {calls}")
            return "hung"
        except Exception as error:  # noqa: BLE001 - judged in the next lines
            if run.status == "cancelled" and case.family == "stop":
                return "stopped"
            self._judge_error(error, run, case)
            return "error"
        if run.status != "completed":
            self.tally.breach("odd_end", f"{self.now}, {run.id}: {run.status}")
        return "completed"

    def _judge_error(self, error: Exception, run: Run, case: Case) -> None:
        code = getattr(error, "code", None) if isinstance(error, ProviderError) else None
        self.tally.errors[f"{type(error).__name__} {code}" if code else type(error).__name__] += 1
        if not isinstance(error, WsNotebookError) or not str(error) or error.run is not run:
            self.tally.breach("dishonest_error", f"{self.now}, {run.id}: {error!r}")
        # A server that grows old while a request is repeated gives the same error again, which is not repeated.
        if case.family in HARMLESS and (not run.turns or code not in run.turns[-1].repeated):
            self.tally.breach("failed_for_no_reason", f"{self.now}, {run.id}: {error!r}")

    def _usable(self, session: Session, case: Case) -> bool:
        """Whether the next question is answered, and the server knows what was asked before it."""
        begun = any(run.status == "completed" for run in session.runs)
        try:
            answer = session.start(REMEMBER.format(case.number)).result(self.patience)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            self.tally.breach("next_question_failed", f"{self.now}: {error!r}")
            return False
        self.tally.add(next_question_answered=1)
        before = str(answer.parent.state.input[0]["content"][0]["text"]) if answer.parent is not None else ""
        if begun and not quotes(answer.text, before):
            self.tally.breach("next_question_without_the_history", f"{self.now}: {before!r}, {answer.text!r}")
        return True


def _profile(chunk: Chunk) -> Profile:
    age = chunk.age if chunk.knows_age and chunk.age else None
    profile = msgspec.structs.replace(PROFILES["local"], max_age=age)
    return profile if chunk.lanes else msgspec.structs.replace(profile, lanes=0, in_flight=1, steering=False)


def _parent(session: Session, case: Case) -> Any:
    """The parent that the case wants; one that never began has nothing to continue."""
    begun = [run for run in session.runs if run.turns and run.done]
    if case.parent is None or not begun:
        return LATEST
    return None if case.parent < 0 else begun[int(case.parent * len(begun))]


def _tools(ledger: Ledger) -> list[Any]:
    @tool
    def step(n: int) -> str:
        """Take a step."""
        return ledger.note(n)

    @tool(run_in="thread")
    def work(n: int) -> str:
        """Work a while."""
        time.sleep(n % 4 / 1000)
        return ledger.note(n)

    @tool
    async def fetch(n: int) -> str:
        """Fetch something."""
        await asyncio.sleep(n % 4 / 1000)
        return ledger.note(n)

    return [step, work, fetch]
