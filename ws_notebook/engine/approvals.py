"""Calls that wait for approval: who is asked, for how long, and what follows.

Whoever decides first, decides: a button of a live view, `call.approve()` anywhere in Python, or an answer to `input()`,
which is asked where a cell waits and no view has shown that its buttons are heard.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakSet

import msgspec

from .. import kernel
from ..core.turn import ApprovalState, CallState, not_waiting
from ..core.waits import Waits
from ..exceptions import ToolError
from ..tools.approval import Approval, Decision, PendingCall, denial, prompted
from ..tools.contract import ToolLike
from ..tools.executor import Execution, Outcome, cancelled_outcome, failed_outcome
from ..tools.function import Tool
from ..tools.unsaid import Unsaid
from ..tools.values.outputs import error_output
from .calls import Calls, interrupt
from .course import Course
from .portal import Job, Portal

__all__ = ["Approvals", "Held"]

_LOOK_AGAIN = 0.25
"""Seconds between two looks at who can be asked."""

_GRACE = 5.0
"""Seconds in which a live view says that it shows the call, or else input() asks."""


_NOBODY = (
    "Nobody could be asked: this front end takes no input. Decide in code (session.on_approval), open the notebook in "
    'JupyterLab, or give the tool approve=wsn.Approval(default="approve").'
)


class Held(msgspec.Struct, eq=False, kw_only=True):
    """A call, and how to go on with it."""

    course: Course
    call: CallState
    tool: ToolLike
    policy: Approval
    go_on: Callable[[], None]
    """Has the function called."""
    pending: PendingCall | None = None
    unsaid: Unsaid | None = None
    """What its arguments do not tell."""
    asked: float = 0.0
    shown: bool = False
    """A live view has said that it shows the call: its buttons are heard."""
    queued: bool = False
    """A thread that waits will ask by input()."""
    prompt: Execution | None = None
    timers: list[asyncio.TimerHandle] = msgspec.field(default_factory=list)


class Approvals:
    """The calls of a session that wait for approval.

    `approve`, `deny` and `shown` may be called from any thread, all else on the loop.
    """

    def __init__(self, portal: Portal, calls: Calls, *, waits: Callable[[], Waits]) -> None:
        self.on_approval: Callable[[PendingCall], object] | None = None
        """Told of each call that waits, in a thread of the pool; nobody is asked by `input()` then."""
        self._portal = portal
        self._calls = calls
        self._waits = waits
        self._held: dict[CallState, Held] = {}
        self._granted: WeakSet[ToolLike] = WeakSet()
        """The tools that were approved once."""

    def hold(self, held: Held) -> None:
        """Have the call wait until somebody allows it, unless it needs nobody's approval."""
        self._held[held.call] = held
        if held.policy.when == "first time" and held.tool in self._granted:
            self._settle(held, Decision(kind="allowed", runs=True))
        else:
            self._bound(held, self._patience(held))
            # Reading the arguments runs code of the user's types, and `approve=` may be his function.
            self._portal.aside.submit(held.course.inside().run, self._examine, held)

    def _patience(self, held: Held) -> float | None:
        return self._waits().approval if held.policy.timeout is None else held.policy.timeout

    def _bound(self, held: Held, seconds: float | None) -> None:
        """Have the default be taken after so many seconds."""
        if seconds is not None:
            held.timers.append(asyncio.get_running_loop().call_later(seconds, self._time_out, held, seconds))

    def stop(self, run_id: str) -> None:
        """Forget the calls of a run that has ended."""
        for held in [held for held in self._held.values() if held.call.turn.run_id == run_id]:
            self._release(held)

    # From any thread.

    def approve(self, call: CallState, arguments: str | Mapping[str, Any] | None = None) -> None:
        """Let it run; `arguments`, values by name or JSON, take the place of the model's.

        Raises ToolError for arguments that do not fit, and where it does not wait (any more).
        """
        held = self._waiting(call)
        self._portal.call(self._settle, held, _approval(held, arguments))

    def deny(self, call: CallState, reason: str = "") -> None:
        """Do not let it run. Raises ToolError where it does not wait (any more)."""
        held = self._waiting(call)
        self._portal.call(self._settle, held, Decision(kind="denied", runs=False, reason=reason))

    def shown(self, call: CallState) -> None:
        """A live view shows the call with its buttons."""
        self._portal.post(self._note_shown, call)

    def _waiting(self, call: CallState) -> Held:
        held = self._held.get(call)
        if held is None or call.status != "awaiting_approval":
            raise not_waiting(call)
        return held

    # In a thread of the pool.

    def _examine(self, held: Held) -> None:
        try:
            values = held.tool.parsed(held.call.arguments)
            held.unsaid = held.tool.unsaid(held.call.arguments)
            held.pending = PendingCall(held.course.handle, held.call, values, held.unsaid.defaults)
        except Exception:  # noqa: BLE001 - the tool answers what is wrong with them, and nothing is asked
            self._portal.post(self._go_on_unasked, held)
            return
        try:
            needs = held.policy.needs(held.pending)
        except Exception as error:  # noqa: BLE001 - the user's function may raise anything
            self._portal.post(self._fail, held, _check_failed(error))
            return
        if needs is True:
            self._portal.post(self._ask, held)
            return
        allowed = Decision(kind="allowed", runs=True)
        decision = allowed if needs is False else Decision(kind="denied", runs=False, reason=str(needs))
        self._portal.post(self._settle_quietly, held, decision)

    # In the thread that waits for the run.

    def _prompt(self, held: Held) -> None:
        """Ask by input(), in this cell's output. KeyboardInterrupt of the user passes through."""
        pending = held.pending
        assert pending is not None  # it was examined before anybody was to be asked

        def approval() -> str:
            return msgspec.json.encode(prompted(pending, held.tool.parsed, held.unsaid)).decode()

        prompt = Execution(
            Tool(approval),
            "",
            context=contextvars.copy_context(),
            started=lambda: self._portal.call(self._begin_prompt, held, prompt),
            finished=lambda outcome: self._portal.post(self._prompted, held, outcome),
        )
        prompt.run()

    def _prompt_on_loop(self, held: Held) -> None:
        """The same on the loop of a cell that awaits the run."""
        try:
            self._prompt(held)
        except KeyboardInterrupt:
            self._portal.post(self._fail, held, None)

    def _tell(self, callback: Callable[[PendingCall], object], pending: PendingCall) -> None:
        try:
            callback(pending)
        except Exception:
            logging.getLogger("ws_notebook").exception("session.on_approval failed; the call still waits.")

    # On the loop.

    def _ask(self, held: Held) -> None:
        if held.call not in self._held:
            return
        # The time of the examination is not counted.
        self._cancel_timers(held)
        timeout = self._patience(held)
        held.asked = time.monotonic()
        approval = ApprovalState(
            deadline=None if timeout is None else held.asked + timeout,
            default=held.policy.default,
            **_told(held.unsaid),
        )
        self._calls.ask(held.call, approval, held.asked)
        self._bound(held, timeout)
        decider = self.on_approval
        if decider is None:
            self._look(held)
        # After the look, so that a view learns at once whether its buttons are wanted.
        self._calls.publish()
        if decider is not None and held.pending is not None:
            self._portal.aside.submit(held.course.inside().run, self._tell, decider, held.pending)

    def _look(self, held: Held) -> None:
        """See whether input() must ask, until it is to or the call is decided."""
        if held.call not in self._held or held.queued:
            return
        if not self._needs_prompt(held) or self._waits_for_another(held):
            held.timers.append(asyncio.get_running_loop().call_later(_LOOK_AGAIN, self._look, held))
            return
        held.queued = True
        self._calls.prompt(held.call, self._portal.work.attended)
        job = Job(
            held.course.state,
            run=lambda: self._prompt(held),
            start=lambda: self._prompt_on_loop(held),
            interrupted=lambda: self._portal.post(self._fail, held, None),
            joins=False,
            idle=False,
        )
        self._portal.work.put(job)

    def _waits_for_another(self, held: Held) -> bool:
        """Whether an earlier call of the run is to be asked about first: they are examined side by side."""
        for other in self._held.values():
            if other is held:
                return False
            if other.course is held.course and (not other.asked or (self._needs_prompt(other) and not other.queued)):
                return True
        return False

    def _needs_prompt(self, held: Held) -> bool:
        if not held.course.view_decides:
            return True
        if self._portal.work.attended and not kernel.hears_while_busy():
            return True
        return not held.shown and time.monotonic() - held.asked > _GRACE

    def _begin_prompt(self, held: Held, prompt: Execution) -> bool:
        """A thread is about to ask: whether it still must."""
        if held.call not in self._held or held.call.approval is None:
            return False
        if not self._needs_prompt(held):
            held.queued = False
            self._calls.prompt(held.call, False)
            self._look(held)
            return False
        held.prompt = prompt
        self._bound(held, self._waits().input)
        self._calls.prompt(held.call, True)
        return True

    def _note_shown(self, call: CallState) -> None:
        if call in self._held:
            self._held[call].shown = True

    def _prompted(self, held: Held, outcome: Outcome | None) -> None:
        """The prompt has ended, by an answer, by an error, or since the call was decided elsewhere."""
        held.prompt = None
        if outcome is None:
            return
        if outcome.status == "completed":
            self._settle_quietly(held, msgspec.json.decode(str(outcome.output), type=Decision))
        else:
            runs = held.policy.default == "approve"
            self._settle_quietly(held, Decision(kind="unattended", runs=runs, reason="" if runs else _NOBODY))

    def _time_out(self, held: Held, seconds: float) -> None:
        runs = held.policy.default == "approve"
        who = "Nobody" if held.asked else "The function that is to say whether anybody is to be asked has not"
        reason = f"{who} decided within {seconds:g} s."
        self._settle_quietly(held, Decision(kind="timeout", runs=runs, reason=reason))

    def _settle_quietly(self, held: Held, decision: Decision) -> None:
        if held.call in self._held:
            self._settle(held, decision)

    def _settle(self, held: Held, decision: Decision) -> None:
        call = held.call
        if call not in self._held:
            raise ToolError(f"Call {call.call_id} of {call.name} was decided before: it is {call.status}.")
        self._release(held)
        self._calls.decide(call, decision)
        if not decision.runs:
            output, error = denial(decision)
            self._calls.answer_call(call, Outcome(status="denied", output=output, error=error))
            return
        # Other arguments than the model's say nothing of the model's next ones.
        if decision.kind == "approved":
            self._granted.add(held.tool)
        held.go_on()

    def _go_on_unasked(self, held: Held) -> None:
        if held.call in self._held:
            self._release(held)
            held.go_on()

    def _fail(self, held: Held, outcome: Outcome | None) -> None:
        if held.call in self._held:
            self._release(held)
            self._calls.answer_call(held.call, outcome or cancelled_outcome())

    def _release(self, held: Held) -> None:
        del self._held[held.call]
        self._cancel_timers(held)
        if held.prompt is not None:
            interrupt(held.prompt)

    def _cancel_timers(self, held: Held) -> None:
        for timer in held.timers:
            timer.cancel()
        held.timers.clear()


