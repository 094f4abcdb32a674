"""A tool call as users hold it: decided about, put into a cell as code, or the run once more with another output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from .. import kernel
from ..core.handle import RunHandle
from ..core.items import Item, tool_output
from ..core.lineage import CANCELLED_OUTPUT, round_of
from ..core.run import RunState
from ..core.turn import CallState, TurnState
from ..exceptions import SettingsError
from ..secrets import Keys
from ..tools.values.outputs import to_output
from .host import Asked, Host

if TYPE_CHECKING:
    from ..tools.schema.structured import TextFormat

__all__ = ["Call"]

R = TypeVar("R", bound=RunHandle)


class Parent(Asked, RunHandle, Protocol[R]):
    """The run of a call, to what branches off from it."""

    @property
    def session(self) -> Host[R]: ...

    @property
    def state(self) -> RunState: ...

    @property
    def wanted(self) -> TextFormat | None: ...


class Call(Generic[R]):
    """What `CallState` and `Run` do with a call of this run. Callable from any thread."""

    __slots__ = ("_run", "_state")

    def __init__(self, run: Parent[R], state: CallState) -> None:
        self._run = run
        self._state = state

    @property
    def run(self) -> Parent[R]:
        return self._run

    @property
    def keys(self) -> Keys:
        return self._run._engine.keys

    # While it waits for approval.

    def approve(self, arguments: Mapping[str, Any] | str | None = None) -> None:
        self._run._engine.approvals.approve(self._state, arguments)

    def deny(self, reason: str = "") -> None:
        self._run._engine.approvals.deny(self._state, reason)

    # As code.

    @property
    def code(self) -> str:
        from .code import call_source

        call, names = self._state, getattr(kernel.shell(), "user_ns", {})
        arguments = call.arguments if call.edited is None else call.edited
        return call_source(self._run._course.tools.get(call.name), call.name, arguments, names)

    def cell(self) -> None:
        code = self.code
        if not kernel.put_cell(code):
            raise SettingsError(f"There is no notebook to put a cell into. The call is:\n{code}")

    # Once more.

    def answer_with(self, output: Any, **settings: Any) -> R:
        """A run that goes on from the call's turn with this output; every other call of the turn keeps its own.

        What the run was asked with, tools included, holds for the new one, unless `settings`, arguments of
        `Session.ask`, say otherwise. Raises SettingsError for a call of another run and for one whose turn has not
        ended.
        """
        last = self._end_of_round()
        tool = self._run._course.tools.get(self._state.name)
        given = to_output(output) if tool is None else to_output(output, max_output=tool.max_output)
        items: list[Item] = [
            tool_output(
                each.kind,
                each.call_id,
                given if each is self._state else CANCELLED_OUTPUT if each.output is None else each.output,
            )
            for turn in round_of(last)
            for each in turn.tool_calls
            if each.item is not None
        ]
        return self._run.session.ask(items, parent=last.response_id, **{**self._settings(), **settings})

    def _end_of_round(self) -> TurnState:
        """The turn that the call's output was, or would be, an answer to."""
        run, call = self._run.state, self._state
        if not any(call is each for each in run.tool_calls):
            raise SettingsError(f"Call {call.call_id} is not one of run {run.id}. Take it from run.tool_calls.")
        turns = list(run.turns)
        at = turns.index(call.turn)
        while at + 1 < len(turns) and turns[at + 1].unasked:
            at += 1
        last = turns[at]
        if not last.done or call.item is None:
            raise SettingsError(f"Turn {last.id} has not ended. Wait for the run, or stop it, and branch then.")
        if last.response_id is None:
            raise SettingsError(
                f"The provider gave turn {last.id} no id, so nothing can continue it. Ask again instead."
            )
        return last

    def _settings(self) -> dict[str, Any]:
        """How the run was asked. Hosted tools that came among the options follow the others again."""
        asked, tools = self._run.state.settings, self._run._course.tools
        more = asked.tools[len(tools.definitions()) :]
        return {
            "model": asked.model,
            "instructions": asked.instructions,
            "tools": tools,
            "max_turns": asked.max_turns,
            "store": asked.store,
            "text_format": self._run.wanted,
            "options": {**asked.options, **({"tools": more} if more else {})},
        }
