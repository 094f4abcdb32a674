"""What happens to a session's calls: the protocol writes it, and everybody is told. On the loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import msgspec

from ..core.protocol import Protocol
from ..core.turn import ApprovalState, CallState, Progress
from ..secrets import Keys, hidden, note
from ..tools.approval import Decision
from ..tools.executor import Execution, Outcome
from ..tools.values.outputs import without_secrets

__all__ = ["Calls", "interrupt"]

_NUDGE = 0.05
"""Seconds after which an interrupt that was not taken is sent once more."""


def interrupt(execution: Execution) -> bool:
    """On the loop: stop what runs for a call. False: it goes on, or it was interrupted before."""
    asyncio.get_running_loop().call_later(_NUDGE, execution.nudge)
    return execution.interrupt()


class Calls:
    """The protocol's transitions of calls, by the same names, at the time of now.

    `publish()` tells what changed, `settle()` also does what follows from it; `answered(call)` is the first to hear of
    an answer.
    """

    def __init__(
        self,
        protocol: Protocol,
        keys: Keys,
        *,
        publish: Callable[[], None],
        settle: Callable[[], None],
        answered: Callable[[CallState], None],
    ) -> None:
        self._protocol = protocol
        self._keys = keys
        self.publish = publish
        self._settle = settle
        self._answered = answered

    def hold_up_call(self, call: CallState) -> None:
        """The main thread is busy elsewhere."""
        self._protocol.hold_up_call(call, time.monotonic())
        self._settle()

    def ask(self, call: CallState, approval: ApprovalState, now: float) -> None:
        """It waits for approval. This is told with what is published next, once it is known how it is asked for."""
        self._protocol.ask(call, approval, now)

    def prompt(self, call: CallState, prompted: bool) -> None:
        """The kernel's input() asks for the approval, or asks no more."""
        self._protocol.prompt(call, prompted)
        self.publish()

    def decide(self, call: CallState, decision: Decision) -> None:
        """Somebody, or a rule, has decided."""
        now = time.monotonic()
        self._protocol.decide(call, decision.kind, now, reason=decision.reason, arguments=decision.arguments)
        self.publish()

    def begin_call(self, call: CallState, at: float, *, publish: bool = True) -> bool:
        """Its function began at that moment of the monotonic clock: whether it may go on.

        `publish`: this is told now, and not with what is published next.
        """
        may = self._protocol.begin_call(call, at)
        if publish:
            # Nothing is sent because of it.
            self.publish()
        return may

    def progress(self, call: CallState, progress: Progress) -> bool:
        """Its function tells how far it is. False: the call is over."""
        goes_on = self._protocol.progress(call, progress)
        self.publish()
        return goes_on

    def answer_call(self, call: CallState, outcome: Outcome) -> None:
        """Its function has ended, or it was not made."""
        # A tool may read the environment or a file; neither the provider nor the notebook is to have the keys.
        output, taken = without_secrets(outcome.output, self._keys)
        answer = msgspec.structs.replace(
            outcome,
            output=output,
            error=None if outcome.error is None else hidden(outcome.error, self._keys),
            note=" ".join(filter(None, [note(taken), outcome.note])) if taken else outcome.note,
        )
        self._protocol.answer_call(call, answer, time.monotonic())
        self._answered(call)
        self._settle()