def _told(unsaid: Unsaid | None) -> dict[str, Any]:
    """What a view tells whoever decides."""
    if unsaid is None:
        return {}
    defaults = json.dumps(unsaid.defaults, ensure_ascii=False) if unsaid.defaults else ""
    return {"length": unsaid.length, "digest": unsaid.digest, "defaults": defaults, "repeated": unsaid.repeated}


def _approval(held: Held, given: str | Mapping[str, Any] | None) -> Decision:
    """The decision to make the call, with the model's arguments or others. Raises ToolError where those do not fit."""
    if given is None:
        return Decision(kind="approved", runs=True)
    arguments = given if isinstance(given, str) else _json(given)
    values = held.tool.parsed(arguments)
    same = held.pending is not None and _equal(values, held.pending.arguments)
    return Decision(kind="approved", runs=True) if same else Decision(kind="edited", runs=True, arguments=arguments)


def _equal(values: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    try:
        return bool(values == others)
    except Exception:  # noqa: BLE001 - arrays and the like compare to no single truth
        return False


def _check_failed(error: Exception) -> Outcome:
    outcome = failed_outcome(error)
    text = f"The check before this call failed, so it was not made: {outcome.error}"
    told = error_output("approval_error", text)
    return msgspec.structs.replace(outcome, output=told, error=f"approve: {outcome.error}")


def _json(arguments: Mapping[str, Any]) -> str:
    try:
        return json.dumps(dict(arguments), ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise ToolError(f"These arguments cannot be written as JSON: {error}. Give them as JSON text.") from None
